"""One person with several addresses, and two people who turn out to be one."""

import unicodedata
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from support.archive import Browser
from support.builders import a_list, a_made_letter, a_message, a_person, an_organisation, an_owed_delivery
from support.mail_room import Desk
from support.town import LIST
from tickets.database.models import (
    Delivery,
    DeliveryState,
    Disposition,
    Event,
    EventKind,
    LetterKind,
    Message,
    Mode,
    Person,
    Role,
    Subscription,
    Ticket,
)
from tickets.database.store import Store
from tickets.errors import BadInput, Conflict, NotFound
from tickets.people import appointments, logins, merging, organisations, persons, reachability, registry, subscriptions
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.app import create_app

HOME = "Mette <mette@anden.example.dk>"


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    made = Desk(store, portal, signer, now)
    with store.transaction() as session:
        an_organisation(session, "Anden Kommune", "anden.example.dk")
    return made


def the(session: Session, person: Person) -> Person:
    return session.get_one(Person, person.id)


# -- one spelling of an address --------------------------------------------------------


@pytest.mark.parametrize("written", ["åse@øby.example.dk", "Åse@XN--BY-KKA.example.dk", " åse@ØBY.example.dk "])
def test_a_person_is_found_however_their_address_is_written(session: Session, now: datetime, written: str) -> None:
    person = a_person(session, "åse@xn--by-kka.example.dk", "Åse")

    assert persons.person_with(session, written) == person
    assert persons.person_with(session, unicodedata.normalize("NFD", written)) == person


@pytest.mark.parametrize("written", ["bente@øby.example.dk", "BENTE@ØBY.EXAMPLE.DK", "bente@xn--by-kka.example.dk"])
def test_an_address_has_one_spelling_at_every_entrance(desk: Desk, written: str) -> None:
    with desk.store.transaction() as session:
        registry.add_organisation(session, "Foreningen Øby", ["ØBY.example.dk"])
        registry.add_person(session, "bente@øby.example.dk", "Bente", desk.now)

    octets = bytes(a_message()).replace(b"\n", b"\r\n")
    desk.hand_over(octets.replace(b"Mette Eksempel <mette@proevested.example.dk>", f"Bente <{written}>".encode()), LIST)

    with desk.store.reading() as session:
        people = session.exec(select(Person).where(col(Person.name) == "Bente")).all()
        assert [one.email for one in people] == ["bente@xn--by-kka.example.dk"]
        assert desk.messages()[0].author_key == people[0].id
        assert organisations.organisation_of(session, written) is not None


# -- another address -------------------------------------------------------------------


def test_mail_from_another_address_of_a_person_is_theirs(desk: Desk) -> None:
    with desk.store.transaction() as session:
        merging.add_address(session, the(session, desk.mette), "Mette@Anden.example.dk", desk.now)
    desk.take(a_message())

    arrival = desk.take(a_message(From=HOME, text="Og skolen?"), desk.reply_address(desk.ticket(), desk.mette))[0]

    assert arrival.disposition is Disposition.FILED
    assert {one.author_key for one in desk.messages()} == {desk.mette.id}


def test_an_address_is_one_persons(desk: Desk) -> None:
    with desk.store.transaction() as session:
        merging.add_address(session, the(session, desk.mette), "mette@anden.example.dk", desk.now)
        with pytest.raises(Conflict, match="Mette"):
            merging.add_address(session, the(session, desk.ole), "mette@anden.example.dk", desk.now)
        with pytest.raises(Conflict, match="merge"):
            merging.add_address(session, the(session, desk.mette), "ole@oeby.example.dk", desk.now)
        with pytest.raises(Conflict):
            registry.add_person(session, "mette@anden.example.dk", "Mette", desk.now)


def test_an_address_that_was_dropped_is_nobodys(desk: Desk) -> None:
    with desk.store.transaction() as session:
        merging.add_address(session, the(session, desk.mette), "mette@anden.example.dk", desk.now)
        with pytest.raises(NotFound):
            merging.drop_address(session, the(session, desk.ole), "mette@anden.example.dk")
        merging.drop_address(session, the(session, desk.mette), "METTE@anden.example.dk")

        assert merging.addresses_of(session, the(session, desk.mette)) == []
        assert persons.person_with(session, "mette@anden.example.dk") is None


