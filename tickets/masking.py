"""Masking: a text without what names the one who asked anonymously. Pure functions in linear time.

Texts and names are compared folded: lower case, å as aa, ø as oe, no soft hyphens, hyphenated lines joined, what came
out in the wrong character set put right (`garbled`). What is found is replaced in the text as it stood. Of an
organisation too much is masked rather than too little; of names that are ordinary words (Bo, Lund) only what is written
as a name.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from html import unescape
from urllib.parse import unquote

from tickets.garbled import MISREAD, garbled, has_lost_letters, is_readable, repair, repair_run

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
ESCAPED = (  # RFC 3986 2.1, HTML, RFC 5890 2.3.2.1
    r"(?:%[0-9A-Fa-f]{2}){1,40}|&#?[0-9A-Za-z]{2,8};|(?<![0-9A-Za-z-])[Xx][Nn]--[0-9A-Za-z-]{1,59}"
)
TO_FOLD = re.compile(rf"{MISREAD}|[^\x00-\x7f]|(?<=[^\W\d_])-[ \t]*\n[ \t>]*(?=[^\W\d_])|{ESCAPED}")
SPACES = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f", " "))
LEFT, RIGHT = r"(?<![^\W\d_])", r"(?![^\W\d_])"
KOMMUNE = r"(?:[\W_]{0,3}(?:regions)?kommun[^\W\d_]{0,12})"
BETWEEN = r"(?:[._/\u2010-\u2015-]|,?[\s>]{1,6})?"  # the words of a name
GENITIVE = r"(?P<s>['’]?e?s)?"
ORDINARY_PLACES = {"vejle", "vejen", "skive", "odder", "faxe", "greve", "lejre", "toender", "struer", "brande", "varde"}
ORDINARY_ENDINGS = r"(?:-?(?:kommun|borger|egn|by|sag|skole|raadhus|nser)[^\W\d_]{0,30}|-[^\W\d_]{1,40})"
CODE = r"[^\W_]{0,10}\d[^\W_]{0,10}"  # of a user or a case, that begins with what the organisation is called for short
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
NO_NAMES = PARTICLES | DESKS
GENERAL_LABELS = DESKS | {"www", "kommuner", "regioner", "org", "gov", "net", "com", "dk"}
TOP_LEVELS = r"(?:dk|com|org|net|eu|info|local|lan|int|gov|io)"
TOKEN = re.compile(r"[^\s<>()\[\]{}\"'’;,|]+")
WEB = re.compile(rf"://|\bwww\.|[^\W_]\.{TOP_LEVELS}(?:$|[/?#:])", re.IGNORECASE)
NAME_BEFORE_ADDRESS = re.compile(r"(?:[A-ZÀ-ÖØ-Þ][\w.'’-]{0,30}[ ](?:(?:von|van|der|den|de|af|la)[ ]){0,2}){1,5}<$")
PHONES = re.compile(
    r"(?<![\w-])(?:lokal(?:nr|nummer|tlf)?[.: ]{1,3}\d{2,5}|(?:\+|00)45[ .]{0,2}(?:\d[ .-]?){7}\d"
    r"|\d\d(?: \d\d){3}|\d\d(?:\.\d\d){3}"
    r"|(?:tlf|telefon|tel|mobil|mob|direkte|dir|phone)[a-z]{0,7}\W{1,3}(?:til |på |nr\W{1,2})?(?:\d[ .-]?){7}\d"
    r"|(?<=ring )(?:\d[ .-]?){7}\d|(?<=ring på )(?:\d[ .-]?){7}\d|(?<=ring til )(?:\d[ .-]?){7}\d)(?![\w-])",
    re.IGNORECASE,
)
NUMBERS = re.compile(  # of companies, of where they get invoices, and of municipalities
    r"\b(?:cvr|ean|gln|se)(?:[-. ]{0,2}(?:nr|nummer|lokationsnummer))?[.: ]{0,3}\d[\d ]{6,15}\d\b"
    r"|\bp-(?:nr|nummer)[.: ]{0,3}\d{10}\b|\b579\d{10}\b"
    r"|\b(?:kommune|myndigheds)-?(?:kode|nr|nummer)[.: ]{0,3}\d{3,4}\b",
    re.IGNORECASE,
)
STREET_NAME = r"[A-ZÆØÅ][\w.'’-]{2,30}(?: (?:[A-ZÆØÅ][\w.'’-]{0,30}|af|de|den|og)){0,3} \d{1,3}(?: ?[A-Z])?"
STREET = re.compile(rf"{STREET_NAME}(?=\s*(?:$|[^\w\s./-]))")
STREET_BEFORE = re.compile(rf"(?<!\w){STREET_NAME},?[ \n>]{{1,4}}\Z")
LONGEST_STREET = 80
CONTACT = r"(?:tlf|telefon|tel|mobil|mob|direkte|dir|lokal|phone|fax|ring|e-?mail|mail|www|cvr|ean|web)"
TOWN = r"[A-ZÆØÅ][^\W\d_]+(?:[ -][A-ZÆØÅ][^\W\d_]*){0,2}"
CITY = re.compile(
    rf"(?<![\w-])(?<!\d )(?!20(?:0[1-9]|[123]))\d{{4}} {{1,2}}(?!(?i:{CONTACT}))(?P<city>{TOWN}?)"
    rf"(?=\s*(?:$|[^\w\s]|(?i:{CONTACT})))"
)
NO_STREET = re.compile(rf"\b(?:{CONTACT}|artikel|art|stk|litra|kapitel|bilag|side|kl|uge|nr)\b", re.IGNORECASE)
LONGEST_ADDRESS_LINE = 300
BEFORE_INITIALS = (
    r"(?:^[ \t>]*[-–/]{0,2}(?=[^\W\d_]{2,6}(?:[ \t]*$|[,.:/]|(?-i: [a-zæøå])))|/ ?"
    r"|\((?=[^()\n]{2,5}\))(?!(?:DE|SE|NO|FI|FR|ES|NL|BE|AT|PL|IE|ME)\))"
    r"|\b(?:hej|kære|hi|dear|mvh|vh|hilsen|hilsner|regards)[.,]? )"
)
ABBREVIATIONS = {
    "ai", "cpr", "cvr", "dk", "dpo", "ean", "edb", "eu", "hr", "id", "it", "ki", "kl", "obs", "os", "ps", "sms", "uk",
    "us", "vs",
}  # fmt: skip
MOST_INITIALS = 60
INITIAL_BEFORE = re.compile(r"(?<![^\W_])([A-ZÆØÅ])(?:\. ?| )\Z")
INITIAL_BEHIND = re.compile(r" ([A-ZÆØÅ])(?![^\W_])\.?")
GREETING = re.compile(
    r"\s*(?:hej|hejsa|hallo|kære|goddag|god dag|godmorgen|god morgen|hello|hi|dear)\b[^\n]{0,60}$", re.IGNORECASE
)
SIGN_OFF = re.compile(
    r"\s*(?:(?:(?:med )?(?:(?:de|en) )?(?:venlig|bedste|mange|kærlig|god)e? )?(?:hilsen|hilsner)|mvh|vh|dbh|kh"
    r"|(?:with )?(?:kind|best|warm)(?:est)? regards|regards|sincerely)\b[^\n]{0,60}$|--\s?$",
    re.IGNORECASE,
)
INITIALS = re.compile(r"\s*[-/]{0,2}[A-ZÆØÅ]{1,4}\.?\s*$")
BESIDE = re.compile(r"[|·•●]")
REACHED = re.compile(r"@|\d\d[ .]?\d\d[ .]?\d\d[ .]?\d\d|www\.")
NOTHING_LEFT = re.compile(r"(?:\[(?:navn|kommunen|e-mail|telefon)\]s?|[\W_])*")
OLD_FIELD = re.compile(
    r"[\s>*_]{0,10}(?:fra|til|cc|kopi|bcc|sendt|from|to|sent|afsender|modtager)\s?\*{0,2}:", re.IGNORECASE
)
WORD = re.compile(r"[^\W\d_]+")
ENDINGS = re.compile(  # of files, that tell nothing but what they are
    r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|od[tspgf]|ot[tsp]|txt|text|md|csv|tsv|log|html?|xml|json|png|jpe?g|gif|webp|bmp|tiff?"
    r"|svg|heic|eml|msg|ics|vcf|zip)",
    re.IGNORECASE,
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
        plain = _fold_piece(found.group())
        pieces += [text[last : found.start()], plain]
        length += found.start() - last + len(plain)
        last = found.end()
        if len(plain) != found.end() - found.start():
            shifts.append((length, last - length))
    pieces.append(text[last:])
    return Folded("".join(pieces).lower(), tuple(shifts))


def _fold_piece(piece: str) -> str:
    """What stands for a letter beyond ASCII, for a hyphen at a line's end, or for what is garbled or escaped."""
    if len(piece) == 1:
        return _fold_letter(piece)
    if piece[0] == "-":
        return ""
    if piece[0] == "%":
        return plain(unquote(piece, errors="replace"))
    if not piece.isascii():
        return plain(repair_run(piece))
    return plain(unescape(piece) if piece[0] == "&" else _unicode_domain(piece.lower()))


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


