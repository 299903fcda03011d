"""Where what the journal tells of is today."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.acts import joining, moving, parting, statuses
from tickets.acts.acting import Hand
from tickets.database.models import Event, EventKind, Message, Person, Ticket, Way
from tickets.database.store import Store
from tickets.database.whereabouts import PERSON_NOW, as_it_is_now, known_as, ticket_now
from tickets.people import merging
from tickets.portal import Portal
from tickets.undoing import inverses


class Office:
    """Two lists with one lawyer, and a question of Mette's and of Ole's, each closed."""

    def __init__(self, session: Session, portal: Portal, now: datetime) -> None:
        self.session, self.portal = session, portal
        self.lists = [a_list(session), a_list(session, "nis2", "NI")]
        self.anders = a_lawyer(session, self.lists[0])
        self.mette, self.ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")
        self.at, self.hand = now, Hand(self.anders, now + timedelta(minutes=5), Way.MAIL)
        self.first, self.second = (self.asks(one) for one in (self.mette, self.ole))
        for ticket in (self.first, self.second):
            statuses.close(session, ticket, self.hand)

    def asks(self, author: Person, ticket: Ticket | None = None) -> Ticket:
        where = {"ticket": ticket} if ticket else {}
        message = a_filed_message(self.session, self.portal, self.lists[0], author, self.at, **where)
        return self.session.get_one(Ticket, message.ticket_key)

    def merge(self, source: Ticket, target: Ticket) -> None:
        joining.merge(self.session, self.portal, source, target, self.hand)

    def undo(self, ticket: Ticket) -> None:
        inverses.undo_last(self.session, self.portal, ticket, self.hand)

    def told_of(self, *kinds: EventKind) -> list[int]:
        """The keys of the tickets that the events of these kinds are about now, in the journal's order."""
        self.session.commit()
        query = select(Event).where(col(Event.kind).in_(kinds)).order_by(col(Event.id))
        found = [ticket_now(self.session, event) for event in self.session.exec(query)]
        return [ticket.key for ticket in found if ticket]


@pytest.fixture
def office(store: Store, portal: Portal, now: datetime) -> Iterator[Office]:
    with Session(store.engine) as session:  # which may commit more than once
        yield Office(session, portal, now)


def test_what_happened_to_a_ticket_is_told_of_what_it_was_merged_into_and_of_itself_again(office: Office) -> None:
    third = office.asks(office.ole)
    first, second = office.first.key, office.second.key
    happened = (EventKind.ASKED, EventKind.STATUS_CHANGED)
    assert office.told_of(*happened) == [first, second, first, second, third.key]

    office.merge(office.first, office.second)
    office.merge(office.second, third)
    assert office.told_of(*happened) == [third.key] * 5
    assert names_of(office, third) == {first, second, third.key}

    office.undo(third)
    assert office.told_of(*happened) == [second, second, second, second, third.key]
    assert names_of(office, third) == {third.key}
    office.undo(office.session.get_one(Ticket, second))
    assert office.told_of(*happened) == [first, second, first, second, third.key]


def names_of(office: Office, ticket: Ticket) -> set[int]:
    return set(office.session.exec(select(known_as(col(Ticket.id) == ticket.id).c.key)))


def test_the_number_of_a_merged_ticket_in_the_journal_is_given_to_no_other(office: Office) -> None:
    former = office.second.key
    office.merge(office.second, office.first)

    assert office.asks(office.ole).key > former


def test_what_was_split_off_takes_what_happened_to_it_along(office: Office) -> None:
    office.asks(office.ole, office.first)
    reply = office.session.exec(select(Message).where(col(Message.parent_key).is_not(None))).one()

    new, _ = parting.split(office.session, office.portal, reply, office.hand)

    assert office.told_of(EventKind.REPLIED) == [new.key]
    assert office.told_of(EventKind.ASKED) == [office.first.key, office.second.key]
    office.undo(new)
    assert office.told_of(EventKind.REPLIED) == [office.first.key]


def test_a_reader_gets_the_list_and_the_person_of_today(office: Office) -> None:
    moving.move(office.session, office.portal, office.first, office.lists[1], office.hand)
    merging.merge(office.session, office.mette, office.ole, office.at)
    office.session.commit()

    event = office.session.exec(select(Event).where(Event.kind == EventKind.ASKED).order_by(col(Event.id))).first()
    assert event is not None
    copy = as_it_is_now(office.session, event)

    assert (event.mailing_list_key, event.person_key) == (office.lists[0].id, office.mette.id)
    assert (copy.mailing_list_key, copy.person_key) == (office.lists[1].id, office.ole.id)
    assert (copy.id, copy.kind, copy.message_key, copy.ticket_key) == (
        event.id, event.kind, event.message_key, event.ticket_key,
    )  # fmt: skip
    assert copy not in office.session
    of_ole = select(Event.id).where(PERSON_NOW.in_([office.ole.id]), Event.kind == EventKind.ASKED)
    assert len(office.session.exec(of_ole).all()) == 2


def test_what_was_merged_from_another_list_is_of_its_own_list_again(office: Office) -> None:
    moving.move(office.session, office.portal, office.first, office.lists[1], office.hand)
    office.merge(office.first, office.second)
    assert lists_of_messages(office) == [office.lists[0].id] * 2

    office.undo(office.second)

    assert lists_of_messages(office) == [office.lists[1].id, office.lists[0].id]


def lists_of_messages(office: Office) -> list[int]:
    return list(office.session.exec(select(Message.mailing_list_key).order_by(col(Message.id))))
