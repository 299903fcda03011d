"""Numbering: a list's tickets are counted, if need be as the last thing before the transaction commits.

Who takes a number holds the row of its list until then. Whoever files many messages in one transaction therefore puts
numbers off, and others file in the same list meanwhile.
"""

import secrets
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from tickets import links
from tickets.database.models import MailingList, Ticket, metadata
from tickets.portal import Portal

Fields = dict[str, Any]

LISTS, TICKETS, IDENTIFIERS = (metadata.tables[name] for name in ("mailing_lists", "tickets", "identifiers"))
COUNT_UP = (
    LISTS.update()
    .where(LISTS.c.id == bindparam("key"))
    .values(last_number=LISTS.c.last_number + bindparam("count"))
    .returning(LISTS.c.last_number)
)
NUMBER = TICKETS.update().where(TICKETS.c.id == bindparam("key")).values(number=bindparam("given"))
PLACEHOLDERS = 2**31 - 1


def put_off(session: Session) -> None:
    """Let the tickets that this transaction opens get their numbers when it commits."""
    session.info["unnumbered"] = {}


def next_number(session: Session, mailing_list: MailingList) -> int:
    """The number of the list's next ticket, which nobody else gets; where that is put off, one below zero."""
    if "unnumbered" in session.info:
        return -1 - secrets.randbelow(PLACEHOLDERS)
    return _count_up(session, mailing_list, 1)


def take_number(session: Session, mailing_list: MailingList) -> int:
    """The number of the list's next ticket, taken now."""
    return _count_up(session, mailing_list, 1)


def give_reference(session: Session, portal: Portal, mailing_list: MailingList, ticket: Ticket) -> None:
    """Let the id that stands for a ticket as a whole lead to it, as soon as it has its number."""
    if ticket.number > 0:
        session.connection().execute(IDENTIFIERS.insert(), describe_reference(portal, mailing_list, ticket))
    else:
        session.info["unnumbered"][ticket.id] = (ticket, mailing_list, portal)


def number_of(session: Session, ticket: Ticket) -> int:
    """The ticket's number, taken now if that was put off."""
    if ticket.number < 0:
        number_all(session)
    return ticket.number


def number_all(session: OrmSession) -> None:
    """Number the tickets that have none yet, in the order in which they were opened."""
    waiting = session.info.get("unnumbered", {})
    for _, found in groupby(_unnumbered(session, waiting), lambda one: one.mailing_list_key):
        _number(session, [waiting[one.id] for one in found])


def describe_reference(portal: Portal, mailing_list: MailingList, ticket: Ticket) -> Fields:
    """The id that stands for a ticket as a whole, by which answers find it."""
    return identify(ticket, links.ticket_reference(portal, mailing_list, ticket))


def identify(ticket: Ticket, message_id: str, message_key: int | None = None) -> Fields:
    """Let answers to this id find the ticket."""
    return {
        "mailing_list_key": ticket.mailing_list_key,
        "message_id": message_id,
        "ticket_key": ticket.id,
        "message_key": message_key,
    }


def _unnumbered(session: OrmSession, keys: Iterable[int]) -> list[Any]:
    """The list and the key of those that are still there: of what failed, nothing is.

    Lists come in one order, whoever numbers, and two who number wait for each other at most once.
    """
    of_list = TICKETS.c.mailing_list_key
    query = select(of_list, TICKETS.c.id).where(TICKETS.c.id.in_(list(keys)), TICKETS.c.number < 0)
    return list(session.execute(query.order_by(of_list, TICKETS.c.id)))


def _number(session: OrmSession, opened: list[tuple[Ticket, MailingList, Portal]]) -> None:
    _, mailing_list, _ = opened[0]
    first = _count_up(session, mailing_list, len(opened)) - len(opened) + 1
    for number, (ticket, _, _) in enumerate(opened, first):
        set_committed_value(ticket, "number", number)
    connection = session.connection()
    connection.execute(NUMBER, [{"key": ticket.id, "given": ticket.number} for ticket, _, _ in opened])
    connection.execute(
        IDENTIFIERS.insert(),
        [describe_reference(portal, mailing_list, ticket) for ticket, mailing_list, portal in opened],
    )


def _count_up(session: OrmSession, mailing_list: MailingList, count: int) -> int:
    last: int = session.connection().execute(COUNT_UP, {"key": mailing_list.id, "count": count}).scalar_one()
    set_committed_value(mailing_list, "last_number", last)
    return last


@event.listens_for(OrmSession, "before_commit", insert=True)
def _number_what_waits(session: OrmSession) -> None:
    """Before the journal numbers its events: who holds its lock waits for nobody."""
    if session.info.get("unnumbered") and not session.in_nested_transaction():
        session.flush()
        number_all(session)
        session.info["unnumbered"] = {}
