"""A command that only looks starts quickly: it imports what it needs, and no more."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dialogportal.menu import COMMANDS, Entry, Group
from support.portals import RunningPortal
from support.servers import free_port

SERVING = {"flask", "werkzeug", "waitress", "aiosmtpd", "demo", "mailer.processing.processor", "dialogportal.serving"}
MIGRATING = {"alembic", "mako"}
SEARCHING = {"whoosh", "tickets.search.searching"}
ASKING = {"dns", "imapclient", "aiosmtplib", "mailer.delivery.relay"}
WRITING = {"babel", "jinja2", "css_inline", "holidays", "mailer.letters.letters", "templates.language"}
READING = {
    "pypdf",
    "pypdfium2",
    "olefile",
    "xlrd",
    "selectolax",
    "nh3",
    "flufl",
    "cryptography",
    "mailer.sandbox.reader",
}
TABLES = {"sqlalchemy", "sqlmodel", "pydantic", "pydantic_settings", "rich.table", "dialogportal.settings"}

LOOKING = SERVING | MIGRATING | SEARCHING | ASKING | WRITING | READING
NOT_LOADED = {  # by each command and those above it, for all run in one process
    "--version": LOOKING | TABLES - {"rich.table"},
    "--help": LOOKING | TABLES - {"rich.table"},
    "list list": LOOKING | {"tickets.conversations.conversation"},
    "person list": LOOKING | {"tickets.conversations.conversation"},
    "organisation list": LOOKING | {"tickets.conversations.conversation"},
    "subscription list": LOOKING | {"tickets.conversations.conversation"},
    "trace mette@oeby.example.dk": LOOKING,
    "held": LOOKING,
    "show DB-1": LOOKING,
    "status": LOOKING - SEARCHING,
    "search aktindsigt": LOOKING - SEARCHING,
    "check": MIGRATING
    | {"flask", "werkzeug", "waitress", "demo", "dialogportal.serving", "mailer.processing.processor"},
}
RUN_ALL = """
import contextlib, io, json, sys
from dialogportal.__main__ import main
loaded = {}
for words in json.loads(sys.argv[1]):
    sys.argv = ["dialogportal", *words.split()]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main()
    loaded[words] = sorted(sys.modules)
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What is imported after each command, one after the other in one process, beside a portal that has a list."""
    shell = RunningPortal(tmp_path_factory.mktemp("portal"), "sqlite:///dialogportal.sqlite3", free_port())
    shell.run("list", "add", "Databeskyttelse", "--address", "databeskyttelse@example.dk", "--prefix", "DB")
    command = [sys.executable, "-c", RUN_ALL, json.dumps([*NOT_LOADED])]
    done = subprocess.run(
        command, cwd=shell.settings.parent, capture_output=True, text=True, timeout=150, check=True
    )  # fmt: skip
    found: Mapping[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.any_database
@pytest.mark.parametrize("words", NOT_LOADED)
def test_a_command_that_only_looks_imports_nothing_that_it_does_not_need(
    loaded: Mapping[str, list[str]], words: str
) -> None:
    assert NOT_LOADED[words] & {*loaded[words]} == set()


def test_the_commands_that_look_are_carried_out_and_so_import_what_they_need(
    loaded: Mapping[str, list[str]],
) -> None:
    assert {"dialogportal.commands.looking.listing", "dialogportal.hall", "tickets.database.models"} <= {
        *loaded["list list"]
    }
    assert {"dialogportal.facts.tracing", "dialogportal.commands.looking.showing"} <= {*loaded["show DB-1"]}
    assert SEARCHING | {"dialogportal.commands.looking.status"} <= {*loaded["status"]}
    assert ASKING | {"dialogportal.doctor.checking"} <= {*loaded["check"]}


def lines(commands: tuple[Entry | Group, ...] = COMMANDS) -> list[Entry]:
    return [line for one in commands for line in ([one] if isinstance(one, Entry) else one.commands.values())]


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.place)
def test_the_table_says_of_a_command_what_that_says_of_itself(line: Entry) -> None:
    command = line.load()

    assert command.help.partition("\n\n")[0].replace("\n", " ") == line.help
    assert command.name == line.name


def test_what_is_imported_is_not_looked_through_for_garbage_and_what_comes_after_is() -> None:
    looking = "import gc; from dialogportal import __main__, menu; menu.app = lambda: print(gc.isenabled());"
    loading = "__main__.main(); menu.COMMANDS[0].load(); print(gc.isenabled())"
    done = subprocess.run(
        [sys.executable, "-c", looking + loading], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["False", "True"]


def test_the_version_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dialogportal", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.startswith("dialogportal ")
    assert done.stderr == ""
