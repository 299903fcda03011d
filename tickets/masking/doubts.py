"""Doubts: words in a masked text that may still tell who asked, though no program can be sure."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile

from tickets.masking.abbreviations import EVERYDAY
from tickets.masking.initials import exact_initials
from tickets.masking.names import Names, is_ordinary, parts
from tickets.masking.places import ORDINARY_PLACES
from tickets.text.everyday import WORDS
from tickets.text.folding import WORD, plain
from tickets.text.spans import PLACEHOLDERS, is_among_capitals

SHORTEST = 5  # letters of a name that is known though one of them is wrong
WRITTEN_FOR_PERSON = re.compile(
    r"(?:\b(?i:deltager\w{0,3}|til stede|arrangør|mødeleder|referent|ordstyrer|afsender|modtager|ansvarlig"
    r"|sagsbehandler|kontakt\w{0,8}|att|cc|spørg|hilsen|mvh|vh|kære|hej|initialer(?:ne)?)[.:]{0,2}|\bv/) ?"
    r"(?P<told>[A-ZÆØÅ]{2,5}(?:(?:, ?|/| og )[A-ZÆØÅ]{2,5}){0,20})(?![^\W_])"
)
CAPITALS = re.compile(r"(?<![^\W_])[A-ZÆØÅ]{2,4}(?![^\W_])")
OF_LAW = {"dbf", "dbl", "dt", "edpb", "fl", "fvl", "ms", "ofl", "rsl", "sel", "sl"}  # what lawyers mean by such letters
MOST = 20


def find_doubts(names: Names, places: Collection[str], text: str) -> tuple[str, ...]:
    """Initials that masking leaves since they are also something else, and names in which one letter is wrong."""
    bare = PLACEHOLDERS.sub(" ", text)
    found = [*_find_initials(names.people, bare), *_find_near(names, places, bare)]
    return tuple(dict.fromkeys(found))[:MOST]


def _find_initials(people: Iterable[str], text: str) -> Iterator[str]:
    """Initials that are short for something else too, where somebody is told of: "Deltagere: IT, OK"."""
    initials = exact_initials(people)
    rare = initials - EVERYDAY - OF_LAW
    for found in CAPITALS.finditer(text) if rare else ():
        if found.group().lower() in rare and not is_among_capitals(text, *found.span()):
            yield found.group()
    for found in WRITTEN_FOR_PERSON.finditer(text) if initials else ():
        yield from (one for one in WORD.findall(found["told"]) if one.lower() in initials)
    long = {one for one in initials if len(one) > 2} - WORDS
    yield from (one for one in WORD.findall(text) if one.lower() in long) if long else ()


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
