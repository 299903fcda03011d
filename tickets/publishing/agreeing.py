"""Agreeing: whoever wants an answer published has agreed; those who asked are heard, and it is published, or is not.

An open asker was told. An anonymous one may say no for two working days. Of a confidential ticket nothing is published
before all who asked it have said yes. Whatever else an asker says counts as no.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from tickets import journal
from tickets.acts.acting import Hand, record
from tickets.database.models import (
    Act,
    ActKind,
    Consent,
    Delivery,
    DeliveryState,
    EventKind,
    Letter,
    LetterKind,
    Person,
    Publication,
    Ticket,
    Way,
)
from tickets.errors import Conflict, NotFound
from tickets.people.askers import askers_of
from tickets.people.sight import is_closed, is_for_all, is_wider
from tickets.portal import Portal
from tickets.publishing import drafting
from tickets.publishing.drafting import act_of, consents_about
from tickets.publishing.naming import make_path
from tickets.reasons import Refusal
from tickets.workdays import working_day_after

VETO_DAYS = 2  # working days
ONCE_MORE = timedelta(days=VETO_DAYS + 2)  # as long, wherever a weekend lies


def agree(session: Session, portal: Portal, publication: Publication, hand: Hand) -> Act | None:
    """Publish a draft now, or ask those who asked its ticket first; None then."""
    if publication.published_at or publication.withdrawn_at or publication.agreed_at:
        raise Conflict(Refusal.NO_DRAFT)
    ticket = session.get_one(Ticket, publication.ticket_key)
    publication.agreed_at, publication.fault, publication.visibility = hand.at, None, ticket.visibility
    session.add(publication)
    for one in consents_about(session, publication, ActKind.DRAFT):
        one.is_granted, one.decided_at = True, hand.at
        session.add(one)
    askers = [asker.key for asker in askers_of(session, ticket) if asker.id != hand.key]
    if is_for_all(ticket.visibility) or not askers:
        return publish(session, publication, hand)
    publication.due_at = None if is_closed(ticket.visibility) else end_of_veto(portal, hand.at)
    for key in askers:
        until = publication.due_at or hand.at + drafting.PATIENCE
        drafting.ask(session, ticket, publication, ActKind.PUBLISH, key, hand.at, until)
    tell(session, publication, hand.at)
    return None


def end_of_veto(portal: Portal, now: datetime) -> datetime:
    """The end of the second Danish working day after this one."""
    day = working_day_after(portal.local(now).date(), VETO_DAYS) + timedelta(days=1)
    return datetime.combine(day, time(), portal.zone).astimezone(now.tzinfo)


def hear_asker(session: Session, consent: Consent, hand: Hand, *, is_granted: bool) -> bool:
    """Take the word of one who asked; False where it comes too late to change anything.

    A no takes down even what is published already: nobody stands there against their will.
    """
    publication = session.get_one(Publication, int(consent.argument))
    ticket = session.get_one(Ticket, publication.ticket_key)
    if publication.withdrawn_at is not None or (publication.published_at is not None and is_granted):
        return False
    consent.is_granted, consent.decided_at = is_granted, hand.at
    session.add(consent)
    session.flush()
    if not is_granted:
        _keep(session, ticket, publication, hand)
    elif all(one.is_granted for one in consents_about(session, publication, ActKind.PUBLISH)):
        publish(session, publication, wanting(session, publication, hand.at, hand.way))
    return True


def _keep(session: Session, ticket: Ticket, publication: Publication, hand: Hand) -> None:
    if publication.published_at is not None:
        take_down(session, ticket, publication, hand)
    else:
        drafting.drop(session, publication, hand.at)
        tell(session, publication, hand.at)


def wanting(session: Session, publication: Publication, now: datetime, way: Way) -> Hand:
    """The hand of the person who wanted a publication: the act is theirs, whoever else was asked."""
    person = session.get(Person, publication.wanted_by_key) if publication.wanted_by_key else None
    return Hand(person, now, way)


def tell(session: Session, publication: Publication, now: datetime) -> None:
    """Have whoever wanted a publication told how it stands."""
    act, ticket = act_of(session, publication, ActKind.DRAFT), session.get_one(Ticket, publication.ticket_key)
    by = publication.wanted_by_key
    journal.append(session, EventKind.PUBLISHING, now, ticket=ticket, person_key=by, act_key=act.id)


# -- publishing ------------------------------------------------------------------------


def publish(session: Session, publication: Publication, hand: Hand) -> Act:
    """Let a publication stand on its page, in the place of the version that stands there."""
    ticket = session.get_one(Ticket, publication.ticket_key)
    before = drafting.standing(session, ticket)
    publication.path = publication.path or make_path(publication.subject)
    publication.published_at = hand.at
    if before is not None:
        before.withdrawn_at = hand.at
        publication.path, publication.published_at = before.path, before.published_at
        publication.corrections = [*before.corrections, hand.at.isoformat()]
        session.add(before)
    session.add(publication)
    session.flush()
    return record(
        session, ticket, ActKind.PUBLISH, hand, EventKind.PUBLISHED,
        before={"publication": before.key if before else None}, after={"publication": publication.key},
    )  # fmt: skip


def withdraw(session: Session, ticket: Ticket, hand: Hand) -> Act | None:
    """Take down what is published of a ticket, and drop what is drafted; None if there was a draft alone.

    Raises NotFound where there is neither.
    """
    drafts, published = drafting.waiting(session, ticket), drafting.standing(session, ticket)
    if not drafts and published is None:
        raise NotFound(Refusal.NOTHING_PUBLISHED)
    for one in drafts:
        drafting.keep(session, one, hand)
    return take_down(session, ticket, published, hand) if published else None


def take_down(session: Session, ticket: Ticket, publication: Publication, hand: Hand) -> Act:
    """Take a published answer off its page, with all its versions."""
    act = act_of(session, publication, ActKind.PUBLISH)
    publication.withdrawn_at = hand.at
    session.add(publication)
    session.flush()
    before = {"publication": publication.key}
    return record(
        session, ticket, ActKind.PUBLISH, hand, EventKind.UNPUBLISHED,
        before=before, after={"publication": None}, undoes=act,
    )  # fmt: skip


# -- the clock -------------------------------------------------------------------------


def find_due(session: Session, now: datetime) -> list[Publication]:
    """The publications to which nobody objected in time, and those whose askers said nothing in time."""
    waits = and_(
        col(Publication.agreed_at).is_not(None),
        col(Publication.published_at).is_(None),
        col(Publication.withdrawn_at).is_(None),
    )
    is_over = or_(
        col(Publication.due_at) <= now,
        and_(col(Publication.due_at).is_(None), col(Publication.agreed_at) <= now - drafting.PATIENCE),
    )
    return list(session.exec(select(Publication).where(waits, is_over)))


class Silence(StrEnum):
    """What it means that those who asked have said nothing."""

    AGREES = "agrees"
    TELLS_NOTHING = "tells_nothing"  # yet: the letter left late, or has not left
    UNASKED = "unasked"  # the letter came back, or never left


def read_silence(session: Session, publication: Publication, now: datetime) -> Silence:
    """Whether those who may say no were asked, and had the time to."""
    query = select(Delivery).join(Letter, col(Letter.id) == col(Delivery.letter_key))
    about = (Letter.ticket_key == publication.ticket_key, Delivery.kind == LetterKind.PUBLISHING)
    since = col(Delivery.made_at) >= publication.agreed_at
    asked = {one.person_key: one for one in session.exec(query.where(*about, since).order_by(col(Delivery.id)))}
    letters = [asked.get(one.person_key) for one in consents_about(session, publication, ActKind.PUBLISH)]
    if any(one is not None and one.state in (DeliveryState.FAILED, DeliveryState.WITHDRAWN) for one in letters):
        return Silence.UNASKED
    late = now - timedelta(days=VETO_DAYS)
    if all(one is not None and one.settled_at is not None and one.settled_at <= late for one in letters):
        return Silence.AGREES
    has_patience = publication.agreed_at is not None and now - publication.agreed_at < drafting.PATIENCE
    return Silence.TELLS_NOTHING if has_patience else Silence.UNASKED


def go_on(session: Session, now: datetime) -> int:
    """Publish what nobody has objected to, and drop what waited in vain; how many these are.

    Silence agrees only of those whose letter left in time and did not come back.
    """
    due = find_due(session, now)
    for publication in due:
        ticket = session.get_one(Ticket, publication.ticket_key)
        hand = wanting(session, publication, now, Way.CLOCK)
        is_hidden = publication.due_at is None or is_wider(publication.visibility, ticket.visibility)
        silence = Silence.UNASKED if is_hidden else read_silence(session, publication, now)
        if silence is Silence.TELLS_NOTHING:
            publication.due_at = now + ONCE_MORE
            session.add(publication)
        elif silence is Silence.UNASKED:
            _keep(session, ticket, publication, hand)
        else:
            publish(session, publication, hand)
    return len(due)
