"""Stems are what Whoosh's own Danish analysis makes of words, only sooner."""

import pytest
from hypothesis import given, strategies
from whoosh.analysis import LanguageAnalyzer

from tickets.stems import stem_of, stems_of

WHOOSH = LanguageAnalyzer("da")


@pytest.mark.parametrize(
    "text",
    [
        "Vi har truffet afgørelser i sagerne, og AFGØRELSEN er endelig.",
        "Se side 3.2.1 i bilag a.b..c_d; a x 7 42 12:30 mette@oeby.example.dk",
        "The meeting is about İstanbul, STRASSE, straße, naïve and ﬁles",
        "klassens grænser løst elige bådes ss es",
    ],
)
def test_a_text_has_the_stems_that_whoosh_finds_in_it(text: str) -> None:
    assert stems_of(text) == [token.text for token in WHOOSH(text)]


@given(strategies.text(alphabet=strategies.sampled_from("abdeginorstøåÆß. _-İ3\n")))
def test_any_text_has_the_stems_that_whoosh_finds_in_it(text: str) -> None:
    assert stems_of(text) == [token.text for token in WHOOSH(text)]


def test_what_nobody_looks_for_has_no_stem() -> None:
    assert [stem_of(word) for word in ("og", "x", "the", "Afgørelsen")] == ["", "", "", "afgør"]
