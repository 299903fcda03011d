"""Waiting for a fact; for the passing of time alone only where that is the fact."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0  # seconds that a fact may take to come true


def eventually(fact: Callable[[], T], patience: float = PATIENCE) -> T:
    """The fact's value as soon as there is one; fails if it does not come true."""
    begun = time.monotonic()
    while not (value := fact()):
        waited = time.monotonic() - begun
        assert waited < patience, f"never came true in {patience} s: {fact}"
        time.sleep(min(0.01 + waited / 10, 0.1))  # looking takes time from who makes it true
    return value


def ended(work: Callable[[], T], patience: float = PATIENCE) -> T:
    """What some work returns, done beside the test; fails if it does not end."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(work).result(patience)
    finally:
        pool.shutdown(wait=False)


def let_pass(seconds: float) -> None:
    """Let time pass that is what a test is about: a lease runs out, a server is away."""
    threading.Event().wait(seconds)
