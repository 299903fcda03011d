"""`python -m benchmarks.peers [accepts|intake|flow|latency|archive …]`: the portal beside its peers, in one table.

Postfix for mail taken in, GNU Mailman 3 core for mail in and out, HyperKitty for the archive.
"""

import argparse
import json
import os
import random
import smtplib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote_plus

from rich.console import Console

from benchmarks.accepting import LOADS, measure_accepts
from benchmarks.comparison import Better, Comparison, table_of
from benchmarks.corpus import archive, fill, invented_queries, queries
from benchmarks.hyperkitty import HyperKitty, hyperkitty
from benchmarks.instruments import LMTP, ClockedRelay, CountingRelay, end_in_order, memory, percentile, send_load
from benchmarks.mailman import COPIES_TOGETHER, PEERS, mailman
from benchmarks.measuring import ROUNDS, by_turns, copies_per_second, fetch, latency, page_milliseconds
from benchmarks.town import AUTHOR, Town

CORE = "Mailman 3"


@dataclass(frozen=True)
class Size:
    """How much is measured: so much that each round takes the slower side some seconds."""

    rounds: int = ROUNDS
    accepts: tuple[tuple[int, int], ...] = LOADS
    intake: tuple[tuple[int, int], ...] = ((1, 100), (10, 400))  # messages handed over by so many sessions
    through: tuple[int, int] = (400, 100)  # messages to one subscriber, for the portal and for the peer
    readers: int = 1_000
    shared: tuple[int, int] = (5, 3)  # messages to all readers
    personal: tuple[int, int] = (5, 1)
    latencies: int = 15
    imported: int = 4_000
    searches: int = 60
    posts: int = 10_000


QUICK = Size(
    rounds=1, accepts=((1, 5), (50, 100)), intake=((1, 5), (10, 20)), through=(10, 5), readers=20, shared=(1, 1),
    personal=(1, 1), latencies=1, imported=100, searches=3, posts=500,
)  # fmt: skip
OUR_HIT, THEIR_HIT = 'class="hits"', 'class="thread-email'  # what a search page with hits holds
QUIET: dict[str, str | bool] = {"archive_policy": "never", "default_member_action": "accept", "digests_enabled": False}


def measure_beside_postfix(size: Size) -> Iterator[Comparison]:
    """Messages accepted over SMTP, on disk when their 250 comes."""
    return measure_accepts(size.accepts, size.rounds)


def measure_intake(size: Size) -> Iterator[Comparison]:
    """Messages accepted over LMTP, 4 KB each, with nothing running behind the doors."""
    with closing(CountingRelay()) as relay, closing(Town(relay.port)) as town, mailman(relay.port) as core:
        ours, theirs = town.add_list("intag", "IN", 0), core.add_list("intag", AUTHOR, 0)
        with town.serving("lmtp"), core.receiving():
            for sessions, messages in size.intake:
                seconds, their_seconds = by_turns(
                    partial(send_load, town.lmtp_port, sessions, messages, AUTHOR, ours, LMTP),
                    partial(send_load, core.lmtp_port, sessions, messages, AUTHOR, theirs, LMTP),
                    rounds=size.rounds,
                )
                what = f"accepted over LMTP, {sessions} session{'s' if sessions > 1 else ''}"
                yield Comparison(what, messages / seconds, CORE, messages / their_seconds, "/s")


