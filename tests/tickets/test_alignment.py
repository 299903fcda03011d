"""Alignment: one spelling of an address, and which domains speak for each other."""

import pytest

from tickets.alignment import ascii_domain, ends_alike, is_aligned, mailbox_of, normal_address


def test_an_address_has_one_spelling() -> None:
    assert normal_address(" Mette@PRØVESTED.example.dk ") == "mette@xn--prvested-64a.example.dk"
    assert normal_address("sørén@example.dk") == normal_address("s\u00f8re\u0301n@example.dk")
    assert mailbox_of("Mette+kl@example.dk") == "mette@example.dk"
    assert mailbox_of("+kl@example.dk") == "+kl@example.dk"


@pytest.mark.parametrize(
    ("one", "other", "aligned"),
    [
        ("oeby.example.dk", "oeby.example.dk", True), ("mail.oeby.example.dk", "OEBY.example.dk", True),
        ("oeby.example.dk", "mail.oeby.example.dk", True), ("xoeby.example.dk", "oeby.example.dk", False),
        ("dk", "oeby.dk", False), ("oeby.dk", "dk", False), ("", "oeby.dk", False),
    ],
)  # fmt: skip
def test_a_domain_speaks_for_itself_and_what_lies_below_it(one: str, other: str, aligned: bool) -> None:
    assert is_aligned(one, other) is aligned


def test_domains_of_one_organisation_end_alike() -> None:
    assert ends_alike("mail.oeby.dk", "oeby.dk")
    assert not ends_alike("oeby.dk", "vestby.dk")


def test_what_is_no_domain_stays_as_it_is() -> None:
    assert ascii_domain("-ø-.dk") == "-ø-.dk"
    assert ascii_domain("ø" * 300) == "ø" * 300