def test_who_is_removed_leaves_no_address(desk: Desk) -> None:
    with desk.store.transaction() as session:
        merging.add_address(session, the(session, desk.mette), "mette@anden.example.dk", desk.now)
        registry.remove_person(session, "mette@anden.example.dk", desk.now)

        assert persons.person_with(session, "mette@anden.example.dk") is None
        assert persons.person_with(session, "mette@proevested.example.dk") is None


def test_a_first_address_may_become_one_that_was_another(desk: Desk) -> None:
    with desk.store.transaction() as session:
        mette = the(session, desk.mette)
        merging.add_address(session, mette, "mette@anden.example.dk", desk.now)
        registry.change_email(session, mette, "mette@anden.example.dk", desk.now)

        assert (mette.email, merging.addresses_of(session, mette)) == ("mette@anden.example.dk", [])


def test_a_login_link_that_is_asked_for_with_another_address_goes_to_the_first(desk: Desk) -> None:
    with desk.store.transaction() as session:
        merging.add_address(session, the(session, desk.mette), "mette@anden.example.dk", desk.now)
    search = Search(desk.store, desk.portal.data_dir / "search", "tests")
    browser = Browser(
        create_app(desk.store, desk.portal, desk.signer, b"x" * 32, search, lambda: desk.now).test_client()
    )

    browser.press("/login", email="mette@anden.example.dk")

    assert EventKind.LOGIN_ASKED in desk.events()


# -- two people who are one ------------------------------------------------------------


@pytest.fixture
def twice(desk: Desk) -> Person:
    """Mette, who wrote from another municipality's address before, and has tickets, letters and subscriptions there."""
    desk.take(a_message(From=HOME, Subject="Fra det gamle sted"))
    with desk.store.transaction() as session:
        return persons.get_person(session, "mette@anden.example.dk")


def merged(desk: Desk, other: Person, person: Person) -> None:
    with desk.store.transaction() as session:
        merging.merge(session, the(session, other), the(session, person), desk.now)


def test_what_both_wrote_and_asked_is_one_persons(desk: Desk, twice: Person) -> None:
    desk.take(a_message())

    merged(desk, twice, desk.mette)

    with desk.store.reading() as session:
        assert set(session.exec(select(Message.author_key))) == {desk.mette.id}
        assert set(session.exec(select(Ticket.asker_key))) == {desk.mette.id}
        assert persons.person_with(session, "mette@anden.example.dk") == the(session, desk.mette)
        assert not persons.can_be_written_to(the(session, twice))


def test_mail_from_either_address_and_replies_to_old_letters_are_theirs(desk: Desk, twice: Person) -> None:
    old = desk.reply_address(desk.ticket(), twice)
    merged(desk, twice, desk.mette)

    arrivals = [
        desk.take(a_message(From=HOME, text="Hvad så nu?"), old)[0],
        desk.take(a_message(text="Er der nyt i sagen?"), old)[0],
        desk.take(a_message(From=HOME, Subject="Noget andet"))[0],
    ]

    assert {one.disposition for one in arrivals} == {Disposition.FILED}
    assert {one.author_key for one in desk.messages()} == {desk.mette.id}
    assert desk.messages()[1].ticket_key == desk.messages()[2].ticket_key == desk.ticket().id


