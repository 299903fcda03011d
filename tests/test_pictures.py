"""Pictures keep what draws them, and lose all that tells of their maker."""

import struct
from contextlib import suppress

import pytest

from mailer.pictures import clean_picture
from tickets.errors import Unclean

AUTHOR = b"Mette Klitgaard"
FRAME = b"\x2c" + b"\0\0\0\0\1\0\1\0\0" + b"\x02\x02\x44\x01\0"
LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"


def a_gif() -> bytes:
    comment = b"\x21\xfe" + bytes([len(AUTHOR)]) + AUTHOR + b"\0"
    program = b"\x21\xff\x0bXMP DataXMP" + bytes([len(AUTHOR)]) + AUTHOR + b"\0"
    pause = b"\x21\xf9\x04\0\x0a\0\0\0"
    head = b"GIF89a\1\0\1\0\x80\0\0" + b"\0\0\0\xff\xff\xff"
    return head + LOOP + comment + program + pause + FRAME + b"\x3b" + AUTHOR


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def a_webp() -> bytes:
    frame = chunk(b"ANMF", b"\0" * 16 + chunk(b"VP8L", b"\x2f\0\0\0\0") + chunk(b"XTRA", AUTHOR))
    chunks = [
        chunk(b"VP8X", b"\x3e\0\0\0" + b"\0" * 6), chunk(b"ICCP", AUTHOR), chunk(b"ANIM", b"\0" * 6), frame,
        chunk(b"EXIF", AUTHOR), chunk(b"XMP ", AUTHOR),
    ]  # fmt: skip
    content = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content + AUTHOR


def test_a_gif_keeps_frames_pauses_and_that_it_repeats() -> None:
    cleaned = clean_picture(a_gif()) or b""

    assert AUTHOR not in cleaned
    assert LOOP in cleaned
    assert b"\x21\xf9\x04\0\x0a\0\0\0" + FRAME + b"\x3b" in cleaned


def test_a_webp_keeps_what_is_drawn_and_says_no_more_that_there_is_else() -> None:
    cleaned = clean_picture(a_webp()) or b""

    assert AUTHOR not in cleaned
    assert cleaned[:4] == b"RIFF"
    assert struct.unpack_from("<I", cleaned, 4)[0] == len(cleaned) - 8
    assert chunk(b"VP8X", b"\x12\0\0\0" + b"\0" * 6) in cleaned
    assert chunk(b"ANMF", b"\0" * 16 + chunk(b"VP8L", b"\x2f\0\0\0\0")) in cleaned


def test_what_is_no_picture_is_none() -> None:
    assert clean_picture(b"RIFF\x04\0\0\0WAVE") is None
    assert clean_picture(b"hej") is None


@pytest.mark.parametrize("picture", [a_gif(), a_webp()])
@pytest.mark.parametrize("size", [8, 14, 21, 40, 60])
def test_half_a_picture_is_unclean_or_what_is_there_of_it(picture: bytes, size: int) -> None:
    with suppress(Unclean, IndexError, struct.error):
        assert AUTHOR not in (clean_picture(picture[:size]) or b"")
