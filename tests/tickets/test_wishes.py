"""Wishes: which topics may be chosen, how long a pause may be, and who gets letters meanwhile."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_list, a_person
from tickets import wishes
from tickets.database.models import MailingList, Mode, Person, Subscription, Ticket, Visibility
from tickets.database.store import Store
from tickets.errors import BadInput, NotFound
from tickets.people import audience, persons, subscriptions
from tickets.portal import Portal
from tickets.wishes import Wishes

TODAY = date(2026, 11, 23)


@pytest.fixture
def mailing_list(session: Session) -> MailingList:
    return a_list(session)


@pytest.fixture
def ulla(session: Session) -> Person:
    return a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")


def an_asker(session: Session) -> Person:
    return persons.person_with(session, "mette@proevested.example.dk") or a_person(session)


def file_with(session: Session, portal: Portal, mailing_list: MailingList, now: datetime, *topics: str) -> Ticket:
    message = a_filed_message(session, portal, mailing_list, an_asker(session), now)
    ticket = session.get_one(Ticket, message.ticket_key)
    ticket.topics = list(topics)
    session.flush()
    return ticket


def test_topics_are_those_that_members_may_see_each_once(
    session: Session, portal: Portal, now: datetime, mailing_list: MailingList
) -> None:
    file_with(session, portal, mailing_list, now, "skole", "Ældre")
    file_with(session, portal, mailing_list, now, "Skole", "AI")
    file_with(session, portal, mailing_list, now, "Skole")
    file_with(session, portal, mailing_list, now, "fyring").visibility = Visibility.CONFIDENTIAL
    session.flush()

    assert wishes.topics_of(session, mailing_list) == ["AI", "Skole", "Ældre"]


def test_what_a_member_wants_is_kept_in_the_lists_own_spelling(
    session: Session, portal: Portal, now: datetime, mailing_list: MailingList, ulla: Person
) -> None:
    file_with(session, portal, mailing_list, now, "Skole", "AI")

    wanted = Wishes(Mode.WEEKLY, ("skole", "SKOLE", "gulerødder"), TODAY + timedelta(days=9))
    wishes.choose(session, ulla, mailing_list, wanted, TODAY, now)

    assert wishes.wishes_of(session, ulla, mailing_list) == Wishes(Mode.WEEKLY, ("Skole",), date(2026, 12, 2))
    assert wishes.topics_wanted(session, mailing_list.key, [ulla]) == {ulla.key: frozenset({"skole"})}
    assert wishes.topics_wanted(session, mailing_list.key, []) == {}


@pytest.mark.parametrize("days", [-1, 0, 401])
def test_a_pause_ends_in_the_next_year(
    session: Session, now: datetime, mailing_list: MailingList, ulla: Person, days: int
) -> None:
    with pytest.raises(BadInput, match="pause"):
        wishes.choose(session, ulla, mailing_list, Wishes(Mode.WEEKLY, (), TODAY + timedelta(days=days)), TODAY, now)


def test_who_is_no_member_of_a_restricted_list_wishes_in_vain(session: Session, now: datetime, ulla: Person) -> None:
    closed = a_list(session, "Ledelse", "LE", address="ledelse@example.dk", is_restricted=True)

    with pytest.raises(NotFound):
        wishes.choose(session, ulla, closed, Wishes(Mode.WEEKLY), TODAY, now)


@pytest.mark.parametrize("mode", [Mode.EACH, Mode.DAILY, Mode.WEEKLY])
def test_nobody_who_pauses_gets_letters_until_their_day(
    store: Store, portal: Portal, now: datetime, mode: Mode
) -> None:
    until = TODAY + timedelta(days=9)
    with store.transaction() as session:
        mailing_list, ulla = a_list(session), a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")
        wishes.choose(session, ulla, mailing_list, Wishes(mode, (), until), TODAY, now)
        key, list_key = ulla.key, mailing_list.key

    def readers() -> list[int]:
        with store.reading() as session:
            return [one.key for one in subscriptions.subscribers(session, list_key, mode)]

    assert readers() == []
    assert wishes.end_rests(store, until - timedelta(days=1)) == 0
    assert readers() == []
    assert wishes.end_rests(store, until) == 1
    assert readers() == [key]
    assert wishes.end_rests(store, until) == 0


def test_a_followed_ticket_waits_too(
    session: Session, portal: Portal, now: datetime, mailing_list: MailingList, ulla: Person
) -> None:
    message = a_filed_message(session, portal, mailing_list, a_person(session), now)
    ticket = session.get_one(Ticket, message.ticket_key)
    subscriptions.subscribe(session, ulla, mailing_list, Mode.EACH, now)
    assert ulla.key in audience.of_message(session, ticket, message)

    session.get_one(Subscription, (ulla.id, mailing_list.id)).rests_before = TODAY
    session.flush()

    assert ulla.key not in audience.of_message(session, ticket, message)


def test_to_leave_and_to_come_again_end_a_pause(
    session: Session, now: datetime, mailing_list: MailingList, ulla: Person
) -> None:
    wishes.choose(session, ulla, mailing_list, Wishes(Mode.EACH, (), TODAY + timedelta(days=9)), TODAY, now)

    subscriptions.choose_mode(session, ulla, mailing_list, Mode.NONE, now)
    subscriptions.choose_mode(session, ulla, mailing_list, Mode.WEEKLY, now)

    assert wishes.wishes_of(session, ulla, mailing_list) == Wishes(Mode.WEEKLY)
