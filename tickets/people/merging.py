"""Merging: other addresses of a person, and two people who turn out to be one.

Whoever stands behind stays as a row without name or address, for nobody else may ever get their number: what was signed
for them is the other's now.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table
from sqlmodel import Session, col, select

from tickets.database.models import (
    Appointment,
    CoAsker,
    Delivery,
    DeliveryState,
    MergedPerson,
    Mode,
    OtherAddress,
    Person,
    Subscription,
    Watcher,
    metadata,
)
from tickets.errors import BadInput, Conflict, NotFound
from tickets.people import logins, persons, registry

BY_THEMSELVES = {
    table.__tablename__ for table in (Appointment, CoAsker, Subscription, Watcher, Delivery, *logins.WAYS_IN)
}
CLOSEST = (Mode.EACH, Mode.DAILY, Mode.WEEKLY, Mode.NONE)


# -- other addresses -------------------------------------------------------------------


def addresses_of(session: Session, person: Person) -> list[str]:
    """The person's other addresses."""
    return sorted(session.exec(select(OtherAddress.email).where(OtherAddress.person_key == person.id)))


def add_address(session: Session, person: Person, email: str, at: datetime) -> str:
    """Give a person one more address to write and log in from. Raises Conflict if it is another's."""
    email = registry.normal_email(email)
    owner = persons.person_with(session, email)
    if owner is not None and owner.id != person.id:
        whose = persons.name_of(owner)
        raise Conflict(f"{email} is the address of {whose}; `dialogportal person merge` makes two people one")
    if owner is None:
        session.add(OtherAddress(email=email, person_key=person.key, added_at=at))
        session.flush()
    return email


def drop_address(session: Session, person: Person, email: str) -> None:
    """Take another address from a person. Raises NotFound if it is none of theirs."""
    row = session.get(OtherAddress, registry.normal_email(email))
    if row is None or row.person_key != person.id:
        raise NotFound(f"{email} is no other address of {persons.name_of(person)}")
    session.delete(row)
    session.flush()


# -- two people who are one ------------------------------------------------------------


def merge(session: Session, other: Person, person: Person, at: datetime) -> None:
    """Make all that is the other's the person's: what they wrote, asked, get, may and have in letters out there.

    Letters go to the person's address; the other's becomes one more of theirs. Raises BadInput if that makes no sense.
    """
    if other.id == person.id:
        raise BadInput(f"{other.email} and {person.email} are one person already")
    if not (persons.can_be_written_to(other) and persons.can_be_written_to(person)):
        raise BadInput("Who was removed cannot be merged with anybody")
    for column in _columns_that_name_people():
        session.execute(column.table.update().where(column == other.id).values({column.name: person.id}))
    _hand_over_roles(session, other, person)
    _hand_over_subscriptions(session, other, person)
    _hand_over_tickets(session, other, person)
    _hand_over_letters(session, other, person)
    logins.end_all(session, other)
    _hand_over_address(session, other, person, at)
    session.flush()
    session.expire_all()


def _columns_that_name_people() -> list[Column[int]]:
    """Every column that refers to a person and may hold any, but for those of tables that need more care."""
    people = metadata.tables["people"].c.id
    tables: list[Table] = [table for table in metadata.sorted_tables if table.name not in BY_THEMSELVES]
    return [
        column for table in tables for column in table.c if column.references(people) and column.name != "former_key"
    ]


def _hand_over_roles(session: Session, other: Person, person: Person) -> None:
    query = select(Appointment).where(Appointment.person_key == person.id)
    has = {(one.role, one.mailing_list_key) for one in session.exec(query)}
    for one in session.exec(select(Appointment).where(Appointment.person_key == other.id)).all():
        if (one.role, one.mailing_list_key) in has:
            session.delete(one)
        else:
            one.person_key = person.key
    session.flush()


def _hand_over_subscriptions(session: Session, other: Person, person: Person) -> None:
    """Of two subscriptions to a list the closer one counts; what came back from the other's address says nothing."""
    for theirs in session.exec(select(Subscription).where(Subscription.person_key == other.id)).all():
        own = session.get(Subscription, (person.id, theirs.mailing_list_key))
        if own is None:
            own = Subscription(
                person_key=person.key,
                mailing_list_key=theirs.mailing_list_key,
                mode=theirs.mode,
                since=theirs.since,
                topics=theirs.topics,
                rests_before=theirs.rests_before,
            )
            session.add(own)
        own.mode = min(own.mode, theirs.mode, key=CLOSEST.index)
        session.delete(theirs)
    session.flush()


PAIRS: tuple[Any, ...] = (CoAsker, Watcher)  # of a ticket and a person


def _hand_over_tickets(session: Session, other: Person, person: Person) -> None:
    """What both asked together or follow is theirs once."""
    for table in PAIRS:
        for theirs in session.exec(select(table).where(col(table.person_key) == other.id)).all():
            if session.get(table, (theirs.ticket_key, person.id)) is None:
                theirs.person_key = person.key
            else:
                session.delete(theirs)
    session.flush()


def _hand_over_letters(session: Session, other: Person, person: Person) -> None:
    """Letters that both were owed are owed once."""
    mine = {_cause_of(one) for one in session.exec(select(Delivery).where(Delivery.person_key == person.id))} - {None}
    for one in session.exec(select(Delivery).where(Delivery.person_key == other.id)).all():
        if _cause_of(one) not in mine:
            one.person_key = person.key
        elif one.state is DeliveryState.WAITING:
            session.delete(one)
    session.flush()


def _cause_of(delivery: Delivery) -> tuple[object, ...] | None:
    """What a delivery is about, and how; None where that is not known."""
    causes = (delivery.event_key, delivery.digest_key, delivery.proposal_key, delivery.report_day)
    return (*causes, delivery.kind) if any(causes) else None


def _hand_over_address(session: Session, other: Person, person: Person, at: datetime) -> None:
    email, organisation_key, is_guest = other.email, other.organisation_key, other.is_guest
    other.email, other.name = f"removed-{other.id}@{persons.NOWHERE}", ""
    other.organisation_key, other.is_guest = None, False
    session.flush()
    session.add(OtherAddress(email=email, person_key=person.key, added_at=at))
    session.add(MergedPerson(former_key=other.key, person_key=person.key, merged_at=at))
    if person.is_stranger:
        person.organisation_key, person.is_guest = organisation_key, is_guest
    person.language = person.language or other.language
    person.joined_at = min(person.joined_at, other.joined_at)
    session.flush()
