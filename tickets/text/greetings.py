"""Greetings: how letters begin and how they end, for all who look for the letter between."""

import re
from collections.abc import Collection, Iterator

from tickets.text.folding import plain

CLOSINGS = (
    "med venlig hilsen", "med de venligste hilsner", "med venlige hilsner", "med venlige hilsener", "venlig hilsen",
    "venlige hilsner", "venlige hilsener", "venligste hilsner", "med bedste hilsner",
    "de bedste hilsner", "bedste hilsner", "bedste hilsen", "med bedste hilsen", "bedste hilsener",
    "de bedste hilsener", "de venligste hilsner", "de venligste hilsener", "varme hilsner", "varme hilsener",
    "varm hilsen", "varmeste hilsner", "med varm hilsen", "med varme hilsner", "med de varmeste hilsner",
    "við vinarligari heilsan", "vinarlig heilsan", "vinarliga", "blíðar heilsanir", "heilsan",
    "inussiarnersumik inuulluaqqusillunga", "inussiarnersumik inuulluaqqusilluta", "bestu kveðjur", "mange hilsner",
    "mange hilsener", "mange hilsen", "en venlig hilsen", "en god hilsen", "med kærlig hilsen", "kærlig hilsen",
    "kærlige hilsner", "med mange hilsner", "med god hilsen", "med gode hilsner", "god hilsen",
    "gode hilsner", "gode hilsener", "med hilsen", "med hilsner", "hilsen", "hilsner", "hilsener", "mvh", "m.v.h",
    "vh", "v.h", "dbh", "d.b.h", "kh", "k.h", "på vegne af", "p.v.a", "p.v", "on behalf of",
    "with kind regards", "with best regards", "with warm regards", "with regards", "kindest regards", "kind regards",
    "best regards", "warmest regards", "warm regards", "regards", "best wishes", "yours sincerely", "yours faithfully",
    "sincerely yours", "sincerely", "med vänlig hälsning", "hälsningar", "hälsning", "bästa hälsningar",
    "många hälsningar", "med vänliga hälsningar", "vänliga hälsningar", "vänlig hälsning", "med vennlig hilsen",
    "vennlig hilsen", "mit freundlichen grüßen", "mit freundlichem gruß", "freundliche grüße", "viele grüße", "mfg",
    "cordialement", "bien cordialement", "met vriendelijke groet",
)  # fmt: skip
LONGEST_CLOSING_FIRST = tuple(sorted(CLOSINGS, key=len, reverse=True))
MAY_BEGIN_A_SENTENCE = ("på vegne af", "p.v.a", "p.v", "on behalf of")
LONGEST_CLOSING = 100  # characters of its line
AROUND_NAMES = {"og", "and", "fra", "af", "von", "van", "de", "der", "på", "vegne", "i", "/", "&", "-", "–"}
MOST_NAMES = 8  # words behind a closing greeting, on its own line
LAST_LINES = 4  # of a letter, among which it takes leave
LONGEST_BEHIND = 60  # characters behind a closing greeting that names or greets somebody at length

OPENING = r"(?:hej|hejsa|halløj|hallo|kære|goddag|god dag|godmorgen|god morgen|hello|hi|dear)"
GREETING = re.compile(rf"\s*{OPENING}\b[^\n]{{0,60}}$", re.IGNORECASE)
GREETED = re.compile(rf"^[ \t>]{{0,20}}{OPENING}[ ,]{{1,3}}(?P<who>[^\n]{{1,80}})", re.IGNORECASE | re.MULTILINE)
WHO = re.compile(r"[^\s,!:;?/()&]+")
INITIALS = re.compile(r"(?:[^\W\d_]\.){1,3}[^\W\d_]?|[^\W\d_]\.?")
MOST_GREETED = 6  # words
NOBODY = {  # whom or what a greeting may begin with, and names nobody
    "alle", "allesammen", "jer", "i", "igen", "kollega", "kolleger", "kollegaer", "spørger", "begge", "team", "dpo",
    "jurist", "jurister", "juristerne", "folk", "venner", "medlem", "medlemmer", "rådgiver", "rådgivere", "kommune",
    "kommunen", "kommuner", "forening", "kl", "datatilsynet", "all", "both", "everyone", "everybody", "there",
    "colleague", "colleagues", "tak", "tusind", "mange", "det", "den", "der", "ja", "nej", "vi", "jeg", "du", "man",
    "efter", "kan", "må", "skal", "hvis", "som", "her", "nu", "jo", "artikel", "på", "thanks", "thank", "the", "we",
}  # fmt: skip
TITLES = {"ms", "mr", "mrs", "hr", "fru", "frk", "dr", "prof"}
JOINING = {"og", "and", "von", "van", "de", "der", "af"}


