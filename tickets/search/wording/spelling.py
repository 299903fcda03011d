"""Spelling: words of the index that somebody may have meant who wrote another."""

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from heapq import nsmallest

from tickets.text.folding import plain

SHORTEST = 4  # letters of a word that can be a slip of the pen
LONG = 8  # letters that make room for two slips
MOST = 3


class WordTable:
    """The words of one part of an index, laid out for looking in them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(word for word in words if word.isalpha())
        self._plain = tuple(map(plain, self.words))
        self._letters = tuple(map(_letters, self._plain))
        self._there = frozenset(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self._there

    def near(self, word: str) -> Iterator[tuple[int, str]]:
        """The words that are a slip or two away, each with how many."""
        wanted = plain(word)
        most = slips_of(wanted)
        letters, length = _letters(wanted), len(wanted)
        for other, folded, held in zip(self.words, self._plain, self._letters, strict=True):
            if abs(len(folded) - length) <= most and (held ^ letters).bit_count() <= 2 * most:
                slips = slips_between(wanted, folded, most)
                if slips <= most and (slips or folded == wanted):
                    yield slips, other

    def ending(self, tail: str) -> Iterator[str]:
        return (word for word in self.words if word.endswith(tail) and word != tail)

    def beginning(self, head: str) -> Iterator[str]:
        return (word for word in self.words if word.startswith(head) and word != head)


def slips_of(word: str) -> int:
    """How many slips a word of this length has room for; only another spelling of the same letters if it is short."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < LONG else 2


def nearest(parts: Collection[WordTable], word: str) -> list[tuple[int, str]]:
    """The words nearest to this one, each with how many slips it is away, the first letter being right at best."""
    found = {other: slips for part in parts for slips, other in part.near(word)}
    return nsmallest(MOST, ((slips, other) for other, slips in found.items()), key=lambda one: _rank(word, *one))


def _rank(word: str, slips: int, other: str) -> tuple[int, bool, int, str]:
    return slips, other[:1] != word[:1], abs(len(other) - len(word)), other


@lru_cache(20_000)
def _letters(word: str) -> int:
    """The set of letters of a word, as the bits of a number."""
    letters = 0
    for letter in word:
        letters |= 1 << (ord(letter) & 31)
    return letters


def slips_between(one: str, other: str, most: int) -> int:
    """Letters that are wrong, missing, too many or exchanged with the next (Damerau); `most` + 1 for more than that."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            cost = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]
