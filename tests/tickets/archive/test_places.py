"""Which tickets and published answers name an article, for one who may see some of them."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets import journal
from tickets.archive import places
from tickets.database.models import LawPlace, Message, Ticket, Visibility
from tickets.database.store import Store
from tickets.law.laws import Place, find_place
from tickets.people.sight import Sight, sight_of
from tickets.portal import Portal


class Town:
    """An open question about article 28, answered by article 32, and a confidential one about article 28."""

    def __init__(self, store: Store, portal: Portal, now: datetime) -> None:
        self.store, self.now = store, now
        with store.transaction() as session:
            self.mailing_list = a_list(session)
            self.mette, self.anders = a_person(session), a_lawyer(session, self.mailing_list)
            self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
            asked = self.ask(session, portal, text="Hvad kræver artikel 28?")
            a_filed_message(
                session, portal, self.mailing_list, self.anders, now, is_lawyer=True, text="Se artikel 32 og 28.",
                ticket=session.get_one(Ticket, asked.ticket_key),
            )  # fmt: skip
            self.ask(session, portal, text="Og her, artikel 28?", visibility=Visibility.CONFIDENTIAL)

    def ask(self, session: Session, portal: Portal, **fields: object) -> Message:
        return a_filed_message(session, portal, self.mailing_list, self.mette, self.now, **fields)

    def follow(self) -> None:
        while journal.follow(self.store, places.make_follower(), self.now):
            pass

    def sight(self, session: Session, who: str) -> Sight:
        return sight_of(session, getattr(self, who))


@pytest.fixture
def town(store: Store, portal: Portal, now: datetime) -> Town:
    return Town(store, portal, now)


def a_place(number: str) -> Place:
    place = find_place("gdpr", number)
    assert place
    return place


def test_a_place_has_the_tickets_that_name_it_and_their_reader_may_see(town: Town) -> None:
    town.follow()

    with town.store.reading() as session:
        seen = {who: town.sight(session, who) for who in ("ole", "anders", "mette")}
        found = {who: places.tickets(session, sight, a_place("28")).total for who, sight in seen.items()}
        assert found == {"ole": 1, "anders": 2, "mette": 2}
        assert places.tickets(session, seen["ole"], a_place("32")).total == 1
        assert places.tickets(session, seen["ole"], a_place("33")).rows == ()
        assert places.counts(session, seen["ole"], "gdpr") == {"28": 1, "32": 1}
        assert places.counts(session, seen["anders"], "gdpr") == {"28": 2, "32": 1}
        assert places.counts_of_laws(session, sight_of(session, None)) == {}


def test_a_used_database_is_followed_from_its_beginning_and_again_without_doubling(town: Town) -> None:
    town.follow()
    with town.store.transaction() as session:
        for event in journal.events_after(session, 0, 99):
            places.note(session, event, town.now)

    with town.store.reading() as session:
        assert len(session.exec(select(LawPlace)).all()) == 4


def test_what_is_masked_names_what_it_says_now(town: Town) -> None:
    town.follow()
    with town.store.transaction() as session:
        first = session.exec(select(Message).order_by(Message.id)).first()  # type: ignore[arg-type]
        assert first
        first.text = "Hvad kræver artikel 33?"
        session.add(first)
        ticket = session.get_one(Ticket, first.ticket_key)
        journal.append(session, journal.EventKind.NARROWED, town.now, ticket=ticket)
    town.follow()

    with town.store.reading() as session:
        assert places.counts(session, town.sight(session, "ole"), "gdpr") == {"28": 1, "32": 1, "33": 1}
