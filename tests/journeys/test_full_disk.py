"""On a disk that is full mail is put off and none is lost; the log says so once, and all goes on when it has room."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import func, select

from support.builders import a_list, a_person
from support.portals import RunningPortal, compose
from support.servers import Conversation, free_port
from support.waiting import eventually
from tickets.database import upgrading
from tickets.database.models import Arrival
from tickets.database.store import Store, resolve_url

LIST, METTE = "databeskyttelse@example.dk", "mette@proevested.example.dk"
URL = "sqlite:///dialogportal.sqlite3"
SIZE = 48 * 1024 * 1024  # octets
IN_MEMORY, ON_DISK = 200_000, 2_000_000  # octets of a message: what the listener keeps where while it comes in

pytestmark = [pytest.mark.any_database, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own for the portal's data."""
    folder = tmp_path / "data"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that is left; the file that does."""
    path = folder / "filling"
    with path.open("wb", buffering=0) as file:
        for chunk in (b"x" * 1_000_000, b"x" * 4_096):
            try:
                while file.write(chunk) == len(chunk):
                    pass
            except OSError:
                continue
    assert os.statvfs(folder).f_bavail == 0
    return path


def at_data(port: int) -> Conversation:
    """A session whose next words are a message."""
    session = Conversation(port, "EHLO mx.example.org")
    for command in (f"MAIL FROM:<{METTE}>", f"RCPT TO:<{LIST}>", "DATA"):
        assert session.say(command)[:3] in {"250", "354"}
    return session


def finish(session: Conversation, number: int, octets: int) -> str:
    """Send a message of some size; the reply's code."""
    session.send(f"From: {METTE}\r\nTo: {LIST}\r\nMessage-ID: <stor-{number}@proevested.example.dk>\r\n\r\n".encode())
    session.send(b"Kan I se det her?\r\n" * (octets // 19) + b".\r\n")
    return session.read()[:3]


def arrivals(folder: Path) -> int:
    store = Store(resolve_url(URL, folder))
    with store.reading() as session:
        count = session.exec(select(func.count()).select_from(Arrival)).one()
    store.close()
    return count


def test_what_does_not_fit_is_put_off_and_nothing_that_was_taken_is_lost(small_disk: Path, now: datetime) -> None:
    store = Store(resolve_url(URL, small_disk))
    upgrading.migrate(store)
    with store.transaction() as session:
        a_list(session)
        a_person(session)
    store.close()
    replies: Counter[str] = Counter()
    with RunningPortal(small_disk.parent, URL, free_port()) as portal, ExitStack() as stack:
        portal.start()
        portal.send(compose(METTE, LIST, "Før", "Må vi det?"))
        replies["250"] += 1
        open_ones = [stack.enter_context(at_data(portal.smtp_port)) for _ in range(12)]

        filling = fill(small_disk)
        with Conversation(portal.smtp_port, "EHLO mx.example.org") as session:
            new = {session.say(f"MAIL FROM:<{METTE}>")[:3] for _ in range(5)}
        for number, one in enumerate(open_ones):
            replies[finish(one, number, ON_DISK if number < 2 else IN_MEMORY)] += 1
        refused = sum(count for code, count in replies.items() if code.startswith("4"))
        filling.unlink()

        portal.send(compose(METTE, LIST, "Efter", "Må vi nu?"))
        replies["250"] += 1
        eventually(lambda: portal.ask("status")["arrivals"]["waiting"] == 0, 60)
        portal.stop()
        log = (small_disk.parent / "serve.log").read_text()

    assert new == {"452"}
    assert replies.keys() <= {"250", "451", "452"}
    assert refused
    assert arrivals(small_disk) == replies["250"]
    for what in ("database", "disk"):
        told = [line for line in log.splitlines() if f"] {what} " in line]
        assert ["in trouble" in line for line in told] == [True, False], told
    assert "Traceback" not in log
