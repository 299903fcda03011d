"""Every program of the past leaves its data to this one: each is fetched from history, lived in, and upgraded."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from smtplib import SMTP
from typing import Any

import pytest

from support import postgres
from support.checkout import HOUSE
from support.portals import compose
from support.servers import free_port
from support.waiting import eventually

MIGRATIONS = ("tickets/database/migrations/versions", "tickets/migrations/versions")  # now, and until 0020
TWO_HEADS = "c0f04d8"  # this one could make no database: it had two migrations of one number

REGISTERED = (
    ("organisation", "add", "Sønderlærå Forsyning", "--domain", "soenderlaeraa.example.dk", "--kind", "association"),
    ("list", "add", "Databeskyttelse", "--address", "databeskyttelse@example.dk", "--prefix", "DB"),
    ("person", "add", "anders@kl.example.dk", "--name", "Anders Ærlig", "--role", "lawyer", "--list", "DB"),
    ("person", "add", "mette@soenderlaeraa.example.dk", "--name", "Mette Åskov"),
    ("person", "add", "ulla@soenderlaeraa.example.dk", "--name", "Ulla Ødegård"),
    ("subscribe", "ulla@soenderlaeraa.example.dk", "DB", "--mode", "each"),
    ("login-link", "ulla@soenderlaeraa.example.dk"),
)
LIST, METTE, ANDERS = "databeskyttelse@example.dk", "mette@soenderlaeraa.example.dk", "anders@kl.example.dk"
MAILS = (
    (METTE, LIST, "Må vi gemme blåbærgrød?", "Vi vil gerne vide, om vi må gemme den på Ærø."),
    (METTE, LIST, "En borger", "Borgeren har nummer 010190-1234, må vi skrive det?"),
    (METTE, "databeskyttelse+anonym@example.dk", "Uden navn", "Hvad gør andre i Sønderlærå?"),
    ("fremmed@ukendt.example.org", LIST, "Et tilbud", "Køb dette."),
)
UNSEEN = 3  # the anonymous one: it waits for its author, which some programs told everybody who looked


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=HOUSE, capture_output=True, text=True, check=True).stdout.strip()


def schema_at(commit: str) -> str:
    """A name of git's for the migrations that a commit has; empty if it has none."""
    trees = (git("ls-tree", commit, folder).split() for folder in MIGRATIONS)
    return next((tree[2] for tree in trees if tree), "")


def programs() -> list[str]:
    """The last commit of each schema there was before this one's."""
    if not (HOUSE / ".git").exists():
        return []
    last = {
        schema_at(commit): commit for commit in git("log", "--reverse", "--format=%h", "--first-parent").splitlines()
    }
    of_now = {"", schema_at("HEAD")}
    return [commit for tree, commit in last.items() if tree not in of_now and not commit.startswith(TWO_HEADS)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    with postgres.run_cluster() as running:
        yield running


class Program:
    """A program of whatever age, and the one portal that all of them share."""

    def __init__(self, code: Path, place: Path, smtp_port: int) -> None:
        self.code, self.place, self.smtp_port = code, place, smtp_port
        self.surroundings = os.environ | {"PYTHONPATH": str(code), "PYTHONWARNINGS": "ignore"}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "dialogportal", *words, "--config", str(self.place / "dialogportal.toml")]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            self.command(*words), cwd=self.code, env=self.surroundings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    @contextmanager
    def serving(self) -> Iterator[None]:
        with (self.place / "log").open("a") as log:
            portal = subprocess.Popen(
                self.command("serve"), cwd=self.code, env=self.surroundings, stdout=subprocess.PIPE, stderr=log
            )
        assert portal.stdout is not None
        try:
            assert portal.stdout.readline(), (self.place / "log").read_text()
            yield
        finally:
            portal.send_signal(signal.SIGTERM)
            portal.communicate(timeout=30)

    def send(self, author: str, to: str, subject: str, text: str) -> None:
        with SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
            client.send_message(compose(author, to, subject, text), to_addrs=[to])

    def settled(self, count: int) -> bool:
        arrivals = self.ask("status")["arrivals"]
        return sum(arrivals.values()) == count and arrivals["waiting"] == 0


def set_up(place: Path, database: str, smtp_port: int) -> None:
    (place / "dialogportal.toml").write_text(
        f'[portal]\ndomain = "example.dk"\ndata_dir = "{place / "data"}"\n[database]\nurl = "{database}"\n'
        f'[listen]\nsmtp = "127.0.0.1:{smtp_port}"\n[web]\nlisten = "127.0.0.1:{free_port()}"\n'
    )


def fetch(commit: str, folder: Path) -> Path:
    folder.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=HOUSE, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive, check=True)
    return folder


def live_in(program: Program) -> None:
    for words in REGISTERED:
        program.run(*words)
    with program.serving():
        for mail in MAILS:
            program.send(*mail)
        eventually(lambda: program.settled(len(MAILS)), 60)
        program.send(ANDERS, LIST, "SV: Må vi gemme blåbærgrød? [DB-1]", "Ja, i fem år. Kærlig hilsen Anders Ærlig")
        eventually(lambda: program.settled(len(MAILS) + 1), 60)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("commit", programs())
def test_the_data_of_an_earlier_program_lives_on(
    commit: str, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    url = "sqlite:///portal.sqlite3"
    if database == "postgresql":
        url = postgres.create_database(request.getfixturevalue("cluster").url, f"of_{commit}")
    set_up(tmp_path, url, port)
    old = Program(fetch(commit, tmp_path / "code"), tmp_path, port)
    live_in(old)
    before = old.ask("status"), old.ask("show", "DB-1"), old.ask("person", "list"), old.ask("held")

    new = Program(HOUSE, tmp_path, port)
    said = new.run("migrate")

    assert "up to date now" in said
    assert new.ask("status")["arrivals"] == before[0]["arrivals"]
    assert new.ask("status")["deliveries"] == before[0]["deliveries"]
    assert len(new.ask("show", "DB-1")["messages"]) == len(before[1]["messages"])
    assert [one["email"] for one in new.ask("person", "list")] == [one["email"] for one in before[2]]
    held = {one["number"] for one in before[3]}
    assert {one["number"] for one in new.ask("held")} == held - {UNSEEN}
    assert all(new.ask("show", str(number))["disposition"] == "held" for number in held)
    with new.serving():
        new.send(METTE, LIST, "SV: Må vi gemme blåbærgrød? [DB-1]", "Mange tak, men hvad med brombær?")
        eventually(lambda: new.settled(len(MAILS) + 2), 60)
    assert len(new.ask("show", "DB-1")["messages"]) == len(before[1]["messages"]) + 1
