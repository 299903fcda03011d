"""The subscription: what somebody gets from a list from now on, and how to change it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from mailer.letters.cases import person_and_list
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View, marks_for
from mailer.letters.samples import ADDRESS, LEAVE, Sample
from tickets import links, wishes
from tickets.database import whereabouts
from tickets.database.models import Event, EventKind, LetterKind, Mode

RESTS_BEFORE = date(2027, 8, 12)  # in the sample
CHOICES = {EventKind.SUBSCRIBED: LetterKind.SUBSCRIBED, EventKind.UNSUBSCRIBED: LetterKind.UNSUBSCRIBED}


@dataclass(frozen=True)
class SubscriptionView(View):
    """What its template reads."""

    mode: Mode
    address: str  # the list's
    is_restricted: bool
    unsubscribe: str
    topics: tuple[str, ...] = ()
    rests_before: date | None = None


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word of a choice to whoever made it, unless they have chosen anew since."""
    found = person_and_list(session, event)
    if found is None:
        return
    person, mailing_list = found
    wanted = wishes.wishes_of(session, person, mailing_list)  # before the question, or it could be a later choice's
    if _has_chosen_anew(session, event):
        return
    message_id = links.make_own_id(means.portal)
    view = SubscriptionView(
        mode=wanted.mode,
        address=mailing_list.address,
        is_restricted=mailing_list.is_restricted,
        unsubscribe=marks_for(means.signer, message_id).unsubscribe,
        topics=wanted.topics,
        rests_before=wanted.rests_before,
    )
    draft = draft_notice(means, CHOICES[event.kind], mailing_list, view, "subscription", message_id)
    yield for_one(draft, person)


def _has_chosen_anew(session: Session, event: Event) -> bool:
    """Whether a later choice of the same person for the same list is in the journal, and has a letter of its own."""
    theirs = (whereabouts.PERSON_NOW.in_((event.person_key,)), col(Event.mailing_list_key) == event.mailing_list_key)
    later = select(col(Event.id)).where(col(Event.id) > event.id, *theirs, col(Event.kind).in_(CHOICES)).limit(1)
    return session.execute(later).first() is not None


def _declare(event: EventKind, *modes: Mode) -> Declaration:
    samples = [
        Sample(
            SubscriptionView(mode, ADDRESS, is_restricted, LEAVE),
            f"{mode}-restricted" if is_restricted else mode.value,
            "subscription",
        )
        for mode in modes
        for is_restricted in (False, True)
    ]
    if Mode.WEEKLY in modes:
        view = SubscriptionView(Mode.WEEKLY, ADDRESS, False, LEAVE, ("skole", "børn"), RESTS_BEFORE)
        samples.append(Sample(view, "topics", "subscription"))
    return Declaration(
        CHOICES[event], tuple(samples), (event,), write, budget=LetterBudget.AUTOMATIC, is_for_owners=True
    )


LETTERS = (
    _declare(EventKind.SUBSCRIBED, Mode.EACH, Mode.DAILY, Mode.WEEKLY),
    _declare(EventKind.UNSUBSCRIBED, Mode.NONE),
)
