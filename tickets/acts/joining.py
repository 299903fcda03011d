"""Joining: two tickets become one, with all who asked them, and can be parted again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select, update

from tickets import journal
from tickets.acts import moving
from tickets.acts.acting import Hand, record
from tickets.acts.parting import carry, descendants
from tickets.conversations import filing
from tickets.database.models import (
    Act,
    ActKind,
    Alias,
    Consent,
    EventKind,
    Identifier,
    Letter,
    MailingList,
    MergedTicket,
    Message,
    MessageKind,
    Publication,
    Status,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.errors import BadInput, Conflict
from tickets.people.askers import add_asker, asker_keys, drop_asker
from tickets.people.sight import FOR_ALL, strictest, tells_of
from tickets.portal import Portal
from tickets.reasons import Refusal

KEPT = (
    "mailing_list_key", "number", "subject", "status", "visibility", "asker_key", "assignee_key", "short_answer",
    "topics",
)  # fmt: skip
KEPT_MOMENTS = ("asked_at", "changed_at", "answered_at", "reopened_at", "pending_until")
RETURNING: Mapping[type[Any], str] = {
    Letter: "letters", Act: "acts", Publication: "publications", Consent: "consents",
}  # rows of a ticket beside its messages, and what their keys are called where a merge is noted  # fmt: skip


def merge(session: Session, portal: Portal, source: Ticket, target: Ticket, hand: Hand) -> Act:
    """Make a ticket part of another: all who asked either see both, and its number leads there, from whatever list.

    Raises BadInput where that makes no sense, and Conflict where somebody would read what was not for them.
    """
    _check(session, source, target)
    after, askers = _describe(session, source), asker_keys(session, source)
    new = [key for key in sorted(askers) if key != target.asker_key and add_asker(session, target, key)]
    after["new_askers"] = new
    act = record(session, target, ActKind.MERGE, hand, None, after=after)
    is_from_elsewhere = source.mailing_list_key != target.mailing_list_key
    mailing_list = session.get_one(MailingList, target.mailing_list_key)
    filing.merge(session, mailing_list, source, target, hand.at, act)
    if is_from_elsewhere:
        moving.carry_messages(session, target)
    return act


def _check(session: Session, source: Ticket, target: Ticket) -> None:
    if source.id == target.id:
        raise BadInput(Refusal.ONE_ALREADY)
    if TicketKind.NEWS in (source.kind, target.kind):
        raise BadInput(Refusal.NEWS_STANDS_ALONE)
    are_others = len(asker_keys(session, source) | asker_keys(session, target)) > 1
    if are_others and not {source.visibility, target.visibility} <= FOR_ALL:
        raise Conflict(Refusal.UNSEEN_STANDS_ALONE)
    if tells_of(source.visibility, target.visibility):
        raise Conflict(Refusal.TOLD_BY_NAME)
    elsewhere = session.get_one(MailingList, target.mailing_list_key)
    if source.mailing_list_key != target.mailing_list_key:
        if moving.is_wider(session, source, elsewhere):
            raise Conflict(Refusal.MOVE_FIRST)
        moving.check(session, source, elsewhere)


def _describe(session: Session, source: Ticket) -> dict[str, Any]:
    """What is needed to make the ticket anew."""
    moments = {name: getattr(source, name) for name in KEPT_MOMENTS}
    acts = session.exec(select(Act.id).where(Act.ticket_key == source.id))
    reference = select(Identifier.message_id).where(Identifier.ticket_key == source.id)
    return {
        "key": source.key,
        **{name: getattr(source, name) for name in KEPT},
        **{name: value.isoformat() if value else None for name, value in moments.items()},
        "askers": sorted(asker_keys(session, source)),
        "messages": list(session.exec(select(Message.id).where(Message.ticket_key == source.id))),
        "letters": list(session.exec(select(Letter.id).where(Letter.ticket_key == source.id))),
        "ids": list(session.exec(reference.where(col(Identifier.message_key).is_(None)))),
        "acts": list(acts),
        "publications": list(session.exec(select(Publication.id).where(Publication.ticket_key == source.id))),
        "consents": list(session.exec(select(Consent.id).where(Consent.ticket_key == source.id))),
        "aliases": [
            [one.mailing_list_key, one.number]
            for one in session.exec(select(Alias).where(Alias.ticket_key == source.id))
        ],
    }


def undo(session: Session, portal: Portal, target: Ticket, act: Act, hand: Hand) -> Act:
    """Make two tickets of one again; what was written since goes with what it answers. Nobody sees more by it."""
    told = act.after
    source = _make_anew(session, target, told, hand)
    keys = descendants(session, told["messages"])
    for number in [[told["mailing_list_key"], told["number"]], *told["aliases"]]:
        session.exec(delete(Alias).where(col(Alias.mailing_list_key) == number[0], col(Alias.number) == number[1]))
    for number in told["aliases"]:
        session.add(Alias(mailing_list_key=number[0], number=number[1], ticket_key=source.key))
    carry(session, target, source, keys)
    for table, rows in RETURNING.items():
        returning = col(table.id).in_(told.get(rows, []))
        session.exec(update(table).where(returning).values(ticket_key=source.id))
    ids = col(Identifier.message_id).in_(told["ids"])
    session.exec(update(Identifier).where(col(Identifier.ticket_key) == target.id, ids).values(ticket_key=source.id))
    for key in told["new_askers"]:
        drop_asker(session, target, key)
    for key in told["askers"]:
        if key != source.asker_key:
            add_asker(session, source, key)
    if source.mailing_list_key != target.mailing_list_key:
        moving.check(session, source, session.get_one(MailingList, source.mailing_list_key))
        moving.carry_messages(session, source)
    _follow_messages(session, source, target, hand)
    journal.append(session, EventKind.SPLIT, hand.at, ticket=source, is_quiet=True)  # it is to be found again
    return record(session, target, ActKind.MERGE, hand, EventKind.SPLIT, undoes=act, after={"number": source.number})


def _make_anew(session: Session, target: Ticket, told: dict[str, Any], hand: Hand) -> Ticket:
    """The ticket as it was, under its own key; seen by no more people than what it was part of."""
    visibility = strictest(Visibility(told["visibility"]), target.visibility)
    moments = {name: told[name] and datetime.fromisoformat(told[name]) for name in KEPT_MOMENTS}
    fields = {name: told[name] for name in KEPT} | moments
    fields |= {"visibility": visibility, "status": Status(told["status"]), "changed_at": hand.at}
    source = Ticket(**fields, id=told.get("key"))
    session.add(source)
    session.exec(delete(MergedTicket).where(col(MergedTicket.former_key) == source.id))
    session.flush()
    return source


def _follow_messages(session: Session, source: Ticket, target: Ticket, hand: Hand) -> None:
    """Let the statuses of the two follow what was written in each."""
    session.expire_all()
    for ticket in (source, target):
        query = select(Message).where(Message.ticket_key == ticket.id).order_by(col(Message.id).desc())
        newest = [one for one in session.exec(query) if one.kind in (MessageKind.ANSWER, MessageKind.FOLLOW_UP)]
        if not newest and ticket.status is Status.ANSWERED:
            ticket.status, ticket.answered_at = Status.OPEN, None
        elif newest and newest[0].kind is MessageKind.ANSWER and ticket.status is Status.OPEN:
            ticket.status, ticket.answered_at = Status.ANSWERED, newest[0].filed_at
        session.add(ticket)
    session.flush()
