"""Lookups: the questions that pages and feeds ask, each for what one person may see."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from tickets import threads
from tickets.errors import NotFound
from tickets.membership import Sight, find_list
from tickets.models import (
    Attachment,
    MailingList,
    Message,
    MessageKind,
    Organisation,
    Person,
    Status,
    Ticket,
    TicketKind,
)

PER_PAGE = 25


@dataclass(frozen=True)
class Byline:
    """Who wrote or asked something, as the one who looks may know it; empty for one who asked anonymously."""

    name: str = ""
    organisation: str = ""
    is_lawyer: bool = False


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


@dataclass
class Node:
    """A message of a thread, and those that answer it."""

    message: Message
    author: Byline
    files: list[Attachment]
    replies: list["Node"] = field(default_factory=list)


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
        Row(ticket, mailing_list, _byline(sight, ticket, asker, organisation), replies.get(ticket.id or 0, 0))
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


def thread_of(session: Session, sight: Sight, ticket: Ticket) -> list[Node]:
    """The messages of a ticket that may be seen, as trees, oldest first; what answers a hidden one moves up."""
    nodes: dict[int, Node] = {}
    roots: list[Node] = []
    lawyers = _lawyer_keys(session, ticket)
    for message, author, organisation in session.exec(_messages_with_authors(ticket)):
        if not sight.of_message(ticket, message):
            continue
        node = Node(message, _author(sight, ticket, author, organisation, lawyers), files_of(session, message))
        nodes[message.id or 0] = node
        parent = nodes.get(message.parent_key or 0)
        (parent.replies if parent else roots).append(node)
    return roots


def one_message(session: Session, sight: Sight, ticket: Ticket, message: Message) -> Node:
    author = session.get_one(Person, message.author_key)
    organisation = session.get(Organisation, author.organisation_key) if author.organisation_key else None
    byline = _author(sight, ticket, author, organisation, _lawyer_keys(session, ticket))
    return Node(message, byline, files_of(session, message))


def files_of(session: Session, message: Message) -> list[Attachment]:
    query = select(Attachment).where(Attachment.message_key == message.id).order_by(col(Attachment.part))
    return list(session.exec(query))


def askers_organisations(session: Session, sight: Sight) -> list[Organisation]:
    """The organisations whose people asked something that may be seen with their name."""
    query = (
        select(Organisation)
        .join(Person, col(Person.organisation_key) == col(Organisation.id))
        .join(Ticket, col(Ticket.asker_key) == col(Person.id))
        .where(sight.tickets(), Ticket.visibility != "anonymous")
        .distinct()
        .order_by(Organisation.name)
    )
    return list(session.exec(query))


def _messages_with_authors(ticket: Ticket) -> Any:
    return (
        select(Message, Person, Organisation)
        .join(Person, col(Person.id) == col(Message.author_key))
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(Message.ticket_key == ticket.id)
        .order_by(col(Message.sent_at), col(Message.id))
    )


def _count_replies(session: Session, ticket_keys: list[int]) -> dict[int, int]:
    shown = col(Message.kind).not_in([MessageKind.NOTE, MessageKind.AUTOMATIC])
    query = select(Message.ticket_key, func.count()).where(
        col(Message.ticket_key).in_(ticket_keys), shown, col(Message.parent_key).is_not(None)
    )
    return dict(session.exec(query.group_by(col(Message.ticket_key))).all())


def _lawyer_keys(session: Session, ticket: Ticket) -> set[int]:
    answers: SelectOfScalar[int] = select(Message.author_key).where(
        Message.ticket_key == ticket.id, Message.kind == MessageKind.ANSWER
    )
    return set(session.exec(answers))


def _byline(sight: Sight, ticket: Ticket, asker: Person, organisation: Organisation | None) -> Byline:
    if not sight.of_asker(ticket):
        return Byline()
    return Byline(asker.name or asker.email, organisation.name if organisation else "")


def _author(
    sight: Sight, ticket: Ticket, author: Person, organisation: Organisation | None, lawyers: set[int]
) -> Byline:
    if author.id == ticket.asker_key and not sight.of_asker(ticket):
        return Byline()
    return Byline(author.name or author.email, organisation.name if organisation else "", author.id in lawyers)
