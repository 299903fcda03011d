"""A list and its people, who are told what happens by a distributor."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import Session, col, select

from mailer.letters.declaration import FindSimilar
from mailer.letters.distribution import distributor
from mailer.letters.letters import Copier
from support.builders import a_filed_message, a_person, a_town
from tickets import journal
from tickets.database.models import (
    Delivery,
    Letter,
    MailingList,
    Message,
    Mode,
    Person,
    Ticket,
)
from tickets.database.store import Store
from tickets.moderation.originals import USUAL, Privacy
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer


@dataclass
class Town:
    """A list with a lawyer, a subscriber and members, whose letters can be looked at."""

    store: Store
    portal: Portal
    signer: Signer
    now: datetime
    find_similar: FindSimilar | None = None
    privacy: Privacy = USUAL

    def happens(self, what: Callable[[Session, "Town"], Any]) -> Any:
        """Let something happen, and distribution take it."""
        with self.store.transaction() as session:
            result = what(session, self)
        self.distribute()
        return result

    def distribute(self) -> None:
        follower = distributor(self.portal, self.signer, self.find_similar, self.privacy)
        while journal.follow(self.store, follower, self.now):
            pass

    def file(self, author: str, ticket_of: Message | None = None, **fields: Any) -> Message:
        def file(session: Session, town: Town) -> Message:
            ticket = session.get_one(Ticket, ticket_of.ticket_key) if ticket_of else None
            if ticket_of and "in_reply_to" not in fields:
                fields["in_reply_to"] = (ticket_of.own_id,)
            writer = person(session, author)
            return a_filed_message(session, self.portal, the_list(session), writer, self.now, ticket=ticket, **fields)

        message: Message = self.happens(file)
        return message

    def owed(self) -> list[tuple[str, str]]:
        """Who is owed which kind of letter, oldest first."""
        with self.store.reading() as session:
            query = select(Delivery.recipient, Delivery.kind).order_by(col(Delivery.id))
            return [(recipient.partition("@")[0], kind.value) for recipient, kind in session.exec(query)]

    def letter(self, reader: str, kind: str) -> EmailMessage:
        """The newest copy of this kind for this reader, as it would leave."""
        with self.store.reading() as session:
            query = select(Delivery).where(col(Delivery.recipient).startswith(f"{reader}@"), Delivery.kind == kind)
            delivery = session.exec(query.order_by(col(Delivery.id).desc())).first()
            assert delivery, f"{reader} is owed no {kind}"
            letter = session.get_one(Letter, delivery.letter_key)
            ticket = session.get(Ticket, letter.ticket_key) if letter.ticket_key else None
            mailing_list = session.get(MailingList, letter.mailing_list_key) if letter.mailing_list_key else None
            copier = Copier(self.portal, self.signer, letter, mailing_list, ticket.number if ticket else 0)
            read = email.message_from_bytes(copier.copy(delivery), policy=email.policy.default)
            assert isinstance(read, EmailMessage)
            return read


def the_list(session: Session) -> MailingList:
    return session.exec(select(MailingList)).one()


def person(session: Session, name: str) -> Person:
    return session.exec(select(Person).where(col(Person.email).startswith(f"{name}@"))).one()


def text(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    with store.transaction() as session:
        mailing_list = a_town(session)
        ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        a_person(session, "pia@oeby.example.dk", "Pia Læser")
        subscriptions.subscribe(session, ole, mailing_list, Mode.EACH, now)
        journal.place_bookmark(session, distributor(portal, signer))
    with store.transaction() as session:
        mark = journal.place_bookmark(session, distributor(portal, signer))
        mark.event_key = journal.last_event(session)
    return Town(store, portal, signer, now)
