"""Spellings: a name is found however people write it."""

import re

import pytest

from tickets.text.folding import plain
from tickets.text.spellings import alternatives, loosened, spaced


@pytest.mark.parametrize(
    "written", ["Hjørring Kommune", "Hjorring Kommune", "Hjørring-Kommune", "HjørringKommune", "Hjørring\n> Kommune"]
)
def test_a_name_of_several_words_is_found_however_these_are_tied(written: str) -> None:
    assert re.fullmatch(spaced(plain("Hjørring Kommune")), plain(written))


def test_a_short_word_is_only_what_it_is() -> None:
    assert re.fullmatch(loosened("oeby"), "oby") is None
    assert re.fullmatch(loosened("hjoerring"), "hjorring")


def test_signs_in_a_name_are_signs() -> None:
    assert re.fullmatch(spaced("+"), "+")


def test_the_longest_of_several_names_is_found() -> None:
    found = re.search(alternatives(["nord", "nordby kommune"]), "i nordby kommune")

    assert found
    assert found.group() == "nordby kommune"
