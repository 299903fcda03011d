"""Documents: the words of an attached file, so that what must not be spread can be looked for in them.

Nothing is executed, no reference followed, no entity expanded. What costs more than its share is given up, and said so.
Office files are archives of XML, and are read as that: the libraries for them build whole documents where words do.
"""

import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from html import unescape
from quopri import decodestring
from xml.parsers.expat import ExpatError, ParserCreate

from olefile import OleFileIO

from mailer.budget import Budget, Unreadable, Why
from mailer.fields import decode_charset
from mailer.pdf import read_pdf
from mailer.plaintext import html_to_text
from mailer.rtf import is_rtf, words_of_rtf

LARGEST = 30_000_000  # octets of a file that is looked into
LONGEST = 3_000_000  # characters that are taken of a file
MOST_UNPACKED = 30_000_000  # octets that an archive's members may have together
MOST_MEMBERS = 2_000
MOST_RATIO = 250  # of what a member has to what it takes in the archive
DEEPEST = 2  # files within files
PIECE = 65_536
MEMBERS = re.compile(
    r"(?:word|xl|ppt)/[\w./-]*\.(?:xml|rels)|(?:docProps|customXml)/[\w-]+\.xml|(?:content|styles|meta)\.xml"
)
EMBEDDED = re.compile(r"(?:word|xl|ppt)/embeddings/.+|Object \d+/content\.xml")
OFFICE = {"[Content_Types].xml", "mimetype"}  # one of them is in every office file
BREAKS = {"p", "h", "br", "row", "tr", "si", "table-row", "line-break", "text-box"}  # elements that end a line
SIGNS = {"tab": "\t", "tc": "\t", "table-cell": "\t", "c": "\t", "s": " ", "noBreakHyphen": "-"}
TABLES_OF_WORDS, ROWS, CELLS = {"tbl", "table"}, {"tr", "table-row"}, {"tc", "table-cell"}
ELSEWHERE = {"delText", "instrText", "f"}  # words that stand between others, and are none of their sentence
LONG_NUMBER = re.compile(r"\d{6}\D{0,8}\d{4}")
TAG = re.compile(r"<[^<>]*>")
FOLD = re.compile(r"\r?\n[ \t]")  # RFC 5545 3.1
NUMBER_COLUMN = re.compile(r"\bcpr|person-?n(?:r|ummer)", re.IGNORECASE)
BARE_NUMBER = re.compile(r"\d{9,10}(?:\.0)?")  # a spreadsheet drops the zero in front
EXPONENT = re.compile(r"\d(?:\.\d{1,9})?E\+?[89]")
NUMBER_FORMAT = re.compile(r"0{6}[^0]{1,6}0{4}(?!0)")  # how a spreadsheet shows bare digits as 010190-1234
DIGITS_BEFORE, DIGITS_BEHIND = re.compile(r"\d{5,6}"), re.compile(r"\d{1,4}")
PICTURES = ("image/", "audio/", "video/")
PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
TABLES = ("text/csv", "text/tab-separated-values")
TEXTS = {"txt", "xml", "json", "log", "md", "svg", "ics", "vcf"}
COLUMN = re.compile(r"[A-Z]{1,3}")
LONGEST_HEADING = 200
OUTLOOKS = "__substg1.0_"  # what the streams of an item are called, before its property and its type ([MS-OXMSG])
ATTACHED, HTML_BODY = "3701", "1013"
OLE = b"\xd0\xcf\x11\xe0"  # Office files of old, items of Outlook, and what newer Office encrypts
LOCKED = ("EncryptedPackage".encode("utf-16-le"), b"-----BEGIN PGP MESSAGE-----")
DAMAGES = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ExpatError, EOFError, OSError, ValueError,
    LookupError, NotImplementedError,
)  # fmt: skip
OTHER_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh", b"MSCF")


