"""What people may ask of the search index, read from what they typed: nothing dear."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache

from tickets.database.models import Status
from tickets.text.citations import read_citation
from tickets.text.garbled import composed
from tickets.text.stems import literals_of, stem_of, stems_of

LONGEST_QUERY = 200  # characters
MOST_TERMS = 20
SHORTEST_BEGINNING = 3
MOST_BEGINNINGS = 2
CITED_COUNTS = 2  # times a word
TICKET = re.compile(r"[A-Za-zÆØÅæøå]{1,8}-\d{1,9}")
BEGINNING = re.compile(rf"\w{{{SHORTEST_BEGINNING},}}[*]")
FIELDS = {
    "fra": "author", "from": "author", "kommune": "organisation", "municipality": "organisation",
    "stikord": "topic", "topic": "topic", "efter": "after", "after": "after", "før": "before", "foer": "before",
    "before": "before", "svar": "answered", "answer": "answered",
}  # fmt: skip
TERM = re.compile(
    rf"(?P<sign>[+-]*)(?:(?P<field>{'|'.join(FIELDS)}):(?:\"(?P<quoted>[^\"]*)\"?|(?P<value>\S+))"
    r"|\"(?P<phrase>[^\"]*)\"?|(?P<word>[^\s\"]+))",
    re.IGNORECASE,
)
TRUE, FALSE = ("ja", "yes", "1"), ("nej", "no", "0")
DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
DANISH_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
EVERYDAY = """
    aldrig altid andet andre bare bede beder borger borgere bruge bruger burde bør dear er findes finde finder første
    får få gerne gik give giver god goddag godt gør gøre gå går have hej hele help hello hilsen hjælpe hvilke hvilken
    hvordan hvorfor hvornår ingen ja jurist jurister kan kommune kommunen kommuner kun kære lade lader lyder læse med
    mellem mere mvh må nej nok nogen ny nye nyt os rigtig rigtigt råd se ser sidde sidder sidste sige siger skrive
    skriver spørge spørger spørgsmål stadig stå står svar svare så tak tre to uden ved venlig vide vores én ét
    a about and any are be can could do does for from has have how if in is it may must of on or our please question
    should thank thanks that the there this to we what when which who why with would you your
"""  # what every question is made of, and therefore says nothing of what it is about
SAYS_LITTLE = """
    alle allerede alt altså dag derfor desuden egentlig ellers endnu folk fordi foregår forhold først gang gange hel
    hellere hos hurtigt hvad hvem hvor høre igen imod ind indeholder kende kender klare klart kom komme kommer kunne
    lave laver laves lidt lige ligge ligger lille længe mange meget men mener mens mest mindst mindste muligt måske
    måtte netop noget nogle nu nå når ofte op par problem samme samt selv siden skal skulle slags små sommetider
    stadigvæk stor store sætte sætter tage tager ting tit tror under vare vedrørende ville være været år ønsker
