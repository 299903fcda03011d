"""The mail room of a small portal: takes messages over and processes them at once, in the real database."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import select

from mailer.intake.arrivals import Handover, store_handovers
from mailer.processing.processor import Processor
from support.children import READER
from support.town import LIST, settle
from tickets import links
from tickets.database.models import (
    Arrival,
    Event,
    EventKind,
    Message,
    Person,
    Ticket,
)
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer


class Desk:
    """The mail room of a small portal: hands messages over and processes them at once."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
        self.store, self.portal, self.signer, self.now = store, portal, signer, now
        self.employ()
        with store.transaction() as session:
            self.mailing_list, self.mette, self.ole, self.anders = settle(session)

    def employ(self, **how: Any) -> None:
        """Have a processor with these settings, which has no child of its own to read for it."""
        reader = None if "limits" in how else READER
        self._processor = Processor(self.store, self.portal, self.signer, lambda: self.now, reader=reader, **how)

    def take(self, message: EmailMessage, *recipients: str, return_path: str = "someone@example.org") -> list[Arrival]:
        return self.hand_over(bytes(message).replace(b"\n", b"\r\n"), *(recipients or (LIST,)), return_path=return_path)

    def hand_over(self, octets: bytes, *recipients: str, return_path: str = "someone@example.org") -> list[Arrival]:
        with self.store.transaction() as session:
            store_handovers(session, [Handover(octets, return_path, recipients, "smtp", self.now)])
        return self.process()[-len(recipients) :]

    def process(self) -> list[Arrival]:
        while self._processor.work():
            pass
        with self.store.reading() as session:
            return list(session.exec(select(Arrival).order_by(Arrival.id)))  # type: ignore[arg-type]

    def reply_address(self, ticket: Ticket, person: Person) -> str:
        return links.reply_address(self.signer, self.mailing_list, ticket.number, person.key)

    def ticket(self, number: int = 1) -> Ticket:
        with self.store.reading() as session:
            return session.exec(select(Ticket).where(Ticket.number == number)).one()

    def messages(self) -> list[Message]:
        with self.store.reading() as session:
            return list(session.exec(select(Message).order_by(Message.id)))  # type: ignore[arg-type]

    def events(self) -> list[EventKind]:
        with self.store.reading() as session:
            return [EventKind(kind) for kind in session.exec(select(Event.kind).order_by(Event.id))]  # type: ignore[arg-type]


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    return Desk(store, portal, signer, now)
