"""The agenda: what a lawyer finds on the desk when a week begins, each ticket once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from tickets import journal
from tickets.database.models import (
    Act,
    ActKind,
    Appointment,
    DeskWeek,
    EventKind,
    MailingList,
    Person,
    Role,
    Status,
    Ticket,
    TicketKind,
    Way,
)
from tickets.database.store import Clock, Store
from tickets.desk import absences
from tickets.people import appointments
from tickets.portal import Portal
from tickets.workdays import is_working_day, week_of

HOUR = 8  # local time from which the letter is due
LATELY = timedelta(days=7)


class AgendaSection(StrEnum):
    """Why a ticket stands on somebody's agenda, what concerns them most first."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    LATE = "late"  # another's
    RETURNED = "returned"  # another's, that was laid aside


@dataclass(frozen=True)
class AgendaItem:
    """A ticket that waits for an answer."""

    mailing_list: MailingList
    ticket: Ticket
    is_late: bool
    is_back: bool  # it was laid aside, and came back in the last week


def work(store: Store, portal: Portal, clock: Clock) -> int:
    """Tell the journal of a week that begins, once; how many lawyers have something on their desks."""
    now = clock()
    if not is_beginning(portal, now):
        return 0
    with store.reading() as session:
        if session.get(DeskWeek, _period(portal, now)) is not None:
            return 0
    with store.transaction() as session:
        return begin_week(session, portal, now)


def is_beginning(portal: Portal, now: datetime) -> bool:
    """Whether it is the first working day of a week, and the office is open."""
    local = portal.local(now)
    earlier = [local.date() - timedelta(days=n) for n in range(1, local.weekday() + 1)]
    return local.hour >= HOUR and is_working_day(local.date()) and not any(map(is_working_day, earlier))


def begin_week(session: Session, portal: Portal, now: datetime) -> int:
    """Note that a week has begun, and tell the journal for each lawyer at the desk who has something on it."""
    session.add(DeskWeek(period=_period(portal, now), made_at=now))
    session.flush()  # whoever begins it at the same moment fails here, before anything is told
    busy = [one for one in _lawyers(session) if _is_there(session, one, now) and agenda_of(session, one, now)]
    for person in busy:
        journal.append(session, EventKind.WEEK_BEGAN, now, person_key=person.id)
    return len(busy)


def agenda_of(session: Session, person: Person, now: datetime) -> Mapping[AgendaSection, list[AgendaItem]]:
    """What waits for an answer on the lists of which this person, or whom they stand in for, is a lawyer."""
    covered = absences.covered_by(session, person, now)
    found: dict[AgendaSection, list[AgendaItem]] = {}
    for item in _waiting(session, covered, now):
        section = _section_of(item, covered)
        if section is not None:
            found.setdefault(section, []).append(item)
    return {section: found[section] for section in AgendaSection if section in found}


def _section_of(item: AgendaItem, covered: set[int]) -> AgendaSection | None:
    if item.ticket.assignee_key in covered:
        return AgendaSection.MINE
    if item.ticket.assignee_key is None:
        return AgendaSection.UNASSIGNED
    if item.is_late:
        return AgendaSection.LATE
    return AgendaSection.RETURNED if item.is_back else None


def _waiting(session: Session, covered: set[int], now: datetime) -> Iterator[AgendaItem]:
    lists = [one for one in session.exec(select(MailingList).order_by(MailingList.name)) if _has(session, one, covered)]
    back = select(Act.ticket_key).where(Act.kind == ActKind.REOPEN, Act.way == Way.CLOCK, col(Act.at) > now - LATELY)
    returned = set(session.exec(back))
    for mailing_list in lists:
        open_ = (Ticket.mailing_list_key == mailing_list.id, Ticket.kind == TicketKind.QUESTION)
        query = select(Ticket).where(*open_, Ticket.status == Status.OPEN).order_by(col(Ticket.asked_at))
        for ticket in session.exec(query):
            yield AgendaItem(mailing_list, ticket, bool(ticket.due_at and ticket.due_at < now), ticket.id in returned)


def _has(session: Session, mailing_list: MailingList, covered: set[int]) -> bool:
    return not covered.isdisjoint(one.key for one in appointments.lawyers(session, mailing_list.key))


def _lawyers(session: Session) -> list[Person]:
    keys = select(Appointment.person_key).where(Appointment.role == Role.LAWYER)
    stand_ins = absences.stand_in_keys()
    wanted = col(Person.id).in_(keys) | col(Person.id).in_(stand_ins)
    return list(session.exec(select(Person).where(wanted).order_by(col(Person.id))))


def _is_there(session: Session, person: Person, now: datetime) -> bool:
    return absences.absence_of(session, person, now) is None


def _period(portal: Portal, now: datetime) -> str:
    return week_of(portal.local(now))
