"""The database: opened here and nowhere else, on SQLite or PostgreSQL, by one URL."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, field_validator
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.util import identity_key
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, SQLModel

from tickets.database import schema
from tickets.database.outages import Outage
from tickets.database.schema import Age
from tickets.errors import StorageTrouble

Clock = Callable[[], datetime]

DRIVERS = ("sqlite", "postgresql", "postgresql+psycopg")
SHORTEST_BATCH, LONGEST_BATCH = (
    0.01,
    0.25,
)  # seconds before a batch commits: where somebody presses, and where nobody does
FEWEST, KEPT, MOST = 8, 12, 32  # connections that a process needs, keeps open, and has at most
PATIENCE = 15  # seconds that a thread waits for a connection
BUSY = 30  # seconds that a writer waits for another process's
STILL = 60  # seconds after which PostgreSQL ends a transaction in which nothing is asked: whoever hangs stops nobody


Row = TypeVar("Row", bound=SQLModel)


def lay_down(session: Session, row: Row) -> Row:
    """Insert a row whose id the database gives, and let the session hold it as if it had been read.

    Core does it in half the time of a flush: for the rows that every message brings.
    """
    table = SQLModel.metadata.tables[str(row.__tablename__)]
    values = {column.name: getattr(row, column.name) for column in table.columns if column.name != "id"}
    added = session.connection().execute(_insertion(table), values)
    row.id = added.scalar_one()
    if (undone := session.identity_map.get(identity_key(type(row), row.id))) is not None:  # type: ignore[attr-defined]
        session.expunge(undone)  # a savepoint was rolled back, and its id is given again
    make_transient_to_detached(row)
    session.add(row)
    return row


@cache
def _insertion(table: Table) -> ReturningInsert[tuple[int]]:
    return table.insert().returning(table.c.id)


def system_clock() -> datetime:
    """The time by the machine's clock, aware, in UTC."""
    return datetime.now(UTC)


class Database(BaseModel, frozen=True, extra="forbid"):
    """The `[database]` section: sqlite:///PATH (relative to data_dir) or postgresql://…, and how it is reached."""

    url: str = "sqlite:///dialogportal.sqlite3"
    password_file: Path | None = None  # whose only line is the password, which then is not in the URL
    connections: int = Field(MOST, ge=FEWEST, le=500)  # to PostgreSQL, of each process at most

    @field_validator("url")
    @classmethod
    def of_a_kind_that_is_known(cls, value: str) -> str:
        """No fault quotes the URL: there may be a password in it."""
        try:
            driver = make_url(value).drivername
        except (ArgumentError, ValueError):  # a port that is no number is the latter
            driver = ""
        if driver not in DRIVERS:
            raise ValueError("that is no database here: give sqlite:///FILE or postgresql://user:password@host/name")
        if driver != "sqlite" and find_spec("psycopg") is None:
            raise ValueError("PostgreSQL needs a library more: pip install 'dialogportal[postgres]'")
        return value

    def whole_url(self) -> str:
        """The URL with its password. Raises StorageTrouble if there is a file for it that cannot be read."""
        if self.password_file is None or self.url.startswith("sqlite"):
            return self.url
        try:
            password = self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise StorageTrouble(f"[database] password_file {self.password_file} cannot be read: {error}") from error
        return make_url(self.url).set(password=password).render_as_string(hide_password=False)


class FairLock:
    """A lock that is given in the order of asking, after those who press.

    A plain lock favours the thread that has just let go of it.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._pressing: deque[threading.Lock] = deque()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False

    @property
    def is_pressed(self) -> bool:
        """Whether somebody waits who may not be kept waiting."""
        return bool(self._pressing)

    @property
    def is_waited_for(self) -> bool:
        """Whether anybody waits for their turn."""
        return bool(self._pressing or self._waiting)

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Hold the turn in the block, after all who came before or are pressing."""
        self._enter(self._waiting)
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def pressing(self) -> Iterator[None]:
        """Hold the turn in the block, ahead of all who are not pressing."""
        self._enter(self._pressing)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, queue: deque[threading.Lock]) -> None:
        gate = threading.Lock()
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return
            gate.acquire()
            queue.append(gate)
        gate.acquire()

    def _leave(self) -> None:
        with self._mutex:
            if queue := self._pressing or self._waiting:
                queue.popleft().release()
            else:
                self._is_taken = False


