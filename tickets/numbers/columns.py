"""Columns: where in a text bare digits stand below a heading of civil registration numbers.

Tables come as text in many ways: cells parted by tabs, bars, semicolons or commas; by spaces, as a PDF gives them; one
to a line, as a table in HTML becomes. A heading names what stands below it as the word before a number does.
"""

import re
from typing import NamedTuple

# What these numbers are called, also within a name such as `borgerCprNr`; the last is the registry in codes of health
NUMBER = r"n(?:r|o|um(?:mer|re|ber))(?![a-zæøå])"
NAME = (
    r"(?:[cCpPbBkKiIsS](?:(?<![^\W_].)|(?<=[a-zæøå][CPBS])|(?<=s[cCpP]))"
    r"(?i:(?<=c)(?:\.?p\.?r| p r|-p-r|\. p\. r|ivil[ _-]?registr|itizen[ _.-]?(?:id|" + NUMBER + r"))"
    r"|(?<=c)rp(?:[ ._-]{0,2}" + NUMBER + r"|(?![^\W_]))"
    r"|(?<=p)erson[ _-]?(?:n(?:r|um(?:m?er|re|ber))|id(?:ent\w{0,9})?(?![a-zæøå]))"
    r"|(?<=p)ers(?:[ ._-]{0,2}" + NUMBER + r"|on(?:umm?er|\. ?nr))"
    r"|(?<=i)denti(?:fikations?|tets?|fication|ty)[ _-]?" + NUMBER + "|"
    r"(?<=s)sn(?:[ ._-]{0,2}" + NUMBER + r"|(?![^\W_]))"
    r"|(?:(?<=b)orger|(?<=p)atient|(?<=k)lient)[ _.-]{0,2}(?:id(?:ent\w{0,9})?(?![a-zæøå])|" + NUMBER + r"))"
    r"|P(?<![\w-].)NR(?![^\W_]|-[^\W\d])|1(?<![\d.].)\.2\.208\.176\.1\.2(?!\d))"
)
TAIL = r"(?i:(?:[ ._-]{0,2}(?:nr|no|num(?:mer|re|ber)?|id|identi\w{0,8}|ation))?(?:e[rnt]{1,3}|s)?){1,2}"
# What the two halves of one are called where each stands for itself
BIRTH = r"(?:f(?:ø|oe|o)d(?:t|sel|e)|birth|born|dob|bday|f[._ -]?da(?:to|g))"
SERIAL = (
    r"(?:l(?:ø|oe|o)be[ _.-]?n(?:r|o|um)[a-z]{0,5}|l(?:b|ø|oe)nr|(?:kontrol|check)[ _-]?(?:nr|num|cif|tal)[a-z]{0,5}"
    r"|(?:de )?(?:(?:fire|4) sidste|sidste[ _-]?(?:fire|4)|last[ _-]?(?:four|4))|cpr[ _-]?(?:4|sidste|serial)|endecif"
    r"|serial[ _-]?n)"
)
JUST_NUMBER = r"[\s\"']{0,3}(?:n(?:r|o|ummer|umber)|l(?:ø|oe)b)\.?[\s\"']{0,3}"  # next to a birthday's column
NEXT_TO_BIRTH = re.compile(rf"{BIRTH}[^\W\d_]{{0,10}}[\s\"']{{0,3}}[\t|;,]{JUST_NUMBER}(?:[\t|;,\n]|\Z)", re.IGNORECASE)
JUST_NUMBER_CELL = re.compile(JUST_NUMBER, re.IGNORECASE)
BIRTH_CELL, SERIAL_CELL = re.compile(BIRTH, re.IGNORECASE), re.compile(SERIAL, re.IGNORECASE)
NAMED = re.compile(NAME)
HINTS = (  # one of them is in every such name
    "cpr", "c.p", "cp.", "c p", "c-p", "c. p", "person", "civil", "pnr", "208.176", "borger", "patient", "klient",
    "citizen", "crp", "pers", "identi", "ssn",
)  # fmt: skip
BIRTH_HINTS = ("fød", "foed", "fod", "birth", "born", "dob", "bday", "fda", "f.da", "f-da", "f_da", "f da")
HEADING = re.compile(rf"(?:{NAME}){TAIL}(?![\w-])")
HEADING_CELL = re.compile(rf"[^\d\n]{{0,30}}?(?:{NAME}){TAIL}(?:[^\w-][^\n]{{0,30}})?\Z")
FOUR = re.compile(r"(?<!\d)\d{4}(?!\d)")
SEPARATORS = "\t|;,"
BARE = re.compile(r"[\s\"'=\d./+-]{9,40}|[\s\"']{0,3}\d{6}-?[\dA-Za-z]{4}[\s\"']{0,3}")
SENTENCE = re.compile(
    r"\b(?:er|ikke|må|skal|kan|har|havde|vil|vi|jeg|du|de|man|at|som|der|hvis|om|hej|kære|is|not|we|that)\b"
    r"|(?<!nr)[.!?]\s*\Z|\d|[,;] ",
    re.IGNORECASE,
)
LONGEST_HEADING = 80  # characters of a line
MOST_BETWEEN = 3  # lines without a cell, before a table is at its end


