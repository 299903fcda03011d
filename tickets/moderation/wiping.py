"""Wiping: what is forgotten lies in no file of the database any more.

Whoever deletes a row leaves its octets where they lay. SQLite overwrites them (`secure_delete`, in `store`), but its
journal still holds them; PostgreSQL has to write the table anew.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from tickets.database.store import Clock, Store
from tickets.moderation import originals

log = structlog.get_logger()

PATIENCE = 5  # seconds that wiping waits for others, and they for it
LARGEST = 2_000_000_000  # octets of a table that is written anew while everybody waits
SIZE = "SELECT pg_total_relation_size('contents')"


class Forgetter:
    """Forgets the originals whose days are over; what could not be wiped is tried again the next time."""

    def __init__(self, store: Store, keep: timedelta, clock: Clock) -> None:
        self._store, self._keep, self._clock = store, keep, clock
        self._is_owed = store.is_sqlite  # a process that was killed may have left its journal

    def work(self) -> int:
        """Forget what is due; how many messages that was."""
        forgotten = 0
        while done := _forget(self._store, self._clock() - self._keep):
            forgotten += done
        if forgotten or self._is_owed:
            self._is_owed = not wipe(self._store)
        return forgotten


def _forget(store: Store, before: datetime) -> int:
    with store.reading() as session:
        if not originals.has_old(session, before):
            return 0
    with store.transaction() as session:
        return originals.forget(session, before)


def wipe(store: Store) -> bool:
    """Whether the files of the database hold no more of what was deleted; not while others are in the way."""
    wiped: Callable[[Connection], bool] = _empty_journal if store.is_sqlite else _write_anew
    with store.outside() as connection:
        try:
            return wiped(connection)
        except OperationalError as error:
            log.warning("what was forgotten is not wiped yet", reason=str(error.orig))
            return False


def _empty_journal(connection: Connection) -> bool:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    is_busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not is_busy


def _write_anew(connection: Connection) -> bool:
    """VACUUM alone makes room and leaves the octets in it until others need that."""
    connection.exec_driver_sql(f"SET lock_timeout = '{PATIENCE}s'")
    size = connection.exec_driver_sql(SIZE).scalar_one()
    connection.exec_driver_sql("VACUUM (FULL) contents" if size <= LARGEST else "VACUUM contents")
    return True
