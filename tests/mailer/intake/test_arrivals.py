import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from mailer.intake import arrivals as arrivals_module
from mailer.intake.arrivals import (
    LEASE,
    Handover,
    Intake,
    claim_arrivals,
    open_intake,
    postpone,
    quarantine,
    settle,
    store_handovers,
)
from tickets.database.models import Arrival, Content, Disposition
from tickets.database.store import Store
from tickets.errors import PortalError, StorageTrouble
from tickets.reasons import Grounds, Reason

LIST, OTHER = "databeskyttelse@example.dk", "sikkerhed@example.dk"


@pytest.fixture
def intake(store: Store) -> Iterator[Intake]:
    opened = open_intake(store)
    yield opened
    opened.close()


def a_handover(now: datetime, number: int = 1, recipients: tuple[str, ...] = (LIST,)) -> Handover:
    return Handover(f"Subject: {number}\r\n\r\nHej\r\n".encode(), "mette@example.org", recipients, "smtp", now)


def arrivals(store: Store) -> list[Arrival]:
    with store.reading() as session:
        found = list(session.exec(select(Arrival).order_by(col(Arrival.id))))
        session.expunge_all()
    return found


def take_in(store: Store, *handovers: Handover) -> None:
    with store.transaction() as session:
        store_handovers(session, handovers)


# -- taking in -----------------------------------------------------------------------------


def test_octets_are_stored_once_however_often_and_for_however_many_they_come(store: Store, now: datetime) -> None:
    take_in(store, a_handover(now, recipients=(LIST, OTHER)), a_handover(now))
    take_in(store, a_handover(now))

    with store.reading() as session:
        contents = list(session.exec(select(Content)))
    assert [content.octets for content in contents] == [a_handover(now).octets]
    assert [arrival.recipient for arrival in arrivals(store)] == [LIST, OTHER, LIST, LIST]


def test_a_stored_arrival_waits_from_the_moment_it_came(store: Store, now: datetime) -> None:
    take_in(store, a_handover(now))

    (arrival,) = arrivals(store)
    assert (arrival.received_at, arrival.next_attempt_at, arrival.disposition, arrival.attempts) == (now, now, None, 0)


def test_an_intake_is_done_only_when_another_connection_sees_it(store: Store, intake: Intake, now: datetime) -> None:
    intake.submit(a_handover(now)).result(10)

    assert len(arrivals(store)) == 1


def test_many_who_come_at_once_share_commits(store: Store, now: datetime) -> None:
    groups: list[int] = []
    is_first_under_way, may_go_on = threading.Event(), threading.Event()

    def write(session: Session, handovers: Sequence[Handover]) -> None:
        is_first_under_way.set()
        may_go_on.wait(10)
        groups.append(len(handovers))
        store_handovers(session, handovers)

    intake = Intake(store.transaction, write)
    first = intake.submit(a_handover(now, 0))
    assert is_first_under_way.wait(10)
    others = [intake.submit(a_handover(now, number)) for number in range(1, 50)]
    may_go_on.set()
    for future in (first, *others):
        future.result(10)
    intake.close()

    assert groups == [1, 49]
    assert len(arrivals(store)) == 50


def test_one_bad_handover_does_not_refuse_those_that_came_with_it(store: Store, now: datetime) -> None:
    is_first_under_way, may_go_on = threading.Event(), threading.Event()

    def write(session: Session, handovers: Sequence[Handover]) -> None:
        is_first_under_way.set()
        may_go_on.wait(10)
        if any(OTHER in handover.recipients for handover in handovers):
            raise RuntimeError("not this one")
        store_handovers(session, handovers)

    intake = Intake(store.transaction, write)
    good = [intake.submit(a_handover(now, 0))]
    assert is_first_under_way.wait(10)
    bad = intake.submit(a_handover(now, 1, (OTHER,)))
    good += [intake.submit(a_handover(now, number)) for number in range(2, 6)]
    may_go_on.set()

    for future in good:
        future.result(10)
    with pytest.raises(PortalError):
        bad.result(10)
    intake.close()
    assert {arrival.recipient for arrival in arrivals(store)} == {LIST}
    assert len(arrivals(store)) == 5


def test_somebody_who_hangs_up_during_the_commit_stops_nobody(store: Store, now: datetime) -> None:
    is_under_way, may_go_on = threading.Event(), threading.Event()

    def write(session: Session, handovers: Sequence[Handover]) -> None:
        is_under_way.set()
        may_go_on.wait(10)
        store_handovers(session, handovers)

    intake = Intake(store.transaction, write)
    under_way = intake.submit(a_handover(now, 1))
    assert is_under_way.wait(10)
    waiting = intake.submit(a_handover(now, 2))

    assert not under_way.cancel()
    assert waiting.cancel()
    may_go_on.set()
    intake.submit(a_handover(now, 3)).result(10)
    intake.close()

    assert len(arrivals(store)) == 2


def test_a_database_in_trouble_fails_a_group_once_and_works_again_afterwards(store: Store, now: datetime) -> None:
    tries: list[int] = []
    is_first_under_way, may_go_on = threading.Event(), threading.Event()

    def write(session: Session, handovers: Sequence[Handover]) -> None:
        is_first_under_way.set()
        may_go_on.wait(10)
        tries.append(len(handovers))
        if len(tries) == 2:
            raise StorageTrouble("disk full")
        store_handovers(session, handovers)

    intake = Intake(store.transaction, write)
    intake.submit(a_handover(now, 0))
    assert is_first_under_way.wait(10)
    refused = [intake.submit(a_handover(now, number)) for number in (1, 2, 3)]
    may_go_on.set()
    for future in refused:
        with pytest.raises(StorageTrouble):
            future.result(10)
    intake.submit(a_handover(now, 4)).result(10)
    intake.close()

    assert tries == [1, 3, 1]


