"""Every program of the past leaves its data to this one: each is fetched from history, lived in, and upgraded."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTP

import pytest

from support import postgres
from support.checkout import HOUSE
from support.portals import compose
from support.programs import Household, Program
from support.waiting import eventually

MIGRATIONS = ("tickets/database/migrations/versions", "tickets/migrations/versions")  # now, and until 0020

COULD_NOT_START = "d598895"  # two landings had crossed

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


def git(*words: str, **surroundings: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=HOUSE, capture_output=True, text=True, check=True, env=os.environ | surroundings
    )
    return done.stdout.strip()


def migrations_at(commit: str) -> dict[str, str]:
    """The migrations that a commit has, by their names, with git's names of what they say."""
    rows = git("ls-tree", commit, *(f"{folder}/" for folder in MIGRATIONS)).splitlines()
    return {Path(row.split()[3]).name: row.split()[2] for row in rows if row.endswith(".py")}


def programs() -> list[str]:
    """The last commit of each schema there was before this one's.

    Passed over are those between two landings: with two migrations of one number, which could make no database, or with
    one that has another number now.
    """
    if not (HOUSE / ".git").exists():
        return []
    now = migrations_at("HEAD")
    parents = git("log", "--reverse", "--format=%p", "--first-parent", "--", *MIGRATIONS).splitlines()
    last: dict[tuple[str, ...], str] = {}
    for commit in (commits.split()[0] for commits in parents if commits):
        migrations = migrations_at(commit)
        numbers = {name[:4] for name in migrations}
        if migrations.keys() <= now.keys() and len(numbers) == len(migrations) and migrations != now:
            last[tuple(migrations.values())] = commit
    return [commit for schema, commit in last.items() if schema and commit != COULD_NOT_START]


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    with postgres.run_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def new() -> Iterator[Program]:
    """The program of now."""
    with Program(HOUSE) as program:
        yield program


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one program after the other: what they have in common stays compiled."""
    return tmp_path_factory.mktemp("past")


@pytest.fixture(scope="module", params=programs())
def old(checkout: Path, request: pytest.FixtureRequest) -> Iterator[Program]:
    """A program of the past."""
    index = checkout.with_suffix(".index")
    git(f"--work-tree={checkout}", "read-tree", "--reset", "-u", request.param, GIT_INDEX_FILE=str(index))
    with Program(checkout) as program:
        yield program


@pytest.fixture(params=["sqlite", "postgresql"])
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Household:
    """A place for a portal, on either kind of database, which is empty."""
    if request.param == "sqlite":
        return Household(tmp_path, "sqlite:///portal.sqlite3")
    server = request.getfixturevalue("cluster").url
    return Household(tmp_path, postgres.create_database(server, tmp_path.name))


def send(home: Household, author: str, to: str, subject: str, text: str) -> None:
    with SMTP("127.0.0.1", home.smtp_port, timeout=30) as client:
        client.send_message(compose(author, to, subject, text), to_addrs=[to])


def settle(home: Household, program: Program, count: int) -> None:
    """Wait until so many arrivals have become something."""

    def is_settled() -> bool:
        arrivals = home.ask(program, "status")["arrivals"]
        return sum(arrivals.values()) == count and arrivals["waiting"] == 0

    eventually(is_settled, 60)


def live_in(home: Household, program: Program) -> None:
    for words in REGISTERED:
        home.run(program, *words)
    with home.served_by(program):
        for mail in MAILS:
            send(home, *mail)
        settle(home, program, len(MAILS))
        send(home, ANDERS, LIST, "SV: Må vi gemme blåbærgrød? [DB-1]", "Ja, i fem år. Kærlig hilsen Anders Ærlig")
        settle(home, program, len(MAILS) + 1)


def test_the_data_of_an_earlier_program_lives_on(old: Program, new: Program, home: Household) -> None:
    live_in(home, old)
    status, ticket, people, held = (
        home.ask(old, *words) for words in (("status",), ("show", "DB-1"), ("person", "list"), ("held",))
    )

    said = home.run(new, "migrate")

    assert "up to date now" in said
    assert home.ask(new, "status")["arrivals"] == status["arrivals"]
    assert home.ask(new, "status")["deliveries"] == status["deliveries"]
    assert len(home.ask(new, "show", "DB-1")["messages"]) == len(ticket["messages"])
    assert [one["email"] for one in home.ask(new, "person", "list")] == [one["email"] for one in people]
    waiting = {one["number"] for one in held}
    assert {one["number"] for one in home.ask(new, "held")} == waiting - {UNSEEN}
    assert all(home.ask(new, "show", str(number))["disposition"] == "held" for number in waiting)
    with home.served_by(new):
        send(home, METTE, LIST, "SV: Må vi gemme blåbærgrød? [DB-1]", "Mange tak, men hvad med brombær?")
        settle(home, new, len(MAILS) + 2)
    assert len(home.ask(new, "show", "DB-1")["messages"]) == len(ticket["messages"]) + 1
