"""Character sets: what is declared, what is true, and what is left where neither is plain."""

import pytest

from mailer.reading.charsets import decode_charset, is_known
from mailer.sandbox.message import read_message
from support.timing import is_linear
from tickets.database.store import system_clock

TEXT = "Kære jurister, må vi gemme det på æøå?"


@pytest.mark.parametrize("declared", ["utf-8", None, "us-ascii", "iso-8859-1", "windows-1252", "x-unknown-8bit"])
def test_a_stray_octet_spoils_only_itself(declared: str | None) -> None:
    octets = TEXT.encode() + b"\nvirus p\xe5 serveren"

    assert decode_charset(octets, declared) == f"{TEXT}\nvirus på serveren"


@pytest.mark.parametrize("declared", ["iso-8859-1", "utf-8", None])
def test_a_footer_in_another_charset_is_read_too(declared: str | None) -> None:
    octets = TEXT.encode("latin-1") + "\nPå gensyn – i “år”".encode()

    assert decode_charset(octets, declared) == f"{TEXT}\nPå gensyn – i “år”"


def test_letters_of_another_charset_make_no_utf8_by_accident() -> None:
    assert decode_charset("¨C¤éÅ¥MP3 ¤j®a".encode("cp1252"), None) == "¨C¤éÅ¥MP3 ¤j®a"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("macintosh", "mac-roman"),
        ("x-mac-roman", "mac-roman"),
        ("ibm850", "cp850"),
        ("iso-8859-15", "iso-8859-15"),
        ("latin9", "iso-8859-15"),
        ("l1", "cp1252"),
        ("cp819", "cp1252"),
        ("csisolatin1", "cp1252"),
        ("iso88591", "cp1252"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16le", "utf-16-le"),
    ],
)
def test_labels_are_those_that_browsers_know(declared: str, codec: str) -> None:
    assert decode_charset(TEXT.encode(codec), declared) == TEXT
    assert is_known(declared)


def test_signs_of_windows_in_iso_are_read() -> None:
    assert decode_charset(b"K\xe6re \x96 \x93citat\x94", "iso-8859-15") == "Kære – “citat”"


def test_quoted_printable_that_breaks_within_a_letter_spoils_nothing_else() -> None:
    assert decode_charset("Kære alene ".encode() + b"\xc3", "utf-8").startswith("Kære alene ")


def test_japanese_is_shown_as_far_as_it_can_be() -> None:
    assert decode_charset("日本".encode("iso-2022-jp") + b"\x1b$B-!\x1b(B", "iso-2022-jp").startswith("日本")


def test_a_charset_that_nobody_knows_is_a_defect() -> None:
    octets = b"From: a@example.dk\nContent-Type: text/plain; charset=x-unknown-8bit\n\nK\xe6re jurister\n"

    post = read_message(octets, system_clock()).post

    assert post.text == "Kære jurister"
    assert "has text in a character set that nobody knows: x-unknown-8bit" in post.defects


@pytest.mark.parametrize("name", ["", "rot13", "idna", "undefined", "\x00", "æ", "utf-8\n", "a" * 5_000])
def test_no_label_breaks_the_reading(name: str) -> None:
    assert "gemme" in decode_charset(TEXT.encode(), name)
    assert isinstance(is_known(name), bool)


@pytest.mark.parametrize("piece", [b"\xe6", b"\xc3\xa6", b"\xe6\xc3\xa6", b"\x1b$B", b"\xff\xfe"])
def test_decoding_costs_linear_time(piece: bytes) -> None:
    assert is_linear(lambda octets: decode_charset(octets, "utf-8"), piece * 100_000)
