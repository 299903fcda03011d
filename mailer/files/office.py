"""Office: the words of XML, in documents and in data.

It is parsed, and nothing of it executed, followed or expanded. The libraries for office files build whole documents
where words do.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from xml.parsers.expat import ParserCreate

from mailer.files.budget import Budget, Obstacle, Unreadable
from mailer.files.formulas import join_formula, may_join
from mailer.files.tables import is_heading, is_long_number, named, table_lines
from tickets.numbers.columns import HEADING_CELL, NAMED

BREAKS = {"cr", "p", "h", "br", "row", "tr", "si", "table-row", "line-break", "text-box"}  # elements that end a line
SIGNS = {"tab": "\t", "ptab": "\t", "tc": "\t", "table-cell": "\t", "c": "\t", "s": " ", "noBreakHyphen": "-"}
TABLES, ROWS, CELLS = {"tbl", "table"}, {"tr", "table-row"}, {"tc", "table-cell", "covered-table-cell"}
ELSEWHERE = {"delText", "instrText", "f"}  # words that stand between others, and are none of their sentence
PARAGRAPHS = {"p", "si"}
DELETED = {"del", "moveFrom", "delText"}  # what is no more, but for who looks at what was changed
HIDING = {
    "vanish",
    "webHidden",
    "specVanish",
    "strike",
    "dstrike",
}  # of the letters of a run; "0" says that they do not
OFF = {"0", "false", "off", "noStrike"}
TINY, WHITE = {"1", "2", "3", "4"}, {"FFFFFF", "FFFFFFFF"}  # half points; on white paper
PRIVATE = 0xF000  # where fonts of signs have them: behind it they lie as elsewhere
TABBED = re.compile(
    r"(\D{0,200}\d{6})\t{1,3}(\d{4}\D{0,200})"
)  # a number with a tab for its hyphen, and no other digits
REPEATED = "number-columns-repeated"
NUMBER_FORMAT = re.compile(r"0{6}[^0]{1,6}0{4}(?!0)")  # how a spreadsheet shows bare digits as 010190-1234
COLUMN = re.compile(r"[A-Z]{1,3}")
LONGEST_NAME = 60  # of what is called something in an attribute
MOST_COLUMNS = 20_000
MOST_FORMULAS = 5_000
MOST_PIECES = 40  # of a paragraph that is no more than a number and its name
DOCUMENTS = {  # what the XML begins with in which most words of an office file are
    "document", "hdr", "ftr", "footnotes", "endnotes", "comments", "sld", "notes", "document-content",
    "document-styles",
}  # fmt: skip


@lru_cache(maxsize=4_096)  # the same few names stand in a file again and again
def _is_name(name: str) -> bool:
    """Whether an element or attribute has a name for CPR numbers."""
    return NAMED.search(name) is not None


@lru_cache(maxsize=4_096)
def _says_so(value: str) -> bool:
    """Whether an attribute's value is nothing but a name for CPR numbers."""
    return len(value) < LONGEST_NAME and HEADING_CELL.match(value) is not None


