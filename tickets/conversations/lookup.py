"""Lookups: the questions that pages and feeds ask, each for what one person may see."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, or_, select

from tickets.conversations.conversation import Byline, byline_of_asker
from tickets.database.models import (
    Alias,
    Digest,
    MailingList,
    Message,
    MessageKind,
    Organisation,
    Person,
    Publication,
    Status,
    Ticket,
    TicketKind,
)
from tickets.errors import NotFound
from tickets.people.lists import find_list
from tickets.people.sight import Sight, tickets_named

PER_PAGE = 25
SETTLED = (Status.ANSWERED, Status.CLOSED)
BY_CHANGE = (col(Ticket.changed_at).desc(), col(Ticket.id).desc())


@dataclass(frozen=True)
class Row:
    """A ticket in a list of tickets."""

    ticket: Ticket
    mailing_list: MailingList
    asker: Byline
    answers: int  # by the lawyers
    replies: int  # by other members


@dataclass(frozen=True)
class Page:
    """One page of a longer list: its rows, how many there are in all, its number (from 1) and of how many."""

    rows: tuple[Row, ...]
    total: int
    number: int
    pages: int


def visible_lists(session: Session, sight: Sight) -> list[MailingList]:
    """The lists that a reader may know of, by name."""
    rows = session.exec(select(MailingList).order_by(MailingList.name))
    return [row for row in rows if sight.of_list(row.key)]


def visible_list(session: Session, sight: Sight, prefix: str) -> MailingList:
    """Raises NotFound, also for a list that is there but not to be seen."""
    mailing_list = find_list(session, prefix)
    if not sight.of_list(mailing_list.key):
        raise NotFound(prefix)
    return mailing_list


@dataclass(frozen=True)
class Issue:
    """A digest that was sent: its tickets that may be seen, by the names of its sections, in their order."""

    digest: Digest
    sections: tuple[tuple[str, tuple[Ticket, ...]], ...]
    published: tuple[Publication, ...] = ()


def issue_of(session: Session, sight: Sight, mailing_list: MailingList, period: str) -> Issue:
    """The digest of a period. Raises NotFound if none was sent."""
    query = select(Digest).where(Digest.mailing_list_key == mailing_list.id, Digest.period == period)
    digest = session.exec(query).first()
    if digest is None or digest.sent_at is None or not digest.items:
        raise NotFound(period)
    noted = digest.contents.get("sections", {})
    keys = {key for section in noted.values() for key in section}
    seen = {one.key: one for one in session.exec(select(Ticket).where(col(Ticket.id).in_(keys), sight.tickets()))}
    sections = {
        name: tuple(seen[key] for key in section if key in seen and seen[key].number not in digest.left_out)
        for name, section in noted.items()
    }
    told = select(Publication).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    about = (col(Publication.id).in_(digest.contents.get("published", ())), sight.publications())
    published = tuple(session.exec(told.where(*about).order_by(col(Publication.id))))
    return Issue(digest, tuple((name, found) for name, found in sections.items() if found), published)


def tickets(
    session: Session,
    sight: Sight,
    *,
    mailing_list: MailingList | None = None,
    statuses: tuple[Status, ...] = (),
    kind: TicketKind = TicketKind.QUESTION,
    page: int = 1,
    per_page: int = PER_PAGE,
    total: int | None = None,
) -> Page:
    """A page of the tickets that may be seen, those that changed last first; they are counted if nobody has."""
    conditions = _conditions(sight, kind, mailing_list, statuses)
    if total is None:
        total = session.exec(select(func.count()).select_from(Ticket).where(*conditions)).one()
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    rows = _rows(session, sight, conditions, BY_CHANGE, most=per_page, behind=(page - 1) * per_page)
    return Page(rows, total, page, pages)


def newest(
    session: Session,
    sight: Sight,
    most: int,
    *,
    statuses: tuple[Status, ...] = (),
    kind: TicketKind = TicketKind.QUESTION,
    asker_key: int | None = None,
) -> tuple[Row, ...]:
    """So many tickets that may be seen, those that changed last first, without counting the others."""
    return _rows(session, sight, _conditions(sight, kind, None, statuses, asker_key), BY_CHANGE, most)


def newest_answers(session: Session, sight: Sight, most: int) -> tuple[Row, ...]:
    """Questions that may be seen and have their answer, those that were answered last first."""
    conditions = [*_conditions(sight, statuses=SETTLED), col(Ticket.answered_at).is_not(None)]
    return _rows(session, sight, conditions, (col(Ticket.answered_at).desc(), col(Ticket.id).desc()), most)


def _conditions(
    sight: Sight,
    kind: TicketKind = TicketKind.QUESTION,
    mailing_list: MailingList | None = None,
    statuses: tuple[Status, ...] = (),
    asker_key: int | None = None,
) -> list[Any]:
    conditions: list[Any] = [sight.tickets(), col(Ticket.kind) == kind]
    if mailing_list is not None:
        conditions.append(col(Ticket.mailing_list_key) == mailing_list.id)
    if statuses:
        conditions.append(col(Ticket.status).in_(statuses))
    if asker_key is not None:
        conditions.append(col(Ticket.asker_key) == asker_key)
    return conditions


def _rows(
    session: Session, sight: Sight, conditions: list[Any], order: Any, most: int, behind: int = 0
) -> tuple[Row, ...]:
    query = (
        select(Ticket, MailingList, Person, Organisation)
        .join(MailingList, col(MailingList.id) == col(Ticket.mailing_list_key))
        .join(Person, col(Person.id) == col(Ticket.asker_key))
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(*conditions)
        .order_by(*order)
        .offset(behind)
        .limit(most)
    )
    found = list(session.exec(query))
    counted = _count_replies(session, sight, [ticket.key for ticket, *_ in found])
    return tuple(
        Row(
            ticket,
            mailing_list,
            byline_of_asker(sight, ticket, asker, organisation),
            counted.get((ticket.key, MessageKind.ANSWER), 0),
            counted.get((ticket.key, MessageKind.REPLY), 0),
        )
        for ticket, mailing_list, asker, organisation in found
    )


def counts_by_status(session: Session, sight: Sight, mailing_list: MailingList) -> dict[Status, int]:
    """How many questions of a list a reader sees in each status; a status with none is missing."""
    query = select(Ticket.status, func.count()).where(
        sight.tickets(), Ticket.mailing_list_key == mailing_list.id, Ticket.kind == TicketKind.QUESTION
    )
    return {Status(word): count for word, count in session.exec(query.group_by(Ticket.status))}


def ticket_named(session: Session, sight: Sight, prefix: str, number: int) -> tuple[MailingList, Ticket]:
    """The ticket, or what it is part of now, wherever that is. Raises NotFound, also for what is not to be seen."""
    mailing_list = find_list(session, prefix)
    named = select(Ticket).where(col(Ticket.mailing_list_key) == mailing_list.id, col(Ticket.number) == number)
    merged = (
        select(Ticket)
        .join(Alias, col(Alias.ticket_key) == col(Ticket.id))
        .where(col(Alias.mailing_list_key) == mailing_list.id, col(Alias.number) == number)
    )
    for query in (named, merged):  # what may not be seen takes as long as what is not there
        if ticket := session.exec(query.where(sight.tickets())).first():
            return session.get_one(MailingList, ticket.mailing_list_key), ticket
    raise NotFound(f"{prefix}-{number}")


def message_at(session: Session, sight: Sight, path: str) -> tuple[MailingList, Ticket, Message]:
    """The message with this lasting path. Raises NotFound, also for what is not to be seen."""
    query = select(Message, Ticket).join(Ticket, col(Ticket.id) == col(Message.ticket_key))
    found = session.exec(query.where(Message.path == path, sight.messages())).first()
    if found is None:
        raise NotFound(path)
    message, ticket = found
    return session.get_one(MailingList, ticket.mailing_list_key), ticket, message


def message_of(session: Session, ticket: Ticket, name: str) -> Message:
    """The message of a ticket with this lasting path, or with this Message-ID, ours or theirs. Raises NotFound."""
    wanted = name.strip().strip("<>").rpartition("/")[2]
    called = or_(Message.path == wanted, Message.message_id == wanted, Message.own_id == wanted)
    found = session.exec(select(Message).where(Message.ticket_key == ticket.id, called)).first()
    if found is None:
        raise NotFound(f"No message of it is called {name}")
    return found


def askers_organisations(session: Session, sight: Sight) -> list[Organisation]:
    """The organisations whose people asked something that may be seen with their name."""
    query = (
        select(Organisation)
        .join(Person, col(Person.organisation_key) == col(Organisation.id))
        .join(Ticket, col(Ticket.asker_key) == col(Person.id))
        .where(sight.tickets(), Ticket.kind == TicketKind.QUESTION, tickets_named())
        .distinct()
        .order_by(Organisation.name)
    )
    return list(session.exec(query))


def _count_replies(session: Session, sight: Sight, ticket_keys: list[int]) -> dict[tuple[int, MessageKind], int]:
    """How many answers and how many replies of others may be seen in each ticket."""
    query = (
        select(Message.ticket_key, Message.kind, func.count())
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .where(
            col(Message.ticket_key).in_(ticket_keys),
            col(Message.kind).in_([MessageKind.ANSWER, MessageKind.REPLY]),
            sight.messages(),
        )
    )
    rows = session.exec(query.group_by(col(Message.ticket_key), col(Message.kind)))
    return {(ticket_key, MessageKind(kind)): count for ticket_key, kind, count in rows}
