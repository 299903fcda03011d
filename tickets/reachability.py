"""Reachability: when an address sends so much back that letters to it are paused, and when they go on.

A score as Mailman keeps it: 1 for a hard bounce, half for another, at most once a day; nine days without bounces forget
it, so that weekly letters that come back add up, some hours earlier or later. At 5 all that the person subscribes to is
paused, at a complaint at once. What is paused is told, never dropped.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from tickets import journal, membership
from tickets.failures import BounceKind
from tickets.models import EventKind, MailingList, Mode, Person, Subscription

THRESHOLD = 5.0
STALE = timedelta(days=9)
WEIGHTS = {BounceKind.HARD: 1.0, BounceKind.TRANSIENT: 0.5, BounceKind.POLICY: 0.5, BounceKind.COMPLAINT: THRESHOLD}


def score_bounce(score: float, last_at: datetime | None, kind: BounceKind, at: datetime) -> float:
    """The score after one more bounce; one of the same day adds nothing, but a complaint always counts."""
    if last_at is None or at - last_at > STALE:
        score = 0.0
    elif last_at.date() == at.date() and kind is not BounceKind.COMPLAINT:
        return score
    return score + WEIGHTS[kind]


def note_bounce(session: Session, person: Person, kind: BounceKind, at: datetime) -> None:
    """Count a bounce on the person it went to; at the threshold, pause what they subscribe to."""
    score = score_bounce(person.bounce_score, person.bounced_at, kind, at)
    if score != person.bounce_score or person.bounced_at is None:
        person.bounce_score, person.bounced_at = score, at
    if score >= THRESHOLD:
        for subscription in _subscriptions(session, person, is_paused=False):
            subscription.paused_at = at
            journal.append(session, EventKind.PAUSED, at, list_key=subscription.mailing_list_key, person_key=person.id)
    session.flush()


def resume(session: Session, person: Person, at: datetime) -> bool:
    """Let letters go to this person again, as if none had come back; whether any were paused."""
    person.bounce_score, person.bounced_at = 0.0, None
    paused = _subscriptions(session, person, is_paused=True)
    for subscription in paused:
        subscription.paused_at = None
        journal.append(session, EventKind.RESUMED, at, list_key=subscription.mailing_list_key, person_key=person.id)
    session.flush()
    return bool(paused)


def heard_from(session: Session, person: Person, at: datetime) -> None:
    """Note that a person writes to us: whose address sent letters back is reached again."""
    if person.bounced_at is not None:
        resume(session, person, at)


def is_paused(session: Session, person: Person) -> bool:
    return bool(_subscriptions(session, person, is_paused=True))


def stand_ins(session: Session, person: Person, mailing_list: MailingList) -> list[Person]:
    """Who is to know that a person gets no letters: the other contacts of their organisation on the list.

    Where there are none left, it is for those who run the list: its lawyers and the administrators.
    """
    list_key = mailing_list.id or 0
    readers = [
        *membership.subscribers(session, list_key, Mode.EACH),
        *membership.subscribers(session, list_key, Mode.WEEKLY),
    ]
    contacts = [one for one in readers if person.organisation_key and one.organisation_key == person.organisation_key]
    others = contacts or [*membership.administrators(session), *membership.lawyers(session, list_key)]
    return list({one.id: one for one in others if one.id != person.id}.values())


def has_stand_in(person: Person, others: Iterable[Person]) -> bool:
    """Whether somebody of the person's own organisation is among the others."""
    return any(person.organisation_key and one.organisation_key == person.organisation_key for one in others)


def paused(session: Session) -> list[tuple[Person, MailingList, datetime]]:
    """Every paused subscription: whose, to which list, since when."""
    query = (
        select(Person, MailingList, Subscription.paused_at)
        .join(Subscription, col(Subscription.person_key) == col(Person.id))
        .join(MailingList, col(MailingList.id) == col(Subscription.mailing_list_key))
        .where(col(Subscription.paused_at).is_not(None))
        .order_by(Person.email, MailingList.name)
    )
    return [(person, mailing_list, at) for person, mailing_list, at in session.exec(query) if at is not None]


def count_paused(session: Session) -> int:
    query = select(func.count()).select_from(Subscription).where(col(Subscription.paused_at).is_not(None))
    return session.exec(query).one()


def _subscriptions(session: Session, person: Person, *, is_paused: bool) -> list[Subscription]:
    """What the person would get but for a pause, paused or not."""
    at = col(Subscription.paused_at)
    query = select(Subscription).where(
        Subscription.person_key == person.id,
        Subscription.mode != Mode.NONE,
        at.is_not(None) if is_paused else at.is_(None),
    )
    return list(session.exec(query))
