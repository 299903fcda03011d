"""Masking: a text without what names the one who asked anonymously. Pure functions in linear time.

Texts and names are compared folded: lower case, å as aa, ø as oe, no soft hyphens, hyphenated lines joined. What is
found is replaced in the text as it stood. Of an organisation too much is masked rather than too little; of names that
are ordinary words (Bo, Lund) only what is written as a name.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

ORGANISATION, NAME, EMAIL, PHONE = "[kommunen]", "[navn]", "[e-mail]", "[telefon]"
WEIGHTS = (EMAIL, ORGANISATION, NAME, PHONE)  # what overlaps is called by the first of these

LONGEST_TEXT = 100_000  # characters; others see no more of a masked text
MOST_PHONES = 20  # that are known again where they are spaced otherwise
MOST_LINES = 60  # of a signature, that are known again where they are quoted
LONGEST_ADDRESS = 300  # characters; what is longer is none
LONGEST_WORD = 60
SHORT = 4  # letters: names up to this length may be ordinary words
LONG = 7  # letters: places from this length on are found inside other words too

DANISH = {"å": "aa", "æ": "ae", "ø": "oe", "ä": "ae", "ö": "oe", "ü": "u", "đ": "d", "ł": "l"}
TO_FOLD = re.compile(r"[^\x00-\x7f]|(?<=[^\W\d_])-[ \t]*\n[ \t>]*(?=[^\W\d_])")
LEFT, RIGHT = r"(?<![^\W\d_])", r"(?![^\W\d_])"
KOMMUNE = r"(?:[\W_]{0,3}(?:regions)?kommun[^\W\d_]{0,12})"
BETWEEN = r"(?:[._/\u2010-\u2015-]|,?[\s>]{1,6})?"  # the words of a name
GENITIVE = r"(?P<s>['’]?e?s)?"
ORDINARY_PLACES = {"vejle", "vejen", "skive", "odder", "faxe", "greve", "lejre", "toender", "struer", "brande", "varde"}
ORDINARY_ENDINGS = r"(?:-?(?:kommun|borger|egn|by|sag|skole|raadhus|nser)[^\W\d_]{0,30}|-[^\W\d_]{1,40})"
NO_PLACES = {"hoeje", "region", "kommune", "regionskommune", "og", "i", "paa"}
GENITIVE_PLACES = {"koebenhavns", "bornholms", "nordfyns", "vesthimmerlands"}
ORDINARY_NAMES = {
    "april", "august", "bjerg", "bjørn", "bonde", "brandt", "eksempel", "fisker", "frede", "frost", "jurist", "jæger",
    "klint", "klokker", "konge", "kvist", "lykke", "marker", "møller", "nørre", "præst", "prins", "ridder", "rosen",
    "skytte", "sommer", "storm", "strand", "sønder", "vester", "vinter", "winter",
}  # fmt: skip
PARTICLES = {"von", "van", "der", "den", "de", "af", "la", "og", "via", "mr", "mrs", "fru", "hr", "dr", "cand", "jur"}
DESKS = {  # what is no person's name, in display names and local parts
    "afdeling", "afdelingen", "borgmester", "borgmesterens", "borgerservice", "center", "compliance", "data",
    "databeskyttelse", "databeskyttelsesraadgiver", "databeskyttelsesraadgiveren", "digitalisering", "direktion",
    "dpo", "faelles", "faellespost", "fjernpost", "forvaltning", "gdpr", "help", "hjaelp", "hovedpost", "hr", "info",
    "informationssikkerhed", "infosec", "it", "itsikkerhed", "jura", "jurist", "juridisk", "kommune", "kommunen",
    "konsulent", "kontakt", "kontor", "mail", "noreply", "organisation", "persondata", "personale", "post", "postkasse",
    "raadgiver", "raadhus", "region", "regionen", "sekretariat", "service", "sikkerhed", "sikkerpost", "stab",
    "staben", "team", "test",
}  # fmt: skip
GENERAL_LABELS = DESKS | {"www", "kommuner", "regioner", "org", "gov", "net", "com", "dk"}
TOP_LEVELS = r"(?:dk|com|org|net|eu|info|local|lan|int|gov|io)"
TOKEN = re.compile(r"[^\s<>()\[\]{}\"'’;,|]+")
WEB = re.compile(rf"://|\bwww\.|[^\W_]\.{TOP_LEVELS}(?:$|[/?#:])", re.IGNORECASE)
NAME_BEFORE_ADDRESS = re.compile(r"(?:[^\W\d_][\w.'’-]{0,30}[ ]){1,5}<$")
PHONES = re.compile(
    r"(?<![\w-])(?:(?:\+|00)45[ .]{0,2}(?:\d[ .-]?){7}\d|\d\d(?: \d\d){3}|\d\d(?:\.\d\d){3}"
    r"|(?:tlf|telefon|tel|mobil|mob|ring|direkte|dir|phone)[a-z]{0,7}\W{1,3}(?:til |på |nr\W{1,2})?"
    r"(?:\d[ .-]?){7}\d)(?![\w-])",
    re.IGNORECASE,
)
NUMBERS = re.compile(
    r"\b(?:cvr|ean|gln|se)(?:[-. ]{0,2}(?:nr|nummer|lokationsnummer))?[.: ]{0,3}\d[\d ]{6,15}\d\b", re.IGNORECASE
)
GREETING = re.compile(
    r"\s*(?:hej|hejsa|hallo|kære|goddag|god dag|godmorgen|god morgen|hello|hi|dear)\b[^\n]{0,60}$", re.IGNORECASE
)
SIGN_OFF = re.compile(
    r"\s*(?:(?:(?:med )?(?:(?:de|en) )?(?:venlig|bedste|mange|kærlig|god)e? )?(?:hilsen|hilsner)|mvh|vh|dbh|kh"
    r"|(?:with )?(?:kind|best|warm)(?:est)? regards|regards|sincerely)\b[^\n]{0,60}$|--\s?$",
    re.IGNORECASE,
)
INITIALS = re.compile(r"\s*[-/]{0,2}[A-ZÆØÅ]{1,4}\.?\s*$")
NOTHING_LEFT = re.compile(r"(?:\[(?:navn|kommunen|e-mail|telefon)\]s?|[\W_])*")
OLD_FIELD = re.compile(
    r"[\s>*_]{0,10}(?:fra|til|cc|kopi|bcc|sendt|from|to|sent|afsender|modtager)\s?\*{0,2}:", re.IGNORECASE
)
LONGEST_SIGNATURE = 40  # lines below a closing greeting


# -- folding ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Folded:
    """A text folded for comparing, and where each of its places was before."""

    text: str
    shifts: tuple[tuple[int, int], ...]  # from here on in `text`, so much further in the original

    def origin(self, place: int) -> int:
        found = bisect_right(self.shifts, (place, 1 << 60)) - 1
        return place + self.shifts[found][1] if found >= 0 else place


def fold(text: str) -> Folded:
    """The text in lower case, without accents, soft hyphens and hyphenation; å is aa, æ ae, ø oe."""
    pieces: list[str] = []
    shifts: list[tuple[int, int]] = []
    last = length = 0
    for found in TO_FOLD.finditer(text):
        plain = "" if found.group().startswith("-") else _fold_letter(found.group())
        pieces += [text[last : found.start()], plain]
        length += found.start() - last + len(plain)
        last = found.end()
        if len(plain) != found.end() - found.start():
            shifts.append((length, last - length))
    pieces.append(text[last:])
    return Folded("".join(pieces).lower(), tuple(shifts))


@cache
def _fold_letter(letter: str) -> str:
    lower = letter.lower()
    if lower in DANISH:
        return DANISH[lower]
    if unicodedata.category(letter) in ("Cf", "Mn"):
        return ""
    plain = unicodedata.normalize("NFKD", lower)
    return "".join(one for one in plain if unicodedata.category(one) != "Mn").lower() or lower


class _Folding(dict[int, str]):
    """How each letter is folded; found out when it is first met."""

    def __missing__(self, letter: int) -> str:
        self[letter] = _fold_letter(chr(letter)) if letter > 127 else chr(letter)
        return self[letter]


FOLDING = _Folding()


def plain(text: str) -> str:
    """The folded form alone, hyphenation left as it is."""
    return unicodedata.normalize("NFC", text).translate(FOLDING).lower()


class Text:
    """A text to be masked, folded, and the addresses that may stand in it."""

    def __init__(self, text: str) -> None:
        self.text, self.folded = text, fold(text)
        self._tokens = [found.span() for found in TOKEN.finditer(text)]
        self._starts = [start for start, _ in self._tokens]
        self._webs: dict[int, bool] = {}

    def token_at(self, place: int) -> tuple[int, int]:
        """From where to where the text goes on without a space or bracket around this place."""
        found = bisect_right(self._starts, place) - 1
        start, end = self._tokens[found] if found >= 0 else (place, place)
        if not start <= place < end or end - start > LONGEST_ADDRESS:
            return place, place
        token = self.text[start:end]
        start += len("mailto:") if token.lower().startswith("mailto:") else 0
        return min(start, place), max(end - len(token) + len(token.rstrip(".:!?*_")), place)

    def is_web_address(self, start: int, end: int) -> bool:
        if start not in self._webs:
            self._webs[start] = WEB.search(self.text, start, end) is not None
        return self._webs[start]

    def word_start(self, place: int) -> int:
        """Where the word begins that this place is in."""
        start = place
        while start > max(0, place - LONGEST_WORD) and self.text[start - 1].isalpha():
            start -= 1
        return start


# -- who is to be masked ---------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """All that is known to name an asker."""

    people: tuple[str, ...] = ()  # as the portal and as From give it
    emails: tuple[str, ...] = ()
    organisation: str = ""
    domains: tuple[str, ...] = ()  # A-labels
    colleagues: tuple[str, ...] = ()  # full names of others in the organisation
    signature: tuple[str, ...] = ()  # lines below the asker's letters


@dataclass(frozen=True)
class Masked:
    """A masked text, and what was replaced in it by what."""

    text: str
    replacements: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    placeholder: str
    ending: str = ""


@dataclass(frozen=True)
class Mask:
    """Masks texts of one asker's ticket."""

    names: Names
    lines: frozenset[str] = field(default_factory=frozenset)  # of the signature, folded

    # -- texts

    def apply(self, text: str) -> Masked:
        """The text with what names the asker replaced by words in brackets."""
        text = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
        spans = _join(self._find(Text(text)), text)
        pieces: list[str] = []
        last = 0
        for span in spans:
            pieces += [text[last : span.start], span.placeholder, span.ending]
            last = span.end
        replaced = dict.fromkeys((" ".join(text[span.start : span.end].split()), span.placeholder) for span in spans)
        return Masked("".join([*pieces, text[last:]]), tuple(replaced))

    def apply_to_letter(self, text: str, *, is_askers: bool) -> Masked:
        """The new text of a message: also without lines of the asker's signature, and of the old mail's fields.

        What the asker wrote loses greeting and signature too.
        """
        lines = undress(text[:LONGEST_TEXT]) if is_askers else text[:LONGEST_TEXT].split("\n")
        kept = [line for line in lines if not OLD_FIELD.match(line) and _bare(line) not in self.lines]
        masked = self.apply("\n".join(kept))
        return Masked(_without_empty_end(masked.text) if is_askers else masked.text, masked.replacements)

    def file_name(self, name: str, number: int) -> str:
        """A name for a file: masked, or of no meaning where something of the asker is left in it."""
        stem, ending = _split_name(name)
        masked = self.apply(stem).text
        return nameless(name, number) if self._is_hidden_in(masked) else f"{masked}{ending}"

    def is_named_in(self, text: str) -> bool:
        """Whether the text names the asker: as a reader finds it, or hidden inside of other words."""
        text = unicodedata.normalize("NFC", text)
        return self._is_hidden_in(text, LONG) or any(True for _ in self._find(Text(text)))

    def _is_hidden_in(self, text: str, shortest: int = SHORT + 1) -> bool:
        folded = plain(text)
        return any(needle in folded for needle in self._needles if len(needle) >= shortest)

    @cached_property
    def _needles(self) -> frozenset[str]:
        """What must not occur, not even inside of words: names long enough to be no accident."""
        names = self.names
        whole = [*self._places, *self._labels, *map(plain, (*names.emails, *names.domains, *names.people))]
        parts = [part for name in names.people for part in _parts(name)]
        return frozenset({*whole, *parts} - ORDINARY_PLACES - set(map(plain, ORDINARY_NAMES)) - {""})

    # -- finding

    def _find(self, looked_at: Text) -> Iterator[Span]:
        text = looked_at.text
        yield from self._addresses(looked_at)
        yield from self._domains(looked_at)
        yield from self._organisations(looked_at)
        yield from self._people(looked_at)
        phones = [found.span() for found in PHONES.finditer(text)]
        yield from (Span(*span, PHONE) for span in phones)
        yield from (Span(*found.span(), ORGANISATION) for found in NUMBERS.finditer(text))
        here = {re.sub(r"\D", "", text[start:end])[-8:] for start, end in phones[:MOST_PHONES]}
        if again := _numbers(self._phones | here):
            yield from (Span(*found.span(), PHONE) for found in again.finditer(text))

    def _addresses(self, looked_at: Text) -> Iterator[Span]:
        """Mail addresses of the asker and of everybody in the organisation, a name before `<` with them."""
        text = looked_at.text
        at = text.find("@")
        while at >= 0:
            start, end = looked_at.token_at(at)
            if start < at and self._is_theirs(text[start:end]):
                if named := NAME_BEFORE_ADDRESS.search(text, max(0, start - 120), start):
                    yield Span(named.start(), start - 2, NAME)
                yield Span(start, end, EMAIL)
            at = text.find("@", max(end, at + 1))

    def _is_theirs(self, address: str) -> bool:
        local, _, domain = plain(address).rpartition("@")
        domains = self._folded_domains
        if domain in domains or domain.endswith(tuple(f".{one}" for one in domains)):
            return True
        if local not in DESKS and any(plain(one).partition("@")[0] == local for one in self.names.emails):
            return True
        return self._is_hidden_in(address)

    def _domains(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for domain in self._folded_domains:
            for found in re.finditer(rf"(?<![a-z0-9-]){re.escape(domain)}(?![a-z0-9-]|\.[a-z0-9])", folded.text):
                first, last = folded.origin(found.start()), folded.origin(found.end())
                start, end = looked_at.token_at(first)
                placeholder = EMAIL if "@" in text[start:end] else ORGANISATION
                yield Span(min(start, first), max(end, last), placeholder)

    def _organisations(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for pattern, needs_capital in self._patterns:
            for found in pattern.finditer(folded.text):
                named, end = folded.origin(found.start("name")), folded.origin(found.end())
                if needs_capital and not text[named].isupper():
                    continue
                start = looked_at.word_start(folded.origin(found.start()))
                first, last = looked_at.token_at(named)
                if looked_at.is_web_address(first, last):
                    yield Span(min(start, first), max(end, last), ORGANISATION)
                    continue
                ending = found.group()[found.end("name") - found.start() :]
                yield Span(start, end, ORGANISATION, "s" if ending.endswith("s") else "")

    def _people(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for pattern, needs_capital in self._name_patterns:
            for found in pattern.finditer(folded.text):
                start = folded.origin(found.start())
                if not needs_capital or text[start].isupper():
                    yield Span(start, folded.origin(found.end()), NAME, "s" if found.group("s") else "")

    # -- what is looked for

    @cached_property
    def _folded_domains(self) -> tuple[str, ...]:
        own = (one.rpartition("@")[2] for one in self.names.emails)
        return tuple(dict.fromkeys(plain(_unicode_domain(one)) for one in (*self.names.domains, *own) if "." in one))

    @cached_property
    def _labels(self) -> frozenset[str]:
        """What domains call the organisation: odense in odense.dk."""
        labels = {label for domain in self._folded_domains for label in domain.split(".")[:-1][:1]}
        return frozenset(label for label in labels if len(label) > 1 and label not in GENERAL_LABELS)

    @cached_property
    def _places(self) -> frozenset[str]:
        """What the organisation is called without "Kommune", whole and in its parts."""
        name = plain(self.names.organisation)
        if not re.search(r"kommun|^region\b", name):
            return frozenset()
        words = [word for word in re.findall(r"[^\W_]+(?:-[^\W_]+)*", name) if word not in NO_PLACES]
        parts = [part for word in words for part in word.split("-") if len(part) > SHORT]
        bare = [word.removesuffix("s") for word in words if word in GENITIVE_PLACES]
        whole = " ".join(words)
        return frozenset(one for one in (whole, *words, *parts, *bare) if len(one) > 2 and one not in NO_PLACES)

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], bool], ...]:
        """Expressions for the organisation over folded text, and whether they need a capital letter."""
        places = self._places | self._labels
        ordinary = {one for one in places if one in ORDINARY_PLACES or (len(one) <= 3 and one.isalpha())}
        inside = {one for one in places - ordinary if len(one) >= LONG}
        beginning = places - ordinary - inside
        zip_code = r"(?:(?:dk[- ]?)?\b\d{4} {1,2})?"
        name = plain(self.names.organisation).strip()
        patterns: list[tuple[str, bool]] = []
        if name:
            patterns.append((rf"{LEFT}(?P<name>{_spaced(name)}){GENITIVE}{RIGHT}", len(name) <= 3))
        if inside:
            alternatives = _alternatives(inside)
            patterns.append((rf"{zip_code}(?P<name>{alternatives})[^\W\d_]{{0,40}}{KOMMUNE}?", False))
        if beginning:
            patterns.append((rf"{zip_code}{LEFT}(?P<name>{_alternatives(beginning)})[^\W\d_]{{0,40}}{KOMMUNE}?", False))
        if ordinary:
            alternatives = _alternatives(ordinary)
            patterns.append((rf"{LEFT}(?P<name>{alternatives})[\W_]{{0,3}}{KOMMUNE}", False))
            patterns.append((rf"{zip_code}{LEFT}(?P<name>{alternatives})(?:['’]?s|{ORDINARY_ENDINGS})?{RIGHT}", True))
        return tuple((re.compile(pattern), needs_capital) for pattern, needs_capital in patterns)

    @cached_property
    def _name_patterns(self) -> tuple[tuple[re.Pattern[str], bool], ...]:
        """Expressions for people over folded text, and whether they need a capital letter."""
        whole = {spaced for name in (*self.names.people, *self.names.colleagues) for spaced in _whole_names(name)}
        parts = {part for name in self.names.people for part in _parts(name)}
        ordinary = {one for one in parts if len(one) <= SHORT or one in map(plain, ORDINARY_NAMES)}
        locals_ = {plain(one).partition("@")[0] for one in self.names.emails}
        logons = {one for one in locals_ if len(one) > 2 and one not in DESKS and one not in ordinary}
        loose = {re.escape(one) for one in parts - ordinary} | {_spaced(one) for one in logons} | whole
        patterns = [(loose, False), ({re.escape(one) for one in ordinary}, True)]
        return tuple(
            (re.compile(rf"{LEFT}(?:{'|'.join(sorted(one, key=len, reverse=True))}){GENITIVE}{RIGHT}"), needs_capital)
            for one, needs_capital in patterns
            if one
        )

    @cached_property
    def _phones(self) -> set[str]:
        """Numbers of eight digits and more in the signature."""
        found = re.findall(r"(?<!\d)\+?\d(?:[ .-]?\d){7,13}(?!\d)", "\n".join(self.names.signature))
        return {re.sub(r"\D", "", one)[-8:] for one in found[:MOST_PHONES]}


