"""The clock: shows the times of the story while it is told, and the real time afterwards."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
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
        self._shown = at

    def go_live(self) -> None:
        self._shown = None


@dataclass(frozen=True)
class Calendar:
    """The weeks of the story, counted back from the newest Monday at 08:00 that is over."""

    anchor: datetime  # local time
    now: datetime

    def moment(self, week: int, weekday: str, clock: str) -> datetime:
        """A time in a week of the story: week -1 is the one before the anchor's."""
        day = self.anchor.date() + timedelta(weeks=week, days=WEEKDAYS.index(weekday))
        return datetime.combine(day, time.fromisoformat(clock), self.anchor.tzinfo).astimezone(UTC)

    def hours_ago(self, hours: int) -> datetime:
        """A time just before now, but after the newest digest."""
        return max(self.now - timedelta(hours=hours), self.anchor.astimezone(UTC) + (self.now - self.anchor) / 2)

    def mondays(self, after: datetime, until: datetime) -> list[datetime]:
        """When digests fall due between two times."""
        due = (self.anchor - timedelta(weeks=weeks) for weeks in range(60, -1, -1))
        return [at for at in (one.astimezone(UTC) for one in due) if after < at <= until]


def open_calendar(now: datetime, zone: ZoneInfo) -> Calendar:
    today = now.astimezone(zone)
    monday = today.date() - timedelta(days=today.weekday())
    anchor = datetime.combine(monday, time(DIGEST_HOUR), zone)
    return Calendar(anchor if anchor <= today else anchor - timedelta(weeks=1), now)
