"""Shapes of numbers: which ten digits are a civil registration number, and whose day they tell."""

from datetime import date

import pytest

from tickets.numbers.number_shapes import born_on, find_free, find_loose, find_sure, is_valid, made_of


@pytest.mark.parametrize(
    ("year", "seventh", "century"),
    [(90, 1, 1990), (36, 4, 2036), (37, 4, 1937), (57, 5, 2057), (58, 5, 1858), (99, 9, 1999), (0, 9, 2000)],
)
def test_the_seventh_digit_tells_the_century(year: int, seventh: int, century: int) -> None:
    assert born_on(1, 2, year, seventh) == date(century, 2, 1)


def test_a_day_that_there_was_not_is_nobodys() -> None:
    assert born_on(29, 2, 90, 1) is None
    assert made_of((0, 10), 32, 1, 90, "1234") is None
    assert made_of((0, 10), 1, 1, 1890, "1234") is None  # the digits say 1990


def test_somebody_who_has_no_number_yet_has_sixty_added_to_the_day() -> None:
    one = made_of((3, 13), 61, 1, 90, "1234")

    assert one
    assert (one.start, one.end, one.digits) == (3, 13, "6101901234")


@pytest.mark.parametrize(("digits", "valid"), [("0707614285", True), ("0707614286", False)])
def test_the_last_digit_checks_the_others(digits: str, valid: bool) -> None:
    assert is_valid(digits) is valid


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("010190-1234", True),
        ("CPR 010190-1234.", True),
        ("310290-1234", False),
        ("sag 2026/010190-1234", False),
        ("0101901234", False),
    ],
)
def test_a_day_a_hyphen_and_four_digits_are_a_number_unless_they_are_part_of_another(text: str, sure: bool) -> None:
    assert {one.digits for one in find_sure(text)} == ({"0101901234"} if sure else set())


def test_ten_digits_alone_may_be_one() -> None:
    assert [one.digits for one in find_loose("nr. 0101901234 og 9999999999")] == ["0101901234"]


@pytest.mark.parametrize(
    "text", ["1. januar 1990 1234", "01 01 1990 12 34", "0 1 0 1 9 0 1 2 3 4", "1990-01-01 1234", "1.01901234E+08"]
)
def test_what_people_write_behind_the_word_for_it_is_read(text: str) -> None:
    assert "0101901234" in {one.digits for one in find_free(text)}
