"""The schema: how old that of a database is beside this program's."""

from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, inspect

MIGRATIONS = Path(__file__).parent / "migrations"
NEWER_DATA = "The data is of a newer release than this program: install that release"
OLDER_DATA = "The data is of an older release: run `dialogportal migrate`, which brings it up to date"


class Age(Enum):
    """How a database's schema stands to this program's."""

    NOTHING = "there is none yet"
    OLDER = "older"
    OURS = "the same"
    NEWER = "newer"


def age_of(connection: Connection) -> Age:
    """The age of a database's schema; nothing is locked or changed to find out."""
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
