"""Visibility: who sees a ticket. Fewer at once; more only when all who asked it have said yes (`consents`)."""

from sqlmodel import Session, col, func, select

from tickets.acts.acting import Hand, change, restore
from tickets.conversations import anonymity
from tickets.database.models import Act, ActKind, EventKind, Message, Ticket, Unmasked, Visibility
from tickets.errors import BadInput, Conflict
from tickets.moderation import spreading
from tickets.people.sight import is_closed, is_for_all, is_masked, is_wider
from tickets.portal import Portal
from tickets.reasons import Refusal


def narrow(session: Session, ticket: Ticket, visibility: Visibility, hand: Hand) -> Act | None:
    """Let fewer see a ticket. Raises BadInput where that would let more see it."""
    if is_wider(visibility, ticket.visibility):
        raise BadInput(Refusal.ASKERS_DECIDE)
    act = change(session, ticket, ActKind.VISIBILITY, hand, EventKind.NARROWED, visibility=visibility)
    if act:
        note_newest(session, ticket, act)
    if act and is_masked(visibility):
        anonymity.mask_ticket(session, ticket)
    return act


def next_wider(session: Session, ticket: Ticket) -> Visibility:
    """What a ticket becomes when it is opened: what was asked without a name keeps none until it is asked again."""
    masked = select(Unmasked.message_key).join(Message, col(Message.id) == col(Unmasked.message_key))
    was_anonymous = session.exec(masked.where(Message.ticket_key == ticket.id)).first() is not None
    return Visibility.ANONYMOUS if is_closed(ticket.visibility) and was_anonymous else Visibility.OPEN


def widen(session: Session, ticket: Ticket, visibility: Visibility, hand: Hand) -> Act | None:
    """Let more see a ticket, as those who asked it have allowed."""
    if not is_wider(visibility, ticket.visibility):
        return None
    act = change(session, ticket, ActKind.VISIBILITY, hand, EventKind.OPENED, visibility=visibility)
    if act:
        note_newest(session, ticket, act)
    if is_for_all(visibility):
        anonymity.unmask_ticket(session, ticket)
    return act


def undo(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Give a ticket the visibility back that it had; more see it again only if nobody has written since.

    Raises Conflict where somebody has: they wrote for fewer.
    """
    before = Visibility(act.before.get("visibility", ticket.visibility))
    if not is_wider(before, ticket.visibility):
        undone = restore(session, ticket, act, hand, EventKind.NARROWED)
        if is_masked(ticket.visibility):
            anonymity.mask_ticket(session, ticket)
        return undone
    if has_news_since(session, ticket, act):
        raise Conflict(Refusal.ASKERS_DECIDE_SINCE)
    undone = restore(session, ticket, act, hand, EventKind.OPENED)
    spreading.open_since(session, ticket, act.at, hand.at)
    if is_for_all(ticket.visibility):
        anonymity.unmask_ticket(session, ticket)
    return undone


def has_news_since(session: Session, ticket: Ticket, act: Act) -> bool:
    """Whether anything was filed on the ticket after an act."""
    return newest_of(session, ticket) > int(act.after["newest"])


def newest_of(session: Session, ticket: Ticket) -> int:
    """The key of what was filed last on a ticket."""
    return session.exec(select(func.max(Message.id)).where(Message.ticket_key == ticket.id)).one() or 0


def note_newest(session: Session, ticket: Ticket, act: Act) -> None:
    """Note up to where a ticket was written when its visibility changed."""
    act.after = {**act.after, "newest": newest_of(session, ticket)}
    session.add(act)
    session.flush()
