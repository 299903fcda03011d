"""Recalling: an author takes a question or an answer back before others get it, and may give it again."""

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from tickets.acts import visibility
from tickets.acts.acting import Hand, history_of, read_fields, record, spell_fields
from tickets.conversations.filing import WAITING
from tickets.database.models import (
    Act,
    ActKind,
    Delivery,
    DeliveryState,
    EventKind,
    Letter,
    Message,
    MessageKind,
    Status,
    Ticket,
    UndoWindow,
    Visibility,
)
from tickets.errors import AnswerOut, BadInput, Conflict, QuestionOut
from tickets.moderation import spreading
from tickets.people.askers import asker_keys
from tickets.people.sight import OF_KIND, strictest
from tickets.portal import Portal
from tickets.reasons import Refusal

FIELDS = ("status", "visibility", "answered_at", "pending_until", "short_answer")  # of a ticket, that may change
OF_SHORT = (ActKind.SHORT, ActKind.CORRECT)


def newest_said(session: Session, ticket: Ticket, hand: Hand, apart_from: Message | None = None) -> Message | None:
    """What whoever acts wrote last in a ticket that others had to wait for; of anybody, where the operator acts."""
    query = (
        select(Message)
        .join(UndoWindow, col(UndoWindow.message_key) == col(Message.id))
        .where(Message.ticket_key == ticket.id, Message.kind != MessageKind.RECALLED)
    )
    if hand.person is not None:
        query = query.where(Message.author_key == hand.key)
    if apart_from is not None:
        query = query.where(Message.id != apart_from.id)
    return session.exec(query.order_by(col(Message.id).desc())).first()


def recall(session: Session, ticket: Ticket, message: Message, hand: Hand) -> Act:
    """Take back what others have yet to get: a question with its ticket, an answer alone; what is not out stays in.

    Raises QuestionOut or AnswerOut where others were told of it, and BadInput for a question that others asked too.
    """
    if spreading.waits_until(session, message) is None:
        is_answer = message.kind is MessageKind.ANSWER
        raise AnswerOut(Refusal.ANSWER_IS_OUT) if is_answer else QuestionOut(Refusal.QUESTION_IS_OUT)
    before = {name: getattr(ticket, name) for name in FIELDS}
    is_question = message.kind is MessageKind.QUESTION
    noted = _close_off(session, ticket, hand) if is_question else _take_out(session, ticket, message, hand)
    ticket.changed_at = hand.at
    session.add(ticket)
    spreading.close(session, message, hand.at)
    _keep_in(session, message, hand)
    was = spell_fields(before, FIELDS) | noted
    has = spell_fields({name: getattr(ticket, name) for name in FIELDS}, FIELDS)
    act = record(
        session, ticket, ActKind.RECALL, hand, EventKind.RECALLED, message=message, before=was, after=has
    )  # fmt: skip
    visibility.note_newest(session, ticket, act)
    return act


def _close_off(session: Session, ticket: Ticket, hand: Hand) -> dict[str, Any]:
    """Narrow the ticket to its asker and the lawyers; what the act has to note for its inverse."""
    if asker_keys(session, ticket) - {hand.key} and hand.person is not None:
        raise BadInput(Refusal.OTHERS_ASKED_TOO)
    if ticket.status in WAITING:
        ticket.status, ticket.pending_until = Status.CLOSED, None
    ticket.visibility = strictest(ticket.visibility, Visibility.CONFIDENTIAL)
    return {}


def _take_out(session: Session, ticket: Ticket, message: Message, hand: Hand) -> dict[str, Any]:
    """Narrow the answer to its author and the lawyers, as if nobody had answered; what the act has to note."""
    noted = {"was": message.kind.value, "own": message.visibility, "replaces": _give_place_back(session, message)}
    message.kind = MessageKind.RECALLED
    message.visibility = OF_KIND[MessageKind.RECALLED]
    session.add(message)
    session.flush()
    with_it = [act for act in history_of(session, ticket) if act.message_id and act.message_id == message.message_id]
    for act in with_it:
        if act.kind in OF_SHORT and ticket.short_answer == act.after.get("short_answer"):
            ticket.short_answer = act.before["short_answer"]
    closed_by_it = any(act.kind is ActKind.CLOSE for act in with_it) and ticket.status is Status.CLOSED
    if ticket.status is Status.ANSWERED or closed_by_it:
        _follow_answers(session, ticket)
    return noted


def _give_place_back(session: Session, message: Message) -> list[int]:
    """Let the answers hold again that this one corrected; their keys."""
    replaced = list(session.exec(select(Message).where(Message.replaced_by_key == message.id)))
    for one in replaced:
        one.replaced_by_key = None
        session.add(one)
    return [one.key for one in replaced]


def _follow_answers(session: Session, ticket: Ticket) -> None:
    """Let a ticket be as answered as the answers in it make it."""
    kinds = (MessageKind.ANSWER, MessageKind.FOLLOW_UP)
    query = select(Message).where(Message.ticket_key == ticket.id, col(Message.kind).in_(kinds))
    said = list(session.exec(query.order_by(col(Message.id))))
    answers = [one for one in said if one.kind is MessageKind.ANSWER]
    ticket.answered_at = answers[-1].filed_at if answers else None
    ticket.status = Status.ANSWERED if answers and said[-1].kind is MessageKind.ANSWER else Status.OPEN


def _keep_in(session: Session, message: Message, hand: Hand) -> None:
    """Withdraw the letters about a message that nobody has tried to send."""
    letters = select(Letter.id).where(
        Letter.ticket_key == message.ticket_key, Letter.message_key == message.id,
        col(Letter.kind).in_(spreading.POSTS),
    )  # fmt: skip
    untried = (col(Delivery.state) == DeliveryState.WAITING, col(Delivery.attempts) == 0, col(Delivery.lease).is_(None))
    session.exec(
        update(Delivery)
        .where(col(Delivery.letter_key).in_(letters), *untried)
        .values(state=DeliveryState.WITHDRAWN, settled_at=hand.at, reply="its author took it back")
        .execution_options(synchronize_session=False)
    )


def undo(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Give again what was taken back: others get it when its author has had as much time again.

    Raises Conflict where somebody has written since in a question that was taken back: they wrote for fewer.
    """
    message = session.get_one(Message, act.message_key)
    if "was" in act.before:
        message.kind, message.visibility = MessageKind(act.before["was"]), act.before["own"]
        for key in act.before["replaces"]:
            session.get_one(Message, key).replaced_by_key = message.key
        session.add(message)
    elif visibility.has_news_since(session, ticket, act) or ticket.visibility != act.after["visibility"]:
        raise Conflict(Refusal.ASKERS_DECIDE_SINCE)
    before, after = read_fields(act.before), read_fields(act.after)
    for name, value in before.items():
        if getattr(ticket, name) == after[name]:
            setattr(ticket, name, value)
    ticket.changed_at = hand.at
    session.add(ticket)
    spreading.open_again(session, message, hand.at)
    return record(
        session, ticket, ActKind.RECALL, hand, EventKind.RECALLED,
        message=message, before=dict(act.after), after=dict(act.before), undoes=act,
    )  # fmt: skip
