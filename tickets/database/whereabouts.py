"""Whereabouts: what the keys in the journal stand for today, for no event is ever written anew.

An event names the ticket, the list and the person of its day. Since then tickets were merged, split and moved, and two
people may have turned out to be one. Whoever reads the journal asks here.
"""

from sqlalchemy import CTE, ColumnElement, func, select
from sqlmodel import Session, col

from tickets.database.models import Event, MergedPerson, MergedTicket, Message, Ticket, metadata

TICKETS, MERGED = (metadata.tables[name] for name in ("tickets", "merged_tickets"))
PERSON_NOW = func.coalesce(
    select(col(MergedPerson.person_key)).where(col(MergedPerson.former_key) == col(Event.person_key)).scalar_subquery(),
    col(Event.person_key),
)  # of an event in a query: the key of the person it names


def as_it_is_now(session: Session, event: Event) -> Event:
    """A copy of an event, for reading alone, that names the ticket, the list and the person of today."""
    ticket = ticket_now(session, event)
    merged = session.get(MergedPerson, event.person_key) if event.person_key else None
    return Event(
        **event.model_dump(exclude={"ticket_key", "mailing_list_key", "person_key"}),
        ticket_key=ticket.key if ticket else event.ticket_key,
        mailing_list_key=ticket.mailing_list_key if ticket else event.mailing_list_key,
        person_key=merged.person_key if merged else event.person_key,
    )


def ticket_now(session: Session, event: Event) -> Ticket | None:
    """The ticket that an event is about: its message's, else the one it names, or what that is part of. None if none.

    A message goes by itself where it was split off.
    """
    if event.ticket_key is None:
        return None
    message = session.get(Message, event.message_key) if event.message_key else None
    key = message.ticket_key if message else event.ticket_key
    while (merged := session.get(MergedTicket, key)) is not None:
        key = merged.ticket_key
    return session.get(Ticket, key)


def known_as(*which: ColumnElement[bool]) -> CTE:
    """The tickets of which this holds (`ticket_key`), each with every key by which events without a message name it."""
    own = select(TICKETS.c.id.label("ticket_key"), TICKETS.c.id.label("key")).where(*which)
    known = own.cte("known_as", recursive=True)
    former = select(known.c.ticket_key, MERGED.c.former_key).join(known, MERGED.c.ticket_key == known.c.key)
    return known.union_all(former)
