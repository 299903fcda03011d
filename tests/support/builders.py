"""Invented lists, organisations, people and messages for the tests."""

from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256
from itertools import count
from typing import Any

from sqlmodel import Session

from tickets.conversations.filing import Filing, file_post
from tickets.database.models import (
    Capacity,
    Content,
    Delivery,
    Letter,
    LetterKind,
    MailingList,
    Message,
    Organisation,
    OrganisationKind,
    Person,
    Role,
)
from tickets.people import appointments, organisations
from tickets.portal import Portal
from tickets.post import Mailbox, Post

LONG_AGO = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
numbers = count(1)


def a_list(session: Session, name: str = "databeskyttelse", prefix: str = "DB", **more: Any) -> MailingList:
    fields: dict[str, Any] = {"address": f"{name.lower()}@example.dk", "created_at": LONG_AGO} | more
    mailing_list = MailingList(name=name, prefix=prefix, **fields)
    session.add(mailing_list)
    session.flush()
    return mailing_list


def an_organisation(
    session: Session,
    name: str = "Prøvested Kommune",
    domain: str = "proevested.example.dk",
    kind: OrganisationKind = OrganisationKind.MUNICIPALITY,
) -> Organisation:
    organisation = Organisation(name=name, kind=kind)
    session.add(organisation)
    session.flush()
    organisations.give_domains(session, organisation, [domain])
    return organisation


def a_person(
    session: Session,
    email: str = "mette@proevested.example.dk",
    name: str = "Mette Eksempel",
    organisation: Organisation | None = None,
    **more: Any,
) -> Person:
    if organisation is None and organisations.organisation_of(session, email) is None:
        organisation = an_organisation(session, f"Organisationen {next(numbers)}", email.partition("@")[2])
    organisation = organisation or organisations.organisation_of(session, email)
    usual = {"joined_at": LONG_AGO, "organisation_key": organisation.id if organisation else None}
    person = Person(email=email, name=name, **usual | more)
    session.add(person)
    session.flush()
    return person


def a_lawyer(
    session: Session,
    mailing_list: MailingList,
    email: str = "anders@forening.example.dk",
    name: str = "Anders Jurist",
) -> Person:
    person = a_person(session, email, name)
    appointments.appoint(session, person, Role.LAWYER, mailing_list)
    return person


def a_made_letter(session: Session, mailing_list: MailingList, at: datetime, **fields: Any) -> Letter:
    """A letter of a list as distribution lays it down, a question unless something else is said."""
    usual: dict[str, Any] = {"kind": LetterKind.QUESTION, "language": "da", "message_id": "letter-1@example.dk"}
    letter = Letter(**usual | {"octets": b"", "made_at": at, "mailing_list_key": mailing_list.id} | fields)
    session.add(letter)
    session.flush()
    return letter


def an_owed_delivery(session: Session, letter: Letter, person: Person, **fields: Any) -> Delivery:
    """The delivery of a letter to somebody who subscribes."""
    usual = {
        "letter_key": letter.key, "kind": letter.kind, "person_key": person.key, "recipient": person.email,
        "capacity": Capacity.SUBSCRIBER, "made_at": letter.made_at, "next_attempt_at": letter.made_at,
    }  # fmt: skip
    delivery = Delivery(**usual | fields)
    session.add(delivery)
    session.flush()
    return delivery


def a_post(**fields: Any) -> Post:
    number = next(numbers)
    usual: dict[str, Any] = {
        "message_id": f"{number}@proevested.example.dk",
        "author": Mailbox("Mette Eksempel", "mette@proevested.example.dk"),
        "subject": "Må vi det?",
        "text": f"Kære jurister. Må vi det? ({number})",
    }
    return Post(**usual | fields)


def a_filed_message(
    session: Session, portal: Portal, mailing_list: MailingList, author: Person, at: datetime = LONG_AGO, **fields: Any
) -> Message:
    """A post of this author, filed as a new ticket, or in `ticket`."""
    own = {
        name: fields.pop(name)
        for name in ("ticket", "kind", "visibility", "is_lawyer", "message_kind", "narrowed_to", "undo")
        if name in fields
    }
    ticket = own.pop("ticket", None)
    post = a_post(author=Mailbox(author.name, author.email), **fields)
    content_key = store_content(session, post.message_id.encode(), at)
    return file_post(session, portal, mailing_list, post, Filing(author, content_key, at, **own), ticket)


def store_content(session: Session, octets: bytes, at: datetime) -> str:
    """Lay octets down as a door does; the key they got."""
    digest = sha256(octets).hexdigest()
    if session.get(Content, digest) is None:
        session.add(Content(sha256=digest, octets=octets, stored_at=at))
        session.flush()
    return digest


def a_message(**fields: str) -> EmailMessage:
    """A message as a person's mail program makes it; field names with `_` for `-`, the text as `text`."""
    number = next(numbers)
    text = fields.pop("text", f"Kære jurister\n\nMå vi give en afgørelse til naboen? ({number})\n")
    usual = {
        "From": "Mette Eksempel <mette@proevested.example.dk>",
        "To": "databeskyttelse@example.dk",
        "Subject": "Må vi det?",
        "Date": "Mon, 23 Nov 2026 07:55:00 +0100",
        "Message-ID": f"<{number}@proevested.example.dk>",
    }
    message = EmailMessage()
    for name, value in (usual | {name.replace("_", "-"): value for name, value in fields.items()}).items():
        if value:
            message[name] = value
    message.set_content(text)
    return message
