"""Abbreviations: the letters that an organisation is called by for short."""

import pytest

from tickets.masking.abbreviations import is_in, is_made_of


@pytest.mark.parametrize(
    ("letters", "words", "made"),
    [
        ("kk", ("kobenhavns", "kommune"), True), ("kbk", ("kobenhavns", "kommune"), True),
        ("hk", ("kobenhavns", "kommune"), False),
        ("k", ("kobenhavns", "kommune"), False), ("", (), True), ("k", (), False),
    ],
)  # fmt: skip
def test_an_acronym_takes_a_letter_of_each_word_and_perhaps_consonants(
    letters: str, words: tuple[str, ...], made: bool
) -> None:
    assert is_made_of(letters, words) is made


@pytest.mark.parametrize(("letters", "inside"), [("hbr", False), ("hj", True), ("hrg", True), ("hgr", False)])
def test_letters_of_a_word_stand_in_their_order_from_its_first(letters: str, inside: bool) -> None:
    assert is_in(letters, "hjorring") is inside
