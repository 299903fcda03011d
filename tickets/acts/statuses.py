"""Statuses: a ticket is closed, opened again, or laid aside until a day or until somebody writes."""

from datetime import UTC, date, datetime, time

from sqlmodel import Session

from tickets.acts.acting import Hand, change
from tickets.database.models import Act, ActKind, EventKind, Status, Ticket, TicketKind
from tickets.errors import BadInput
from tickets.portal import Portal
from tickets.reasons import Refusal

BACK_AT = time(8)  # local


def close(session: Session, ticket: Ticket, hand: Hand) -> Act | None:
    """Close a ticket, answered or not."""
    return _set(session, ticket, ActKind.CLOSE, hand, Status.CLOSED)


def reopen(session: Session, ticket: Ticket, hand: Hand) -> Act | None:
    """Let a ticket wait for an answer again. Raises BadInput for news, which never did."""
    if ticket.kind is TicketKind.NEWS:
        raise BadInput(Refusal.NEWS_WAITS_NOT)
    if ticket.status is Status.OPEN:
        return None
    return change(
        session, ticket, ActKind.REOPEN, hand, EventKind.STATUS_CHANGED,
        status=Status.OPEN, pending_until=None, reopened_at=hand.at,
    )  # fmt: skip


def put_off(session: Session, ticket: Ticket, until: datetime | None, hand: Hand) -> Act | None:
    """Lay a ticket aside until then, or until somebody writes."""
    return _set(session, ticket, ActKind.PENDING, hand, Status.PENDING, until)


def morning_of(portal: Portal, day: date) -> datetime:
    """When a ticket that was laid aside comes back on a day."""
    return datetime.combine(day, BACK_AT, portal.zone).astimezone(UTC)


def _set(
    session: Session, ticket: Ticket, kind: ActKind, hand: Hand, status: Status, until: datetime | None = None
) -> Act | None:
    return change(session, ticket, kind, hand, EventKind.STATUS_CHANGED, status=status, pending_until=until)
