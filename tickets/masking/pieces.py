"""Pieces: where a name was torn apart, by a space, a hyphen, a mark of formatting, or all of its letters were spaced.

Works over folded text: from each word on, what stands apart is put together as long as it may become a name.
"""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from tickets.text.everyday import WORDS

SHORTEST = 5  # letters of a name that is known in two pieces
SHORTEST_SPELT = 3  # of one that is known letter by letter
LONGEST = 60
TAG = r"</?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,200})?/?>|<!--[^<>]{0,40}-->"
PIECE = re.compile(rf"(?:{TAG})|(?P<letters>[^\W\d_]+)")
MARK = r"""[*_~`^|\\/+'’´"“”,;:()\[\]{}·•\u2800\x00-\x08\x0e-\x1f]"""
GAP = re.compile(
    rf"(?:{TAG}|{MARK}){{1,6}}|\.|[ \t\xa0]{{0,3}}[-–—_][ \t\xa0]{{0,3}}|[ \t\xa0]{{1,3}}"
    r"|[-–—]?[ \t]{0,3}(?:\n[ \t>]{0,6}){1,2}"
)


class Pieces:
    """Finds folded names in pieces."""

    def __init__(self, names: Collection[str]) -> None:
        own = {spelling for name in names for spelling in (name, _as_ascii(name)) if len(name) >= SHORTEST_SPELT}
        self._names = frozenset(own | {f"{name}s" for name in own if not name.endswith("s")})
        self._beginnings = frozenset(name[:length] for name in self._names for length in range(1, len(name)))

    def find(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where names stand in pieces, in order."""
        words = [found.span() for found in PIECE.finditer(folded) if found["letters"]]
        for first, (start, end) in enumerate(words):
            if folded[start:end] in self._beginnings and (stop := self._end(folded, words, first)):
                yield start, stop

    def _end(self, folded: str, words: list[tuple[int, int]], first: int) -> int:
        """Where the longest name ends that begins with this word and goes on behind a gap; 0 if none does."""
        told, found = "", 0
        for last in range(first, min(first + LONGEST, len(words))):
            start, end = words[last]
            if last > first and not GAP.fullmatch(folded, words[last - 1][1], start):
                break
            told += folded[start:end]
            if last > first and told in self._names and _is_torn(folded, words[first : last + 1]):
                found = end
            if told not in self._beginnings:
                break
        return found


def _is_torn(folded: str, pieces: list[tuple[int, int]]) -> bool:
    """Whether these pieces are no words that follow each other by accident."""
    lengths = [end - start for start, end in pieces]
    gaps = {folded[before:behind] for (_, before), (behind, _) in pairwise(pieces)}
    if max(lengths) <= 2:  # æ, ø and å are two folded
        return len(gaps) == 1 and len(pieces) > 2
    if folded[slice(*pieces[-1])] == "s":  # no half of a name
        return False
    is_spaced = any(gap.isspace() for gap in gaps)
    is_of_words = any(folded[start:end] in WORDS for start, end in pieces)
    return sum(lengths) >= SHORTEST and not (is_spaced and is_of_words)


def _as_ascii(name: str) -> str:
    """A folded name as ASCII alone writes it: Hjorring, Arhus."""
    return re.sub(r"(oe|ae|aa)", lambda found: found[0][0], name)
