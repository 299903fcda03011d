"""Processor time: what something may cost, and how that grows.

No test reads a clock: the kernel counts, and interrupts what is not done in time.
"""

import gc
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import AnyStr

ROUNDS = 4


class TooCostly(BaseException):
    """What was tried cost more than it may; no `except Exception` on its way catches this."""


@contextmanager
def costing_at_most(seconds: float) -> Iterator[None]:
    """What is done within the block is interrupted as soon as it has cost so much of the processor's time.

    A bound is generous: what is right stays far below it on any machine, and what looks back again and again takes
    minutes.
    """

    def end(*_: object) -> None:
        raise TooCostly(f"cost more than {seconds} s of processor time")

    usual = signal.signal(signal.SIGVTALRM, end)
    gc.disable()  # what other tests have left in memory is not to be counted
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, usual)
        gc.enable()


def is_linear(work: Callable[[AnyStr], object], once: AnyStr) -> bool:
    """Whether twice as much takes twice the time, not four times: measured by turns, the least of some rounds each.

    What is plainly so is not measured again. A busy machine changes processor time by half, never tenfold.
    """
    least = doubled = float("inf")
    for _ in range(ROUNDS):
        least, doubled = min(least, _cost(work, once)), min(doubled, _cost(work, once + once))
        if doubled <= 2.3 * least + 0.02:
            return True
    return doubled <= 3 * least + 0.02


def _cost(work: Callable[[AnyStr], object], what: AnyStr) -> float:
    """The processor time that some work takes, in seconds."""
    gc.disable()
    try:
        begun = time.process_time()
        work(what)
        return time.process_time() - begun
    finally:
        gc.enable()
