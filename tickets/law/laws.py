"""Laws: which article or section of which law a text names, so that all that is said of it stands on one page.

A citation belongs to the law that is named just before it, or just behind it (`§ 5 i forvaltningsloven`). An article
that is named alone is one of the General Data Protection Regulation; a section alone belongs to no law that is known.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from tickets.text.citations import LawCitation, find_citations

TABLE = Path(__file__).with_name("laws.toml")
USUAL = "gdpr"  # of an article that is named alone
NEAR = 80  # characters before and behind a citation in which its law is looked for
BETWEEN = re.compile(r"[\s,(:]{0,4}(?:jf\.?\s)?")
BEHIND = re.compile(r"[\s,)]{0,4}(?:(?:i|efter|af|jf\.?|in|of|under)\s+)?(?:den\s|the\s)?", re.IGNORECASE)


@dataclass(frozen=True)
class LawText:
    """A wording of a law: its European Legislation Identifier, and from when it holds."""

    eli: str
    valid_from: date


@dataclass(frozen=True)
class Law:
    """A law that has pages: the word in their address, its names, what it is divided into, its wordings."""

    word: str
    title: str
    short: str
    kind: str  # "artikel" or "§"
    names: tuple[str, ...]
    texts: tuple[LawText, ...] = ()

    def text_at(self, day: date) -> LawText | None:
        """The wording that held on a day; the oldest where it is older than all that are known, None without any."""
        held = [one for one in self.texts if one.valid_from <= day]
        return held[-1] if held else next(iter(self.texts), None)


@dataclass(frozen=True)
class Place:
    """An article or a section of a law, as 28 or 7a."""

    law: Law
    number: str

    @property
    def name(self) -> str:
        """What people call it: GDPR art. 28, Forvaltningsloven § 7 a."""
        number = re.sub(r"(\d)([a-zæøå])", r"\1 \2", self.number)
        return f"{self.law.short} {'art.' if self.law.kind == 'artikel' else '§'} {number}"

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/ret/{self.law.word}/{self.number}"


@cache
def load_laws() -> dict[str, Law]:
    """All laws of the table, by the word in their pages' addresses."""
    with TABLE.open("rb") as source:
        table = tomllib.load(source)
    return {
        word: Law(
            word, row["title"], row.get("short", row["title"]), row["kind"], tuple(row["names"]),
            tuple(LawText(one["eli"], one["valid_from"]) for one in row.get("texts", ())),
        )
        for word, row in table.items()
    }  # fmt: skip


def find_place(word: str, number: str) -> Place | None:
    """The article or section with this address; None if there is no such law, or it can be no number."""
    law = load_laws().get(word.lower())
    return Place(law, number.lower()) if law and re.fullmatch(r"\d{1,4}[a-zæøå]?", number.lower()) else None


def places_in(text: str) -> list[Place]:
    """The articles and sections that a text names, each once, in the order in which they come."""
    return list(dict.fromkeys(place for citation in find_citations(text) for place in _places_of(text, citation)))


def _places_of(text: str, citation: LawCitation) -> Iterator[Place]:
    kind, numbers = citation.parts[0]
    law = _law_of(text, citation, kind) if kind in ("artikel", "§") else None
    if law and law.kind == kind:
        yield from (Place(law, number) for number in numbers if number[0].isdigit())


def _law_of(text: str, citation: LawCitation, kind: str) -> Law | None:
    before = text[max(0, citation.start - NEAR) : citation.start]
    for found in _names().finditer(before):
        if BETWEEN.fullmatch(before, found.end()):
            return _named(found)
    behind = BEHIND.match(text, citation.end)
    if named := _names().match(text, behind.end() if behind else citation.end):
        return _named(named)
    return load_laws()[USUAL] if kind == "artikel" else None


@cache
def _names() -> re.Pattern[str]:
    """Any law's name, in the genitive or not; the longest that fits."""
    names = sorted((name for law in load_laws().values() for name in law.names), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?:s|'s)?(?![\w-])", re.IGNORECASE)


def _named(found: re.Match[str]) -> Law:
    return _by_name()[found.group(1).lower()]


@cache
def _by_name() -> dict[str, Law]:
    return {name.lower(): law for law in load_laws().values() for name in law.names}