def words_of(octets: bytes, name: str, kind: str, budget: Budget, depth: int = 0) -> str:
    """The words of a file, a line for each line, paragraph or row; empty for pictures.

    The files in an archive or a document count as its own words. Raises Unreadable for what is encrypted, damaged or
    too dear.
    """
    budget.spend()
    if len(octets) > LARGEST:
        raise Unreadable("is too large to look into", Why.TOO_LARGE)
    if depth > DEEPEST:
        raise Unreadable("has files within files within files", Why.PACKED)
    ending = name.lower().rpartition(".")[2]
    if b"%PDF-" in octets[:1024]:
        return _pdf(octets, budget, depth)
    if octets.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(octets, budget, depth)
    if octets.startswith(OTHER_ARCHIVES):
        raise Unreadable("is packed in a way that is not looked into", Why.PACKED)
    if octets.startswith(PICTURE_STARTS) or (kind.startswith(PICTURES) and b"\0" in octets[:PIECE]):
        return ""
    if ending == "eml" and depth:
        raise Unreadable("has a message in it", Why.PACKED)
    if octets.startswith((OLE, LOCKED[1])) and any(mark in octets for mark in LOCKED):
        raise Unreadable("is encrypted", Why.ENCRYPTED)
    if kind in TABLES or ending in ("csv", "tsv"):
        return _csv(_decode(octets))
    if is_rtf(octets):
        if len(octets) > LONGEST:
            raise Unreadable("is too large to look into", Why.TOO_LARGE)
        return words_of_rtf(octets)
    if kind == "text/html" or ending in ("htm", "html"):
        return words_of_html(_decode(octets))
    if kind.startswith("text/") or ending in TEXTS or octets[:5] in (b"<?xml", b"BEGIN"):
        return words_of_markup(_decode(octets))
    if octets.startswith(OLE):
        return _compound(octets, budget, depth)
    return _old_document(octets[:LONGEST])


def _decode(octets: bytes) -> str:
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        octets = octets.decode("utf-16", "replace").encode("utf-8", "replace")
    if len(octets) > LONGEST:
        raise Unreadable("is too large to look into", Why.TOO_LARGE)
    return decode_charset(octets, None)


def words_of_html(html: str) -> str:
    """What a reader sees of HTML, and then all of it: descriptions, targets, remarks, what is hidden."""
    return f"{html_to_text(html)}\n{words_of_markup(html)}"


def words_of_markup(text: str) -> str:
    """A text; again without its marks or folds, where it has some, since they may stand within a word."""
    if text.startswith("BEGIN:"):
        unfolded = FOLD.sub("", text)
        return f"{text}\n{unfolded}\n{decodestring(unfolded.encode()).decode('utf-8', 'replace')}"
    if "<" not in text and "&#" not in text:
        return text
    return "\n".join(dict.fromkeys((text, unescape(TAG.sub("", text)), unescape(text))))


def _compound(octets: bytes, budget: Budget, depth: int) -> str:
    """The words of an old Office file, or of an item of Outlook with the files in it."""
    texts: list[str] = []
    taken = 0
    try:
        for path, content in _streams(octets, budget):
            kind = path[-1].removeprefix(OUTLOOKS) if path[-1].startswith(OUTLOOKS) else ""
            if kind[:4] == ATTACHED:
                texts.append(words_of(content, "", "", budget, depth + 1))
            elif kind.endswith("001F"):
                texts.append(content.decode("utf-16-le", "replace"))
            elif kind[:4] == HTML_BODY:
                texts.append(words_of_html(_decode(content)))
            else:
                texts.append(_old_document(content))
            taken += len(texts[-1])
            if taken > LONGEST:
                raise Unreadable("is too long to look into as a whole", Why.TOO_LARGE)
    except (*DAMAGES, RecursionError) as error:
        if len(octets) > LONGEST:
            raise Unreadable("is damaged", Why.DAMAGED) from error
        return _old_document(octets)
    return "\n".join(texts)


def _streams(octets: bytes, budget: Budget) -> Iterator[tuple[list[str], bytes]]:
    """The path and the octets of each stream of a compound file. Raises OSError and others for what is none."""
    left = 2 * len(octets)
    with OleFileIO(io.BytesIO(octets)) as item:
        for path in item.listdir():
            budget.spend()
            content = item.openstream(path).read()
            left -= len(content)
            if left < 0:
                raise Unreadable("grows too much when it is unpacked", Why.TOO_LARGE)
            yield path, content


