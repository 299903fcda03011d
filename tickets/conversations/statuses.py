"""Statuses: what a ticket waits for, and when it is closed because nobody waits any more."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from tickets import journal
from tickets.database.models import EventKind, Person, Status, Ticket, TicketKind

CLOSES_AFTER = timedelta(days=14)


def change_status(session: Session, ticket: Ticket, status: Status, at: datetime, by: Person | None = None) -> None:
    """Give a ticket a status, and tell the journal if that is news."""
    if ticket.status is status:
        return
    if status is Status.OPEN:
        ticket.reopened_at = at
    ticket.status, ticket.pending_until = status, None
    ticket.changed_at = at
    session.add(ticket)
    journal.append(session, EventKind.STATUS_CHANGED, at, ticket=ticket, person_key=by.id if by else None)


def has_stale(session: Session, now: datetime) -> bool:
    """Whether there is anything to close."""
    return session.exec(_stale(now).limit(1)).first() is not None


def close_answered(session: Session, now: datetime) -> int:
    """Close the tickets whose answer nobody has come back to for 14 days; how many."""
    stale = list(session.exec(_stale(now)))
    for ticket in stale:
        change_status(session, ticket, Status.CLOSED, now)
    return len(stale)


def _stale(now: datetime) -> SelectOfScalar[Ticket]:
    return select(Ticket).where(Ticket.status == Status.ANSWERED, col(Ticket.changed_at) < now - CLOSES_AFTER)


def closed_unanswered() -> tuple[ColumnElement[bool], ...]:
    """What holds of a question that was closed without an answer."""
    return (
        col(Ticket.kind) == TicketKind.QUESTION,
        col(Ticket.status) == Status.CLOSED,
        col(Ticket.answered_at).is_(None),
    )
