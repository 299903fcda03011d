"""Assigning: who has a ticket."""

from sqlmodel import Session

from tickets.acts.acting import Hand, change
from tickets.database.models import Act, ActKind, EventKind, Person, Ticket
from tickets.errors import NotFound
from tickets.people.appointments import lawyers
from tickets.reasons import Refusal


def take(session: Session, ticket: Ticket, hand: Hand) -> Act | None:
    """Make the ticket that of whoever acts."""
    return change(session, ticket, ActKind.TAKE, hand, EventKind.ASSIGNED, assignee_key=hand.key)


def assign(session: Session, ticket: Ticket, person: Person, hand: Hand) -> Act | None:
    """Make the ticket another lawyer's. Raises NotFound if that is none of the list's."""
    if person.id not in {one.id for one in lawyers(session, ticket.mailing_list_key)}:
        raise NotFound(Refusal.NO_LAWYER, name=person.name or person.email)
    return change(session, ticket, ActKind.ASSIGN, hand, EventKind.ASSIGNED, assignee_key=person.id)


def lawyer_called(session: Session, ticket: Ticket, name: str) -> Person:
    """The one lawyer of the ticket's list whom a name means: their address, their name, or a part of it.

    Raises NotFound where that is nobody, or more than one.
    """
    wanted = name.casefold().strip()
    everybody = lawyers(session, ticket.mailing_list_key)
    ways = (
        lambda one: wanted in (one.email.casefold(), one.email.partition("@")[0].casefold()),
        lambda one: one.name.casefold() == wanted,
        lambda one: set(wanted.split()) <= set(one.name.casefold().split()),
    )
    for is_meant in ways:
        found = [one for one in everybody if is_meant(one)]
        if len(found) == 1:
            return found[0]
    raise NotFound(Refusal.NO_LAWYER_OR_SEVERAL, name=name)
