"""`python -m benchmarks`: every figure of the portal in one table, intake beside Postfix's smtpd on the same disk."""

import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from smtplib import SMTP

from rich.console import Console
from rich.table import Table

from benchmarks.accepting import measure_accepts
from benchmarks.corpus import ARCHIVE, fill, invented_queries
from benchmarks.instruments import (
    ClockedRelay,
    CountingRelay,
    cpu_seconds,
    end_in_order,
    memory,
    peak_memory,
    percentile,
    send_load,
    wait_for,
)
from benchmarks.measuring import ROUNDS, copies_per_second, latency, wait_until_quiet
from benchmarks.starting import measure_starts
from benchmarks.town import AUTHOR, Town, seconds_since
from tickets.database.models import Mode
from tickets.people import lists, persons
from tickets.people.sight import sight_of

NEWS, READERS = 20, 1_000
POSTS, SEARCHES = 10_000, 300


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    measured: str
    beside: str = ""
    wanted: str = ""


def measure_intake() -> Iterator[Figure]:
    """Durable accepts, by turns with Postfix."""
    for row in measure_accepts():
        what, ours, theirs, ratio, wanted, _ = row.cells
        yield Figure(what, ours, f"{theirs}: {ratio}", wanted)


def measure_flow() -> Iterator[Figure]:
    """What happens behind the doors, in one portal, and what that process has cost at the end."""
    with closing(CountingRelay()) as relay, closing(Town(relay.port)) as town:
        silent, single = town.add_list("stille", "ST", 0), town.add_list("enkelt", "EN", 1)
        news, weekly = town.add_list("nyheder", "NY", READERS), town.add_list("ugebrev", "UG", READERS, Mode.WEEKLY)
        with town.serving("smtp"):
            send_load(town.smtp_port, 10, 1_000, AUTHOR, silent)
        begun = time.perf_counter()
        with town.serving("process"):
            first = town.waiting()
            begun = time.perf_counter()
            town.settle()
            yield Figure("arrivals processed", f"{first / seconds_since(begun):,.0f}/s")
        with town.serving() as pid:
            rates = [_copies(town, relay, single, 10, 500, 500) for _ in range(ROUNDS)]
            yield Figure(
                "accepted to at the relay, one subscriber", f"{statistics.median(rates):,.0f}/s", "", "≥ 300/s"
            )
            fan_out = _copies(town, relay, news.replace("@", "+nyt@"), 1, NEWS, NEWS * READERS)
            yield Figure(f"{NEWS} messages to {READERS:,} recipients", f"{fan_out:,.0f} copies/s", "", "≥ 1,500/s")
            send_load(town.smtp_port, 1, 5, AUTHOR, weekly)
            town.settle()
            wait_until_quiet(relay)
            before, begun = relay.count, time.perf_counter()
            town.command("digest", "ugebrev", "--now", "2099-01-05T08:00:00+01:00")
            wait_for(lambda: relay.count >= before + READERS)
            yield Figure(f"digest for {READERS:,} subscribers, command included", f"{seconds_since(begun):.1f} s")
            processes, now = memory(pid)
            yield Figure("CPU of serve after all that", f"{cpu_seconds(pid):.0f} s")
            yield Figure(
                "memory of serve, children counted", f"peak {peak_memory(pid):.0f} MB",
                f"now {now:.0f} MB, processes: {processes}", "< 250 MB",
            )  # fmt: skip


def _copies(town: Town, relay: CountingRelay, address: str, sessions: int, messages: int, copies: int) -> float:
    load = partial(send_load, town.smtp_port, sessions, messages, AUTHOR, address)
    return copies_per_second(relay, load, copies, transactions=copies)


def measure_latency() -> Iterator[Figure]:
    """How soon a message that comes to an idle portal is at the relay, the handing over included."""
    with closing(ClockedRelay()) as relay, closing(Town(relay.port)) as town:
        address = town.add_list("enkelt", "EN", 1)
        with town.serving(), SMTP("127.0.0.1", town.smtp_port, timeout=30) as door:
            latencies = [latency(door, relay, AUTHOR, address, number) for number in range(15)]
        median = statistics.median(latencies) * 1000
        yield Figure("arrival to relay at idle, median", f"{median:.0f} ms", "", "< 250 ms")


def measure_search() -> Iterator[Figure]:
    """Searching for one or two words among many posts, excerpts and permissions included."""
    chance = random.Random(2018)
    with closing(Town(1)) as town:
        town.add_list("arkiv", "AR", 1)
        search = fill(town, "arkiv", POSTS, chance)
        with town.store.reading() as session:
            mailing_list = lists.find_list(session, "arkiv")
            sight = sight_of(session, persons.get_person(session, AUTHOR), mailing_list)
            took = []
            for words in invented_queries(SEARCHES, chance):
                begun = time.perf_counter()
                search.find(session, sight, words)
                took.append(seconds_since(begun) * 1000)
        p50, p95 = percentile(took, 0.5), percentile(took, 0.95)
        yield Figure(f"search among {POSTS:,} posts", f"p50 {p50:.0f} ms, p95 {p95:.0f} ms", "", "p95 < 100 ms")


def measure_import() -> Iterator[Figure]:
    """An existing list's history taken in by the command, its start and looking through included; indexing apart."""
    source = Path(os.environ.get("MAIL_CORPUS", "")) / ARCHIVE
    if not source.is_file():
        return
    with closing(Town(1)) as town:
        town.add_list("fortid", "FO", 0)
        begun = time.perf_counter()
        facts = json.loads(town.command("import", str(source), "--list", "fortid", "--json"))
        took, seconds = seconds_since(begun), facts["seconds"]
        yield Figure(
            f"import of {facts['messages']:,} messages", f"{facts['filed'] / took:,.0f}/s with index",
            f"index {seconds['indexing']:.1f} s, ready {seconds['waiting']:.1f} s after the filing", "≥ 300/s",
        )  # fmt: skip


def measure_commands() -> Iterator[Figure]:
    """What commands that only look take of the processor, beside the least that any program with these tables takes."""
    for words, command, floor in measure_starts():
        yield Figure(f"processor time of `{words.split()[0]}`", f"{command:.2f} s", f"tables alone {floor:.2f} s")


MEASURES: tuple[Callable[[], Iterator[Figure]], ...] = (
    measure_intake,
    measure_flow,
    measure_latency,
    measure_search,
    measure_import,
    measure_commands,
)


def main() -> None:
    """Measure everything, and print one table."""
    end_in_order()
    console = Console()
    table = Table(title=f"dialogportal on {os.cpu_count()} cores, SQLite; rates are medians of {ROUNDS} where repeated")
    for heading in ("figure", "measured", "beside it", "wanted"):
        table.add_column(heading)
    with console.status("measuring") as status:
        for measure in MEASURES:
            for figure in measure():
                table.add_row(figure.what, figure.measured, figure.beside, figure.wanted)
                status.update(f"{figure.what}: {figure.measured} {figure.beside}")
    console.print(table)


if __name__ == "__main__":
    main()
