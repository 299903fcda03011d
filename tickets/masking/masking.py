"""Masking: a text without what names those who are not to be named. Pure functions in linear time.

Texts and names are compared folded (`folding`), and looked through by those who know one kind of name each: `people`,
`places`, `abbreviations`, `contacts`. What is found is replaced in the text as it stood. Of an organisation too much is
masked rather than too little; of names that are ordinary words (Bo, Lund) only what is written as a name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tickets.masking.abbreviations import Abbreviations
from tickets.masking.contacts import Contacts
from tickets.masking.doubts import find_doubts
from tickets.masking.everybody import Everybody
from tickets.masking.initials import Initials
from tickets.masking.misread import Misread
from tickets.masking.names import FOLDED_ORDINARY, Names, parts
from tickets.masking.organisations import called
from tickets.masking.persons import People
from tickets.masking.places import ORDINARY_PLACES, Places
from tickets.post import CleanFile
from tickets.text.folding import WORD, plain, unicode_domain
from tickets.text.frames import LONGEST_TEXT, OLD_FIELD, ends_letter, undress
from tickets.text.garbled import has_lost_letters, is_readable, repair
from tickets.text.greetings import greeted
from tickets.text.readings import unescape, unpack
from tickets.text.spans import NAME, ORGANISATION, PLACEHOLDERS, Span, Text, join
from tickets.text.spellings import LONG, SHORT

MOST_LINES = 60  # of signatures, that are known again where they are quoted
NOTHING_LEFT = re.compile(rf"(?:{PLACEHOLDERS.pattern}|[\W_])*")
ENDINGS = re.compile(  # of files, that tell nothing but what they are
    r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|od[tspgf]|ot[tsp]|txt|text|md|csv|tsv|log|html?|xml|json|png|jpe?g|gif|webp|bmp|tiff?"
    r"|svg|heic|eml|msg|ics|vcf|zip)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Masked:
    """A masked text, and what was replaced in it by what."""

    text: str
    replacements: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Mask:
    """Masks texts of one asker's ticket."""

    names: Names
    lines: frozenset[str] = field(default_factory=frozenset)  # of signatures, folded
    everybody: Everybody | None = None  # whom else nobody may be told, in what those write who may not know who asked

    # -- texts

    def apply(self, text: str) -> Masked:
        """The text with brackets in place of names: of everybody first, where the mask has them, then of the asker."""
        text = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
        first = _replace(text, self.everybody.find(Text(text))) if self.everybody else Masked(text)
        masked = _replace(first.text, self._find(Text(first.text)))
        return Masked(masked.text, (*first.replacements, *masked.replacements))

    def apply_to_letter(self, text: str, sign_off: str) -> Masked:
        """The new text of a message of the asker's, or of a hidden author's, without greeting and signature.

        `sign_off` has the lines in which the text takes leave, as the reader found them. Lines of the asker's other
        signatures and fields of old mail go too.
        """
        masked = self.apply("\n".join(self._own(undress(text[:LONGEST_TEXT], sign_off))))
        return Masked(_without_empty_end(masked.text), masked.replacements)

    def apply_to_others(self, text: str) -> Masked:
        """The new text of anybody else's message, without the names that it greets, and without such lines."""
        own = unicodedata.normalize("NFC", "\n".join(self._own(text[:LONGEST_TEXT].split("\n"))))
        return _replace(own, [*self._find(Text(own)), *self._greeted(own)])

    def _own(self, lines: Iterable[str]) -> Iterator[str]:
        return (line for line in lines if not OLD_FIELD.match(line) and _bare(line) not in self.lines)

    def file_name(self, name: str, number: int) -> str:
        """A name for a file: masked, or of no meaning where something of the asker may be left in it."""
        stem, ending = _split_name(repair(name))
        masked = self._initials.in_file_name(self.apply(stem).text)
        words = set(map(plain, WORD.findall(masked)))
        if not is_readable(stem) or self._is_hidden_in(masked) or words & self.names.labels - ORDINARY_PLACES:
            return nameless(name, number)
        return f"{masked}{ending}"

    def is_named_in_file(self, file: CleanFile) -> bool:
        """Whether a clean copy names the asker: in its words, in what they stand for, or in what is no text."""
        if self.everybody and self.everybody.is_named_in(file.words):
            return True
        unescaped = unescape(file.words)
        if self.is_named_in(file.words) or (unescaped != file.words and self.is_named_in(unescaped)):
            return True
        return any(self._is_hidden_in(repair(one)) for one in (file.traces, unpack(file.words)))

    def is_named_in(self, text: str) -> bool:
        """Whether the text names the asker: as a reader finds it, or hidden inside of other words."""
        text = repair(unicodedata.normalize("NFC", text))
        return self._is_hidden_in(text, LONG) or any(True for _ in self._find(Text(text)))

    def find_doubts(self, masked: str) -> tuple[str, ...]:
        """Words of a masked text that may still tell who asked."""
        return find_doubts(self.names, self._places.known, masked)

    def _is_hidden_in(self, text: str, shortest: int = SHORT + 1) -> bool:
        folded = plain(text)
        return any(needle in folded for needle in self._needles if len(needle) >= shortest)

    @cached_property
    def _needles(self) -> frozenset[str]:
        """Names that are long enough to be no accident inside of another word, where they must not stand either."""
        names = self.names
        whole = [
            *self._places.known,
            *names.labels,
            *map(plain, (*names.emails, *names.domains, *names.people)),
        ]
        of_people = [part for name in names.people for part in parts(name)]
        return frozenset({*whole, *of_people} - ORDINARY_PLACES - FOLDED_ORDINARY - {""})

    # -- finding

    def _find(self, looked_at: Text) -> Iterator[Span]:
        yield from self._contacts.find(looked_at)
        yield from self._places.find(looked_at)
        for one in self._abbreviations:
            yield from one.find(looked_at.text)
        yield from self._people.find(looked_at)
        yield from self._initials.find(looked_at)
        yield from self._garbled_names(looked_at.text)
        if self.everybody is None:  # what is masked of what others write must not tell who asked
            for finder in (self._places, self._people, self._initials):
                yield from finder.find_loosely(looked_at)

    def _greeted(self, text: str) -> Iterator[Span]:
        yield from (Span(start, end, NAME) for start, end in greeted(text, self.names.visible_words))

    def _garbled_names(self, text: str) -> Iterator[Span]:
        """Names whose letters beyond ASCII were lost on the way, or came out as something else."""
        for names in self._garbled_own:
            yield from names.find(text)
        if has_lost_letters(text):
            yield from self._garbled_colleagues.find(text)

    # -- what is looked for

    @cached_property
    def _contacts(self) -> Contacts:
        return Contacts(self.names, self._is_hidden_in)

    @cached_property
    def _places(self) -> Places:
        return Places(self.names)

    @cached_property
    def _abbreviations(self) -> tuple[Abbreviations, ...]:
        return tuple(Abbreviations(called(one)) for one in (self.names.organisation, *self.names.former))

    @cached_property
    def _people(self) -> People:
        return People(self.names)

    @cached_property
    def _initials(self) -> Initials:
        return Initials(self.names)

    @cached_property
    def _garbled_own(self) -> tuple[Misread, ...]:
        """The names of the organisation and of the asker, in wrong letters."""
        names = self.names
        places = [
            word
            for word in WORD.findall(" ".join((names.organisation, *names.former)))
            if plain(word) in self._places.known
        ]
        hosts = [label for domain in names.domains for label in unicode_domain(domain).split(".")[:-1]]
        people = [word for name in names.people for word in WORD.findall(name) if plain(word) in parts(name)]
        return Misread([*places, *self._places.streets.towns(), *hosts], ORGANISATION), Misread(people, NAME)

    @cached_property
    def _garbled_colleagues(self) -> Misread:
        """The names of the colleagues in wrong letters; they are many, and looked for only where letters were lost."""
        return Misread(self.names.colleagues, NAME)


