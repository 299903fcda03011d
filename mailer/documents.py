"""Documents: the words of an attached file, so that what must not be spread can be looked for in them.

Nothing is executed, no reference followed, no entity expanded. What costs more than its share is given up, and said so.
Office files are archives of XML, and are read as that: the libraries for them build whole documents where words do.
"""

import csv
import io
import logging
import re
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from xml.parsers.expat import ExpatError, ParserCreate

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from mailer.fields import decode_charset
from mailer.plaintext import html_to_text

LARGEST = 15_000_000  # octets of a file that is looked into
LONGEST = 2_000_000  # characters that are taken of a file
MOST_UNPACKED = 30_000_000  # octets that an archive's members may have together
MOST_MEMBERS = 2_000
MOST_RATIO = 250  # of what a member has to what it takes in the archive
MOST_PAGES = 300
PIECE = 65_536
SECONDS = 0.9  # of processor time, for all files of a message together
MEMBERS = re.compile(r"(?:word|xl|ppt)/(?:[\w/-]*)[\w-]+\.xml|docProps/[\w-]+\.xml|(?:content|styles|meta)\.xml")
BREAKS = {"p", "h", "br", "row", "tr", "si", "table-row", "line-break", "text-box"}  # elements that end a line
GAPS = {"tab", "tc", "table-cell", "c", "s"}
NUMBER_COLUMN = re.compile(r"\bcpr|person-?n(?:r|ummer)", re.IGNORECASE)
BARE_NUMBER = re.compile(r"\d{9,10}(?:\.0)?")  # a spreadsheet drops the zero in front
PICTURES = ("image/", "audio/", "video/")
TABLES = ("text/csv", "text/tab-separated-values")
COLUMN = re.compile(r"[A-Z]{1,3}")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is no news to the operator


class Unreadable(Exception):
    """A file that cannot be looked into; the text says why."""


