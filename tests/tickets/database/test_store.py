"""What is committed stays, whoever else writes, and trouble with the database is told as such."""

import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from support.databases import DATABASE
from support.waiting import ended, eventually, let_pass
from tickets.database.models import Lease, MailboxMark, MailDomain, Organisation
from tickets.database.store import (
    SHORTEST_BATCH,
    STILL,
    WRITING,
    Database,
    FairLock,
    Store,
    lay_down,
    resolve_url,
    system_clock,
)
from tickets.database.upgrading import migrate, open_store
from tickets.errors import StorageTrouble

WRITERS = 8
TIMES = 20


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(resolve_url(url, Path()))
    yield store
    store.close()


def a_mark(session: Session, name: str = "INBOX", uid: int = 0) -> None:
    session.add(MailboxMark(mailbox=name, uid_validity=1, last_uid=uid))


def marks(store: Store) -> dict[str, int]:
    with store.reading() as session:
        return {mark.mailbox: mark.last_uid for mark in session.exec(select(MailboxMark))}


def count_up(store: Store) -> None:
    """Read and write, as everybody does who would lose an update or be told `database is locked`."""
    for _ in range(TIMES):
        with store.transaction() as session:
            mark = session.get_one(MailboxMark, "INBOX", with_for_update=True)
            mark.last_uid += 1


def count_up_in_a_process_of_its_own(url: str) -> None:
    with opened(url) as store:
        count_up(store)


# -- transactions --------------------------------------------------------------------------


def test_a_transaction_is_seen_by_others_when_it_has_ended(store: Store) -> None:
    with store.transaction() as session:
        a_mark(session)
        session.flush()
        assert marks(store) == {}

    assert marks(store) == {"INBOX": 0}


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    def fail(session: Session) -> None:
        a_mark(session)
        session.flush()
        raise LookupError

    with pytest.raises(LookupError), store.transaction() as session:
        fail(session)

    assert marks(store) == {}


def test_rows_can_be_read_after_their_transaction(store: Store) -> None:
    with store.transaction() as session:
        organisation = session.exec(select(Organisation).limit(1)).one()

    assert organisation.name


def test_a_reader_sees_one_state_and_keeps_no_writer_waiting(store: Store) -> None:
    if not store.is_sqlite:
        pytest.skip("PostgreSQL shows each question what is committed by then")

    with store.reading() as session:
        before = len(session.exec(select(MailboxMark)).all())
        with store.transaction() as writing:
            a_mark(writing)
        after = len(session.exec(select(MailboxMark)).all())

    assert (before, after) == (0, 0)


def test_what_a_reader_changes_is_not_kept(store: Store) -> None:
    with store.reading() as session:
        session.exec(update(Organisation).values(is_approved=False))

    with store.reading() as session:
        assert all(organisation.is_approved for organisation in session.exec(select(Organisation)))


def test_eight_writers_in_one_process_lose_nothing_and_meet_no_lock(store: Store) -> None:
    with store.transaction() as session:
        a_mark(session)

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(count_up, store) for _ in range(WRITERS)]:
            done.result()

    assert marks(store) == {"INBOX": WRITERS * TIMES}


def test_a_writer_with_much_to_write_lets_others_in_between(store: Store) -> None:
    rounds, is_done = 0, threading.Event()

    def write_much() -> None:
        nonlocal rounds
        while not is_done.is_set():
            with store.transaction() as session:
                a_mark(session, f"much {rounds}")
            rounds += 1

    with ThreadPoolExecutor(1) as pool:
        much = pool.submit(write_much)
        for number in range(TIMES):
            with store.transaction() as session:
                a_mark(session, f"little {number}")
        is_done.set()
        much.result()

    assert rounds < 10 * TIMES


def test_a_long_batch_makes_way_for_whoever_presses_and_for_nobody_else(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'batch.sqlite3'}") as store:
        migrate(store)
        with store.transaction():
            batch = store.begin_batch(longest=3_600)
            waiting = threading.Thread(target=lambda: _write(store.transaction))
            waiting.start()
            let_pass(SHORTEST_BATCH)
            was_over_before = batch.is_over
            pressing = threading.Thread(target=lambda: _write(store.whisper))
            pressing.start()
            eventually(lambda: batch.is_over)

        waiting.join()
        pressing.join()

    assert not was_over_before


def test_whoever_presses_goes_first(tmp_path: Path) -> None:
    order: list[str] = []
    turnstile = FairLock()

    def enter(name: str, turn: Callable[[], AbstractContextManager[None]]) -> None:
        with turn():
            order.append(name)

    with turnstile.in_turn():
        threads = [
            threading.Thread(target=enter, args=one)
            for one in (("waits", turnstile.in_turn), ("presses", turnstile.pressing))
        ]
        threads[0].start()
        eventually(lambda: turnstile.is_waited_for)
        threads[1].start()
        eventually(lambda: turnstile.is_pressed)
    for thread in threads:
        thread.join()

    assert order == ["presses", "waits"]


def _write(begin: Callable[[], AbstractContextManager[Session]]) -> None:
    with begin() as session:
        a_mark(session, str(begin))


