"""Kinds: a file is what its octets say, whatever it is called."""

import codecs
import zlib

import pytest

from mailer.files.kinds import (
    decode_text,
    in_rare_charsets,
    is_media,
    is_other_archive,
    with_plain_lines,
    words_among,
    words_of_media,
)


@pytest.mark.parametrize(
    "octets",
    [
        b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic",
        b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0", b"\xff\xfb\x90\x64", b"ID3\3",
    ],
)  # fmt: skip
def test_pictures_and_sound_are_known_by_how_they_begin(octets: bytes) -> None:
    assert is_media(octets + bytes(20))


@pytest.mark.parametrize(
    "octets", [b"", b"BM er en forkortelse, som vi bruger", "Kære jurister".encode(), b"%PDF-1.4", b"PK\x03\x04"]
)
def test_what_only_begins_like_one_is_none(octets: bytes) -> None:
    assert not is_media(octets)


@pytest.mark.parametrize(
    ("octets", "packed"),
    [
        (b"Rar!\x1a\x07\0", True),
        (b"7z\xbc\xaf\x27\x1c", True),
        (bytes(257) + b"ustar\0", True),
        (b"PK\x03\x04", False),
        (b"hej", False),
    ],
)
def test_other_archives_than_zip_are_known(octets: bytes, packed: bool) -> None:
    assert is_other_archive(octets) is packed


TEXT = "Blåbærgrød: 010190-1234\n" * 5


@pytest.mark.parametrize(
    "octets",
    [
        TEXT.encode(), TEXT.encode("cp1252"), TEXT.encode("utf-8-sig"), codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"), TEXT.encode("utf-32-le"), TEXT.encode() + b"\x1a\0\0",
    ],
)  # fmt: skip
def test_a_text_is_one_in_whatever_octets_it_is_written(octets: bytes) -> None:
    assert decode_text(octets, is_called_text=False) == TEXT


def test_what_is_called_a_text_may_hold_more_that_is_none() -> None:
    octets = b"hej " * 25 + b"\x01"

    assert decode_text(octets, is_called_text=False) is None
    assert decode_text(octets, is_called_text=True) == octets.decode()
    assert decode_text(zlib.compress(TEXT.encode()), is_called_text=True) is None


def test_texts_of_mainframes_and_of_mail_in_seven_bits_are_read_too() -> None:
    assert list(in_rare_charsets("CPR 010190-1234".encode("cp037"))) == ["CPR 010190-1234"]
    assert list(in_rare_charsets(b"S+APg-ren")) == ["Søren"]
    assert list(in_rare_charsets(TEXT.encode())) == []


def test_words_stand_among_the_octets_as_they_are_or_in_utf_16() -> None:
    assert "010190-1234" in words_among(b"\x01\x02" + "010190-1234".encode("utf-16-le"))
    assert "010190-1234" in words_among("010190\x1e1234".encode("utf-16-le"))


def test_of_a_picture_only_lines_with_a_number_are_words() -> None:
    assert words_of_media(b"\x89PNG\r\n\x1a\n\nTitle 010190-1234\nAuthor Mette\n") == "Title 010190-1234"


def test_lines_end_in_one_way() -> None:
    assert with_plain_lines("a\r\nb\rc\nd") == "a\nb\nc\nd"
