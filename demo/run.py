"""Running the demonstration: a portal on the loopback, its year, and the portal's life after that."""

import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flask import Blueprint
from rich.console import Console
from rich.progress import Progress
from sqlmodel import select

from demo import town
from demo.clock import DemoClock, open_calendar
from demo.letterbox import Letterbox
from demo.mailbox import make_blueprint
from demo.story import OpenPortal, Storyteller, on_the_clock, wait_until
from demo.year import opening, plan_year
from tickets.database.models import MailingList
from tickets.database.store import Clock, Database, system_clock
from tickets.errors import BadInput
from tickets.portal import Portal

HOST = "127.0.0.1"
UNDO_SECONDS = 20  # long enough to try it, short enough to see what others get

ALL_PARTS = ("smtp", "process", "follow", "deliver", "web")
STORY_PARTS = ("smtp", "deliver")

H = TypeVar("H", bound=OpenPortal)
Sections = Mapping[str, Mapping[str, object]]
Open = Callable[[Sections, Clock], AbstractContextManager[H]]
Run = Callable[[H, tuple[str, ...], Sequence[Blueprint]], AbstractContextManager[None]]

GUIDE = """
Her er et år i en opdigtet forening, klar efter {seconds:.0f} sekunder:

  Begynd her         {url}/demo/
  Arkivet            {url}/
  Postkassen         {url}/demo/mailbox   (hvert brev, portalen sender)

Log ind med ét klik:
{logins}

Stil et spørgsmål: skriv til {address}. Med swaks:

{swaks}

eller med ren Python:

{python}

Alt ligger i {directory}. Stop med Ctrl-C.
"""


@dataclass(frozen=True)
class DemoWishes:
    """What a visitor may have otherwise; a port that is taken becomes another."""

    language: str = "da"
    timezone: str = "Europe/Copenhagen"
    web_port: int = 8080
    smtp_port: int = 8025


def run_demo(
    open_portal: Open[H], running: Run[H], wishes: DemoWishes, port: int | None = None, directory: Path | None = None
) -> None:
    """Start a portal with a year behind it, say where to look, and keep it running until told to stop.

    `open_portal` opens a portal with these sections of settings, on this clock; `running` runs parts of it, with
    these pages besides its own. A directory that has been lived in already is only opened again. Raises BadInput if
    the port is taken.
    """
    if port is not None and not is_free(port):
        raise BadInput(f"Port {port} is taken; choose another, or leave --port out")
    begun = time.monotonic()
    told = _listen_for_signals()
    with _directory(directory) as home:
        sections = make_settings(home, wishes, port or find_port(wishes.web_port))
        portal = Portal.model_validate(sections["portal"])
        smtp_port = int(str(sections["listen"]["smtp"]).rpartition(":")[2])
        guide = make_guide(portal, smtp_port)
        clock, letterbox = DemoClock(), Letterbox(portal.data_dir / "maildir")
        with open_portal(sections, clock) as house:
            is_new = not is_lived_in(house)
            if is_new:
                with running(house, STORY_PARTS, ()), on_the_clock(clock, system_clock()):
                    live_a_year(house, portal, clock, Storyteller(house, portal, clock, letterbox, smtp_port), told)
            if told.is_set():
                return
            with running(house, ALL_PARTS, [make_blueprint(letterbox, portal, guide)]):
                if is_new:
                    wait_until(house.store, lambda: is_searchable(house) or told.is_set())
                print(GUIDE.format(seconds=time.monotonic() - begun, directory=home, **guide), flush=True)
                told.wait()


def live_a_year(
    house: OpenPortal, portal: Portal, clock: DemoClock, storyteller: Storyteller, told: threading.Event
) -> None:
    """Settle the town and live through its year."""
    calendar = open_calendar(clock(), portal.zone)
    planned = plan_year(calendar)
    clock.show(opening(calendar))
    with house.store.transaction() as session:
        town.settle(session, clock())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for _ in progress.track(storyteller.tell(planned, calendar), len(planned), description="Et år går"):
            if told.is_set():
                break


def is_lived_in(house: OpenPortal) -> bool:
    """Whether the town has been built."""
    with house.store.reading() as session:
        return session.exec(select(MailingList)).first() is not None


def is_searchable(house: OpenPortal) -> bool:
    """Whether the search index has all that happened."""
    with house.store.reading() as session:
        return house.search.lag(session) == 0


def make_settings(home: Path, wishes: DemoWishes, web_port: int) -> dict[str, dict[str, object]]:
    """The settings of the demonstration: on the loopback, with a Maildir in place of a relay."""
    return {
        "portal": {
            "domain": town.DOMAIN,
            "base_url": f"http://{HOST}:{web_port}",
            "data_dir": home,
            "language": wishes.language,
            "timezone": wishes.timezone,
        },
        "database": Database().model_dump(),
        "listen": {"smtp": f"{HOST}:{find_port(wishes.smtp_port)}", "lmtp": None},
        "web": {"listen": f"{HOST}:{web_port}"},
        "relay": {"host": None, "connections": 4},
        "letters": {"undo_seconds": UNDO_SECONDS},
        "owner": {
            "name": town.ASSOCIATION,
            "address": "Eksempelgade 1, 9999 Prøvested",
            "phone": "00 00 00 00",
            "email": "kontakt@foreningen.example.dk",
            "privacy_contact": "dpo@foreningen.example.dk",
        },
    }


def make_guide(portal: Portal, smtp_port: int) -> dict[str, str]:
    """What a visitor is told to try, ready to paste."""
    address, mette = f"databeskyttelse@{town.DOMAIN}", town.RESIDENTS["mette"].email
    subject, text = "Må vi optage møder med borgere?", "Kære jurister. Må vi optage et møde, hvis borgeren siger ja?"
    fields = f"From: {mette}\\r\\nTo: {address}\\r\\nSubject: {subject}\\r\\n\\r\\n{text}"
    return {
        "url": portal.base_url,
        "address": address,
        "smtp": f"{HOST}:{smtp_port}",
        "logins": "\n".join(
            f"  {role:<18} {portal.base_url}/demo/be/{who:<8} {town.RESIDENTS[who].name}"
            for who, role in town.ROLES.items()
        ),
        "swaks": (
            f"swaks --server {HOST}:{smtp_port} --from {mette} --to {address}"
            f" --header 'Subject: {subject}' --body '{text}'"
        ),
        "python": (
            f"python3 -c \"import smtplib; smtplib.SMTP('{HOST}', {smtp_port})"
            f".sendmail('{mette}', '{address}', '{fields}'.encode())\""
        ),
    }


def find_port(usual: int) -> int:
    """The usual port if it is free, else any that is."""
    return usual if is_free(usual) else _any_port()


def is_free(port: int) -> bool:
    """Whether nothing listens at a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _directory(kept: Path | None) -> Iterator[Path]:
    """Where the demonstration keeps its data: for good, or until it stops."""
    if kept is not None:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield kept
    else:
        with tempfile.TemporaryDirectory(prefix="dialogportal-demo-") as temporary:
            yield Path(temporary)


def _listen_for_signals() -> threading.Event:
    """Set when the process is told to end (SIGTERM, or Ctrl-C)."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    return told
