"""Confidences: words by which a letter looks as if one reader alone were to have it. Pure words, no database."""

import re
from collections.abc import Collection

from tickets.text.folding import plain
from tickets.text.greetings import NOBODY, OPENING, TITLES

LONGEST_LOOKED_AT = 20_000  # characters
FIRST_LINES = 3  # among which a letter greets
HUSHED = r"(?:strengt |helt |meget |strictly |highly |very )?"
SAID = (  # each as a whole clause says it of the letter itself, not of what it is about
    rf"^{HUSHED}(?:fortroligt?|confidential|in confidence|i (?:al |dyb |fuld )?fortrolighed|privat|private)"
    r"(?:[:!.,–—-]|$)",
    r"\(\s*(?:fortroligt?|confidential|off the record)\s*\)",
    rf"\b(?:det|dette|det her|denne mail|mit svar|this|this mail|my answer) (?:er|siges|skrives|is) {HUSHED}"
    r"(?:fortroligt?|confidential|off the record)\b(?! (?:oplysn|inform|material|data))",
    r"\b(?:siger|skriver|fortæller|nævner|sagt|skrevet|nævnt|tell you|telling you|say|said)(?: \w+){0,4} "
    r"(?:fortroligt|i (?:al |dyb |fuld )?fortrolighed|in confidence|in strict confidence)\b",
    r"(?:^|[.!?,;:(–—-]\s*)(?:helt |bare |kun |just )?(?:mellem os(?: to)?|between (?:us|ourselves|you and me))"
    r"(?: sagt)?(?=\s*[,.:!;)–—-]|$)",
    r"\b(?:bare|kun|bliver|forbliver|blive|just|only|stays?|remains?) (?:\w+ )?"
    r"(?:mellem os|mellem dig og mig|between us|between you and me|between ourselves)\b(?! (?:og|and))",
    r"\b(?:mellem os|mellem os to|mellem dig og mig) sagt\b",
    r"\b(?:kun|only|bare) (?:til|for) (?:dig|you)(?: personligt| alene| alone| personally)?(?=\s*[,.:!;)–—-]|$)",
    r"\b(?:sig det ikke videre|må ikke gå videre|ikke til deling|må ikke deles med (?:andre|resten|listen)|"
    r"send den ikke videre|not for sharing|not for the list|don't tell anyone|do not share this|"
    r"please don't share|don't share this)\b",
)
PRIVATE = re.compile("|".join(f"(?:{one})" for one in SAID), re.IGNORECASE | re.MULTILINE)
OTHERS = NOBODY | TITLES | {"people", "folks", "list", "liste", "guys", "gruppe", "group", "sagsbehandler", "friends"}
DISCLAIMS = re.compile(
    r"intended|recipient|modtager|attachment|vedhæft|disclos|privileged|virus|by mistake|ved en fejl|bestemt for",
    re.IGNORECASE,
)
GREETS_ONE = re.compile(
    rf"\s*{OPENING} (?P<who>[^\W\d_][^\W\d_]+(?:-[^\W\d_]+)?)\s*(?:[,!.:–—-]+(?=\s|$)|$)", re.IGNORECASE
)


def find_confidence(text: str, known: Collection[str]) -> str:
    """The words that look as if a letter were for one reader alone; empty where there are none.

    `known` are the folded first names of people whom a letter to everybody may well greet.
    """
    looked_at = text[:LONGEST_LOOKED_AT]
    for found in PRIVATE.finditer(looked_at):
        if not DISCLAIMS.search(_paragraph_of(looked_at, found.start())):
            return _line_of(looked_at, found.start())
    return _greets_another(looked_at, known)


def _greets_another(text: str, known: Collection[str]) -> str:
    """The line that greets by a first name alone somebody outside the known names; empty if there is none."""
    written = [line.strip() for line in text.split("\n") if line.strip()][:FIRST_LINES]
    for line in written:
        if found := GREETS_ONE.match(line):
            who = found["who"]
            is_name = who[0].isupper() and not who.isupper() and who.lower() not in NOBODY | TITLES
            return line if is_name and plain(who) not in known else ""
    return ""


def _paragraph_of(text: str, at: int) -> str:
    start, end = text.rfind("\n\n", 0, at), text.find("\n\n", at)
    return text[max(start, 0) : end if end > -1 else len(text)]


def _line_of(text: str, at: int) -> str:
    while at < len(text) and text[at].isspace():
        at += 1
    start, end = text.rfind("\n", 0, at), text.find("\n", at)
    return text[start + 1 : end if end > -1 else len(text)].strip()
