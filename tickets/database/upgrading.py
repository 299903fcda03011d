"""Upgrading: a database's schema is brought up to date, by Alembic's migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import alembic.command
import alembic.config
from sqlalchemy import Connection, Engine

from tickets.database.schema import MIGRATIONS, NEWER_DATA, Age, age_of
from tickets.database.store import Database, Store, open_unmigrated
from tickets.errors import StorageTrouble

ADVISORY_LOCK = 20180525


def open_store(database: Database, data_dir: Path) -> Store:
    """Open the database of the settings, its schema up to date."""
    store = open_unmigrated(database, data_dir)
    migrate(store)
    return store


def migrate(store: Store) -> None:
    """Bring the schema up to date; several processes may start at once.

    Raises StorageTrouble also if the database was made by a release that this one does not know.
    """
    if store.age() is not Age.OURS:
        with store.alone():
            _upgrade(store.engine)


def _upgrade(engine: Engine) -> None:
    """Bring the schema up to date, in one transaction; several processes may do so at once.

    Raises StorageTrouble if the database was made by a release that this one does not know, or if rows would come to
    refer to nothing.
    """
    with _alone(engine) as connection:
        if age_of(connection) is Age.NEWER:
            raise StorageTrouble(NEWER_DATA)
        before = _broken_references(connection)
        alembic.command.upgrade(alembic_config(connection), "head")
        if broken := _broken_references(connection) - before:
            raise StorageTrouble(f"The upgrade would leave references to nothing, and is undone: {sorted(broken)}")


def alembic_config(connection: Connection) -> alembic.config.Config:
    """Alembic's settings for the portal's migrations, over an open connection."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else migrates."""
    if engine.dialect.name == "sqlite":
        with _with_loose_references(engine) as connection:
            yield connection
    else:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # it may think for long
            yield connection


@contextmanager
def _with_loose_references(engine: Engine) -> Iterator[Connection]:
    """A writing transaction on SQLite in which a table may be dropped while others refer to it.

    SQLite changes a table by making it anew under its name. Foreign keys cannot be switched off within a transaction
    (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    with engine.execution_options(begin="IMMEDIATE").connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _broken_references(connection: Connection) -> set[tuple[str, str, int]]:
    """The table and the parent of every row that refers to nothing; PostgreSQL lets none come into being."""
    if connection.dialect.name != "sqlite":
        return set()
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return {(table, parent, rowid) for table, rowid, parent, _key in found}
