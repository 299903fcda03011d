"""The schema: how old that of a database is beside this program's, and how it is brought up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import alembic.command
import alembic.config
from sqlalchemy import Connection, Engine, inspect

from tickets.errors import StorageTrouble

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 20180525
NEWER_DATA = "The data is of a newer release than this program: install that release"
OLDER_DATA = "The data is of an older release: run `dialogportal migrate`, which brings it up to date"


class Age(Enum):
    """How a database's schema stands to this program's."""

    NOTHING = "there is none yet"
    OLDER = "older"
    OURS = "the same"
    NEWER = "newer"


def age_of(connection: Connection) -> Age:
    """How old the schema of a database is; nothing is locked or changed to find out."""
    if not inspect(connection).has_table("alembic_version"):
        return Age.NOTHING
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found is None:
        return Age.NOTHING
    known = revisions()
    if found not in known:
        return Age.NEWER
    return Age.OURS if found == known[-1] else Age.OLDER


def revisions() -> list[str]:
    """The revisions that this program knows, the oldest first."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(engine: Engine) -> None:
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
