"""Describing: what the search index is to hold of a ticket, in one text for each circle of people who may see it.

Nearly always there is one, of all messages. Where some see more, as lawyers see notes, they have a second text that
has these messages too; whoever may see a text may see every message in it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from tickets.conversations.anonymity import names_asker
from tickets.database.models import MailingList, Message, MessageKind, Organisation, Person, Ticket, metadata
from tickets.people.askers import asked_too
from tickets.people.sight import is_masked, words_of
from tickets.search.asking import minutes
from tickets.text.stems import literals_of

SUBJECT_COUNTS = 3  # as often as once in the text
COUNTED = (SUBJECT_COUNTS, 3, 3)  # subject, short answer, topics
PARTED = "\f"  # no phrase goes over it
ASKER = aliased(Person, name="asker")
ASKED_FROM = aliased(Organisation, name="asked_from")
DESCRIBED = (
    select(Ticket, Message, MailingList, Person, Organisation, ASKER, ASKED_FROM)
    .select_from(Message)
    .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
    .join(MailingList, col(MailingList.id) == col(Ticket.mailing_list_key))
    .join(Person, col(Person.id) == col(Message.author_key))
    .join(ASKER, col(ASKER.id) == col(Ticket.asker_key))
    .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
    .outerjoin(ASKED_FROM, col(ASKED_FROM.id) == col(ASKER.organisation_key))
    .where(
        col(Message.ticket_key).in_(bindparam("ticket_keys", expanding=True)),
        col(Message.kind) != MessageKind.AUTOMATIC,
    )
    .order_by(col(Message.ticket_key), col(Message.id))
)
ATTACHMENTS = metadata.tables["attachments"]
FILE_NAMES = select(ATTACHMENTS.c.message_key, ATTACHMENTS.c.name).where(
    ATTACHMENTS.c.message_key.in_(bindparam("message_keys", expanding=True))
)


@dataclass(frozen=True)
class IndexedMessage:
    """A message as the index takes it in."""

    message: Message
    seen_by: frozenset[str]
    author: str  # empty where it would tell who asked
    organisation: str
    files: tuple[str, ...]

    @property
    def told(self) -> str:
        return PARTED.join([self.message.text, *self.files, self.author])


@dataclass(frozen=True)
class Described:
    """A ticket as the index takes it in."""

    ticket: Ticket
    mailing_list: MailingList
    organisation_key: int | None  # the asker's, where everybody may know it
    organisation: str
    circle: frozenset[str]  # who sees the ticket
    parts: tuple[IndexedMessage, ...]

    def texts(self) -> Iterator[dict[str, Any]]:
        """What the index holds, once for each circle of people."""
        for circle in dict.fromkeys(part.seen_by for part in self.parts):
            yield self._text(circle, [part for part in self.parts if part.seen_by >= circle])

    def _text(self, circle: frozenset[str], parts: Sequence[IndexedMessage]) -> dict[str, Any]:
        ticket, sent = self.ticket, [minutes(part.message.sent_at) for part in parts]
        is_whole = circle <= self.circle
        return {
            "ticket": str(ticket.id),
            "number": ticket.id,
            "messages": " ".join(str(part.message.id) for part in parts),
            "seen_by": " ".join(sorted(circle)),
            "list": str(ticket.mailing_list_key),
            "status": str(ticket.status),
            "answered": str(int(any(part.message.kind is MessageKind.ANSWER for part in parts))),
            "organisation": str(self.organisation_key or ""),
            "organisations": _words({self.organisation if is_whole else "", *(part.organisation for part in parts)}),
            "authors": _words({part.author for part in parts}),
            "topics": _words(ticket.topics if is_whole else ()),
            "begun": min(sent),
            "at": max(sent),
            "name": f"{self.mailing_list.prefix}-{ticket.number}".lower(),
        } | self._told(parts, is_whole=is_whole)

    def _told(self, parts: Sequence[IndexedMessage], *, is_whole: bool) -> dict[str, str]:
        """The texts; what is told of the ticket itself is only for those of whom all see the ticket."""
        told = [part.told for part in parts]
        of_ticket = (self.ticket.subject, self.ticket.short_answer, " ".join(self.ticket.topics)) if is_whole else ()
        more = [one for one, count in zip(of_ticket, COUNTED, strict=False) for _ in range(count)]
        return {
            "words": "\n".join([*more, *told]),
            "literally": PARTED.join([*of_ticket, *told]),
        }


def describe_tickets(session: Session, ticket_keys: Collection[int]) -> list[dict[str, Any]]:
    """What the index is to hold of these tickets as they are now; nothing of one that is no more."""
    rows = session.execute(DESCRIBED, {"ticket_keys": list(ticket_keys)}).all()
    names = _file_names(session, [row[1].key for row in rows])
    askers = asked_too(session, ticket_keys)
    tickets = groupby(rows, key=lambda row: row[0].key)
    described = (_describe(list(of_one), names, askers.get(key, ())) for key, of_one in tickets)
    return [text for one in described for text in one.texts()]


def _describe(rows: Sequence[Any], names: dict[int, list[str]], askers: Collection[int]) -> Described:
    ticket, _, mailing_list, _, _, asker, asked_from = rows[0]
    shows_asker = not is_masked(ticket.visibility)
    parts = tuple(
        _part(ticket, message, author, organisation, names.get(message.key, []), words_of(ticket, message, askers))
        for _, message, _, author, organisation, *_ in rows
    )
    circle = next((part.seen_by for part in parts if part.message.visibility is None), parts[0].seen_by)
    key, name = (asker.organisation_key, _name(asked_from)) if shows_asker else (None, "")
    return Described(ticket, mailing_list, key, name, circle, parts)


def _part(
    ticket: Ticket, message: Message, author: Person, organisation: Organisation | None, files: list[str],
    seen_by: Iterable[str],
) -> IndexedMessage:  # fmt: skip
    is_named = not (is_masked(ticket.visibility) and names_asker(ticket, message))
    who, where = (author.name, _name(organisation)) if is_named else ("", "")
    return IndexedMessage(message, frozenset(seen_by), who, where, tuple(files))


def _words(names: Iterable[str]) -> str:
    return " ".join(word for name in names for word in literals_of(name))


def _name(organisation: Organisation | None) -> str:
    return organisation.name if organisation else ""


def _file_names(session: Session, message_keys: list[int]) -> dict[int, list[str]]:
    """What the files of messages are called, whole and in the words that dots and the like tie together."""
    names: dict[int, list[str]] = {}
    for message_key, name in session.connection().execute(FILE_NAMES, {"message_keys": message_keys}):
        names.setdefault(message_key, []).extend([name, re.sub(r"[\W_]+", " ", name)])
    return names
