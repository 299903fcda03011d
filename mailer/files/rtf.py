"""Rich Text Format: its words, put together again where formatting parts them.

The libraries for it leave out what must be looked into: headers, footnotes, remarks, fields and properties.
"""

import binascii
import re
from collections.abc import Iterator
from enum import Enum

from mailer.files.budget import Inner

BEGINNING = b"{\\rtf"
TOKEN = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
OBJECT = re.compile(rb"\\objdata ?([0-9A-Fa-f\s]*+)")  # a file of another program, behind a head of some octets
CARRIED = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF-")  # how such a file begins
SPOKEN = {
    "par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t",
    "endash": "-", "emdash": "-", "emspace": " ", "enspace": " ", "qmspace": " ", "lquote": "'", "rquote": "'",
}  # fmt: skip
UNSEEN = {"v", "deleted", "strike", "striked"}  # of letters: hidden or struck out, until 0 follows or the group ends
SIGNS = {"_": "-", "~": " ", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
UNSPOKEN = {  # groups of octets and tables, not of words
    "pict", "objdata", "themedata", "colorschememapping", "datastore", "fonttbl", "colortbl", "stylesheet",
    "latentstyles", "rsidtbl", "listtable", "listoverridetable",
}  # fmt: skip
ELSEWHERE = {
    "fldinst", "annotation", "info", "footnote", "header", "footer", "bkmkstart", "bkmkend", "atnid", "atnauthor",
}  # fmt: skip


class Brace(Enum):
    """Where a group begins or ends."""

    OPENING, CLOSING = range(2)


def is_rtf(octets: bytes) -> bool:
    """Whether a file begins as RTF does, behind white space too."""
    return octets.lstrip()[: len(BEGINNING)] == BEGINNING


def read_rtf(octets: bytes) -> Iterator[str | Inner]:
    """All words, those of fields, remarks and properties among them, on lines of their own; then the files in it.

    Words of which some are hidden or struck out are told twice: with those, and without.
    """
    pieces = list(_pieces(octets.decode("cp1252", "replace")))
    yield "".join(piece for piece, _ in pieces)
    if not all(is_seen for _, is_seen in pieces):
        yield "".join(piece for piece, is_seen in pieces if is_seen)
    for found in OBJECT.finditer(octets):
        content = _from_hex(found.group(1))
        start = next((at for mark in CARRIED if (at := content.find(mark)) >= 0), 0)
        yield Inner("", content[start:])


def _from_hex(digits: bytes) -> bytes:
    plain = b"".join(digits.split())
    try:
        return binascii.unhexlify(plain[: len(plain) // 2 * 2])
    except binascii.Error:
        return b""


def _pieces(rtf: str) -> Iterator[tuple[str, bool]]:
    """Pieces of words, and whether each is seen."""
    unseen: list[frozenset[str]] = [frozenset()]  # why, in each group around what is read
    for told in _tokens(rtf):
        if isinstance(told, str):
            yield told, not unseen[-1]
        elif told is Brace.OPENING:
            unseen.append(unseen[-1])
        elif told is Brace.CLOSING:
            if len(unseen) > 1:
                unseen.pop()
        else:
            name, number = told
            unseen[-1] = unseen[-1] - {name} if number == "0" else unseen[-1] | {name}


def _tokens(rtf: str) -> Iterator["str | Brace | tuple[str, str]"]:
    """Pieces of words, and what begins, ends and changes a group."""
    depth = silent = 0  # in groups, and how deep the group lies that is no text; 0: none
    skipped = 0  # signs for those who cannot read the one before
    skip = 1
    apart: list[int] = []  # groups whose words stand for themselves
    for found in TOKEN.finditer(rtf):
        word, number, octet, sign, brace, text = found.groups()
        if brace == "{":
            depth += 1
            yield Brace.OPENING
        elif brace:
            if apart and apart[-1] == depth:
                apart.pop()
                yield "\n"
            silent = silent if depth > silent else 0
            depth -= 1
            yield Brace.CLOSING
        elif word in UNSPOKEN:
            silent = silent or depth
        elif silent:
            continue
        elif word in ELSEWHERE:
            apart.append(depth)
            yield "\n"
        elif word in UNSEEN:
            yield word, number or ""
        elif word == "uc":
            skip = int(number or 1)
        elif word == "u" and number:
            yield chr(int(number) % 65536)
            skipped = skip
        elif word:
            yield SPOKEN.get(word, "")
        elif skipped and (octet or sign):
            skipped -= 1
        elif text:
            yield text[skipped:]
            skipped = max(skipped - len(text), 0)
        else:
            yield bytes.fromhex(octet).decode("cp1252", "replace") if octet else SIGNS.get(sign, "")
