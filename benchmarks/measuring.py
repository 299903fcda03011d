"""How portal and peer are measured alike: from the handing over to the relay, through the doors and the search page."""

import random
import statistics
import time
import urllib.request
from collections.abc import Callable
from smtplib import SMTP
from urllib.parse import quote_plus

from benchmarks.instruments import ClockedRelay, CountingRelay, wait_for

ROUNDS = 5


def by_turns(*measures: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The median of each, measured by turns so that what disturbs the machine disturbs all of them."""
    found: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for measure, values in zip(measures, found, strict=True):
            values.append(measure())
    return [statistics.median(values) for values in found]


def copies_per_second(relay: CountingRelay, hand_over: Callable[[], object], copies: int, transactions: int) -> float:
    """From the first message handed over to the last copy taken, in so many SMTP transactions."""
    wait_until_quiet(relay)
    before, begun = relay.count, time.perf_counter()
    hand_over()
    wait_for(lambda: relay.count >= before + transactions, pause=0.005)
    return copies / (time.perf_counter() - begun)


def wait_until_quiet(relay: CountingRelay) -> None:
    """Wait until the relay takes nothing for a second."""
    while True:
        before = relay.count
        time.sleep(1.0)
        if relay.count == before:
            return


def latency(door: SMTP, relay: ClockedRelay, author: str, address: str, number: int) -> float:
    """Seconds from MAIL FROM, over a connection that is open, until the relay has the message whole.

    Waits first, by an odd time, so that whatever looks every second is met at any point of it.
    """
    time.sleep(1.3 + random.random() / 2)
    before = len(relay.times)
    begun = time.perf_counter()
    door.sendmail(
        author,
        [address],
        f"From: {author}\r\nTo: {address}\r\nSubject: Nr. {number}\r\n"
        f"Message-ID: <{number}@proevested.example.dk>\r\n\r\nHej\r\n",
    )
    wait_for(lambda: len(relay.times) > before, pause=0.005)
    return relay.times[before] - begun


def page_milliseconds(search_page: str, words: str) -> float:
    """How long a search page takes; the address is to be completed by the words."""
    begun = time.perf_counter()
    fetch(search_page + quote_plus(words))
    return (time.perf_counter() - begun) * 1000


def fetch(address: str) -> str:
    """The page at an address, as text; raises after 60 s."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        return str(answer.read(), "utf-8")
