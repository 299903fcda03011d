"""A list on which somebody asks anonymously, and what each reader is shown of it."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from mailer.texts.sign_offs import find_sign_off
from support.builders import a_person, numbers, store_content
from support.town import settle
from tickets.conversations import anonymity
from tickets.conversations.anonymity import Shown
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import Message, Organisation, Ticket, Visibility
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.post import Mailbox, Post

SIGNATURE = "Med venlig hilsen\nMette Klitgaard\nRådhuspladsen 2\nTlf. 65 51 12 34"


class Town:
    """A list with a lawyer, an asker in Prøvested, her colleague, and a member elsewhere."""

    def __init__(self, session: Session, portal: Portal, now: datetime) -> None:
        self.session, self.portal, self.now = session, portal, now
        self.mailing_list, mette, ole, anders = settle(session, is_public=True)
        mette.name = "Mette Klitgaard"
        self.own = session.get_one(Organisation, mette.organisation_key)
        self.people = {
            "mette": mette,
            "peter": a_person(session, "peter@proevested.example.dk", "Peter Nabo", self.own),
            "ole": ole,
            "rikke": a_person(session, "rikke@nyby.example.dk", "Rikke Hjælper"),
            "anders": anders,
        }

    def file(self, who: str, text: str, ticket: Ticket | None = None, **more: Any) -> Message:
        person = self.people[who]
        own = {name: more.pop(name) for name in ("clean_files", "visibility") if name in more}
        content_key = store_content(self.session, text.encode(), self.now)
        filing = Filing(person, content_key, self.now, is_lawyer=who == "anders", **own)
        usual = {
            "message_id": f"{next(numbers)}@{person.email}",
            "author": Mailbox(person.name, person.email),
            "subject": "Prøvested: logfiler",
            "sign_off": find_sign_off(text),
        }
        return file_post(
            self.session, self.portal, self.mailing_list, Post(**usual | {"text": text} | more), filing, ticket
        )  # type: ignore[arg-type]

    def ask(self, text: str = "I Prøvested har vi logfiler.", **more: Any) -> tuple[Ticket, Message]:
        usual = {"signature": SIGNATURE, "visibility": Visibility.ANONYMOUS}
        message = self.file("mette", text, **usual | more)
        return self.session.get_one(Ticket, message.ticket_key), message

    def read(self, who: str | None, ticket: Ticket, message: Message) -> Shown:
        person = self.people[who] if who else None
        sees_asker = sight_of(self.session, person).of_asker(ticket)
        return anonymity.show(self.session, ticket, [message], sees_asker=sees_asker)[message.key]


@pytest.fixture
def town(session: Session, portal: Portal, now: datetime) -> Town:
    return Town(session, portal, now)
