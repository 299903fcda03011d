"""Published answers lead what is found, for whoever reads the list, and are gone from it when they are taken down."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from support.publishing import publish
from tickets.acts.acting import Hand
from tickets.database.models import MailingList, Message, Person, Publication, Ticket, Visibility, Way
from tickets.database.store import Store, lay_down
from tickets.people.sight import Sight, sight_of
from tickets.portal import Portal
from tickets.search.asking import Filters
from tickets.search.published import PublishedAnswer
from tickets.search.searching import Results, Search
from tickets.undoing import inverses

CAMERA_TEXT = "Må vi sætte kameraer op ved genbrugspladsen, og hvor længe må optagelserne gemmes?"


class Library:
    """A list with a published answer to a confidential question, and its index."""

    def __init__(self, store: Store, portal: Portal, folder: Path, now: datetime) -> None:
        self.store, self.portal, self.now = store, portal, now
        self.search = Search(store, folder, "tests")
        with store.transaction() as session:
            self.mailing_list = a_list(session)
            self.other_list = a_list(session, "nis2", "NI", is_restricted=True)
            self.mette, self.ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")
            self.anders = a_lawyer(session, self.mailing_list)
        for number in range(20):
            self.asks(f"Emne {number}", f"Kære jurister. Vi har et spørgsmål om sag nummer {number}.")
        self.question = self.asks("Kamera i Prøvested", CAMERA_TEXT, visibility=Visibility.CONFIDENTIAL)
        self.publication = self.publishes(self.question)

    def asks(self, subject: str, text: str, author: Person | None = None, **more: object) -> Message:
        with self.store.transaction() as session:
            who, row = author or self.mette, self.mailing_list
            return a_filed_message(session, self.portal, row, who, self.now, subject=subject, text=text, **more)

    def publishes(self, question: Message) -> Publication:
        with self.store.transaction() as session:
            at, said = self.now + timedelta(hours=1), "Ja, i højst 30 dage."
            return publish(session, self.portal, question, self.anders, at, said)

    def index(self) -> None:
        while self.search.update(self.now):
            pass

    def find(self, person: Person | None, words: str, filters: Filters | None = None) -> Results:
        self.index()
        with self.store.reading() as session:
            return self.search.find(session, sight_of(session, person), words, filters or Filters())

    def found(self, person: Person | None, words: str = "kameraer optagelser") -> list[str]:
        return [hit.publication.path for hit in self.find(person, words).published]

    def takes_down(self) -> None:
        with self.store.transaction() as session:
            ticket = session.get_one(Ticket, self.question.ticket_key)
            inverses.undo_last(session, self.portal, ticket, Hand(self.anders, self.now, Way.MAIL))


@pytest.fixture
def library(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> Library:
    return Library(store, portal, tmp_path / "index", now)


def test_members_find_the_answer_of_a_confidential_question_and_not_the_question(library: Library) -> None:
    results = library.find(library.ole, "kameraer optagelser")

    assert [hit.publication.path for hit in results.published] == [library.publication.path]
    assert "optagelser" in str(results.published[0].excerpt)
    assert library.question.ticket_key not in [hit.ticket.id for hit in results.hits]


def test_strangers_find_nothing_of_a_list_that_is_not_public(library: Library) -> None:
    assert library.found(None) == []

    with library.store.transaction() as session:
        session.get_one(MailingList, library.mailing_list.id).is_public = True

    assert library.found(None) == [library.publication.path]


@pytest.mark.parametrize("words", ["DB-21", "Prøvested", "Mette", "fra:Mette kameraer", "kommune:Prøvested kameraer"])
def test_nothing_that_is_asked_tells_whose_question_it_was(library: Library, words: str) -> None:
    assert library.found(library.ole, words) == []


def test_by_who_asked_or_how_it_stands_nothing_published_is_chosen(library: Library) -> None:
    narrowed = [Filters(organisation_key=library.mette.organisation_key), Filters(list_key=library.other_list.id)]

    assert [library.find(library.ole, "kameraer", one).published for one in narrowed] == [(), ()]
    assert len(library.find(library.ole, "kameraer", Filters(list_key=library.mailing_list.id)).published) == 1


def test_what_is_taken_down_is_found_no_more(library: Library) -> None:
    assert library.found(library.ole)

    library.takes_down()

    assert library.found(library.ole) == []


def test_an_index_that_lags_shows_nothing_that_was_taken_down(library: Library) -> None:
    library.index()
    library.takes_down()

    with library.store.reading() as session:
        results = library.search.find(session, sight_of(session, library.ole), "kameraer optagelser")

    assert results.published == ()


def test_an_answer_that_is_published_comes_first_among_what_was_answered_before(library: Library) -> None:
    open_one = library.asks("Kamera ved genbrugspladsen", CAMERA_TEXT)
    with library.store.transaction() as session:
        ticket = session.get_one(Ticket, open_one.ticket_key)
        row = session.get_one(MailingList, library.mailing_list.id)
        said = {"ticket": ticket, "text": "Ja.", "is_lawyer": True}
        a_filed_message(session, library.portal, row, library.anders, library.now, **said)
    new = library.asks("Kameraer", CAMERA_TEXT, library.ole)
    library.index()

    with library.store.reading() as session:
        found = library.search.find_similar(session, sight_of(session, library.ole), new)
    assert [isinstance(one, PublishedAnswer) for one in found] == [True, False]

    library.takes_down()
    library.index()
    with library.store.reading() as session:
        found = library.search.find_similar(session, sight_of(session, library.ole), new)
    assert [isinstance(one, PublishedAnswer) for one in found] == [False]


def test_what_is_seen_is_what_the_database_and_the_index_find(library: Library) -> None:
    with library.store.transaction() as session:
        public = a_list(session, "offentlig", "OF", is_public=True)
        member = a_person(session, "ulla@lukket.example.com", "Ulla", None)
        for row in (library.other_list, public):
            for visibility in (Visibility.OPEN, Visibility.ANONYMOUS, Visibility.CONFIDENTIAL):
                asked = a_filed_message(
                    session, library.portal, row, library.mette, library.now, text=CAMERA_TEXT, visibility=visibility
                )
                ticket = session.get_one(Ticket, asked.ticket_key)
                lay_down(session, a_publication(ticket, library.now, Visibility.ANONYMOUS))
                publish(session, library.portal, asked, library.anders, library.now)
    library.index()

    with library.store.reading() as session:
        rows = [(one, session.get_one(Ticket, one.ticket_key)) for one in all_of(session)]
        for person in (None, library.mette, library.ole, library.anders, member):
            sight = sight_of(session, person)
            seen = {one.id for one, ticket in rows if sight.of_publication(one, ticket)}
            found = {hit.publication.id for hit in library.search.find(session, sight, "kameraer").published}
            assert seen == in_database(session, sight)
            assert found <= seen
            assert len(found) == min(5, len(seen))


def a_publication(ticket: Ticket, now: datetime, visibility: Visibility) -> Publication:
    """What stands, or not, by what its ticket is now."""
    return Publication(
        ticket_key=ticket.key, mailing_list_key=ticket.mailing_list_key, path="x", subject="Kameraer?",
        question=CAMERA_TEXT, answer="Ja.", visibility=visibility, drafted_at=now, published_at=now,
    )  # fmt: skip


def all_of(session: Session) -> list[Publication]:
    return list(session.exec(select(Publication)))


def in_database(session: Session, sight: Sight) -> set[int | None]:
    query = select(Publication.id).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    return set(session.exec(query.where(sight.publications())))
