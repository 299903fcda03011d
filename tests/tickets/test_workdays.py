"""Working days: weekends and Danish holidays are none."""

from datetime import date, datetime

import pytest

from tickets.workdays import is_working_day, working_day_after, working_day_before


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 21), False),
        (date(2026, 4, 2), False),  # Maundy Thursday
        (date(2026, 5, 14), False),  # Ascension Day
        (date(2026, 6, 5), False),  # Constitution Day
        (date(2026, 12, 24), False),
        (date(2024, 4, 26), True),  # Great Prayer Day, which is none any more
    ],
)
def test_offices_are_open_on_working_days(day: date, is_one: bool) -> None:
    assert is_working_day(day) is is_one


def test_before_a_monday_comes_friday_and_before_easter_tuesday_wednesday() -> None:
    assert working_day_before(datetime(2026, 11, 23, 8, 30)) == datetime(2026, 11, 20, 8, 30)  # noqa: DTZ001
    assert working_day_before(datetime(2026, 4, 7, 8, 30)) == datetime(2026, 4, 1, 8, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 4, 1), 2, date(2026, 4, 8)),  # Easter lies between
    ],
)
def test_so_many_working_days_after_a_day_skip_weekends_and_holidays(day: date, count: int, then: date) -> None:
    assert working_day_after(day, count) == then
