"""Search finds what people may see, in Danish, and nothing else."""

import shutil
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest
from sqlmodel import col, select
from whoosh import index
from whoosh.fields import TEXT, Schema

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.acts import joining
from tickets.acts.acting import Hand
from tickets.database.models import (
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Status,
    Ticket,
    TicketKind,
    Visibility,
    Way,
)
from tickets.database.store import Store
from tickets.people.sight import OF_KIND, sight_of
from tickets.people.subscriptions import subscribe
from tickets.portal import Portal
from tickets.post import File
from tickets.search import searching
from tickets.search.asking import Filters
from tickets.search.searching import Results, Search
from tickets.text.excerpt import make_excerpt


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


LAW = {
    1: "Behandlingen sker efter artikel 6, stk. 1, litra e, i 9 måneder.",
    2: "Behandlingen sker efter artikel 9, stk. 2, litra h, i 6 måneder, se afsnit 7.",
    3: "Behandlingen sker efter artikel 6, stk. 2, og artikel 9, stk. 1, litra e.",
    4: "Det følger af § 7 i loven og af bilag 1.",
    5: "Det følger af § 8, stk. 7, og af bilag 2, 1 eksemplar.",
    6: "Det følger af §9 a, af art. 13(2)(f) og af stk.3.",
}


@pytest.mark.alike
@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("artikel 6", {1, 3}), ("artikel 9", {2, 3}), ("Art. 6", {1, 3}), ("artikel\u00a06", {1, 3}),
        ("stk. 2", {2, 3, 6}),
        ("stk. 3", {6}), ("§ 7", {4}), ("§7", {4}), ("§ 8, stk. 7", {5}), ("§ 9", set()), ("§ 9a", {6}),
        ("§", {4, 5, 6}),
        ("bilag 1", {4}), ("bilag 2", {5}), ("art. 6, stk. 1, litra e", {1}), ("artikel 9, stk. 2, litra h", {2}),
        ("artikel 9, litra e", {3}), ("artikel 13, stk. 2, litra f", {6}), ("loven § 7", {4}),
        ("litra e -artikel 9", {1}),
        ("følger -§ 7", {5, 6}), ("6 måneder", {1, 2}), ('"artikel 6"', {1, 3}), ('"art. 6"', set()),
        ('"6 måneder"', {2}), ('"9 måneder"', {1}), ('"og af bilag 1"', {4}), ('"af og bilag 1"', set()),
        ('"§ 7 i loven"', {4}), ('"§7"', {4}), ('"måned"', set()), ('"Behandlingen sker"', {1, 2, 3}),
        ('"behandling sker"', set()),
        ('"det følger af" "bilag 2"', {5}), ('behandlingen -"litra h"', {1, 3}),
    ],
)  # fmt: skip
def test_a_place_of_a_law_is_found_and_its_neighbour_is_not(library: Library, words: str, numbers: set[int]) -> None:
    for text in LAW.values():
        library.file(text=text, subject="Et spørgsmål")

    hits = [hit for hit in library.find(words).hits if hit.is_exact]

    assert {hit.ticket.number for hit in hits} == numbers
    assert all(len(hit.excerpt.parts) > 1 for hit in hits)


def test_a_phrase_is_shown_whole_and_ends_where_the_subject_ends(library: Library) -> None:
    library.file(subject="Om videoovervågning", text="af børn: se artikel 6, stk. 1, og Artikel  9.")

    assert library.find('"se artikel 6"').hits[0].excerpt.parts == (
        "af børn: ",
        "se artikel 6",
        ", stk. 1, og Artikel 9.",
    )
    assert library.find("artikel 9").hits[0].excerpt.parts[-2:] == ("Artikel 9", ".")
    assert library.find('"videoovervågning af børn"').total == 0


def test_letters_are_the_same_in_one_character_or_two(library: Library) -> None:
    library.file(text=unicodedata.normalize("NFD", "Ældre på åbne kontorer"))
    library.file(text="Ældre på åbne kontorer")

    for form, words in product(("NFC", "NFD"), ("åbne", '"på åbne"', "kont* ældre")):
        assert library.find(unicodedata.normalize(form, words)).total == 2  # type: ignore[arg-type]


def test_a_changed_status_is_filtered_by_at_once(library: Library) -> None:
    question = library.file(text="logfiler")
    library.find("logfiler")

    with library.store.transaction() as session:
        ticket = session.get_one(Ticket, question.ticket_key)
        reply = {"ticket": ticket, "is_lawyer": True, "text": "Svar om logfiler"}
        a_filed_message(session, library.portal, library.mailing_list, library.anders, library.now, **reply)

    assert library.find("logfiler", filters=Filters(status=Status.ANSWERED)).total == 1
    assert library.find("logfiler", filters=Filters(status=Status.OPEN)).total == 0


def test_pages_and_newest_first(library: Library) -> None:
    for number in range(5):
        library.file(text=f"logfiler nummer {number}", sent_at=library.now.replace(minute=number))

    results = library.find("logfiler", newest_first=True, page=2, per_page=2)

    assert (results.total, results.page, results.pages) == (5, 2, 3)
    assert ["2" in hit.message.text for hit in results.hits] == [True, False]


