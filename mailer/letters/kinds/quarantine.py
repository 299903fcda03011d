"""Quarantine: word of a message that could not be processed, to the administrators, and to its author that it waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import find_put_aside
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, draft_notice, for_each, for_one
from mailer.letters.letters import View
from mailer.letters.samples import ADDRESS, AT, LATER, OWNER, PAGE, SUBJECT, Sample
from tickets import links
from tickets.database.models import Arrival, Event, EventKind, LetterKind
from tickets.moderation import originals
from tickets.numbers.cpr import mask_cpr
from tickets.people import appointments


@dataclass(frozen=True)
class QuarantinedView(View):
    """To the administrators."""

    number: int
    address: str  # that the message came to
    url: str
    deleted_at: datetime | None


@dataclass(frozen=True)
class DelayedView(View):
    """To the author."""

    subject: str
    at: datetime
    address: str  # the list's
    owner: str
    deleted_at: datetime | None


def _tell_administrators(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    arrival = session.get(Arrival, event.arrival_key)
    if arrival is None:
        return
    view = QuarantinedView(
        number=arrival.key,
        address=arrival.recipient,
        url=links.held_url(means.portal, arrival.key),
        deleted_at=_deleted_at(session, means, arrival),
    )
    yield for_each(draft_notice(means, LetterKind.QUARANTINED, None, view), appointments.administrators(session))


def _tell_author(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    if (aside := find_put_aside(session, event)) is None:
        return
    view = DelayedView(
        subject=mask_cpr(aside.arrival.subject),
        at=aside.arrival.received_at,
        address=aside.mailing_list.address,
        owner=links.owner_address(aside.mailing_list),
        deleted_at=_deleted_at(session, means, aside.arrival),
    )
    yield for_one(draft_notice(means, LetterKind.DELAYED, aside.mailing_list, view), aside.person)


def _deleted_at(session: Session, means: Means, arrival: Arrival) -> datetime | None:
    """When it is deleted, if a number may stand in it."""
    found_at = originals.found_at(session, arrival.content_key)
    return found_at + means.privacy.keep_original if found_at else None


LETTERS = (
    Declaration(
        LetterKind.QUARANTINED,
        (
            Sample(QuarantinedView(17, ADDRESS, PAGE, None)),
            Sample(QuarantinedView(17, ADDRESS, PAGE, LATER), "to-be-deleted"),
        ),
        (EventKind.QUARANTINED,),
        _tell_administrators,
    ),
    Declaration(
        LetterKind.DELAYED,
        (
            Sample(DelayedView(SUBJECT, AT, ADDRESS, OWNER, None)),
            Sample(DelayedView(SUBJECT, AT, ADDRESS, OWNER, LATER), "to-be-deleted"),
        ),
        (EventKind.QUARANTINED,),
        _tell_author,
        budget=LetterBudget.AUTOMATIC,
    ),
)
