"""What every test may ask for: an empty database of either kind, and the portal's names and clock."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlmodel import Session

from support import postgres, statements
from support.databases import DATABASE, migrate
from tickets.database.store import Store, resolve_url
from tickets.portal import Portal
from tickets.tokens import Signer

MIGRATED = "portal"  # the database that tests have
MEMORY, ROOM = Path("/dev/shm"), 2_000_000_000  # octets


def pytest_configure() -> None:
    """Folders of tests lie in memory, if it has room: a disk is asked at every commit to be sure, which takes time.

    Commands speak English, whatever the terminal does from which the tests are run.
    """
    os.environ["LC_ALL"] = "C.UTF-8"
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database need not be run again on PostgreSQL; what takes long begins at once."""
    if DATABASE != "sqlite":
        touching = first_of_those_alike([item for item in items if _touches_a_database(item)])
        config.hook.pytest_deselected(items=[item for item in items if item not in set(touching)])
        items[:] = touching
    items[:] = slow_ones_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _touches_a_database(item: pytest.Item) -> bool:
    return "template" in getattr(item, "fixturenames", ()) and item.get_closest_marker("any_database") is None


def first_of_those_alike(items: list[pytest.Item]) -> list[pytest.Item]:
    """All tests, but of cases that a database sees no difference between the first alone."""
    kept: dict[tuple[Path, str], pytest.Item] = {}
    for item in items:
        is_alike = item.get_closest_marker("alike") is not None
        kept.setdefault((item.path, getattr(item, "originalname", item.name) if is_alike else item.nodeid), item)
    return list(kept.values())


def slow_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Each worker's share, as `worksteal` deals them out, begins with modules that have slow tests.

    So nobody is alone with one at the end, and what a module makes for all its tests is made by one worker: others
    steal from the end of a share.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    heavy = [list(module) for path, module in groupby(items, lambda item: item.path) if path in slow]
    light = iter([item for item in items if item.path not in slow])
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        share = (len(items) - len(dealt)) // (workers - worker)
        first = [item for module in heavy[worker::workers] for item in module]
        dealt += [*first, *islice(light, max(share - len(first), 0))]
    return [*dealt, *light]


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """No test talks to anybody but this machine."""

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, *arguments: Any) -> Any:
            host = arguments[-1][0] if isinstance(arguments[-1], tuple) else "localhost"
            if host not in ("localhost", "::1") and not str(host).startswith("127."):
                raise AssertionError(f"A test tried to reach {host}")
            return method(self, *arguments)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Tracebacks as Python writes them; rich ones take seconds."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[structlog.processors.add_log_level, renderer],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickets.database.store.create_engine", statements.open_engine)
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database: the path of an SQLite file to copy, or the URL of a PostgreSQL server that holds one."""
    if DATABASE == "sqlite":
        path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
        migrate(f"sqlite:///{path}")
        yield str(path)
    else:
        with postgres.run_cluster() as cluster:
            migrated = postgres.create_database(cluster.url, MIGRATED)
            migrate(migrated)
            postgres.remember(migrated)
            yield cluster.url


@pytest.fixture(scope="session")
def keeper(template: str) -> Iterator[postgres.Keeper]:
    """Who puts the database on PostgreSQL back after each test."""
    hired = postgres.Keeper(f"{template}/{MIGRATED}")
    yield hired
    hired.close()


@pytest.fixture
def database_url(template: str, keeper: postgres.Keeper, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own for this test: migrated, with municipalities and nothing else."""
    if DATABASE == "sqlite":
        path = tmp_path / "portal.sqlite3"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
    else:
        yield f"{template}/{MIGRATED}"
        keeper.put_back()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(resolve_url(database_url, Path()))
    yield opened
    opened.close()


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """One transaction, committed if the test ends well."""
    with store.transaction() as opened:
        yield opened


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    return Portal(domain="example.dk", base_url="https://portal.example.dk", data_dir=tmp_path)


@pytest.fixture
def signer() -> Signer:
    return Signer(b"a secret that only the tests know")


@pytest.fixture
def now() -> datetime:
    """Monday at 08:00 in Copenhagen."""
    return datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of foreign mail, none of which is in the project."""
    folder = os.environ.get("MAIL_CORPUS")
    if not folder:
        pytest.skip("MAIL_CORPUS names no folder of foreign mail")
    return Path(folder)
