"""Unheaded columns: ten digits below each other that all have a right check digit are numbers of people."""

from tickets.numbers.number_shapes import is_valid
from tickets.numbers.unheaded import find_unheaded


def numbers(count: int) -> list[str]:
    """Numbers of days that there were, with right check digits."""
    found = (f"{day:02}0261{last:04}" for day in range(7, 28) for last in range(4_000, 4_100))
    return [digits for digits in found if is_valid(digits)][:count]


def test_a_column_of_them_is_found_in_a_table_and_in_a_list() -> None:
    some = numbers(4)

    assert [one.digits for one in find_unheaded("\n".join(f"{one};x" for one in some))] == some
    assert [one.digits for one in find_unheaded("\n".join(f"- {one}" for one in some))] == some


def test_a_zero_that_a_spreadsheet_drops_is_put_in_front() -> None:
    some = numbers(3)

    assert [one.digits for one in find_unheaded("\n".join(f"{one[1:]}\tx" for one in some))] == some


def test_a_few_and_what_has_no_check_digit_are_invoices() -> None:
    some = numbers(3)
    others = [f"{one[:-1]}{(int(one[-1]) + 1) % 10}" for one in some]

    assert list(find_unheaded("\n".join(f"{one};x" for one in some[:2]))) == []
    assert list(find_unheaded("\n".join(f"{one};x" for one in some + others))) == []
    assert list(find_unheaded(f"{some[0]};x\n" * 5)) == []
