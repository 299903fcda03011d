"""Keys in text: a signed address loses its token, a link for one reader leads to the front page."""

import pytest

from mailer.mime.keys import take_keys_out
from support.timing import costing_at_most
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.mark.parametrize("token", ["-", "+", "a-", "a+", "@", "http://"])
def test_a_megabyte_of_one_token_is_looked_through_in_no_time(portal: Portal, token: str) -> None:
    text = token * (1_000_000 // len(token))
    with costing_at_most(1):
        take_keys_out(text, portal)


def test_signed_addresses_lose_their_token(portal: Portal, signer: Signer) -> None:
    token = signer.reply_token(1, 42, 7)

    text = take_keys_out(f"Svar til db+{token}@example.dk eller <db-{token.upper()}@example.dk>.", portal)

    assert text == "Svar til db@example.dk eller <db@example.dk>."


def test_links_for_one_reader_lead_to_the_front_page(portal: Portal) -> None:
    text = take_keys_out(f"Afmeld: {portal.base_url}/unsubscribe/abc123 eller {portal.base_url}/t/DB-42", portal)

    assert text == f"Afmeld: {portal.base_url} eller {portal.base_url}/t/DB-42"


def test_desks_and_ordinary_addresses_stay(portal: Portal) -> None:
    text = "db+anonym@example.dk, mette-eksempel@proevested.example.dk"

    assert take_keys_out(text, portal) == text
