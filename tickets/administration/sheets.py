"""Sheets: tables as Danish spreadsheets write and read them (CSV, RFC 4180, with `;`)."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tickets.errors import BadInput
from tickets.text.folding import plain
from tickets.text.garbled import composed

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a cell would be one
MOST = 20_000  # lines
LONGEST = 500  # characters of a cell


@dataclass(frozen=True)
class SheetLine:
    """A row of a sheet: the line of the file that it begins at, and its cells by the names of their columns."""

    number: int
    cells: Mapping[str, str]

    def several(self, name: str) -> list[str]:
        """The values of a cell that may have more than one, between commas, bars or spaces."""
        return [one for one in re.split(r"[\s,|]+", self.cells.get(name, "")) if one]


def read_sheet(octets: bytes, columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> list[SheetLine]:
    """The rows of a file: UTF-8 or cp1252 with or without a BOM, UTF-16 with one; cells between `;`, tabs or commas.

    `columns` has the headings by which each column is known. Raises BadInput if one that is `needed` is missing, or if
    it is no table at all.
    """
    text = composed(decode(octets)).replace("\r\n", "\n").replace("\r", "\n")
    skipped = 1 if text.lower().startswith("sep=") else 0  # Excel's own line
    text = text.partition("\n")[2] if skipped else text
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        rows = _number(reader, skipped)
    except csv.Error as error:
        raise BadInput(f"Line {reader.line_num + skipped}: that is no CSV: {error}") from error
    if not rows:
        raise BadInput("There is no line in it; the first names the columns")
    names = [_name_of(heading, columns) for heading in rows[0][1]]
    if missing := [name for name in needed if name not in names]:
        raise BadInput(f"Line 1 names no column {' and no '.join(missing)}; it has {', '.join(rows[0][1])}")
    return [_line(number, names, cells) for number, cells in rows[1:] if any(cells)]


def decode(octets: bytes) -> str:
    """What a spreadsheet wrote, in whichever of the ways they have."""
    is_wide = octets.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("It can be read neither as UTF-8 nor as Windows' own letters: save it as CSV UTF-8")


def _delimiter(text: str) -> str:
    """Whichever parts the headings; a Danish spreadsheet's, where they are only one."""
    heading = text.partition("\n")[0]
    return max(";\t,", key=heading.count)


def _number(reader: Iterable[list[str]], skipped: int) -> list[tuple[int, list[str]]]:
    """Each row with the line that it begins at; a line end within quotes is a space."""
    rows: list[tuple[int, list[str]]] = []
    begins = 1 + skipped
    for row in reader:
        rows.append((begins, [" ".join(cell.split()) for cell in row]))
        begins = reader.line_num + 1 + skipped  # type: ignore[attr-defined]
        if len(rows) > MOST:
            raise BadInput(f"There are more than {MOST:,} lines in it")
    return rows


def _name_of(heading: str, columns: Mapping[str, Sequence[str]]) -> str:
    """The name of the column with this heading; the heading itself if it is none that is known."""
    said = re.sub(r"[^a-z]", "", plain(heading))
    return next((name for name, words in columns.items() if said in (name, *words)), heading)


def _line(number: int, names: Sequence[str], cells: Sequence[str]) -> SheetLine:
    if len(cells) > len(names) and any(cells[len(names) :]):
        raise BadInput(f"Line {number} has {len(cells)} cells, and there are {len(names)} columns")
    if too_long := [name for name, cell in zip(names, cells, strict=False) if len(cell) > LONGEST]:
        raise BadInput(f"Line {number}: {too_long[0]} is longer than {LONGEST} characters")
    return SheetLine(number, dict(zip(names, map(_unquote, cells), strict=False)))


def _unquote(cell: str) -> str:
    """The cell without the apostrophe that kept it from being a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as a Danish spreadsheet opens it by a double click; no cell of it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return BOM + out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
