"""Folding: texts and names in one spelling, so that they can be compared.

Folded is lower case, å as aa, ø as oe, without soft hyphens and all else that nobody sees, hyphenated lines joined,
letters of other scripts as what they look like (`twins`), and what came out in the wrong character set put right
(`garbled`).
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from html import unescape
from urllib.parse import unquote

from tickets.text.garbled import MISREAD, repair_run
from tickets.text.normal_form import UNSEEN
from tickets.text.twins import TWINS

DANISH = {"å": "aa", "æ": "ae", "ø": "oe", "ä": "ae", "ö": "oe", "ü": "u", "đ": "d", "ł": "l"}
ESCAPED = (  # RFC 3986 2.1, HTML, RFC 5890 2.3.2.1
    r"(?:%[0-9A-Fa-f]{2}){1,40}|&#?[0-9A-Za-z]{2,8};|(?<![0-9A-Za-z-])[Xx][Nn]--[0-9A-Za-z-]{1,59}"
)
TO_FOLD = re.compile(rf"{MISREAD}|[^\x00-\x7f]|(?<=[^\W\d_])-[ \t]*\n[ \t>]*(?=[^\W\d_])|{ESCAPED}")
WORD = re.compile(r"[^\W\d_]+")
NEVER_SEEN = re.compile(UNSEEN)


@dataclass(frozen=True)
class Folded:
    """A text folded for comparing, and where each of its places was before."""

    text: str
    shifts: tuple[tuple[int, int], ...]  # from here on in `text`, so much further in the original

    def origin(self, place: int) -> int:
        """The place in the text as it was written of a place in the folded one."""
        found = bisect_right(self.shifts, (place, 1 << 60)) - 1
        return place + self.shifts[found][1] if found >= 0 else place


def fold(text: str) -> Folded:
    """The text in lower case, without accents, soft hyphens and hyphenation; å is aa, æ ae, ø oe."""
    pieces: list[str] = []
    shifts: list[tuple[int, int]] = []
    last = length = 0
    for found in TO_FOLD.finditer(text):
        plain = _fold_piece(found.group())
        pieces += [text[last : found.start()], plain]
        length += found.start() - last + len(plain)
        last = found.end()
        if len(plain) != found.end() - found.start():
            shifts.append((length, last - length))
    pieces.append(text[last:])
    return Folded("".join(pieces).lower(), tuple(shifts))


def _fold_piece(piece: str) -> str:
    """What stands for a letter beyond ASCII, for a hyphen at a line's end, or for what is garbled or escaped."""
    if len(piece) == 1:
        return _fold_letter(piece)
    if piece[0] == "-":
        return ""
    if piece[0] == "%":
        return plain(unquote(piece, errors="replace"))
    if not piece.isascii():
        return plain(repair_run(piece))
    return plain(unescape(piece) if piece[0] == "&" else unicode_domain(piece.lower()))


@cache
def _fold_letter(letter: str) -> str:
    if unicodedata.category(letter) in ("Cf", "Mn", "Me") or NEVER_SEEN.fullmatch(letter):
        return ""
    if letter.lower() in DANISH:
        return DANISH[letter.lower()]
    plain = [one for one in unicodedata.normalize("NFKD", letter) if unicodedata.category(one) != "Mn"]
    return "".join(_bare_letter(one) for one in plain) or letter.lower()


def _bare_letter(letter: str) -> str:
    bare = TWINS.get(letter, letter.lower())
    return DANISH.get(bare, bare)


class _Folding(dict[int, str]):
    """How each letter is folded; found out when it is first met."""

    def __missing__(self, letter: int) -> str:
        self[letter] = _fold_letter(chr(letter)) if letter > 127 else chr(letter)
        return self[letter]


FOLDING = _Folding()


def plain(text: str) -> str:
    """The folded form alone, hyphenation left as it is."""
    return unicodedata.normalize("NFC", text).translate(FOLDING).lower()


def unicode_domain(domain: str) -> str:
    """A domain as people write it: without A-labels."""
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
