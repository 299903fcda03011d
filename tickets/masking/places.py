"""Places: where a text names an organisation or the place where it lies, whole or inside of other words."""

import re
from collections.abc import Collection, Iterator
from functools import cached_property

from tickets.masking.misread import Figures
from tickets.masking.names import Names
from tickets.masking.organisations import Called, called
from tickets.masking.pieces import Pieces
from tickets.masking.streets import Streets, street_before
from tickets.text.folding import plain
from tickets.text.spans import ORGANISATION, Span, Text
from tickets.text.spellings import GENITIVE, LEFT, LONG, RIGHT, alternatives, loosened, spaced

Patterns = list[tuple[str, bool]]  # over folded text; and whether the name in it needs a capital letter

KOMMUNE = r"(?:[\W_]{0,3}(?:regions)?kommun[^\W\d_]{0,12})"
ZIP_CODE = r"(?:(?:dk[- ]?)?\b\d{4} {1,2})?"
ORDINARY_PLACES = {
    "aars", "als", "brande", "faxe", "gram", "greve", "hammel", "holte", "lejre", "mors", "odder", "ribe", "ringe",
    "roenne", "skive", "struer", "tarm", "thy", "toender", "varde", "vejen", "vejle",
}  # fmt: skip
ORDINARY_ENDINGS = (
    r"(?:-?(?:kommun|borger|egn|by|sag|skole|raadhus|(?:e?n)?ser|model|hus|hall|bibliotek|gymnasi|avis)[^\W\d_]{0,30}"
    r"|-[^\W\d_]{1,40})"
)
INHABITANTS = (  # and what is theirs, behind the name of a place written small: vejlenser, strueraner, skivebo
    r"(?:(?:e?n)?se(?:r|re|ren|rne|rnes|rs)|n?sisk[et]?|bo(?:en|er|ere|erne|ernes|s)?|(?:an|ing)er(?:e|en|ne|nes|s)?"
    r"|borger[^\W\d_]{0,4}|egne?ns?)"
)
SMALL_BEHIND_I = {"vejle", "skive", "odder", "faxe", "greve", "struer", "varde"}  # "i vejen" and "i lejre" are Danish
SMALL_BEHIND_ANY = {"vejle", "struer", "odder"}
SMALL_BEHIND_US = {"toender", "lejre", "brande"}
CODE = r"[^\W_]{0,10}\d[^\W_]{0,10}"  # of a user or a case, that begins with what the organisation is called for short
CLEAR = {"kbh", "cph", "frb"}  # names as short as words, and none


class Places:
    """Finds the organisation of those who are not to be named, and where it lies."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.called = called(names.organisation)
        self.streets = Streets(names.signature)
        self._former = [Places(Names(organisation=one)) for one in names.former]
        self.known: frozenset[str] = self.called.places.union(*(one.known for one in self._former))

    def find(self, looked_at: Text) -> Iterator[Span]:
        """Where a text names the asker's organisation, its places or what it was called before."""
        for one in self._former:
            yield from one.find(looked_at)
        yield from self._named(looked_at)
        folded = looked_at.folded
        for start, end in self._pieces.find(folded.text):
            yield Span(folded.origin(start), folded.origin(end), ORGANISATION)
        if self._address:
            for found in self._address.finditer(folded.text):
                yield Span(folded.origin(found.start()), folded.origin(found.end()), ORGANISATION)

    def find_loosely(self, looked_at: Text) -> Iterator[Span]:
        """The organisation with digits for letters, and by its street or postcode alone."""
        text, folded = looked_at.text, looked_at.folded
        yield from (Span(start, end, ORGANISATION) for start, end in self._figures.find(text))
        for found in self._codes.finditer(folded.text) if self._codes else ():
            start, end = map(folded.origin, found.span(found.lastgroup or 0))
            if found.lastgroup != "district" or text[end - 1].isupper():
                yield Span(start, end, ORGANISATION)
        for found in self._streets.finditer(folded.text) if self._streets else ():
            start, end = folded.origin(found.start()), folded.origin(found.end())
            if text[start].isupper():
                yield Span(start, end, ORGANISATION, "s" if found["s"] else "")

    def _named(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for pattern, needs_capital in self._patterns:
            for found in pattern.finditer(folded.text):
                named, end = folded.origin(found.start("name")), folded.origin(found.end())
                if needs_capital and not text[named].isupper() and not looked_at.is_in_host(named):
                    continue
                start = looked_at.word_start(folded.origin(found.start()))
                first, last = looked_at.token_at(named)
                if looked_at.is_web_address(first, last):
                    yield Span(min(start, first), max(end, last), ORGANISATION)
                    continue
                ending = found.group()[found.end("name") - found.start() :]
                yield Span(street_before(text, start), end, ORGANISATION, "s" if ending.endswith("s") else "")

    # -- what is looked for

    @cached_property
    def _address(self) -> re.Pattern[str] | None:
        return self.streets.pattern(self.called.places)

    @cached_property
    def _codes(self) -> re.Pattern[str] | None:
        return self.streets.codes()

    @cached_property
    def _streets(self) -> re.Pattern[str] | None:
        names = self.streets.names(self.called.places)
        return re.compile(rf"{LEFT}(?:{alternatives(names)}){GENITIVE}{RIGHT}") if names else None

    @cached_property
    def _figures(self) -> Figures:
        return Figures(self.called.places | self._names.labels)

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces({one for one in self.called.places | self._names.labels if not _may_be_a_word(one)})

    @cached_property
    def _towns(self) -> frozenset[str]:
        """The towns where the organisation lies: of the signature, and of the municipality."""
        return self.called.towns | {plain(city) for city in self.streets.towns() if len(city) > 2}

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], bool], ...]:
        places = self.called.places | self._names.labels | self._towns
        ordinary = {one for one in places if _may_be_a_word(one)} | self.called.names - places
        patterns = [*_whole(self.called.whole), *_region(self.called.words)]
        patterns += _departments(self.called)
        patterns += [*_unmistakable(places - ordinary), *_written_as_names(ordinary), *_written_small(ordinary)]
        return tuple((re.compile(pattern), needs_capital) for pattern, needs_capital in patterns)


