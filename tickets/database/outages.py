"""Outages: that a database is away, or a disk full, is a line in the log when it begins, and one when it ends."""

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()

STILL_EVERY = 600.0  # seconds after which what goes on is told again


class Outage:
    """The trouble of a database, or a disk, that all its users find out about together and tell once.

    Where a disk is full, reading goes well while writing fails: trouble that began with writing ends with writing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, of: str = "database") -> None:
        self._clock, self._lock, self._of = clock, threading.Lock(), of
        self._since = self._told_at = 0.0
        self._times = 0
        self._is_of_writing = False

    def fails(self, said: str, *, writes: bool) -> None:
        """Note a failure, in the words of the database; the first of a row is logged."""
        now = self._clock()
        with self._lock:
            is_new, self._times = not self._times, self._times + 1
            self._is_of_writing |= writes
            if is_new:
                self._since = now
            elif now - self._told_at < STILL_EVERY:
                return
            self._told_at, times = now, self._times
        if is_new:
            log.error(f"{self._of} in trouble", trouble=said)
        else:
            log.error(f"{self._of} still in trouble", trouble=said, failures=times, since=self._told_since(now))

    def works(self, *, writes: bool) -> None:
        """Note a success, which ends the outage; success in reading ends no outage of writing."""
        if not self._times or (self._is_of_writing and not writes):
            return
        with self._lock:
            times, self._times, self._is_of_writing = self._times, 0, False
        if times:
            log.warning(f"{self._of} works again", failures=times, after=self._told_since(self._clock()))

    def _told_since(self, now: float) -> str:
        return f"{now - self._since:.0f} s"
