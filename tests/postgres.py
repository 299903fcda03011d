"""A throw-away PostgreSQL from Debian's packages: one cluster per test run, one database per test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import psycopg
from servers import as_ordinary_user, find_program, free_port, run

SETTINGS = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 -c shared_buffers=64MB"
)


DURABLE = (
    "-c fsync=off -c max_connections=200 -c shared_buffers=64MB"  # through the death of the server, not of the machine
)


@dataclass(frozen=True)
class Cluster:
    """A running server: its URL without a database's name, and how it is made to fall over and stand up again."""

    url: str
    restart: Callable[[], None]


@contextmanager
def run_cluster(settings: str = SETTINGS) -> Iterator[Cluster]:
    programs = sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)
    initdb, pg_ctl = (find_program(name, *programs) for name in ("initdb", "pg_ctl"))
    home = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    try:
        who = as_ordinary_user(home)
        data, port = home / "data", free_port()
        run([initdb, "-D", str(data), "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], cwd=home, **who)
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {settings}"
        run([pg_ctl, "-D", str(data), "-w", "-l", str(home / "log"), "-o", options, "start"], cwd=home, **who)
        try:
            fall_over = [pg_ctl, "-D", str(data), "-w", "-l", str(home / "log"), "-m", "immediate", "restart"]
            yield Cluster(f"postgresql://portal@127.0.0.1:{port}", lambda: run(fall_over, cwd=home, **who))
        finally:
            run([pg_ctl, "-D", str(data), "-m", "immediate", "stop"], cwd=home, **who)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def create_database(server: str, name: str, template: str = "template1") -> str:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


def drop_database(server: str, name: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
