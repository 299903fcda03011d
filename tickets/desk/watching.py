"""Watching: what the clock does at the desk: what was laid aside comes back, and whoever answers is reminded."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from tickets import journal
from tickets.acts import acting
from tickets.acts.acting import Hand
from tickets.conversations import deadlines
from tickets.database.models import ActKind, EventKind, MailingList, Status, Ticket, Way
from tickets.database.store import Clock, Store
from tickets.portal import Portal
from tickets.workdays import is_working_day, working_day_after

MORNING = timedelta(hours=8)  # before a working day ends: when it begins
AT_ONCE = 50  # tickets in one transaction


def work(store: Store, portal: Portal, clock: Clock) -> int:
    """Do what is due; how many tickets that was about."""
    now = clock()
    with store.reading() as session:
        if session.exec(_returning(now).limit(1)).first() is None and not has_due(session, portal, now):
            return 0
    with store.transaction() as session:
        return bring_back(session, portal, now) + remind(session, portal, now)


def bring_back(session: Session, portal: Portal, now: datetime) -> int:
    """Let tickets whose day has come wait for an answer again; how many."""
    back = list(session.exec(_returning(now).limit(AT_ONCE)))
    for ticket in back:
        acting.change(
            session, ticket, ActKind.REOPEN, Hand(None, now, Way.CLOCK), EventKind.CAME_BACK,
            status=Status.OPEN, pending_until=None, **_due_again(portal, ticket, now),
        )  # fmt: skip
    return len(back)


def _due_again(portal: Portal, ticket: Ticket, now: datetime) -> dict[str, datetime | int]:
    """The fields of a ticket that is back: due at the end of the working day, its assignee told of that already."""
    today = portal.local(now).date()
    day = today if is_working_day(today) else working_day_after(today, 1)
    until = deadlines.end_of(portal, day)
    return {"due_at": until, "reminders": 1} if ticket.due_at and ticket.due_at < until else {}


def has_due(session: Session, portal: Portal, now: datetime) -> bool:
    """Whether anybody is to be reminded of anything."""
    return _is_office_time(portal, now) and session.exec(_due(now).limit(1)).first() is not None


def remind(session: Session, portal: Portal, now: datetime) -> int:
    """Remind the assignee on the morning of the due day, all lawyers on the next working day's; of how many tickets."""
    if not _is_office_time(portal, now):
        return 0
    due = list(session.exec(_due(now).order_by(col(Ticket.due_at)).limit(AT_ONCE)))
    for ticket in due:
        if not _renew(session, portal, ticket):
            is_late = ticket.due_at is not None and ticket.due_at <= now
            ticket.reminders = 2 if is_late else 1
            journal.append(session, EventKind.LATE if is_late else EventKind.DUE, now, ticket=ticket)
        session.add(ticket)
    return len(due)


def _renew(session: Session, portal: Portal, ticket: Ticket) -> bool:
    """Give a ticket that was asked about again a later due date; whether it got one."""
    if ticket.reopened_at is None or ticket.due_at is None:
        return False
    anew = deadlines.due_after(portal, session.get_one(MailingList, ticket.mailing_list_key), ticket.reopened_at)
    if anew is None or anew <= ticket.due_at:
        return False
    ticket.due_at, ticket.reminders = anew, 0
    return True


def _is_office_time(portal: Portal, now: datetime) -> bool:
    local = portal.local(now)
    return is_working_day(local.date()) and local + MORNING >= deadlines.end_of(portal, local.date())


def _returning(now: datetime) -> SelectOfScalar[Ticket]:
    return select(Ticket).where(Ticket.status == Status.PENDING, col(Ticket.pending_until) <= now)


def _due(now: datetime) -> SelectOfScalar[Ticket]:
    """The tickets whose answer is due today or overdue, and whose lawyers are yet to be reminded."""
    today, before = now + MORNING, now - MORNING
    untold = or_(
        (col(Ticket.reminders) == 0) & (col(Ticket.due_at) <= today),
        (col(Ticket.reminders) == 1) & (col(Ticket.due_at) <= before),
    )
    return select(Ticket).where(Ticket.status == Status.OPEN, untold)
