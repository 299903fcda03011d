"""The town, whose people are told what happens by a distributor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import Session, col, select

from mailer.letters.declaration import FindSimilar
from mailer.letters.distribution import distributor
from support.builders import a_person
from support.town import WrittenTown, settle
from tickets import journal
from tickets.database.models import Delivery, Message, Mode
from tickets.database.store import Store
from tickets.moderation.originals import USUAL, Privacy
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer


@dataclass
class Town(WrittenTown):
    """A list with a lawyer, a subscriber and members, whose letters can be looked at."""

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
        if ticket_of:
            fields.setdefault("in_reply_to", (ticket_of.own_id,))
        message = super().file(author, ticket_of, **fields)
        self.distribute()
        return message

    def owed(self) -> list[tuple[str, str]]:
        """Who is owed which kind of letter, oldest first."""
        with self.store.reading() as session:
            query = select(Delivery.recipient, Delivery.kind).order_by(col(Delivery.id))
            return [(recipient.partition("@")[0], kind.value) for recipient, kind in session.exec(query)]

    def letter(self, reader: str, kind: str) -> EmailMessage:
        """The newest copy of this kind for this reader, as it would leave."""
        copies = self.copies(reader, kind)
        assert copies, f"{reader} is owed no {kind}"
        return copies[-1]


@pytest.fixture
def town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    with store.transaction() as session:
        people = settle(session, name="Databeskyttelse")
        a_person(session, "pia@oeby.example.dk", "Pia Læser")
        subscriptions.subscribe(session, people.ole, people.mailing_list, Mode.EACH, now)
        journal.place_bookmark(session, distributor(portal, signer))
    with store.transaction() as session:
        mark = journal.place_bookmark(session, distributor(portal, signer))
        mark.event_key = journal.last_event(session)
    return Town(store, portal, signer, now)