def test_of_two_subscriptions_the_closer_one_counts_and_no_score_comes_along(desk: Desk, twice: Person) -> None:
    with desk.store.transaction() as session:
        other, mette = the(session, twice), the(session, desk.mette)
        second = a_list(session, "sikkerhed", "SI")
        subscriptions.subscribe(session, mette, desk.mailing_list, Mode.WEEKLY, desk.now)
        subscriptions.subscribe(session, other, desk.mailing_list, Mode.EACH, desk.now)
        subscriptions.subscribe(session, other, second, Mode.WEEKLY, desk.now)
        session.get_one(Subscription, (other.id, second.id)).bounce_score = 5.0
        session.get_one(Subscription, (other.id, second.id)).paused_at = desk.now

    merged(desk, twice, desk.mette)

    with desk.store.reading() as session:
        found = session.exec(select(Subscription).order_by(col(Subscription.mailing_list_key))).all()
        assert [(one.person_key, one.mode) for one in found] == [
            (desk.mette.id, Mode.EACH),
            (desk.mette.id, Mode.WEEKLY),
        ]
        assert not reachability.is_paused(session, the(session, desk.mette))


def test_roles_come_together_once(desk: Desk, twice: Person) -> None:
    with desk.store.transaction() as session:
        for one in (the(session, twice), the(session, desk.mette)):
            appointments.appoint(session, one, Role.EDITOR, desk.mailing_list)
        appointments.appoint(session, the(session, twice), Role.LAWYER, desk.mailing_list)

    merged(desk, twice, desk.mette)

    with desk.store.reading() as session:
        roles = appointments.roles_of(session, the(session, desk.mette), desk.mailing_list)
        assert roles == {Role.EDITOR, Role.LAWYER}
        assert appointments.roles_of(session, the(session, twice), desk.mailing_list) == set()


def test_letters_that_wait_are_owed_once_and_to_the_first_address(desk: Desk, twice: Person) -> None:
    with desk.store.transaction() as session:
        letter = a_made_letter(session, desk.mailing_list, desk.now, kind=LetterKind.ANSWER)
        events = [Event(kind=EventKind.ANSWERED, happened_at=desk.now) for _ in range(2)]
        session.add_all(events)
        session.flush()
        keys = [event.key for event in events]
        for key, people in zip(keys, ((twice, desk.mette), (twice,)), strict=True):
            for one in people:
                an_owed_delivery(session, letter, one, event_key=key)

    merged(desk, twice, desk.mette)

    with desk.store.reading() as session:
        owed = session.exec(select(Delivery).where(Delivery.state == DeliveryState.WAITING)).all()
        assert sorted((one.event_key, one.person_key) for one in owed) == [(key, desk.mette.id) for key in keys]


def test_ways_in_of_who_is_merged_end(desk: Desk, twice: Person) -> None:
    with desk.store.transaction() as session:
        secret = logins.make_login_link(session, the(session, twice), desk.now)

    merged(desk, twice, desk.mette)

    with desk.store.reading() as session:
        assert logins.find_login_link(session, secret, desk.now + timedelta(minutes=1)) is None


def test_links_in_old_letters_lead_to_who_they_are_now(desk: Desk, twice: Person) -> None:
    third = desk.ole
    merged(desk, twice, desk.mette)
    merged(desk, desk.mette, third)

    with desk.store.reading() as session:
        for one in (twice, desk.mette, third):
            found = persons.person_by_key(session, one.key)
            assert found is not None
            assert found.id == third.id
        assert merging.addresses_of(session, the(session, third)) == [
            "mette@anden.example.dk", "mette@proevested.example.dk",
        ]  # fmt: skip


def test_nobody_is_merged_with_themselves_or_with_who_was_removed(desk: Desk, twice: Person) -> None:
    with desk.store.transaction() as session:
        with pytest.raises(BadInput):
            merging.merge(session, the(session, twice), the(session, twice), desk.now)
        registry.remove_person(session, "ole@oeby.example.dk", desk.now)
        with pytest.raises(BadInput):
            merging.merge(session, the(session, desk.ole), the(session, twice), desk.now)


@pytest.mark.parametrize(
    "author", ["anders@anden.example.dk", "anders+x@anden.example.dk", "anders@x.forening.example.dk"]
)
def test_an_address_that_nobody_gave_a_lawyer_answers_nothing(desk: Desk, author: str) -> None:
    desk.take(a_message())

    desk.take(a_message(From=f"Anders Jurist <{author}>", Subject="SV: [DB-1] Må vi det?", text="Det må I gerne."))

    assert desk.ticket().answered_at is None
