"""Everyday words: the lists that masking goes by can be compared with folded words."""

import pytest

from tickets.text.everyday import ABBREVIATIONS, EVERYDAY, WORDS
from tickets.text.folding import plain


def test_every_word_is_folded() -> None:
    assert {word for word in EVERYDAY if plain(word) != word or not word.isalpha()} == set()


@pytest.mark.parametrize("word", ["på", "være", "øst", "GDPR", "tlf", "EU"])
def test_what_everybody_writes_is_among_them(word: str) -> None:
    assert plain(word) in EVERYDAY


@pytest.mark.parametrize("word", ["Mette", "Eksempel", "xq"])
def test_a_name_is_not(word: str) -> None:
    assert plain(word) not in EVERYDAY


def test_words_and_abbreviations_are_both_everyday() -> None:
    assert WORDS | ABBREVIATIONS == EVERYDAY
