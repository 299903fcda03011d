"""People: where a text names those whom nobody is to know: by their names, torn apart or run together, too."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from tickets.masking.doubts import is_near
from tickets.masking.initials import is_made_of_beginnings
from tickets.masking.misread import Figures
from tickets.masking.names import DESKS, Names, is_ordinary, parts, words_of_name
from tickets.masking.pieces import Pieces
from tickets.text.everyday import WORDS
from tickets.text.folding import plain
from tickets.text.spans import LONGEST_WORD, NAME, Span, Text, is_among_capitals
from tickets.text.spellings import BETWEEN, GENITIVE, LEFT, LONG, RIGHT, loosened, spaced

CAPITALISED = re.compile(r"(?<![^\W_])[A-ZÆØÅ][^\W\d_]{3,24}(?![^\W_])")
SHORTEST_MISSPELT = 5  # letters
ACTS = re.compile(  # what people do, behind a name that begins a sentence
    r"[ \n](?:har|er|og|fra|vil|skrev|skriver|siger|sagde|mener|mente|spørger|spurgte|svarede|svarer|sendte|ringede)\b"
)
FOLDED_LETTERS = ("aa", "ae", "oe")
SHORTEST_WITH_INITIAL = 3  # letters of a name to which another's first letter may be tied: MetteK
INITIAL_BEFORE = re.compile(r"(?<![^\W_])([A-ZÆØÅ])(?:[.-] ?| )\Z")
INITIAL_BEHIND = re.compile(r"[ ._-]([A-ZÆØÅ])(?![^\W_])\.?")
BEGINS_SENTENCE = re.compile(r"(?:^|[.!?:\n>*•–-])[ \t>]*\Z")
STOPPED = re.compile(r"[.!?][ \t>]*\Z")
GOES_ON = re.compile(r"[ \t\n]+[a-zæøå]")
SMALL_BEFORE = (  # a name that may be another word, too, where it can be nothing but a name, over folded text
    r"(?:\b(?:jeg hedder|mit navn er|(?:med )?venlig hilsen|mvh|vh|kh|hilsen|hilsner)[.,]?[ \n]{1,2}|\bv/ ?"
    r"|(?<=spoerg )|(?<=kontakt )|(?<=ring til )|(?<=skriv til )|(?<=kollega )|(?<=kollegaen ))"
)
LONG_ENOUGH = 6  # letters of a name that is known with one letter of another before or behind it
MAKES_WORDS = frozenset("rnstdel")  # behind a name: Heller, Liner
ENDINGS = frozenset({"en", "er", "et", "ed", "ne", "es", "re", "te", "de"})


class People:
    """Finds the people who are not to be named, and their colleagues by full name."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def find(self, looked_at: Text) -> Iterator[Span]:
        """Where a text names one of these persons, in whatever spelling."""
        yield from self._named(looked_at)
        yield from self._tied_to_initials(looked_at)
        yield from self._run_together(looked_at)
        folded = looked_at.folded
        for start, end in self._pieces.find(folded.text):
            yield Span(folded.origin(start), folded.origin(end), NAME)

    def find_loosely(self, looked_at: Text) -> Iterator[Span]:
        """The people by their names with a letter wrong, or a digit for it."""
        yield from self._misspelt(looked_at.text)
        yield from (Span(start, end, NAME) for start, end in self._figures.find(looked_at.text))
        folded = looked_at.folded
        for found in self._small.finditer(folded.text) if self._small else ():
            start, end = map(folded.origin, found.span(found.lastgroup or 0))
            yield Span(start, end, NAME)

    def _named(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for pattern, needs_capital in self._patterns:
            for found in pattern.finditer(folded.text):
                start, end = folded.origin(found.start()), folded.origin(found.end())
                if not needs_capital or _is_written_as_name(text, start, end, found.group()):
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

    def _run_together(self, looked_at: Text) -> Iterator[Span]:
        """A name with another, or with the beginning of one, in one word: klitgaardmette, metteklit."""
        folded = looked_at.folded
        for found in self._inside.finditer(folded.text) if self._inside else ():
            start, end = _word_around(folded.text, *found.span())
            if end - start > found.end() - found.start() and self._is_run_together(folded.text, start, end, found):
                yield Span(folded.origin(start), folded.origin(end), NAME)

    def _is_run_together(self, folded: str, start: int, end: int, found: re.Match[str]) -> bool:
        before, behind = folded[start : found.start()], folded[found.end() : end]
        if not any(is_made_of_beginnings(folded[start:end], words) for words in self._names_of_people):
            return False
        if len(before) + len(behind) > 1:
            return behind not in ENDINGS or bool(before)
        is_long = len(found.group()) >= LONG_ENOUGH
        return is_long if before else is_long or behind not in MAKES_WORDS

    def _misspelt(self, text: str) -> Iterator[Span]:
        """Names in which a letter is wrong, where they are written as names: Methe, Mætte."""
        for found in CAPITALISED.finditer(text) if self._told_apart else ():
            folded = plain(found.group())
            is_own, is_genitive = self._is_near(folded), self._is_near(folded.removesuffix("s"))
            if (is_own or is_genitive) and folded not in WORDS | self._names.visible_words:
                before = text[max(0, found.start() - 20) : found.start()]
                begins, goes_on = BEGINS_SENTENCE.search(before), GOES_ON.match(text, found.end())
                may_be_word = begins and (goes_on or STOPPED.search(before))
                if not may_be_word or ACTS.match(text, found.end()):
                    yield Span(*found.span(), NAME, "s" if not is_own else "")

    def _is_near(self, folded: str) -> bool:
        return any(is_near(folded, name) for name in self._told_apart)

    # -- what is looked for

    @cached_property
    def _told_apart(self) -> frozenset[str]:
        """Names that are known though a letter is wrong in them."""
        known = {part for name in self._names.people for part in parts(name) if not is_ordinary(part)}
        return frozenset(one for one in known if len(one) >= SHORTEST_MISSPELT)

    @cached_property
    def _names_of_people(self) -> frozenset[tuple[str, ...]]:
        return frozenset(tuple(words_of_name(name)) for name in self._names.people)

    @cached_property
    def _inside(self) -> re.Pattern[str] | None:
        """An expression over folded text for names of some length, wherever they are in a word."""
        known = {part for name in self._names.people for part in parts(name) if not is_ordinary(part)}
        return re.compile("|".join(sorted(map(loosened, known), key=len, reverse=True))) if known else None

    @cached_property
    def _small(self) -> re.Pattern[str] | None:
        """An expression over folded text for ordinary names in small letters: bo lund, "mvh lise"."""
        names = [words_of_name(name) for name in self._names.people]
        alone = {word for words in names for word in words if is_ordinary(word) and word not in WORDS}
        whole = {" ".join(words) for words in names if len(words) > 1 and not WORDS.issuperset(words)}
        ways = [rf"{SMALL_BEFORE}(?P<name>{'|'.join([*sorted(whole), *sorted(alone)])}){RIGHT}"] if alone else []
        ways += [rf"{LEFT}(?P<whole>{'|'.join(sorted(whole))}){RIGHT}"] if whole else []
        return re.compile("|".join(ways)) if ways else None

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces({part for name in self._names.people for part in parts(name) if part not in WORDS})

    @cached_property
    def _figures(self) -> Figures:
        return Figures({part for name in self._names.people for part in parts(name)})

    @cached_property
    def _first_letters(self) -> frozenset[str]:
        return frozenset(word[0] for name in self._names.people for word in words_of_name(name))

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
        whole_names = [one for name in (*names.people, *names.colleagues) for one in _with_fewer_words(name)]
        as_names = {one for name in whole_names if is_ordinary(name) for one in _whole_names(name)}
        whole = {one for name in whole_names if not is_ordinary(name) for one in _whole_names(name)}
        patterns = [(loose | whole, False), (written | as_names, True)]
        return tuple((_any_of(one), needs_capital) for one, needs_capital in patterns if one)


def _is_written_as_name(text: str, start: int, end: int, folded: str) -> bool:
    """Whether an ordinary word is a name here: it has a capital, and not as "Vi" at the beginning of a sentence."""
    if not text[start].isupper():
        return False
    if folded not in WORDS:
        return True
    begins = BEGINS_SENTENCE.search(text[max(0, start - 20) : start]) is not None
    return not (begins and GOES_ON.match(text, end)) and not is_among_capitals(text, start, end)


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the word around a place."""
    first, last = start, end
    while first > max(0, start - LONGEST_WORD) and text[first - 1].isalpha():
        first -= 1
    while last < min(len(text), end + LONGEST_WORD) and text[last].isalpha():
        last += 1
    return first, last


def _any_of(spellings: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"{LEFT}(?:{'|'.join(sorted(spellings, key=len, reverse=True))}){GENITIVE}{RIGHT}")


def _with_fewer_words(name: str) -> list[str]:
    """A name, and its first word with each one of the others: many leave out their middle name, or go by it."""
    first, *others = words_of_name(name) or [""]
    return [name, *(f"{first} {other}" for other in others if len(others) > 1 and len(other) > 1)]


def _whole_names(name: str) -> set[str]:
    """A name as written, with the last word first, and with a letter for its first word."""
    words = words_of_name(name)
    if len(words) < 2:
        return set()
    orders = (words, [words[-1], *words[:-1]])
    return {BETWEEN.join(map(loosened, one)) for one in orders} | {rf"{words[0][0]}\. ?{loosened(words[-1])}"}
