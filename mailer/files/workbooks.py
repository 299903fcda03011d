"""Workbooks: the cells of Excel's files of old ([MS-XLS]), in which numbers are no words."""

import os
import struct

from xlrd import XLRDError, open_workbook
from xlrd.book import Book
from xlrd.sheet import Sheet

from mailer.files.budget import Budget, Obstacle, Unreadable
from mailer.files.office import NUMBER_FORMAT
from mailer.files.tables import named, table_lines

LARGEST = 6_000_000  # octets
DAMAGES = (
    XLRDError, struct.error, AssertionError, LookupError, ValueError, TypeError, AttributeError, OverflowError,
    NotImplementedError,
)  # fmt: skip


def cells_of_workbook(stream: bytes, budget: Budget) -> str:
    """The cells of a workbook's stream as lines, bare digits named by their heading or format. Raises Unreadable."""
    if len(stream) > LARGEST:
        raise Unreadable("is too large to look into", Obstacle.TOO_LARGE)
    try:
        with open(os.devnull, "w") as log:
            book = open_workbook(file_contents=stream, logfile=log, formatting_info=True, ragged_rows=True)
        tables: list[str] = []
        for sheet in book.sheets():
            budget.spend()
            tables.append(table_lines(_row(book, sheet, number) for number in range(sheet.nrows)))
        return "\n".join(tables)
    except DAMAGES as error:
        raise Unreadable("is damaged", Obstacle.DAMAGED) from error


def _row(book: Book, sheet: Sheet, number: int) -> dict[str, str]:
    return {str(at): _cell(book, sheet, number, at) for at in range(sheet.row_len(number))}


def _cell(book: Book, sheet: Sheet, row: int, column: int) -> str:
    value = sheet.cell_value(row, column)
    if not isinstance(value, float):
        return str(value)
    told = str(int(value)) if value.is_integer() else str(value)
    style = book.format_map[book.xf_list[sheet.cell_xf_index(row, column)].format_key].format_str
    return named(told) if NUMBER_FORMAT.search(style) else told