FOLDED_ORDINARY = frozenset(map(plain, ORDINARY_NAMES))


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

    def is_in_host(self, place: int) -> bool:
        """Whether this place is in the name of a server, and not in what lies on it."""
        start, end = self.token_at(place)
        begin = self.text.find("://", start, place) + 3 if "://" in self.text[start:place] else start
        return self.is_web_address(start, end) and not any(mark in self.text[begin:place] for mark in "/?#")

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


class _Garbled:
    """Names that are looked for where their letters came out wrong, and what stands for them."""

    def __init__(self, names: Collection[str], placeholder: str) -> None:
        self._pattern, self._placeholder = garbled(names), placeholder
        self._as_they_are = frozenset(map(plain, names))

    def find(self, text: str) -> Iterator[Span]:
        for found in self._pattern.finditer(text) if self._pattern else ():
            if plain(found.group()) in self._as_they_are:
                continue
            end = found.end()
            while end < len(text) and end < found.end() + LONGEST_WORD and text[end].isalpha():
                end += 1
            ending = "s" if text[end - 1] == "s" and end > found.end() else ""
            yield Span(found.start(), end, self._placeholder, ending)


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
        """A name for a file: masked, or of no meaning where something of the asker may be left in it."""
        stem, ending = _split_name(repair(name))
        masked = self.apply(stem).text
        if self._short_names:
            masked = self._short_names.sub(NAME, masked)
        words = set(map(plain, WORD.findall(masked)))
        if not is_readable(stem) or self._is_hidden_in(masked) or words & self._labels - ORDINARY_PLACES:
            return nameless(name, number)
        return f"{masked}{ending}"

    def is_named_in(self, text: str) -> bool:
        """Whether the text names the asker: as a reader finds it, or hidden inside of other words."""
        text = repair(unicodedata.normalize("NFC", text))
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
        return frozenset({*whole, *parts} - ORDINARY_PLACES - FOLDED_ORDINARY - {""})

    # -- finding

    def _find(self, looked_at: Text) -> Iterator[Span]:
        text = looked_at.text.translate(SPACES)
        yield from self._addresses(looked_at)
        yield from self._domains(looked_at)
        yield from self._organisations(looked_at)
        yield from self._people(looked_at)
        yield from self._garbled_names(looked_at.text)
        phones = [found.span() for found in PHONES.finditer(text)]
        yield from (Span(*span, PHONE) for span in phones)
        yield from (Span(*found.span(), ORGANISATION) for found in NUMBERS.finditer(text))
        yield from self._streets(looked_at)
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
                if needs_capital and not text[named].isupper() and not looked_at.is_in_host(named):
                    continue
                start = looked_at.word_start(folded.origin(found.start()))
                first, last = looked_at.token_at(named)
                if looked_at.is_web_address(first, last):
                    yield Span(min(start, first), max(end, last), ORGANISATION)
                    continue
                street = STREET_BEFORE.search(text[max(0, start - LONGEST_STREET) : start])
                if street and not NO_STREET.search(street.group()):
                    start -= len(street.group())
                ending = found.group()[found.end("name") - found.start() :]
                yield Span(start, end, ORGANISATION, "s" if ending.endswith("s") else "")

    def _people(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for pattern, needs_capital in self._name_patterns:
            for found in pattern.finditer(folded.text):
                start, end = folded.origin(found.start()), folded.origin(found.end())
                if not needs_capital or text[start].isupper():
                    yield Span(*self._with_initials(text, start, end), NAME, "s" if found.group("s") else "")
        for found in self._initials.finditer(text) if self._initials else ():
            if found["name"].isupper():
                yield Span(*found.span("name"), NAME)

    def _garbled_names(self, text: str) -> Iterator[Span]:
        """Names whose letters beyond ASCII were lost on the way, or came out as something else."""
        for names in self._garbled_own:
            yield from names.find(text)
        if has_lost_letters(text):
            yield from self._garbled_colleagues.find(text)

    def _with_initials(self, text: str, start: int, end: int) -> tuple[int, int]:
        """A name and the first letters of the asker's other names beside it: M. Jensen, Mette J."""
        before, behind = INITIAL_BEFORE.search(text[max(0, start - 4) : start]), INITIAL_BEHIND.match(text, end)
        if before and plain(before.group(1))[0] in self._first_letters:
            start -= len(before.group())
        if behind and plain(behind.group(1))[0] in self._first_letters:
            end = behind.end()
        return start, end

    def _streets(self, looked_at: Text) -> Iterator[Span]:
        """Where the organisation lies, as the signature tells."""
        if self._address:
            folded = looked_at.folded
            for found in self._address.finditer(folded.text):
                yield Span(folded.origin(found.start()), folded.origin(found.end()), ORGANISATION)

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
    def _address_lines(self) -> list[str]:
        """The lines of the signature in which an address may stand."""
        return [line.translate(SPACES).strip() for line in self.names.signature if len(line) <= LONGEST_ADDRESS_LINE]

    @cached_property
    def _address(self) -> re.Pattern[str] | None:
        """An expression for addresses of the signature, over folded text: a street is above a town or beside it."""
        lines, told = self._address_lines, set[str]()
        for line, below in zip(lines, [*lines, ""][1:], strict=True):
            told |= {found.group() for found in CITY.finditer(line)}
            if CITY.search(line) or CITY.match(below) or any(place in plain(line) for place in self._places):
                told |= {found.group() for found in STREET.finditer(line) if not NO_STREET.search(found.group())}
        words = [re.findall(r"[^\W_]+", plain(one)) for one in sorted(told, key=len, reverse=True)]
        alternatives = "|".join(r"[\W_]{1,4}".join(map(_loosened, one)) for one in words)
        return re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])") if told else None

    @cached_property
    def _towns(self) -> frozenset[str]:
        """The towns of the signature: where the organisation lies."""
        cities = (re.sub(r" .$", "", found["city"]) for line in self._address_lines for found in CITY.finditer(line))
        return frozenset(plain(city) for city in cities if len(city) > 2)

    @cached_property
    def _first_letters(self) -> frozenset[str]:
        return frozenset(word[0] for name in self.names.people for word in _words_of_name(name))

    @cached_property
    def _told_initials(self) -> str:
        """Alternatives for what people sign with for short: MJ, MEJ, MJE, MEJE."""
        found: set[str] = set()
        for name in self.names.people:
            words = _words_of_name(name)
            if len(words) > 1:
                first, last = words[0], words[-1]
                found.add("".join(word[0] for word in words))
                found |= {first[:one] + last[:two] for one in (1, 2, 3) for two in (1, 2, 3) if one + two <= 5}
        return "|".join(sorted(found - ABBREVIATIONS, key=lambda one: (-len(one), one))[:MOST_INITIALS])

    @cached_property
    def _initials(self) -> re.Pattern[str] | None:
        """An expression for initials where people write them for names."""
        told = rf"{BEFORE_INITIALS}(?P<name>{self._told_initials})(?=$|[\s,.!:;/)])"
        return re.compile(told, re.MULTILINE | re.IGNORECASE) if self._told_initials else None

    @cached_property
    def _short_names(self) -> re.Pattern[str] | None:
        """An expression for initials in the name of a file."""
        told = self._told_initials.upper()
        return re.compile(rf"(?<![^\W_])(?:{told})(?![^\W_])") if told else None

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], bool], ...]:
        """Expressions for the organisation over folded text, and whether they need a capital letter."""
        places = self._places | self._labels | self._towns
        ordinary = {one for one in places if one in ORDINARY_PLACES or (len(one) <= 3 and one.isalpha())}
        inside = {one for one in places - ordinary if len(one) >= LONG}
        beginning = places - ordinary - inside
        short = {loose for one in beginning if (loose := _loosened(one, LONG - 2)) != one and len(one) < LONG - 1}
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
        if short:
            patterns.append((rf"{LEFT}(?P<name>{'|'.join(sorted(short))}){GENITIVE}{KOMMUNE}?{RIGHT}", True))
        if ordinary:
            alternatives = _alternatives(ordinary)
            patterns.append((rf"{LEFT}(?P<name>{alternatives})[\W_]{{0,3}}{KOMMUNE}", False))
            patterns.append(
                (rf"{zip_code}{LEFT}(?P<name>{alternatives})(?:['’]?s|{ORDINARY_ENDINGS}|{CODE})?{RIGHT}", True)
            )
        return tuple((re.compile(pattern), needs_capital) for pattern, needs_capital in patterns)

    @cached_property
    def _name_patterns(self) -> tuple[tuple[re.Pattern[str], bool], ...]:
        """Expressions for people over folded text, and whether they need a capital letter."""
        parts = {part for name in self.names.people for part in _parts(name)}
        ordinary = {one for one in parts if _is_ordinary(one)}
        locals_ = {plain(one).partition("@")[0] for one in self.names.emails}
        logons = {one for one in locals_ if len(one) > 2 and one not in DESKS and one not in ordinary}
        loose = {_loosened(one) for one in parts - ordinary} | {_spaced(one) for one in logons}
        written = {re.escape(one) for one in ordinary} | {_loosened(one, LONG - 2) for one in parts - ordinary}
        names = (*self.names.people, *self.names.colleagues)
        as_names = {spaced for name in names if _is_ordinary(name) for spaced in _whole_names(name)}
        whole = {spaced for name in names if not _is_ordinary(name) for spaced in _whole_names(name)}
        patterns = [(loose | whole, False), (written | as_names, True)]
        return tuple(
            (re.compile(rf"{LEFT}(?:{'|'.join(sorted(one, key=len, reverse=True))}){GENITIVE}{RIGHT}"), needs_capital)
            for one, needs_capital in patterns
            if one
        )

    @cached_property
    def _garbled_own(self) -> tuple[_Garbled, ...]:
        """What the organisation and the asker are called, where it came out in wrong letters."""
        names = self.names
        places = [word for word in WORD.findall(names.organisation) if plain(word) in self._places]
        towns = [found["city"] for line in self._address_lines for found in CITY.finditer(line)]
        hosts = [label for domain in names.domains for label in _unicode_domain(domain).split(".")[:-1]]
        people = [word for name in names.people for word in WORD.findall(name) if plain(word) in _parts(name)]
        return _Garbled([*places, *towns, *hosts], ORGANISATION), _Garbled(people, NAME)

    @cached_property
    def _garbled_colleagues(self) -> _Garbled:
        """The same of the colleagues; they are many, and looked for only where letters were lost."""
        return _Garbled(self.names.colleagues, NAME)

    @cached_property
    def _phones(self) -> set[str]:
        """Numbers of eight digits and more in the signature."""
        found = re.findall(r"(?<!\d)\+?\d(?:[ .-]?\d){7,13}(?!\d)", "\n".join(self.names.signature))
        return {re.sub(r"\D", "", one)[-8:] for one in found[:MOST_PHONES]}


