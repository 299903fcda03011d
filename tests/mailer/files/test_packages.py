"""Packages: archives give the names, words and files in them, unless they are locked, broken or without end."""

import io
import zipfile

import pytest

from mailer.files.budget import Budget, Inner, Obstacle, Unreadable
from mailer.files.packages import MOST_MEMBERS, is_package, read_package
from support.papers import a_docx, packed


def read(octets: bytes) -> list[str | Inner]:
    return list(read_package(octets, Budget(60)))


def refused(octets: bytes) -> Obstacle:
    with pytest.raises(Unreadable) as raised:
        read(octets)
    return raised.value.why


def test_an_archive_gives_the_names_in_it_and_the_files() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bilag/hej.txt", "hej")

    assert read(out.getvalue()) == ["\nbilag/hej.txt", Inner("bilag/hej.txt", b"hej")]


def test_a_document_gives_its_words_and_no_files() -> None:
    told = read(a_docx("0101", "90-1234"))

    assert any("010190-1234" in words for words in told if isinstance(words, str))
    assert not [one for one in told if isinstance(one, Inner)]


def test_what_stands_before_an_archive_is_a_file_of_it() -> None:
    octets = b"MZ program" + packed(hej_xml="<a>hej</a>")

    assert is_package(octets)
    assert Inner("", b"MZ program") in read(octets)


def test_what_is_locked_broken_or_without_end_is_told() -> None:
    locked = bytearray(packed(hej_xml="<a/>"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nul", bytes(1_000_000))

    assert refused(bytes(locked)) is Obstacle.ENCRYPTED
    assert refused(packed(hej_xml="<a/>")[:-30]) is Obstacle.DAMAGED
    assert refused(bomb.getvalue()) is Obstacle.TOO_LARGE
    assert refused(packed(**{f"a{number}": "" for number in range(MOST_MEMBERS + 1)})) is Obstacle.TOO_LARGE


def test_a_text_is_no_archive() -> None:
    assert not is_package(b"PK hej")
