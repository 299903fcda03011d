"""Postponing: what one author writes over their quota is filed at once, and sent on little by little.

A message waits until its author's quota of an hour has room for it. What waits longer than a day is the operator's to
send on, as every letter is that comes so late. What was filed in the future, by a clock that was wrong, fills no quota
and waits for nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from tickets import journal
from tickets.database.models import Event, EventKind, Message, Person, Postponement
from tickets.database.store import Store
from tickets.journal import Follower
from tickets.moderation import spreading
from tickets.people import persons
from tickets.people.quotas import WITHIN

COUNTED = (EventKind.ASKED, EventKind.FOLLOWED_UP, EventKind.REPLIED, EventKind.NEWS_POSTED)  # all but lawyers' answers
SKEW = timedelta(minutes=5)  # by which the clocks of two machines may differ
AT_ONCE = 50  # messages sent on in one transaction


def put_off(session: Session, event: Event, quota: int, now: datetime) -> datetime | None:
    """When the message of an event is sent on, if its author's quota makes it wait; noted until then."""
    message = session.get(Message, event.message_key) if quota and event.kind in COUNTED else None
    if message is None:
        return None
    noted = session.get(Postponement, message.id)
    if noted is None and (due_at := _next_turn(session, message, quota, now)) and due_at > now:
        noted = Postponement(message_key=message.key, event_key=event.key, due_at=due_at)
        session.add(noted)
        session.flush()
    return noted.due_at if noted and noted.due_at > now else None


def keeps_back(session: Session, event: Event, now: datetime) -> bool:
    """Whether the others wait on for an event's message because its author's quota was full; noted if so."""
    message = session.get(Message, event.message_key)
    noted = session.get(Postponement, event.message_key)
    if message is None or noted is None or noted.due_at <= now:
        return False
    spreading.put_off(session, message, noted.due_at)
    return True


def _next_turn(session: Session, message: Message, quota: int, now: datetime) -> datetime | None:
    """When the mailbox's quota for the message's kind has room again; None if it was never full."""
    authors = persons.keys_of_mailbox(session, session.get_one(Person, message.author_key))
    sent_on_at = func.coalesce(Postponement.due_at, Message.filed_at)
    query = (
        select(sent_on_at)
        .select_from(Message)
        .outerjoin(Postponement, col(Postponement.message_key) == col(Message.id))
        .where(col(Message.author_key).in_(authors), Message.kind == message.kind, col(Message.id) < message.id)
        .where(col(Message.filed_at) <= now + SKEW)
        .order_by(col(Message.id).desc())
        .offset(quota - 1)
        .limit(1)
    )
    filled_at: datetime | None = session.exec(query).first()
    return filled_at + WITHIN if filled_at else None


def send_on(store: Store, follower: Follower, now: datetime) -> int:
    """Hand the follower the messages whose turn has come; how many."""
    is_due = or_(col(Postponement.due_at) <= now, col(Message.filed_at) > now + SKEW)
    query = (
        select(Postponement)
        .join(Message, col(Message.id) == col(Postponement.message_key))
        .where(col(Postponement.sent_on_at).is_(None), is_due)
    )
    with store.reading() as session:
        if session.exec(query.limit(1)).first() is None:
            return 0
    with store.transaction() as session:
        due = list(session.exec(query.order_by(col(Postponement.message_key)).limit(AT_ONCE)))
        for postponement in due:
            postponement.sent_on_at, postponement.due_at = now, min(postponement.due_at, now)
            journal.handle_late(session, follower, postponement.event_key, now)
    return len(due)
