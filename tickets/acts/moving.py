"""Moving: a ticket goes to another list and gets a number there; its old number leads to it still."""

from sqlalchemy import delete, func
from sqlmodel import Session, col, select, update

from tickets.acts.acting import Hand, record
from tickets.conversations import numbering
from tickets.database.models import (
    Act,
    ActKind,
    Alias,
    EventKind,
    Identifier,
    MailingList,
    Message,
    Mode,
    Subscription,
    Ticket,
)
from tickets.errors import Conflict
from tickets.people.appointments import lawyers
from tickets.people.sight import is_closed, is_for_all
from tickets.portal import Portal
from tickets.reasons import Refusal


def is_wider(session: Session, ticket: Ticket, mailing_list: MailingList) -> bool:
    """Whether anybody would see the ticket, or more of it, who does not now."""
    here = session.get_one(MailingList, ticket.mailing_list_key)
    theirs = {one.id for one in lawyers(session, mailing_list.key)}
    if not is_for_all(ticket.visibility) and theirs - {one.id for one in lawyers(session, here.key)}:
        return True
    if is_closed(ticket.visibility):
        return False
    return (
        (mailing_list.is_public and not here.is_public)
        or (here.is_restricted and not mailing_list.is_restricted)
        or (here.is_restricted and bool(_readers(session, mailing_list) - _readers(session, here)))
    )


def _readers(session: Session, mailing_list: MailingList) -> set[int]:
    query = select(Subscription.person_key).where(
        Subscription.mailing_list_key == mailing_list.id, Subscription.mode != Mode.NONE
    )
    return {*session.exec(query), *(one.key for one in lawyers(session, mailing_list.key))}


def check(session: Session, ticket: Ticket, mailing_list: MailingList) -> None:
    """Raises Conflict where a mail of the ticket stands on the other list too."""
    ids = select(Message.message_id).where(Message.ticket_key == ticket.id)
    there = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.mailing_list_key == mailing_list.id,
            col(Message.message_id).in_(ids),
            col(Message.ticket_key) != ticket.id,
        )
    )
    if session.exec(there).one():
        raise Conflict(Refusal.STANDS_THERE)


def move(
    session: Session,
    portal: Portal,
    ticket: Ticket,
    mailing_list: MailingList,
    hand: Hand,
    number: int | None = None,
    undoes: Act | None = None,
) -> Act:
    """Make a ticket one of another list's, under a new number or, on its way back, the one it had there."""
    check(session, ticket, mailing_list)
    before = {
        "list": ticket.mailing_list_key,
        "number": numbering.number_of(session, ticket),
        "assignee_key": ticket.assignee_key,
    }
    session.add(Alias(mailing_list_key=ticket.mailing_list_key, number=ticket.number, ticket_key=ticket.key))
    if number is None:
        number = numbering.take_number(session, mailing_list)
    else:
        session.exec(delete(Alias).where(col(Alias.mailing_list_key) == mailing_list.id, col(Alias.number) == number))
    ticket.mailing_list_key, ticket.number, ticket.changed_at = mailing_list.key, number, hand.at
    if ticket.assignee_key not in {one.id for one in lawyers(session, mailing_list.key)}:
        ticket.assignee_key = None
    session.add(ticket)
    session.flush()
    carry_messages(session, ticket)
    know(session, portal, mailing_list, ticket)
    after = {"list": mailing_list.id, "number": number, "assignee_key": ticket.assignee_key}
    return record(session, ticket, ActKind.MOVE, hand, EventKind.MOVED, before=before, after=after, undoes=undoes)


def carry_messages(session: Session, ticket: Ticket) -> None:
    """Let the messages of a ticket be of its list, and what answers them there find it."""
    list_key = ticket.mailing_list_key
    session.exec(update(Message).where(col(Message.ticket_key) == ticket.id).values(mailing_list_key=list_key))
    known = select(Identifier).where(Identifier.ticket_key == ticket.id, col(Identifier.mailing_list_key) != list_key)
    for one in session.exec(known).all():
        if session.get(Identifier, (list_key, one.message_id)) is None:
            session.add(
                Identifier(
                    mailing_list_key=list_key, message_id=one.message_id,
                    ticket_key=one.ticket_key, message_key=one.message_key,
                )
            )  # fmt: skip
    session.flush()
    session.expire_all()


def know(session: Session, portal: Portal, mailing_list: MailingList, ticket: Ticket) -> None:
    """Let the id that stands for the ticket under its number lead to it."""
    reference = numbering.describe_reference(portal, mailing_list, ticket)
    known = session.get(Identifier, (mailing_list.id, reference["message_id"]))
    if known is None:
        session.add(Identifier(**reference))
    else:
        known.ticket_key = ticket.key
    session.flush()


def undo(session: Session, portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Move a ticket back, under its old number. Raises Conflict where others would see it, or it went on since."""
    if (ticket.mailing_list_key, ticket.number) != (act.after["list"], act.after["number"]):
        raise Conflict(Refusal.MOVED_SINCE)
    mailing_list = session.get_one(MailingList, act.before["list"])
    if is_wider(session, ticket, mailing_list):
        raise Conflict(Refusal.WIDER_THERE)
    return move(session, portal, ticket, mailing_list, hand, act.before["number"], act)