class Batch:
    """How long a transaction over many items may go on: while nobody presses, or for a moment; never for long."""

    def __init__(self, turnstile: FairLock, longest: float) -> None:
        self._turnstile, self._longest, self._begun = turnstile, longest, time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether a batch should commit: it has lasted its time, or somebody is pressing."""
        lasted = time.monotonic() - self._begun
        return lasted > self._longest or (lasted > SHORTEST_BATCH and self._turnstile.is_pressed)


@dataclass(frozen=True)
class Use:
    """How a database is opened: by SQLite's pragmas, or with PostgreSQL's options and so many connections at most."""

    pragmas: tuple[str, ...]
    options: str
    connections: int = MOST


WRITING = Use(
    ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"),
    f"-c idle_in_transaction_session_timeout={STILL}s",
)
READING = Use(("query_only=ON",), "-c default_transaction_read_only=on")


class Store:
    """An open database. Threads share it; each transaction has a session of its own.

    On SQLite the writers of this process queue on a lock, and processes on BEGIN IMMEDIATE: a deferred
    transaction that turns into a writer fails at once when another is at work, however long it would wait.
    """

    def __init__(self, url: str, use: Use = WRITING) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _open_sqlite(url, use.pragmas) if self.is_sqlite else _open_postgresql(url, use)
        self._turnstile = FairLock()
        self._outage: Outage | None = None
        self._written = threading.Condition()
        self._writes = 0

    def tell_of_outages(self) -> None:
        """Have the log say from now on when the database is away, and when it is back: for a process that goes on."""
        self._outage = Outage()

    @contextmanager
    def _minded(self, *, writes: bool) -> Iterator[None]:
        """Turn errors of a database in trouble into StorageTrouble, and note how it fared."""
        try:
            with _told_as_trouble():
                yield
        except StorageTrouble as trouble:
            if self._outage:
                self._outage.fails(str(trouble), writes=writes)
            raise
        if self._outage:
            self._outage.works(writes=writes)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back if the block raises; rings the bell when it has.

        Raises StorageTrouble where the database itself is in trouble.
        """
        with self._writing(self._turnstile.in_turn) as session:
            yield session
        self.ring()

    @contextmanager
    def prompt(self) -> Iterator[Session]:
        """A transaction that batches make way for: somebody waits to hear that it is durable."""
        with self._writing(self._turnstile.pressing) as session:
            yield session
        self.ring()

    @contextmanager
    def whisper(self) -> Iterator[Session]:
        """A prompt transaction that rings no bell, because it gives nobody anything to do."""
        with self._writing(self._turnstile.pressing) as session:
            yield session

    def begin_batch(self, longest: float = LONGEST_BATCH) -> Batch:
        """To be asked, from item to item of a long transaction, whether that is over."""
        return Batch(self._turnstile, longest)

    @contextmanager
    def _writing(self, turn: Callable[[], AbstractContextManager[None]]) -> Iterator[Session]:
        if not self.is_sqlite:
            with self._session(self.engine) as session:
                yield session
        else:
            with turn(), self._session(self.engine.execution_options(begin="IMMEDIATE")) as session:
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database, and is rolled back: for questions."""
        with self._minded(writes=False), Session(self.engine) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with self._minded(writes=True), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """A connection of its own, closed at the end, on which every statement stands for itself."""
        with _told_as_trouble(), closing(create_engine(self.url, poolclass=NullPool).connect()) as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def writes(self) -> int:
        """How often the bell has rung; taken before looking for work, given to `wait` after finding none."""
        return self._writes

    def ring(self) -> None:
        """Wake everybody in this process who waits for something to be written."""
        with self._written:
            self._writes += 1
            self._written.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Return as soon as the bell has rung since `seen` was read, or after so many seconds."""
        with self._written:
            self._written.wait_for(lambda: self._writes != seen, seconds)

    def age(self) -> Age:
        """How old the schema is; takes no lock that writers take."""
        with self.reading() as session:
            return schema.age_of(session.connection())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Within the block nobody else in this process writes."""
        with self._turnstile.in_turn(), _told_as_trouble():
            yield

    def check(self) -> None:
        """Raise StorageTrouble unless the database answers."""
        with self.reading() as session:
            session.connection().exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close all connections; the store opens new ones if it is used again."""
        self.engine.dispose()


def open_unmigrated(database: Database, data_dir: Path) -> Store:
    """Open the database of the settings as it is; an empty one is made where SQLite has none."""
    url = resolve_url(database.whole_url(), data_dir)
    if path := file_of(url):
        path.parent.mkdir(parents=True, exist_ok=True)
    return Store(url, replace(WRITING, connections=database.connections))


def open_to_read(database: Database, data_dir: Path) -> Store | None:
    """Open the database of the settings for questions alone; None where SQLite has none yet."""
    url = resolve_url(database.whole_url(), data_dir)
    path = file_of(url)
    return Store(url, READING) if path is None or path.exists() else None


def file_of(url: str) -> Path | None:
    """The file in which SQLite keeps a database; None of PostgreSQL, or in memory."""
    parts = make_url(url)
    is_file = parts.get_backend_name() == "sqlite" and parts.database and parts.database != ":memory:"
    return Path(str(parts.database)) if is_file else None


def reserve_keys(session: Session, table: Table, count: int) -> list[int]:
    """So many keys for new rows of a table, which nobody else gets; within a transaction that writes."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":  # there is no other writer
        highest = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        return list(range(highest + 1, highest + 1 + count))
    following = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    return list(connection.execute(select(following).select_from(func.generate_series(1, count))).scalars())


def resolve_url(url: str, data_dir: Path) -> str:
    """The URL with a relative SQLite path placed in `data_dir`, and psycopg named for PostgreSQL."""
    parts = make_url(url)
    if parts.get_backend_name() == "postgresql":
        return parts.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if not parts.database or parts.database == ":memory:":
        return url
    path = data_dir / parts.database  # an absolute path stays as it is
    return parts.set(database=str(path)).render_as_string(hide_password=False)


def _open_postgresql(url: str, use: Use) -> Engine:
    kept = min(KEPT, use.connections)
    return create_engine(
        url, pool_size=kept, max_overflow=use.connections - kept, pool_timeout=PATIENCE, pool_pre_ping=True,
        hide_parameters=True, connect_args={"options": use.options} if use.options else {},
    )  # fmt: skip


def _open_sqlite(url: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(
        url,
        pool_size=12,
        max_overflow=20,
        hide_parameters=True,
        connect_args={"timeout": BUSY, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `begin` below does
        for pragma in (f"busy_timeout={BUSY * 1000}", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine


@contextmanager
def _told_as_trouble() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StorageTrouble(f"The database ([database] url) does not answer: {error.orig}") from error
    except PoolTimeout as error:
        raise StorageTrouble("All connections to the database are in use: look at [database] connections") from error
    except DatabaseError as error:
        if error.connection_invalidated:
            raise StorageTrouble(f"The database went away: {error.orig}") from error
        raise
