"""A throw-away PostgreSQL from Debian's packages: one cluster and one database per test process.

The database is put back after each test as it was: making one anew takes longer than most tests do.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

import psycopg

from support.servers import as_ordinary_user, find_program, free_port, run

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
    stop: Callable[[], None]
    start: Callable[[], None]


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
        control = [pg_ctl, "-D", str(data), "-w", "-l", str(home / "log"), "-m", "immediate"]

        def tell(*words: str) -> None:
            run([*control, *words], cwd=home, **who)

        def start() -> None:
            tell("-o", options, "start")

        start()
        try:
            url = f"postgresql://portal@127.0.0.1:{port}"
            yield Cluster(url, lambda: tell("restart"), lambda: tell("stop"), start)
        finally:
            tell("stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def create_database(server: str, name: str, template: str = "template1") -> str:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


def drop_database(server: str, name: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


REMEMBER = """
    CREATE SCHEMA before;
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TABLE before.%1$I AS TABLE public.%1$I', one.name);
        END LOOP;
    END $$;
    CREATE TABLE before.sequences AS
        SELECT sequencename AS name, coalesce(last_value, 1) AS value, last_value IS NOT NULL AS is_called
        FROM pg_sequences WHERE schemaname = 'public';
"""
PUT_BACK = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET client_min_messages = error;
    DROP SCHEMA IF EXISTS search1 CASCADE;
    SET session_replication_role = replica;
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('DELETE FROM public.%1$I', one.name);
            EXECUTE format('INSERT INTO public.%1$I SELECT * FROM before.%1$I', one.name);
        END LOOP;
    END $$;
    SELECT setval('public.' || name, value, is_called) FROM before.sequences;
"""


def remember(url: str) -> None:
    """Keep what the database holds now, for a `Keeper`."""
    with psycopg.connect(url) as connection:
        connection.execute(REMEMBER)


class Keeper:
    """Puts a database back, over one connection of its own: a new one takes four times as long as the work."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None

    def put_back(self) -> None:
        """Whatever a test did, the database is as it was remembered; who is still connected is thrown out."""
        try:
            self._connect().execute(PUT_BACK)
        except psycopg.OperationalError:  # a test made the server hang up
            self.close()
            self._connect().execute(PUT_BACK)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> "psycopg.Connection[Any]":
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True)
        return self._connection
