"""Rich Text Format: its words, put together again where formatting parts them.

The libraries for it leave out what must be looked into: headers, footnotes, remarks, fields and properties.
"""

import binascii
import re
from collections.abc import Iterator

from mailer.budget import Inner

BEGINNING = b"{\\rtf"
TOKEN = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
OBJECT = re.compile(rb"\\objdata ?([0-9A-Fa-f\s]*+)")  # a file of another program, behind a head of some octets
CARRIED = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF-")  # how such a file begins
SPOKEN = {
    "par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t",
    "endash": "-", "emdash": "-", "lquote": "'", "rquote": "'",
}  # fmt: skip
SIGNS = {"_": "-", "~": " ", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
UNSPOKEN = {  # groups of octets and tables, not of words
    "pict", "objdata", "themedata", "colorschememapping", "datastore", "fonttbl", "colortbl", "stylesheet",
    "latentstyles", "rsidtbl", "listtable", "listoverridetable",
}  # fmt: skip
ELSEWHERE = {
    "fldinst", "annotation", "info", "footnote", "header", "footer", "bkmkstart", "bkmkend", "atnid", "atnauthor",
}  # fmt: skip


def is_rtf(octets: bytes) -> bool:
    return octets.lstrip()[: len(BEGINNING)] == BEGINNING


def read_rtf(octets: bytes) -> Iterator[str | Inner]:
    """All words, those of fields, remarks and properties among them, on lines of their own; then the files in it."""
    yield "".join(_pieces(octets.decode("cp1252", "replace")))
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


def _pieces(rtf: str) -> Iterator[str]:
    depth = 0
    silent = 0  # how deep the group lies that is no text; 0: none
    skipped = 0  # signs for those who cannot read the one before
    skip = 1
    apart: list[int] = []  # groups whose words stand for themselves
    for found in TOKEN.finditer(rtf):
        word, number, octet, sign, brace, text = found.groups()
        if brace == "{":
            depth += 1
        elif brace:
            if apart and apart[-1] == depth:
                apart.pop()
                yield "\n"
            silent = silent if depth > silent else 0
            depth -= 1
        elif word in UNSPOKEN:
            silent = silent or depth
        elif silent:
            continue
        elif word in ELSEWHERE:
            apart.append(depth)
            yield "\n"
        elif word == "uc":
            skip = int(number or 1)
        elif word == "u" and number:
            yield chr(int(number) % 65536)
            skipped = skip
        elif word:
            yield SPOKEN.get(word, "")
        elif skipped and (octet or sign):
            skipped -= 1
        elif octet:
            yield bytes.fromhex(octet).decode("cp1252", "replace")
        elif sign:
            yield SIGNS.get(sign, "")
        elif text:
            yield text[skipped:]
            skipped = max(skipped - len(text), 0)
