"""Numbers in fields: people's are looked for as in a text, and the digits of programs only where they stand out."""

import pytest

from mailer.mime.parts import parse
from mailer.reading.field_numbers import fields_with_numbers, find_in_field, mask_field, words_of_fields
from tickets.numbers.cpr import MASK


@pytest.mark.parametrize(
    ("name", "value", "is_one"),
    [
        ("Subject", "Vedr. 010190-1234", True),
        ("X-Borger", "010190-1234", True),
        ("X-Borger-CPR", "0101901234", True),
        ("X-Trace", "a010190-1234b", False),
        ("Received", "id 4x010190-1234x", False),
        ("Date", "Mon, 23 Nov 2026 07:55:00 +0100", False),
    ],
)
def test_a_number_counts_where_it_stands_for_itself(name: str, value: str, is_one: bool) -> None:
    assert bool(find_in_field(name, value)) is is_one


def test_a_number_that_is_known_from_the_text_counts_anywhere() -> None:
    assert find_in_field("X-Trace", "a/010190-1234/b") == []
    assert len(find_in_field("X-Trace", "a/010190-1234/b", {"0101901234"})) == 1


def test_a_field_is_masked_where_its_number_stands() -> None:
    assert mask_field("Subject", "Vedr. 010190-1234 og 020290-1234") == f"Vedr. {MASK} og {MASK}"


def test_fields_that_nobody_is_shown_are_told_by_name() -> None:
    message = parse(
        b"From: a@example.dk\r\nSubject: 010190-1234\r\nX-Borger: 010190-1234\r\nX-010190-1234: x\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Description: 010190-1234\r\n\r\nx\r\n--b--\r\n"
    )

    assert set(fields_with_numbers(message)) == {"X-Borger", f"X-{MASK}", "Content-Description"}


def test_the_words_of_fields_call_a_number_what_it_is() -> None:
    assert list(words_of_fields(parse(b"Subject: Vedr. 010190-1234\r\n\r\n"))) == [
        "Subject: Vedr. 010190-1234\nCPR 010190-1234"
    ]
