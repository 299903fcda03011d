"""The clock: shows the times of the story while it is told, and the real time afterwards."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from zoneinfo import ZoneInfo

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
DIGEST_HOUR = 8


class DemoClock:
    """A clock that is set forward by hand until it goes live."""

    def __init__(self) -> None:
        self._shown: datetime | None = None

    def __call__(self) -> datetime:
        return self._shown or datetime.now(UTC)

    def show(self, at: datetime) -> None:
        """Have the clock stand at a moment."""
        self._shown = at

    def go_live(self) -> None:
        """Have the clock show the machine's time from now on."""
        self._shown = None


@dataclass(frozen=True)
class Calendar:
    """The weeks of the story, counted back from the newest Monday at 08:00 that is over; nobody works at Christmas."""

    anchor: datetime  # local time
    now: datetime

    def moment(self, week: int, weekday: str, clock: str) -> datetime:
        """A time in a week of the story: week -1 is the one before the anchor's."""
        day = self._working_monday(week) + timedelta(days=WEEKDAYS.index(weekday))
        return datetime.combine(day, time.fromisoformat(clock), self.anchor.tzinfo).astimezone(UTC)

    def _working_monday(self, week: int) -> date:
        before = (self.anchor.date() - timedelta(weeks=weeks) for weeks in count(1))
        working = (monday for monday in before if not is_christmas(monday))
        return next(islice(working, -week - 1, None))

    def hours_ago(self, hours: int) -> datetime:
        """A time just before now, but after the newest digest."""
        return max(self.now - timedelta(hours=hours), self.anchor.astimezone(UTC) + (self.now - self.anchor) / 2)

    def mondays(self, after: datetime, until: datetime) -> list[datetime]:
        """When digests fall due between two times."""
        due = (self.anchor - timedelta(weeks=weeks) for weeks in range(60, -1, -1))
        return [at for at in (one.astimezone(UTC) for one in due) if after < at <= until]


def is_christmas(monday: date) -> bool:
    """Whether Christmas Eve or New Year's Day is in this week."""
    week = {monday + timedelta(days=days) for days in range(7)}
    return any((day.month, day.day) in ((12, 24), (1, 1)) for day in week)


def open_calendar(now: datetime, zone: ZoneInfo) -> Calendar:
    """The demonstration's days, counted back from the last digest before now."""
    today = now.astimezone(zone)
    monday = today.date() - timedelta(days=today.weekday())
    anchor = datetime.combine(monday, time(DIGEST_HOUR), zone)
    return Calendar(anchor if anchor <= today else anchor - timedelta(weeks=1), now)
