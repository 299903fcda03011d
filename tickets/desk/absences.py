"""Absences: who is away until when, and who stands in for them meanwhile."""

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from tickets.acts.acting import Hand, record
from tickets.acts.assigning import spell_absence
from tickets.database.models import Absence, Act, ActKind, EventKind, Person, Ticket
from tickets.errors import BadInput
from tickets.portal import Portal
from tickets.reasons import Refusal

FARTHEST = timedelta(days=400)


def go_away(session: Session, portal: Portal, person: Person, back_on: date, stand_in: Person, now: datetime) -> None:
    """Have another stand in for a person until they are back on that day. Raises BadInput if that makes no sense."""
    until = datetime.combine(back_on, time(), portal.zone).astimezone(UTC)
    if stand_in.id == person.id:
        raise BadInput(Refusal.STANDS_IN_FOR_SELF)
    if not now < until <= now + FARTHEST:
        raise BadInput(Refusal.AWAY_TOO_LONG)
    end(session, person)
    session.add(Absence(person_key=person.key, stand_in_key=stand_in.key, since=now, until=until))
    session.flush()


def leave_word(
    session: Session, portal: Portal, ticket: Ticket, back_on: date | None, stand_in: Person | None, hand: Hand
) -> Act:
    """Note what a lawyer wrote of being away in a reply on a ticket: until when and who stands in, or nothing.

    Nothing means that they are here again. Raises BadInput where they were not away, or half of it is missing.
    """
    person = hand.person
    if person is None:
        raise BadInput(Refusal.NOBODY_NAMED)
    before = spell_absence(session, person.key, hand.at)
    if back_on is not None and stand_in is not None:
        go_away(session, portal, person, back_on, stand_in, hand.at)
    elif back_on is not None or not before:
        raise BadInput(Refusal.AWAY_HOW)
    else:
        end(session, person)
    after = spell_absence(session, person.key, hand.at)
    return record(session, ticket, ActKind.AWAY, hand, EventKind.WENT_AWAY, before=before, after=after)


def end(session: Session, person: Person) -> bool:
    """Have nobody stand in for a person any more; whether anybody did."""
    found = list(session.exec(select(Absence).where(Absence.person_key == person.id)))
    for absence in found:
        session.delete(absence)
    session.flush()
    return bool(found)


def absence_of(session: Session, person: Person, now: datetime) -> Absence | None:
    """The absence of a person who is away now."""
    away = select(Absence).where(Absence.person_key == person.id, col(Absence.until) > now)
    return session.exec(away.order_by(col(Absence.id).desc())).first()


def present(session: Session, people: list[Person], now: datetime) -> list[Person]:
    """These people, or who stands in for those of them that are away; each once."""
    return list({one.key: one for one in (_at_the_desk(session, person, now) for person in people)}.values())


def _at_the_desk(session: Session, person: Person, now: datetime) -> Person:
    """A person, or whoever stands in for them now; where all of a circle are away, the person."""
    seen, current = {person.key}, person
    while absence := absence_of(session, current, now):
        if absence.stand_in_key in seen:
            return person
        seen.add(absence.stand_in_key)
        current = session.get_one(Person, absence.stand_in_key)
    return current


def stand_in_keys() -> SelectOfScalar[int]:
    """The keys of all who stand in for somebody, be it in the past."""
    return select(Absence.stand_in_key)


def covered_by(session: Session, person: Person, now: datetime) -> set[int]:
    """The keys of those whose work is this person's now: their own, and of those for whom they stand in."""
    away = session.exec(select(Absence.person_key).where(col(Absence.until) > now).distinct())
    others = {key for key in away if _at_the_desk(session, session.get_one(Person, key), now).id == person.id}
    return others | {person.key}
