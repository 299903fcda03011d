"""Askers: whose question a ticket is; more than one's where tickets were merged."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from tickets.database.models import CoAsker, Person, Ticket


def asker_keys(session: Session, ticket: Ticket) -> set[int]:
    """The keys of all who asked it."""
    more = session.exec(select(CoAsker.person_key).where(CoAsker.ticket_key == ticket.id))
    return {ticket.asker_key, *more}


def askers_of(session: Session, ticket: Ticket) -> list[Person]:
    """All who asked it, in the order in which they came here."""
    return [session.get_one(Person, key) for key in sorted(asker_keys(session, ticket))]


def asked_too(session: Session, ticket_keys: Collection[int]) -> dict[int, list[int]]:
    """The keys of those who asked these tickets beside their first askers, by the ticket's key."""
    query = select(CoAsker.ticket_key, CoAsker.person_key).where(col(CoAsker.ticket_key).in_(ticket_keys))
    found: dict[int, list[int]] = {}
    for ticket_key, person_key in session.exec(query):
        found.setdefault(ticket_key, []).append(person_key)
    return found


def tickets_asked_too(session: Session, person: Person) -> frozenset[int]:
    """The keys of the tickets that somebody asked beside their first askers."""
    return frozenset(session.exec(select(CoAsker.ticket_key).where(CoAsker.person_key == person.id)))


def add_asker(session: Session, ticket: Ticket, key: int) -> bool:
    """Let somebody be one of those who asked; whether that is new."""
    if key in asker_keys(session, ticket):
        return False
    session.add(CoAsker(ticket_key=ticket.key, person_key=key))
    session.flush()
    return True


def drop_asker(session: Session, ticket: Ticket, key: int) -> None:
    """Let somebody no longer be one of those who asked beside the first."""
    if row := session.get(CoAsker, (ticket.id, key)):
        session.delete(row)
        session.flush()
