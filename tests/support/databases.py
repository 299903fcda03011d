"""Which kind of database the tests run on, and an empty one that is migrated."""

import os
from pathlib import Path

from support import statements
from tickets.database import upgrading
from tickets.database.store import Store, resolve_url

DATABASE = os.environ.get("DIALOGPORTAL_TEST_DATABASE", "sqlite")


def migrate(url: str) -> None:
    store = Store(resolve_url(url, Path()))
    upgrading.migrate(store)
    if store.is_sqlite:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    statements.pass_on(store.engine)
    store.close()
