"""Spelling: words of the index that somebody may have meant who wrote another."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from heapq import nsmallest
from itertools import product

from tickets.text.folding import plain

SHORTEST = 4  # letters of a word that can be a slip of the pen
LONG = 8  # letters that make room for two slips
MOST = 3
MOST_KEPT = 2_000  # words of which it is known what is near them


class WordTable:
    """The words of one part of an index, laid out for looking in them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(word for word in words if word.isalpha())
        self._there = frozenset(self.words)
        self._from_front, self._from_back = sorted(self.words), sorted(word[::-1] for word in self.words)
        self._shelves: dict[tuple[str, int], list[tuple[str, int, str]]] = defaultdict(list)
        for word in self.words:
            folded = plain(word)
            self._shelves[folded[:1], len(folded)].append((folded, _letters(folded), word))
        self._near: dict[str, tuple[tuple[int, str], ...]] = {}

    def __contains__(self, word: str) -> bool:
        return word in self._there

    def near(self, word: str) -> tuple[tuple[int, str], ...]:
        """The words that are a slip or two away, each with how many; of the first letter, that it is one too many."""
        if word not in self._near:
            while len(self._near) >= MOST_KEPT:
                del self._near[next(iter(self._near))]
            self._near[word] = tuple(self._look_near(plain(word)))
        return self._near[word]

    def _look_near(self, wanted: str) -> Iterator[tuple[int, str]]:
        most, letters, length = slips_of(wanted), _letters(wanted), len(wanted)
        for shelf in product(dict.fromkeys(wanted[:2]), range(length - most, length + most + 1)):
            for folded, held, other in self._shelves.get(shelf, ()):
                if (held ^ letters).bit_count() <= 2 * most:
                    slips = slips_between(wanted, folded, most)
                    if slips <= most and (slips or folded == wanted):
                        yield slips, other

    def beginning(self, head: str) -> list[str]:
        """The longer words that begin so."""
        return [word for word in _all_beginning(self._from_front, head) if word != head]

    def ending(self, tail: str) -> list[str]:
        """The longer words that end so."""
        return [word[::-1] for word in _all_beginning(self._from_back, tail[::-1]) if len(word) > len(tail)]


def _all_beginning(words: list[str], head: str) -> list[str]:
    return words[bisect_left(words, head) : bisect_left(words, f"{head}\U0010ffff")]


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
