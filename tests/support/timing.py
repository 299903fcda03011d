"""Processor time: what something costs, and how that grows. A busy machine changes it by half, never tenfold."""

import gc
import time
from collections.abc import Callable
from typing import AnyStr

ROUNDS = 4


def seconds(work: Callable[[AnyStr], object], what: AnyStr) -> float:
    """The processor time that some work takes."""
    gc.disable()  # what other tests have left in memory is not to be counted
    try:
        begun = time.process_time()
        work(what)
        return time.process_time() - begun
    finally:
        gc.enable()


def is_linear(work: Callable[[AnyStr], object], once: AnyStr) -> bool:
    """Whether twice as much takes twice the time, not four times: measured by turns, the least of some rounds each.

    What is plainly so is not measured again.
    """
    least = doubled = float("inf")
    for _ in range(ROUNDS):
        least, doubled = min(least, seconds(work, once)), min(doubled, seconds(work, once + once))
        if doubled <= 2.3 * least + 0.02:
            return True
    return doubled <= 3 * least + 0.02