def measure_flow(size: Size) -> Iterator[Comparison]:
    """From the handing over until the relay has every copy, and what the processes hold after all that."""
    with ExitStack() as stack:
        relays = [stack.enter_context(closing(CountingRelay())) for _ in range(2)]
        town = stack.enter_context(closing(Town(relays[0].port)))
        core = stack.enter_context(mailman(relays[1].port))
        single, news = (
            town.add_list("enkelt", "EN", 1),
            town.add_list("nyheder", "NY", size.readers).replace("@", "+nyt@"),
        )
        core_single, core_news = core.add_list("enkelt", AUTHOR, 1), core.add_list("nyheder", AUTHOR, size.readers)
        pid, core_pid = stack.enter_context(town.serving()), stack.enter_context(core.serving())
        core.configure(core_single, **QUIET)
        core.configure(core_news, **QUIET)
        send, core_send = (
            partial(_copies, relay, port) for relay, port in zip(relays, (town.lmtp_port, core.lmtp_port), strict=True)
        )

        ours, theirs = by_turns(
            partial(send, 10, size.through[0], single, 1),
            partial(core_send, 10, size.through[1], core_single, 1),
            rounds=size.rounds,
        )
        yield Comparison("accepted to at the relay, one subscriber", ours, CORE, theirs, "/s", times=8)

        core.configure(core_news, personalize="none")
        ours, theirs = by_turns(
            partial(send, 1, size.shared[0], news, size.readers),
            partial(core_send, 1, size.shared[1], core_news, size.readers, COPIES_TOGETHER),
            rounds=size.rounds,
        )
        yield Comparison(
            f"copies to {size.readers:,}, ours personal", ours, CORE, theirs, "/s", bound=1_500,
            remark=f"shared by {COPIES_TOGETHER}",
        )  # fmt: skip

        core.configure(core_news, personalize="individual")
        ours, theirs = by_turns(
            partial(send, 1, size.personal[0], news, size.readers),
            partial(core_send, 1, size.personal[1], core_news, size.readers),
            rounds=size.rounds,
        )
        yield Comparison(
            f"copies to {size.readers:,}, both personal", ours, CORE, theirs, "/s", bound=1_500, times=20
        )  # fmt: skip

        _, ours = memory(pid)
        processes, theirs = memory(core_pid)
        yield Comparison(
            "memory of all processes after that", ours, CORE, theirs, " MB", Better.LESS, bound=250,
            remark=f"{processes} processes",
        )  # fmt: skip
        if failed := core.set_aside():
            raise RuntimeError(f"Mailman set aside {failed} messages: its figures count for nothing")


