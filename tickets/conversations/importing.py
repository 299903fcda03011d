"""Importing: posts of the past become tickets, many at a time, as filing would have made them one by one.

Nobody is told: what is imported is quiet. Its questions are closed, for nobody waits for an answer any more.
Written with Core where rows are many: a list's history is some ten thousand messages.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, and_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from tickets import journal
from tickets.conversations import anonymity, filing, numbering, statuses, threads
from tickets.conversations.filing import IDENTIFIERS, MOST_CITED, Fields, Filing, insert_rows
from tickets.database.models import (
    Citation,
    Identifier,
    MailDomain,
    MailingList,
    Message,
    MessageKind,
    Organisation,
    OtherAddress,
    Person,
    Status,
    Ticket,
    Visibility,
    metadata,
)
from tickets.database.store import reserve_keys
from tickets.people import appointments
from tickets.people.sight import is_closed, is_for_all, is_masked, strictest
from tickets.portal import Portal
from tickets.post import Mailbox, Post

T = TypeVar("T")

CHUNK = 500  # values that one question to the database names
UNSETTLED = (Status.OPEN, Status.PENDING)
CLASHES = "has the Message-ID of another message"
CONTENTS, MESSAGES = metadata.tables["contents"], metadata.tables["messages"]


@dataclass(frozen=True)
class Past:
    """A post of the past, its octets as they are to be kept, when it was sent, and who was promised to see it."""

    post: Post
    octets: bytes
    at: datetime
    visibility: Visibility = Visibility.OPEN

    @property
    def content_key(self) -> str:
        """SHA-256 of the octets in hexadecimal, as the table `contents` names them."""
        return hashlib.sha256(self.octets).hexdigest()

    @property
    def id_of_content(self) -> str:
        """The Message-ID under which it is filed if another message has its own."""
        return f"{self.content_key[:40]}@clash.invalid"


@dataclass(frozen=True)
class Spot:
    """Where a Message-ID leads: to a ticket, and to a message there unless it stands for the ticket as a whole."""

    ticket: Ticket
    message_key: int | None
    author_key: int | None = None
    body_digest: str = ""

    def holds(self, post: Post, author: Person) -> bool:
        """Whether the post is this message over again, or a letter of ours about it."""
        return not self.body_digest or (self.author_key == author.id and self.body_digest in post.digests)


@dataclass(frozen=True)
class PlacedPost:
    """A post with its place: what its rows are made of."""

    past: Past
    matter: Filing
    ticket: Ticket
    kind: MessageKind
    key: int
    parent_key: int | None  # None: the ticket begins with it


# -- what is there already -------------------------------------------------------------


# The message whose own id it is; a letter of ours about a message has an id besides.
OWNER = and_(col(Message.id) == col(Identifier.message_key), col(Message.message_id) == col(Identifier.message_id))


def known_contents(session: Session, mailing_list: MailingList, message_ids: Iterable[str]) -> dict[str, str]:
    """Of the Message-IDs that the list knows: the content filed under each, "" where that is none."""
    query = select(Identifier.message_id, Message.content_key).outerjoin(Message, OWNER)
    known: dict[str, str] = {}
    for chunk in _chunks(list(message_ids)):
        for message_id, content_key in session.exec(query.where(*_among(mailing_list, chunk))):
            known[message_id] = content_key or ""
    return known


def _find_spots(session: Session, mailing_list: MailingList, message_ids: Iterable[str]) -> dict[str, Spot]:
    query = (
        select(Identifier, Ticket, Message.author_key, Message.body_digest)
        .join(Ticket, col(Ticket.id) == col(Identifier.ticket_key))
        .outerjoin(Message, OWNER)
    )
    spots: dict[str, Spot] = {}
    for chunk in _chunks(list(dict.fromkeys(message_ids))):
        for identifier, ticket, author_key, digest in session.exec(query.where(*_among(mailing_list, chunk))):
            spots[identifier.message_id] = Spot(ticket, identifier.message_key, author_key, digest or "")
    return spots


def _among(mailing_list: MailingList, message_ids: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Identifier.mailing_list_key) == mailing_list.id, col(Identifier.message_id).in_(message_ids)


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


# -- filing ----------------------------------------------------------------------------


def import_posts(
    session: Session, portal: Portal, mailing_list: MailingList, pasts: Sequence[Past], now: datetime
) -> list[Post | None]:
    """File posts of the past, answered ones before their answers; each as it was filed, None for one that is there.

    Within the caller's transaction. A post whose Message-ID another has is filed under an id made of its content.
    """
    with journal.quiet(session):
        authors = _take_in_authors(session, [past.post.author for past in pasts], now)
        placed = _place(session, mailing_list, pasts, authors)
        session.flush()
        _insert(session, portal, mailing_list, [one for one in placed if one])
        _mask(session, [one for one in placed if one])
        _gather(session, mailing_list, [one for one in placed if one])
    return [one.past.post if one else None for one in placed]


def _take_in_authors(session: Session, authors: Iterable[Mailbox], now: datetime) -> dict[str, Person]:
    """The people who wrote, by address. New ones belong to the organisation that has their domain, or to none."""
    names: dict[str, str] = {}
    for author in authors:
        names[author.email] = names.get(author.email) or author.name
    emails = list(names)
    query = select(Person).where(col(Person.email).in_(emails))
    people = {person.email: person for person in session.exec(query)}
    others = select(OtherAddress.email, Person).join(Person, col(Person.id) == col(OtherAddress.person_key))
    people |= dict(session.exec(others.where(col(OtherAddress.email).in_(emails))).all())
    domains = {email.rpartition("@")[2] for email in emails}
    owners = (
        select(MailDomain.domain, Organisation.id)
        .join(Organisation, col(Organisation.id) == col(MailDomain.organisation_key))
        .where(col(MailDomain.domain).in_(domains), Organisation.is_approved)
    )
    organisations = dict(session.exec(owners).all())
    for email in emails:
        if email not in people:
            organisation_key = organisations.get(email.rpartition("@")[2])
            people[email] = Person(email=email, name=names[email], organisation_key=organisation_key, joined_at=now)
    session.add_all(people.values())
    session.flush()
    return people


def _place(
    session: Session, mailing_list: MailingList, pasts: Sequence[Past], authors: dict[str, Person]
) -> list[PlacedPost | None]:
    """Where each post belongs; None for one that is there already."""
    wanted = (one for past in pasts for one in (past.post.message_id, past.id_of_content, *_cited(past.post)))
    spots = _find_spots(session, mailing_list, wanted)
    lawyers = {person.id for person in appointments.lawyers(session, mailing_list.key)}
    roots = _first_messages(session, {spot.ticket.key for spot in spots.values()})
    placed: list[PlacedPost | None] = []
    for past, key in zip(pasts, reserve_keys(session, MESSAGES, len(pasts)), strict=True):
        author = authors[past.post.author.email]
        past = _told_apart(past, spots.get(past.post.message_id), author)
        post = past.post
        if post.message_id in spots:
            placed.append(None)
            continue
        nearest = threads.nearest_of(_cited(post), spots)
        visibility = _visibility_of(mailing_list, past)
        matter = Filing(author, past.content_key, past.at, author.id in lawyers, visibility=visibility)
        if nearest and _keeps_promise(nearest.ticket, past, matter):
            ticket, is_askers = nearest.ticket, author.id == nearest.ticket.asker_key
            kind = filing.kind_of(post, ticket, is_lawyer=matter.is_lawyer, is_askers=is_askers)
            parent_key = nearest.message_key or roots.get(ticket.key)
            _advance(ticket, kind, matter)
        else:
            ticket, kind, parent_key = _open_ticket(session, mailing_list, post, matter), MessageKind.QUESTION, None
        placed.append(PlacedPost(past, matter, ticket, kind, key, parent_key))
        spots[post.message_id] = Spot(ticket, key, author.id, post.body_digest)
    return placed


def _visibility_of(mailing_list: MailingList, past: Past) -> Visibility:
    """Who sees a ticket that begins with this post.

    Where the list has all be anonymous today, what was asked under a name is not shown at all: nobody masked it then.
    """
    usual = mailing_list.visibility
    usual = Visibility.CONFIDENTIAL if is_masked(usual) else usual
    return strictest(past.visibility, usual)


def _keeps_promise(ticket: Ticket, past: Past, matter: Filing) -> bool:
    """Whether a ticket hides what the address that a post was sent to promised: if not, it stays by itself."""
    if is_masked(past.visibility) and is_masked(ticket.visibility):
        return matter.is_lawyer or ticket.asker_key == matter.author.id
    return is_for_all(past.visibility) or is_closed(ticket.visibility)


def _cited(post: Post) -> tuple[str, ...]:
    return post.cited[:MOST_CITED]


def _told_apart(past: Past, earlier: Spot | None, author: Person) -> Past:
    """The post, under another id and with word of it if its own is another message's."""
    if earlier is None or earlier.holds(past.post, author):
        return past
    post = replace(past.post, message_id=past.id_of_content, defects=(*past.post.defects, CLASHES))
    return replace(past, post=post)


