"""Columns: where in a text bare digits stand below a heading of civil registration numbers.

Tables come as text in many ways: cells parted by tabs, bars, semicolons or commas; by spaces, as a PDF gives them; one
to a line, as a table in HTML becomes. A heading names what stands below it as the word before a number does.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# What these numbers are called, also within a name such as `borgerCprNr`; the last is the registry in codes of health
NAME = (
    r"(?:[cCpP](?:(?<![^\W_].)|(?<=[a-zæøå][CP])|(?<=s[pP]))"
    r"(?i:(?<=c)(?:\.?p\.?r|ivil[ _-]?registr)|(?<=p)erson[ _-]?n(?:r|um(?:mer|re|ber)))"
    r"|P(?<![\w-].)NR(?![^\W_]|-[^\W\d])|1(?<![\d.].)\.2\.208\.176\.1\.2(?!\d))"
)
TAIL = r"(?i:(?:[ ._-]{0,2}(?:nr|no|num(?:mer|re|ber)?|id|identi\w{0,8}|ation))?(?:e[rnt]{1,3}|s)?){1,2}"
NAMED = re.compile(NAME)
HINTS = ("cpr", "c.p", "cp.", "person", "civil", "pnr", "208.176")  # one of them is in every such name
HEADING = re.compile(rf"(?:{NAME}){TAIL}(?![\w-])")
HEADING_CELL = re.compile(rf"[^\d\n]{{0,30}}?(?:{NAME}){TAIL}(?:[^\w-][^\n]{{0,30}})?\Z")
SEPARATORS = "\t|;,"
BARE = re.compile(r"[\s\"'=\d./+-]{9,40}")
SENTENCE = re.compile(
    r"\b(?:er|ikke|må|skal|kan|har|havde|vil|vi|jeg|du|de|man|at|som|der|hvis|om|hej|kære|is|not|we|that)\b"
    r"|(?<!nr)[.!?]\s*\Z|\d|[,;] ",
    re.IGNORECASE,
)
LONGEST_HEADING = 80  # characters of a line
MOST_BETWEEN = 3  # lines without a cell, before a table is at its end


class Place(NamedTuple):
    """Characters from `start` up to `end`."""

    start: int
    end: int


class Headed(NamedTuple):
    """The cells below headings, and the headings that stand on lines of their own."""

    cells: list[Place]
    headings: list[Place]


def may_name(text: str) -> bool:
    """Whether it can be that the text names such numbers at all."""
    lower = text.lower()
    return any(hint in lower for hint in HINTS)


def find_headed(text: str) -> Headed:
    """What stands below headings of civil registration numbers in a text."""
    headed = Headed([], [])
    tables: dict[str, Table] = {}
    start = 0
    for line in text.split("\n"):
        if NAMED.search(line):
            _note_heading(line, start, headed, tables)
        for separator in list(tables):
            headed.cells.extend(tables[separator].cells_of(line, start))
            if tables[separator].between > MOST_BETWEEN:
                del tables[separator]
        start += len(line) + 1
    headed.cells.sort()
    return headed


def _note_heading(line: str, start: int, headed: Headed, tables: "dict[str, Table]") -> None:
    for separator in SEPARATORS:
        if separator in line:
            columns = {at for at, cell in enumerate(line.split(separator)) if HEADING_CELL.match(cell.strip())}
            if columns:
                tables[separator] = Table(separator, columns)
    if len(line) <= LONGEST_HEADING and HEADING.search(line) and not SENTENCE.search(line.strip()):
        headed.headings.append(Place(start, start + len(line)))


class Table:
    """A table that is being read: which of its columns are headed so."""

    def __init__(self, separator: str, columns: set[int]) -> None:
        self.between = 0
        self._separator, self._columns = separator, columns

    def cells_of(self, line: str, start: int) -> Iterator[Place]:
        """The cells of a line that are in these columns."""
        if self._separator not in line:
            self.between += bool(line.strip())
            return
        self.between = 0
        for at, cell in enumerate(line.split(self._separator)):
            if at in self._columns and (self._separator != "," or BARE.fullmatch(cell)):
                yield Place(start, start + len(cell))
            start += len(cell) + 1
