"""Misread names: where a text has names whose letters beyond ASCII were lost on the way, or came out as others."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from tickets.text.folding import plain
from tickets.text.garbled import garbled
from tickets.text.spans import LONGEST_WORD, Span


class Misread:
    """Names that are looked for where their letters came out wrong, and what stands for them."""

    def __init__(self, names: Collection[str], placeholder: str) -> None:
        self._pattern, self._placeholder = _expression(frozenset(names)), placeholder
        self._as_they_are = frozenset(map(plain, names))

    def find(self, text: str) -> Iterator[Span]:
        for found in self._pattern.finditer(text) if self._pattern else ():
            if plain(found.group()) in self._as_they_are:
                continue
            end = found.end()
            while end < len(text) and end < found.end() + LONGEST_WORD and text[end].isalpha():
                end += 1
            ending = "s" if text[end - 1] == "s" and end > found.end() else ""
            yield Span(found.start(), end, self._placeholder, ending)


@lru_cache(maxsize=20)
def _expression(names: frozenset[str]) -> re.Pattern[str] | None:
    return garbled(names)