@pytest.mark.parametrize("words", ["afgør*", "afgørelse*", "AFGØRELSES*", "log* afgør*"])
def test_a_beginning_finds_every_word_that_begins_so(library: Library, words: str) -> None:
    library.file(text="Afgørelsesudkast og logning")
    library.file(text="noget andet")

    results = library.find(words)

    assert results.total == 1
    assert "Afgørelsesudkast" in results.hits[0].excerpt.parts


def test_no_query_may_look_for_more_than_two_beginnings(library: Library) -> None:
    library.file(text="aften banan citron")

    assert library.find("aft* ban* ukendt*").total == 1


def test_subject_files_and_author_are_found_too_and_a_subject_counts_most(library: Library) -> None:
    library.file(text="Kun i teksten: videoovervågning", subject="Andet")
    library.file(text="Se emnet. " + "ord " * 20, subject="Videoovervågning i svømmehallen")
    library.file(text="Se filen", files=(File(1, "Databehandleraftale.pdf", "application/pdf", 10),))

    assert library.find("videoovervågning").hits[0].ticket.subject == "Videoovervågning i svømmehallen"
    assert library.find("databehandleraftale pdf").total == 1
    assert library.find("Mette").total == 3


@pytest.mark.alike
@pytest.mark.parametrize(
    "words",
    ["", "?*", "*a*", "[a TO z]", "(" * 3000, '"', "-", "og", "-og", "-logfiler", "a*", "seen_by:lawyers-1", "\x00"],
)
def test_odd_queries_find_nothing_and_break_nothing(library: Library, words: str) -> None:
    library.file(text="En hemmelig afgørelse", visibility=Visibility.CONFIDENTIAL)
    library.file(text="En åben afgørelse")

    assert library.find(words).total == 0
    assert library.find(words, newest_first=True).total == 0


@pytest.mark.any_database
def test_a_lost_index_is_made_anew(library: Library) -> None:
    library.file(text="logfiler", kind=TicketKind.NEWS)
    library.find("logfiler")

    shutil.rmtree(library.folder)

    assert library.find("logfiler").total == 1


@pytest.mark.any_database
def test_a_broken_index_is_made_anew(library: Library) -> None:
    library.file(text="logfiler")
    library.find("logfiler")

    for part in library.folder.glob("*.toc"):
        part.write_bytes(b"rubbish")
    library.search = Search(library.store, library.folder, "tests")

    assert library.find("logfiler").total == 1


@pytest.mark.any_database
def test_an_index_of_an_earlier_form_is_made_anew(library: Library) -> None:
    library.file(text="logfiler")
    library.folder.mkdir()
    index.create_in(library.folder, Schema(words=TEXT(stored=True)))

    assert library.find("logfiler").total == 1


def test_only_one_process_writes_the_index(library: Library) -> None:
    library.file(text="logfiler")
    assert library.search.update(library.now)
    library.file(text="logfiler igen")

    assert Search(library.store, library.folder, "another").update(library.now) == 0


def test_a_lease_that_was_given_back_is_anothers_at_once(library: Library) -> None:
    library.file(text="om afgørelser")
    another = Search(library.store, library.folder, "another")
    assert library.search.update(library.now)
    library.file(text="om mere")
    another.give_back()  # who holds nothing takes nothing away
    assert another.update(library.now) == 0

    library.search.give_back()

    assert another.update(library.now)


def test_who_only_reads_never_makes_the_index(library: Library) -> None:
    with library.store.reading() as session:
        results = Search(library.store, library.folder, "reader").find(
            session, sight_of(session, library.anders), "logfiler"
        )

    assert results.total == 0
    assert not library.folder.exists()


@pytest.mark.any_database
def test_a_broken_index_is_left_to_its_writer(library: Library) -> None:
    library.file(text="logfiler")
    library.find("logfiler")
    broken = next(library.folder.glob("*.toc"))
    broken.write_bytes(b"rubbish")

    with library.store.reading() as session:
        results = Search(library.store, library.folder, "reader").find(
            session, sight_of(session, library.anders), "logfiler"
        )

    assert results.total == 0
    assert broken.read_bytes() == b"rubbish"


def test_a_rebuilt_index_finds_the_same(library: Library) -> None:
    for number in range(3):
        library.file(text=f"logfiler {number}")
    before = library.find("logfiler").total

    library.search.rebuild(library.now)

    assert library.find("logfiler").total == before == 3


def test_a_change_is_found_in_another_process_too(library: Library) -> None:
    reader = Search(library.store, library.folder, "reader")
    totals = []
    for text in ("logfiler", "logfiler igen"):
        library.file(text=text)
        library.search.update(library.now)
        with library.store.reading() as session:
            totals.append(reader.find(session, sight_of(session, library.ole), "logfiler").total)

    assert totals == [1, 2]


def test_the_lag_is_what_the_index_has_yet_to_take(library: Library) -> None:
    library.file(text="logfiler")
    with library.store.reading() as session:
        before = library.search.lag(session)
    library.find("logfiler")

    with library.store.reading() as session:
        assert (before, library.search.lag(session)) == (1, 0)