def make_mask(names: Names) -> Mask:
    """The mask of one asker."""
    lines = (_bare(line) for line in names.signature[:MOST_LINES] if not SIGN_OFF.match(line[:200]))
    return Mask(names, frozenset(line for line in lines if len(line) > 5))


# -- pieces of the work ----------------------------------------------------------------


def nameless(name: str, number: int) -> str:
    """A name of no meaning for a file, with the ending that programs know it by."""
    return f"bilag-{number}{_split_name(name)[1]}"


def _split_name(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if ENDINGS.fullmatch(dot + ending) else (name, "")


def undress(text: str) -> list[str]:
    """The lines of a letter without the greeting at its top and the signature at its end."""
    return _undress(text)[0]


def undressed_of(text: str) -> list[str]:
    """The lines of the signature at the end of a letter, those that say something."""
    return [line for line in _undress(text[:LONGEST_TEXT])[1] if line.strip()]


def _undress(text: str) -> tuple[list[str], list[str]]:
    lines = text.strip("\n").split("\n")
    if lines and GREETING.match(lines[0]) and len(lines[0].split()) <= 6 and any(map(str.strip, lines[1:])):
        lines = lines[1:]
        while lines and not lines[0].strip():
            lines = lines[1:]
    whole = lines
    for number in range(len(lines) - 1, max(0, len(lines) - LONGEST_SIGNATURE - 1), -1):
        if SIGN_OFF.match(lines[number][:200]) and any(map(str.strip, lines[:number])):
            lines = lines[:number]
    kept = len(lines)
    while kept > 1 and (not lines[kept - 1].strip() or _is_signature(lines[kept - 1])):
        kept -= 1
    return lines[:kept], whole[kept:]


def _is_signature(line: str) -> bool:
    """Whether a last line is initials, or all that a signature tells, set beside one another."""
    return INITIALS.match(line) is not None or (
        len(BESIDE.findall(line[:300])) >= 3 and REACHED.search(line) is not None
    )


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
    """A name as written, with the last word first, and with a letter for its first word."""
    words = _words_of_name(name)
    if len(words) < 2:
        return set()
    orders = (words, [words[-1], *words[:-1]])
    return {BETWEEN.join(map(_loosened, one)) for one in orders} | {rf"{words[0][0]}\. ?{_loosened(words[-1])}"}


def _is_ordinary(name: str) -> bool:
    """Whether all words of a name are such as may be others."""
    return all(len(word) <= SHORT or word in FOLDED_ORDINARY for word in _words_of_name(name))


def _words_of_name(name: str) -> list[str]:
    bare = re.sub(r"\([^()]*\)", "", name)
    return [word for word in WORD.findall(plain(bare)) if word not in NO_NAMES]


def _loosened(word: str, shortest: int = LONG - 1) -> str:
    """An expression for a folded word that is also written as ASCII alone writes it: Hjorring, Arhus."""
    if len(word) < shortest:
        return re.escape(word)
    return re.sub(r"oe|ae|aa", r"\g<0>?", re.escape(word))


def _parts(name: str) -> set[str]:
    """The words of a person's name. What names a desk rather than a person has none."""
    words = WORD.findall(plain(name))
    return {word for word in words if len(word) > 1 and word not in NO_NAMES}


def _spaced(name: str) -> str:
    """An expression for a name whose words may be wrapped, quoted or tied by other marks."""
    words = re.findall(r"[^\W_]+", name)
    return BETWEEN.join(map(_loosened, words)) if words else re.escape(name)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(_spaced(one) for one in sorted(names, key=len, reverse=True))


def _unicode_domain(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
