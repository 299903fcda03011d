"""One rule of sight: the test in Python, the condition in SQL, the words of the index and the audience agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from support.builders import LONG_AGO, a_filed_message, a_lawyer, a_list, a_person, store_content
from tickets import journal
from tickets.database.models import (
    Capacity,
    EventKind,
    Letter,
    LetterKind,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Ticket,
    Visibility,
)
from tickets.database.store import Store, lay_down
from tickets.people import audience
from tickets.people.askers import add_asker
from tickets.people.sight import (
    ASKER,
    AUTHOR,
    IS_TOLD,
    KNOWS,
    LAWYER,
    MEMBER,
    OF_CAPACITY,
    PUBLIC,
    RULES,
    SEES,
    Relation,
    Sight,
    grants,
    is_masked,
    is_told,
    knows_asker,
    messages_told,
    sight_of,
    strictest,
    tickets_named,
    tickets_told,
)
from tickets.people.subscriptions import subscribe
from tickets.portal import Portal
from tickets.search.searching import Search

OWN = (None, *Visibility)
WORD = "logfiler"

# -- the table -------------------------------------------------------------------------


def test_each_visibility_has_its_row() -> None:
    assert list(RULES) == list(Visibility)


@pytest.mark.parametrize(
    ("visibility", "seen_by", "asker_known_to"),
    [
        (Visibility.OPEN, {PUBLIC, MEMBER, LAWYER, ASKER}, {PUBLIC, MEMBER, LAWYER, ASKER}),
        (Visibility.PUBLISHED, {PUBLIC, MEMBER, LAWYER, ASKER}, set()),
        (Visibility.ANONYMOUS, {PUBLIC, MEMBER, LAWYER, ASKER}, {LAWYER, ASKER}),
        (Visibility.CONFIDENTIAL, {LAWYER, ASKER, AUTHOR}, {LAWYER, ASKER, AUTHOR}),
        (Visibility.PERSONAL, {LAWYER, AUTHOR}, {LAWYER, AUTHOR}),
        (Visibility.INTERNAL, {LAWYER}, {LAWYER}),
    ],
)
def test_what_the_portal_promises(
    visibility: Visibility, seen_by: set[Relation], asker_known_to: set[Relation]
) -> None:
    given = {relation: grants(visibility, relation) for relation in Relation}

    assert {relation for relation, grant in given.items() if SEES in grant} == seen_by
    assert {relation for relation, grant in given.items() if KNOWS in grant} == asker_known_to


@pytest.mark.parametrize("visibility", Visibility)
def test_who_is_told_or_knows_who_asked_sees_it_too(visibility: Visibility) -> None:
    for relation in Relation:
        assert not grants(visibility, relation) or SEES in grants(visibility, relation)


@pytest.mark.parametrize("visibility", Visibility)
def test_the_public_sees_no_more_than_members_and_members_no_more_than_lawyers(visibility: Visibility) -> None:
    public, member, lawyer = (grants(visibility, relation) for relation in (PUBLIC, MEMBER, LAWYER))

    assert (public | member, member | lawyer) == (member, lawyer)


def test_the_stricter_visibility_shows_less() -> None:
    assert strictest(Visibility.OPEN, Visibility.INTERNAL, Visibility.ANONYMOUS) is Visibility.INTERNAL
    assert strictest(Visibility.ANONYMOUS, Visibility.OPEN) is Visibility.ANONYMOUS


# -- all combinations, in all their forms ------------------------------------------------


@dataclass
class Town:
    """On each kind of list a message for every visibility of ticket and message, asker and author; and all people."""

    store: Store
    people: dict[str, Person | None]

    def sights(self, session: Session) -> Iterator[tuple[str, Sight]]:
        """Of everybody who is here, by name, and of nobody in particular."""
        for name, person in self.people.items():
            yield name, sight_of(session, person)

    def messages(self, session: Session) -> list[tuple[Ticket, Message]]:
        query = select(Ticket, Message).join(Message, col(Message.ticket_key) == col(Ticket.id))
        return list(session.exec(query))


@pytest.fixture
def town(store: Store, now: datetime) -> Town:
    with store.transaction() as session:
        lists = [
            a_list(session),
            a_list(session, "fortrolige", "FO", is_restricted=True),
            a_list(session, "offentlig", "OF", is_public=True),
        ]
        people = dict(the_people(session, lists))
        asker, author, lawyer = (people[name] for name in ("asker", "author", "lawyer of DB"))
        cells = product(lists, Visibility, OWN, [(asker, author), (asker, asker), (lawyer, author), (author, lawyer)])
        for number, (mailing_list, visibility, own, (by, from_)) in enumerate(cells, 1):
            lay_down(session, message := a_message_at(session, mailing_list, number, visibility, own, by, from_))
            ticket = session.get_one(Ticket, message.ticket_key)
            if number % 2:
                add_asker(session, ticket, people["who asked too"].key)
            journal.append(session, EventKind.REPLIED, now, ticket=ticket, message=message)
    return Town(store, {"anybody": None, **people})


def the_people(session: Session, lists: list[MailingList]) -> Iterator[tuple[str, Person]]:
    """Somebody for each relation and some for two; the asker is a member, and the author has left."""
    yield "asker", a_person(session)
    yield "author", a_person(session, "fratraadt@example.com", organisation_key=None)
    yield "who asked too", a_person(session, "ulla@lukket.example.com", organisation_key=None)
    yield "member", a_person(session, "ole@oeby.example.dk")
    for mailing_list in lists:
        prefix = mailing_list.prefix
        yield f"lawyer of {prefix}", a_lawyer(session, mailing_list, f"jurist-{prefix.lower()}@forening.example.dk")
        reader = a_person(session, f"abonnent-{prefix.lower()}@oeby.example.dk")
        subscribe(session, reader, mailing_list, Mode.EACH, LONG_AGO)
        yield f"subscriber of {prefix}", reader


def a_message_at(
    session: Session,
    mailing_list: MailingList,
    number: int,
    visibility: Visibility,
    own: Visibility | None,
    asker: Person,
    author: Person,
) -> Message:
    """A message of one person in a ticket of another."""
    ticket = lay_down(
        session,
        Ticket(
            mailing_list_key=mailing_list.key, number=number, subject="Må vi det?", visibility=visibility,
            asker_key=asker.key, asked_at=LONG_AGO, changed_at=LONG_AGO,
        ),
    )  # fmt: skip
    return Message(
        mailing_list_key=ticket.mailing_list_key, ticket_key=ticket.key, author_key=author.key,
        kind=MessageKind.ANSWER, message_id=f"{number}@proevested.example.dk", own_id=f"{number}@example.dk",
        path=f"{number}", subject="Må vi det?", text=WORD, body_digest="",
        content_key=store_content(session, WORD.encode(), LONG_AGO), sent_at=LONG_AGO, filed_at=LONG_AGO,
        visibility=own,
    )  # fmt: skip


def test_what_is_seen_is_what_the_database_finds(town: Town) -> None:
    with town.store.reading() as session:
        messages = town.messages(session)
        both = select(Message.id).join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        for name, sight in town.sights(session):
            tickets = set(session.exec(select(Ticket.id).where(sight.tickets())))
            found = set(session.exec(both.where(sight.messages())))
            unmasked = set(session.exec(select(Ticket.id).where(sight.unmasked())))

            assert tickets == {ticket.id for ticket, _ in messages if sight.of_ticket(ticket)}, name
            assert found == {message.id for ticket, message in messages if sight.of_message(ticket, message)}, name
            assert unmasked == {
                ticket.id for ticket, _ in messages if is_masked(ticket.visibility) and sight.of_asker(ticket)
            }, name


@pytest.mark.any_database
def test_what_is_seen_is_what_the_index_finds(town: Town, tmp_path: Path, now: datetime) -> None:
    search = Search(town.store, tmp_path / "index", "tests")
    while search.update(now):
        pass
    with town.store.reading() as session:
        messages = town.messages(session)
        for name, sight in town.sights(session):
            seen = {message.id for ticket, message in messages if sight.of_message(ticket, message)}
            for newest_first in (False, True):
                results = search.find(session, sight, WORD, newest_first=newest_first, per_page=len(messages))

                assert {hit.message.id for hit in results.hits} <= seen, name
                assert {hit.ticket.id for hit in results.hits} == {
                    ticket.id for ticket, message in messages if message.id in seen
                }, name
                assert results.total == len(results.hits)


def test_who_is_told_sees_it_and_knows_who_asked_only_if_they_may(town: Town) -> None:
    with town.store.reading() as session:
        sights = {person.id: sight_of(session, person) for person in town.people.values() if person}
        for ticket, message in town.messages(session):
            told = audience.of_message(session, ticket, message)

            for key, (_, capacity) in told.items():
                assert sights[key].of_message(ticket, message)
                assert not knows_asker(ticket, capacity) or sights[key].of_asker(ticket)


def test_who_is_told_is_who_the_table_says_and_has_a_reason_to_be(town: Town) -> None:
    """Of each kind its own fifth of the combinations, which has every visibility."""
    with town.store.reading() as session:
        messages = town.messages(session)
        for number, kind in enumerate(MessageKind):
            for ticket, message in messages[number::5]:
                message.kind = kind
                told = {capacity for _, capacity in audience.of_message(session, ticket, message).values()}

                for capacity in told:
                    relation = OF_CAPACITY[capacity]
                    assert IS_TOLD in grants(ticket.visibility, relation), kind
                    assert is_told(relation, message), kind
                if kind is MessageKind.NOTE:
                    assert told <= {Capacity.LAWYER}
        session.expunge_all()


def test_what_is_told_is_what_the_database_tells(town: Town) -> None:
    with town.store.reading() as session:
        messages = town.messages(session)
        for relation in Relation:
            tickets = set(session.exec(select(Ticket.id).where(tickets_told(relation))))
            found = set(session.exec(select(Message.id).where(messages_told(relation))))

            assert tickets == {one.id for one, _ in messages if IS_TOLD in grants(one.visibility, relation)}
            assert found == {message.id for _, message in messages if is_told(relation, message)}


def test_of_a_named_ticket_whoever_sees_it_knows_who_asked(town: Town) -> None:
    with town.store.reading() as session:
        named = set(session.exec(select(Ticket.id).where(tickets_named())))
        for _, sight in town.sights(session):
            for ticket, _ in town.messages(session):
                if ticket.id in named and sight.of_ticket(ticket):
                    assert sight.of_asker(ticket)


# -- messages that are for fewer than their ticket -----------------------------------------


@pytest.mark.parametrize(
    ("filing", "told"),
    [
        ({}, {Capacity.ASKER, Capacity.LAWYER, Capacity.SUBSCRIBER}),
        ({"narrowed_to": Visibility.CONFIDENTIAL}, {Capacity.ASKER, Capacity.LAWYER}),
        ({"message_kind": MessageKind.NOTE}, {Capacity.LAWYER}),
    ],
)
def test_a_message_is_for_those_it_was_filed_for(
    session: Session,
    portal: Portal,
    filing: dict[str, object],
    told: set[Capacity],
) -> None:
    mailing_list, asker = a_list(session), a_person(session)
    anders = a_lawyer(session, mailing_list)
    a_lawyer(session, mailing_list, "sofie@forening.example.dk")
    subscribe(session, a_person(session, "ole@oeby.example.dk"), mailing_list, Mode.EACH, LONG_AGO)
    ticket = session.get_one(Ticket, a_filed_message(session, portal, mailing_list, asker).ticket_key)

    message = a_filed_message(session, portal, mailing_list, anders, ticket=ticket, is_lawyer=True, **filing)

    assert {capacity for _, capacity in audience.of_message(session, ticket, message).values()} == told


def test_a_letter_about_a_message_that_was_narrowed_since_is_for_those_who_see_it_still(
    session: Session, portal: Portal
) -> None:
    mailing_list, asker = a_list(session), a_person(session)
    anders, ole = a_lawyer(session, mailing_list), a_person(session, "ole@oeby.example.dk")
    subscribe(session, ole, mailing_list, Mode.EACH, LONG_AGO)
    ticket = session.get_one(Ticket, a_filed_message(session, portal, mailing_list, asker).ticket_key)
    letter = Letter(
        kind=LetterKind.ANSWER, language="da", mailing_list_key=mailing_list.id, ticket_key=ticket.id,
        message_id="1@example.dk", octets=b"", made_at=LONG_AGO,
    )  # fmt: skip
    owed = {asker.key: Capacity.ASKER, anders.key: Capacity.LAWYER, ole.key: Capacity.SUBSCRIBER}

    entitled = {
        own: audience.still_entitled(session, letter, ticket, own, owed)
        for own in (None, Visibility.CONFIDENTIAL, Visibility.INTERNAL)
    }

    assert entitled == {
        None: {asker.id, anders.id, ole.id},
        Visibility.CONFIDENTIAL: {asker.id, anders.id},
        Visibility.INTERNAL: {anders.id},
    }


def test_whoever_asked_too_sees_a_confidential_ticket_and_gets_its_answers(session: Session, portal: Portal) -> None:
    mailing_list, asker, ulla = a_list(session), a_person(session), a_person(session, "ulla@oeby.example.dk")
    anders = a_lawyer(session, mailing_list)
    question = a_filed_message(session, portal, mailing_list, asker, visibility=Visibility.CONFIDENTIAL)
    ticket = session.get_one(Ticket, question.ticket_key)
    assert not sight_of(session, ulla).of_message(ticket, question)

    add_asker(session, ticket, ulla.key)

    answer = a_filed_message(session, portal, mailing_list, anders, ticket=ticket, is_lawyer=True)
    told = audience.of_message(session, ticket, answer)
    assert sight_of(session, ulla).of_message(ticket, question)
    assert {key: capacity for key, (_, capacity) in told.items()} == {
        asker.key: Capacity.ASKER, ulla.key: Capacity.ASKER,
    }  # fmt: skip
