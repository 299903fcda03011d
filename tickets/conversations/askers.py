"""Askers: whose question a ticket is; more than one's where tickets were merged."""

from sqlmodel import Session, col, select

from tickets.database.models import CoAsker, Person, Ticket


def asker_keys(session: Session, ticket: Ticket) -> set[int]:
    """The keys of all who asked it."""
    more = session.exec(select(CoAsker.person_key).where(CoAsker.ticket_key == ticket.id))
    return {ticket.asker_key, *more}


def askers_of(session: Session, ticket: Ticket) -> list[Person]:
    """All who asked it, in the order in which they came here."""
    keys = asker_keys(session, ticket)
    return list(session.exec(select(Person).where(col(Person.id).in_(keys)).order_by(col(Person.id))))


def add_asker(session: Session, ticket: Ticket, key: int) -> bool:
    """Let somebody be one of those who asked; whether that is new."""
    if key in asker_keys(session, ticket):
        return False
    session.add(CoAsker(ticket_key=ticket.id or 0, person_key=key))
    session.flush()
    return True


def drop_asker(session: Session, ticket: Ticket, key: int) -> None:
    """Let somebody no longer be one of those who asked beside the first."""
    if row := session.get(CoAsker, (ticket.id, key)):
        session.delete(row)
        session.flush()
