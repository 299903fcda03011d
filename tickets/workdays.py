"""Working days: when offices in Denmark are open, for whatever waits for people there."""

from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

CLOSED = ("public", "optional")  # also Constitution Day, Christmas Eve and the like


def is_working_day(day: date) -> bool:
    """Whether Danish offices work on a day: neither a weekend nor a holiday."""
    return day.weekday() < 5 and day not in _holidays()


def working_day_before(at: datetime) -> datetime:
    """The same time by the same clock, one working day earlier: a message as old has lain a working day."""
    at -= timedelta(days=1)
    while not is_working_day(at.date()):
        at -= timedelta(days=1)
    return at


def week_of(day: date) -> str:
    """The week that a day lies in: 2026-W48 (ISO 8601 3.1.1.23)."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def working_days_between(day: date, other: date) -> int:
    """How many working days a day lies before the other, which itself counts; less than 0 where it lies behind."""
    if other < day:
        return -working_days_between(other, day)
    return sum(is_working_day(day + timedelta(days=n)) for n in range(1, (other - day).days + 1))


def working_day_after(day: date, count: int) -> date:
    """The working day `count` working days after a day, which itself does not count."""
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


@cache
def _holidays() -> Any:
    """Denmark's holidays; the library is large, so it is loaded when the first day is asked for."""
    return import_module("holidays").country_holidays("DK", categories=CLOSED)
