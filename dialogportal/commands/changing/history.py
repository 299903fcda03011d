"""History: the command that takes an existing list's history in, shows how far it is, and reports."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dialogportal.commands.looking.reading import warn_of_folders
from dialogportal.entrance import AsJson, Config
from dialogportal.house import House
from dialogportal.opening import house_to_write
from dialogportal.printing import console, print_facts, print_table, say
from mailer.history.archives import open_archive
from mailer.history.importing import ImportReport, import_archive
from mailer.history.looking import Advance, look_through, without_marks
from mailer.history.marks import Mark
from mailer.history.promises import Promises
from tickets.database.models import Visibility
from tickets.database.store import system_clock
from tickets.errors import BadInput
from tickets.people import lists
from tickets.search.indexer import Indexer

WORTH_A_PROCESS = 500  # messages; fewer are indexed in the end


def import_(
    archive: Annotated[
        Path, typer.Argument(metavar="FILE.mbox|MAILDIR", help="An mbox or .eml, also .gz, or a Maildir.")
    ],
    list_: Annotated[str, typer.Option("--list", help="The list whose history it is.")],
    with_deleted: Annotated[
        bool, typer.Option("--with-deleted", help="Take in what was deleted, drafts and spam as well.")
    ] = False,
    anonymous: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="What came by this address was asked anonymously; may be given again."),
    ] = None,
    confidential: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="What came by this address was sent in confidence; may be given again."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress; say only what became of it.")] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Take in an existing list's history: threaded, dated as it was, searchable. Nobody is told.

    What is there already is not taken in twice: an import that was stopped goes on when it is started again.
    """
    promises = promising(anonymous or [], confidential or [])
    warn_of_folders(archive)
    with house_to_write(config) as opened:
        shows = not (quiet or json_) and console.is_terminal
        done = _take_in(opened, archive, list_, promises, with_deleted=with_deleted, shows=shows)
    if json_:
        print_facts(vars(done.report) | {"seconds": done.seconds})
        return
    _print_report(done.report, is_detailed=not quiet)
    if done.report.filed:
        _print_times(done)


@dataclass(frozen=True)
class FinishedImport:
    """What an import did, and how many seconds its steps took."""

    report: ImportReport
    filing: float
    indexing: float  # much of it while messages were filed
    waiting: float  # from the last message filed until the index had it
    is_indexed: bool  # or else the portal that is running puts the rest into its index

    @property
    def seconds(self) -> dict[str, float]:
        """The steps' times, by the keys under which `--json` prints them."""
        return {"filing": self.filing, "indexing": self.indexing, "waiting": self.waiting}


def _take_in(
    opened: House, archive: Path, list_name: str, promises: Promises, *, with_deleted: bool, shows: bool
) -> FinishedImport:
    """Look an archive through, file what is new of it, and wait for its index. Raises NotFound, BadInput."""
    store = opened.store
    with store.reading() as session:
        name = lists.find_list(session, list_name).name
    with Indexer(store, opened.search) as indexer:
        with open_archive(archive) as messages:
            if len(messages) >= WORTH_A_PROCESS:
                indexer.start()
            with _progress("Looking through", len(messages), shows) as advance:
                sketches = look_through(messages, system_clock(), advance, promises)
            if with_deleted:
                sketches = without_marks(sketches)
            begun = time.perf_counter()
            with _progress("Filing", len(messages), shows) as advance:
                report = import_archive(
                    store, opened.settings.portal, name, messages, sketches, system_clock(),
                    _both(advance, indexer.owe),
                )  # fmt: skip
        filed_in, begun = time.perf_counter() - begun, time.perf_counter()
        indexed_in = _finish(indexer, report.filed, shows)
    rest_in, is_indexed = _index_rest(opened)
    return FinishedImport(report, filed_in, indexed_in + rest_in, time.perf_counter() - begun, is_indexed)


def promising(anonymous: Sequence[str], confidential: Sequence[str]) -> Promises:
    """The promises of the old list, with addresses of its own. Raises BadInput for what is no address."""
    named = dict.fromkeys(anonymous, Visibility.ANONYMOUS) | dict.fromkeys(confidential, Visibility.CONFIDENTIAL)
    for address in named:
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address.strip()):
            raise BadInput(f"{address!r} is no address; one looks like brevkasse@example.dk")
    return Promises(named)


@contextmanager
def _progress(what: str, messages: int, shows: bool) -> Iterator[Advance]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not shows) as progress:
        task = progress.add_task(what, total=messages)
        yield lambda done: progress.advance(task, done)


def _both(*wanted: Advance) -> Advance:
    def advance(done: int) -> None:
        for one in wanted:
            one(done)

    return advance


def _finish(indexer: Indexer, messages: int, shows: bool) -> float:
    """Wait for the index; how many seconds were spent on it in all."""
    spent = 0.0
    with _progress("Indexing", messages, shows) as advance:
        for done, seconds in indexer.finish():
            advance(done)
            spent += seconds
    return spent


def _index_rest(opened: House) -> tuple[float, bool]:
    """Take in what the indexer did not: in how many seconds, and whether that is all.

    It is not where the running portal is the one that writes the index.
    """
    begun = time.perf_counter()
    while opened.search.update(system_clock()):
        pass
    opened.search.give_back()
    with opened.store.reading() as session:
        return time.perf_counter() - begun, opened.search.lag(session) == 0


def _print_report(report: ImportReport, *, is_detailed: bool) -> None:
    left_out = report.left_out.total()
    say(f"{report.messages:,} messages: {report.filed:,} filed, {report.known:,} there already, {left_out:,} left out.")
    if marked := sum(report.left_out[mark] for mark in Mark):
        say(f"{marked:,} of these are marked as deleted, drafts or spam; --with-deleted takes them in.")
    rows = [("left out", kind, count) for kind, count in report.left_out.most_common()]
    rows += [("filed", kind, count) for kind, count in (report.hidden + report.defects).most_common()]
    if is_detailed and rows:
        print_table("", "What is odd", "Messages", "Among them", rows=[(*row, _names(report, row[1])) for row in rows])


def _print_times(done: FinishedImport) -> None:
    say(f"Filed in {done.filing:.1f} s: {done.report.filed / done.filing:,.0f} messages/s.")
    say(
        f"Indexed in {done.indexing:.1f} s; that was done {done.waiting:.1f} s after the filing."
        if done.is_indexed
        else "The portal that is running puts them into its index."
    )


def _names(report: ImportReport, kind: str) -> str:
    names = report.named[kind]
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