def is_closing(line: str) -> bool:
    """Whether the line is a closing greeting and at most names behind it: "Mvh", "Med venlig hilsen Mette"."""
    rest = behind_closing(line)
    if rest is None:
        return False
    names = rest.replace(",", " ").replace(".", " ").replace("!", " ").split()
    return len(names) <= MOST_NAMES and all(name in AROUND_NAMES or not name[0].islower() for name in names)


def begins_closing(line: str) -> bool:
    """Whether the line begins with a closing greeting, whatever is said behind it: "Mvh mette", "Hilsen til alle"."""
    if line.lower().lstrip("* \t\xa0").startswith(MAY_BEGIN_A_SENTENCE):
        return is_closing(line)
    rest = behind_closing(line)
    return rest is not None and len(rest) <= LONGEST_BEHIND


def behind_closing(line: str) -> str | None:
    """What stands behind the closing greetings on a line; None if it begins with none."""
    look = line[: 2 * LONGEST_CLOSING].strip("* \t\xa0")
    if len(look) > LONGEST_CLOSING:
        return None
    rest = _behind_phrase(look)
    while rest is not None and (further := _behind_phrase(rest.lstrip("/|,. \t"))) is not None:
        rest = further  # "Venlig hilsen / Kind regards"
    return rest


def _behind_phrase(look: str) -> str | None:
    lowered = look.lower()
    if not lowered.startswith(LONGEST_CLOSING_FIRST):  # most lines, told in one step
        return None
    for phrase in LONGEST_CLOSING_FIRST:
        if lowered.startswith(phrase) and not lowered[len(phrase) : len(phrase) + 1].isalnum():
            return look[len(phrase) :]
    return None


def between_greetings(text: str) -> str:
    """A letter without the line that greets and the lines that take leave; as it is if nothing else stands in it."""
    lines = text.strip("\n").split("\n")
    if _is_greeting_alone(lines[0]):
        lines = lines[1:]
    for back, line in enumerate(reversed(lines[-LAST_LINES:]), start=1):
        if is_closing(line):
            lines = lines[:-back]
            break
    return "\n".join(lines).strip("\n") or text


def _is_greeting_alone(line: str) -> bool:
    """Whether a line greets and says no more: no sentence ends in it, and it is short."""
    said = line.strip()
    return bool(GREETING.match(line)) and not said.endswith(("?", ".", ":")) and len(said.split()) <= MOST_GREETED


def greeted(text: str, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where a text greets somebody by a name whose folded words are not among the known ones, or by initials."""
    for found in GREETED.finditer(text):
        for start, end in _names_in(found["who"], known):
            yield found.start("who") + start, found.start("who") + end


def _names_in(who: str, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """The words behind "Kære" that name somebody: those with a capital, up to the first without."""
    for found in list(WHO.finditer(who))[:MOST_GREETED]:
        word = found.group()
        if word[0].islower() and word not in JOINING:
            return
        if word.lower().rstrip(".") in TITLES:
            continue
        ends_here = word.endswith(".") and not INITIALS.fullmatch(word)
        bare = word.rstrip(".") if ends_here else word
        if bare[:1].isupper() and bare.lower() not in NOBODY and plain(bare).strip(".-'’") not in known:
            yield found.start(), found.start() + len(bare)
        if ends_here:
            return