def test_a_row_laid_down_is_held_as_if_it_had_been_read(store: Store) -> None:
    with store.transaction() as session:
        organisation = lay_down(session, Organisation(name="Ærø Forsyning"))
        organisation.region = "Syddanmark"

    with store.reading() as session:
        found = session.get_one(Organisation, organisation.id)
        assert (found.name, found.region) == ("Ærø Forsyning", "Syddanmark")


def test_a_row_whose_savepoint_was_undone_gives_its_id_away(store: Store) -> None:
    with store.transaction() as session:
        savepoint = session.begin_nested()
        undone = lay_down(session, Organisation(name="Fanø Forsyning"))
        savepoint.rollback()
        again = lay_down(session, Organisation(name="Læsø Forsyning"))

        assert session.get_one(Organisation, again.id) is again

    assert undone is not again
    with store.reading() as session:
        assert {row.name for row in session.exec(select(Organisation))} >= {"Læsø Forsyning"}
        assert session.exec(select(Organisation).where(Organisation.name == "Fanø Forsyning")).first() is None


def test_eight_stores_of_one_database_lose_nothing_and_meet_no_lock(store: Store, database_url: str) -> None:
    with store.transaction() as session:
        a_mark(session)

    with ExitStack() as stack, ThreadPoolExecutor(WRITERS) as pool:
        stores = [stack.enter_context(opened(database_url)) for _ in range(WRITERS)]
        for done in [pool.submit(count_up, each) for each in stores]:
            done.result()

    assert marks(store) == {"INBOX": WRITERS * TIMES}


@pytest.mark.slow
def test_writers_in_several_processes_lose_nothing_and_meet_no_lock(store: Store, database_url: str) -> None:
    with store.transaction() as session:
        a_mark(session)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=count_up_in_a_process_of_its_own, args=(database_url,)) for _ in range(3)]

    for process in processes:
        process.start()
    count_up(store)
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert marks(store) == {"INBOX": 4 * TIMES}


def test_a_process_that_dies_in_a_transaction_leaves_nothing_and_blocks_nobody(store: Store, database_url: str) -> None:
    child = os.fork()
    if not child:
        with opened(database_url) as dying, dying.transaction() as session:
            a_mark(session, "of the dead")
            session.flush()
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)

    with store.transaction() as session:
        a_mark(session, "of the living")

    assert marks(store) == {"of the living": 0}


# -- the bell ------------------------------------------------------------------------------


def test_the_bell_rings_when_something_was_written_and_not_otherwise(store: Store) -> None:
    seen = store.writes
    with store.reading():
        pass
    with pytest.raises(LookupError), store.transaction():
        raise LookupError
    assert store.writes == seen

    with store.transaction() as session:
        a_mark(session)

    assert store.writes > seen


def test_who_waits_is_woken_by_the_next_write(store: Store) -> None:
    seen = store.writes
    waiting = threading.Thread(target=store.wait, args=(seen, 60))
    waiting.start()

    with store.transaction() as session:
        a_mark(session)
    waiting.join(10)

    assert not waiting.is_alive()


def test_a_write_between_looking_and_waiting_is_not_slept_through(store: Store) -> None:
    seen = store.writes
    with store.transaction() as session:
        a_mark(session)

    ended(lambda: store.wait(seen, 60), 10)

    assert store.writes > seen


def test_waiting_ends_by_itself(store: Store) -> None:
    seen = store.writes

    store.wait(seen, 0.01)

    assert store.writes == seen


# -- trouble -------------------------------------------------------------------------------


def test_a_row_that_breaks_a_rule_is_no_trouble_with_the_database(store: Store) -> None:
    with pytest.raises(IntegrityError), store.transaction() as session:
        session.add(MailDomain(domain="example.dk", organisation_key=10_000))

    store.check()


