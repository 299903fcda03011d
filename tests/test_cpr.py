import time

import pytest

from tickets.cpr import MASK, find_cpr, mask_cpr

# Dates of people who are none: each number has a day that was, and a running number that was not checked.
NUMBERS = ["010170-1234", "290200-4321", "311299-0001", "010136\u20114321", "150857-5678"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_whose_date_there_was_is_found(number: str) -> None:
    text = f"Sagen om {number} er afsluttet."

    (place,) = find_cpr(text)

    assert text[place.start : place.end] == number


@pytest.mark.parametrize(
    "text", ["cpr 0101701234", "CPR-nr.: 0101701234", "cpr.nr. 010170 1234", "personnummer 0101701234"]
)
def test_a_number_named_as_such_is_found_without_its_hyphen(text: str) -> None:
    assert len(find_cpr(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "320170-1234", "300200-4321", "290201-4321", "0101701234", "sag 26/010170-12345", "2026-010170-1234",
        "010170-123",
        "Tlf. 99 99 99 99", "EAN 5798000000000", "konto 1234-0101701234", "den 01-01-1970", "journalnr. 01.01.70-1234",
    ],
)  # fmt: skip
def test_dates_case_and_account_numbers_are_none(text: str) -> None:
    assert find_cpr(text) == []


def test_every_number_is_masked_and_nothing_else() -> None:
    text = "010190-1234, den 01-01-1990, og cpr 0101901234."

    assert mask_cpr(text) == f"{MASK}, den 01-01-1990, og cpr {MASK}."


@pytest.mark.parametrize("token", ["0", "01", "010170-", "010170-1", "cpr ", "cpr", "-", "cpr: 010170 "])
def test_a_megabyte_of_one_token_is_looked_through_in_no_time(token: str) -> None:
    text = token * (1_000_000 // len(token))
    started = time.process_time()

    mask_cpr(text)

    assert time.process_time() - started < 1
