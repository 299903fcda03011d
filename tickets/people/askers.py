"""Askers: whose question a ticket is, more than one's where tickets were merged; and what those without a name are."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import bindparam, exists, or_
from sqlmodel import Session, col, select

from tickets.database.models import (
    Appointment,
    CoAsker,
    MailingList,
    Mode,
    Organisation,
    OrganisationKind,
    Person,
    Subscription,
    Ticket,
)


class Nameless(StrEnum):
    """What everybody is called who asks or replies on a list without a name: one word, which tells nothing of whom."""

    MUNICIPALITY = "municipality"
    AUTHORITY = "authority"  # on a list that has others too


IS_APPOINTED = or_(
    col(Appointment.mailing_list_key).is_(None), col(Appointment.mailing_list_key) == bindparam("list_key")
)
APPOINTED = select(Appointment.person_key).where(IS_APPOINTED)
OFFICES = (
    select(Person.organisation_key)
    .join(Appointment, col(Appointment.person_key) == col(Person.id))
    .where(IS_APPOINTED, col(Person.organisation_key).is_not(None))
)
IS_SUBSCRIBED = exists().where(
    col(Subscription.person_key) == col(Person.id),
    col(Subscription.mailing_list_key) == bindparam("list_key"),
    col(Subscription.mode) != Mode.NONE,
)
IS_OTHER = or_(
    col(Person.is_guest) & col(Person.organisation_key).is_(None),
    col(Organisation.is_approved)
    & (col(Organisation.kind) != OrganisationKind.MUNICIPALITY)
    & col(Organisation.id).not_in(OFFICES),
)
OTHERS = (
    select(col(Person.id))
    .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
    .where(IS_OTHER, col(Person.id).not_in(APPOINTED), or_(bindparam("is_open"), IS_SUBSCRIBED))
    .limit(1)
)


def nameless_on(session: Session, mailing_list: MailingList) -> Nameless:
    """What a list's nameless are called: municipalities, unless others ask there beside those who run it."""
    values = {"list_key": mailing_list.id, "is_open": not mailing_list.is_restricted}
    has_others = session.execute(OTHERS, values).first() is not None
    return Nameless.AUTHORITY if has_others else Nameless.MUNICIPALITY


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
