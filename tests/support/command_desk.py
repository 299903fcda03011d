"""A mail room whose letters are owed at once: what lawyers and members ask for by replying, and who hears of it."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import col, select, update

from mailer.letters.distribution import distributor
from support.builders import a_lawyer, a_list, a_message, a_person
from support.mail_room import Desk
from support.town import copy_of, text
from tickets import journal, links
from tickets.database.models import (
    Arrival,
    Delivery,
    DeliveryState,
    LetterKind,
    MailingList,
    Message,
    Mode,
    Person,
    Ticket,
    Visibility,
)
from tickets.database.store import Store
from tickets.moderation import spreading
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer

DESKS = {Visibility.OPEN: "", Visibility.ANONYMOUS: "+anonym", Visibility.CONFIDENTIAL: "+fortrolig"}


class CommandDesk(Desk):
    """Mette asks, Ole follows, Anders and Sofie are the lawyers; Nina is one of another list."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
        super().__init__(store, portal, signer, now)
        with store.transaction() as session:
            self.sofie = a_lawyer(session, self.mailing_list, "sofie@forening.example.dk", "Sofie Berg")
            self.karin = a_person(session, "karin@oeby.example.dk", "Karin Kollega")
            self.other_list = a_list(session, "nis2", "NI")
            self.nina = a_lawyer(session, self.other_list, "nina@forening.example.dk", "Nina Nis")
            subscriptions.subscribe(session, self.ole, self.mailing_list, Mode.EACH, now)
        self.distribute()
        self._read_until = self._newest()

    def distribute(self) -> None:
        follower = distributor(self.portal, self.signer)
        while journal.follow(self.store, follower, self.now):
            pass

    def passes(self, minutes: float) -> None:
        """Let time pass, and what is due then be told."""
        self.now += timedelta(minutes=minutes)
        with self.store.transaction() as session:
            spreading.spread(session, self.now)
        self.distribute()

    def is_delivered(self) -> None:
        """Have all that is owed by now be sent."""
        with self.store.transaction() as session:
            waiting = (Delivery.state == DeliveryState.WAITING,)
            sent = {"state": DeliveryState.SENT, "attempts": 1, "settled_at": self.now}
            session.exec(update(Delivery).where(*waiting).values(**sent))  # type: ignore[arg-type]

    def asks(
        self, author: Person | None = None, text: str = "", visibility: Visibility = Visibility.OPEN, **more: str
    ) -> Message:
        """A question, and all letters about it."""
        who = author or self.mette
        fields = {"From": f"{who.name} <{who.email}>"} | ({"text": text} if text else {}) | more
        self.take(a_message(**fields), f"databeskyttelse{DESKS[visibility]}@example.dk")
        if visibility is Visibility.ANONYMOUS:
            self.distribute()
            shown = self.letters_to(who)[-1]
            self.take(a_message(**fields | {"text": "SEND"}), str(shown["Reply-To"]).strip("<>"))
        self.distribute()
        self.forget()
        return self.messages()[-1]

    def replies(self, author: Person, text: str, to: Message | None = None, html: str = "", **fields: str) -> Arrival:
        """A reply to the letter about a message, the newest if none is named, at the author's own reply address."""
        about = to or self.messages()[-1]
        address = fields.pop("address", "") or self.address_of(author, about)
        ids = {"In_Reply_To": f"<{about.own_id}>", "References": f"<{about.own_id}>"}
        message = a_message(
            **{"From": f"{author.name} <{author.email}>", "Subject": "Re: Må vi det?", "To": address, "text": text}
            | ids
            | fields
        )
        if html:
            message.add_alternative(html, subtype="html")
        arrival = self.take(message, address)[0]
        self.distribute()
        return arrival

    def address_of(self, author: Person, about: Message) -> str:
        """The reply address in the letter that this person got about a message when it was written."""
        with self.store.reading() as session:
            message = session.get_one(Message, about.id)
            ticket = session.get_one(Ticket, message.ticket_key)
            mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
            return links.reply_address(self.signer, mailing_list, ticket.number, author.key)

    # -- what people hear --------------------------------------------------------------

    def _newest(self) -> int:
        with self.store.reading() as session:
            return session.exec(select(Delivery.id).order_by(col(Delivery.id).desc())).first() or 0

    def forget(self) -> None:
        """Look only at what is owed from now on."""
        self._read_until = self._newest()

    def owed(self) -> set[tuple[str, str]]:
        """Who is owed which kind of letter since."""
        with self.store.reading() as session:
            query = select(Delivery.recipient, Delivery.kind).where(col(Delivery.id) > self._read_until)
            return {(recipient.partition("@")[0], LetterKind(kind).value) for recipient, kind in session.exec(query)}

    def letters_to(self, person: Person) -> list[EmailMessage]:
        """All that somebody is owed, as it would leave, oldest first."""
        with self.store.reading() as session:
            query = select(Delivery).where(Delivery.person_key == person.id).order_by(col(Delivery.id))
            return [copy_of(session, self.portal, self.signer, one) for one in session.exec(query)]


def plain(letter: EmailMessage) -> str:
    """Subject and text of a letter."""
    return f"{letter['Subject']}\n{text(letter)}"


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> CommandDesk:
    return CommandDesk(store, portal, signer, now)
