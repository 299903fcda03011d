"""Importing: the command that takes an existing list's history in, shows how far it is, and reports."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dialogportal.printing import AsJson, Config, console, house, print_facts, print_table, say
from dialogportal.serving import House
from mailer.archives import open_archive
from mailer.importing import Advance, Report, import_archive, look_through
from tickets import membership
from tickets.store import system_clock


def import_(
    archive: Annotated[Path, typer.Argument(metavar="FILE.mbox|MAILDIR", help="An mbox, also .gz, or a Maildir.")],
    list_: Annotated[str, typer.Option("--list", help="The list whose history it is.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress; say only what became of it.")] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Take in an existing list's history: threaded, dated as it was, searchable. Nobody is told.

    What is there already is not taken in twice: an import that was stopped goes on when it is started again.
    """
    with house(config) as opened:
        with opened.store.reading() as session:
            name = membership.find_list(session, list_).name
        shows = not (quiet or json_) and console.is_terminal
        with open_archive(archive) as messages:
            with _progress("Looking through", len(messages), shows) as advance:
                sketches = look_through(messages, system_clock(), advance)
            begun = time.perf_counter()
            with _progress("Filing", len(messages), shows) as advance:
                report = import_archive(
                    opened.store, opened.settings.portal, name, messages, sketches, system_clock(), advance
                )
            filed_in = time.perf_counter() - begun
        begun = time.perf_counter()
        is_indexed = _index(opened, shows)
        indexed_in = time.perf_counter() - begun
    if json_:
        print_facts(vars(report) | {"seconds": {"filing": filed_in, "indexing": indexed_in}})
        return
    _print_report(report, is_detailed=not quiet)
    if report.filed:
        say(f"Filed in {filed_in:.1f} s: {report.filed / filed_in:,.0f} messages/s.")
        say(f"Indexed in {indexed_in:.1f} s." if is_indexed else "The portal that is running puts them into its index.")


@contextmanager
def _progress(what: str, messages: int, shows: bool) -> Iterator[Advance]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not shows) as progress:
        task = progress.add_task(what, total=messages)
        yield lambda done: progress.advance(task, done)


def _index(opened: House, shows: bool) -> bool:
    """Bring the search index up to date; False where the running portal is the one that writes it."""
    with opened.store.reading() as session:
        behind = opened.search.lag(session)
    with _progress("Indexing", behind, shows) as advance:
        while done := opened.search.update(system_clock()):
            advance(done)
    with opened.store.reading() as session:
        return opened.search.lag(session) == 0


def _print_report(report: Report, *, is_detailed: bool) -> None:
    left_out = report.left_out.total()
    say(f"{report.messages:,} messages: {report.filed:,} filed, {report.known:,} there already, {left_out:,} left out.")
    rows = [("left out", kind, count) for kind, count in report.left_out.most_common()]
    rows += [("filed", kind, count) for kind, count in report.defects.most_common()]
    if is_detailed and rows:
        print_table("", "What is odd", "Messages", "Among them", rows=[(*row, _names(report, row[1])) for row in rows])


def _names(report: Report, kind: str) -> str:
    names = report.named[kind]
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
