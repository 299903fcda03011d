"""Abbreviations: where a text calls an organisation by a few letters of its name: KK, HBR, Ods. Kommune."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tickets.masking.organisations import Called
from tickets.text.folding import plain
from tickets.text.spans import ORGANISATION, Span, is_among_capitals

ACRONYM = re.compile(r"(?<![^\W_])(?P<short>[A-ZÆØÅ][A-ZÆØÅa]{1,4})(?P<s>['’]?s)?(?![^\W_])")
KOMMUNE = re.compile(r"(?:[Kk]ommunes?|[Kk]omm?\.|K\.)(?![^\W\d_])")
BEFORE = re.compile(r"(?<![\w.-])(?P<short>[^\W\d_][\w.-]{0,11})[\s>]{1,3}\Z")
LONGEST_BEFORE = 16
FULL_NAMES = ("Kommune", "Kommunes", "Kom.", "Komm.")
BROKEN_OFF = re.compile(r"(?<![^\W_])(?P<short>[A-ZÆØÅ][^\W\d_]{2,8})\.(?=[,;:)]|[ \n][a-zæøå(])")
MOST_MORE = 2  # letters beyond the first of each word
EVERYDAY = {  # folded; what is no abbreviation of an organisation
    "ai", "al", "all", "alle", "ang", "art", "bbr", "bl", "ca", "cpr", "cvr", "den", "dk", "dkk", "dpa", "dpo", "dvs",
    "ean", "ed", "edb", "eks", "en", "ens", "esdh", "et", "eu", "evt", "ex", "fks", "fl", "fx", "gl", "hr", "hver",
    "id", "ifm", "ift", "iht", "incl", "inkl", "it", "jf", "jfr", "kap", "ki", "kl", "kle", "kmd", "kr", "lov",
    "maks", "mdr", "mht", "min", "mio", "mv", "nr", "ny", "obs", "og", "ok", "os", "pct", "pga", "pkt", "ps", "ref",
    "se", "sek", "sep", "sept", "ski", "skm", "sml", "sms", "som", "stk", "tlf", "uk", "us", "vedr", "vs",
}  # fmt: skip
ONE_LETTER = str.maketrans({"å": "a", "æ": "a", "ø": "o"})


class Abbreviations:
    """Finds one organisation by what it is called for short."""

    def __init__(self, organisation: Called) -> None:
        self._words = tuple(_letters(word) for word in organisation.words if word not in ("og", "i", "for"))
        self._is_municipality = not {"kommune", "kommunes", "regionskommune"}.isdisjoint(organisation.words)
        self._places = frozenset(_letters(place) for place in organisation.places if len(place) > 4)

    def find(self, text: str) -> Iterator[Span]:
        """Where a text has an abbreviation of the asker's organisation, in places of the text."""
        if self._words:
            yield from self._acronyms(text)
        if self._is_municipality:
            yield from self._before_kommune(text)
        if self._places:
            yield from self._broken_off(text)

    def _acronyms(self, text: str) -> Iterator[Span]:
        for found in ACRONYM.finditer(text):
            if self._is_acronym(found["short"]) and not is_among_capitals(text, *found.span()):
                yield Span(*found.span(), ORGANISATION, "s" if found["s"] else "")

    def _before_kommune(self, text: str) -> Iterator[Span]:
        """A few letters before "Kommune": one of them at least with a capital or a full stop."""
        for found in KOMMUNE.finditer(text):
            begin = max(0, found.start() - LONGEST_BEFORE)
            before = BEFORE.search(text[begin : found.start()])
            if before and self._is_short_for_place(before["short"], found[0]):
                yield Span(begin + before.start(), found.end(), ORGANISATION, "s" if found[0].endswith("s") else "")

    def _broken_off(self, text: str) -> Iterator[Span]:
        """The beginning of a place with a full stop within a sentence: "i Ods. har vi"."""
        for found in BROKEN_OFF.finditer(text):
            letters = _letters(plain(found["short"]))
            if plain(found["short"]) not in EVERYDAY and any(_is_skeleton(letters, place) for place in self._places):
                yield Span(*found.span(), ORGANISATION)

    def _is_acronym(self, short: str) -> bool:
        """Whether each word of the name gave its first letter, and perhaps a consonant or two with it."""
        if plain(short) in EVERYDAY:
            return False
        letters = _letters(plain(short))
        if len(self._words) > 1 and len(letters) <= len(self._words) + MOST_MORE and is_made_of(letters, self._words):
            return True
        return len(letters) == 3 and not _has_vowel(letters[1:]) and any(is_in(letters, one) for one in self._places)

    def _is_short_for_place(self, short: str, kommune: str) -> bool:
        bare = plain(short).replace(".", "").replace("-", "")
        is_name = short[0].isupper() and (kommune in FULL_NAMES or (kommune == "K." and len(bare) > 1))
        if bare in EVERYDAY or not (is_name or (short.endswith(".") and len(bare) > 1)):
            return False
        letters = _letters(bare)
        is_short = is_in if "." in short[:-1] else _is_skeleton  # Fr.havn Kommune
        return any(len(letters) < len(place) and is_short(letters, place) for place in self._places)


@lru_cache(maxsize=10_000)
def is_made_of(letters: str, words: tuple[str, ...]) -> bool:
    """Whether letters are, for each of the words, its first one and perhaps consonants of it."""
    if not words or not letters:
        return not words and not letters
    first, rest = words[0], words[1:]
    return any(
        is_in(letters[:taken], first) and not _has_vowel(letters[1:taken]) and is_made_of(letters[taken:], rest)
        for taken in range(1, len(letters) - len(rest) + 1)
    )


def is_in(letters: str, word: str) -> bool:
    """Whether a word begins with the first of the letters, and has the others behind it in their order."""
    left = iter(word)
    return letters[:1] == word[:1] and all(letter in left for letter in letters)


def _is_skeleton(letters: str, place: str) -> bool:
    """Whether letters are the beginning of a place, or consonants of it."""
    return len(letters) < len(place) and (
        place.startswith(letters) or (not _has_vowel(letters[1:]) and is_in(letters, place))
    )


def _letters(folded: str) -> str:
    """A folded word with one letter for each of its letters: å is a, æ is a, ø is o."""
    joined = folded.replace("aa", "å").replace("ae", "æ").replace("oe", "ø").translate(ONE_LETTER)
    return "".join(filter(str.isalpha, joined))


def _has_vowel(letters: str) -> bool:
    return not set("aeiouy").isdisjoint(letters)
