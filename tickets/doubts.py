"""Doubts: words in a masked text that may still tell who asked, though no program can be sure."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile

from tickets.abbreviations import EVERYDAY, is_among_capitals
from tickets.folding import WORD, plain
from tickets.names import Names, is_ordinary, parts, words_as_written, words_of_name
from tickets.places import ORDINARY_PLACES
from tickets.spans import PLACEHOLDERS

SHORTEST = 5  # letters of a name that is known though one of them is wrong
CAPITALS = re.compile(r"(?<![^\W_])[A-ZÆØÅ]{2,4}(?![^\W_])")
OF_LAW = {"dbf", "dbl", "dt", "edpb", "fl", "fvl", "ms", "ofl", "rsl", "sel", "sl"}  # what lawyers mean by such letters
MOST = 20


def find_doubts(names: Names, places: Collection[str], text: str) -> tuple[str, ...]:
    """Initials of people wherever they stand, and names in which one letter is wrong."""
    bare = PLACEHOLDERS.sub(" ", text)
    found = [*_find_initials(names.people, bare), *_find_near(names, places, bare)]
    return tuple(dict.fromkeys(found))[:MOST]


def _find_initials(people: Iterable[str], text: str) -> Iterator[str]:
    initials = {one for name in people for one in _initials_of(name)} - EVERYDAY - OF_LAW
    for found in CAPITALS.finditer(text) if initials else ():
        if found.group().lower() in initials and not is_among_capitals(text, *found.span()):
            yield found.group()


def _initials_of(name: str) -> Iterator[str]:
    for words in (words_of_name(name), [word.lower() for word in words_as_written(name)]):
        if len(words) > 1:
            yield "".join(word[0] for word in words)
            yield words[0][0] + words[-1][0]


def _find_near(names: Names, places: Collection[str], text: str) -> Iterator[str]:
    of_people = {part for name in names.people for part in parts(name) if not is_ordinary(part)}
    told = [one for one in {*of_people, *places} - ORDINARY_PLACES if len(one) >= SHORTEST]
    for word in dict.fromkeys(WORD.findall(text)):
        folded = plain(word)
        if word[0].isupper() and folded not in names.visible_words and any(is_near(folded, one) for one in told):
            yield word


def is_near(word: str, name: str) -> bool:
    """Whether a word is a name but for one letter behind the first: wrong, missing, added or swapped."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, name, strict=False)))
    rest, wanted = word[same:], name[same:]
    is_swapped = len(rest) > 1 and rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return word != name and same > 0 and (is_swapped or wanted[1:] in (rest[1:], rest) or wanted == rest[1:])