class Extent(NamedTuple):
    """Characters from `start` up to `end`."""

    start: int
    end: int


class Headed(NamedTuple):
    """The cells below headings, and the headings that stand on lines of their own."""

    cells: list[Extent]
    headings: list[Extent]
    pairs: list[tuple[Extent, Extent]]  # cells of birthdays, and of what else is in the numbers, in one row
    numbered: list[tuple[Extent, Extent]]  # the same, where the other column is called no more than "Nr"


def may_name(text: str) -> bool:
    """Whether a text may name CPR numbers at all; False is certain."""
    lower = text.lower()
    return any(hint in lower for hint in HINTS)


def may_pair(text: str) -> bool:
    """Whether a text may name a birthday and, elsewhere, the other four digits; False is certain."""
    lower = text.lower()
    return any(hint in lower for hint in BIRTH_HINTS) and _has_serial(text)


def _has_serial(text: str) -> bool:
    return SERIAL_CELL.search(text) is not None or NEXT_TO_BIRTH.search(text) is not None


def find_headed(text: str) -> Headed:
    """The cells of a text that stand below a heading for CPR numbers, or for a half of one."""
    headed = Headed([], [], [], [])
    tables: dict[str, Table] = {}
    start = 0
    is_paired = may_pair(text)
    for line in text.split("\n"):
        if NAMED.search(line):
            _note_heading(line, start, headed, tables)
        elif is_paired and _has_serial(line):
            _note_table(line, tables)
        for separator in list(tables):
            tables[separator].read(line, start, headed)
            if tables[separator].between > MOST_BETWEEN:
                del tables[separator]
        start += len(line) + 1
    headed.cells.sort()
    return headed


def _note_heading(line: str, start: int, headed: Headed, tables: "dict[str, Table]") -> None:
    _note_table(line, tables)
    if len(line) <= LONGEST_HEADING and HEADING.search(line) and not SENTENCE.search(line.strip()):
        headed.headings.append(Extent(start, start + len(line)))


def _note_table(line: str, tables: "dict[str, Table]") -> None:
    for separator in SEPARATORS:
        table = Table(separator, line.split(separator)) if separator in line else None
        if table and table.is_headed:
            tables[separator] = table


class Table:
    """A table while it is read, and which of its columns have a heading for CPR numbers."""

    def __init__(self, separator: str, headings: list[str]) -> None:
        self.between = 0
        self._separator = separator
        self._columns = {at for at, cell in enumerate(headings) if HEADING_CELL.match(cell.strip())}
        self._birth, self._serial = find_halves(headings)
        self._is_plain = self._serial >= 0 and not SERIAL_CELL.search(headings[self._serial])

    @property
    def is_headed(self) -> bool:
        """Whether a heading says that there are CPR numbers, in one column or in two halves."""
        return bool(self._columns) or (self._birth >= 0 and self._serial >= 0)

    def read(self, line: str, start: int, headed: Headed) -> None:
        """Note the cells of a line that are in these columns."""
        if self._separator not in line:
            self.between += bool(line.strip())
            return
        self.between = 0
        cells: list[Extent] = []
        told = line.split(self._separator)
        for cell in told:
            cells.append(Extent(start, start + len(cell)))
            if len(cells) - 1 in self._columns and (self._separator != "," or BARE.fullmatch(cell)):
                headed.cells.append(cells[-1])
            start += len(cell) + 1
        is_whole = self._birth >= 0 <= self._serial and max(self._birth, self._serial) < len(cells)
        if is_whole and (not self._is_plain or FOUR.search(told[self._serial])):
            pairs = headed.numbered if self._is_plain else headed.pairs
            pairs.append((cells[self._birth], cells[self._serial]))


def find_halves(headings: list[str]) -> tuple[int, int]:
    """The columns of birthdays and of the other four digits; -1 where there is none."""
    births = [at for at, cell in enumerate(headings) if BIRTH_CELL.search(cell[:LONGEST_HEADING])]
    serials = [at for at, cell in enumerate(headings) if SERIAL_CELL.search(cell[:LONGEST_HEADING])]
    beside = [at + 1 for at in births if JUST_NUMBER_CELL.fullmatch("".join(headings[at + 1 : at + 2]))]
    serial = next((at for at in (*serials, *beside) if at not in births), -1)
    return (births[0], serial) if births and serial >= 0 else (-1, -1)
