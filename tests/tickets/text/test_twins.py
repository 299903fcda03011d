"""Twins: letters of other scripts are known for the Latin ones that they look like."""

import unicodedata

import pytest

from tickets.text.twins import TWINS


def test_no_latin_letter_of_ascii_has_a_twin_and_each_twin_is_one_letter() -> None:
    assert not [letter for letter in TWINS if letter.isascii()]
    assert {len(letter) for letter in TWINS.values()} == {1}


@pytest.mark.parametrize(
    ("letter", "latin"), [("А", "a"), ("е", "e"), ("Ο", "o"), ("ѕ", "s"), ("Ө", "ø"), ("ӕ", "æ"), ("ᴋ", "k")]
)
def test_a_letter_is_known_by_its_looks(letter: str, latin: str) -> None:
    assert "LATIN" not in unicodedata.name(letter) or "SMALL CAPITAL" in unicodedata.name(letter)
    assert TWINS[letter] == latin
