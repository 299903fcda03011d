"""Compound files: Office files of old and items of Outlook ([MS-CFB])."""

import io
import struct
from collections.abc import Iterator

from olefile import OleFileIO

from mailer.files.budget import Budget, Inner, Obstacle, Unreadable
from mailer.files.kinds import decode_text, words_among
from mailer.files.markup import words_of_html
from mailer.files.workbooks import cells_of_workbook
from mailer.mime import lzfu

START = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage"  # how newer Office encrypts
OUTLOOKS = "__substg1.0_"  # what the streams of an item are called, before its property and its type ([MS-OXMSG])
ATTACHED, HTML_BODY, RTF_BODY = "3701", "1013", "1009"
WORKBOOKS = ("Workbook", "Book")
PACKED = {"Package", "CONTENTS"}  # a file of another program in a document
NATIVE = "\x01Ole10Native"
LOCKED_SLIDES = b"\xdf\xc4\xd1\xf3"  # in the head of PowerPoint's stream for its user ([MS-PPT] 2.3.2)
FILE_PASSWORD, SHEET = 0x2F, 0x85  # records of a workbook ([MS-XLS] 2.4.117, 2.4.28)
MOST_RECORDS = 100  # before the first sheet is named
LONGEST = 3_000_000  # octets that are looked through of a file that is too broken to be taken apart


def is_compound(octets: bytes) -> bool:
    """Whether a file is a compound file, as old Office formats are ([MS-CFB] 2.2)."""
    return octets.startswith(START)


def read_compound(octets: bytes, budget: Budget) -> Iterator[str | Inner]:
    """The words of an old Office file, or of an item of Outlook, and the files in it."""
    if ENCRYPTED.encode("utf-16-le") in octets:
        raise Unreadable("is encrypted", Obstacle.ENCRYPTED)
    try:
        yield from _streams(octets, budget)
    except (OSError, ValueError, LookupError, struct.error, RecursionError) as error:
        yield words_among(octets[:LONGEST])
        raise Unreadable("is damaged", Obstacle.DAMAGED) from error


def _streams(octets: bytes, budget: Budget) -> Iterator[str | Inner]:
    left = 2 * len(octets)
    with OleFileIO(io.BytesIO(octets)) as item:
        for path in item.listdir():
            budget.spend()
            content = item.openstream(path).read()
            left -= len(content)
            if left < 0:
                raise Unreadable("grows too much when it is unpacked", Obstacle.TOO_LARGE)
            if _is_locked(path[-1], content):
                raise Unreadable("is encrypted", Obstacle.ENCRYPTED)
            yield from _stream(path[-1], content)
            if path[-1] in WORKBOOKS:
                yield cells_of_workbook(content, budget)


def _stream(name: str, content: bytes) -> Iterator[str | Inner]:
    kind = name.removeprefix(OUTLOOKS) if name.startswith(OUTLOOKS) else ""
    if kind[:4] == ATTACHED and kind[4:] == "0102":
        yield Inner("", content)
    elif kind.endswith("001F"):
        yield content.decode("utf-16-le", "replace")
    elif kind[:4] == HTML_BODY:
        yield words_of_html(decode_text(content, is_called_text=True) or words_among(content))
    elif kind[:4] == RTF_BODY:
        yield Inner("", lzfu.unpack(content))
    elif name in PACKED:
        yield Inner("", content)
    elif name == NATIVE:
        yield _native_file(content)
    else:
        yield words_among(content)


def _is_locked(name: str, content: bytes) -> bool:
    """Whether the stream says that its file has a password."""
    if name == "WordDocument":
        return len(content) > 12 and bool(struct.unpack_from("<H", content, 10)[0] & 0x0100)  # [MS-DOC] 2.5.1
    if name in WORKBOOKS:
        return FILE_PASSWORD in _first_records(content)
    return name == "EncryptedSummary" or (name == "Current User" and content[12:16] == LOCKED_SLIDES)


def _first_records(content: bytes) -> Iterator[int]:
    at = 0
    for _ in range(MOST_RECORDS):
        if at + 4 > len(content):
            return
        kind, size = struct.unpack_from("<HH", content, at)
        if kind == SHEET:
            return
        yield kind
        at += 4 + size


def _native_file(content: bytes) -> Inner:
    """The file that a document carries for another program, behind its names and paths ([MS-OLEDS] 2.3.6)."""
    try:
        at = 6
        label, at = _string(content, at)
        _, at = _string(content, at)
        at += 4
        (size,) = struct.unpack_from("<I", content, at)
        _, at = _string(content, at + 4)
        (length,) = struct.unpack_from("<I", content, at)
        if size > len(content) or length > len(content):
            return Inner("", content)
        return Inner(label.decode("cp1252", "replace"), content[at + 4 : at + 4 + length])
    except (struct.error, ValueError):
        return Inner("", content)


def _string(content: bytes, at: int) -> tuple[bytes, int]:
    end = content.index(b"\0", at)
    return content[at:end], end + 1
