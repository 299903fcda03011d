"""The administrators' pages: what is held or quarantined, and the buttons that decide about it.

For everybody else they do not exist. Nothing changes on a GET, and opening a raw message is a POST, for it is noted.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from tickets.database.models import Arrival, Disposition, Person
from tickets.errors import LoginNeeded, NotFound
from tickets.moderation import holding, proposals, troubles
from tickets.numbers.cpr import mask_cpr
from tickets.people import appointments
from tickets.reasons import Reason
from web_archive.rendering import page, reader, reading, the_means

blueprint = Blueprint("moderation_pages", __name__)

ACTS: dict[str, Callable[[Session, int, datetime], Arrival]] = {
    "release": holding.release,
    "retry": holding.retry,
    "discard": holding.discard,
}


@blueprint.get("/held")
def held() -> str:
    """What is held, for administrators."""
    with reading() as (session, _):
        _administrator(session)
        asked = holding.all_that_wait_for_authors(session)
        groups: dict[bool, list[dict[str, object]]] = {False: [], True: []}
        for arrival in (*holding.quarantined(session), *holding.held(session)):
            groups[arrival.id in asked].append(_row(session, arrival))
        return page(
            "held.html",
            rows=groups[False],
            asked_rows=groups[True],
            checks_authors=the_means().checks_authors,
            patience=proposals.PATIENCE.days,
            now=the_means().clock(),
            troubles=troubles.current(session),
        )


@blueprint.get("/held/<int(max=2147483647):number>")
def held_message(number: int) -> str:
    """One held message, for administrators; 404 if there is none of that number."""
    with reading() as (session, _):
        _administrator(session)
        return _message_page(session, holding.find_aside(session, number))


@blueprint.post("/held/<int(max=2147483647):number>/open")
def open_message(number: int) -> str:
    """A held message as it came; who opened it is noted."""
    with reading() as (session, _):
        administrator = _administrator(session)
    means = the_means()
    with means.store.transaction() as session:
        raw = holding.open_raw(session, number, administrator, means.clock())
        session.flush()
        return _message_page(session, holding.find_aside(session, number), raw)


@blueprint.post("/held/<int(max=2147483647):number>/<any(release,retry,discard):act>")
def decide(number: int, act: str) -> Response:
    """Do what an administrator chose with a held message, and go back to the list."""
    with reading() as (session, _):
        _administrator(session)
    means = the_means()
    with means.store.transaction() as session:
        ACTS[act](session, number, means.clock())
    return redirect(f"/held?done={act}&number={number}")


def _administrator(session: Session) -> Person:
    """Who asks, if that is an administrator. Raises NotFound, and LoginNeeded while nobody knows who it is."""
    person = reader()
    if person is None and request.method in ("GET", "HEAD"):
        raise LoginNeeded("held")
    if person is None or not appointments.is_administrator(session, person):
        raise NotFound("held")
    return person


def _may_be_anothers(arrival: Arrival) -> bool:
    """Whether its return path makes one doubt its author, and nothing that says more was asked."""
    is_checked = arrival.disposition is Disposition.HELD and arrival.reason is not Reason.FOR_ADMINISTRATORS
    return not (the_means().checks_authors and is_checked) and holding.is_of_another_domain(arrival)


def _row(session: Session, arrival: Arrival) -> dict[str, object]:
    """What the list shows of a message; of one that could not be read, what its fields say."""
    fields = {} if arrival.author else dict(reversed(holding.fields_of(arrival)))
    return {
        "arrival": arrival,
        "author": mask_cpr(arrival.author) or fields.get("From", ""),
        "subject": mask_cpr(arrival.subject) or fields.get("Subject", ""),
        "is_of_another_domain": _may_be_anothers(arrival),
        "is_quarantined": arrival.disposition is Disposition.QUARANTINED,
    }


def _message_page(session: Session, arrival: Arrival, raw: str | None = None) -> str:
    is_held = arrival.disposition is Disposition.HELD
    reason = arrival.reason
    has_numbers, is_hopeless = bool(reason and reason.has_numbers), bool(reason and reason.is_hopeless)
    is_asked = holding.waits_for_author(session, arrival.key)
    return page(
        "held_message.html",
        **_row(session, arrival),
        fields=holding.fields_of(arrival),
        may_release=is_held and not (is_asked or has_numbers or is_hopeless),
        is_hopeless=is_hopeless,
        is_doubtful=bool(reason and reason.is_doubtful) or _may_be_anothers(arrival),
        holds_cpr=has_numbers,
        is_asked=is_asked,
        openings=holding.openings_of(session, arrival),
        raw=raw,
        now=the_means().clock(),
    )
