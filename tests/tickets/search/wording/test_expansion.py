"""What is asked for is looked for in the words that the archive has for it."""

from collections.abc import Iterable

import pytest

from tickets.search.asking import read_question
from tickets.search.wording.expansion import expand, loosen
from tickets.search.wording.spelling import WordTable, nearest, slips_between
from tickets.search.wording.synonyms import read_synonyms, synonyms
from tickets.text.citations import find_citations
from tickets.text.stems import stems_of


class Shelf:
    """A lexicon of one text, and of words that are there but may not be seen."""

    def __init__(self, text: str, hidden: str = "") -> None:
        self._seen = set(stems_of(text)) | {term for one in find_citations(text) for term in one.terms}
        self._words = WordTable([*stems_of(text), *stems_of(hidden)])

    def holds(self, terms: Iterable[str]) -> bool:
        return self._seen.issuperset(terms)

    def words(self) -> list[WordTable]:
        return [self._words]


def ways(words: str, shelf: Shelf, *, loose: bool = False) -> set[tuple[str, ...]]:
    """In how many ways that the shelf has the words are looked for."""
    question = expand(read_question(words), shelf)
    question = loosen(question, shelf) if loose else question
    found = (way for concept in question.wanted for way in concept.ways if way.is_loose == loose)
    return {way.terms for way in found if shelf.holds(way.terms)}


def stemmed(words: str) -> tuple[str, ...]:
    return tuple(stems_of(words))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("DPIA", "konsekvensanalyse"), ("konsekvensanalyse", "DPIA"), ("DPO", "databeskyttelsesrådgiver"),
        ("sikkerhedskopi", "backup"), ("GDPR", "databeskyttelsesforordningen"), ("MFA", "totrinslogin"),
        ("ret til at blive glemt", "sletning"), ("CCTV", "videoovervågning"),
    ],
)  # fmt: skip
def test_other_names_of_the_same_are_looked_for(asked: str, told: str) -> None:
    assert stemmed(told) in ways(asked, Shelf(told))


def test_there_are_many_groups_and_none_stands_for_itself() -> None:
    assert len(synonyms()) > 300
    assert [name for name, others in synonyms().items() if name in others] == []


def test_an_arrow_leads_one_way() -> None:
    table = read_synonyms(["læk > brud # as people say", "mfa ; tofaktor", ""])

    assert table == {("læk",): (("brud",),), ("mfa",): (("tofaktor",),), ("tofaktor",): (("mfa",),)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("databehandleraftele", "databehandleraftale"), ("kryptring", "kryptering"), ("samtyke", "samtykke"),
        ("boern", "børn"), ("afgoerelse", "afgørelse"), ("facebok", "facebook"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_what_the_archive_has(typed: str, meant: str) -> None:
    assert ways(typed, Shelf(f"{meant} andet")) == {stemmed(meant)}


def test_a_word_that_is_there_is_no_slip() -> None:
    assert ways("samtale", Shelf("samtale samtaler samtykke")) == {("samtal",)}


def test_words_that_one_may_not_see_are_never_proposed() -> None:
    assert ways("hemmelighet", Shelf("noget andet", hidden="hemmelighed")) == set()
    assert ways("hemmelig", Shelf("noget andet", hidden="hemmeligstemplet"), loose=True) == set()


@pytest.mark.parametrize(
    ("asked", "told", "way"),
    [
        ("slettefrist", "frist for at slette", ("slet", "frist")),
        ("elevbilleder", "billeder af elever", ("elev", "billed")),
        ("frist", "slettefristen", ("slettefrist",)),
        ("borger service", "borgerservice", ("borgerservic",)),
        ("plejehjemssensorer", "plejehjem faldsensorer", ("plejehjem", "faldsensor")),
        ("artikel 6, stk. 1, litra e", "efter artikel 6, stk. 1", ("artikel 6 stykke 1",)),
    ],
)
def test_compounds_and_larger_places_are_near(asked: str, told: str, way: tuple[str, ...]) -> None:
    assert way in ways(asked, Shelf(told), loose=True)
    assert way not in ways(asked, Shelf(told))


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("sag", "sag", 0), ("sag", "sga", 1), ("sag", "sager", 2), ("sag", "mappe", 3), ("kamera", "kammera", 1)],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert min(slips_between(one, other, 2), 3) == slips


def test_the_nearest_come_first_and_short_words_have_no_slips() -> None:
    words = WordTable(["kamera", "kammer", "politi", "sag", "sak"])

    assert nearest([words], "kammera") == [(1, "kamera"), (1, "kammer")]
    assert nearest([words], "sad") == []
