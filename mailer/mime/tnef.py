"""TNEF: the winmail.dat in which Outlook and Exchange wrap what they cannot say in MIME (MS-OXTNEF)."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from mailer.mime import lzfu

SIGNATURE = 0x223E9F78
TITLE, DATA, RENDERING, ATTACHMENT, PROPERTIES, CODEPAGE = 0x8010, 0x800F, 0x9002, 0x9005, 0x9003, 0x9007
ATTACHMENT_LEVEL = 2
LONG_NAME, SHORT_NAME, MIME_TAG, ATTACHED = 0x3707, 0x3704, 0x370E, 0x3701
BODY, HTML, RTF = 0x1000, 0x1013, 0x1009
SIZES = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
STRING, UNICODE, BINARY, OBJECT, MANY, NAMED = 0x1E, 0x1F, 0x102, 0x0D, 0x1000, 0x8000
MOST_FILES, MOST_PROPERTIES = 200, 5_000


@dataclass
class Wrapped:
    """A file in a winmail.dat."""

    name: str = ""
    type: str = "application/octet-stream"
    octets: bytes = b""


@dataclass
class Wrapping:
    """What a winmail.dat holds: text, HTML, RTF and files."""

    text: str = ""
    html: bytes = b""
    rtf: bytes = b""
    files: list[Wrapped] = field(default_factory=list)


def unwrap(octets: bytes) -> Wrapping | None:
    """The texts and files in a winmail.dat; None if these octets are no TNEF, or have lost all that was in it."""
    if len(octets) < 6 or struct.unpack_from("<I", octets)[0] != SIGNATURE:
        return None
    wrapping, charset = Wrapping(), "cp1252"
    for level, name, value in _attributes(octets):
        if name == RENDERING and len(wrapping.files) < MOST_FILES:
            wrapping.files.append(Wrapped())
        elif name == CODEPAGE and len(value) >= 4:
            charset = _known(f"cp{struct.unpack_from('<I', value)[0]}")
        with suppress(struct.error):  # broken off: what came before it counts
            if level == ATTACHMENT_LEVEL and wrapping.files:
                _note_file(wrapping.files[-1], name, value, charset)
            elif name == PROPERTIES:
                _note_texts(wrapping, value, charset)
    return wrapping if wrapping.files or wrapping.text or wrapping.html or wrapping.rtf else None


def is_whole(octets: bytes) -> bool:
    """Whether these octets are a TNEF that is not broken off, also one in which there is nothing to unwrap."""
    if len(octets) < 6 or struct.unpack_from("<I", octets)[0] != SIGNATURE:
        return False
    end = 6
    for _, _, value in _attributes(octets):
        end += 9 + len(value) + 2
    return end == len(octets)


def _attributes(octets: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 6
    while place + 11 <= len(octets):
        level, name, size = struct.unpack_from("<BII", octets, place)
        yield level, name & 0xFFFF, octets[place + 9 : place + 9 + size]
        place += 9 + size + 2  # a sum that nobody checks


def _note_file(file: Wrapped, name: int, value: bytes, charset: str) -> None:
    if name == TITLE:
        file.name = file.name or _text(value, charset)
    elif name == DATA:
        file.octets = value
    elif name == ATTACHMENT:
        for number, kind, content in _properties(value):
            if number in (LONG_NAME, SHORT_NAME) and (number == LONG_NAME or not file.name):
                file.name = _string(kind, content, charset) or file.name
            elif number == MIME_TAG:
                file.type = _string(kind, content, charset) or file.type
            elif number == ATTACHED and kind == BINARY and not file.octets:
                file.octets = content


def _note_texts(wrapping: Wrapping, value: bytes, charset: str) -> None:
    for number, kind, content in _properties(value):
        if number == BODY:
            wrapping.text = _string(kind, content, charset)
        elif number == HTML:
            wrapping.html = content.rstrip(b"\0")
        elif number == RTF:
            wrapping.rtf = lzfu.unpack(content)


def _properties(octets: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Properties with one value of variable length: number, kind, octets (MS-OXTNEF 2.1.3.4)."""
    (count,) = struct.unpack_from("<I", octets)
    place = 4
    for _ in range(min(count, MOST_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", octets, place)
        place += 4
        if number >= NAMED:
            place = _behind_name(octets, place + 16)
        values, is_sized = 1, kind & ~MANY in (STRING, UNICODE, BINARY, OBJECT)
        if kind & MANY or is_sized:
            (values,) = struct.unpack_from("<I", octets, place)
            place += 4
        if not is_sized:
            place += SIZES.get(kind & ~MANY, 4) * values
            continue
        for _ in range(min(values, MOST_PROPERTIES)):
            (size,) = struct.unpack_from("<I", octets, place)
            yield number, kind, octets[place + 4 : place + 4 + size]
            place += 4 + size + -size % 4


def _behind_name(octets: bytes, place: int) -> int:
    (kind, size) = struct.unpack_from("<II", octets, place)
    return place + 8 if kind == 0 else place + 8 + size + -size % 4


def _string(kind: int, content: bytes, charset: str) -> str:
    return _text(content, "utf-16-le" if kind == UNICODE else charset)


def _text(octets: bytes, charset: str) -> str:
    return octets.decode(charset, "replace").partition("\0")[0]


def _known(charset: str) -> str:
    try:
        return charset if "".encode(charset) == b"" else "cp1252"
    except LookupError:
        return "cp1252"