class Budget:
    """Processor time for some files together."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._until = time.process_time() + seconds

    def spend(self) -> None:
        """Raise Unreadable once it is used up."""
        if time.process_time() > self._until:
            raise Unreadable("takes too long to look into")


def words_of(octets: bytes, name: str, kind: str, budget: Budget) -> str:
    """The words of a file, a line for each line, paragraph or row; empty for pictures.

    Raises Unreadable for what is encrypted, damaged or too dear.
    """
    budget.spend()
    if len(octets) > LARGEST:
        raise Unreadable("is too large to look into")
    ending = name.lower().rpartition(".")[2]
    if b"%PDF-" in octets[:1024]:
        return _pdf(octets, budget)
    if octets.startswith(b"PK\x03\x04"):
        return _archive(octets, budget)
    if kind in TABLES or ending in ("csv", "tsv"):
        return _csv(_decode(octets))
    if kind == "text/html" or ending in ("htm", "html"):
        return html_to_text(_decode(octets))
    if kind.startswith("text/") or ending in ("txt", "xml", "json", "log", "md", "rtf", "ics", "vcf"):
        return _decode(octets)
    if kind.startswith(PICTURES):
        return ""
    return octets[:LONGEST].decode("latin-1").replace("\0", "")  # old Word files hold their text as it is, or in UTF-16


def _decode(octets: bytes) -> str:
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets[: LONGEST * 2].decode("utf-16", "replace")
    return decode_charset(octets[:LONGEST], None)


def _pdf(octets: bytes, budget: Budget) -> str:
    try:
        reader = PdfReader(io.BytesIO(octets), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is encrypted")
        texts, taken = [], 0
        for number, page in enumerate(reader.pages):
            budget.spend()
            if number >= MOST_PAGES or taken > LONGEST:
                raise Unreadable("is too long to look into as a whole")
            texts.append(page.extract_text())
            taken += len(texts[-1])
    except (PyPdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, zlib.error) as error:
        raise Unreadable("is damaged or no PDF") from error
    except (DependencyError, NotImplementedError, RecursionError, OSError) as error:
        raise Unreadable("cannot be looked into") from error
    return "\n".join(texts)


def _archive(octets: bytes, budget: Budget) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            members = archive.infolist()
            wanted = [one for one in members if MEMBERS.fullmatch(one.filename)]
            _check(members, wanted)
            return "\n".join(_office(archive, wanted, budget))
    except (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("is damaged") from error
    except RuntimeError as error:
        raise Unreadable("is encrypted") from error


def _check(members: list[zipfile.ZipInfo], wanted: list[zipfile.ZipInfo]) -> None:
    """Refuse what would not stay within bounds, by what the archive says of itself; `_read` keeps it to that."""
    if len(members) > MOST_MEMBERS:
        raise Unreadable("has too many files in it")
    if any(one.flag_bits & 1 for one in wanted):
        raise Unreadable("is encrypted")
    if sum(one.file_size for one in wanted) > MOST_UNPACKED:
        raise Unreadable("is too large to look into")
    if any(one.file_size > 100_000 and one.file_size > one.compress_size * MOST_RATIO for one in wanted):
        raise Unreadable("grows too much when it is unpacked")


def _office(archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], budget: Budget) -> Iterator[str]:
    shared: list[str] = []
    for member in wanted:
        if member.filename == "xl/sharedStrings.xml":
            shared = "".join(Words(archive, member, budget).pieces).split("\n")
    for member in wanted:
        if member.filename.startswith("xl/worksheets/"):
            yield _table(Sheet(archive, member, budget, shared).rows)
        else:
            yield "".join(Words(archive, member, budget).pieces)


class Words:
    """The text of an XML file in reading order: runs of one paragraph joined, paragraphs and rows on lines."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> None:
        self.pieces: list[str] = []
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.pieces.append
        parser.StartDoctypeDeclHandler = _refuse
        left = MOST_UNPACKED
        with archive.open(member) as stream:
            while piece := stream.read(PIECE):
                budget.spend()
                left -= len(piece)
                if left < 0:
                    raise Unreadable("is too large to look into")
                parser.Parse(piece)
        parser.Parse(b"", True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Nothing stands before a paragraph."""

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag in BREAKS:
            self.pieces.append("\n")
        elif tag in GAPS:
            self.pieces.append("\t")


class Sheet(Words):
    """The cells of a worksheet by row and column."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget, shared: list[str]) -> None:
        self._shared, self._cell, self._kind = shared, "", ""
        self.rows: list[dict[str, str]] = []
        super().__init__(archive, member, budget)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            self.rows.append({})
        elif tag == "c":
            self._cell, self._kind = attributes.get("r", ""), attributes.get("t", "")
        elif tag == "v":
            self.pieces.clear()

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c" and self.rows:
            value = "".join(self.pieces)
            if self._kind == "s" and value.isdecimal() and int(value) < len(self._shared):
                value = self._shared[int(value)]
            column = COLUMN.match(self._cell)
            self.rows[-1][column.group() if column else str(len(self.rows[-1]))] = value
            self.pieces.clear()


def _refuse(*_: object) -> None:
    raise Unreadable("declares a document type, as no office program does")


def _csv(text: str) -> str:
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    rows = (
        {str(at): cell for at, cell in enumerate(row)} for row in csv.reader(io.StringIO(text), delimiter=delimiter)
    )
    try:
        return _table(rows)
    except csv.Error:
        return text


def _table(rows: Iterable[dict[str, str]]) -> str:
    """A table as lines. Under a heading that says so, bare digits are named as what they are."""
    columns: set[str] = set()
    lines: list[str] = []
    for row in rows:
        columns |= {column for column, cell in row.items() if NUMBER_COLUMN.search(cell)}
        cells = (_named(cell) if column in columns else cell for column, cell in row.items())
        lines.append("\t".join(cells))
    return "\n".join(lines)


def _named(cell: str) -> str:
    bare = cell.strip()
    return f"CPR {bare.removesuffix('.0').zfill(10)}" if BARE_NUMBER.fullmatch(bare) else cell
