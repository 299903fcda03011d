"""Compound files: Office files of old give their words and what they carry, unless they are locked."""

import struct

import pytest

from mailer.files.budget import Budget, Inner, Obstacle, Unreadable
from mailer.files.compounds import is_compound, read_compound
from support.papers import a_compound, an_xls


def read(octets: bytes) -> list[str | Inner]:
    return list(read_compound(octets, Budget(60)))


def test_words_of_streams_and_cells_of_workbooks_are_read() -> None:
    octets = a_compound(Workbook=an_xls(("cpr", "navn"), (101901234, "Mette")))

    assert is_compound(octets)
    assert any("CPR 0101901234\tMette" in told for told in read(octets) if isinstance(told, str))


def test_an_item_of_outlook_gives_its_texts_and_its_files() -> None:
    octets = a_compound(
        **{"__substg1.0_1000001F": "Kære jurister".encode("utf-16-le"), "__substg1.0_37010102": b"%PDF-1.4"}
    )

    assert {"Kære jurister", Inner("", b"%PDF-1.4")} <= set(read(octets))


def test_a_document_with_a_password_is_told_as_such() -> None:
    with pytest.raises(Unreadable) as raised:
        read(a_compound(WordDocument=struct.pack("<5HH", 0, 0, 0, 0, 0, 0x0100) + bytes(100)))

    assert raised.value.why is Obstacle.ENCRYPTED


def test_of_one_that_is_broken_off_the_words_are_told_before_it_is_refused() -> None:
    told = read_compound(a_compound(WordDocument=b"Hej Mette " * 100)[:900], Budget(60))

    assert isinstance(next(told), str)
    with pytest.raises(Unreadable) as raised:
        list(told)
    assert raised.value.why is Obstacle.DAMAGED
