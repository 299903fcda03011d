"""Durable accepts: a message is on disk before its 250, beside Postfix's own smtpd on the same disk."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial

from benchmarks.comparison import Comparison
from benchmarks.instruments import CountingRelay, send_load
from benchmarks.measuring import ROUNDS, by_turns
from benchmarks.postfix import Postfix
from benchmarks.town import AUTHOR, Town

LOADS = ((1, 300), (10, 1_500), (50, 3_000))  # messages handed over by so many sessions
TIMES = {50: 0.9}  # what is wanted at so many sessions


def measure_accepts(loads: Iterable[tuple[int, int]] = LOADS, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """Messages of 4 KB accepted over SMTP, the doors alone as Postfix's are."""
    with closing(CountingRelay()) as relay, closing(Town(relay.port)) as town, closing(Postfix()) as postfix:
        address = town.add_list("intag", "IN", 0)
        with town.serving("smtp"):
            for sessions, messages in loads:
                seconds, their_seconds = by_turns(
                    partial(send_load, town.smtp_port, sessions, messages, AUTHOR, address),
                    partial(send_load, postfix.port, sessions, messages, AUTHOR, address),
                    rounds=rounds,
                )
                what = f"durable accepts, {sessions} session{'s' if sessions > 1 else ''}"
                times = TIMES.get(sessions)
                yield Comparison(what, messages / seconds, "Postfix", messages / their_seconds, "/s", times=times)
