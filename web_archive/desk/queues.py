"""Queues: the desk's first page, with what waits there, and what is done to several tickets at once."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from templates.grounds import tell_refusal
from tickets.archive import queues
from tickets.archive.queues import Narrowing, Queue
from tickets.archive.rows import Row
from tickets.conversations import lookup
from tickets.database.models import MailingList, Person, Ticket
from tickets.desk import absences
from tickets.errors import NotFound, PortalError
from tickets.people.appointments import lawyers
from tickets.people.sight import Sight
from tickets.workdays import working_days_between
from web_archive.desk import deeds
from web_archive.desk.deeds import Deed
from web_archive.desk.sitting import case_path, hand_of, lawyer
from web_archive.rendering import language, page, page_number, reading, the_means

blueprint = Blueprint("desk", __name__)

MOST = 50  # tickets at once


@blueprint.get("/desk")
def show() -> str:
    """What waits at the lawyer's desk: a queue of it, and how much each queue has."""
    with reading() as (session, sight):
        return _page(session, sight, lawyer(sight), [])


@blueprint.post("/desk")
def act_on_several() -> str | Response:
    """Do the same to each ticket that was chosen; which of them could not be done, and why."""
    means, refused = the_means(), list[tuple[str, str]]()
    name = request.form.get("do", "")
    with reading() as (session, sight):
        person = lawyer(sight)
    if name not in deeds.AT_ONCE:
        raise NotFound(name)
    for label in request.form.getlist("ticket")[:MOST]:
        try:
            with means.store.transaction() as session:
                ticket = _find(session, sight, label)
                deeds.do(name, Deed(session, means.portal, sight, ticket, hand_of(person), request.form))
        except PortalError as error:
            refused.append((label[:20], tell_refusal(language().code, error)))
    if refused:
        with reading() as (session, sight):
            return _page(session, sight, lawyer(sight), refused)
    return redirect(request.full_path.rstrip("?"))


def _find(session: Session, sight: Sight, label: str) -> Ticket:
    """The ticket of a list of the lawyer's that is called so. Raises NotFound."""
    prefix, _, number = label.rpartition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFound(label)
    _, ticket = lookup.ticket_named(session, sight, prefix, int(number))
    if ticket.mailing_list_key not in sight.lawyer_of:
        raise NotFound(label)
    return ticket


def _page(session: Session, sight: Sight, person: Person, refused: list[tuple[str, str]]) -> str:
    means, now = the_means(), the_means().clock()
    own, narrowing, lists = absences.covered_by(session, person, now), _narrowing(), queues.lists_of(session, sight)
    counted = queues.counts(session, sight, own, narrowing, now)
    which = _chosen(counted)
    found = queues.queue(session, sight, which, own, narrowing, now, page_number())
    today = means.portal.local(now).date()
    return page(
        "desk/queue.html", queues=list(Queue), which=which, counts=counted, found=found, lists=lists, refused=refused,
        narrowing=narrowing, organisations=queues.organisations_of(session, sight), case_path=case_path,
        colleagues=_colleagues(session, lists), names=_names(session, found.rows),
        days_left={
            row.ticket.key: working_days_between(today, means.portal.local(row.ticket.due_at).date())
            for row in found.rows
            if row.ticket.due_at
        },
        own=own, today=today,
    )  # fmt: skip


def _narrowing() -> Narrowing:
    args = request.args
    topic = args.get("topic", "").strip()[:40]
    return Narrowing(args.get("list", type=int), args.get("organisation", type=int), topic)


def _chosen(counted: Mapping[Queue, int]) -> Queue:
    """The queue that is asked for; else one's own, or where that is empty all that waits."""
    asked = request.args.get("queue", "")
    if asked in set(Queue):
        return Queue(asked)
    return Queue.MINE if counted[Queue.MINE] else Queue.ALL


def _colleagues(session: Session, lists: Iterable[MailingList]) -> list[Person]:
    """Who answers on any of the lists, by name."""
    found = {one.key: one for row in lists for one in lawyers(session, row.key)}
    return sorted(found.values(), key=lambda one: one.name)


def _names(session: Session, rows: Iterable[Row]) -> dict[int, str]:
    """What those are called who answer the tickets, by their keys."""
    keys = {row.ticket.assignee_key for row in rows}
    found = [session.get(Person, key) for key in keys if key is not None]
    return {one.key: one.name or one.email for one in found if one is not None}
