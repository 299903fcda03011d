"""Everybody: where a text may name anybody at all, so that what is masked in it does not tell who asked.

Whoever may write in an anonymous ticket could name one after another in it, and see by what is masked who asked. So
what they write is looked through for all who are known here, municipalities among them, and for what has the shape
of a name. Pure functions; how long they take depends on the text and on how many are known.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from tickets.masking.abbreviations import Abbreviations
from tickets.masking.contacts import Contacts
from tickets.masking.initials import NEVER
from tickets.masking.misread import Misread
from tickets.masking.names import Names, parts
from tickets.masking.organisations import called
from tickets.masking.persons import People
from tickets.masking.places import Places
from tickets.masking.streets import CITY
from tickets.text.everyday import EVERYDAY
from tickets.text.folding import WORD, plain
from tickets.text.garbled import has_lost_letters
from tickets.text.greetings import greeted
from tickets.text.spans import NAME, ORGANISATION, Span, Text, is_among_capitals
from tickets.text.spellings import SHORT

OF_LAW = {"dbf", "dbl", "edpb", "fvl", "ofl", "rsl", "sel"}  # what lawyers mean by such letters
CODE = re.compile(  # initials, and what organisations are called for short
    r"(?<![^\W_])(?P<code>[A-ZÆØÅ]{2,4}|[b-df-hj-np-tv-xz]{2,4})\d{0,6}(?P<s>['’]?s)?(?![^\W_]|[-–]\d)"
)
DOTTED = re.compile(r"(?<![\w.])[A-ZÆØÅ](?:\. ?[A-ZÆØÅ]){1,3}\.?(?![\w])(?!\.\w)")
KOMMUNE = re.compile(
    r"(?<![\w.-])(?P<name>[A-ZÆØÅ][\w.’'-]{1,30})[ \n>]{1,3}(?:[Kk]ommune(?P<s>s)?|Komm?\.)(?![^\W\d_])"
)
REGION = re.compile(r"(?<!\w)[Rr]egion(?:en)? ?[A-ZÆØÅ][\w-]{0,30}")
LETTERS_BESIDE = re.compile(r"aa|ae|oe")


class Everybody:
    """Finds everybody who may be named in a text, known to the portal or not."""

    def __init__(self, known: Names) -> None:
        """`known` are all of the portal: people, their organisations (as `former`; all municipalities are), domains."""
        self._known = known

    def find(self, looked_at: Text) -> Iterator[Span]:
        """Where a text names anybody at all, known here or not."""
        yield from self._find_known(looked_at)
        text = looked_at.text
        yield from (Span(start, end, NAME) for start, end in greeted(text, self._known.visible_words))
        yield from (Span(*found.span(), NAME) for found in DOTTED.finditer(text))
        yield from self._find_codes(text)
        yield from _find_municipal(text)
        for one in self._abbreviations:
            yield from one.find(text)
        yield from self._misread_places.find(text)
        if has_lost_letters(text):
            yield from self._misread_people.find(text)

    def is_named_in(self, text: str) -> bool:
        """Whether the text names anybody who is known, or has an address or a number at which somebody is reached."""
        return any(True for _ in self._find_known(Text(text)))

    def _find_known(self, looked_at: Text) -> Iterator[Span]:
        names = self._near(looked_at.folded.text)
        yield from Contacts(names, lambda _: True).find(looked_at)
        yield from Places(names).find(looked_at)
        yield from People(names).find(looked_at)

    def _find_codes(self, text: str) -> Iterator[Span]:
        for found in CODE.finditer(text):
            code = plain(found["code"])
            is_told = code not in EVERYDAY | NEVER | OF_LAW and code not in self._known.visible_words
            if is_told and not is_among_capitals(text, *found.span()):
                yield Span(*found.span(), NAME, "s" if found["s"] else "")

    def _near(self, folded: str) -> Names:
        """The known names that may stand in the text, for looking for all of them would take long."""
        words = _FoldedWords(folded)
        return Names(
            people=tuple(one for one in self._known.people if any(map(words.may_have, parts(one)))),
            former=tuple(one for one in self._known.former if any(map(words.may_have, _what_names(one)))),
            domains=tuple(one for one in self._known.domains if one in folded),
        )

    @cached_property
    def _abbreviations(self) -> tuple[Abbreviations, ...]:
        return tuple(Abbreviations(called(one)) for one in self._known.former)

    @cached_property
    def _misread_places(self) -> Misread:
        words = ((word, called(one).places) for one in self._known.former for word in WORD.findall(one))
        return Misread({word for word, places in words if plain(word) in places}, ORGANISATION)

    @cached_property
    def _misread_people(self) -> Misread:
        return Misread({word for one in self._known.people for word in WORD.findall(one)}, NAME)


class _FoldedWords:
    """The words of a folded text, by which most names are ruled out at once, torn apart and run together too."""

    def __init__(self, folded: str) -> None:
        self._words = frozenset(map(_bare, WORD.findall(folded)))
        self._joined = _bare(folded)

    def may_have(self, name: str) -> bool:
        """Whether the text may have a folded name, also torn apart or run together; False is certain."""
        bare = _bare(name)
        if len(bare) > SHORT:
            return bare in self._joined
        return any(word.startswith(bare) for word in self._words)


def _bare(folded: str) -> str:
    """A folded text without all but its letters, and as ASCII alone writes these."""
    return LETTERS_BESIDE.sub(lambda found: found[0][0], "".join(WORD.findall(folded)))


def _what_names(organisation: str) -> Iterable[str]:
    one = called(organisation)
    return (*one.places, *one.names, *one.departments, *one.towns, one.whole)


def _find_municipal(text: str) -> Iterator[Span]:
    """What stands before "Kommune" or behind "Region", and towns behind their postal codes."""
    for found in KOMMUNE.finditer(text):
        if plain(found["name"]) not in EVERYDAY:
            yield Span(*found.span(), ORGANISATION, "s" if found["s"] else "")
    yield from (Span(*found.span(), ORGANISATION) for found in REGION.finditer(text))
    yield from (Span(*found.span(), ORGANISATION) for found in CITY.finditer(text))
