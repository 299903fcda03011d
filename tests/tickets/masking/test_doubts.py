"""Doubts: what may still tell who asked is shown to those who look, and what tells nothing is not."""

import pytest

from tickets.masking.doubts import find_doubts, is_near
from tickets.masking.names import Names

METTE = Names(people=("Mette Klitgaard",), organisation="Prøvested Kommune")


@pytest.mark.parametrize("word", ["klitgard", "klitgaarrd", "klitgaaxd", "kiltgaard", "klitgaar"])
def test_one_letter_wrong_missing_added_or_swapped_is_near(word: str) -> None:
    assert is_near(word, "klitgaard")


@pytest.mark.parametrize("word", ["klitgaard", "blitgaard", "klit", "klxtgaxrd"])
def test_the_name_itself_another_first_letter_and_two_faults_are_not(word: str) -> None:
    assert not is_near(word, "klitgaard")


def test_a_name_with_a_wrong_letter_and_initials_of_who_takes_part_are_doubtful() -> None:
    assert set(find_doubts(METTE, (), "Deltagere: MK, OL. Tal med Klitgard.")) == {"MK", "Klitgard"}


def test_what_is_masked_already_or_is_another_word_is_not() -> None:
    assert find_doubts(METTE, (), "[navn] fra [kommunen] spurgte om Klitplantagen.") == ()