class XmlWords:
    """The text of an XML file in reading order: runs of one paragraph joined, paragraphs and rows on lines.

    What stands elsewhere for its reader is kept apart: what was deleted, fields, and numbers in attributes. Raises
    ExpatError for what is no XML.
    """

    def __init__(self, octets: Iterable[bytes], budget: Budget) -> None:
        self.pieces: list[str] = []
        self.elsewhere: list[str] = []
        self._others = Others()
        self._tables: list[TextTable] = []
        self._parser = parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.say
        parser.StartDoctypeDeclHandler = _refuse_declarations
        parser.CommentHandler = self._remark
        parser.ProcessingInstructionHandler = self._remark
        for piece in octets:
            budget.spend()
            parser.Parse(piece)
        parser.Parse(b"", True)

    def text(self) -> str:
        """All that the part says: its own text first, then what stands in other places."""
        return "".join([*self.pieces, "\n", *self.elsewhere, *self._others.texts()])

    def say(self, words: str) -> None:
        """Take a piece of text."""
        self.pieces.append(words)
        self._others.say(words)

    def _say_elsewhere(self, words: str) -> None:
        self.elsewhere.append(words)
        self._others.say(words)

    def _remark(self, *words: str) -> None:
        self.elsewhere += [f"\n{one}\n" for one in words if is_long_number(one)]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        is_named = _is_name(tag)
        if attributes:
            is_named = self._note_attributes(attributes, is_named)
        if is_named:
            self.pieces.append("\nCPR ")
        if tag in ELSEWHERE:
            self._parser.CharacterDataHandler = self._say_elsewhere
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self._others.start(tag, plain)
        if tag == "sym":
            self.say(_sign_of(plain.get("char", "")))
        self.start(tag, plain)

    def _note_attributes(self, attributes: dict[str, str], is_named: bool) -> bool:
        """Keep the numbers among attributes; whether the element or an attribute has a name for CPR numbers."""
        is_named = is_named or any(map(_says_so, attributes.values()))
        for key, value in attributes.items():
            if is_long_number(value):
                word = "CPR " if is_named or _is_name(key.rpartition(" ")[2]) else ""
                self.elsewhere.append(f"\n{word}{value}\n")
        return is_named

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element, by its local name."""
        if not self._tables and tag not in TABLES:
            return
        if tag in TABLES:
            self._tables.append(TextTable())
        elif tag in ROWS:
            self._tables[-1].column = 0
        elif tag in CELLS:
            self._tables[-1].start_cell(len(self.pieces), attributes.get(REPEATED, ""))
        elif tag == "gridSpan":
            self._tables[-1].widen(attributes.get("val", ""))

    def _end(self, name: str) -> None:
        self.end(name.rpartition(" ")[2])

    def end(self, tag: str) -> None:
        """Take the end of an element, by its local name."""
        if tag in ELSEWHERE:
            self._parser.CharacterDataHandler = self.say
            self.elsewhere.append("\n")
        if tag in BREAKS or _is_name(tag):
            self.say("\n")
        elif tag in SIGNS:
            self.say(SIGNS[tag])
        self._others.end(tag)
        if self._tables and tag in CELLS:
            self._tables[-1].end_cell(self.pieces)
        elif self._tables and tag in TABLES:
            self._tables.pop()


def _sign_of(code: str) -> str:
    """The sign of a font of signs, by its number in hexadecimal digits."""
    try:
        return chr(int(code[:4], 16) & ~PRIVATE if code[:2].upper() == "F0" else int(code[:4], 16))
    except ValueError:
        return ""


class Others:
    """The text of an XML file for other readers: without hidden and struck out text, and with deleted text."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._whole: list[str] = []
        self._tabbed: list[str] = []
        self._paragraph: list[str] = []
        self._deleted = 0  # how many elements that hold what was deleted are open
        self._is_in_run = self._is_hidden = self._has_hidden = False

    def say(self, words: str) -> None:
        """Take a piece of text, shown, hidden or deleted."""
        self._whole.append(words)
        if self._is_hidden or self._deleted:
            self._has_hidden = True
        else:
            self._seen.append(words)
            if len(self._paragraph) < MOST_PIECES:
                self._paragraph.append(words)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note where a run, or what is deleted, begins."""
        if tag == "r":
            self._is_in_run, self._is_hidden = True, False
        elif tag in DELETED:
            self._deleted += 1
        elif tag in PARAGRAPHS:
            self._paragraph.clear()
        elif self._is_in_run and _hides(tag, attributes):
            self._is_hidden = True

    def end(self, tag: str) -> None:
        """Note where a run, or what is deleted, ends."""
        if tag == "r":
            self._is_in_run = self._is_hidden = False
        elif tag in DELETED:
            self._deleted -= 1
        elif tag in PARAGRAPHS and (found := TABBED.fullmatch("".join(self._paragraph).strip("\n"))):
            self._tabbed.append(f"\n{found.group(1)}-{found.group(2)}\n")

    def texts(self) -> list[str]:
        """The other readings of the text; none where all read the same."""
        others = ["\n", *self._seen, "\n", *self._whole] if self._has_hidden else []
        return [*self._tabbed, *others]


def _hides(tag: str, attributes: dict[str, str]) -> bool:
    """Whether a property of a run keeps its letters from being seen, or strikes them out."""
    value = attributes.get("val", attributes.get("rgb", ""))
    if tag == "rPr":
        return attributes.get("strike", "noStrike") not in OFF
    if tag in HIDING:
        return value not in OFF
    return (tag == "sz" and value in TINY) or (tag == "color" and value.upper() in WHITE)


class TextTable:
    """A table of a text while it is read, and which of its columns have a heading for CPR numbers."""

    def __init__(self) -> None:
        self.columns: set[int] = set()
        self.column = self._start = 0
        self._width = 1

    def start_cell(self, start: int, repeated: str) -> None:
        """Begin a cell whose text begins at this place of the pieces, as often as it is repeated."""
        self._start, self._width = start, 1
        self.widen(repeated)

    def widen(self, columns: str) -> None:
        """The cell is as wide as these columns are, written as a number."""
        if columns.isdecimal() and len(columns) < 6:
            self._width = max(1, min(int(columns), MOST_COLUMNS))

    def end_cell(self, pieces: list[str]) -> None:
        """End a cell: a number in a column of CPR numbers gets the heading in front of it."""
        cell = "".join(pieces[self._start :])
        if self.column in self.columns:
            pieces[self._start :] = [f"\n{named(cell)}\t"]
        elif is_heading(cell):
            self.columns.add(self.column)
        self.column += self._width
        self._start, self._width = len(pieces), 1


class Data(XmlWords):
    """The words of XML that is data: an element's name, or the one beside it, names its text."""

    def __init__(self, octets: Iterable[bytes], budget: Budget) -> None:
        self._leaf: list[str] = []
        self._beside: list[list[str]] = [[]]  # short texts of the elements that stand in one
        super().__init__(octets, budget)

    def say(self, words: str) -> None:
        """Take a piece of text, of the innermost element too."""
        super().say(words)
        self._leaf.append(words)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element, in which others may stand side by side."""
        self._leaf = []
        self._beside.append([])
        super().start(tag, attributes)

    def end(self, tag: str) -> None:
        """Take the end of an element: numbers beside a heading are told with it."""
        inner = self._beside.pop()
        if any(HEADING_CELL.match(one) for one in inner):
            self.elsewhere += [f"\nCPR {one}\n" for one in inner if is_long_number(one)]
        leaf = "".join(self._leaf).strip()
        if leaf and self._beside:
            self.elsewhere += [f"\n{leaf}\n"] if is_long_number(leaf) else []
            if len(leaf) < LONGEST_NAME:
                self._beside[-1].append(leaf)
        self._leaf = []
        super().end(tag)


class Strings(XmlWords):
    """The strings that the cells of a workbook share, by number."""

    def __init__(self, octets: Iterable[bytes], budget: Budget) -> None:
        self.shared: list[str] = []
        super().__init__(octets, budget)

    def text(self) -> str:
        """The shared strings of a workbook, a line each, and what else the part says."""
        return "\n".join([*self.shared, *self.pieces, *self.elsewhere, *self._others.texts()])

    def end(self, tag: str) -> None:
        """Take the end of an element; that of `si` ends a shared string."""
        if tag == "si":
            self.shared.append("".join(self.pieces))
            self.pieces.clear()


class Styles(XmlWords):
    """Which styles of a workbook show bare digits as civil registration numbers."""

    def __init__(self, octets: Iterable[bytes], budget: Budget) -> None:
        self.of_numbers: set[str] = set()
        self._formats: set[str] = set()
        self._is_of_cells, self._count = False, 0
        super().__init__(octets, budget)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note which styles of cells show a number as a CPR number."""
        if tag == "numFmt" and NUMBER_FORMAT.search(attributes.get("formatCode", "")):
            self._formats.add(attributes.get("numFmtId", ""))
        elif tag == "cellXfs":
            self._is_of_cells = True
        elif tag == "cellStyles":
            self._is_of_cells = False
        elif tag == "xf" and self._is_of_cells:
            if attributes.get("numFmtId") in self._formats:
                self.of_numbers.add(str(self._count))
            self._count += 1


