"""Parameters of MIME fields, such as a file's name, read leniently: whichever way a program wrote them.

The standard library gives up on octets that are not declared, believes any character set that is, and reads nothing
where the pieces of a value contradict each other.
"""

import re
from email.message import Message
from urllib.parse import unquote_to_bytes

from mailer.reading.charsets import decode_charset
from mailer.reading.fields import clean_text, raw_fields

LONGEST = 4_096  # characters of a field that are read
MOST_PIECES = 100  # that one value is parted into
PARAMETER = re.compile(r';\s*+([^\s=;"]{1,60})\s*+=\s*+((?>"(?:\\.|[^"\\])*+")(?=\s*+(?:;|$))|[^;]*+)', re.DOTALL)
IN_OCTAL = re.compile(r"\\3[0-5][0-7](?:\\2[0-7]{2})+")  # UTF-8, as some programs spell it
ESCAPED = re.compile(r'\\(["\\])')
EXTENDED = re.compile(r"([^'\s]{0,40})'[^'\s]{0,40}'(.*)", re.DOTALL)  # RFC 2231 4: character set and language first
PIECE = re.compile(r"\*(?:(\d{1,3})(\*)?)?")  # behind the name: a piece of a value, or one that is escaped


def file_name(part: Message) -> str:
    """What a part's file is called, as its sender wrote it; empty if it has no name."""
    return parameter(part, "Content-Disposition", "filename") or parameter(part, "Content-Type", "name")


def parameter(part: Message, field: str, name: str) -> str:
    """A parameter as people read it; empty if there is none. What RFC 2231 made of it counts before the plain one."""
    raw = next(iter(raw_fields(part, field)), "")[:LONGEST]
    plain = ""
    pieces: dict[int, tuple[str, bool]] = {}
    for found in PARAMETER.finditer(raw):
        called, value = found.group(1).lower(), _unquoted(found.group(2).strip())
        if called == name:
            plain = plain or value
        elif called.startswith(name) and (piece := PIECE.fullmatch(called[len(name) :])) and len(pieces) < MOST_PIECES:
            number, is_escaped = int(piece.group(1) or 0), piece.group(2) is not None or piece.group(1) is None
            pieces.setdefault(number, (value, is_escaped))
    return clean_text(_join(pieces) if pieces else "") or clean_text(plain)


def _unquoted(value: str) -> str:
    value = IN_OCTAL.sub(_octets_of, value)
    if len(value) > 1 and value[0] == value[-1] == '"':
        return ESCAPED.sub(r"\1", value[1:-1])
    return value.strip('"')


def _octets_of(spelled: re.Match[str]) -> str:
    octets = bytes(int(digits, 8) for digits in spelled.group()[1:].split("\\"))
    return octets.decode("ascii", "surrogateescape")


def _join(pieces: dict[int, tuple[str, bool]]) -> str:
    """The pieces in their order as text. Octets are put together before they are decoded: a letter may be parted."""
    charset = None
    octets = b""
    for number in sorted(pieces):
        value, is_escaped = pieces[number]
        if is_escaped and not octets and (told := EXTENDED.fullmatch(value)):
            charset, value = told.groups()
        raw = value.encode("utf-8", "surrogateescape")
        octets += unquote_to_bytes(raw) if is_escaped else raw
    return decode_charset(octets, charset)
