"""A chore works while there is work, rests when there is none, and survives its failures."""

import threading
import time
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

    chores.keep(store, "test", lambda: pytest.fail("began"), stop)


def test_a_calm_follower_waits_until_nobody_writes_but_not_for_ever(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "CALM", 0.05)
    monkeypatch.setattr(chores, "LATEST", 0.5)
    stop, is_busy = threading.Event(), threading.Event()
    is_busy.set()
    looks: list[bool] = []

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
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    eventually(lambda: looks)
    waited = time.monotonic() - begun
    is_busy.clear()
    eventually(lambda: False in looks)
    stop.set()
    store.ring()
    for thread in threads:
        thread.join(10)

    assert looks[0]
    assert waited >= 0.5
