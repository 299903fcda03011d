"""The story: the year is told by sending every message of it through the portal's own doors, on the story's clock.

The doors and the delivery run as they always do. What comes between them is asked to work by hand, a message at a
time, so that everything that a message leads to happens at its own hour.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from smtplib import SMTP
from typing import Protocol

from sqlmodel import select

from demo import outlook
from demo.clock import Calendar, DemoClock
from demo.letterbox import Letterbox
from demo.town import DOMAIN, RESIDENTS
from demo.year import Planned
from mailer.letters.digests.timetable import Digester
from mailer.letters.distribution import distributor
from mailer.processing.processor import Processor
from tickets import journal
from tickets.conversations import statuses
from tickets.database.models import Delivery, DeliveryState
from tickets.database.store import Store
from tickets.desk import agenda, watching
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer

OWED = select(Delivery.id).where(Delivery.state == DeliveryState.WAITING).limit(1)
LOOK_EVERY = 0.01  # seconds; that a letter was sent rings no bell
DAYS_A_WEEK = 7
PATIENCE = 30.0  # that the letters about one message may take


class OpenPortal(Protocol):
    """What the demonstration needs of an open portal."""

    @property
    def store(self) -> Store:
        """The portal's database."""

    @property
    def signer(self) -> Signer:
        """What signs the town's reply addresses."""

    @property
    def search(self) -> Search:
        """The portal's search index."""


class Stuck(Exception):
    """The portal did not finish what it was handed."""


class Storyteller:
    """Sets the clock, sends what somebody writes at that time, and sees to it that all letters about it arrive."""

    def __init__(
        self, house: OpenPortal, portal: Portal, clock: DemoClock, letterbox: Letterbox, smtp_port: int
    ) -> None:
        self._store, self._clock, self._letterbox, self._smtp_port = house.store, clock, letterbox, smtp_port
        self._search, self._portal = house.search, portal
        self._processor = Processor(house.store, portal, house.signer, clock)
        self._distributor = distributor(portal, house.signer, house.search.find_similar)
        self._digester = Digester(house.store, portal, house.signer, clock)

    def tell(self, planned: list[Planned], calendar: Calendar) -> Iterator[Planned]:
        """Live through everything planned, in order; each is yielded when its consequences have arrived."""
        with self._store.transaction() as session:
            journal.place_bookmark(session, self._distributor)
        before = self._clock()
        with SMTP("127.0.0.1", self._smtp_port, timeout=PATIENCE) as client:
            for one in planned:
                self._live_through(calendar.mondays(before, one.at))
                self._clock.show(one.at)
                message, recipient = self._write(one)
                client.send_message(message, from_addr=RESIDENTS[one.author].email, to_addrs=[recipient])
                self._work_off(one.at)
                before = one.at
                yield one
        self._live_through(calendar.mondays(before, calendar.now))

    def _write(self, one: Planned) -> tuple[EmailMessage, str]:
        """The message, and where it is sent: a reply goes where the newest letter in the author's mailbox says."""
        author = RESIDENTS[one.author]
        if not one.is_reply:
            to = f"{one.desk}@{DOMAIN}"
            new = outlook.write(author, to, one.subject, one.text, one.at, one.files, is_from_phone=one.is_from_phone)
            return new, to
        received = self._letterbox.newest_about(author.email, one.answers or one.subject)
        letter = self._letterbox.open(received)
        reply = outlook.answer(
            letter, received.arrived_at, author, one.text, one.at, one.files, is_from_phone=one.is_from_phone
        )
        return reply, str(letter["Reply-To"]).strip("<>")

    def _live_through(self, mondays: list[datetime]) -> None:
        """Let Monday mornings come: digests are made, what was answered long ago is closed.

        Once a month the index catches up, so that receipts can name what was answered before.
        """
        for monday in mondays:
            self._clock.show(monday)
            self._digester.work()
            agenda.work(self._store, self._portal, self._clock)
            watching.work(self._store, self._portal, self._clock)
            while monday.day <= DAYS_A_WEEK and self._search.update(monday):
                pass
            with self._store.transaction() as session:
                statuses.close_answered(session, monday)
            self._work_off(monday)

    def _work_off(self, at: datetime) -> None:
        """Return when everything that arrived was filed, told of and delivered."""
        while self._processor.work() + journal.follow(self._store, self._distributor, at):
            pass
        wait_until(self._store, self._is_delivered)
        self._letterbox.take_in(at)

    def _is_delivered(self) -> bool:
        with self._store.reading() as session:
            return session.connection().execute(OWED).first() is None


def wait_until(store: Store, fact: Callable[[], bool]) -> None:
    """Return when the fact is true. Raises Stuck if it does not come true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        seen = store.writes
        if fact():
            return
        store.wait(seen, LOOK_EVERY)
    raise Stuck("The portal did not finish what it was handed")


@contextmanager
def on_the_clock(clock: DemoClock, at: datetime) -> Iterator[None]:
    """The clock of the story, for as long as it is told; then the real one."""
    clock.show(at)
    try:
        yield
    finally:
        clock.go_live()
