"""Ranking finds what Whoosh finds, scored as Whoosh scores it, of the texts that may be seen; each ticket once."""

import random
from pathlib import Path

import pytest
from whoosh import index, query
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from tickets.search.asking import read_question
from tickets.search.indexing import LeanCodec, make_schema
from tickets.search.ranking import LENGTH_COUNTS, Found, Ranker, Requirements
from tickets.text.stems import stem_of

WORDS = ["afgørelse", "bilag", "journal", "kontor", "logfil", "sletning", "video", "økonomi"]
EVERYBODY = Requirements(frozenset({"open-1", "lawyers-1"}))


class Shelf:
    """An index of three segments, with documents deleted in two of them, and what its documents hold."""

    def __init__(self, folder: Path) -> None:
        chance = random.Random(2018)
        self.texts = {
            str(number): " ".join(chance.choices(WORDS, weights=range(1, len(WORDS) + 1), k=chance.randint(1, 40)))
            for number in range(600)
        }
        opened = index.create_in(folder, make_schema())
        for start, end in ((0, 300), (300, 500), (500, 600)):
            writer = opened.writer(codec=LeanCodec())
            for number in range(start, end):
                writer.add_document(
                    ticket=str(number), number=number, words=self.texts[str(number)], literally=self.texts[str(number)],
                    at=number * 7 % 600, begun=number * 7 % 600,
                    seen_by="lawyers-1 open-1" if number % 3 else "lawyers-1",
                    status="closed" if number % 5 else "open",
                )  # fmt: skip
            writer.commit(merge=False)
        writer = opened.writer(codec=LeanCodec())
        for number in range(0, 500, 9):
            writer.delete_by_term("ticket", str(number))
            del self.texts[str(number)]
        writer.commit(merge=False)
        self.searcher: Searcher = opened.searcher(weighting=BM25F(B=LENGTH_COUNTS))
        self.ranker = Ranker(self.searcher)

    def holding(self, *words: str) -> set[str]:
        wanted = {stem_of(word) for word in words}
        return {key for key, text in self.texts.items() if wanted <= set(map(stem_of, text.split()))}

    def ranked(
        self, words: str, wanted: Requirements = EVERYBODY, *, newest_first: bool = False, is_strict: bool = True
    ) -> list[Found]:
        ranking = self.ranker.view(wanted).rank(
            read_question(words), 600, newest_first=newest_first, is_strict=is_strict
        )
        assert ranking.total == len(ranking.found)
        assert ranking.exact == sum(found.is_exact for found in ranking.found)
        return list(ranking.found)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("index"))


@pytest.mark.parametrize(
    "words", ["afgørelse", "bilagene", "video økonomi", "afgørelse bilag journal", "kontoret logfiler"]
)
def test_all_that_hold_the_words_are_found_each_once(shelf: Shelf, words: str) -> None:
    found = [str(one.ticket) for one in shelf.ranked(words)]

    assert sorted(found) == sorted(shelf.holding(*words.split()))


@pytest.mark.parametrize(
    ("words", "theirs"),
    [
        ("afgørelse", query.Term("words", "afgør")),
        ("video økonomi", query.And([query.Term("words", "video"), query.Term("words", "økonomi")])),
        ("+video -bilag", query.AndNot(query.Term("words", "video"), query.Term("words", "bilag"))),
        ('"video økonomi"', query.Phrase("literally", ["video", "økonomi"])),
    ],
)
def test_order_and_scores_are_those_of_whoosh(shelf: Shelf, words: str, theirs: query.Query) -> None:
    expected = {int(hit["ticket"]): hit.score for hit in shelf.searcher.search(theirs, limit=None, optimize=False)}

    ours = shelf.ranked(words)

    scores = {one.ticket: one.score for one in ours}
    assert [one.score for one in ours] == sorted(scores.values(), reverse=True)
    assert expected
    assert expected == {ticket: pytest.approx(scores[ticket]) for ticket in expected}
    assert len(ours) - len(expected) in (0, 1)  # Whoosh may miss the last of a block where two lists meet


def test_a_beginning_finds_each_word_that_begins_so(shelf: Shelf) -> None:
    assert {str(one.ticket) for one in shelf.ranked("kon* vid*")} == shelf.holding("kontor", "video")


@pytest.mark.parametrize("words", ["-video", "findes ikke", ""])
def test_nothing_that_is_wanted_finds_nothing(shelf: Shelf, words: str) -> None:
    assert shelf.ranked(words) == []


def test_what_may_not_be_seen_is_neither_found_nor_counted(shelf: Shelf) -> None:
    found = {one.ticket for one in shelf.ranked("video", Requirements(frozenset({"open-1"}), (("status", "open"),)))}

    assert found == {int(key) for key in shelf.holding("video") if int(key) % 3 and int(key) % 5 == 0}
    assert shelf.ranked("video", Requirements(frozenset())) == []
    assert shelf.ranked("video", Requirements(frozenset({"open-1"}), (("status", "pending"),))) == []


def test_what_one_may_not_see_is_no_word_of_theirs(shelf: Shelf) -> None:
    assert shelf.ranker.view(EVERYBODY).holds(["video"])
    assert not shelf.ranker.view(EVERYBODY).holds(["video", "ukendt"])
    assert not shelf.ranker.view(Requirements(frozenset())).holds(["video"])


def test_times_are_narrowed_to(shelf: Shelf) -> None:
    found = {one.ticket for one in shelf.ranked("video", Requirements(EVERYBODY.seen_by, after=100, before=400))}

    assert found == {int(key) for key in shelf.holding("video") if 100 <= int(key) * 7 % 600 < 400}


def test_the_newest_come_first_when_asked_for(shelf: Shelf) -> None:
    found = [one.ticket for one in shelf.ranked("video", newest_first=True)]

    assert found == sorted(map(int, shelf.holding("video")), key=lambda number: number * 7 % 600, reverse=True)


def test_what_has_all_comes_first_then_what_has_more(shelf: Shelf) -> None:
    found = shelf.ranked("afgørelse bilag økonomi", is_strict=False)

    exact = {str(one.ticket) for one in found if one.is_exact}
    near = {str(one.ticket) for one in found if not one.is_exact}
    assert exact == shelf.holding("afgørelse", "bilag", "økonomi")
    assert [one.is_exact for one in found] == sorted((one.is_exact for one in found), reverse=True)
    assert near
    assert all(sum(key in shelf.holding(word) for word in ("afgørelse", "bilag", "økonomi")) in (1, 2) for key in near)


def test_what_is_needed_is_never_relaxed(shelf: Shelf) -> None:
    found = {str(one.ticket) for one in shelf.ranked("afgørelse +bilag -video", is_strict=False)}

    assert found == shelf.holding("bilag") - shelf.holding("video")


def test_no_more_are_returned_than_wanted_and_all_are_counted(shelf: Shelf) -> None:
    all_of_them = shelf.ranked("video")

    ranking = shelf.ranker.view(EVERYBODY).rank(read_question("video"), 7)

    assert [one.score for one in ranking.found] == [one.score for one in all_of_them[:7]]
    assert ranking.total == len(all_of_them)
