"""Printing: facts as tables or JSON, faults as one clear line; what every command takes."""

import io
import json
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO

import structlog
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from dialogportal import entrance
from dialogportal.serving import House
from dialogportal.settings import Settings, read_settings, read_settings_of_a_portal
from mailer.history.archives import folders_within
from tickets.errors import BadInput, NothingYet
from tickets.numbers.cpr import mask_cpr
from tickets.text.garbled import composed

Config = Annotated[Path | None, typer.Option("--config", help="The settings file; usually ./dialogportal.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]

NO_NUMBER = "Input should be a valid integer"
OVERRIDES = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # of the direction of writing: they swap what is read
UNSEEN = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
UNSEEN |= {code: f"\\u{code:04x}" for code in OVERRIDES}
IN_JSON = {code: f"\\u{code:04x}" for code in UNSEEN}

console = Console(emoji=False)


def settings_in(config: Path | None) -> Settings:
    """The settings; those that cannot be used end the command with exit code 2."""
    with _stopping():
        return read_settings(config)


@contextmanager
def house(config: Path | None) -> Iterator[House]:
    """The open portal, to change it; where none was set up, the command ends with 2 and leaves nothing behind."""
    with entrance.house_to_write(settings_of_a_portal(config)) as opened:
        yield opened


@contextmanager
def house_to_read(config: Path | None, json_: bool) -> Iterator[House]:
    """The open portal, only to look; where there is nothing yet, the command says so and ends well."""
    settings = settings_of_a_portal(config)
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(entrance.house_to_read(settings))
        except NothingYet as nothing:
            print_facts({"nothing_yet": True}) if json_ else say(str(nothing))
            raise typer.Exit from nothing
        yield opened


def settings_of_a_portal(config: Path | None) -> Settings:
    """The settings of a portal that was set up; the command ends with exit code 2 where none was."""
    with _stopping():
        return read_settings_of_a_portal(config)


@contextmanager
def _stopping() -> Iterator[None]:
    try:
        yield
    except BadInput as error:
        warn(str(error))
        sys.exit(2)


class InPlainWords(TyperGroup):
    """The commands; an option that cannot be used is told in words of ours, not in those of the libraries."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; a file keeps the name that it has."""
        return super().parse_args(ctx, [arg if Path(arg).exists() else composed(arg) for arg in args])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            told = error.message.removeprefix("Value error, ")
            error.message = "write a number, as 17" if told.startswith(NO_NUMBER) else told
            raise


def visible(text: str) -> str:
    """The text with its control characters (C0, C1, overrides of direction) spelled out: no terminal obeys a stranger.

    Line ends and tabs stay.
    """
    return text.replace("\r\n", "\n").translate(UNSEEN)


def plain(text: str) -> str:
    """The text as the console prints it to the letter: neither that nor the terminal takes any of it for an order."""
    return escape(visible(text))


def write_traceback(out: TextIO, failure: structlog.typing.ExcInfo) -> None:
    """A traceback for the log: without the values of variables, and with no CPR number that an error quotes."""
    whole = io.StringIO()
    structlog.dev.plain_traceback(whole, failure)
    out.write(visible(mask_cpr(whole.getvalue())))


def counted(number: int, what: str) -> str:
    """1 list, 2 lists"""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def say(text: str) -> None:
    console.print(plain(text), highlight=False, soft_wrap=True)


def warn(text: str) -> None:
    Console(stderr=True).print(plain(text), style="red", highlight=False, soft_wrap=True)


def warn_of_folders(path: Path) -> None:
    """Tell which folders of a Maildir are not read with it."""
    if within := folders_within(path):
        warn(f"{path} has folders that are not read with it; name those you want: {', '.join(within)}")


def print_facts(facts: Any, *, indent: int | None = 2) -> None:
    """Facts as JSON, in which control characters are escapes that every reader of JSON turns back."""
    print(json.dumps(facts, ensure_ascii=False, indent=indent, default=str).translate(IN_JSON))


def print_table(*columns: str, rows: Sequence[tuple[object, ...]], whole: Collection[str] = ()) -> None:
    """Rows under their columns, of which those that are `whole` are never broken; nothing is cut, however narrow."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*(plain("" if cell is None else str(cell)) for cell in row))
    console.print(table)
