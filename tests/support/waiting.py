"""Waiting for a fact, and for nothing else."""

import time
from collections.abc import Callable
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