def test_a_journal_longer_than_a_batch_is_taken_and_each_ticket_found_once(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "BATCH", 3)
    questions = [library.file(text=f"logfiler {number}") for number in range(4)]
    for question in questions:
        with library.store.reading() as session:
            ticket = session.get_one(Ticket, question.ticket_key)
        library.file(text="mere om logfiler", ticket=ticket)

    assert library.find("logfiler").total == 4


@pytest.mark.any_database
def test_many_may_search_at_once(library: Library) -> None:
    for number in range(300):
        library.file(text=f"logfiler {'sletning' if number % 2 else 'video'} nummer{number}")
    assert library.find("logfiler").total == 300
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def ask(words: str) -> list[int]:
        with library.store.reading() as session:
            sight = sight_of(session, library.ole)
            return [library.search.find(session, sight, words).total for _ in range(20)]

    try:
        with ThreadPoolExecutor(4) as pool:
            totals = list(pool.map(ask, ["logfiler", "logfiler sletning", "video", '"logfiler video"']))
    finally:
        sys.setswitchinterval(usual)

    assert totals == [[300] * 20, [150] * 20, [150] * 20, [150] * 20]


def test_what_one_sees_and_what_one_finds_is_the_same_for_everybody(library: Library) -> None:
    with library.store.transaction() as session:
        other = a_list(session, "sikkerhed", "SIK", is_public=True)
        secret = a_list(session, "fortrolige", "FO", is_restricted=True)
        lars = a_lawyer(session, secret, "lars@forening.example.dk")
        eva = a_person(session, "eva@oeby.example.dk")
        subscribe(session, eva, secret, Mode.WEEKLY, library.now)
        for mailing_list, visibility, asker in product(
            (library.mailing_list, other, secret), Visibility, (library.mette, eva)
        ):
            first = a_filed_message(
                session, library.portal, mailing_list, asker, library.now, visibility=visibility, text="logfiler"
            )
            ticket = session.get_one(Ticket, first.ticket_key)
            for kind, author in ((MessageKind.NOTE, library.anders), (MessageKind.AUTOMATIC, library.mette)):
                more = a_filed_message(
                    session, library.portal, mailing_list, author, library.now, ticket=ticket, text="logfiler"
                )
                more.kind, more.visibility = kind, OF_KIND[kind]
    while library.search.update(library.now):
        pass

    with library.store.reading() as session:
        rows = list(session.exec(select(Ticket, Message).join(Message, col(Message.ticket_key) == col(Ticket.id))))
        for person in (None, library.mette, library.ole, library.anders, lars, eva):
            sight = sight_of(session, person)
            for how in ({}, {"newest_first": True}):
                found = library.search.find(session, sight, "logfiler", per_page=100, **how)  # type: ignore[arg-type]

                seen = {
                    message.id
                    for ticket, message in rows
                    if message.kind is not MessageKind.AUTOMATIC and sight.of_message(ticket, message)
                }
                assert {hit.message.id for hit in found.hits} <= seen
                assert {hit.ticket.id for hit in found.hits} == {
                    ticket.id for ticket, message in rows if message.id in seen
                }
                assert found.total == len(found.hits)


def test_a_page_that_is_not_there_is_the_last(library: Library) -> None:
    library.file(text="logfiler")

    results = library.find("logfiler", page=1000)

    assert (results.page, results.pages, len(results.hits)) == (1, 1, 1)


def test_a_message_that_may_not_be_seen_any_more_is_not_even_counted(library: Library) -> None:
    first = library.file(text="logfiler")
    library.find("logfiler")

    with library.store.transaction() as session:
        session.get_one(Ticket, first.ticket_key).visibility = Visibility.CONFIDENTIAL

    assert library.find("logfiler").total == 0


def test_an_anonymous_asker_is_not_found_by_organisation(library: Library) -> None:
    library.file(text="logfiler", visibility=Visibility.ANONYMOUS)

    assert library.find("logfiler", filters=Filters(organisation_key=library.mette.organisation_key)).total == 0
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

    assert [hit.ticket.number for hit in library.find("logfiler").hits] == [2]
    assert library.find("logfiler").total == 1


def test_tickets_that_were_merged_and_parted_again_are_found_each(library: Library) -> None:
    messages = [library.file(text="logfiler fra start"), library.file(library.ole, text="logfiler fra slut")]
    keys = [one.ticket_key for one in messages]
    hand = Hand(library.anders, library.now, Way.MAIL)
    with library.store.transaction() as session:
        first, second = (session.get_one(Ticket, key) for key in keys)
        act = joining.merge(session, library.portal, first, second, hand)
    assert [hit.ticket.id for hit in library.find("logfiler").hits] == keys[1:]

    with library.store.transaction() as session:
        joining.undo(session, library.portal, session.get_one(Ticket, keys[1]), session.merge(act), hand)

    assert {hit.ticket.id for hit in library.find("logfiler").hits} == {*keys}
    library.search.rebuild(library.now)
    assert {hit.ticket.id for hit in library.find("logfiler").hits} == {*keys}