"""  # so little that in a question, which has few words, it need not occur either


@cache
def everyday_stems() -> frozenset[str]:
    return frozenset(stems_of(EVERYDAY))


@cache
def stems_that_say_little() -> frozenset[str]:
    return everyday_stems() | frozenset(stems_of(SAYS_LITTLE))


@dataclass(frozen=True)
class Filters:
    """What a search is narrowed to; None: not by this."""

    list_key: int | None = None
    status: Status | None = None
    organisation_key: int | None = None  # the asker's

    def terms(self) -> tuple[tuple[str, str], ...]:
        """The fields of the index by name, each with what a ticket has to have there."""
        wanted = {"list": self.list_key, "status": self.status, "organisation": self.organisation_key}
        return tuple((name, str(value)) for name, value in wanted.items() if value is not None)


EVERYTHING = Filters()


@dataclass(frozen=True)
class Phrasing:
    """A way to say something: the terms of the index that a ticket needs for it, and how much that counts."""

    terms: tuple[str, ...]
    counts: float = 1.0
    is_loose: bool = False  # near to what was asked for, but not the same
    is_slip: bool = False  # of which the word may be a slip of the pen


@dataclass(frozen=True)
class Concept:
    """Something that was asked for, and the ways to say it; a phrase is said in one way alone."""

    ways: tuple[Phrasing, ...] = ()
    phrase: tuple[str, ...] = ()  # words as they were written, one behind the other
    beginning: str = ""  # of stems
    counts: float = 1.0
    is_everyday: bool = False  # need not occur, where other words do

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(term for way in self.ways for term in way.terms)


@dataclass(frozen=True)
class Question:
    """What a person asks of the archive."""

    wanted: tuple[Concept, ...] = ()  # all of it, most of it or, if need be, any of it
    needed: tuple[Concept, ...] = ()
    unwanted: tuple[Concept, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()  # fields of the index by name, and what a ticket has to have there
    after: datetime | None = None
    before: datetime | None = None
    ticket: str = ""  # the name of the ticket that is asked for, in lower case

    @property
    def is_empty(self) -> bool:
        return not (self.wanted or self.needed or self.is_narrowed or self.ticket)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.terms or self.after or self.before)

    @property
    def phrases(self) -> list[tuple[str, ...]]:
        """The phrases that were asked for, each as its words; also one of a single word."""
        return [concept.phrase for concept in self.needed if concept.phrase]

    @property
    def marked(self) -> frozenset[str]:
        """The stems and citations by which a hit is told."""
        return frozenset[str]().union(*(concept.terms for concept in (*self.wanted, *self.needed)))


@dataclass
class _Reading:
    """What has been read of a question so far."""

    wanted: list[Concept] = field(default_factory=list)
    needed: list[Concept] = field(default_factory=list)
    unwanted: list[Concept] = field(default_factory=list)
    terms: list[tuple[str, str]] = field(default_factory=list)
    after: datetime | None = None
    before: datetime | None = None
    beginnings: int = 0


def read_question(words: str) -> Question:
    """Words, +words, -words, "phrases", beginnings*, citations and `field:value`; whatever else is typed is a word."""
    words, at = " ".join(composed(words)[:LONGEST_QUERY].split()), 0
    if TICKET.fullmatch(words):
        return Question(ticket=words.lower())
    reading = _Reading()
    for _ in range(MOST_TERMS):
        while at < len(words) and words[at] == " ":
            at += 1
        found = TERM.match(words, at)
        if found is None:
            break
        at = _read_term(reading, words, found)
    return _finished(reading)


def _read_term(reading: _Reading, words: str, found: re.Match[str]) -> int:
    """Take in one term; where the next may begin."""
    if found["field"]:
        _read_field(reading, FIELDS[found["field"].lower()], found["quoted"] or found["value"] or "")
        return found.end()
    sign = found["sign"][-1:]
    concepts = reading.needed if sign == "+" else reading.unwanted if sign == "-" else reading.wanted
    if found["phrase"] is not None:
        phrase = tuple(literals_of(found["phrase"]))
        (reading.unwanted if sign == "-" else reading.needed).extend([Concept(phrase=phrase)] if phrase else [])
        return found.end()
    cited = read_citation(words, found.start("word"))
    if cited is not None:
        concepts += [Concept((Phrasing((term,)),), counts=CITED_COUNTS) for term in cited.whole]
        return cited.end
    concepts.extend(_read_word(reading, found["word"]))
    return found.end()


def _read_word(reading: _Reading, word: str) -> Iterator[Concept]:
    if BEGINNING.fullmatch(word):
        reading.beginnings += 1
        if reading.beginnings <= MOST_BEGINNINGS:
            yield Concept(beginning=_beginning(word[:-1].lower()))
        return
    for stem in stems_of(word):
        yield Concept((Phrasing((stem,)),), is_everyday=stem in stems_that_say_little())


def _beginning(text: str) -> str:
    """Among stems, those that begin as the stem of this beginning does."""
    stem = stem_of(text)
    return stem if text.startswith(stem) and len(stem) >= SHORTEST_BEGINNING else text


def _read_field(reading: _Reading, name: str, value: str) -> None:
    if name in ("after", "before"):
        when = _read_date(value)
        if name == "after":
            reading.after = when
        else:
            reading.before = when
    elif name == "answered":
        said = value.lower()
        reading.terms += [(name, "1" if said in TRUE else "0")] if said in (*TRUE, *FALSE) else []
    else:
        field_name = {"author": "authors", "organisation": "organisations", "topic": "topics"}[name]
        reading.terms += [(field_name, word) for word in literals_of(value) if word.isalnum()]


def _read_date(value: str) -> datetime | None:
    """The first moment of a year, month or day, as 2026, 2026-03, 2026-03-01 or 1.3.2026; None for none of these."""
    if found := DANISH_DATE.fullmatch(value):
        day, month, year = map(int, found.groups())
    elif found := DATE.fullmatch(value):
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    else:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _finished(reading: _Reading) -> Question:
    """Words that every question is made of need not occur, if there are others."""
    wanted = list(dict.fromkeys(reading.wanted))
    if all(one.is_everyday for one in wanted) and not reading.needed:
        wanted = [replace(one, is_everyday=False) for one in wanted]
    return Question(
        tuple(wanted), tuple(reading.needed), tuple(reading.unwanted), tuple(reading.terms), reading.after,
        reading.before,
    )  # fmt: skip


def minutes(at: datetime) -> int:
    """A time as the index has it: whole minutes since 1970."""
    return int(at.timestamp() // 60)
