"""Parting: a message that is about something else becomes a ticket of its own, with all that answers it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from tickets.acts import consents
from tickets.acts.acting import Hand, record
from tickets.conversations import filing, numbering, threads
from tickets.database.models import (
    Act,
    ActKind,
    EventKind,
    Identifier,
    Letter,
    MailingList,
    Message,
    MessageKind,
    Split,
    Status,
    Ticket,
    TicketKind,
)
from tickets.database.store import lay_down
from tickets.errors import BadInput, Conflict
from tickets.people.askers import asker_keys
from tickets.people.sight import is_for_all, tells_of
from tickets.portal import Portal
from tickets.reasons import Refusal

ASKING = (MessageKind.QUESTION, MessageKind.FOLLOW_UP, MessageKind.REPLY)


def split(session: Session, portal: Portal, message: Message, hand: Hand) -> tuple[Ticket, Act]:
    """Make a message, with what answers it, a ticket of its own that its author asks; who sees it stays as it is.

    Raises BadInput for what asks nothing or begins its ticket, and Conflict where its author would read another's.
    """
    ticket = session.get_one(Ticket, message.ticket_key)
    _check(session, ticket, message, hand.at)
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    keys = descendants(session, [message.key])
    new = _begin(session, ticket, message, mailing_list, numbering.take_number(session, mailing_list), hand)
    numbering.give_reference(session, portal, mailing_list, new)
    before: dict[str, Any] = {"ticket": ticket.id, "kind": message.kind, "parent": message.parent_key}
    carry(session, ticket, new, keys)
    message.kind, message.parent_key = MessageKind.QUESTION, None
    session.add(message)
    session.flush()
    act = record(
        session, new, ActKind.SPLIT, hand, EventKind.SPLIT,
        message=message, before=before, after={"from": ticket.number, "number": new.number},
    )  # fmt: skip
    return new, act


def _check(session: Session, ticket: Ticket, message: Message, now: datetime) -> None:
    first = threads.first_message(session, ticket)
    if first is None or message.id == first.id or message.kind not in ASKING or ticket.kind is TicketKind.NEWS:
        raise BadInput(Refusal.ONLY_LATER_MAILS)
    if not is_for_all(ticket.visibility) and message.author_key not in asker_keys(session, ticket):
        raise Conflict(Refusal.WOULD_READ_UNSEEN)
    if consents.waiting(session, ticket, now):
        raise Conflict(Refusal.ASKERS_ARE_ASKED)


def _begin(
    session: Session, ticket: Ticket, message: Message, mailing_list: MailingList, number: int, hand: Hand
) -> Ticket:
    new = Ticket(
        mailing_list_key=ticket.mailing_list_key,
        number=number,
        subject=threads.plain_subject(message.subject, mailing_list.prefix) or threads.first_words(message.text),
        visibility=ticket.visibility,
        asker_key=message.author_key,
        asked_at=message.filed_at,
        changed_at=hand.at,
    )
    lay_down(session, new)
    return new


def descendants(session: Session, roots: Collection[int]) -> set[int]:
    """The keys of these messages and of all that answer them."""
    found = layer = set(roots)
    while layer:
        answers = session.exec(select(Message.id).where(col(Message.parent_key).in_(layer)))
        layer = {key or 0 for key in answers} - found
        found = found | layer
    return found


def carry(session: Session, source: Ticket, target: Ticket, keys: Collection[int]) -> None:
    """Let these messages be the other ticket's; what answers letters about them finds it."""
    of_source = {"ticket_key": target.id}
    for table, key in ((Message, Message.id), (Identifier, Identifier.message_key), (Letter, Letter.message_key)):
        session.exec(update(table).where(col(table.ticket_key) == source.id, col(key).in_(keys)).values(**of_source))
    session.exec(update(Act).where(col(Act.message_key).in_(keys)).values(**of_source))
    if session.get(Split, (target.id, source.id)) is None:
        session.add(Split(ticket_key=target.key, from_key=source.key))
    session.flush()
    session.expire_all()
    _settle(session, target)


def _settle(session: Session, ticket: Ticket) -> None:
    """Let a ticket be answered if an answer is among what it took over."""
    query = select(Message).where(Message.ticket_key == ticket.id, Message.kind == MessageKind.ANSWER)
    answer = session.exec(query.order_by(col(Message.id).desc())).first()
    if answer is not None and ticket.answered_at is None:
        ticket.status, ticket.answered_at = Status.ANSWERED, answer.filed_at
        ticket.assignee_key = ticket.assignee_key or answer.author_key
        session.add(ticket)
        session.flush()


def undo(session: Session, portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Put what was split off back where it was. Raises Conflict where its ticket has become one for fewer."""
    home = session.get(Ticket, act.before["ticket"])
    if home is None:
        raise Conflict(Refusal.PART_OF_ANOTHER)
    are_others = asker_keys(session, ticket) | asker_keys(session, home)
    are_told = len(are_others) > 1 or tells_of(ticket.visibility, home.visibility)
    if ticket.visibility is not home.visibility and are_told:
        raise Conflict(Refusal.NARROWED_SINCE)
    message = session.get_one(Message, act.message_key)
    kind, parent = MessageKind(act.before["kind"]), act.before["parent"]
    undone = record(session, home, ActKind.SPLIT, hand, None, message=message, before={}, undoes=act)
    mailing_list = session.get_one(MailingList, home.mailing_list_key)
    filing.merge(session, mailing_list, ticket, home, hand.at, undone)
    message.kind, message.parent_key = kind, parent
    session.add(message)
    session.flush()
    return undone
