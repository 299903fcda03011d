"""Opening: a ticket that more people are to see, or another list; done at once where nobody has to be asked."""

from sqlmodel import Session, and_, col, exists, or_, select

from tickets.acts import consents, moving, visibility
from tickets.acts.acting import Hand
from tickets.database.models import Act, ActKind, Consent, MailingList, Split, Ticket, Visibility
from tickets.errors import BadInput, Conflict
from tickets.people.askers import asker_keys
from tickets.people.lists import find_list
from tickets.people.sight import HIDING, OF_TICKETS, is_for_all, is_wider
from tickets.portal import Portal
from tickets.reasons import Refusal


def change_visibility(session: Session, ticket: Ticket, wanted: Visibility, hand: Hand) -> Act | list[Consent] | None:
    """Let fewer see a ticket now, or more once those who asked it allow it. None if it is so already.

    Raises BadInput for what no ticket can be.
    """
    if wanted not in OF_TICKETS:
        raise BadInput(Refusal.NO_SUCH_SIGHT, name=wanted)
    if not is_wider(wanted, ticket.visibility):
        return visibility.narrow(session, ticket, wanted, hand)
    if is_for_all(wanted):
        _check_parts(session, ticket)
    asked = consents.ask(session, ticket, ActKind.VISIBILITY, wanted.value, hand)
    return asked or visibility.widen(session, ticket, wanted, hand)


def _check_parts(session: Session, ticket: Ticket) -> None:
    """Raise Conflict where one person asked both this ticket and a hidden one that was merged with it."""
    split_off = and_(Split.ticket_key == ticket.id, col(Split.from_key) == col(Ticket.id))
    parent_of = and_(Split.from_key == ticket.id, col(Split.ticket_key) == col(Ticket.id))
    parts = select(Ticket).where(col(Ticket.visibility).in_(HIDING), exists().where(or_(split_off, parent_of)))
    askers = asker_keys(session, ticket)
    if any(asker_keys(session, part) & askers for part in session.exec(parts)):
        raise Conflict(Refusal.PART_OF_HIDDEN)


def move(
    session: Session, portal: Portal, ticket: Ticket, mailing_list: MailingList, hand: Hand
) -> Act | list[Consent] | None:
    """Move a ticket to another list now, or once those who asked it allow it, if others would see it there."""
    if mailing_list.id == ticket.mailing_list_key:
        return None
    moving.check(session, ticket, mailing_list)
    asked: list[Consent] = []
    if moving.is_wider(session, ticket, mailing_list):
        asked = consents.ask(session, ticket, ActKind.MOVE, mailing_list.address, hand)
    return asked or moving.move(session, portal, ticket, mailing_list, hand)


def do(session: Session, portal: Portal, kind: ActKind, ticket: Ticket, argument: str, hand: Hand) -> None:
    """Do what those who asked the ticket have allowed."""
    if kind is ActKind.MOVE:
        mailing_list = find_list(session, argument)
        if mailing_list.id != ticket.mailing_list_key:
            moving.move(session, portal, ticket, mailing_list, hand)
    else:
        visibility.widen(session, ticket, Visibility(argument), hand)
