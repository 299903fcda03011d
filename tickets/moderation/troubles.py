"""Troubles: what around the portal does not work at the moment, told where every reader of the database finds it.

The table `troubles` has one row for each that is in trouble, such as the relay: its name, since when, and what it said
last. The row comes with the first failure, at most once a minute, and goes when something works again.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from tickets.database.models import Trouble
from tickets.database.store import Clock
from tickets.errors import StorageTrouble

log = structlog.get_logger()

RELAY, MAILBOX = "relay", "mailbox"  # names of what may be in trouble
EVERY = timedelta(minutes=1)
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def begin(session: Session, name: str, said: str, since: datetime) -> None:
    """Note by its name what is in trouble and what it says now; an earlier beginning stays."""
    row = INSERT[session.get_bind().dialect.name](Trouble).values(name=name, since=since, said=said)
    session.connection().execute(row.on_conflict_do_update(index_elements=["name"], set_={"said": said}))


def end(session: Session, name: str) -> None:
    """Take a trouble off the table; none of that name is no error."""
    session.connection().execute(delete(Trouble).where(col(Trouble.name) == name))


def current(session: Session) -> list[Trouble]:
    """What is in trouble, the longest first."""
    return list(session.exec(select(Trouble).order_by(col(Trouble.since), Trouble.name)))


class TroubleWatch:
    """Watches something that may fail: a line in the log when trouble begins and ends, a row in between."""

    def __init__(self, begin_writing: Callable[[], AbstractContextManager[Session]], name: str, clock: Clock) -> None:
        """`begin_writing` opens a transaction: a store's `whisper`."""
        self._writing, self._name, self._clock = begin_writing, name, clock
        self._since: datetime | None = None
        self._times = 0
        self._noted_at: datetime | None = None
        self._may_have_row = True  # of a process before this one

    @property
    def is_quiet(self) -> bool:
        """Whether no trouble is noted, so that a success has nothing to tell."""
        return self._since is None and not self._may_have_row

    def fails(self, said: str) -> None:
        """Note a failure in its words; the first in a series is logged, later ones are counted."""
        now = self._clock()
        if self._since is None:
            self._since, self._times = now, 0
            log.error(f"{self._name} in trouble", said=said)
        self._times += 1
        if self._noted_at and timedelta() <= now - self._noted_at < EVERY:
            return
        self._noted_at, self._may_have_row, since = now, True, self._since
        self._write(lambda session: begin(session, self._name, said, since))

    def works(self) -> None:
        """Note a success, which ends the trouble and is logged if there was one."""
        if self._since is not None:
            log.warning(f"{self._name} works again", after=str(self._clock() - self._since), failures=self._times)
            self._since = None
        if self._may_have_row:
            self._may_have_row = not self._write(lambda session: end(session, self._name))

    def _write(self, note: Callable[[Session], None]) -> bool:
        """Whether it could be noted: a database in trouble is told of elsewhere."""
        try:
            with self._writing() as session:
                note(session)
        except StorageTrouble:
            return False
        return True
