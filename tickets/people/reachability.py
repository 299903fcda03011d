"""Reachability: when an address sends so much back that letters to it are paused, and when they go on.

A score for each list that somebody gets, as Mailman keeps it: 1 for a hard bounce, half for another, at most once a
day, and 3 for a complaint. Nine days without bounces forget it, so that weekly letters that come back add up, some
hours earlier or later. At 3 the person is warned, at 5 the list is paused for them, but never within a day of the
warning: a report may be forged, and whoever reads the warning says so with one click. What is paused is told, never
dropped.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from tickets import journal
from tickets.database.models import EventKind, MailingList, Mode, Person, Subscription
from tickets.people import appointments, subscriptions
from tickets.reasons import BounceKind

WARNING, THRESHOLD = 3.0, 5.0
STALE = timedelta(days=9)
NOTICE = timedelta(days=1)  # between the warning and the pause
WEIGHTS = {BounceKind.HARD: 1.0, BounceKind.TRANSIENT: 0.5, BounceKind.POLICY: 0.5, BounceKind.COMPLAINT: WARNING}
GETTING = (Mode.EACH, Mode.DAILY, Mode.WEEKLY)


def score_bounce(score: float, last_at: datetime | None, kind: BounceKind, at: datetime) -> float:
    """The score after one more bounce; one of the same day adds nothing, but a complaint always counts."""
    if last_at is None or at - last_at > STALE:
        score = 0.0
    elif last_at.date() == at.date() and kind is not BounceKind.COMPLAINT:
        return score
    return score + WEIGHTS[kind]


def note_bounce(session: Session, person: Person, list_key: int | None, kind: BounceKind, at: datetime) -> None:
    """Count a bounce of a list's letter on the person it went to; in time, warn them and then pause that list."""
    subscription = session.get(Subscription, (person.id, list_key)) if list_key is not None else None
    if subscription is None or subscription.mode is Mode.NONE:
        return
    score = score_bounce(subscription.bounce_score, subscription.bounced_at, kind, at)
    if subscription.bounced_at and at - subscription.bounced_at > STALE:
        subscription.warned_at = None
    if score != subscription.bounce_score or subscription.bounced_at is None:
        subscription.bounce_score, subscription.bounced_at = score, at
    if step := _next_step(subscription, at):
        journal.append(session, step, at, list_key=list_key, person_key=person.id)
    if step is EventKind.WARNED:
        subscription.warned_at = at
    elif step is EventKind.PAUSED:
        subscription.paused_at = at
    session.flush()


def _next_step(subscription: Subscription, at: datetime) -> EventKind | None:
    if subscription.paused_at is not None or subscription.bounce_score < WARNING:
        return None
    if subscription.warned_at is None:
        return EventKind.WARNED
    has_had_notice = at - subscription.warned_at >= NOTICE
    return EventKind.PAUSED if subscription.bounce_score >= THRESHOLD and has_had_notice else None


def resume(session: Session, person: Person, at: datetime) -> bool:
    """Let letters go to this person again, as if none had come back; whether any were paused."""
    was_paused = False
    for subscription in _in_trouble(session, person):
        if subscription.paused_at is not None:
            was_paused = True
            journal.append(session, EventKind.RESUMED, at, list_key=subscription.mailing_list_key, person_key=person.id)
        subscription.forget_bounces()
    session.flush()
    return was_paused


def heard_from(session: Session, person: Person, at: datetime) -> None:
    """Note that a person writes to us: whose address sent letters back is reached again."""
    resume(session, person, at)


def is_paused(session: Session, person: Person) -> bool:
    """Whether letters of any list to a person are paused, because they came back."""
    return any(one.paused_at is not None for one in _in_trouble(session, person))


def is_warned(session: Session, person: Person) -> bool:
    """Whether letters to this person are about to be paused, or are paused."""
    return any(one.warned_at is not None or one.paused_at is not None for one in _in_trouble(session, person))


def stand_ins(session: Session, person: Person, mailing_list: MailingList) -> list[Person]:
    """Who is to know that a person gets no letters: the other contacts of their organisation on the list.

    Where there are none left, it is for those who run the list: its lawyers and the administrators.
    """
    list_key = mailing_list.key
    readers = [one for mode in GETTING for one in subscriptions.subscribers(session, list_key, mode)]
    contacts = [one for one in readers if person.organisation_key and one.organisation_key == person.organisation_key]
    others = contacts or [*appointments.administrators(session), *appointments.lawyers(session, list_key)]
    return list({one.id: one for one in others if one.id != person.id}.values())


def colleagues(session: Session, person: Person) -> list[Person]:
    """The others of a person's organisation who get some list, and whom letters reach."""
    query = (
        select(Person)
        .join(Subscription, col(Subscription.person_key) == col(Person.id))
        .where(col(Person.organisation_key) == person.organisation_key, Person.id != person.id)
        .where(col(Subscription.mode).in_(GETTING), col(Subscription.paused_at).is_(None))
        .order_by(col(Person.id))
        .distinct()
    )
    return list(session.exec(query)) if person.organisation_key else []


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
    """How many subscriptions are paused, because letters came back."""
    query = select(func.count()).select_from(Subscription).where(col(Subscription.paused_at).is_not(None))
    return session.exec(query).one()


def _in_trouble(session: Session, person: Person) -> list[Subscription]:
    """The person's subscriptions, paused ones too, of which letters came back."""
    troubled = or_(col(Subscription.bounced_at).is_not(None), col(Subscription.paused_at).is_not(None))
    query = select(Subscription).where(Subscription.person_key == person.id, Subscription.mode != Mode.NONE, troubled)
    return list(session.exec(query))
