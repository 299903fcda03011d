"""Clocks that a test sets: one that stands, and one ahead of the machine's."""

from datetime import datetime, timedelta

from tickets.database.store import system_clock


class Clock:
    """A clock that stands where it was set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Ahead:
    """The machine's clock, as far ahead as a test puts it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.ahead
