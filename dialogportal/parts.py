"""Parts: what a portal runs as threads of one process, stopped together; only the pages are known here.

So a process that serves pages has nothing loaded that takes mail apart.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from flask import Blueprint

from dialogportal.house import House
from mailer.intake.web_forms import hand_in
from mailer.sandbox.keeper import Keeper
from tickets import chores
from web_archive.app import create_app
from web_archive.rendering import Reception
from web_archive.serving import WebServer

log = structlog.get_logger()

WEB = "web"
PARTS = ("smtp", "lmtp", "imap", "process", "follow", "deliver", WEB)
LONGEST_FAREWELL = 9.0  # seconds that parts get to end; whatever hangs on a dead server is cut off, and loses nothing


class RunningParts:
    """Some parts of a house, running. Stop it, and everything under way is finished or stays owed."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.has_lost_part = False  # and so is to end

    def run_pages(self, blueprints: Sequence[Blueprint] = ()) -> None:
        """Open the door for readers. `blueprints` are pages besides the archive's own. Raises DoorShut."""
        house, settings = self.house, self.house.settings
        app = create_app(
            house.store, settings.portal, house.signer, house.secret, house.search, house.clock,
            checks_authors=settings.listen.has_judge, quotas=settings.limits, take_out=Keeper(settings.portal).take_out,
            reception=Reception(hand_in, settings.listen.max_size), owner=settings.owner, privacy=settings.privacy,
        )  # fmt: skip
        for blueprint in blueprints:
            app.register_blueprint(blueprint)
        self.run(WEB, WebServer(app, settings.web, settings.limits, settings.listen.max_size).run)

    def stop(self) -> None:
        """Stop every part, doors first; returns when all have ended."""
        self._stop.set()
        self.house.store.ring()
        deadline = time.monotonic() + LONGEST_FAREWELL
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _keep(self, name: str, work: Callable[[], int]) -> None:
        self.run(name, lambda stop: chores.keep(self.house.store, name, work, stop))

    def _repeat(self, name: str, work: Callable[[], int], every: float = chores.LOOK_EVERY) -> None:
        self.run(name, lambda stop: chores.repeat(name, work, stop, every))

    def run(self, name: str, part: Callable[[threading.Event], None]) -> None:
        """Run one more part in a thread of its own; it has to end soon after the event is set, and not before."""
        thread = threading.Thread(target=self._guarded, args=(name, part), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _guarded(self, name: str, part: Callable[[threading.Event], None]) -> None:
        """Run a part; if it fails the process ends, so that its supervisor starts it anew."""
        try:
            part(self._stop)
        except Exception:
            log.exception("part failed", part=name)
        if not self._stop.is_set():
            log.error("part ended, so the portal ends", part=name)
            self.has_lost_part = True


class Pages(RunningParts):
    """The pages of a house and nothing else, running."""

    def start(self) -> None:
        """Open the door for readers. Raises DoorShut if its port cannot be had."""
        self.house.store.tell_of_outages()
        self.house.search.is_kept = False
        self.run_pages()


def listen_for_signals() -> threading.Event:
    """An event that is set when the process is told to end (SIGTERM, Ctrl-C); SIGHUP is ignored."""
    told = threading.Event()
    # The log goes to standard error and settings are read at the start: there is nothing to take up anew
    signal.signal(signal.SIGHUP, lambda *_: _aside(partial(log.info, "told to hang up, which changes nothing")))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _aside(told.set))
    return told


def _aside(step: Callable[[], None]) -> None:
    """Run a step in a thread of its own: a signal may interrupt the holder of a lock that the step needs."""
    threading.Thread(target=step, daemon=True).start()
