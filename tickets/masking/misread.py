"""Misread names: where a text has names with letters that came out as others, or with digits for letters (M3tte)."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from tickets.text.folding import plain
from tickets.text.garbled import garbled, torn
from tickets.text.spans import LONGEST_WORD, Span

SHORTEST = 5  # letters of a name
MIXED = re.compile(r"(?<![^\W_])(?=[^\W\d_]*\d)(?=\d*[^\W\d_])[^\W_]{4,40}(?![^\W_])")
LETTERS = tuple(str.maketrans("013457", f"o{one}east") for one in "li")
SOUNDS = str.maketrans({"å": "a", "æ": "a", "ø": "o"})


class Misread:
    """Names with some letters wrong, which are looked for in a text, and what stands for them."""

    def __init__(self, names: Collection[str], placeholder: str) -> None:
        self._patterns, self._placeholder = _expressions(frozenset(names)), placeholder
        self._as_they_are = frozenset(map(plain, names))

    def find(self, text: str) -> Iterator[Span]:
        """Where a text has a name as a machine misreads it; what is spelt as it should be is left out."""
        for found in (one for pattern in self._patterns for one in pattern.finditer(text)):
            if plain(found.group()) in self._as_they_are:
                continue
            end = found.end()
            while end < len(text) and end < found.end() + LONGEST_WORD and text[end].isalpha():
                end += 1
            ending = "s" if text[end - 1] == "s" and end > found.end() else ""
            yield Span(found.start(), end, self._placeholder, ending)


@lru_cache(maxsize=20)
def _expressions(names: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(filter(None, (garbled(names), torn(names))))


class Figures:
    """Finds folded names in which a digit stands for a letter that it looks like."""

    def __init__(self, names: Collection[str]) -> None:
        own = {_sounded(name) for name in names if len(name) >= SHORTEST}
        self._names = own | {f"{name}s" for name in own}

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each such name in a text as it is written."""
        for found in MIXED.finditer(text):
            if any(_sounded(plain(found.group().translate(letters))) in self._names for letters in LETTERS):
                yield found.span()


def _sounded(folded: str) -> str:
    """A folded word with one letter for each: å and æ are a, ø is o, so that 0 may be any of them."""
    return folded.replace("aa", "å").replace("ae", "æ").replace("oe", "ø").translate(SOUNDS)
