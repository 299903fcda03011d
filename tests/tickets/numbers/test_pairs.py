"""Pairs: a number that is told in two places is found in both, and two that belong to nobody are none."""

import pytest

from tickets.numbers.columns import Extent, Headed, find_headed
from tickets.numbers.pairs import find_objects, find_pairs


def told(text: str) -> set[tuple[str, str]]:
    return {(text[one.start : one.end], one.digits) for one in find_pairs(text, find_headed(text))}


@pytest.mark.parametrize("day", ["010190", "01-01-1990", "1. januar 1990", "1990-01-01"])
def test_a_birthday_and_a_serial_number_are_two_places_of_one_number(day: str) -> None:
    assert told(f"Fødselsdato: {day}\nLøbenr.: 1234") == {(day, "0101901234"), ("1234", "0101901234")}


@pytest.mark.parametrize(
    "text",
    ["Fødselsdato: 320190, løbenr. 1234", "Dato: 010190, løbenr. 1234", f"Født: 010190 {'x' * 1_100} løbenr. 1234"],
)
def test_no_day_no_birthday_and_one_far_away_make_none(text: str) -> None:
    assert told(text) == set()


def test_cells_of_one_row_make_a_number_with_the_zeros_that_a_spreadsheet_drops() -> None:
    text = "010190;34"

    found = list(find_pairs(text, Headed([], [], [(Extent(0, 6), Extent(7, 9))], [])))

    assert [(one.start, one.end, one.digits) for one in found] == [(0, 6, "0101900034"), (7, 9, "0101900034")]


@pytest.mark.parametrize(("last", "count"), [("4285", 2), ("4286", 0)])
def test_below_a_bare_nr_the_check_digit_counts(last: str, count: int) -> None:
    headed = Headed([], [], [], [(Extent(0, 6), Extent(7, 11))])

    assert len(list(find_pairs(f"070761;{last}", headed))) == count


@pytest.mark.parametrize("text", ['{"cpr": {"dato": "010190", "nr": "1234"}}', "cpr:\n  dato: 010190\n  nr: 1234\n"])
def test_both_halves_within_one_thing_that_is_called_so_are_found(text: str) -> None:
    assert {(text[one.start : one.end], one.digits) for one in find_objects(text)} == {
        ("010190", "0101901234"), ("1234", "0101901234"),
    }  # fmt: skip


def test_what_stands_behind_the_thing_is_not_within_it() -> None:
    assert list(find_objects('{"cpr": {"dato": "010190"}, "postnr": "1234"}')) == []
