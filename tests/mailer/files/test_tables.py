"""Tables: bare digits below a heading are named as what they are."""

import pytest

from mailer.files.tables import csv_lines, is_heading, is_long_number, named, table_lines


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_values_below_a_heading_are_named_and_others_stay(separator: str) -> None:
    text = f"navn{separator}CPR-nr{separator}konto\nMette{separator}101901234{separator}0101901234\n"

    assert csv_lines(text) == "navn\tCPR-nr\tkonto\nMette\tCPR 0101901234\t0101901234"


def test_a_number_in_two_cells_is_one() -> None:
    assert table_lines([{"A": "cpr", "B": ""}, {"A": "10190", "B": "34"}]) == "cpr\t\nCPR 010190-0034\t34"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("101901234", "CPR 0101901234"), ("101901234.0", "CPR 0101901234"), ('="0101901234"', "CPR 0101901234"),
        ("1.01901234E+8", "CPR 0101901234"), ("010190-1234", "CPR 010190-1234"),
        ("12345678", "12345678"), ("ukendt", "ukendt"),
    ],
)  # fmt: skip
def test_digits_are_named_however_a_spreadsheet_writes_them(cell: str, told: str) -> None:
    assert named(cell) == told


def test_a_heading_is_told_by_what_it_says_first() -> None:
    assert is_heading("Borgerens CPR")
    assert is_heading("personnummer")
    assert not is_heading("Kontonummer")
    assert not is_heading(f"{'x' * 300} cpr")


def test_nine_digits_are_enough_for_a_number() -> None:
    assert is_long_number("10190 1234")
    assert not is_long_number("10190 123")


def test_what_is_no_table_is_left_as_it_is() -> None:
    text = f'cpr;x\n"{"x" * 200_000}'

    assert csv_lines(text) == text
