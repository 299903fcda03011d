"""Compressed RTF, by the examples of its specification."""

import pytest

from mailer.mime.lzfu import LARGEST, unpack
from support.timing import costing_at_most

HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
ROUND = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205859585a0d6e7d010eb0")


def test_what_outlook_compresses_is_read() -> None:
    assert unpack(HELLO) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpack(ROUND) == b"{\\rtf1 XYXZXYXZXYXZXYXZXYXZ}"


def test_what_is_not_compressed_is_taken_as_it_is() -> None:
    assert unpack(b"\x11\0\0\0\x05\0\0\0MELA\0\0\0\0{rtf}") == b"{rtf}"


@pytest.mark.parametrize("octets", [b"", HELLO[:10], b"x" * 40, HELLO[:17]])
def test_what_is_broken_off_or_nothing_of_the_kind_gives_little(octets: bytes) -> None:
    assert len(unpack(octets)) < 20


def test_what_says_that_it_is_huge_ends_where_its_octets_do() -> None:
    bomb = b"\xff\xff\xff\xff\xff\xff\xff\xffLZFu\0\0\0\0" + b"\xff" + b"\0\x0f" * 2_000_000

    with costing_at_most(10):
        unpack(bomb)
    assert len(unpack(bomb)) <= LARGEST
