"""Processor time: what something costs, and how that grows. A busy machine changes it by half, never tenfold."""

import time
from collections.abc import Callable
from typing import AnyStr

ROUNDS = 4


def seconds(work: Callable[[AnyStr], object], what: AnyStr) -> float:
    """The processor time that some work takes."""
    begun = time.process_time()
    work(what)
    return time.process_time() - begun


def is_linear(work: Callable[[AnyStr], object], once: AnyStr) -> bool:
    """Whether twice as much takes twice the time, not four times: measured by turns, the least of some rounds each."""
    rounds = [(seconds(work, once), seconds(work, once + once)) for _ in range(ROUNDS)]
    least, doubled = (min(column) for column in zip(*rounds, strict=True))
    return doubled <= 3 * least + 0.02
