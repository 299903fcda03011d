"""Whoever only looks locks, makes and changes nothing; data in use is brought up to date by who says so."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import alembic.command
import pytest
from click.testing import Result
from typer.testing import CliRunner

from dialogportal.menu import app
from support import filling
from support.builders import a_filed_message, a_person
from support.databases import migrate
from support.portals import RunningPortal
from support.servers import free_port
from tickets.database.schema import Age
from tickets.database.store import Store
from tickets.database.upgrading import alembic_config
from tickets.errors import BadInput
from tickets.people import lists
from tickets.portal import SECRET_FILE, Portal, load_secret

DATABASE = "dialogportal.sqlite3"
READING = [
    "status", "held", "show DB-1", "show 1", "search aktindsigt", "organisation list", "person list", "list list",
    "subscription list", "digest DB --dry-run",
]  # fmt: skip
WRITING = ["person remove mette@oeby.example.dk", "reindex", "retry", "login-link mette@oeby.example.dk", "digest DB"]


@pytest.fixture
def shell(tmp_path: Path) -> RunningPortal:
    """An operator's shell; nothing is there yet."""
    return RunningPortal(tmp_path, f"sqlite:///{DATABASE}", free_port())


@pytest.fixture
def data(shell: RunningPortal) -> Path:
    return shell.directory / "data"


@pytest.fixture(scope="module")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with this program's schema and nothing in it, for tests to copy."""
    path = tmp_path_factory.mktemp("new") / DATABASE
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="module")
def old_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the third revision, and in use."""
    path = tmp_path_factory.mktemp("old") / DATABASE
    with closing(Store(f"sqlite:///{path}")) as store, store.engine.begin() as connection:
        alembic.command.upgrade(alembic_config(connection), "0003")
        filling.fill(connection)
    return path


@pytest.fixture
def used(shell: RunningPortal, data: Path, portal: Portal, now: datetime, new_database: Path) -> Iterator[Store]:
    """The database of a portal with a list, a person and a ticket."""
    shutil.copy(new_database, data)
    shell.run("list", "add", "Databeskyttelse", "--address", "databeskyttelse@example.dk", "--prefix", "DB")
    with closing(Store(f"sqlite:///{data / DATABASE}")) as store:
        with store.transaction() as session:
            mailing_list = lists.find_list(session, "DB")
            a_filed_message(session, portal, mailing_list, a_person(session), now, text="Om aktindsigt")
        yield store


@pytest.fixture
def old(data: Path, old_database: Path) -> None:
    """The portal's data is of the third revision, and in use."""
    shutil.copy(old_database, data)


def age_of(data: Path) -> Age:
    with closing(Store(f"sqlite:///{data / DATABASE}")) as store:
        return store.age()


def all_in(store: Store) -> filling.Rows:
    with store.engine.connect() as connection:
        return filling.rows_of(connection)


def files_in(data: Path) -> set[Path]:
    return {path for path in data.rglob("*") if not path.name.endswith(("-wal", "-shm"))}


def run(shell: RunningPortal, words: str) -> Result:
    return CliRunner().invoke(app, [*words.split(), "--config", str(shell.settings)])


# -- looking ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", READING)
def test_whoever_looks_where_nothing_is_yet_is_told_so_and_makes_nothing(
    shell: RunningPortal, data: Path, words: str
) -> None:
    (data / SECRET_FILE).unlink()
    data.rmdir()

    done = run(shell, words)

    assert done.exit_code == 0
    assert "There is nothing here yet" in done.stdout
    assert not data.exists()


def test_where_nothing_is_yet_facts_say_so_too(shell: RunningPortal, data: Path) -> None:
    assert shell.ask("status") == {"nothing_yet": True}
    assert os.listdir(data) == [SECRET_FILE]


def test_check_looks_round_where_nothing_is_yet_and_makes_nothing(shell: RunningPortal, data: Path) -> None:
    (data / SECRET_FILE).unlink()
    data.rmdir()

    done = run(shell, "check")

    assert "There is nothing here yet" in done.stdout
    assert "ok  clock" in done.stdout
    assert not data.exists()


