"""However many fail at a database that is away, its outage is two lines in the log, and a count."""

import pytest
from structlog.testing import capture_logs

from tickets.database.outages import STILL_EVERY, Outage


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_outage_is_a_line_at_either_end_with_the_count_of_what_failed() -> None:
    clock = Clock()
    outage = Outage(clock)

    with capture_logs() as lines:
        for _ in range(4_000):
            outage.fails("Connection refused", writes=False)
        clock.now = 90
        outage.works(writes=False)
        outage.works(writes=True)

    assert [line["event"] for line in lines] == ["database in trouble", "database works again"]
    assert (lines[1]["failures"], lines[1]["after"]) == (4_000, "90 s")


def test_one_that_lasts_is_told_of_every_ten_minutes() -> None:
    clock = Clock()
    outage = Outage(clock)

    with capture_logs() as lines:
        while clock.now <= 3 * STILL_EVERY:
            outage.fails("Connection refused", writes=True)
            clock.now += 5

    assert [line["event"] for line in lines] == ["database in trouble"] + 3 * ["database still in trouble"]


@pytest.mark.parametrize(("failed", "went_well", "is_over"), [
    (True, False, False), (True, True, True), (False, False, True), (False, True, True),
])  # fmt: skip
def test_a_disk_that_is_full_is_not_over_when_somebody_can_read(failed: bool, went_well: bool, is_over: bool) -> None:
    outage = Outage()

    with capture_logs() as lines:
        outage.fails("disk is full", writes=failed)
        outage.works(writes=went_well)

    assert (lines[-1]["event"] == "database works again") is is_over


def test_the_next_outage_is_told_anew() -> None:
    outage = Outage()

    with capture_logs() as lines:
        for _ in range(2):
            outage.fails("Connection refused", writes=True)
            outage.works(writes=True)

    assert len(lines) == 4