def make_mask(names: Names, everybody: Everybody | None = None) -> Mask:
    """The mask of one asker: for what lawyers and the asker write or, with `everybody`, for what others do."""
    lines = (_bare(line) for line in names.signature[:MOST_LINES] if not ends_letter(line))
    return Mask(names, frozenset(line for line in lines if len(line) > 5), everybody)


# -- pieces of the work ----------------------------------------------------------------


def _replace(text: str, found: Iterable[Span]) -> Masked:
    spans = join(found, text)
    pieces: list[str] = []
    last = 0
    for span in spans:
        pieces += [text[last : span.start], span.placeholder, span.ending]
        last = span.end
    replaced = dict.fromkeys((" ".join(text[span.start : span.end].split()), span.placeholder) for span in spans)
    return Masked("".join([*pieces, text[last:]]), tuple(replaced))


def nameless(name: str, number: int) -> str:
    """A name of no meaning for a file, with the ending that programs know it by."""
    return f"bilag-{number}{_split_name(name)[1]}"


def _split_name(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if ENDINGS.fullmatch(dot + ending) else (name, "")


def _without_empty_end(text: str) -> str:
    """The text without last lines that say nothing once they are masked."""
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and NOTHING_LEFT.fullmatch(lines[-1][:200]):
        lines.pop()
    return "\n".join(lines)


def _bare(line: str) -> str:
    """A line folded, without marks of quotes and outer spaces, to be compared by."""
    return " ".join(plain(line[:300]).strip(" \t>*|").split())
