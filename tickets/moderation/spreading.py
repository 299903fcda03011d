"""Spreading: others get a question or an answer only when its author has had time to take it back.

Until then the asker and the lawyers have it, and no letter, digest or receipt tells anybody else of it. When the time
is over the journal says so, once, and whoever is told of the message by then is told of it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, exists, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from tickets import journal
from tickets.database.models import (
    Delivery,
    DeliveryState,
    EventKind,
    Letter,
    LetterKind,
    Message,
    MessageKind,
    Postponement,
    Ticket,
    UndoWindow,
)

WAITING = (MessageKind.QUESTION, MessageKind.ANSWER)  # others get it later
POSTS = (LetterKind.QUESTION, LetterKind.ANSWER, LetterKind.FOLLOW_UP, LetterKind.REPLY)  # whatever it became since
AT_ONCE = 50  # messages in one transaction
SKEW = timedelta(minutes=5)  # by which the clocks of two machines may differ
NOTHING = timedelta(0)


def hold_back(session: Session, message: Message, at: datetime, undo: timedelta) -> None:
    """Have others wait for a message as long as `undo`, if it is of a kind that waits; 0 lets nothing wait."""
    if undo > NOTHING and message.kind in WAITING:
        session.merge(UndoWindow(message_key=message.key, opened_at=at, until=at + undo))
        session.flush()


def window_of(session: Session, message: Message) -> UndoWindow | None:
    """The undo window of a message, over or not; None if it had none."""
    return session.get(UndoWindow, message.id)


def waits_until(session: Session, message: Message) -> datetime | None:
    """When the undo window of a message ends; None if nothing keeps the message from others."""
    window = window_of(session, message)
    return window.until if window and window.ended_at is None else None


def is_out() -> ColumnElement[bool]:
    """The condition on `Message` that it waits for nothing."""
    return ~exists().where(col(UndoWindow.message_key) == col(Message.id), col(UndoWindow.ended_at).is_(None))


def is_asked() -> ColumnElement[bool]:
    """The condition on `Ticket` that its question waits for nothing."""
    first = (col(UndoWindow.message_key) == col(Message.id), col(Message.ticket_key) == col(Ticket.id))
    return ~exists().where(*first, col(Message.kind) == MessageKind.QUESTION, col(UndoWindow.ended_at).is_(None))


def unfinished(session: Session, tickets: Collection[int]) -> set[int]:
    """The keys of those of these tickets in which something still waits for its undo window."""
    query = select(Message.ticket_key).where(col(Message.ticket_key).in_(tickets), ~is_out())
    return set(session.exec(query))


def owed_to(session: Session, message: Message) -> set[int]:
    """The keys of those who have a letter about a message, or will get the one that they are owed."""
    letters = (Letter.ticket_key == message.ticket_key, Letter.message_key == message.id, col(Letter.kind).in_(POSTS))
    query = select(Delivery.person_key).join(Letter, col(Letter.id) == col(Delivery.letter_key)).where(*letters)
    return set(session.exec(query.where(Delivery.state != DeliveryState.WITHDRAWN)))


def close(session: Session, message: Message, at: datetime) -> None:
    """End the undo window of a message that its author took back, without telling anybody."""
    window = window_of(session, message)
    if window is not None and window.ended_at is None:
        window.ended_at = at
        session.add(window)
        session.flush()


def open_again(session: Session, message: Message, at: datetime) -> None:
    """Open the undo window of a message that its author gives again, as long as the first."""
    window = window_of(session, message)
    if window is not None:
        length = window.until - window.opened_at
        window.opened_at, window.until, window.ended_at = at, at + length, None
        session.add(window)
        session.flush()


def open_since(session: Session, ticket: Ticket, since: datetime, at: datetime) -> None:
    """Open the undo windows anew that ended while nobody else saw the ticket, now that others see it again."""
    query = select(Message).join(UndoWindow, col(UndoWindow.message_key) == col(Message.id))
    over = query.where(Message.ticket_key == ticket.id, col(UndoWindow.ended_at) >= since)
    for message in session.exec(over.where(Message.kind != MessageKind.RECALLED)):
        open_again(session, message, at)


def put_off(session: Session, message: Message, until: datetime) -> None:
    """Let a message wait beyond its undo window, because its author wrote more than their quota for an hour."""
    window = window_of(session, message)
    if window is not None:
        window.ended_at, window.until = None, until
        session.add(window)
        session.flush()


def is_due(session: Session, now: datetime) -> bool:
    """Whether any undo window is over."""
    return session.exec(_due(now).limit(1)).first() is not None


def spread(session: Session, now: datetime) -> int:
    """Let others get the messages whose undo window is over; how many."""
    due = session.exec(_due(now).order_by(col(UndoWindow.until)).limit(AT_ONCE).with_for_update(skip_locked=True))
    windows = list(due)
    for window in windows:
        window.ended_at = now
        session.add(window)
        message = session.get_one(Message, window.message_key)
        ticket = session.get_one(Ticket, message.ticket_key)
        journal.append(session, EventKind.SPREAD, now, ticket=ticket, message=message, person_key=message.author_key)
    session.flush()
    return len(windows)


def count_waiting(session: Session) -> tuple[int, datetime | None]:
    """How many messages others have yet to get, and when they get the next of them."""
    query = select(func.count(), func.min(UndoWindow.until)).where(col(UndoWindow.ended_at).is_(None))
    count, until = session.exec(query).one()
    return count, until


def _due(now: datetime) -> SelectOfScalar[UndoWindow]:
    """Undo windows that are over, or that a wrong clock made too long; not those that a quota prolongs."""
    is_over = or_(col(UndoWindow.until) <= now, col(UndoWindow.opened_at) > now + SKEW)
    postponed = exists().where(
        col(Postponement.message_key) == col(UndoWindow.message_key), col(Postponement.sent_on_at).is_(None)
    )
    return select(UndoWindow).where(col(UndoWindow.ended_at).is_(None), is_over, ~postponed)