def _copies(
    relay: CountingRelay, port: int, sessions: int, messages: int, address: str, readers: int, together: int = 1
) -> float:
    load = partial(send_load, port, sessions, messages, AUTHOR, address, LMTP)
    copies = messages * readers
    return copies_per_second(relay, load, copies, copies // together)


def measure_latency(size: Size) -> Iterator[Comparison]:
    """How soon a message that comes to an idle list of one subscriber is at the relay."""
    with ExitStack() as stack:
        relays = [stack.enter_context(closing(ClockedRelay())) for _ in range(2)]
        town = stack.enter_context(closing(Town(relays[0].port)))
        core = stack.enter_context(mailman(relays[1].port))
        address, core_address = town.add_list("enkelt", "EN", 1), core.add_list("enkelt", AUTHOR, 1)
        stack.enter_context(town.serving())
        stack.enter_context(core.serving())
        core.configure(core_address, **QUIET)
        numbers = iter(range(10_000))

        def one(port: int, relay: ClockedRelay, to: str) -> float:
            with smtplib.LMTP("127.0.0.1", port, timeout=60) as door:
                door.ehlo("localhost")
                return latency(door, relay, AUTHOR, to, next(numbers)) * 1000

        ours, theirs = by_turns(
            partial(one, town.lmtp_port, relays[0], address),
            partial(one, core.lmtp_port, relays[1], core_address),
            rounds=size.latencies,
        )
        yield Comparison("accepted to at the relay at idle, median", ours, CORE, theirs, " ms", Better.LESS, bound=250)


def measure_archive(size: Size) -> Iterator[Comparison]:
    """An archive imported and searched on both sides, then our search among more."""
    chance = random.Random(2018)
    name, messages = archive(size.imported, chance)
    words = list(queries(messages, size.searches, chance))
    with ExitStack() as stack:
        mbox = Path(stack.enter_context(TemporaryDirectory(prefix="archive-bench-"))) / "archive.mbox"
        mbox.write_bytes(b"".join(messages))
        kitty = stack.enter_context(hyperkitty())
        towns: list[Town] = []
        reports: list[dict[str, dict[str, float]]] = []

        def import_here() -> float:
            town = stack.enter_context(closing(Town(1)))
            town.add_list("arkiv", "AR", 1)
            town.publish("arkiv")
            towns.append(town)
            begun = time.perf_counter()
            reports.append(json.loads(town.command("import", str(mbox), "--list", "arkiv", "--json")))
            return time.perf_counter() - begun

        ours, theirs = by_turns(import_here, partial(_import_there, kitty, mbox), rounds=size.rounds)
        indexing = statistics.median(report["seconds"]["indexing"] for report in reports)
        if (found := kitty.count()) < 0.95 * len(messages):
            raise RuntimeError(f"HyperKitty has {found} of {len(messages)} messages: its figures count for nothing")
        yield Comparison(
            f"import of {name}, ours with its index", len(messages) / ours, "HyperKitty", len(messages) / theirs,
            "/s", times=4, bound=300, remark="without its index",
        )  # fmt: skip
        begun = time.perf_counter()
        kitty.index()
        their_indexing = time.perf_counter() - begun
        yield Comparison("indexing of that", indexing, "HyperKitty", their_indexing, " s", Better.LESS)

        page = f"http://{towns[-1].web}/search?q="
        with towns[-1].serving("web"), kitty.serving() as their_page:
            _warm(page, words[0], OUR_HIT)
            _warm(their_page, words[0], THEIR_HIT)
            times = [(page_milliseconds(page, some), page_milliseconds(their_page, some)) for some in words]
        ours, theirs = (statistics.median(side) for side in zip(*times, strict=True))
        yield Comparison(
            f"search page among {len(messages):,}, median", ours, "HyperKitty", theirs, " ms", Better.LESS
        )  # fmt: skip

        town = stack.enter_context(closing(Town(1)))
        town.add_list("mange", "MA", 1)
        town.publish("mange")
        fill(town, "mange", size.posts, chance)
        page = f"http://{town.web}/search?q="
        with town.serving("web"):
            _warm(page, next(invented_queries(1, chance)), OUR_HIT)
            ours_among_more = [page_milliseconds(page, some) for some in invented_queries(3 * size.searches, chance)]
        yield Comparison(
            f"search page among {size.posts:,}, p95", percentile(ours_among_more, 0.95), "HyperKitty", theirs, " ms",
            Better.LESS, bound=100, remark=f"median among {len(messages):,}",
        )  # fmt: skip


def _warm(search_page: str, words: str, hit: str) -> None:
    """Search once, and see that something is found: an empty index answers fast."""
    if hit not in fetch(search_page + quote_plus(words.split()[0])):
        raise RuntimeError(f"{search_page} finds nothing: its figures count for nothing")


def _import_there(kitty: HyperKitty, mbox: Path) -> float:
    kitty.empty()
    begun = time.perf_counter()
    kitty.import_archive(mbox)
    return time.perf_counter() - begun


MEASURES: dict[str, Callable[[Size], Iterator[Comparison]]] = {
    "accepts": measure_beside_postfix,
    "intake": measure_intake,
    "flow": measure_flow,
    "latency": measure_latency,
    "archive": measure_archive,
}


def main() -> None:
    """Measure beside the peers what the arguments name, and print the comparisons."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="|".join(MEASURES), help="which to make; all by default")
    parser.add_argument("--quick", action="store_true", help="a few of each, to see that it works: no figure counts")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else Size()
    chosen = arguments.measures or list(MEASURES)
    if unknown := set(chosen) - set(MEASURES):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose from {', '.join(MEASURES)}")
    if not (PEERS / "mailman").exists():
        raise SystemExit("The peers are not installed: sh benchmarks/make_peers.sh .venv-peers")
    end_in_order()
    console = Console(width=None if sys.stdout.isatty() else 140)
    rows: list[Comparison] = []
    failures: list[str] = []
    begun = time.monotonic()
    try:
        with console.status("measuring") as status:
            for name in chosen:
                status.update(f"measuring {name}")
                try:
                    for row in MEASURES[name](size):
                        rows.append(row)
                        status.update(f"{row.what}: {row.ours:,.0f}{row.unit}, {row.peer} {row.theirs:,.0f}{row.unit}")
                except (OSError, RuntimeError, subprocess.SubprocessError) as failure:
                    failures.append(f"{name} could not be measured: {failure}")
    finally:
        title = (
            f"dialogportal beside its peers on {os.cpu_count()} cores, SQLite on both sides; "
            f"medians of {size.rounds} by turns, {(time.monotonic() - begun) / 60:.0f} minutes"
        )
        console.print(table_of(rows, title))
        for failure_line in failures:
            console.print(failure_line, style="bold red", markup=False)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