def test_a_database_locked_for_too_long_is_trouble(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/portal.sqlite3") as store:
        migrate(store)
        other = sqlite3.connect(tmp_path / "portal.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 10")

        with pytest.raises(StorageTrouble, match="database is locked"), store.transaction() as session:
            session.get(MailboxMark, "INBOX")

        other.execute("ROLLBACK")
        with store.transaction() as session:
            a_mark(session)


def test_a_full_disk_is_trouble_and_passes_when_there_is_room_again(store: Store) -> None:
    if not store.is_sqlite:
        pytest.skip("only SQLite can be given a small disk")

    def fill(session: Session) -> None:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1")
        for number in range(10_000):
            a_mark(session, f"{number}" * 100)
        session.flush()

    with pytest.raises(StorageTrouble, match="full"), store.transaction() as session:
        fill(session)

    with store.transaction() as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1000000")
        a_mark(session)
    assert marks(store) == {"INBOX": 0}


def test_a_server_that_hangs_up_is_trouble_and_the_next_transaction_goes_well(store: Store) -> None:
    if store.is_sqlite:
        pytest.skip("SQLite has no server")

    def be_hung_up_on(session: Session) -> None:
        pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with store.transaction() as other:
            other.connection().exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
        a_mark(session)
        session.flush()

    with pytest.raises(StorageTrouble), store.transaction() as session:
        be_hung_up_on(session)

    with store.transaction() as session:
        a_mark(session)
    assert marks(store) == {"INBOX": 0}


def test_who_hangs_in_a_transaction_on_postgresql_stops_nobody(store: Store, database_url: str) -> None:
    if store.is_sqlite:
        pytest.skip("a process that SQLite waits for is on the same machine, to be seen and ended")
    with store.transaction() as session:
        a_mark(session)
    soon = replace(WRITING, options=WRITING.options.replace(f"{STILL}s", "300ms"))
    hanging = Store(resolve_url(database_url, Path()), soon)

    def hang(session: Session) -> None:
        session.get_one(MailboxMark, "INBOX", with_for_update=True)
        with store.transaction() as other:  # waits for the lock until the other is thrown out
            other.get_one(MailboxMark, "INBOX", with_for_update=True).last_uid = 7
        session.get_one(MailboxMark, "INBOX", with_for_update=True).last_uid = 1

    with closing(hanging):
        with pytest.raises(StorageTrouble), hanging.transaction() as session:
            hang(session)
        count_up(hanging)  # and goes on

    assert marks(store) == {"INBOX": 7 + TIMES}
    with store.reading() as session:
        assert session.connection().exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar() == "1min"


def test_a_server_that_is_not_there_is_trouble() -> None:
    with opened("postgresql://portal@127.0.0.1:1/none") as store, pytest.raises(StorageTrouble):
        store.check()


def test_words_that_were_refused_are_not_told(store: Store) -> None:
    def be_refused(session: Session) -> None:
        session.add(Organisation(name="010203-1234"))
        session.flush()
        session.add(Organisation(name="010203-1234"))
        session.flush()

    with pytest.raises(IntegrityError) as refused, store.transaction() as session:
        be_refused(session)

    assert "010203-1234" not in str(refused.value).replace(str(refused.value.orig), "")


# -- what comes back -----------------------------------------------------------------------


def test_times_come_back_aware_and_in_utc_whatever_zone_they_were_given_in(store: Store) -> None:
    summer = datetime(2026, 7, 1, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with store.transaction() as session:
        session.add(Lease(name="search", holder="me", expires_at=summer))

    with store.reading() as session:
        lease = session.get_one(Lease, "search")
        earlier = session.exec(select(Lease).where(col(Lease.expires_at) < summer + timedelta(microseconds=1)))
        assert len(earlier.all()) == 1
    assert lease.expires_at == summer
    assert lease.expires_at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)naive|time ?zone"), store.transaction() as session:
        session.add(Lease(name="search", holder="me", expires_at=datetime(2026, 7, 1)))  # noqa: DTZ001


def test_letters_of_all_languages_come_back(store: Store) -> None:
    name = "Æblehøj ✉ 🇩🇰 Ωμέγα"
    with store.transaction() as session:
        session.add(Organisation(name=name))

    with store.reading() as session:
        assert session.exec(select(Organisation).where(Organisation.name == name)).one().name == name


def test_the_clock_is_aware_and_in_utc() -> None:
    assert system_clock().tzinfo is UTC


# -- opening -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///dialogportal.sqlite3", "data/dialogportal.sqlite3"),
        ("sqlite:///deep/er/portal.sqlite3", "data/deep/er/portal.sqlite3"),
        ("sqlite:////srv/portal.sqlite3", None),
    ],
)
def test_a_relative_path_lies_in_the_data_folder(tmp_path: Path, url: str, path: str | None) -> None:
    if path is None:
        url = url.replace("/srv", str(tmp_path))

    resolved = resolve_url(url, tmp_path / "data")

    assert resolved == f"sqlite:///{tmp_path / (path or 'portal.sqlite3')}"


def test_postgresql_is_reached_through_psycopg_with_its_password(tmp_path: Path) -> None:
    assert (
        resolve_url("postgresql://portal:hemmeligt@db.example.dk/portal", tmp_path)
        == "postgresql+psycopg://portal:hemmeligt@db.example.dk/portal"
    )


def test_opening_makes_the_database_where_there_is_none(tmp_path: Path) -> None:
    store = open_store(Database(), tmp_path / "data")

    with store.reading() as session:
        assert session.exec(select(Organisation)).all()
    store.close()
    assert (tmp_path / "data" / "dialogportal.sqlite3").exists()


def test_sqlite_forgets_nothing_that_it_called_committed(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/portal.sqlite3") as store, store.reading() as session:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        values = [session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in pragmas]

    assert values == ["wal", 2, 1]


@pytest.mark.skipif(DATABASE == "sqlite", reason="of SQLite there is no server that could be full")
def test_no_more_connections_are_made_than_the_settings_say(database_url: str, tmp_path: Path) -> None:
    database = Database(url=database_url.replace("+psycopg", ""), connections=8)

    with closing(open_store(database, tmp_path)) as store, ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(store.reading()).connection()
        with ThreadPoolExecutor(1) as pool:
            refused = pool.submit(store.check).exception(timeout=60)

    assert isinstance(refused, StorageTrouble)
    assert "[database] connections" in str(refused)