def _old_document(octets: bytes) -> str:
    """The words of an old Office file, which holds them as they are or in UTF-16, with signs of its own for hyphens."""
    for hyphen in (b"\x1e\0", b"\x10\x20", b"\x11\x20", b"\x12\x20", b"\x13\x20"):
        octets = octets.replace(hyphen, b"-\0")
    octets = octets.replace(b"\x1f\0", b"").replace(b"\0\0", b"\n")
    return octets.decode("latin-1").replace("\0", "").replace("\x1e", "-").replace("\x1f", "").replace("\r", "\n")


def _pdf(octets: bytes, budget: Budget, depth: int) -> str:
    texts: list[str] = []
    taken = 0
    for found in read_pdf(octets, budget):
        texts += [found] if isinstance(found, str) else [found[0], words_of(found[1], found[0], "", budget, depth + 1)]
        taken += len(texts[-1])
        if taken > LONGEST:
            raise Unreadable("is too long to look into as a whole", Why.TOO_LARGE)
    return "\n".join(texts)


# -- archives --------------------------------------------------------------------------


def _archive(octets: bytes, budget: Budget, depth: int) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            members = archive.infolist()
            is_office = any(one.filename in OFFICE or MEMBERS.fullmatch(one.filename) for one in members)
            wanted = [one for one in members if is_office and MEMBERS.fullmatch(one.filename)]
            inner = [
                one
                for one in members
                if not one.filename.endswith("/") and (not is_office or EMBEDDED.fullmatch(one.filename))
            ]
            _check(members, [*wanted, *inner])
            texts = [*_office(archive, wanted, budget), *_inner(archive, inner, budget, depth)]
            return "\n".join(texts)
    except DAMAGES as error:
        raise Unreadable("is damaged", Why.DAMAGED) from error
    except RuntimeError as error:
        raise Unreadable("is encrypted", Why.ENCRYPTED) from error


def _check(members: list[zipfile.ZipInfo], wanted: list[zipfile.ZipInfo]) -> None:
    """Refuse what would not stay within bounds, by what the archive says of itself; reading keeps it to that."""
    if len(members) > MOST_MEMBERS:
        raise Unreadable("has too many files in it", Why.TOO_LARGE)
    if any(one.flag_bits & 1 for one in wanted):
        raise Unreadable("is encrypted", Why.ENCRYPTED)
    if sum(one.file_size for one in wanted) > MOST_UNPACKED:
        raise Unreadable("is too large to look into", Why.TOO_LARGE)
    if any(one.file_size > 100_000 and one.file_size > one.compress_size * MOST_RATIO for one in wanted):
        raise Unreadable("grows too much when it is unpacked", Why.TOO_LARGE)


def _inner(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], budget: Budget, depth: int) -> Iterator[str]:
    """The names of the files in an archive, and their words."""
    for member in members:
        yield member.filename
        with archive.open(member) as stream:
            octets = stream.read(MOST_UNPACKED)
        yield words_of(octets, member.filename, "", budget, depth + 1)


def _office(archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], budget: Budget) -> Iterator[str]:
    shared: list[str] = []
    styles: frozenset[str] = frozenset()
    for member in wanted:
        if member.filename == "xl/sharedStrings.xml":
            shared = "".join(Words(archive, member, budget).pieces).split("\n")
        elif member.filename == "xl/styles.xml":
            styles = frozenset(Styles(archive, member, budget).of_numbers)
    for member in wanted:
        if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
            sheet = Sheet(archive, member, budget, shared, styles)
            yield "\n".join([_table(sheet.rows), *sheet.pieces, *sheet.elsewhere])
        else:
            words = Words(archive, member, budget)
            yield "".join([*words.pieces, "\n", *words.elsewhere])