def make_mask(names: Names) -> Mask:
    """The mask of one asker."""
    lines = (_bare(line) for line in names.signature[:MOST_LINES])
    return Mask(names, frozenset(line for line in lines if len(line) > 5))


# -- pieces of the work ----------------------------------------------------------------


def nameless(name: str, number: int) -> str:
    """A name of no meaning for a file, with the ending that programs know it by."""
    return f"bilag-{number}{_split_name(name)[1]}"


def _split_name(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, f".{ending}") if dot and len(ending) <= 5 and ending.isalnum() else (name, "")


def undress(text: str) -> list[str]:
    """The lines of a letter without the greeting at its top and the signature at its end."""
    lines = text.strip("\n").split("\n")
    if lines and GREETING.match(lines[0]) and len(lines[0].split()) <= 6 and any(map(str.strip, lines[1:])):
        lines = lines[1:]
        while lines and not lines[0].strip():
            lines = lines[1:]
    for number in range(len(lines) - 1, max(0, len(lines) - LONGEST_SIGNATURE - 1), -1):
        if SIGN_OFF.match(lines[number][:200]) and any(map(str.strip, lines[:number])):
            lines = lines[:number]
    while len(lines) > 1 and (not lines[-1].strip() or INITIALS.match(lines[-1])):
        lines.pop()
    return lines


