"""Pictures keep what draws them, and lose all that tells of their maker."""

import struct
import zlib
from contextlib import suppress

import pytest

from mailer.files.budget import Budget
from mailer.privacy.cleaning import clean
from mailer.privacy.pictures import clean_picture
from tickets.errors import Unclean
from tickets.masking.masking import make_mask
from tickets.masking.names import Names

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


def a_segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


TABLE, SCAN = a_segment(0xDB, b"\0" * 65), a_segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\x34\xff\xd9"


@pytest.mark.parametrize("marker", [0x02, 0xBF, 0xC8, 0xE5, 0xEE, 0xF0, 0xF7, 0xFD, 0xFE])
def test_a_jpeg_keeps_no_segment_that_draws_nothing(marker: int) -> None:
    cleaned = clean_picture(b"\xff\xd8" + a_segment(marker, AUTHOR) + TABLE + SCAN + AUTHOR)

    assert cleaned == b"\xff\xd8" + TABLE + SCAN


@pytest.mark.parametrize(
    "segment",
    [
        a_segment(0xDB, b"\0" * 65 + AUTHOR), a_segment(0xC4, b"\0" * 17 + AUTHOR), a_segment(0xDD, b"\0\0" + AUTHOR),
        a_segment(0xC0, b"\x08\0\x08\0\x08\1\1\x11\0" + AUTHOR), a_segment(0xCC, AUTHOR * 5),
        a_segment(0xDA, b"\1\1\0\0\x3f\0" + AUTHOR),
    ],
)  # fmt: skip
def test_a_jpeg_with_more_in_a_table_than_belongs_there_is_not_cleaned(segment: bytes) -> None:
    with pytest.raises(Unclean):
        clean_picture(b"\xff\xd8" + segment + TABLE + SCAN)


def a_png(*more: bytes, drawn: bytes = zlib.compress(b"\0\0")) -> bytes:
    def piece(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    told = [piece(one[:4], one[4:]) for one in more]
    head = piece(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(told) + piece(b"IDAT", drawn) + piece(b"IEND", b"") + AUTHOR


@pytest.mark.parametrize("kind", [b"gAMA", b"sRGB", b"pHYs", b"sBIT", b"bKGD"])
def test_a_png_with_an_overlong_chunk_is_not_cleaned(kind: bytes) -> None:
    with pytest.raises(Unclean):
        clean_picture(a_png(kind + AUTHOR))


def test_a_png_with_octets_behind_its_pixels_is_not_cleaned() -> None:
    assert AUTHOR not in (clean_picture(a_png(b"gAMA\0\0\0\1")) or b"")
    for drawn in (zlib.compress(b"\0\0") + AUTHOR, b"%b%b" % (zlib.compress(b"\0\0"), zlib.compress(AUTHOR))):
        with pytest.raises(Unclean):
            clean_picture(a_png(drawn=drawn))


def test_a_gif_keeps_no_pause_that_is_too_long() -> None:
    pause = b"\x21\xf9" + bytes([len(AUTHOR)]) + AUTHOR + b"\0"

    assert AUTHOR not in (clean_picture(a_gif().replace(FRAME, pause + FRAME)) or b"")


@pytest.mark.parametrize("kind", [b"VP8X", b"ANIM"])
def test_a_webp_with_an_overlong_chunk_is_not_cleaned(kind: bytes) -> None:
    content = b"WEBP" + chunk(kind, b"\0" * 10 + AUTHOR)

    with pytest.raises(Unclean):
        clean_picture(b"RIFF" + struct.pack("<I", len(content)) + content)


def test_what_looks_like_a_word_in_a_picture_is_told() -> None:
    mask = make_mask(Names(people=("Mette Klitgaard",), organisation="Prøvested Kommune"))
    for hidden in (b"xxMetteyy", "Prøvested".encode(), "Prøvested".encode("cp1252"), "Mette".encode("utf-16")):
        assert mask.is_named_in_file(
            clean(a_gif().replace(FRAME, FRAME[:-4] + bytes([len(hidden)]) + hidden + b"\0"), Budget())
        )
    assert not mask.is_named_in_file(clean(a_gif(), Budget()))
