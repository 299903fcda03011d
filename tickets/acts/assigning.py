"""Assigning: who has a ticket, and who stands in for whoever is away."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from tickets.acts.acting import Hand, change, record
from tickets.database.models import Absence, Act, ActKind, EventKind, Person, Ticket
from tickets.errors import Conflict, NotFound
from tickets.people.appointments import lawyers
from tickets.portal import Portal
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


# -- who stands in for a lawyer who is away --------------------------------------------


def spell_absence(session: Session, person_key: int, now: datetime) -> dict[str, Any]:
    """Until when somebody is away and who stands in, as JSON has it; empty where they are here."""
    away = select(Absence).where(Absence.person_key == person_key, col(Absence.until) > now)
    found = session.exec(away.order_by(col(Absence.id).desc())).first()
    return {"until": found.until.isoformat(), "stand_in": found.stand_in_key} if found else {}


def undo_absence(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Give back who stood in for a lawyer before, if anybody did."""
    person_key = act.person_key or 0
    if spell_absence(session, person_key, hand.at) != act.after:
        raise Conflict(Refusal.CHANGED_SINCE)
    session.exec(delete(Absence).where(col(Absence.person_key) == person_key))
    if act.before:
        until = datetime.fromisoformat(act.before["until"])
        session.add(Absence(person_key=person_key, stand_in_key=act.before["stand_in"], since=hand.at, until=until))
    session.flush()
    return record(
        session, ticket, ActKind.AWAY, hand, EventKind.WENT_AWAY, before=act.after, after=act.before, undoes=act
    )
