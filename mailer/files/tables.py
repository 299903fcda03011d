"""Tables: rows of cells as lines, in which bare digits are named as what the heading above them says."""

import csv
import io
import re
from collections.abc import Iterable

from tickets.numbers.columns import NAMED

COLUMN_HEADING = re.compile(r"\bcpr|person-?n(?:r|ummer)", re.IGNORECASE)
LONGEST_HEADING = 200
EXPONENT = re.compile(r"\d(?:\.\d{1,9})?E\+?[89]")
DATE, REST = re.compile(r"\d{5,6}"), re.compile(r"\d{1,4}")
SEPARATORS = ";,\t|"
FEWEST_DIGITS = 9  # a spreadsheet drops the zero in front


def is_heading(cell: str) -> bool:
    """Whether a cell says that civil registration numbers stand below it."""
    start = cell[:LONGEST_HEADING]
    return COLUMN_HEADING.search(start) is not None or NAMED.search(start) is not None


def is_long_number(text: str) -> bool:
    """Whether enough digits for a number stand there."""
    return len(text) >= FEWEST_DIGITS and sum(map(str.isdigit, text)) >= FEWEST_DIGITS


def named(cell: str) -> str:
    """A cell below a heading for CPR numbers, its number behind the word CPR; unchanged where it is no number."""
    bare = cell.strip().strip('="')
    if EXPONENT.fullmatch(bare):
        bare = str(int(float(bare)))
    bare = bare.removesuffix(".0")
    if not is_long_number(bare):
        return cell
    return f"CPR {bare.zfill(10) if bare.isdecimal() else bare}"


def table_lines(rows: Iterable[dict[str, str]]) -> str:
    """A table as lines, in which numbers below a heading for CPR numbers are named."""
    columns: set[str] = set()
    lines: list[str] = []
    for row in rows:
        columns |= {column for column, cell in row.items() if is_heading(cell)}
        lines.append("\t".join(_cells(row, columns)))
    return "\n".join(lines)


def _cells(row: dict[str, str], columns: set[str]) -> list[str]:
    cells: list[str] = []
    before, is_before_named = "", False
    for column, cell in row.items():
        bare, is_named = cell.strip(), column in columns
        if (is_named or is_before_named) and DATE.fullmatch(before) and REST.fullmatch(bare):
            cells[-1] = f"CPR {before.zfill(6)}-{bare.zfill(4)}"
        cells.append(named(cell) if is_named else cell)
        before, is_before_named = bare, is_named
    return cells


def csv_lines(text: str) -> str:
    """Comma-separated values as lines, parted as the line of headings is; a text that is no table as it is."""
    lines = text.split("\n")
    heading = next((line for line in lines if is_heading(line) and any(map(line.count, SEPARATORS))), lines[0])
    delimiter = max(SEPARATORS, key=heading.count)
    rows = (
        {str(at): cell for at, cell in enumerate(row)} for row in csv.reader(io.StringIO(text), delimiter=delimiter)
    )
    try:
        return table_lines(rows)
    except csv.Error:
        return text
