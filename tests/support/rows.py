"""Tickets and messages of every visibility and kind, as rows."""

from support.builders import LONG_AGO
from tickets.database.models import (
    MailingList,
    Message,
    MessageKind,
    Person,
    Ticket,
    Visibility,
)
from tickets.people.sight import OF_KIND


def a_ticket(mailing_list: MailingList, visibility: Visibility, asker: Person, number: int) -> Ticket:
    return Ticket(
        id=number,
        mailing_list_key=mailing_list.key,
        number=number,
        subject="Må vi det?",
        visibility=visibility,
        asker_key=asker.key,
        asked_at=LONG_AGO,
        changed_at=LONG_AGO,
    )


def a_message_in(ticket: Ticket, kind: MessageKind, author: Person) -> Message:
    return Message(
        mailing_list_key=ticket.mailing_list_key,
        ticket_key=ticket.key,
        author_key=author.key,
        kind=kind,
        message_id="1@proevested.example.dk",
        own_id="1@example.dk",
        path="1",
        subject="Må vi det?",
        body_digest="",
        content_key="",
        sent_at=LONG_AGO,
        filed_at=LONG_AGO,
        visibility=OF_KIND.get(kind),
    )
