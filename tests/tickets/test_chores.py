"""A chore works while there is work, rests when there is none, and survives its failures."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from support.waiting import eventually
from tickets import chores
from tickets.database.models import MailboxMark
from tickets.database.store import Store
from tickets.errors import StorageTrouble


@contextmanager
def kept(store: Store, work: Callable[[], int]) -> Iterator[threading.Thread]:
    """The chore goes on beside the block and has ended after it."""
    stop = threading.Event()
    thread = threading.Thread(target=chores.keep, args=(store, "test", work, stop))
    thread.start()
    yield thread
    stop.set()
    store.ring()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "AFTER_TROUBLE", 0.01)
    monkeypatch.setattr(chores, "LOOK_EVERY", 0.01)


@pytest.fixture
def long_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "LOOK_EVERY", 3600.0)


@pytest.mark.usefixtures("long_rests")
def test_a_chore_goes_on_while_there_is_work_then_rests(store: Store) -> None:
    owed = [1, 1, 1]
    looks: list[int] = []

    def work() -> int:
        looks.append(len(owed))
        return owed.pop() if owed else 0

    with kept(store, work):
        eventually(lambda: len(looks) == 4)

    assert looks[:4] == [3, 2, 1, 0]


@pytest.mark.usefixtures("long_rests")
def test_a_chore_that_rests_is_woken_by_a_write(store: Store) -> None:
    looks: list[int] = []

    def work() -> int:
        looks.append(1)
        return 0

    with kept(store, work):
        eventually(lambda: len(looks) == 1)
        with store.transaction() as session:
            session.add(MailboxMark(mailbox="INBOX", uid_validity=1, last_uid=1))
        eventually(lambda: len(looks) == 2)


@pytest.mark.usefixtures("short_pauses")
def test_a_chore_looks_again_by_itself(store: Store) -> None:
    looks: list[int] = []

    def work() -> int:
        looks.append(1)
        return 0

    with kept(store, work):
        eventually(lambda: len(looks) > 3)


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("trouble", [StorageTrouble("disk full"), ValueError("a fault of ours")])
def test_work_that_fails_stays_owed_and_is_tried_again(store: Store, trouble: Exception) -> None:
    troubles, done = [trouble, trouble], []

    def work() -> int:
        if troubles:
            raise troubles.pop()
        done.append(1)
        return 0

    with kept(store, work):
        eventually(lambda: done)


@pytest.mark.usefixtures("short_pauses")
def test_what_is_repeated_rests_between_whether_it_fails_or_not() -> None:
    stop = threading.Event()
    looks: list[int] = []

    def work() -> int:
        looks.append(1)
        if len(looks) == 5:
            stop.set()
        if len(looks) % 2:
            raise StorageTrouble("disk full")
        return 1

    chores.repeat("test", work, stop, every=0.001)

    assert len(looks) == 5


def test_a_chore_told_to_stop_does_not_sit_out_its_pause(store: Store) -> None:
    failed = threading.Event()

    def work() -> int:
        failed.set()
        raise StorageTrouble("disk full")

    with kept(store, work):
        assert failed.wait(10)


def test_a_chore_that_was_told_to_stop_does_not_begin(store: Store) -> None:
    stop = threading.Event()
    stop.set()

    looks: list[int] = []

    chores.keep(store, "test", lambda: len(looks.append(1) or looks), stop)

    assert looks == []


class Counting(threading.Event):
    """Counts how often somebody waited for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        return super().wait(timeout)


@contextmanager
def followed_calmly(store: Store, is_busy: threading.Event, looks: list[bool]) -> Iterator[Counting]:
    """A calm follower beside somebody who writes as long as it is busy; it notes whether it was when it looked."""
    stop = Counting()

    def work() -> int:
        looks.append(is_busy.is_set())
        return 0

    def write() -> None:
        while is_busy.is_set():
            store.ring()

    threads = [
        threading.Thread(target=chores.follow_calmly, args=(store, "test", work, stop)),
        threading.Thread(target=write),
    ]
    is_busy.set()
    for thread in threads:
        thread.start()
    yield stop
    is_busy.clear()
    stop.set()
    store.ring()
    for thread in threads:
        thread.join(10)


def test_a_calm_follower_waits_until_nobody_writes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "CALM", 0.02)
    monkeypatch.setattr(chores, "LATEST", 3600.0)
    is_busy, looks = threading.Event(), list[bool]()

    with followed_calmly(store, is_busy, looks) as stop:
        eventually(lambda: stop.waits > 10)
        assert looks == []
        is_busy.clear()
        eventually(lambda: looks)

    assert not looks[0]


def test_a_calm_follower_waits_for_nobody_who_never_stops(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "CALM", 0.02)
    monkeypatch.setattr(chores, "LATEST", 0.2)
    is_busy, looks = threading.Event(), list[bool]()

    with followed_calmly(store, is_busy, looks):
        eventually(lambda: looks)

    assert looks[0]
