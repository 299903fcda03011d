"""Scattered numbers: known digits are found though something else stands between them."""

from tickets.numbers.columns import Extent
from tickets.numbers.scattered import WIDEST, find_scattered

NUMBER = "0101901234"


def test_digits_are_found_in_their_order_with_something_between_them() -> None:
    text = "nr. 01 01 xx 90 - 12y34 er"

    (place,) = find_scattered(text, NUMBER)

    assert text[place.start : place.end] == "01 01 xx 90 - 12y34"


def test_digits_that_stand_too_far_from_each_other_are_none() -> None:
    assert find_scattered(f"010190{' ' * WIDEST}1234", NUMBER) == []
    assert find_scattered(f"010190{' ' * (WIDEST - 1)}1234", NUMBER) == [Extent(0, 10 + WIDEST - 1)]


def test_digits_in_another_order_are_none() -> None:
    assert find_scattered("4321091010", NUMBER) == []


def test_each_of_two_is_found() -> None:
    assert find_scattered(f"{NUMBER} {NUMBER}", NUMBER) == [Extent(0, 10), Extent(11, 21)]
