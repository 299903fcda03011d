"""Correcting: a new answer takes the place of an earlier one, which is kept and told apart."""

from sqlmodel import Session, col, select

from tickets.acts.acting import Hand, record
from tickets.conversations import anonymity
from tickets.database.models import Act, ActKind, EventKind, Message, MessageKind, Ticket
from tickets.errors import NotFound
from tickets.reasons import Refusal


def answer_to_correct(session: Session, ticket: Ticket, meant: Message | None) -> Message:
    """The answer that is meant if it is one that still holds, else the newest. Raises NotFound if there is none."""
    query = select(Message).where(Message.ticket_key == ticket.id, Message.kind == MessageKind.ANSWER)
    holding = query.where(col(Message.replaced_by_key).is_(None)).order_by(col(Message.id).desc())
    answers = list(session.exec(holding))
    if not answers:
        raise NotFound(Refusal.NOTHING_TO_CORRECT)
    return next((one for one in answers if meant is not None and one.id == meant.id), answers[0])


def correct(session: Session, ticket: Ticket, old: Message, new: Message, short: str, hand: Hand) -> Act:
    """Let a new answer hold in place of an old one; the short answer is the new one's, or none."""
    before = {"message": old.key, "short_answer": ticket.short_answer}
    old.replaced_by_key = new.key
    ticket.short_answer = anonymity.masked(session, ticket, " ".join(short.split()))
    ticket.changed_at = hand.at
    session.add_all([old, ticket])
    after = {"message": new.key, "short_answer": ticket.short_answer}
    return record(session, ticket, ActKind.CORRECT, hand, EventKind.CORRECTED, message=new, before=before, after=after)


def corrected_by(session: Session, message: Message) -> Message | None:
    """The answer whose place a message takes, the newest of them; None if it takes none."""
    query = select(Message).where(Message.replaced_by_key == message.id).order_by(col(Message.id).desc())
    return session.exec(query).first()