def _may_be_a_word(place: str) -> bool:
    return place in ORDINARY_PLACES or (len(place) <= 3 and place.isalpha() and place not in CLEAR)


def _whole(name: str) -> Patterns:
    return [(rf"{LEFT}(?P<name>{spaced(name)}){GENITIVE}{RIGHT}", len(name) <= 3)] if name else []


def _departments(organisation: Called) -> Patterns:
    """Departments by their names, and in capitals by what they are called for short."""
    longest_first = sorted(organisation.departments, key=len, reverse=True)
    words = (re.findall(r"[^\W_]+", name.removesuffix("en")) for name in longest_first)
    whole = "|".join(r"[\W_]{1,4}".join(map(loosened, one)) for one in words)
    shorts = "|".join(sorted(organisation.shorts))
    patterns = [(rf"{LEFT}(?P<name>{whole})(?:en)?{GENITIVE}{RIGHT}", False)] if whole else []
    return [*patterns, (rf"{LEFT}(?P<name>{shorts}){GENITIVE}{RIGHT}", True)] if shorts else patterns


def _region(words: tuple[str, ...]) -> Patterns:
    """A region as it is called for short: Region H, RegionH, Region Midt."""
    if words[:1] != ("region",) or len(words) < 2:
        return []
    name = words[-1]
    beginnings = "|".join(name[:length] for length in range(len(name), 1, -1))
    short = rf"{LEFT}(?P<name>reg(?:ion|\.)(?:[ -]?(?:{beginnings})|[ -]{name[0]}))\.?{RIGHT}"
    return [(short, False), (rf"{LEFT}reg(?:ion|\.)(?P<name>{name[0]}){RIGHT}", True)]


def _unmistakable(places: Collection[str]) -> Patterns:
    """Expressions for places that mean nothing else: long ones also inside of words, short ones where a word begins."""
    inside = {one for one in places if len(one) >= LONG}
    beginning = set(places) - inside
    short = {loose for one in beginning if (loose := loosened(one, LONG - 2)) != one and len(one) < LONG - 1}
    patterns: Patterns = []
    if inside:
        patterns.append((rf"{ZIP_CODE}(?P<name>{alternatives(inside)})[^\W\d_]{{0,40}}{KOMMUNE}?", False))
    if beginning:
        patterns.append((rf"{ZIP_CODE}{LEFT}(?P<name>{alternatives(beginning)})[^\W\d_]{{0,40}}{KOMMUNE}?", False))
    if short:
        patterns.append((rf"{LEFT}(?P<name>{'|'.join(sorted(short))}){GENITIVE}{KOMMUNE}?{RIGHT}", True))
    return patterns


def _written_as_names(ordinary: Collection[str]) -> Patterns:
    """Names that may be ordinary words: with a capital, or before "Kommune"."""
    if not ordinary:
        return []
    names = alternatives(ordinary)
    endings = rf"(?:['’]?s|{ORDINARY_ENDINGS}|{CODE})?"
    return [
        (rf"{LEFT}(?P<name>{names})[\W_]{{0,3}}{KOMMUNE}", False),
        (rf"{ZIP_CODE}{LEFT}(?P<name>{names}){endings}{RIGHT}", True),
    ]


def _written_small(ordinary: Collection[str]) -> Patterns:
    """Places that may be ordinary words, where small letters can mean nothing but the place."""
    places = ORDINARY_PLACES & set(ordinary)
    if not places:
        return []
    patterns: Patterns = [(rf"{LEFT}(?P<name>{alternatives(places)}){INHABITANTS}{RIGHT}", False)]
    for names, before in (
        (SMALL_BEHIND_I, ("i",)),
        (SMALL_BEHIND_ANY, ("fra", "til", "ved", "omkring", "nær", "hos")),
        (SMALL_BEHIND_US, ("vi i", "os i", "jer i", "her i", "ovre i", "borgere i")),
    ):
        if found := places & names:
            behind = "|".join(rf"(?<=\b{plain(words)}[ \n])" for words in before)
            patterns.append((rf"(?:{behind})(?P<name>{alternatives(found)}){GENITIVE}(?! ?\d){RIGHT}", False))
    return patterns
