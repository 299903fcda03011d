"""Waiting for a fact, and for nothing else."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0  # seconds that a fact may take to come true


def eventually(fact: Callable[[], T], patience: float = PATIENCE) -> T:
    """The fact's value as soon as there is one; fails if it does not come true."""
    deadline = time.monotonic() + patience
    while not (value := fact()):
        assert time.monotonic() < deadline, f"never came true in {patience} s: {fact}"
        time.sleep(0.02)
    return value
