"""Printing: facts as tables or JSON, faults as one clear line."""

import io
import json
import sys
from collections.abc import Collection, Sequence
from typing import Any, TextIO

import structlog
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tickets.numbers.cpr import mask_cpr

OVERRIDES = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # of the direction of writing: they swap what is read
UNSEEN = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
UNSEEN |= {code: f"\\u{code:04x}" for code in OVERRIDES}
IN_JSON = {code: f"\\u{code:04x}" for code in UNSEEN}

console = Console(emoji=False)


def visible(text: str) -> str:
    """The text with its control characters (C0, C1, overrides of direction) spelled out: no terminal obeys a stranger.

    Line ends and tabs stay.
    """
    return text.replace("\r\n", "\n").translate(UNSEEN)


def plain(text: str) -> str:
    """A text that the console prints to the letter, as it takes no part of it for markup."""
    return escape(visible(text))


def write_traceback(out: TextIO, failure: structlog.typing.ExcInfo) -> None:
    """A traceback for the log: without the values of variables, and with no CPR number that an error quotes."""
    whole = io.StringIO()
    structlog.dev.plain_traceback(whole, failure)
    out.write(visible(mask_cpr(whole.getvalue())))


def counted(number: int, what: str) -> str:
    """A number with its noun: 1 list, 2 lists."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def say(text: str) -> None:
    """Print a line to standard output, with nothing in it that a terminal obeys."""
    console.print(plain(text), highlight=False, soft_wrap=True)


def warn(text: str) -> None:
    """Print a line to standard error, in red where there are colours."""
    Console(stderr=True).print(plain(text), style="red", highlight=False, soft_wrap=True)


def print_facts(facts: Any, *, indent: int | None = 2) -> None:
    """Facts as JSON, in which control characters are escapes that every reader of JSON turns back."""
    print(json.dumps(facts, ensure_ascii=False, indent=indent, default=str).translate(IN_JSON))


def print_csv(sheet: str) -> None:
    """A sheet as it goes into a file: in UTF-8, whatever the terminal speaks."""
    sys.stdout.buffer.write(sheet.encode())
    sys.stdout.flush()


def tell(facts: Any, sentence: str, json_: bool) -> None:
    """What a command did: the facts as JSON if those were asked for, else the sentence."""
    if json_:
        print_facts(facts)
    else:
        say(sentence)


def print_table(*columns: str, rows: Sequence[tuple[object, ...]], whole: Collection[str] = ()) -> None:
    """Print rows under their columns, of which `whole` ones are never broken; nothing is cut, however narrow.

    In a pipe or a file every row is one line, however long.
    """
    if not console.is_terminal:
        _print_lines([columns, *(tuple("" if cell is None else str(cell) for cell in row) for row in rows)])
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*(plain("" if cell is None else str(cell)) for cell in row))
    console.print(table)


def _print_lines(lines: Sequence[tuple[str, ...]]) -> None:
    """Each row as a line, its cells below each other."""
    cells = [[visible(" ".join(cell.split("\n"))) for cell in line] for line in lines]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        print("  ".join(set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())
