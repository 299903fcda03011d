"""Readings: what is written in escapes or in an encoding for the way says the same once it is read."""

import base64
import binascii

import pytest

from tickets.text.readings import unescape, unpack


@pytest.mark.parametrize(
    "written", ["S\\u00f8ren", "S\\xf8ren", "S\\U000000f8ren", "S=F8ren", "S%F8ren", "S\\370ren", "S\u00f8r=\nen"]
)
def test_escaped_letters_are_read(written: str) -> None:
    assert unescape(written) == "Søren"


def test_the_number_of_no_letter_is_none() -> None:
    assert unescape("x\\Uffffffffy") == "xy"


NAME = "Mette Eksempel"
WIDE = base64.b64encode(NAME.encode("utf-16-le")).decode()


@pytest.mark.parametrize(
    "written",
    [
        base64.b64encode(NAME.encode()).decode(),
        base64.urlsafe_b64encode(NAME.encode()).decode(),
        base64.b64encode(NAME.encode()).decode().rstrip("="),
        WIDE,
        NAME.encode().hex(),
        NAME.encode().hex(" ").upper(),
        binascii.b2a_uu(NAME.encode()).decode().rstrip("\n"),
    ],
)
def test_what_is_packed_in_a_text_is_unpacked(written: str) -> None:
    assert NAME in unpack(f"x:\n{written}\n")


def test_utf_7_is_read() -> None:
    assert "ø" in unpack("S+APg-ren")


def test_plain_words_hold_nothing_long_that_is_packed() -> None:
    assert "Mette" not in unpack("Må vi udlevere den?")
