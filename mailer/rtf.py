"""Rich Text Format: its words, put together again where formatting parts them.

The libraries for it leave out what must be looked into: headers, footnotes, remarks, fields and properties.
"""

import re
from collections.abc import Iterator

BEGINNING = b"{\\rtf"
TOKEN = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
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


def words_of_rtf(octets: bytes) -> str:
    """All words, those of fields, remarks and properties among them, on lines of their own."""
    return "".join(_pieces(octets.decode("cp1252", "replace")))


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