class Sheet(XmlWords):
    """The cells of a worksheet by row and column, bare digits that are shown as numbers of people named so."""

    def __init__(self, octets: Iterable[bytes], budget: Budget, shared: list[str], styles: frozenset[str]) -> None:
        self._shared, self._styles, self._cell, self._kind, self._style = shared, styles, "", "", ""
        self.rows: list[dict[str, str]] = []
        self._formulas: list[str] = []
        self._places: dict[str, dict[str, str]] = {}  # rows by number
        super().__init__(octets, budget)

    def text(self) -> str:
        """The rows as lines with headings, and what formulas join."""
        joined = [join_formula(one, self._places) for one in self._formulas]
        return "\n".join([table_lines(self.rows), *self.pieces, *self.elsewhere, *joined, *self._others.texts()])

    def _say_elsewhere(self, words: str) -> None:
        super()._say_elsewhere(words)
        if may_join(words) and len(self._formulas) < MOST_FORMULAS:
            self._formulas.append(words)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of a row, a cell or what is in it."""
        if tag == "row":
            self.rows.append({})
            self._places[attributes.get("r", "")] = self.rows[-1]
        elif tag == "c":
            self._cell, self._kind, self._style = (attributes.get(name, "") for name in ("r", "t", "s"))
        elif tag == "v":
            self.pieces.clear()

    def end(self, tag: str) -> None:
        """Take the end of a cell, whose value may be the number of a shared string."""
        if tag == "c" and self.rows:
            value = "".join(self.pieces)
            if self._kind == "s" and value.isdecimal() and int(value) < len(self._shared):
                value = self._shared[int(value)]
            column = COLUMN.match(self._cell)
            value = named(value) if self._style in self._styles else value
            self.rows[-1][column.group() if column else str(len(self.rows[-1]))] = value
            self.pieces.clear()
        elif tag in ELSEWHERE:
            super().end(tag)
        elif tag == "sheetData":
            self.pieces.clear()


def words_of_members(members: Iterable[tuple[str, Iterable[bytes]]], budget: Budget) -> Iterator[str]:
    """The words of the XML of an office file; each member with the element that it begins with."""
    shared: list[str] = []
    styles: frozenset[str] = frozenset()
    sheets: list[Iterable[bytes]] = []
    for root, octets in members:
        if root == "worksheet":
            sheets.append(octets)
        elif root == "styleSheet":
            read = Styles(octets, budget)
            styles = frozenset(read.of_numbers)
            yield read.text()
        elif root == "sst":
            strings = Strings(octets, budget)
            shared = strings.shared
            yield strings.text()
        else:
            yield (XmlWords if root in DOCUMENTS else Data)(octets, budget).text()
    for octets in sheets:
        yield Sheet(octets, budget, shared, styles).text()


def _refuse_declarations(name: str, system: str | None, public: str | None, has_inner: int) -> None:
    if has_inner:
        raise Unreadable("declares a document type, as no office program does", Obstacle.DAMAGED)
