"""Stems are what Whoosh's own Danish analysis makes of words, only sooner."""

import unicodedata

import pytest
from hypothesis import given, strategies
from whoosh.analysis import LowercaseFilter, RegexTokenizer, StemFilter, StopFilter

from tickets.text.stems import literals_of, stem_of, stems_of

# as its LanguageAnalyzer is made, but for words of one character
WHOOSH = (
    RegexTokenizer(r"\w+(\.?\w+)*|§") | LowercaseFilter() | StopFilter(lang="da", minsize=1) | StemFilter(lang="da")
)


@pytest.mark.parametrize(
    "text",
    [
        "Vi har truffet afgørelser i sagerne, og AFGØRELSEN er endelig.",
        "Se side 3.2.1 i bilag a.b..c_d; a x 7 42 12:30 mette@oeby.example.dk",
        "The talk is about İstanbul, STRASSE, straße, naïve and ﬁles",
        "klassens grænser løst elige bådes ss es",
    ],
)
def test_a_text_has_the_stems_that_whoosh_finds_in_it(text: str) -> None:
    assert stems_of(text) == [token.text for token in WHOOSH(text)]


@given(strategies.text(alphabet=strategies.sampled_from("abdeginorstøåÆß. _-İ3\n")))
def test_any_text_has_the_stems_that_whoosh_finds_in_it(text: str) -> None:
    assert stems_of(text) == [token.text for token in WHOOSH(text)]


def test_what_nobody_looks_for_has_no_stem() -> None:
    assert [stem_of(word) for word in ("og", "i", "the", "Afgørelsen")] == ["", "", "", "afgør"]


def test_words_of_one_character_have_a_stem() -> None:
    assert stems_of("artikel 6, litra e og § 7") == ["artikel", "6", "litra", "e", "§", "7"]


def test_letters_that_are_written_as_two_characters_are_those_that_are_one() -> None:
    decomposed = unicodedata.normalize("NFD", "Åben afgørelse på § 7")

    assert stems_of(decomposed) == stems_of("Åben afgørelse på § 7")
    assert literals_of(decomposed) == ["åben", "afgørelse", "på", "§", "7"]
