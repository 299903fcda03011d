"""Whatever strangers write is read on the terminal, and never obeyed by it."""

import json
import logging
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from dialogportal.logbook import Readable, spell_out
from dialogportal.menu import app
from dialogportal.printing import plain, visible
from support.builders import a_filed_message, a_list, a_message, a_person, store_content
from support.checkout import HOUSE
from support.portals import RunningPortal
from support.servers import free_port
from tickets.database.models import Arrival, Disposition
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.reasons import Reason

EVIL = "\x1b]0;overtaget\x07 \x1b[2J \x9b31m \x7f \x85 \u202egpj.exe \rskjult"
SPELLED = r"\x1b]0;overtaget\x07 \x1b[2J \x9b31m \x7f \x85 \u202egpj.exe \x0dskjult"
RAW = b"Subject: Hej\r\n\r\nHej \x1b[2J \x9b\r\n.\r\n\x00"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> RunningPortal:
    return RunningPortal(tmp_path, database_url, free_port())


@pytest.fixture
def held(shell: RunningPortal, store: Store, portal: Portal, now: datetime) -> str:
    """DB-1, and a held message, whose number this is; every word in them is for the terminal."""
    raw = bytes(a_message(Subject="Hej")).replace(b"Hej", b"Hej \x1b[2J").replace(b"Kf", b"\x9b") + EVIL.encode()
    with store.transaction() as session:
        mailing_list, mette = a_list(session), a_person(session, name=f"Mette {EVIL}")
        a_filed_message(session, portal, mailing_list, mette, now, subject=f"Må vi? {EVIL}", text=f"Aktindsigt {EVIL}")
        arrival = Arrival(
            content_key=store_content(session, raw, now), recipient="databeskyttelse@example.dk", door="smtp",
            return_path=f"{EVIL}@example.org", helo=EVIL, client="192.0.2.1", received_at=now, next_attempt_at=now,
            disposition=Disposition.HELD, author=f"{EVIL}@example.org", subject=f"Hej {EVIL}",
            reason=Reason.LOOKALIKE, reason_details={"twin": EVIL}, defects=[EVIL], traceback=f"ValueError: {EVIL}",
            settled_at=now,
        )  # fmt: skip
        session.add(arrival)
        session.flush()
        return str(arrival.id)


@pytest.mark.alike
@pytest.mark.parametrize(
    "words",
    ["show DB-1", "show DB-1 --as mette@proevested.example.dk", "show HELD", "search aktindsigt",
     "held", "person list"],
)  # fmt: skip
def test_no_command_hands_control_characters_to_the_terminal(shell: RunningPortal, held: str, words: str) -> None:
    command = words.replace("HELD", held).split()
    shell.run("reindex")

    printed, facts = shell.run(*command), shell.run(*command, "--json")

    assert not OBEYED.search(printed)
    assert not OBEYED.search(facts)
    assert "x1b" in printed
    assert r"\u001b" in facts
    assert json.loads(facts)


def test_what_is_made_visible_is_spelled_out_to_the_letter(shell: RunningPortal, held: str) -> None:
    assert SPELLED in shell.run("show", "DB-1").replace("\n", "")  # wrapped as wide as the terminal is


def test_a_raw_message_is_spelled_out_on_a_terminal_and_in_facts(shell: RunningPortal, held: str) -> None:
    shown = on_a_terminal(shell, "show", held, "--raw")

    assert SPELLED in shown
    assert not OBEYED.search(shown.replace("\r\n", "\n"))
    assert not OBEYED.search(shell.run("show", held, "--raw", "--json"))


@pytest.mark.parametrize(
    "octets", [RAW, b"Subject: \xe6\xf8\xe5\n\n" + bytes(range(256)), b"x" * 700_000 + b"\r\n.\r\n"]
)
def test_a_raw_message_goes_into_a_file_or_a_program_as_it_came(
    shell: RunningPortal, held: str, store: Store, now: datetime, octets: bytes
) -> None:
    with store.transaction() as session:
        session.get_one(Arrival, int(held)).content_key = store_content(session, octets, now)

    done = CliRunner().invoke(app, ["show", held, "--raw", "--config", str(shell.settings)])

    assert done.stdout_bytes == octets


