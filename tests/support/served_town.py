"""A served portal over real sockets, with people of every kind, whose letters a relay catches."""

import email
import email.policy
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import func, select

from dialogportal.house import House
from dialogportal.serving import Service
from dialogportal.settings import Settings
from mailer.sections import Relay
from support.builders import a_list, a_person
from support.children import make_reading_on
from support.servers import Sink, free_port
from support.town import settle
from support.waiting import eventually
from tickets.database.models import (
    Arrival,
    Bookmark,
    Delivery,
    DeliveryState,
    Event,
    Mode,
    Ticket,
)
from tickets.database.store import Clock, Store, system_clock
from tickets.people import subscriptions
from tickets.portal import Portal

PARTS = ("smtp", "lmtp", "process", "follow", "deliver")
PATIENCE = 120.0  # seconds until fifty mails have run their course on a busy machine


class Town:
    """A served portal with an asker, a lawyer, one who gets every letter and one who gets the weekly one."""

    def __init__(
        self, store: Store, folder: Path, sink: Sink, undo_seconds: int = 0, clock: Clock = system_clock
    ) -> None:
        self.store, self.sink = store, sink
        self.smtp, self.lmtp = free_port(), free_port()
        portal = Portal(domain="example.dk", base_url="https://portal.example.dk", data_dir=folder)
        settings = Settings.model_validate(
            {
                "portal": portal,
                "listen": {"smtp": f"127.0.0.1:{self.smtp}", "lmtp": f"127.0.0.1:{self.lmtp}"},
                "relay": Relay(host="127.0.0.1", port=sink.port, starttls="never", connections=4),
                "limits": {"questions_per_author": 0},
                "letters": {"undo_seconds": undo_seconds},
            }
        )
        with store.transaction() as session:
            self.mailing_list, self.mette, self.ole, self.anders = settle(session)
            self.other_list = a_list(session, "sikkerhed", "SIK")
            self.ulla = a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")
            for person, mode in ((self.ole, Mode.EACH), (self.ulla, Mode.WEEKLY)):
                subscriptions.subscribe(session, person, self.mailing_list, mode, system_clock())
        self.house = House(settings, store, b"a secret that only the tests know", clock)
        self.service = Service(self.house, PARTS)

    def start_again(self) -> None:
        """Start the parts anew, once they were stopped."""
        self.service = Service(self.house, PARTS)
        self.service.start()

    def send(self, message: EmailMessage, *recipients: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=30) as client:
            client.send_message(message, to_addrs=list(recipients) or None)

    def count(self, table: type, *conditions: object) -> int:
        with self.store.reading() as session:
            return int(session.exec(select(func.count()).select_from(table).where(*conditions)).one())  # type: ignore[arg-type]

    def settled(self) -> None:
        """Return when nothing is under way any more: every arrival, event and delivery is done with."""

        def is_calm() -> bool:  # asked in the order in which mail flows, so that nothing slips past between two looks
            if self.count(Arrival, Arrival.disposition.is_(None)):  # type: ignore[union-attr]
                return False
            return self._all_followed() and not self.count(Delivery, Delivery.state == DeliveryState.WAITING)

        eventually(is_calm, PATIENCE)

    def is_indexed(self) -> bool:
        with self.store.reading() as session:
            return self.house.search.lag(session) == 0

    def _all_followed(self) -> bool:
        with self.store.reading() as session:
            behind = select(func.count()).select_from(Event).where(Event.id > _bookmark(self))  # type: ignore[operator]
            return session.exec(behind).one() == 0

    def letters_to(self, person: str) -> list[EmailMessage]:
        address = person[person.find("<") + 1 :].rstrip(">")
        return [
            email.message_from_bytes(one.octets, policy=email.policy.default)  # type: ignore[misc]
            for one in self.sink.messages()
            if address in one.recipients
        ]

    def tickets(self) -> list[Ticket]:
        with self.store.reading() as session:
            return list(session.exec(select(Ticket).order_by(Ticket.id)))  # type: ignore[arg-type]


def _bookmark(town: Town) -> int:
    with town.store.reading() as session:
        found = session.get(Bookmark, "distribution")
        return found.event_key if found else 0


@pytest.fixture
def town(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("dialogportal.serving.make_processor", make_reading_on)
    with Sink() as sink:
        running = Town(store, tmp_path, sink)
        running.service.start()
        yield running
        running.service.stop()


TELLING = ("mette", "klitgaard", "proevested", "prøvested", "flakhaven", "65511234", "65 51 12 34", "klitlogo")


def told_by(octets: bytes) -> str:
    """Everything that a message says: all fields, encoded words decoded, and all parts."""
    letter = email.message_from_bytes(octets, policy=email.policy.default)
    fields = "\n".join(f"{name}: {value}" for name, value in letter.items())
    parts = "\n".join(str(part.get_content()) for part in letter.walk() if not part.is_multipart())
    return f"{fields}\n{parts}\n{octets.decode('utf-8', 'replace')}".casefold()
