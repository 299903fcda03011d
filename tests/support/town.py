"""The invented town: a list, those who ask and answer on it, and what they write and are owed.

All towns of the tests are this one, worked in different ways: with a processor (`mail_room`, `command_desk`), with a
distributor (`told_town`), by the week (`newsroom`), served over sockets (`served_town`) or from a shell (`household`).
"""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from mailer.letters.letters import Copier
from support.builders import a_filed_message, a_lawyer, a_list, a_person, an_organisation
from tickets.database.models import Delivery, Letter, MailingList, Message, Person, Ticket
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer

LIST = "databeskyttelse@example.dk"
ANONYMOUS, CONFIDENTIAL = "databeskyttelse+anonym@example.dk", "databeskyttelse+fortrolig@example.dk"
METTES, OLES, ANDERSES = "proevested.example.dk", "oeby.example.dk", "forening.example.dk"  # where they work
METTE = f"Mette Eksempel <mette@{METTES}>"
OLE = f"Ole Følger <ole@{OLES}>"
ULLA = f"Ulla Ugebrev <ulla@{OLES}>"
ANDERS = f"Anders Jurist <anders@{ANDERSES}>"
KAREN = f"Karen Program <karen@{ANDERSES}>"
BO = f"Bo Drift <bo@{ANDERSES}>"
STRANGER = "Frank Fremmed <frank@example.org>"


class Townspeople(NamedTuple):
    """The list, who asks on it, who follows it, and its lawyer."""

    mailing_list: MailingList
    mette: Person
    ole: Person
    anders: Person


def settle(session: Session, **fields: Any) -> Townspeople:
    """Found the town: a list with these fields, two municipalities with a member each, and the lawyer's association."""
    mailing_list = a_list(session, **fields)
    own, oeby = an_organisation(session), an_organisation(session, "Øby Kommune", OLES)
    an_organisation(session, "Foreningen", ANDERSES)
    mette, ole = a_person(session, organisation=own), a_person(session, f"ole@{OLES}", "Ole Følger", oeby)
    return Townspeople(mailing_list, mette, ole, a_lawyer(session, mailing_list))


@dataclass
class WrittenTown:
    """The town in a database, where somebody writes and letters are owed."""

    store: Store
    portal: Portal
    signer: Signer
    now: datetime

    def file(self, author: str, ticket_of: Message | None = None, **fields: Any) -> Message:
        """A post by whoever has this name, filed as a new ticket, or in that of another message."""
        with self.store.transaction() as session:
            ticket = session.get_one(Ticket, ticket_of.ticket_key) if ticket_of else None
            return a_filed_message(
                session, self.portal, the_list(session), person(session, author), self.now, ticket=ticket, **fields
            )

    def copies(self, reader: str, kind: str) -> list[EmailMessage]:
        """All letters of this kind that a reader is owed, as they would leave, oldest first."""
        with self.store.reading() as session:
            query = select(Delivery).where(col(Delivery.recipient).startswith(f"{reader}@"), Delivery.kind == kind)
            return [copy_of(session, self.portal, self.signer, one) for one in session.exec(query.order_by("id"))]


def copy_of(session: Session, portal: Portal, signer: Signer, delivery: Delivery) -> EmailMessage:
    """The letter of a delivery, as it would leave."""
    letter = session.get_one(Letter, delivery.letter_key)
    ticket = session.get(Ticket, letter.ticket_key) if letter.ticket_key else None
    mailing_list = session.get(MailingList, letter.mailing_list_key) if letter.mailing_list_key else None
    return read(Copier(portal, signer, letter, mailing_list, ticket.number if ticket else 0).copy(delivery))


def the_list(session: Session) -> MailingList:
    return session.exec(select(MailingList)).one()


def person(session: Session, name: str) -> Person:
    return session.exec(select(Person).where(col(Person.email).startswith(f"{name}@"))).one()


def read(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(letter: EmailMessage, kind: str = "plain") -> str:
    """One form of a letter, in lines as Python has them."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