def _first_messages(session: Session, ticket_keys: Iterable[int]) -> dict[int, int]:
    """The first message of each ticket that is there already."""
    first: dict[int, int] = {}
    for chunk in _chunks(list(ticket_keys)):
        query = select(Message.ticket_key, func.min(Message.id)).where(
            col(Message.ticket_key).in_(chunk), col(Message.parent_key).is_(None)
        )
        first |= {key: root for key, root in session.exec(query.group_by(col(Message.ticket_key))) if root}
    return first


def _open_ticket(session: Session, mailing_list: MailingList, post: Post, matter: Filing) -> Ticket:
    ticket = filing.new_ticket(mailing_list, numbering.next_number(session, mailing_list), post, matter)
    ticket.status = Status.CLOSED
    session.add(ticket)
    return ticket


def _advance(ticket: Ticket, kind: MessageKind, matter: Filing) -> None:
    """Let a ticket know of a message of the past; what is its status now, it stays."""
    if kind in filing.QUIET:
        return
    ticket.changed_at = max(ticket.changed_at, matter.at)
    if kind is MessageKind.ANSWER:
        ticket.answered_at = max(ticket.answered_at or matter.at, matter.at)
        ticket.assignee_key = ticket.assignee_key or matter.author.id


def _insert(session: Session, portal: Portal, mailing_list: MailingList, placed: Sequence[PlacedPost]) -> None:
    """Write the rows of all these messages, and what the journal has to say of them."""
    contents = [
        {"sha256": one.matter.content_key, "octets": one.past.octets, "stored_at": one.matter.at} for one in placed
    ]
    messages: list[Fields] = []
    particulars: dict[Table, list[Fields]] = {
        IDENTIFIERS: [
            numbering.describe_reference(portal, mailing_list, one.ticket) for one in placed if one.parent_key is None
        ]
    }
    for one in placed:
        row = filing.describe_message(portal, one.past.post, one.matter, one.ticket, one.kind)
        messages.append(row | {"id": one.key, "parent_key": one.parent_key})
        hanging = filing.describe_particulars(one.past.post, one.ticket, one.key, row["own_id"])
        for table, rows in hanging.items():
            particulars.setdefault(table, []).extend(rows)
        journal.append(
            session, filing.EVENTS[one.kind], one.past.at,
            ticket=one.ticket, message_key=one.key, person_key=one.matter.author.id,
        )  # fmt: skip
    if placed:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.connection().execute(dialect.insert(CONTENTS).on_conflict_do_nothing(), contents)
        session.connection().execute(MESSAGES.insert(), messages)
        for table, rows in particulars.items():
            insert_rows(session, table, rows)


