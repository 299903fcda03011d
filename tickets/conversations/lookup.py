"""Lookups: the questions that pages and feeds ask, each for what one person may see."""

from sqlmodel import Session, col, or_, select

from tickets.database.models import (
    Alias,
    MailingList,
    Message,
    Organisation,
    Person,
    Publication,
    Ticket,
    TicketKind,
)
from tickets.errors import NotFound
from tickets.people.lists import find_list
from tickets.people.sight import Sight, tickets_named


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


def newest_publications(session: Session, sight: Sight, most: int) -> list[Publication]:
    """So many published answers that may be seen, the newest first."""
    query = select(Publication).join(Ticket, col(Ticket.id) == col(Publication.ticket_key)).where(sight.publications())
    return list(session.exec(query.order_by(col(Publication.published_at).desc()).limit(most)))


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
