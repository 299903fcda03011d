"""Search finds what people may see, in Danish, and nothing else."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from builders import a_filed_message, a_lawyer, a_list, a_person

from tickets.membership import sight_of
from tickets.models import MailingList, Message, Person, Status, Ticket, TicketKind, Visibility
from tickets.portal import Portal
from tickets.search import Results, Search, make_excerpt
from tickets.store import Store


class Library:
    """One list with an asker, another member and a lawyer, and the index over it."""

    def __init__(self, store: Store, portal: Portal, folder: Path, now: datetime) -> None:
        self.store, self.portal, self.now = store, portal, now
        self.search = Search(store, folder, "tests")
        self.folder = folder
        with store.transaction() as session:
            self.mailing_list: MailingList = a_list(session)
            self.mette = a_person(session)
            self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
            self.anders = a_lawyer(session, self.mailing_list)

    def file(self, author: Person | None = None, **fields: object) -> Message:
        with self.store.transaction() as session:
            author = author or self.mette
            return a_filed_message(session, self.portal, self.mailing_list, author, self.now, **fields)

    def find(self, words: str, person: Person | None = None, **how: object) -> Results:
        while self.search.update(self.now):
            pass
        with self.store.reading() as session:
            sight = sight_of(session, person or self.ole)
            return self.search.find(session, sight, words, **how)  # type: ignore[arg-type]


@pytest.fixture
def library(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> Library:
    return Library(store, portal, tmp_path / "index", now)


@pytest.mark.parametrize("word", ["afgørelse", "afgørelser", "AFGØRELSEN", "afgørelserne"])
def test_all_forms_of_a_danish_word_find_it(library: Library, word: str) -> None:
    library.file(text="Vi har truffet en afgørelse i sagen.")

    results = library.find(word)

    assert results.total == 1
    assert results.hits[0].excerpt.parts == ("Vi har truffet en ", "afgørelse", " i sagen.")


def test_a_confidential_ticket_is_found_by_its_asker_and_the_lawyers_alone(library: Library) -> None:
    library.file(text="En hemmelig afgørelse", visibility=Visibility.CONFIDENTIAL)

    counts = [library.find("afgørelse", person).total for person in (library.mette, library.anders, library.ole)]

    assert counts == [1, 1, 0]


def test_the_public_finds_nothing_on_a_closed_list(library: Library) -> None:
    library.file(text="En afgørelse")
    library.find("afgørelse")

    with library.store.reading() as session:
        assert library.search.find(session, sight_of(session, None), "afgørelse").total == 0


def test_a_tickets_number_finds_it(library: Library) -> None:
    library.file(text="noget")
    library.file(text="noget andet")

    assert [hit.ticket.number for hit in library.find("DB-2").hits] == [2]


def test_all_words_are_needed_phrases_hold_and_minus_leaves_out(library: Library) -> None:
    library.file(text="sletning af logfiler")
    library.file(text="logfiler og sletning")

    totals = [
        library.find(words).total for words in ("sletning logfiler", '"sletning af logfiler"', "logfiler -og", "x")
    ]

    assert totals == [2, 1, 2, 0]


def test_a_changed_status_is_filtered_by_at_once(library: Library) -> None:
    question = library.file(text="logfiler")
    library.find("logfiler")

    with library.store.transaction() as session:
        ticket = session.get_one(Ticket, question.ticket_key)
        reply = {"ticket": ticket, "is_lawyer": True, "text": "Svar om logfiler"}
        a_filed_message(session, library.portal, library.mailing_list, library.anders, library.now, **reply)

    assert library.find("logfiler", status=Status.ANSWERED).total == 2
    assert library.find("logfiler", status=Status.OPEN).total == 0


def test_pages_and_newest_first(library: Library) -> None:
    for number in range(5):
        library.file(text=f"logfiler nummer {number}", sent_at=library.now.replace(minute=number))

    results = library.find("logfiler", newest_first=True, page=2, per_page=2)

    assert (results.total, results.page, results.pages) == (5, 2, 3)
    assert ["2" in hit.message.text for hit in results.hits] == [True, False]


@pytest.mark.parametrize(
    "words", ["", "?*", "*a*", "[a TO z]", "(" * 3000, '"', "-", "og", "seen_by:lawyers-1", "\x00"]
)
def test_odd_queries_find_nothing_and_break_nothing(library: Library, words: str) -> None:
    library.file(text="En hemmelig afgørelse", visibility=Visibility.CONFIDENTIAL)

    assert library.find(words).total == 0


def test_a_lost_index_is_made_anew(library: Library) -> None:
    library.file(text="logfiler", kind=TicketKind.NEWS)
    library.find("logfiler")

    shutil.rmtree(library.folder)

    assert library.find("logfiler").total == 1


def test_a_broken_index_is_made_anew(library: Library) -> None:
    library.file(text="logfiler")
    library.find("logfiler")

    for part in library.folder.glob("*.toc"):
        part.write_bytes(b"rubbish")
    library.search = Search(library.store, library.folder, "tests")

    assert library.find("logfiler").total == 1


def test_only_one_process_writes_the_index(library: Library) -> None:
    library.file(text="logfiler")
    assert library.search.update(library.now)
    library.file(text="logfiler igen")

    assert Search(library.store, library.folder, "another").update(library.now) == 0


def test_an_anonymous_asker_is_not_found_by_organisation(library: Library) -> None:
    library.file(text="logfiler", visibility=Visibility.ANONYMOUS)

    assert library.find("logfiler", organisation_key=library.mette.organisation_key).total == 0
    assert library.find("Mette").total == 0


def test_an_excerpt_is_cut_at_words_around_the_first_hit() -> None:
    excerpt = make_excerpt("ord " * 200 + "afgørelse " + "ord " * 200, {"afgør"})

    assert "afgørelse" in excerpt.parts
    assert str(excerpt).startswith("… ord")
    assert len(str(excerpt)) < 260


def test_merged_tickets_are_found_once(library: Library) -> None:
    library.file(text="logfiler", message_id="child@x", in_reply_to=("parent@x",))
    library.find("logfiler")

    library.file(text="logfiler fra start", message_id="parent@x")

    assert {hit.ticket.number for hit in library.find("logfiler").hits} == {2}
    assert library.find("logfiler").total == 2