def _without_empty_end(text: str) -> str:
    """The text without last lines that say nothing once they are masked."""
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and NOTHING_LEFT.fullmatch(lines[-1][:200]):
        lines.pop()
    return "\n".join(lines)


def _bare(line: str) -> str:
    """A line to be known again by: folded, without marks of quotes and spaces around."""
    return " ".join(plain(line[:300]).strip(" \t>*|").split())


def _join(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans in order; those that touch, or have only initials between them, made one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        last = joined[-1] if joined else None
        if last and span.start < last.end:
            placeholder = min(last.placeholder, span.placeholder, key=WEIGHTS.index)
            longer = span if span.end > last.end else last
            joined[-1] = Span(last.start, longer.end, placeholder, longer.ending)
        elif last and span.placeholder == last.placeholder == NAME and _is_nothing(text[last.end : span.start]):
            joined[-1] = Span(last.start, span.end, last.placeholder, span.ending)
        else:
            joined.append(span)
    return joined


def _is_nothing(between: str) -> bool:
    return len(between) <= 8 and re.fullmatch(r"[ ._-]?(?:[A-ZÆØÅ]\.? ?){0,2}", between) is not None


def _numbers(phones: Collection[str]) -> re.Pattern[str] | None:
    """An expression for these phone numbers, however they are spaced."""
    spaced = "|".join(r"[ .-]{0,2}".join(one) for one in sorted(phones))
    return re.compile(rf"(?<!\d)(?:\+?45[ .]{{0,2}})?(?:{spaced})(?!\d)") if spaced else None


def _whole_names(name: str) -> set[str]:
    """A name as written, and with the last word first."""
    words = [word for word in re.findall(r"[^\W\d_]+", plain(name)) if word not in PARTICLES]
    if len(words) < 2:
        return set()
    return {BETWEEN.join(map(re.escape, one)) for one in (words, [words[-1], *words[:-1]])}


def _parts(name: str) -> set[str]:
    """The words of a person's name. What names a desk rather than a person has none."""
    words = re.findall(r"[^\W\d_]+", plain(name))
    return {word for word in words if len(word) > 1 and word not in PARTICLES | DESKS}


def _spaced(name: str) -> str:
    """An expression for a name whose words may be wrapped, quoted or tied by other marks."""
    words = re.findall(r"[^\W_]+", name)
    return BETWEEN.join(map(re.escape, words)) if words else re.escape(name)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(_spaced(one) for one in sorted(names, key=len, reverse=True))


def _unicode_domain(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