def test_closing_the_intake_commits_what_was_submitted(store: Store, now: datetime) -> None:
    intake = open_intake(store)
    futures = [intake.submit(a_handover(now, number)) for number in range(300)]
    intake.close()

    assert all(future.done() for future in futures)
    assert len(arrivals(store)) == 300


# -- claiming ------------------------------------------------------------------------------


def test_the_oldest_due_arrivals_are_claimed_and_each_claim_is_a_try(store: Store, now: datetime) -> None:
    take_in(store, *(a_handover(now, number) for number in range(3)), a_handover(now + timedelta(hours=1), 9))

    claimed = claim_arrivals(store, "one", now, 2)

    assert [one.octets for one in claimed] == [a_handover(now, number).octets for number in range(2)]
    assert [arrival.attempts for arrival in arrivals(store)] == [1, 1, 0, 0]
    assert len(claim_arrivals(store, "two", now, 9)) == 1


def test_no_more_is_claimed_at_once_than_memory_is_for(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals_module, "MOST_OCTETS", 2_500)
    sizes = [1_000, 1_000, 1_000, 9_000, 10]
    take_in(store, *(Handover(bytes([size % 251]) * size, "", (LIST,), "smtp", now) for size in sizes))

    claims = [[len(one.octets) for one in claim_arrivals(store, "a", now, 10)] for _ in range(4)]

    assert claims == [[1_000, 1_000], [1_000], [9_000], [10]]


def test_eight_who_claim_at_once_get_each_arrival_once(store: Store, now: datetime) -> None:
    take_in(store, *(a_handover(now, number) for number in range(200)))

    def claim_all(holder: str) -> list[int | None]:
        mine: list[int | None] = []
        while claimed := claim_arrivals(store, holder, now, 7):
            mine += [one.arrival.id for one in claimed]
        return mine

    with ThreadPoolExecutor(8) as pool:
        claims = [key for mine in pool.map(claim_all, map(str, range(8))) for key in mine]

    assert len(claims) == len(set(claims))
    leftover = claim_arrivals(store, "last", now, 200)
    assert len(claims) + len(leftover) == 200


def test_an_arrival_whose_holder_died_is_claimed_again_and_the_late_result_refused(store: Store, now: datetime) -> None:
    take_in(store, a_handover(now))
    (lost,) = claim_arrivals(store, "one", now, 1)
    later = now + LEASE + timedelta(seconds=1)

    assert not claim_arrivals(store, "two", now + LEASE, 1)
    (again,) = claim_arrivals(store, "two", later, 1)
    with store.transaction() as session:
        was_late = settle(session, lost, Disposition.FILED, None, later)
        was_ours = settle(
            session, again, Disposition.HELD, Grounds(Reason.STRANGER), later, author="x@example.org", subject="Hej"
        )

    assert (was_late, was_ours) == (False, True)
    (arrival,) = arrivals(store)
    assert (arrival.disposition, arrival.reason, arrival.attempts) == (Disposition.HELD, Reason.STRANGER, 2)
    assert (arrival.author, arrival.subject, arrival.settled_at) == ("x@example.org", "Hej", later)
    assert arrival.lease is None


def test_what_is_settled_is_not_claimed_again(store: Store, now: datetime) -> None:
    take_in(store, a_handover(now))
    (claimed,) = claim_arrivals(store, "one", now, 1)
    with store.transaction() as session:
        quarantine(session, claimed, "Traceback …", now)

    assert not claim_arrivals(store, "two", now + timedelta(days=1), 1)
    assert arrivals(store)[0].traceback == "Traceback …"


@pytest.mark.parametrize(("counts", "attempts"), [(True, 1), (False, 0)])
def test_a_postponed_arrival_waits_until_its_time(store: Store, now: datetime, counts: bool, attempts: int) -> None:
    take_in(store, a_handover(now))
    (claimed,) = claim_arrivals(store, "one", now, 1)
    later = now + timedelta(minutes=5)
    with store.transaction() as session:
        postpone(session, claimed, later, counts=counts)

    assert arrivals(store)[0].attempts == attempts
    assert not claim_arrivals(store, "one", now, 1)
    assert len(claim_arrivals(store, "one", later, 1)) == 1


def test_nothing_that_was_acknowledged_is_missing_from_a_copy_of_the_files(
    store: Store, intake: Intake, now: datetime, tmp_path: Path
) -> None:
    if not store.is_sqlite:
        pytest.skip("PostgreSQL writes ahead by itself")
    acknowledged = [intake.submit(a_handover(now, number)).result(10) for number in range(50)]

    for suffix in ("", "-wal"):  # as they are on the disk at this moment, the portal still running
        source = Path(f"{store.engine.url.database}{suffix}")
        (tmp_path / f"copy{suffix}").write_bytes(source.read_bytes())
    with sqlite3.connect(tmp_path / "copy") as copy:
        (count,) = copy.execute("SELECT count(*) FROM arrivals").fetchone()

    assert count == 50
    assert acknowledged == [[number] for number in range(1, 51)]