@pytest.mark.parametrize("words", [*READING, "check"])
def test_whoever_looks_waits_for_no_writer_and_changes_nothing(
    shell: RunningPortal, data: Path, used: Store, words: str
) -> None:
    shell.run("reindex")
    before = all_in(used), files_in(data)

    with closing(sqlite3.connect(data / DATABASE, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE people SET name = 'Mette Æ'")
        done = run(shell, words)
        writer.execute("ROLLBACK")

    assert (all_in(used), files_in(data)) == before
    assert "locked" not in f"{done.output} {done.exception}"


@pytest.mark.parametrize("words", [*READING, *WRITING, "check"])
@pytest.mark.usefixtures("old")
def test_older_data_is_left_as_it_is_and_what_to_do_is_told(shell: RunningPortal, data: Path, words: str) -> None:
    done = run(shell, words)

    assert done.exit_code == 1
    assert "run `dialogportal migrate`" in str(done.exception)
    assert age_of(data) is Age.OLDER


@pytest.mark.parametrize("words", ["status", "reindex", "check", "migrate", "serve"])
def test_data_of_a_newer_release_is_told_and_left_as_it_is(
    shell: RunningPortal, data: Path, used: Store, words: str
) -> None:
    with used.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    done = run(shell, words)

    assert done.exit_code == 1
    assert "newer release than this program" in str(done.exception)
    assert age_of(data) is Age.NEWER


# -- writing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["list add Test --address test@example.dk --prefix TE", "person add mette@oeby.example.dk --name Mette", "reindex"],
)
def test_the_first_that_writes_makes_the_database(shell: RunningPortal, data: Path, words: str) -> None:
    shell.run(*words.split())

    assert age_of(data) is Age.OURS
    assert shell.ask("status")["arrivals"]["waiting"] == 0


@pytest.mark.usefixtures("old")
def test_older_data_is_brought_up_to_date_by_its_own_command(shell: RunningPortal, data: Path) -> None:
    said = shell.run("migrate"), shell.run("migrate")

    assert said == ("The data is up to date now.\n", "The data was up to date.\n")
    assert age_of(data) is Age.OURS
    assert shell.ask("migrate") == {"was_changed": False}
    assert len(shell.ask("person", "list")) == filling.ROWS


@pytest.mark.usefixtures("old")
def test_older_data_is_brought_up_to_date_by_serving(shell: RunningPortal, data: Path) -> None:
    with shell:
        shell.start("--only", "web")
        shell.stop()

    assert age_of(data) is Age.OURS


# -- the secret ---------------------------------------------------------------------------


@pytest.mark.parametrize("words", [*READING, *WRITING, "check", "serve"])
def test_a_portal_in_use_whose_secret_is_gone_says_what_to_do(
    shell: RunningPortal, data: Path, used: Store, words: str
) -> None:
    (data / SECRET_FILE).unlink()

    done = run(shell, words)

    assert done.exit_code == 1
    assert "secret is missing" in str(done.exception)
    assert "Restore it from a backup" in str(done.exception)
    assert "dialogportal new-secret" in str(done.exception)
    assert not (data / SECRET_FILE).exists()


@pytest.mark.parametrize(
    "garbage", [b"", b"\n", b"hemmelig", b"\xff\xfe\x00", b"ab" * 31, b"ab" * 33, "æ".encode() * 32]
)
@pytest.mark.parametrize("words", ["status", "reindex"])
def test_what_is_no_secret_is_told_in_a_line(
    shell: RunningPortal, data: Path, used: Store, words: str, garbage: bytes
) -> None:
    (data / SECRET_FILE).write_bytes(garbage)

    done = run(shell, words)

    assert isinstance(done.exception, BadInput)
    assert "\n" not in str(done.exception)
    assert "is no secret" in str(done.exception)
    assert "dialogportal new-secret" in str(done.exception)
    assert (data / SECRET_FILE).read_bytes() == garbage


def test_a_folder_in_place_of_the_secret_is_told_in_a_line(shell: RunningPortal, data: Path, used: Store) -> None:
    (data / SECRET_FILE).unlink()
    (data / SECRET_FILE).mkdir()

    assert "is no secret" in str(run(shell, "status").exception)


def test_a_portal_with_nothing_in_it_gets_a_secret_anew(shell: RunningPortal, data: Path) -> None:
    shell.run("reindex")
    (data / SECRET_FILE).unlink()

    assert shell.ask("status")["arrivals"]["waiting"] == 0
    assert not (data / SECRET_FILE).exists()
    shell.run("reindex")
    assert len(load_secret(data)) == 32


def test_a_new_secret_is_made_on_purpose_once_it_is_told_what_ends(
    shell: RunningPortal, data: Path, used: Store
) -> None:
    (data / SECRET_FILE).write_text("hemmelig\n")
    declined = CliRunner().invoke(app, ["new-secret", "--config", str(shell.settings)], input="n\n")

    said = shell.run("new-secret", "--yes")

    assert declined.exit_code == 1
    for ends in ("Answers to letters", "for leaving", "Bounces", "log in again"):
        assert ends in declined.stdout
        assert ends in said
    assert (data / "secret.old").read_text() == "hemmelig\n"
    assert stat.S_IMODE((data / SECRET_FILE).stat().st_mode) == 0o600
    assert shell.ask("list", "list")


def test_a_secret_that_is_gone_is_made_anew_on_purpose(shell: RunningPortal, data: Path, used: Store) -> None:
    before = load_secret(data)
    (data / SECRET_FILE).unlink()

    shell.run("new-secret", "--yes")

    assert load_secret(data) != before
    assert shell.ask("status")
