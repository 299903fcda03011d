"""Traces: what looks like words among octets that are no text."""

from mailer.privacy.traces import traces_of


def test_words_are_told_with_what_stands_around_them() -> None:
    assert traces_of(b"\x01\x02\x03\x04\x05Mette\xf8\x06\x07\x08\x09") == "\x02\x03\x04\x05Mette\xf8\x06\x07\x08"


def test_words_with_a_nul_at_each_letter_are_words() -> None:
    assert "Klitgaard" in traces_of("Klitgaard".encode("utf-16-le"))


def test_fewer_letters_are_none() -> None:
    assert traces_of(b"\x00abc\x00\xff") == ""