class Words:
    """The text of an XML file in reading order: runs of one paragraph joined, paragraphs and rows on lines.

    What stands elsewhere for its reader is kept apart: what was deleted, fields, and numbers in attributes.
    """

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> None:
        self.pieces: list[str] = []
        self.elsewhere: list[str] = []
        self._tables: list[Table] = []
        self._parser = parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.pieces.append
        parser.StartDoctypeDeclHandler = _refuse
        left = MOST_UNPACKED
        with archive.open(member) as stream:
            while piece := stream.read(PIECE):
                budget.spend()
                left -= len(piece)
                if left < 0:
                    raise Unreadable("is too large to look into", Why.TOO_LARGE)
                parser.Parse(piece)
        parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elsewhere += [f"\n{one}\n" for one in attributes.values() if len(one) >= 10 and LONG_NUMBER.search(one)]
        tag = name.rpartition(" ")[2]
        if tag in ELSEWHERE:
            self._parser.CharacterDataHandler = self.elsewhere.append
        self.start(tag, attributes)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in TABLES_OF_WORDS:
            self._tables.append(Table())
        elif self._tables and tag in ROWS:
            self._tables[-1].column = 0
        elif self._tables and tag in CELLS:
            self._tables[-1].start = len(self.pieces)

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag in ELSEWHERE:
            self._parser.CharacterDataHandler = self.pieces.append
            self.elsewhere.append("\n")
        if tag in BREAKS:
            self.pieces.append("\n")
        elif tag in SIGNS:
            self.pieces.append(SIGNS[tag])
        if self._tables and tag in CELLS:
            self._tables[-1].end_cell(self.pieces)
        elif self._tables and tag in TABLES_OF_WORDS:
            self._tables.pop()


class Table:
    """Which columns of a table in a text are headed as ones of numbers, while it is read."""

    def __init__(self) -> None:
        self.columns: set[int] = set()
        self.column = self.start = 0

    def end_cell(self, pieces: list[str]) -> None:
        cell = "".join(pieces[self.start :])
        if self.column in self.columns:
            pieces[self.start :] = [f"\n{_named(cell)}\t"]
        elif NUMBER_COLUMN.search(cell[:LONGEST_HEADING]):
            self.columns.add(self.column)
        self.column += 1
        self.start = len(pieces)


class Styles(Words):
    """Which styles of a workbook show bare digits as civil registration numbers."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> None:
        self.of_numbers: set[str] = set()
        self._formats: set[str] = set()
        self._is_of_cells, self._count = False, 0
        super().__init__(archive, member, budget)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
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


class Sheet(Words):
    """The cells of a worksheet by row and column, bare digits that are shown as numbers of people named so."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        member: zipfile.ZipInfo,
        budget: Budget,
        shared: list[str],
        styles: frozenset[str],
    ) -> None:
        self._shared, self._styles, self._cell, self._kind, self._style = shared, styles, "", "", ""
        self.rows: list[dict[str, str]] = []
        super().__init__(archive, member, budget)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self.rows.append({})
        elif tag == "c":
            self._cell, self._kind, self._style = (attributes.get(name, "") for name in ("r", "t", "s"))
        elif tag == "v":
            self.pieces.clear()

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c" and self.rows:
            value = "".join(self.pieces)
            if self._kind == "s" and value.isdecimal() and int(value) < len(self._shared):
                value = self._shared[int(value)]
            column = COLUMN.match(self._cell)
            value = _named(value) if self._style in self._styles else value
            self.rows[-1][column.group() if column else str(len(self.rows[-1]))] = value
            self.pieces.clear()
        elif tag in ELSEWHERE:
            super().end(name)
        elif tag == "sheetData":
            self.pieces.clear()


def _refuse(*_: object) -> None:
    raise Unreadable("declares a document type, as no office program does", Why.DAMAGED)


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
        columns |= {column for column, cell in row.items() if NUMBER_COLUMN.search(cell[:LONGEST_HEADING])}
        cells: list[str] = []
        before = ""
        for column, cell in row.items():
            if before and DIGITS_BEHIND.fullmatch(cell.strip()):
                cells[-1] = f"CPR {before.zfill(6)}-{cell.strip().zfill(4)}"
            before = cell.strip() if column in columns and DIGITS_BEFORE.fullmatch(cell.strip()) else ""
            cells.append(_named(cell) if column in columns else cell)
        lines.append("\t".join(cells))
    return "\n".join(lines)


def _named(cell: str) -> str:
    bare = cell.strip().strip('="')
    if EXPONENT.fullmatch(bare):
        bare = str(int(float(bare)))
    return f"CPR {bare.removesuffix('.0').zfill(10)}" if BARE_NUMBER.fullmatch(bare) else cell
