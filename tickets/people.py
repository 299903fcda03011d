"""People: where a text names those whom nobody is to know, by their names or by their initials."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import combinations

from tickets.folding import plain
from tickets.names import DESKS, Names, is_ordinary, parts, words_as_written, words_of_name
from tickets.spans import NAME, Span, Text
from tickets.spellings import BETWEEN, GENITIVE, LEFT, LONG, RIGHT, loosened, spaced

BEFORE_INITIALS = (
    r"(?:^[ \t>]*[-–/]{0,2}(?=[^\W\d_]{2,6}(?:[ \t]*$|[,.:/]|(?-i: [a-zæøå])))|/ ?"
    r"|\((?=[^()\n]{2,5}\))(?!(?:DE|SE|NO|FI|FR|ES|NL|BE|AT|PL|IE|ME)\))"
    r"|\b(?:hej|kære|hi|dear|mvh|vh|hilsen|hilsner|regards)[.,]? )"
)
ABBREVIATIONS = {
    "ai", "cpr", "cvr", "dk", "dpo", "ean", "edb", "eu", "hr", "id", "it", "ki", "kl", "obs", "os", "ps", "sms", "uk",
    "us", "vs",
}  # fmt: skip
MOST_INITIALS = 120
FOLDED_LETTERS = ("aa", "ae", "oe")
SHORTEST_WITH_INITIAL = 3  # letters of a name to which another's first letter may be tied: MetteK
INITIAL_BEFORE = re.compile(r"(?<![^\W_])([A-ZÆØÅ])(?:[.-] ?| )\Z")
INITIAL_BEHIND = re.compile(r"[ ._-]([A-ZÆØÅ])(?![^\W_])\.?")


class People:
    """Finds the people of some names, and their colleagues by full name."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def find(self, looked_at: Text) -> Iterator[Span]:
        yield from self._named(looked_at)
        yield from self._tied_to_initials(looked_at)
        yield from self._by_initials(looked_at.text)

    def in_file_name(self, stem: str) -> str:
        """The name of a file with initials masked that stand in it as a word."""
        return self._short_names.sub(NAME, stem) if self._short_names else stem

    def _named(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for pattern, needs_capital in self._patterns:
            for found in pattern.finditer(folded.text):
                start, end = folded.origin(found.start()), folded.origin(found.end())
                if not needs_capital or text[start].isupper():
                    yield Span(*self._with_initials(text, start, end), NAME, "s" if found.group("s") else "")

    def _with_initials(self, text: str, start: int, end: int) -> tuple[int, int]:
        """A name and the first letters of the asker's other names beside it: M. Jensen, Mette J."""
        before, behind = INITIAL_BEFORE.search(text[max(0, start - 4) : start]), INITIAL_BEHIND.match(text, end)
        if before and plain(before.group(1))[0] in self._first_letters:
            start -= len(before.group())
        if behind and plain(behind.group(1))[0] in self._first_letters:
            end = behind.end()
        return start, end

    def _tied_to_initials(self, looked_at: Text) -> Iterator[Span]:
        """A name and first letters of the others in one word, each with its capital: MetteK, MKlitgaard."""
        text, folded = looked_at.text, looked_at.folded
        for found in self._tied.finditer(folded.text) if self._tied else ():
            firsts = [text[folded.origin(found.start(name))] for name in ("before", "name", "behind") if found[name]]
            is_no_word = found["behind"] and not firsts[-1].isascii()  # metteø
            if len(firsts) > 1 and (is_no_word or all(map(str.isupper, firsts))):
                yield Span(folded.origin(found.start()), folded.origin(found.end()), NAME)

    def _by_initials(self, text: str) -> Iterator[Span]:
        for found in self._initials.finditer(text) if self._initials else ():
            if found["name"].isupper():
                yield Span(*found.span("name"), NAME)
        for found in self._dotted.finditer(text) if self._dotted else ():
            yield Span(*found.span(), NAME)

    # -- what is looked for

    @cached_property
    def _first_letters(self) -> frozenset[str]:
        return frozenset(word[0] for name in self._names.people for word in words_of_name(name))

    @cached_property
    def initials(self) -> tuple[str, ...]:
        """What people sign with for short, the longest first: MEJE, MEJ, MJE, MJ. A Ø may be an O in them."""
        found: set[str] = set()
        for name in self._names.people:
            for words in (words_of_name(name), [word.lower() for word in words_as_written(name)]):
                found |= set(_initials_of(words))
        return tuple(sorted(found - ABBREVIATIONS, key=lambda one: (-len(one), one))[:MOST_INITIALS])

    @cached_property
    def _initials(self) -> re.Pattern[str] | None:
        """An expression for initials where people write them for names."""
        told = rf"{BEFORE_INITIALS}(?P<name>{'|'.join(self.initials)})(?=$|[\s,.!:;/)])"
        return re.compile(told, re.MULTILINE | re.IGNORECASE) if self.initials else None

    @cached_property
    def _dotted(self) -> re.Pattern[str] | None:
        """An expression for initials with a full stop behind each, which are taken for nothing else."""
        told = "|".join(r"\. ?".join(one.upper()) for one in self.initials)
        return re.compile(rf"(?<![\w.])(?:{told})\.?(?![\w])(?!\.\w)") if told else None

    @cached_property
    def _short_names(self) -> re.Pattern[str] | None:
        """An expression for initials in the name of a file."""
        told = "|".join(self.initials).upper()
        return re.compile(rf"(?<![^\W_])(?:{told})(?![^\W_])") if told else None

    @cached_property
    def _tied(self) -> re.Pattern[str] | None:
        """An expression over folded text for names with a letter or two of other names before or behind them."""
        people = self._names.people
        known = {part for name in people for part in parts(name) if len(part) >= SHORTEST_WITH_INITIAL}
        words = {word for name in people for word in words_of_name(name)}
        first = {word[0] for word in words} | {word[:2] for word in words if word[:2] in FOLDED_LETTERS}
        letters = "|".join(sorted(first, key=len, reverse=True))
        names = "|".join(sorted(map(loosened, known), key=len, reverse=True))
        around = rf"(?P<before>(?:{letters}){{1,2}})?(?P<name>{names})(?P<behind>(?:{letters}){{1,3}})?"
        return re.compile(rf"{LEFT}{around}{RIGHT}") if known else None

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], bool], ...]:
        """Expressions for people over folded text, and whether they need a capital letter."""
        names = self._names
        known = {part for name in names.people for part in parts(name)}
        ordinary = {one for one in known if is_ordinary(one)}
        locals_ = {plain(one).partition("@")[0] for one in names.emails}
        logons = {one for one in locals_ if len(one) > 2 and one not in DESKS and one not in ordinary}
        loose = {loosened(one) for one in known - ordinary} | {spaced(one) for one in logons}
        written = {re.escape(one) for one in ordinary} | {loosened(one, LONG - 2) for one in known - ordinary}
        whole_names = (*names.people, *names.colleagues)
        as_names = {one for name in whole_names if is_ordinary(name) for one in _whole_names(name)}
        whole = {one for name in whole_names if not is_ordinary(name) for one in _whole_names(name)}
        patterns = [(loose | whole, False), (written | as_names, True)]
        return tuple((_any_of(one), needs_capital) for one, needs_capital in patterns if one)


def _any_of(spellings: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"{LEFT}(?:{'|'.join(sorted(spellings, key=len, reverse=True))}){GENITIVE}{RIGHT}")


def _whole_names(name: str) -> set[str]:
    """A name as written, with the last word first, and with a letter for its first word."""
    words = words_of_name(name)
    if len(words) < 2:
        return set()
    orders = (words, [words[-1], *words[:-1]])
    return {BETWEEN.join(map(loosened, one)) for one in orders} | {rf"{words[0][0]}\. ?{loosened(words[-1])}"}


def _initials_of(words: list[str]) -> Iterator[str]:
    """The first letters of the words of one name, of some of them, or some more of the first and the last."""
    if len(words) < 2:
        return
    yield "".join(word[0] for word in words)
    yield from (one[0] + other[0] for one, other in combinations(words, 2))
    for one, two in ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2)):
        yield words[0][:one] + words[-1][:two]
