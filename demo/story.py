"""The story: the year is told by sending every message of it through the portal's own doors, on the story's clock."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from smtplib import SMTP
from typing import Protocol

from sqlmodel import Session, col, func, select

from demo import outlook
from demo.clock import Calendar, DemoClock
from demo.letterbox import Letterbox
from demo.town import DOMAIN, RESIDENTS
from demo.year import Planned
from mailer.digest import period_of
from tickets import journal
from tickets.models import Arrival, Bookmark, Delivery, DeliveryState, Digest, MailingList
from tickets.portal import Portal
from tickets.search import Search
from tickets.store import Store

PATIENCE = 30.0  # seconds that one message may take through the house
FOLLOWER = "distribution"


class House(Protocol):
    """What the demonstration needs of a portal that runs."""

    @property
    def store(self) -> Store: ...

    @property
    def search(self) -> Search: ...


class Stuck(Exception):
    """The portal did not finish what it was handed."""


class Storyteller:
    """Sets the clock, sends what somebody writes at that time, and waits until the portal has nothing left to do."""

    def __init__(self, house: House, portal: Portal, clock: DemoClock, letterbox: Letterbox, smtp_port: int) -> None:
        self._house, self._portal, self._clock, self._letterbox = house, portal, clock, letterbox
        self._smtp_port = smtp_port

    def tell(self, planned: list[Planned], calendar: Calendar, goes_on: Callable[[], bool]) -> Iterator[Planned]:
        """Live through everything planned, in order; each is yielded when its consequences have arrived."""
        with SMTP("127.0.0.1", self._smtp_port, timeout=PATIENCE) as client:
            before = self._clock()
            for one in planned:
                if not goes_on():
                    return
                for monday in calendar.mondays(before, one.at):
                    self._live_through(monday)
                self._clock.show(one.at)
                message, recipient = self._write(one)
                client.send_message(message, from_addr=RESIDENTS[one.author].email, to_addrs=[recipient])
                self._wait(self._is_settled)
                self._letterbox.take_in(one.at)
                before = one.at
                yield one
        for monday in calendar.mondays(before, calendar.now):
            self._live_through(monday)

    def wait_for_search(self) -> None:
        """Return when the index has everything."""
        self._wait(lambda session: self._house.search.lag(session) == 0)

    def _write(self, one: Planned) -> tuple[EmailMessage, str]:
        """The message, and where it is sent: a reply goes where the newest letter in the author's mailbox says."""
        author = RESIDENTS[one.author]
        if not one.is_reply:
            to = f"{one.desk}@{DOMAIN}"
            new = outlook.write(author, to, one.subject, one.text, one.at, one.files, is_from_phone=one.is_from_phone)
            return new, to
        received = self._letterbox.newest_about(author.email, one.subject)
        letter = self._letterbox.open(received)
        reply = outlook.answer(
            letter, received.arrived_at, author, one.text, one.at, one.files, is_from_phone=one.is_from_phone
        )
        return reply, str(letter["Reply-To"]).strip("<>")

    def _live_through(self, monday: datetime) -> None:
        """Let a Monday morning come: digests are made, and what was answered long ago is closed."""
        self._clock.show(monday)
        self._house.store.ring()
        period = period_of(self._portal, monday)

        def is_over(session: Session) -> bool:
            made = session.exec(select(func.count()).select_from(Digest).where(Digest.period == period)).one()
            lists = session.exec(select(func.count()).select_from(MailingList)).one()
            return made == lists and self._is_settled(session)

        self._wait(is_over)
        self._letterbox.take_in(monday)

    @staticmethod
    def _is_settled(session: Session) -> bool:
        """Whether everything that arrived was filed, told of and sent."""
        waiting = session.exec(select(Arrival.id).where(col(Arrival.disposition).is_(None)).limit(1)).first()
        owed = session.exec(select(Delivery.id).where(Delivery.state == DeliveryState.WAITING).limit(1)).first()
        bookmark = session.get(Bookmark, FOLLOWER)
        is_told = bookmark is not None and bookmark.event_key == journal.last_event(session)
        return waiting is None and owed is None and is_told

    def _wait(self, fact: Callable[[Session], bool]) -> None:
        store, deadline = self._house.store, time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            seen = store.writes
            with store.reading() as session:
                if fact(session):
                    return
            store.wait(seen, 0.05)
        raise Stuck("the portal did not finish what it was handed")


@contextmanager
def on_the_clock(clock: DemoClock, at: datetime) -> Iterator[None]:
    """The clock of the story, for as long as it is told; then the real one."""
    clock.show(at)
    try:
        yield
    finally:
        clock.go_live()