def on_a_terminal(shell: RunningPortal, *words: str) -> str:
    """What a command prints where its output is a terminal."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "dialogportal", *words, "--config", str(shell.settings)]
    process = subprocess.Popen(command, stdout=its, env=os.environ | {"TERM": "dumb"})
    os.close(its)
    printed = b""
    with suppress(OSError):  # the terminal is gone when the command is
        while more := os.read(ours, 65_536):
            printed += more
    os.close(ours)
    assert process.wait(60) == 0
    return printed.decode()


def test_an_ordinary_text_is_printed_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("Æ ø å\n\tindrykket\n", "[bold]fed[/] :warning: 'ja' – „nej“", "familie 👨‍👩‍👧"):
        assert visible(text) == text
    assert visible("to\r\nlinjer") == "to\nlinjer"
    assert plain("[bold]x") == r"\[bold]x"


def test_a_message_in_a_file_is_read_aloud_without_its_orders(tmp_path: Path) -> None:
    file = tmp_path / "1.eml"
    file.write_bytes(f"From: a@example.org\r\nSubject: Hej {EVIL[:20]}\r\n\r\nKære alle {EVIL}\r\n".encode())

    printed = CliRunner().invoke(app, ["read", str(file)]).stdout
    facts = CliRunner().invoke(app, ["read", "--json", str(file)]).stdout

    assert not OBEYED.search(printed + facts)
    assert "x1b" in printed
    assert json.loads(facts)["author"] == "a@example.org"


def test_an_error_that_quotes_a_name_spells_it_out(shell: RunningPortal, held: str) -> None:
    command = [sys.executable, "-m", "dialogportal", "show", f"DB{EVIL}-1", "--config", str(shell.settings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=HOUSE)

    assert done.returncode == 1
    assert not OBEYED.search(done.stderr)


def test_a_log_line_is_one_line_and_obeyed_by_no_terminal() -> None:
    entry = spell_out(None, "warning", {"event": f"relay {EVIL}", "reply": "550 no\n2026 [info] forged", "tries": 3})

    assert entry == {"event": f"relay {SPELLED}", "reply": r"550 no\n2026 [info] forged", "tries": 3}


def test_what_libraries_log_is_spelled_out_and_holds_no_cpr_number() -> None:
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "from %s: 010190-1234", (EVIL,), None)

    assert Readable("%(message)s").format(record) == f"from {SPELLED}: ●●●●●●-●●●●"


def test_a_relay_that_speaks_to_the_terminal_is_quoted_in_the_log_without_effect(shell: RunningPortal) -> None:
    """A process of its own, logging as a portal does."""
    program = (
        "import structlog; from dialogportal.logbook import open_logbook\n"
        "open_logbook(); log = structlog.get_logger()\n"
        "try: raise ValueError(chr(27) + '[2J')\n"
        "except ValueError: log.exception('relay in trouble', reply='554 ' + chr(27) + '[2J' + chr(155))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, cwd=HOUSE,
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
    )  # fmt: skip

    assert not OBEYED.search(done.stderr)
    assert done.stderr.count(r"\x1b[2J") == 2


def test_only_one_module_prints() -> None:
    """What it prints is spelled out there; nobody goes round it, but for words of ours before anything is imported."""
    may_print = {"printing.py", "surroundings.py"}
    others = [path for path in (HOUSE / "dialogportal").rglob("*.py") if path.name not in may_print]

    assert [path.name for path in others if re.search(r"(?<![\w.])print\(|markup import", path.read_text())] == []


def test_held_messages_keep_what_they_were(held: str, store: Store) -> None:
    """Only what is printed is spelled out; what is stored stays as it came."""
    with store.reading() as session:
        assert session.exec(select(Arrival.subject).where(col(Arrival.id) == int(held))).one() == f"Hej {EVIL}"
