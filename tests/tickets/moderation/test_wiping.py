"""What is forgotten is in no file of the database: not where it lay, nor in a journal."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.builders import store_content
from support.databases import DATABASE
from tickets.database.store import Store
from tickets.moderation import originals, wiping
from tickets.moderation.wiping import Forgetter, wipe

WEEK = timedelta(days=7)
NUMBER = b"290288-6127"  # in no other test: all have the same database of PostgreSQL, one after the other
KINDS = {
    "small": b"Subject: Om Mette\r\n\r\n" + NUMBER + b"\r\n",
    "over several pages": b"x" * 9_000 + NUMBER + b"y" * 30_000,
    "at the end of a page": (NUMBER + b" " * 4_000) * 3,
    "large": os.urandom(300_000) + NUMBER + os.urandom(300_000),
}


def files_of(store: Store) -> list[Path]:
    """All in which the database keeps rows; the log that PostgreSQL writes ahead goes when it is written over."""
    if store.is_sqlite:
        path = Path(store.url.removeprefix("sqlite:///"))
        return [one for one in path.parent.iterdir() if one.name.startswith(path.name)]
    with store.outside() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        home = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
    return [path for path in (home / "base").rglob("*") if path.is_file()]


def holding_number(store: Store) -> list[Path]:
    return [path for path in files_of(store) if NUMBER in path.read_bytes()]


def keep_original(store: Store, octets: bytes, now: datetime) -> None:
    """An original among others, and its redacted form."""
    with store.transaction() as session:
        for number in range(10):
            store_content(session, f"{number} før".encode() * 700, now)
        originals.keep_redacted(session, store_content(session, octets, now), b"Subject: Om Mette\r\n\r\n[CPR]", now)
        for number in range(10):
            store_content(session, f"{number} efter".encode() * 700, now)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_forgotten_is_in_no_file(store: Store, kind: str, now: datetime) -> None:
    keep_original(store, KINDS[kind], now)
    assert holding_number(store)

    assert Forgetter(store, WEEK, lambda: now + WEEK).work() == 1

    assert holding_number(store) == []


def test_an_original_whose_days_are_not_over_is_kept_whole(store: Store, now: datetime) -> None:
    keep_original(store, KINDS["large"], now)

    assert Forgetter(store, WEEK, lambda: now + WEEK - timedelta(seconds=1)).work() == 0

    assert holding_number(store)


def test_however_many_are_due_all_are_forgotten_at_once(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for number in range(2 * originals.PAGE + 1):
            key = store_content(session, f"{number} {NUMBER.decode()}".encode(), now)
            originals.keep_redacted(session, key, f"{number} [CPR]".encode(), now)

    assert Forgetter(store, WEEK, lambda: now + WEEK).work() == 2 * originals.PAGE + 1

    assert holding_number(store) == []


@pytest.mark.skipif(DATABASE != "sqlite", reason="of SQLite's journal")
def test_while_somebody_reads_the_journal_is_left_and_emptied_the_next_time(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, "PATIENCE", 0)
    keep_original(store, KINDS["large"], now)
    forgetter = Forgetter(store, WEEK, lambda: now + WEEK)
    with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contents").fetchone()
        assert forgetter.work() == 1
        assert holding_number(store)

    assert forgetter.work() == 0

    assert holding_number(store) == []


@pytest.mark.skipif(DATABASE == "sqlite", reason="of PostgreSQL's locks")
def test_a_table_that_somebody_uses_is_not_waited_for(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, "PATIENCE", 1)
    with store.reading() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM contents")
        assert not wipe(store)

    assert wipe(store)
