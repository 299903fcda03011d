"""Veils: what stands in a text and is not seen, and what stands in it for another character.

Nobody sees a soft hyphen, a mark that turns the writing round or a line above a digit; a link writes a hyphen as `%2D`,
HTML as `&#45;`. Whoever looks for something in a text looks through them.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

UNSEEN = (
    "[\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u20d0-\u20f0\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
ESCAPE = r"%(?:[2-7][0-9A-Fa-f]|[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3})"  # RFC 3986 2.1
ENTITY = r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|nbsp|n?dash|mdash|minus|hyphen|shy|[lr]rm|zwn?j|e[mn]sp|thinsp);"
VEIL = re.compile(f"({UNSEEN})|{ESCAPE}|{ENTITY}")


@dataclass(frozen=True)
class Unveiled:
    """A text as it is read, and how to find a place of it in the text as it is written."""

    text: str
    places: Sequence[int]  # from here on in what is read,
    shifts: Sequence[int]  # so much stands before it in what is written

    def written(self, place: int) -> int:
        """The place in what is written; behind all that nobody sees there."""
        return place + self.shifts[bisect_right(self.places, place) - 1]


def unveil(text: str) -> Unveiled | None:
    """The text as it is read; None if that is how it is written."""
    pieces: list[str] = []
    places, shifts = [0], [0]
    last = length = 0
    for found in VEIL.finditer(text):
        stands_for = "" if found.group(1) else _stands_for(found.group())
        pieces += [text[last : found.start()], stands_for]
        length += found.start() - last + len(stands_for)
        last = found.end()
        places.append(length)
        shifts.append(last - length)
    return Unveiled("".join([*pieces, text[last:]]), places, shifts) if pieces else None


def _stands_for(escaped: str) -> str:
    read = unquote(escaped) if escaped.startswith("%") else unescape(escaped)
    return "" if re.fullmatch(UNSEEN, read) else read[:1]