def _mask(session: Session, placed: Iterable[PlacedPost]) -> None:
    """Mask what lies in anonymous tickets; what their askers wrote first, for it tells who they are."""
    nameless = [one for one in placed if is_masked(one.ticket.visibility)]
    for one in sorted(nameless, key=lambda one: one.matter.author.id != one.ticket.asker_key):
        message = session.get_one(Message, one.key)
        anonymity.mask_message(session, one.ticket, message, one.past.post.author.name)


# -- replies that are there already ----------------------------------------------------


def _gather(session: Session, mailing_list: MailingList, placed: Sequence[PlacedPost]) -> None:
    """Bring tickets that began with an answer to one of these messages to where they belong."""
    by_id, keys = {one.past.post.message_id: one for one in placed}, {one.key for one in placed}
    for chunk in _chunks(list(by_id)):
        query = (
            select(Citation.message_id, Message)
            .join(Message, col(Message.id) == col(Citation.message_key))
            .where(
                Citation.mailing_list_key == mailing_list.id,
                col(Citation.message_id).in_(chunk),
                col(Message.parent_key).is_(None),
            )
            .order_by(col(Message.id))
        )
        for message_id, root in session.exec(query).all():
            one = by_id[message_id]
            if root.ticket_key != one.ticket.id and root.id not in keys:  # these are where they belong
                _take_in(session, mailing_list, one, root)


def _take_in(session: Session, mailing_list: MailingList, parent: PlacedPost, root: Message) -> None:
    """Merge the ticket that began with an answer into that of its parent; who waits for an answer still waits."""
    early, ticket = session.get_one(Ticket, root.ticket_key), parent.ticket
    if not filing.may_take_in(ticket, early, root):
        return
    root.parent_key = parent.key
    is_open = early.status in UNSETTLED
    filing.merge(session, mailing_list, early, ticket, early.changed_at)
    if is_open:
        statuses.change_status(session, ticket, Status.OPEN, early.changed_at)
