"""Spellings: expressions for names in folded text, in all the ways in which people write them."""

import re
from collections.abc import Iterable

SHORT = 4  # letters: names up to this length may be ordinary words
LONG = 7  # letters: places from this length on are found inside other words too
LEFT, RIGHT = r"(?<![^\W\d_])", r"(?![^\W\d_])"
BETWEEN = r"(?:[._/\u2010-\u2015-]|,?[\s>]{1,6})?"  # the words of a name
GENITIVE = r"(?P<s>['’]?e?s)?"


def loosened(word: str, shortest: int = LONG - 1) -> str:
    """An expression for a folded word that is also written as ASCII alone writes it: Hjorring, Arhus."""
    if len(word) < shortest:
        return re.escape(word)
    return re.sub(r"oe|ae|aa", r"\g<0>?", re.escape(word))


def spaced(name: str) -> str:
    """An expression for a name whose words may be wrapped, quoted or tied by other marks."""
    words = re.findall(r"[^\W_]+", name)
    return BETWEEN.join(map(loosened, words)) if words else re.escape(name)


def alternatives(names: Iterable[str]) -> str:
    """An expression for any of these names, the longest first."""
    return "|".join(spaced(one) for one in sorted(names, key=len, reverse=True))
