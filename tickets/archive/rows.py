"""Rows: tickets as lists of them show them, each for what one person may see; never a question a row."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast
from sqlmodel import Session, col, func, or_, select

from tickets.conversations.conversation import Byline, byline_of_asker
from tickets.database.models import (
    MailingList,
    Message,
    MessageKind,
    Organisation,
    Person,
    Status,
    Ticket,
    TicketKind,
    Watcher,
)
from tickets.people.sight import Sight
from tickets.text.greetings import between_greetings

PER_PAGE = 25
SETTLED = (Status.ANSWERED, Status.CLOSED)
WAITING = (Status.OPEN, Status.PENDING)
FIRST = (MessageKind.QUESTION, MessageKind.NEWS)
SAID = frozenset(MessageKind) - {
    MessageKind.AUTOMATIC, MessageKind.NOTE, MessageKind.RECALLED, MessageKind.THANKS,
}  # fmt: skip
BY_CHANGE = (col(Ticket.changed_at).desc(), col(Ticket.id).desc())
BY_ANSWER = (col(Ticket.answered_at).desc(), col(Ticket.id).desc())
WAITS_SINCE = func.coalesce(Ticket.reopened_at, Ticket.asked_at)
BY_WAIT = (WAITS_SINCE, col(Ticket.id))
BEGINNING = 600  # characters of a message that are read for its row
LONGEST_EXCERPT = 180  # characters


@dataclass(frozen=True)
class Row:
    """A ticket in a list of tickets."""

    ticket: Ticket
    mailing_list: MailingList
    asker: Byline
    answers: int  # by the lawyers
    replies: int  # by other members
    posts: int  # all that people said in it and that may be seen, the question too
    same: int  # members who have the same question
    excerpt: str  # how it begins

    @property
    def waits_since(self) -> datetime | None:
        """When it was asked, or asked about again, if it waits for an answer."""
        if self.ticket.kind is TicketKind.NEWS or self.ticket.status not in WAITING:
            return None
        return self.ticket.reopened_at or self.ticket.asked_at


@dataclass(frozen=True)
class Page:
    """One page of a longer list: its rows, how many there are in all, its number (from 1) and of how many."""

    rows: tuple[Row, ...]
    total: int
    number: int
    pages: int


def tickets(
    session: Session,
    sight: Sight,
    *,
    mailing_list: MailingList | None = None,
    statuses: tuple[Status, ...] = (),
    kind: TicketKind = TicketKind.QUESTION,
    page: int = 1,
    per_page: int = PER_PAGE,
    total: int | None = None,
) -> Page:
    """A page of the tickets that may be seen, those that changed last first; they are counted if nobody has."""
    conditions = _conditions(sight, kind, mailing_list, statuses)
    return _page(session, sight, conditions, page, per_page, total)


def about(session: Session, sight: Sight, topic: str, *, page: int = 1) -> Page:
    """A page of the questions of this topic that may be seen, those that changed last first."""
    return _page(session, sight, [*_conditions(sight), has_topic(topic)], page)


def has_topic(topic: str) -> ColumnElement[bool]:
    """The condition on `Ticket` that it is about this, however it is written."""
    return func.lower(cast(Ticket.topics, String)).contains(json.dumps(topic.lower()), autoescape=True)


def page_of(session: Session, sight: Sight, conditions: Iterable[Any], order: Any, page: int) -> Page:
    """A page of what meets conditions on `Ticket` and on the `Person` who asked it, in this order."""
    met = list(conditions)
    asked = select(func.count()).select_from(Ticket).join(Person, col(Person.id) == col(Ticket.asker_key))
    return _page(session, sight, met, page, total=session.exec(asked.where(*met)).one(), order=order)


def among(session: Session, sight: Sight, ticket_keys: Any, *, page: int = 1) -> Page:
    """A page of the tickets whose keys a query finds and that may be seen, those that changed last first."""
    return _page(session, sight, [sight.tickets(), col(Ticket.id).in_(ticket_keys)], page)


def asked_by(session: Session, sight: Sight, *, page: int = 1, per_page: int = PER_PAGE) -> Page:
    """A page of what the reader asked, alone or with others, those that changed last first."""
    theirs = or_(col(Ticket.asker_key) == sight.person_key, col(Ticket.id).in_(sight.asked_too))
    return _page(session, sight, [*_conditions(sight), theirs], page, per_page)


def of_keys(session: Session, sight: Sight, keys: Iterable[int]) -> tuple[Row, ...]:
    """The tickets with these keys that may be seen, in the order of the keys."""
    wanted = list(keys)
    conditions = (sight.tickets(), col(Ticket.id).in_(wanted))
    found = {row.ticket.key: row for row in _rows(session, sight, conditions, BY_CHANGE, len(wanted))}
    return tuple(found[key] for key in wanted if key in found)


def newest(
    session: Session,
    sight: Sight,
    most: int,
    *,
    statuses: tuple[Status, ...] = (),
    kind: TicketKind = TicketKind.QUESTION,
) -> tuple[Row, ...]:
    """So many tickets that may be seen, those that changed last first, without counting the others."""
    return _rows(session, sight, _conditions(sight, kind, None, statuses), BY_CHANGE, most)


def newest_answers(session: Session, sight: Sight, most: int) -> tuple[Row, ...]:
    """Questions that may be seen and have their answer, those that were answered last first."""
    conditions = [*_conditions(sight, statuses=SETTLED), col(Ticket.answered_at).is_not(None)]
    return _rows(session, sight, conditions, BY_ANSWER, most)


def longest_waiting(session: Session, sight: Sight, most: int) -> tuple[Row, ...]:
    """Questions that may be seen and wait for an answer, those first that have waited longest."""
    return _rows(session, sight, _conditions(sight, statuses=WAITING), BY_WAIT, most)


def news_since(session: Session, sight: Sight, since: datetime, most: int) -> tuple[Row, ...]:
    """What was asked, answered or told to all since then and may be seen; not what the reader asked themselves."""
    is_new = or_(col(Ticket.asked_at) > since, col(Ticket.answered_at) > since)
    by_index = (col(Ticket.kind).in_(tuple(TicketKind)), col(Ticket.changed_at) > since)
    conditions = (sight.tickets(), *by_index, is_new, col(Ticket.asker_key) != (sight.person_key or 0))
    return _rows(session, sight, conditions, BY_CHANGE, most)


def counts_by_status(session: Session, sight: Sight, mailing_list: MailingList) -> dict[Status, int]:
    """How many questions of a list a reader sees in each status; a status with none is missing."""
    query = select(Ticket.status, func.count()).where(
        sight.tickets(), Ticket.mailing_list_key == mailing_list.id, Ticket.kind == TicketKind.QUESTION
    )
    return {Status(word): count for word, count in session.exec(query.group_by(Ticket.status))}


# -- how they are read -----------------------------------------------------------------


def _conditions(
    sight: Sight,
    kind: TicketKind = TicketKind.QUESTION,
    mailing_list: MailingList | None = None,
    statuses: tuple[Status, ...] = (),
) -> list[Any]:
    conditions: list[Any] = [sight.tickets(), col(Ticket.kind) == kind]
    if mailing_list is not None:
        conditions.append(col(Ticket.mailing_list_key) == mailing_list.id)
    if statuses:
        conditions.append(col(Ticket.status).in_(statuses))
    return conditions


def _page(
    session: Session,
    sight: Sight,
    conditions: list[Any],
    page: int,
    per_page: int = PER_PAGE,
    total: int | None = None,
    order: Any = BY_CHANGE,
) -> Page:
    if total is None:
        total = session.exec(select(func.count()).select_from(Ticket).where(*conditions)).one()
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    rows = _rows(session, sight, conditions, order, most=per_page, behind=(page - 1) * per_page)
    return Page(rows, total, page, pages)


def _rows(
    session: Session, sight: Sight, conditions: Iterable[Any], order: Any, most: int, behind: int = 0
) -> tuple[Row, ...]:
    query = (
        select(Ticket, MailingList, Person, Organisation)
        .join(MailingList, col(MailingList.id) == col(Ticket.mailing_list_key))
        .join(Person, col(Person.id) == col(Ticket.asker_key))
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(*conditions)
        .order_by(*order)
        .offset(behind)
        .limit(most)
    )
    found = list(session.exec(query))
    keys = [ticket.key for ticket, *_ in found]
    counted, same, begun = _count_kinds(session, sight, keys), _count_same(session, keys), _begin(session, sight, keys)
    return tuple(
        _row(sight, ticket, mailing_list, byline_of_asker(sight, ticket, asker, organisation), counted, same, begun)
        for ticket, mailing_list, asker, organisation in found
    )


def _row(
    sight: Sight,
    ticket: Ticket,
    mailing_list: MailingList,
    asker: Byline,
    counted: Mapping[int, Mapping[MessageKind, int]],
    same: Mapping[int, int],
    begun: Mapping[int, str],
) -> Row:
    kinds = counted.get(ticket.key, {})
    return Row(
        ticket,
        mailing_list,
        asker,
        answers=kinds.get(MessageKind.ANSWER, 0),
        replies=kinds.get(MessageKind.REPLY, 0),
        posts=sum(count for kind, count in kinds.items() if kind in SAID),
        same=same.get(ticket.key, 0),
        excerpt=begun.get(ticket.key, ""),
    )


def _count_kinds(session: Session, sight: Sight, ticket_keys: list[int]) -> dict[int, dict[MessageKind, int]]:
    """How many messages of each kind may be seen in each ticket."""
    query = (
        select(Message.ticket_key, Message.kind, func.count())
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .where(col(Message.ticket_key).in_(ticket_keys), sight.messages())
        .group_by(col(Message.ticket_key), col(Message.kind))
    )
    counted: dict[int, dict[MessageKind, int]] = {}
    for ticket_key, kind, count in session.exec(query):
        counted.setdefault(ticket_key, {})[MessageKind(kind)] = count
    return counted


def _count_same(session: Session, ticket_keys: list[int]) -> dict[int, int]:
    """How many members said of each ticket that they have the same question."""
    query = select(Watcher.ticket_key, func.count()).where(col(Watcher.ticket_key).in_(ticket_keys))
    return dict(session.exec(query.where(col(Watcher.has_same)).group_by(col(Watcher.ticket_key))).all())


def _begin(session: Session, sight: Sight, ticket_keys: list[int]) -> dict[int, str]:
    """How each ticket begins, without its greeting, as everybody may read it who sees the ticket."""
    first = (
        select(func.min(Message.id))
        .where(col(Message.ticket_key).in_(ticket_keys), col(Message.kind).in_(FIRST))
        .group_by(col(Message.ticket_key))
    )
    query = (
        select(Message.ticket_key, func.substr(Message.text, 1, BEGINNING))
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .where(col(Message.id).in_(first), sight.messages())
    )
    return {ticket_key: _shorten(text) for ticket_key, text in session.exec(query)}


def _shorten(text: str) -> str:
    words = " ".join(between_greetings(text).split())
    if len(words) <= LONGEST_EXCERPT:
        return words
    return f"{words[:LONGEST_EXCERPT].rpartition(' ')[0] or words[:LONGEST_EXCERPT]} …"
