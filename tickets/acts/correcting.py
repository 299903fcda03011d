"""Correcting: a new answer, or new text of news, takes the place of an earlier one, which is kept and told apart."""

from sqlmodel import Session, col, select

from tickets.acts import noting
from tickets.acts.acting import Hand, record
from tickets.conversations import anonymity
from tickets.database.models import Act, ActKind, EventKind, Message, MessageKind, Ticket, TicketKind
from tickets.errors import BadInput, Conflict, NotFound
from tickets.portal import Portal
from tickets.reasons import Refusal


def answer_to_correct(session: Session, ticket: Ticket, meant: Message | None) -> Message:
    """The answer that is meant if it is one that still holds, else the newest; of news, the news.

    Raises NotFound if there is none.
    """
    kind = MessageKind.NEWS if ticket.kind is TicketKind.NEWS else MessageKind.ANSWER
    query = select(Message).where(Message.ticket_key == ticket.id, Message.kind == kind)
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


def undo(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Let the earlier answer hold again; the correction is kept, as one that holds no longer."""
    old, new = session.get(Message, act.before["message"]), session.get(Message, act.after["message"])
    holds = old is not None and new is not None and old.replaced_by_key == new.id and new.replaced_by_key is None
    if old is None or new is None or not holds or ticket.short_answer != act.after["short_answer"]:
        raise Conflict(Refusal.CHANGED_SINCE)
    old.replaced_by_key, new.replaced_by_key = None, old.key
    ticket.short_answer, ticket.changed_at = act.before["short_answer"], hand.at
    session.add_all([old, new, ticket])
    told = {"before": dict(act.after), "after": dict(act.before)}
    return record(session, ticket, ActKind.CORRECT, hand, EventKind.CORRECTED, message=old, undoes=act, **told)


def add_correction(session: Session, portal: Portal, ticket: Ticket, text: str, short: str, hand: Hand) -> Act:
    """The same from the terminal: file a whole new answer, and let it hold in place of the newest."""
    if not text.strip() or hand.person is None:
        raise BadInput(Refusal.CORRECTION_IS_EMPTY)
    old = answer_to_correct(session, ticket, None)
    whole = f"{short.strip()}\n\n{text.strip()}".strip()
    new = noting.write(session, portal, ticket, whole, MessageKind.ANSWER, hand, (old.own_id,))
    return correct(session, ticket, old, new, short, hand)


def corrected_by(session: Session, message: Message) -> Message | None:
    """The answer whose place a message takes, the newest of them; None if it takes none."""
    query = select(Message).where(Message.replaced_by_key == message.id).order_by(col(Message.id).desc())
    return session.exec(query).first()
