"""Running the demonstration: a portal on the loopback, its year, and the portal's life after that."""

import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint
from rich.console import Console
from rich.progress import Progress
from sqlmodel import select

from demo import town
from demo.clock import DemoClock, open_calendar
from demo.letterbox import Letterbox
from demo.mailbox import make_blueprint
from demo.story import House, Storyteller, on_the_clock
from demo.year import opening, plan_year
from tickets.models import MailingList
from tickets.portal import Portal
from tickets.store import Clock

HOST = "127.0.0.1"
USUAL_WEB_PORT, USUAL_SMTP_PORT = 8080, 8025

Sections = Mapping[str, Mapping[str, object]]
OpenPortal = Callable[[Sections, Clock, Sequence[Blueprint]], AbstractContextManager[House]]

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


def run_demo(open_portal: OpenPortal, port: int | None = None, directory: Path | None = None) -> None:
    """Start a portal with a year behind it, say where to look, and keep it running until told to stop.

    `open_portal` starts all parts of a portal with these sections of settings, on this clock, with these pages
    besides its own, and stops them at the end. A directory that has been lived in already is only opened again.
    """
    begun = time.monotonic()
    told = _listen_for_signals()
    with _directory(directory) as home:
        sections = make_settings(home, port or find_port(USUAL_WEB_PORT), find_port(USUAL_SMTP_PORT))
        portal = Portal.model_validate(sections["portal"])
        smtp_port = int(str(sections["listen"]["smtp"]).rpartition(":")[2])
        guide = make_guide(portal, smtp_port)
        clock, letterbox = DemoClock(), Letterbox(portal.data_dir / "maildir")
        with open_portal(sections, clock, [make_blueprint(letterbox, portal, guide)]) as house:
            live_a_year(house, portal, clock, letterbox, smtp_port, told)
            if not told.is_set():
                seconds = time.monotonic() - begun
                print(GUIDE.format(seconds=seconds, directory=home, **guide), flush=True)
            told.wait()


def live_a_year(
    house: House, portal: Portal, clock: DemoClock, letterbox: Letterbox, smtp_port: int, told: threading.Event
) -> None:
    """Settle the town and live through its year, unless that has been done here before."""
    with house.store.reading() as session:
        if session.exec(select(MailingList)).first():
            return
    calendar = open_calendar(datetime.now(UTC), portal.zone)
    planned = plan_year(calendar)
    storyteller = Storyteller(house, portal, clock, letterbox, smtp_port)
    with on_the_clock(clock, opening(calendar)), Progress(console=Console(stderr=True), transient=True) as progress:
        with house.store.transaction() as session:
            town.settle(session, clock())
        for _ in progress.track(
            storyteller.tell(planned, calendar, lambda: not told.is_set()), len(planned), description="Et år går"
        ):
            pass
        if not told.is_set():
            storyteller.wait_for_search()


def make_settings(home: Path, web_port: int, smtp_port: int) -> dict[str, dict[str, object]]:
    """The settings of the demonstration: on the loopback, with a Maildir in place of a relay."""
    return {
        "portal": {"domain": town.DOMAIN, "base_url": f"http://{HOST}:{web_port}", "data_dir": home},
        "listen": {"smtp": f"{HOST}:{smtp_port}", "lmtp": None},
        "web": {"listen": f"{HOST}:{web_port}"},
    }


def make_guide(portal: Portal, smtp_port: int) -> dict[str, str]:
    """What a visitor is told to try, ready to paste."""
    address, mette = f"databeskyttelse@{town.DOMAIN}", town.RESIDENTS["mette"].email
    subject, text = "Må vi optage møder med borgere?", "Kære jurister. Må vi optage et møde, hvis borgeren siger ja?"
    fields = f"From: {mette}\\nTo: {address}\\nSubject: {subject}\\n\\n{text}"
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


def find_port(wanted: int) -> int:
    """The wanted port if it is free, else any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("There is no free port")


@contextmanager
def _directory(kept: Path | None) -> Iterator[Path]:
    """Where the demonstration keeps its data: for good, or until it stops."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
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
