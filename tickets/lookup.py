"""Lookups: the questions that pages and feeds ask, each for what one person may see."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from tickets import threads
from tickets.conversation import Byline, byline_of_asker
from tickets.errors import NotFound
from tickets.membership import Sight, find_list
from tickets.models import (
    MailingList,
    Message,
    MessageKind,
    Organisation,
    Person,
    Status,
    Ticket,
    TicketKind,
    Visibility,
)

PER_PAGE = 25


@dataclass(frozen=True)
class Row:
    """A ticket in a list of tickets."""

    ticket: Ticket
    mailing_list: MailingList
    asker: Byline
    replies: int


@dataclass(frozen=True)
class Page:
    rows: tuple[Row, ...]
    total: int
    number: int
    pages: int


def visible_lists(session: Session, sight: Sight) -> list[MailingList]:
    rows = session.exec(select(MailingList).order_by(MailingList.name))
    return [row for row in rows if sight.of_list(row.id or 0)]


def visible_list(session: Session, sight: Sight, prefix: str) -> MailingList:
    """Raises NotFound, also for a list that is there but not to be seen."""
    mailing_list = find_list(session, prefix)
    if not sight.of_list(mailing_list.id or 0):
        raise NotFound(prefix)
    return mailing_list


def tickets(
    session: Session,
    sight: Sight,
    *,
    mailing_list: MailingList | None = None,
    statuses: tuple[Status, ...] = (),
    kind: TicketKind = TicketKind.QUESTION,
    asker_key: int | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """Tickets that may be seen, those that changed last first."""
    conditions: list[Any] = [sight.tickets(), col(Ticket.kind) == kind]
    if mailing_list is not None:
        conditions.append(col(Ticket.mailing_list_key) == mailing_list.id)
    if statuses:
        conditions.append(col(Ticket.status).in_(statuses))
    if asker_key is not None:
        conditions.append(col(Ticket.asker_key) == asker_key)
    total = session.exec(select(func.count()).select_from(Ticket).where(*conditions)).one()
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    query = (
        select(Ticket, MailingList, Person, Organisation)
        .join(MailingList, col(MailingList.id) == col(Ticket.mailing_list_key))
        .join(Person, col(Person.id) == col(Ticket.asker_key))
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(*conditions)
        .order_by(col(Ticket.changed_at).desc(), col(Ticket.id).desc())
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    found = list(session.exec(query))
    replies = _count_replies(session, [ticket.id or 0 for ticket, *_ in found])
    rows = [
        Row(ticket, mailing_list, byline_of_asker(sight, ticket, asker, organisation), replies.get(ticket.id or 0, 0))
        for ticket, mailing_list, asker, organisation in found
    ]
    return Page(tuple(rows), total, page, pages)


def counts_by_status(session: Session, sight: Sight, mailing_list: MailingList) -> dict[Status, int]:
    query = select(Ticket.status, func.count()).where(
        sight.tickets(), Ticket.mailing_list_key == mailing_list.id, Ticket.kind == TicketKind.QUESTION
    )
    return {Status(word): count for word, count in session.exec(query.group_by(Ticket.status))}


def ticket_named(session: Session, sight: Sight, prefix: str, number: int) -> tuple[MailingList, Ticket]:
    """The ticket, or the one it was merged into. Raises NotFound, also for what is not to be seen."""
    mailing_list = find_list(session, prefix)
    ticket = threads.find_ticket(session, mailing_list, number)
    if ticket is None or not sight.of_ticket(ticket):
        raise NotFound(f"{prefix}-{number}")
    return mailing_list, ticket


def message_at(session: Session, sight: Sight, path: str) -> tuple[MailingList, Ticket, Message]:
    """The message with this lasting path. Raises NotFound, also for what is not to be seen."""
    message = session.exec(select(Message).where(Message.path == path)).first()
    ticket = session.get(Ticket, message.ticket_key) if message else None
    if message is None or ticket is None or not sight.of_message(ticket, message):
        raise NotFound(path)
    return session.get_one(MailingList, ticket.mailing_list_key), ticket, message


def askers_organisations(session: Session, sight: Sight) -> list[Organisation]:
    """The organisations whose people asked something that may be seen with their name."""
    query = (
        select(Organisation)
        .join(Person, col(Person.organisation_key) == col(Organisation.id))
        .join(Ticket, col(Ticket.asker_key) == col(Person.id))
        .where(sight.tickets(), Ticket.kind == TicketKind.QUESTION, Ticket.visibility != Visibility.ANONYMOUS)
        .distinct()
        .order_by(Organisation.name)
    )
    return list(session.exec(query))


def _count_replies(session: Session, ticket_keys: list[int]) -> dict[int, int]:
    shown = col(Message.kind).not_in([MessageKind.NOTE, MessageKind.AUTOMATIC])
    query = select(Message.ticket_key, func.count()).where(
        col(Message.ticket_key).in_(ticket_keys), shown, col(Message.parent_key).is_not(None)
    )
    return dict(session.exec(query.group_by(col(Message.ticket_key))).all())
