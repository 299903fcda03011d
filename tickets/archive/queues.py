"""Queues: what waits at a lawyer's desk, in which order, and how much of it there is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import case, exists
from sqlmodel import Session, col, func, select

from tickets.archive import rows
from tickets.archive.rows import WAITING, Page, has_topic
from tickets.database.models import MailingList, Organisation, Person, Status, Ticket, TicketKind, Watcher
from tickets.people.sight import Sight


class Queue(StrEnum):
    """Which tickets a lawyer looks at."""

    MINE = "mine"  # that this lawyer answers, or stands in for whoever does
    UNASSIGNED = "unassigned"
    LATE = "late"
    WAITING = "waiting"  # laid aside
    SAME = "same"  # others have the same question
    ALL = "all"  # that are not answered
    DONE = "done"


@dataclass(frozen=True)
class Narrowing:
    """Of which tickets alone; None and the empty text leave none out."""

    list_key: int | None = None
    organisation_key: int | None = None
    topic: str = ""


def queue(
    session: Session,
    sight: Sight,
    which: Queue,
    own: Collection[int],
    narrowing: Narrowing,
    now: datetime,
    page: int = 1,
) -> Page:
    """A page of a queue, what has waited longest first; of what is done, the newest.

    `own` are the people whose tickets are mine.
    """
    conditions = [*_narrowed(sight, narrowing), _belongs(which, own, now)]
    order = rows.BY_CHANGE if which is Queue.DONE else rows.BY_WAIT
    return rows.page_of(session, sight, conditions, order, page)


def counts(
    session: Session, sight: Sight, own: Collection[int], narrowing: Narrowing, now: datetime
) -> Mapping[Queue, int]:
    """How many tickets each queue has."""
    sums = [func.coalesce(func.sum(case((_belongs(one, own, now), 1), else_=0)), 0) for one in Queue]
    query = select(*sums).select_from(Ticket).join(Person, col(Person.id) == col(Ticket.asker_key))
    found = session.execute(query.where(*_narrowed(sight, narrowing))).one()
    return dict(zip(Queue, found, strict=True))


def lists_of(session: Session, sight: Sight) -> list[MailingList]:
    """The lists at whose desk somebody sits."""
    query = select(MailingList).where(col(MailingList.id).in_(sight.lawyer_of))
    return list(session.exec(query.order_by(col(MailingList.name))))


def organisations_of(session: Session, sight: Sight) -> list[Organisation]:
    """Where those are from who wait for an answer at somebody's desk."""
    waiting = (col(Ticket.mailing_list_key).in_(sight.lawyer_of), col(Ticket.status).in_(WAITING))
    asks = exists().where(col(Person.organisation_key) == col(Organisation.id), col(Ticket.asker_key) == col(Person.id))
    return list(session.exec(select(Organisation).where(asks.where(*waiting)).order_by(col(Organisation.name))))


def _narrowed(sight: Sight, narrowing: Narrowing) -> list[Any]:
    conditions: list[Any] = [
        sight.tickets(), col(Ticket.mailing_list_key).in_(sight.lawyer_of), col(Ticket.kind) == TicketKind.QUESTION,
    ]  # fmt: skip
    if narrowing.list_key is not None:
        conditions.append(col(Ticket.mailing_list_key) == narrowing.list_key)
    if narrowing.organisation_key is not None:
        conditions.append(col(Person.organisation_key) == narrowing.organisation_key)
    if narrowing.topic:
        conditions.append(has_topic(narrowing.topic))
    return conditions


def _belongs(which: Queue, own: Collection[int], now: datetime) -> Any:
    """The condition on `Ticket` that it stands in a queue."""
    is_open = col(Ticket.status) == Status.OPEN
    if which is Queue.MINE:
        return is_open & col(Ticket.assignee_key).in_(own)
    if which is Queue.UNASSIGNED:
        return is_open & col(Ticket.assignee_key).is_(None)
    if which is Queue.LATE:
        return is_open & (col(Ticket.due_at) < now)
    if which is Queue.WAITING:
        return col(Ticket.status) == Status.PENDING
    if which is Queue.SAME:
        same = exists().where(col(Watcher.ticket_key) == col(Ticket.id), col(Watcher.has_same))
        return col(Ticket.status).in_(WAITING) & same
    return col(Ticket.status).in_(WAITING) if which is Queue.ALL else col(Ticket.status).not_in(WAITING)
