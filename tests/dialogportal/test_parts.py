"""A process that serves pages has nothing loaded that takes mail apart; one with all parts leaves that to children."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dialogportal.parts import PARTS
from support.builders import a_message
from support.servers import Dovecot, free_port

HOUSE = Path(__file__).parents[2]
LIST = "databeskyttelse@example.dk"

TAKE_APART = (  # rooms of ours, and libraries that open files
    "mailer.authorship", "mailer.files", "mailer.history", "mailer.letters", "mailer.mime", "mailer.privacy",
    "mailer.processing", "mailer.reading", "mailer.texts", "mailer.sandbox.message", "mailer.sandbox.incoming",
    "aiosmtpd", "dkim", "flufl", "imapclient", "lxml", "olefile", "pypdf", "pypdfium2", "xlrd",
)  # fmt: skip
OF_OUR_OWN = {  # what uses a parser of mail, on the portal's own letters, translations and list of packages
    "mailer.letters.letters", "babel.messages.catalog", "importlib.metadata",
}  # fmt: skip
SERVING = """
import sys
from contextlib import ExitStack
from pathlib import Path
from dialogportal.commands.running import serve
from dialogportal.opening import open_house
from dialogportal.settings import read_settings
with open_house(read_settings(Path(sys.argv[1]))) as house:
    service = serve.choose_service(house, tuple(sys.argv[2].split(",")))
    service.start()
    service.stop()
    print(*sys.modules)
"""

WATCHED = """
import sys, time
from email import feedparser
from pathlib import Path
from dialogportal.commands.running import serve
from dialogportal.opening import open_house
from dialogportal.settings import read_settings
from sqlmodel import col, func, select
from support.builders import a_list, a_person
from tickets.database.models import Arrival, Delivery

parsing, begin = set(), feedparser.FeedParser.__init__

def note(parser, *arguments, **named):
    frame = sys._getframe(1)
    while frame.f_globals["__name__"].partition(".")[0] == "email":
        frame = frame.f_back
    parsing.add(frame.f_globals["__name__"])
    begin(parser, *arguments, **named)

def are_told(house):
    with house.store.reading() as session:
        left = session.exec(select(func.count()).where(col(Arrival.disposition).is_(None))).one()
        return not left and session.exec(select(func.count()).select_from(Delivery)).one()

with open_house(read_settings(Path(sys.argv[1]))) as house:
    with house.store.transaction() as session:
        a_list(session)
        a_person(session)
    feedparser.FeedParser.__init__ = note
    service = serve.choose_service(house, tuple(sys.argv[2].split(",")))
    service.start()
    deadline = time.monotonic() + 60
    while not are_told(house) and time.monotonic() < deadline:
        time.sleep(0.05)
    service.stop()
    print(bool(are_told(house)), *sorted(parsing))
"""


def a_portal(folder: Path, mailbox: dict[str, Any] | None = None) -> Path:
    """The settings of a portal with this mailbox, if any."""
    settings = folder / "dialogportal.toml"
    fetched = [f"{name} = {json.dumps(value)}" for name, value in (mailbox or {}).items()]
    settings.write_text(
        f'[portal]\ndata_dir = "{folder / "data"}"\n[listen]\nsmtp = "127.0.0.1:{free_port()}"\n'
        f'[web]\nlisten = "127.0.0.1:{free_port()}"\n' + "\n".join(["[mailbox]", *fetched] if fetched else [])
    )
    return settings


def run(script: str, settings: Path, parts: str) -> list[str]:
    """What such a script prints which runs these parts of a portal."""
    environment = os.environ | {"PYTHONPATH": f"{HOUSE}:{HOUSE / 'tests'}"}
    command = [sys.executable, "-c", script, str(settings), parts]
    done = subprocess.run(command, cwd=settings.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()  # behind the log


def taking_apart(modules: set[str]) -> set[str]:
    return {one for one in modules if any(one == name or one.startswith(f"{name}.") for name in TAKE_APART)}


@pytest.mark.any_database
def test_pages_alone_take_no_mail_apart(tmp_path: Path) -> None:
    modules = set(run(SERVING, a_portal(tmp_path), "web"))

    assert "web_archive.app" in modules
    assert taking_apart(modules) == set()


@pytest.mark.any_database
@pytest.mark.slow
def test_no_part_parses_foreign_mail_itself(tmp_path: Path) -> None:
    with Dovecot(tmp_path / "dovecot") as dovecot:
        dovecot.deliver(bytes(a_message(To=LIST)))

        is_told, *parsing = run(WATCHED, a_portal(tmp_path, dovecot.settings(LIST)), ",".join(PARTS))

    assert is_told == "True"
    assert set(parsing) <= OF_OUR_OWN
