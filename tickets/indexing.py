"""What the search index holds of a message: its words, and who may find it."""

import re
from typing import Any

from sqlmodel import Session, col, select
from whoosh import fields
from whoosh.analysis import LanguageAnalyzer

from tickets.models import Attachment, MailingList, Message, MessageKind, Person, Ticket, Visibility

SUBJECT_COUNTS = 3  # as often as once in the text
ANALYZER = LanguageAnalyzer("da")


def make_schema() -> fields.Schema:
    return fields.Schema(
        key=fields.ID(unique=True, stored=True),  # the message's key, or the bookmark
        ticket=fields.ID(stored=True),
        seen_by=fields.KEYWORD,  # who may see it: open-LIST, lawyers-LIST, person-KEY
        list=fields.ID,
        status=fields.ID,
        organisation=fields.ID,
        at=fields.DATETIME(sortable=True),
        words=fields.TEXT(analyzer=ANALYZER),  # subject, text, names of files and author: one field is searched fastest
        name=fields.KEYWORD(lowercase=True),  # DB-42
        event=fields.STORED,  # of the bookmark: the last event that the index holds
    )


def describe_ticket(session: Session, ticket_key: int) -> list[dict[str, Any]]:
    """What the index is to hold of each message of a ticket as it is now; nothing if there is no such ticket."""
    ticket = session.get(Ticket, ticket_key)
    if ticket is None:
        return []
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    asker = session.get_one(Person, ticket.asker_key)
    rows = session.exec(
        select(Message, Person)
        .join(Person, col(Person.id) == col(Message.author_key))
        .where(Message.ticket_key == ticket_key, Message.kind != MessageKind.AUTOMATIC)
    )
    shows_asker = ticket.visibility is not Visibility.ANONYMOUS
    return [
        {
            "key": str(message.id),
            "ticket": str(ticket.id),
            "seen_by": " ".join(_readers(ticket, message)),
            "list": str(ticket.mailing_list_key),
            "status": str(ticket.status),
            "organisation": str(asker.organisation_key) if shows_asker and asker.organisation_key else "",
            "at": message.sent_at.replace(tzinfo=None),
            "words": "\n".join(
                [
                    *[ticket.subject if message.parent_key is None else ""] * SUBJECT_COUNTS,
                    message.text,
                    *_file_names(session, message),
                    author.name if shows_asker or author.id != asker.id else "",
                ]
            ),
            "name": f"{mailing_list.prefix}-{ticket.number}".lower(),
        }
        for message, author in rows
    ]


def _readers(ticket: Ticket, message: Message) -> list[str]:
    lawyers = f"lawyers-{ticket.mailing_list_key}"
    if message.kind is MessageKind.NOTE:
        return [lawyers]
    if ticket.visibility is Visibility.CONFIDENTIAL:
        return [lawyers, f"person-{ticket.asker_key}"]
    return [lawyers, f"person-{ticket.asker_key}", f"open-{ticket.mailing_list_key}"]


def _file_names(session: Session, message: Message) -> list[str]:
    """What files are called, whole and in the words that dots and the like tie together."""
    names = list(session.exec(select(Attachment.name).where(Attachment.message_key == message.id)))
    return [*names, *(re.sub(r"[\W_]+", " ", name) for name in names)]
