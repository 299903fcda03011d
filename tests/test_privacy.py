import time

import pytest

from mailer.privacy import find_cpr, scrub_own_addresses
from tickets.portal import Portal
from tickets.tokens import Signer

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


@pytest.mark.parametrize(
    "token", ["0", "01", "010170-", "010170-1", "cpr ", "cpr", "-", "+", "a-", "a+", "@", "http://"]
)
def test_a_megabyte_of_one_token_is_looked_through_in_no_time(portal: Portal, token: str) -> None:
    text = token * (1_000_000 // len(token))
    started = time.process_time()

    find_cpr(text)
    scrub_own_addresses(text, portal)

    assert time.process_time() - started < 1


def test_signed_addresses_lose_their_token(portal: Portal, signer: Signer) -> None:
    token = signer.reply_token(1, 42, 7)

    text = scrub_own_addresses(f"Svar til db+{token}@example.dk eller <db-{token.upper()}@example.dk>.", portal)

    assert text == "Svar til db@example.dk eller <db@example.dk>."


def test_links_for_one_reader_lead_to_the_front_page(portal: Portal) -> None:
    text = scrub_own_addresses(f"Afmeld: {portal.base_url}/unsubscribe/abc123 eller {portal.base_url}/t/DB-42", portal)

    assert text == f"Afmeld: {portal.base_url} eller {portal.base_url}/t/DB-42"


def test_desks_and_ordinary_addresses_stay(portal: Portal) -> None:
    text = "db+anonym@example.dk, mette-eksempel@proevested.example.dk"

    assert scrub_own_addresses(text, portal) == text
