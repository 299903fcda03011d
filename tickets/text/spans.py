"""Spans: where in a text something is masked, and what stands there instead."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from tickets.text.folding import fold

ORGANISATION, NAME, EMAIL, PHONE, TICKET = "[kommunen]", "[navn]", "[e-mail]", "[telefon]", "[sag]"
PLACEHOLDERS = re.compile(r"\[(?:kommunen|navn|e-mail|telefon|sag)\]s?")
WEIGHTS = (TICKET, EMAIL, ORGANISATION, NAME, PHONE)  # what overlaps is called by the first of these
LONGEST_ADDRESS = 300  # characters; what is longer is none
LONGEST_WORD = 60
SPACES = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f", " "))
TOP_LEVELS = r"(?:dk|com|org|net|eu|info|local|lan|int|gov|io)"
TOKEN = re.compile(r"[^\s<>()\[\]{}\"'’;,|]+")
LONG_CAPITALS = re.compile(r"[A-ZÆØÅ]{6}")
WEB = re.compile(rf"://|\bwww\.|[^\W_]\.{TOP_LEVELS}(?:$|[/?#:])", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """A piece of a text, and what is read instead of it."""

    start: int
    end: int
    placeholder: str
    ending: str = ""


class Text:
    """A text to be masked, folded, and the addresses that may stand in it."""

    def __init__(self, text: str) -> None:
        self.text, self.folded = text, fold(text)
        self._tokens = [found.span() for found in TOKEN.finditer(text)]
        self._starts = [start for start, _ in self._tokens]
        self._webs: dict[int, bool] = {}

    def token_at(self, place: int) -> tuple[int, int]:
        """Start and end of the run around a place in which no space or bracket stands."""
        found = bisect_right(self._starts, place) - 1
        start, end = self._tokens[found] if found >= 0 else (place, place)
        if not start <= place < end or end - start > LONGEST_ADDRESS:
            return place, place
        token = self.text[start:end]
        start += len("mailto:") if token.lower().startswith("mailto:") else 0
        return min(start, place), max(end - len(token) + len(token.rstrip(".:!?*_")), place)

    def tokens(self) -> list[tuple[int, int]]:
        """Start and end of every run of the text in which no space or bracket stands."""
        return [one for one in self._tokens if one[1] - one[0] <= LONGEST_ADDRESS]

    def is_web_address(self, start: int, end: int) -> bool:
        """Whether the text between two places has a web address in it."""
        if start not in self._webs:
            self._webs[start] = WEB.search(self.text, start, end) is not None
        return self._webs[start]

    def is_in_host(self, place: int) -> bool:
        """Whether this place is in the name of a server, and not in what lies on it."""
        start, end = self.token_at(place)
        begin = self.text.find("://", start, place) + 3 if "://" in self.text[start:place] else start
        return self.is_web_address(start, end) and not any(mark in self.text[begin:place] for mark in "/?#")

    def word_start(self, place: int) -> int:
        """Where the word begins that this place is in."""
        start = place
        while start > max(0, place - LONGEST_WORD) and self.text[start - 1].isalpha():
            start -= 1
        return start


def join(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans in order; those that touch, or have only initials between them, made one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        last = joined[-1] if joined else None
        if last and span.start < last.end:
            placeholder = min(last.placeholder, span.placeholder, key=WEIGHTS.index)
            longer = span if span.end > last.end else last
            joined[-1] = Span(last.start, longer.end, placeholder, longer.ending)
        elif last and span.placeholder == last.placeholder == NAME and _is_nothing(text[last.end : span.start]):
            joined[-1] = Span(last.start, span.end, last.placeholder, span.ending)
        else:
            joined.append(span)
    return joined


def _is_nothing(between: str) -> bool:
    return len(between) <= 8 and re.fullmatch(r"[ ._-]?(?:[A-ZÆØÅ]\.? ?){0,2}", between) is not None


def is_among_capitals(text: str, start: int, end: int) -> bool:
    """Whether all of the line is written in capitals, so that any word may look like an acronym."""
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[max(begin, start - 200) : min(stop if stop >= 0 else len(text), end + 200)]
    return line.isupper() and LONG_CAPITALS.search(line) is not None
