"""Initials: where a text calls people by a few letters of their names, as they sign, and as programs call their users.

What is short for something else too (`everyday`) is masked only where people write it for a name.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import combinations

from tickets.masking.names import DESKS, Names, words_as_written, words_of_name
from tickets.text.everyday import EVERYDAY
from tickets.text.folding import plain
from tickets.text.spans import LONGEST_WORD, NAME, Span, Text, is_among_capitals

NEVER = {
    "ai", "att", "cc", "cpr", "cvr", "dk", "dpo", "ean", "edb", "eu", "fw", "fwd", "hr", "id", "it", "ki", "kl", "obs",
    "ok", "os", "ps", "re", "sms", "sv", "uk", "us", "vs",
}  # fmt: skip
MOST = 120
MOST_WORDS = 10  # of a name
BEFORE = (
    r"(?:^[ \t>]*[-–/]{0,2}(?=[^\W\d_]{2,6}(?:[ \t]*$|[,.:/]|(?-i: [a-zæøå])))|/ ?"
    r"|\((?=[^()\n]{2,5}\))(?!(?:DE|SE|NO|FI|FR|ES|NL|BE|AT|PL|IE|ME)\))"
    r"|\b(?:hej|kære|hi|dear|mvh|vh|hilsen|hilsner|regards)[.,]? )"
)
CAPITALS = re.compile(r"(?<![^\W_])(?P<code>[A-ZÆØÅ]{2,5})(?P<number>\d{0,6})(?P<s>['’]?s)?(?![^\W_])")
ANY_CASE = re.compile(r"(?<![^\W_])(?P<code>[^\W\d_]{2,5})\d{0,6}(?![^\W_])")
CAMEL_CASE = re.compile(r"(?<![^\W_])(?:[A-ZÆØÅ][a-zæøå]{0,8}){1,2}[A-ZÆØÅ][a-zæøå]{1,8}(?![^\W_])")  # MeKl, MKlit
IN_FILE_NAME = re.compile(
    r"(?<![A-ZÆØÅ])(?P<code>[A-ZÆØÅ]{2,5})(?![^\W\d_])|(?<![^\W_])(?P<small>[a-zæøå]{2,5})(?![^\W\d_])"
)
USER = re.compile(  # where the name of a user stands
    r"(?<![\w])(?:[@\\]|(?:bruger(?:en|navn|navnet|id)?|login|logon|user|username|initialer(?:ne)?)[:= ]{1,3}(?:er )?)"
    r"(?P<before>[^\W_]{2,40})(?![^\W_])|(?<![^\W_])(?P<behind>[^\W_]{2,40})(?=@(?![^\W_]))",
    re.IGNORECASE,
)
SLASHED = re.compile(r"(?<![\w./&-])[A-ZÆØÅ](?:[/&-][A-ZÆØÅ]){1,3}(?![\w/&-]|\.\w)")
NEVER_SLASHED = {"ab", "as", "bc", "co", "is", "ks", "na", "ps", "ra", "sa", "tr"}  # A/S, I/S, A-B
SMALL_BEFORE = (  # where small letters are a name's, though they might be a word elsewhere
    r"(?:^[ \t>]*[-–/]{0,2}(?=[^\W\d_]{3,6}[ \t]*$)|(?<!\S)/ ?|\((?=[^()\n]{3,6}\))"
    r"|\b(?:mvh|vh|hilsen|hilsner|regards)[.,]? "
    r"|\b(?:spørg|kontakt|kontaktperson(?:en)?|sagsbehandler(?:en)?|kollega(?:en)?|att|cc|ring til|skriv til"
    r"|initialer(?:ne)?)(?:[.:] ?| )(?:er )?|\bv/ ?)"
)
SPEAKING = (
    r"(?= (?:har )?(?:skrev|skriver|skrevet|siger|sagde|mener|mente|svarede|svarer|svaret|spørger|spurgte|spurgt)\b)"
)
SHORTEST_SMALL, SHORTEST_NO_WORD = 3, 4  # letters
CODAS = {  # consonants with which Danish words end
    "bb", "bs", "bt", "ch", "ck", "ct", "dd", "ds", "dt", "ff", "fs", "ft", "gg", "gn", "gs", "gt", "hn", "kk", "ks",
    "kt", "lb", "ld", "lf", "lg", "lk", "ll", "lm", "ln", "lp", "ls", "lt", "lv", "mb", "md", "mm", "mn", "mp", "ms",
    "mt", "nd", "ng", "nk", "nn", "ns", "nt", "pp", "ps", "pt", "rb", "rd", "rf", "rg", "rk", "rl", "rm", "rn", "rp",
    "rs", "rt", "rv", "sk", "sl", "sp", "ss", "st", "th", "ts", "tt", "vd", "vl", "vn", "vs", "vt",
}  # fmt: skip
IN_TWO = re.compile(  # surnames of two words, each of which may give its letter: Klit-gaard, Lind-holm
    r"(?<=..)(?:gaard|holm|berg|bjerg|borg|dal|lund|skov|toft|strup|sted|hoej|baek|mark|vang|rup|sen)$"
)
PLACE = re.compile(r"://|\bwww\.|\\|(?:^|[^\w/])/?[\w.~-]{1,60}/[\w.~-]{1,60}/", re.IGNORECASE)  # on the net or a disk
PART_OF_PLACE = re.compile(r"[^\W\d_]{2,40}")
VOWELS = frozenset("aeiouy")


class Initials:
    """Finds people by a few letters of their names."""

    def __init__(self, names: Names) -> None:
        self._words = tuple(dict.fromkeys(filter(None, (tuple(words_of_name(name)) for name in names.people))))
        self._known = frozenset((_all_initials(names.people) | _with_surname_in_two(names.people)) - NEVER)
        self._exact = frozenset(exact_initials(names.people))
        locals_ = {plain(one).partition("@")[0] for one in names.emails}
        self._logons = frozenset(locals_ - DESKS - EVERYDAY)

    def find(self, looked_at: Text) -> Iterator[Span]:
        """Where a text has the initials or the logon name of a known person."""
        if not self._known and not self._logons:
            return
        yield from self._written_for_names(looked_at.text)
        yield from self._anywhere(looked_at.text)
        yield from self._of_users(looked_at)

    def find_loosely(self, looked_at: Text) -> Iterator[Span]:
        """Small initials that are no words, and initials with other signs between their letters."""
        text = looked_at.text
        for found in self._small.finditer(text) if self._small else ():
            group = found.lastgroup or "name"
            if plain(found[group]) not in EVERYDAY:
                yield Span(*found.span(group), NAME)
        for found in SLASHED.finditer(text):
            code = found.group()[::2].lower()
            if code in self._exact - NEVER_SLASHED or plain(code) in self._exact - NEVER_SLASHED:
                yield Span(*found.span(), NAME)
        for found in ANY_CASE.finditer(text):
            if _is_no_word(plain(found["code"])) and self._is_told(found["code"]):
                yield Span(*found.span(), NAME)

    def in_file_name(self, stem: str) -> str:
        """The name of a file with initials masked that stand in it as a word."""
        return IN_FILE_NAME.sub(lambda found: NAME if self._is_in_file_name(found) else found[0], stem)

    def _is_in_file_name(self, found: re.Match[str]) -> bool:
        code = found["code"] or found["small"]
        return self._is_told(code) and (bool(found["code"]) or len(code) > 2 or not _has_vowel(code))

    def _written_for_names(self, text: str) -> Iterator[Span]:
        for found in self._signed.finditer(text) if self._signed else ():
            if found["name"].isupper():
                yield Span(*found.span("name"), NAME)
        for found in self._dotted.finditer(text) if self._dotted else ():
            yield Span(*found.span(), NAME)

    def _anywhere(self, text: str) -> Iterator[Span]:
        """Initials in capitals, and small ones that can be no word: they have no vowel."""
        for found in CAPITALS.finditer(text):
            if self._is_told(found["code"]) and not self._is_one_of_capitals(text, found):
                yield Span(*found.span(), NAME, "s" if found["s"] else "")
        for found in CAMEL_CASE.finditer(text):
            if self._is_user(found.group()):
                yield Span(*found.span(), NAME)
        for found in ANY_CASE.finditer(text):
            code = found["code"]
            if not code.isupper() and not _has_vowel(code) and self._is_told(code):
                yield Span(*found.span(), NAME)

    def _is_told(self, code: str) -> bool:
        return self._is_known(code) and plain(code) not in EVERYDAY

    def _is_known(self, code: str) -> bool:
        return code.lower() in self._known or plain(code) in self._known

    def _is_one_of_capitals(self, text: str, found: re.Match[str]) -> bool:
        return found["code"].lower() not in self._exact and is_among_capitals(text, *found.span())

    def _of_users(self, looked_at: Text) -> Iterator[Span]:
        """What programs call their users: by the beginnings of their names, in addresses of pages and files, too."""
        text = looked_at.text
        for found in USER.finditer(text):
            group = "before" if found["before"] else "behind"
            if self._is_user(found[group]):
                yield Span(*found.span(group), NAME)
        for start, end in looked_at.tokens():
            if end - start > 4 and PLACE.search(text, start, end):
                for found in PART_OF_PLACE.finditer(text, start, end):
                    if self._is_user(found.group()):
                        yield Span(*found.span(), NAME)

    def _is_user(self, code: str) -> bool:
        folded = plain(code).rstrip("0123456789")
        if len(folded) < 2 or folded in EVERYDAY:
            return False
        return folded in self._logons or any(is_made_of_beginnings(folded, words) for words in self._words)

    @cached_property
    def _longest_first(self) -> list[str]:
        return sorted(self._known, key=lambda one: (-len(one), one))[:MOST]

    @cached_property
    def _signed(self) -> re.Pattern[str] | None:
        """An expression for initials where people write them for names."""
        told = rf"{BEFORE}(?P<name>{'|'.join(self._longest_first)})(?=$|[\s,.!:;/)])"
        return re.compile(told, re.MULTILINE | re.IGNORECASE) if self._known else None

    @cached_property
    def _small(self) -> re.Pattern[str] | None:
        """An expression for initials in any case where they can be nothing but a name."""
        told = "|".join(one for one in self._longest_first if len(one) >= SHORTEST_SMALL)
        ways = rf"{SMALL_BEFORE}(?P<name>{told})(?![\w@-])|(?<![\w.@-])(?P<speaker>{told}){SPEAKING}"
        return re.compile(ways, re.MULTILINE | re.IGNORECASE) if told else None

    @cached_property
    def _dotted(self) -> re.Pattern[str] | None:
        """An expression for initials with a full stop behind each, which are taken for nothing else."""
        told = [r"\. ?".join(one.upper()) for one in self._longest_first]
        told += [" ".join(one.upper()) for one in sorted(self._exact) if len(one) > 2]
        return re.compile(rf"(?<![\w.])(?:{'|'.join(told)})\.?(?![\w])(?!\.\w)") if told else None


def exact_initials(people: Iterable[str]) -> set[str]:
    """The first letters of all words of each name, and of the first and the last; a Ø may be an O in them."""
    found: set[str] = set()
    for words in filter(lambda one: len(one) > 1, _spellings(people)):
        found |= {"".join(word[0] for word in words), words[0][0] + words[-1][0]}
    return found


def _spellings(people: Iterable[str]) -> Iterator[list[str]]:
    for name in people:
        yield words_of_name(name)
        yield [word.lower() for word in words_as_written(name)]


def _all_initials(people: Iterable[str]) -> set[str]:
    """What people sign with for short: MEJE, MEJ, MJE, MJ."""
    return {one for words in _spellings(people) for one in _initials_of(words)}


def _initials_of(words: list[str]) -> Iterator[str]:
    """The first letters of the words of one name, of some of them, or some more of the first and the last."""
    if len(words) < 2:
        return
    yield "".join(word[0] for word in words)
    for count in (2, 3):
        yield from ("".join(word[0] for word in some) for some in combinations(words[:MOST_WORDS], count))
    for one, two in ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2)):
        yield words[0][:one] + words[-1][:two]


def _with_surname_in_two(people: Iterable[str]) -> set[str]:
    """The first letters of names whose last word gives two: MKG for Mette Klitgaard."""
    found: set[str] = set()
    for words in filter(lambda one: len(one) > 1, _spellings(people)):
        if ending := IN_TWO.search(plain(words[-1])):
            last = words[-1][0] + ending.group()[0]
            found |= {words[0][0] + last, "".join(word[0] for word in words[:-1]) + last}
    return found


@lru_cache(maxsize=10_000)
def is_made_of_beginnings(code: str, words: tuple[str, ...]) -> bool:
    """Whether a code is the beginnings of two and more words of a name, the last of them first or in their order."""
    if not 2 <= len(code) <= LONGEST_WORD or len(words) < 2:
        return False
    return _is_in_order(code, words) or _is_in_order(code, (words[-1], *words[:-1]))


def _is_in_order(code: str, words: tuple[str, ...]) -> bool:
    reached = {(0, 0)}  # how far in the code, by how many words; two and more are the same
    for word in words[:MOST_WORDS]:
        reached |= {
            (at + length, min(used + 1, 2))
            for at, used in reached
            for length in range(1, len(word) + 1)
            if code.startswith(word[:length], at)
        }
    return (len(code), 2) in reached


def _is_no_word(folded: str) -> bool:
    """Whether letters can be no Danish word: they have no vowel, or end as none does."""
    if not _has_vowel(folded):
        return True
    ends = folded[-2:]
    return len(folded) >= SHORTEST_NO_WORD and not _has_vowel(ends) and ends not in CODAS


def _has_vowel(code: str) -> bool:
    return not VOWELS.isdisjoint(plain(code))
