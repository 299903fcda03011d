"""`python -m benchmarks.postgresql URL`: an empty database of PostgreSQL, served by one process and by two at once."""

import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from secrets import token_hex

from rich.console import Console

from benchmarks.instruments import CountingRelay, send_load
from benchmarks.measuring import copies_per_second
from benchmarks.town import AUTHOR, Town
from tickets.database.store import Database

ROUNDS, MESSAGES, NEWS, READERS = 5, 300, 10, 200
BESIDE = ("process", "follow", "deliver")  # what a second process does


def measure(url: str) -> Iterator[str]:
    """A line for each figure."""
    with closing(CountingRelay()) as relay, closing(Town(relay.port, Database(url=url))) as town:
        (town.home / "secret").write_text(token_hex(32))
        single, news = town.add_list("enkelt", "EN", 1), town.add_list("nyheder", "NY", READERS)
        for helpers in (0, 1, 0, 1):
            with ExitStack() as stack:
                stack.enter_context(town.serving())
                for _ in range(helpers):
                    stack.enter_context(town.serving(*BESIDE))
                rates = [_rate(town, relay, single, 10, MESSAGES, MESSAGES) for _ in range(ROUNDS)]
                copies = _rate(town, relay, news.replace("@", "+nyt@"), 1, NEWS, NEWS * READERS)
            median = statistics.median(rates)
            yield f"{1 + helpers} serving: {median:,.0f} messages/s from the door to the relay, {copies:,.0f} copies/s"


def _rate(town: Town, relay: CountingRelay, to: str, sessions: int, messages: int, copies: int) -> float:
    return copies_per_second(relay, lambda: send_load(town.smtp_port, sessions, messages, AUTHOR, to), copies, copies)


def main() -> None:
    """Measure on the PostgreSQL database of the first argument."""
    for line in measure(sys.argv[1]):
        Console().print(line, highlight=False)


if __name__ == "__main__":
    main()
