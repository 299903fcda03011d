"""A list with weekly readers, and the digests that they are owed."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlmodel import Session, col, select

from mailer.letters.digests.timetable import make_digest
from mailer.letters.letters import Copier
from support.builders import a_filed_message, a_person, a_town
from tickets.database.models import Delivery, Digest, Letter, LetterKind, MailingList, Message, Mode, Person, Ticket
from tickets.database.store import Store
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer

WEEK = timedelta(days=7)


@dataclass
class Town:
    store: Store
    portal: Portal
    signer: Signer
    now: datetime

    def file(self, author: str, ticket_of: Message | None = None, **fields: Any) -> Message:
        with self.store.transaction() as session:
            ticket = session.get_one(Ticket, ticket_of.ticket_key) if ticket_of else None
            writer = session.exec(select(Person).where(col(Person.email).startswith(f"{author}@"))).one()
            message = a_filed_message(
                session, self.portal, the_list(session), writer, self.now, ticket=ticket, **fields
            )  # fmt: skip
        return message

    def make(self) -> Digest | None:
        with self.store.transaction() as session:
            return make_digest(session, self.portal, self.signer, the_list(session), self.now)

    def letters(self, reader: str = "ulla") -> list[EmailMessage]:
        """The digests that this reader is owed, as they would leave."""
        with self.store.reading() as session:
            query = select(Delivery, Letter).join(Letter, col(Letter.id) == col(Delivery.letter_key))
            query = query.where(Delivery.kind == LetterKind.DIGEST, col(Delivery.recipient).startswith(f"{reader}@"))
            return [
                read(Copier(self.portal, self.signer, letter, the_list(session), 0).copy(delivery))
                for delivery, letter in session.exec(query.order_by(col(Delivery.id)))
            ]


def the_list(session: Session) -> MailingList:
    return session.exec(select(MailingList)).one()


def read(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def make_town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    with store.transaction() as session:
        mailing_list = a_town(session)
        ulla = a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")
        each = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        subscriptions.subscribe(session, ulla, mailing_list, Mode.WEEKLY, now)
        subscriptions.subscribe(session, each, mailing_list, Mode.EACH, now)
    return Town(store, portal, signer, now)
