"""What is in trouble is told by one row while that lasts, and by a log line at either end."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from support.clocks import Clock
from tickets.database.models import Trouble
from tickets.database.store import Store
from tickets.moderation import troubles
from tickets.moderation.troubles import RELAY, TroubleWatch


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def watch(store: Store, clock: Clock) -> TroubleWatch:
    return TroubleWatch(store.whisper, RELAY, clock)


def told(store: Store) -> list[tuple[str, datetime, str]]:
    with store.reading() as session:
        return [(one.name, one.since, one.said) for one in troubles.current(session)]


def test_trouble_is_told_since_it_began_and_in_its_newest_words(
    store: Store, watch: TroubleWatch, clock: Clock, now: datetime
) -> None:
    watch.fails("Connection refused")
    clock.now += timedelta(minutes=2)
    watch.fails("421 Starting")

    assert told(store) == [("relay", now, "421 Starting")]


def test_it_is_noted_once_a_minute_at_most(store: Store, watch: TroubleWatch, clock: Clock, now: datetime) -> None:
    watch.fails("Connection refused")
    clock.now += timedelta(seconds=59)
    watch.fails("421 Starting")

    assert told(store) == [("relay", now, "Connection refused")]


def test_a_clock_that_is_put_back_silences_nothing(store: Store, watch: TroubleWatch, clock: Clock) -> None:
    watch.fails("Connection refused")
    clock.now -= timedelta(hours=48)
    watch.fails("421 Starting")

    assert [said for _, _, said in told(store)] == ["421 Starting"]


def test_what_works_again_is_told_no_more(store: Store, watch: TroubleWatch) -> None:
    watch.fails("Connection refused")
    watch.works()

    assert told(store) == []
    assert watch.is_quiet


def test_a_row_that_an_ended_process_left_goes_with_the_first_success(
    store: Store, watch: TroubleWatch, now: datetime
) -> None:
    watch.fails("Connection refused")
    TroubleWatch(store.whisper, RELAY, lambda: now).works()

    assert told(store) == []


def test_the_longest_trouble_is_told_first(session: Session, now: datetime) -> None:
    troubles.begin(session, "relay", "421", now)
    troubles.begin(session, "mailbox", "NO", now - timedelta(hours=1))

    assert [one.name for one in troubles.current(session)] == ["mailbox", "relay"]
    assert session.get_one(Trouble, "mailbox").said == "NO"


def test_the_log_has_a_line_at_either_end_and_counts_between(watch: TroubleWatch) -> None:
    with capture_logs() as lines:
        for _ in range(50):
            watch.fails("Connection refused")
        watch.works()
        watch.works()

    assert [line["event"] for line in lines] == ["relay in trouble", "relay works again"]
    assert lines[1]["failures"] == 50
