"""Idioms: what people say in many small words, none of which can be looked for, as `alt hvad vi har om mig`.

They stand in quotation marks in `synonyms.csv`, before an arrow: `"har om mig" ; "ved om mig" > indsigt`.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from tickets.search.wording.synonyms import TABLE
from tickets.text.stems import literals_of

IN_QUOTES = re.compile(r'"([^"]+)"')
STRICT = re.compile(r'((?<!\S)(?:[+-]*(?:\w+:)?"[^"]*"?|[+-]+\S+|\w+:\S+))')


def read_idioms(lines: Iterable[str]) -> dict[str, str]:
    """For each idiom, its words one space apart, what is meant by it."""
    found: dict[str, str] = {}
    for line in lines:
        said, arrow, meant = line.partition("#")[0].partition(">")
        idioms = IN_QUOTES.findall(said) if arrow else ()
        found.update((" ".join(literals_of(idiom)), meant.split(";")[0].strip()) for idiom in idioms)
    return found


@cache
def idioms() -> tuple[Mapping[str, str], re.Pattern[str]]:
    """All idioms, and what finds one in a question, the longest first."""
    table = read_idioms(TABLE.read_text("utf-8").splitlines())
    words = sorted(table, key=len, reverse=True)
    return table, re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def told_plainly(question: str) -> str:
    """The question with what is meant in the place of each idiom; what is strict in it stays as it was typed."""
    table, idiom = idioms()
    pieces = STRICT.split(question)
    plain = [idiom.sub(lambda found: table[found[0].lower()], " ".join(piece.split())) for piece in pieces[::2]]
    strict = [*pieces[1::2], ""]
    return " ".join(part for both in zip(plain, strict, strict=True) for part in both if part)
