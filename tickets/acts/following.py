"""Following: what members do to a ticket: they follow it, have the same question, are helped, or take theirs back."""

from sqlmodel import Session, col, func, select

from tickets.acts import joining, statuses, visibility
from tickets.acts.acting import Hand, change, history_of, record
from tickets.database.models import (
    Act,
    ActKind,
    EventKind,
    Message,
    MessageKind,
    Person,
    Status,
    Ticket,
    TicketKind,
    Visibility,
    Watch,
    Watcher,
)
from tickets.errors import BadInput, Conflict
from tickets.people.askers import asker_keys
from tickets.portal import Portal
from tickets.reasons import Refusal

ANSWERING = (MessageKind.ANSWER, MessageKind.REPLY)


def follow(session: Session, ticket: Ticket, hand: Hand, *, has_same: bool = False) -> Act | None:
    """Let a member get every letter about a ticket, and be counted if they have the same question."""
    if hand.key in asker_keys(session, ticket):
        raise BadInput(Refusal.ASKER_FOLLOWS)
    kind = ActKind.SAME if has_same else ActKind.FOLLOW
    return _watch(session, ticket, hand, kind, Watch.FOLLOW, has_same=has_same)


def unfollow(session: Session, ticket: Ticket, hand: Hand) -> Act | None:
    """Spare a member further letters about a ticket. Raises BadInput for who asked it: its answers are theirs."""
    if hand.key in asker_keys(session, ticket):
        raise BadInput(Refusal.ASKER_GETS_ANSWERS)
    return _watch(session, ticket, hand, ActKind.UNFOLLOW, Watch.MUTE, has_same=False)


def _watch(session: Session, ticket: Ticket, hand: Hand, kind: ActKind, watch: Watch, *, has_same: bool) -> Act | None:
    person = _somebody(hand)
    row = session.get(Watcher, (ticket.id, person.id))
    before = {"watch": row.watch, "has_same": row.has_same} if row else {}
    row = row or Watcher(ticket_key=ticket.key, person_key=person.key, watch=watch, since=hand.at)
    has_same = has_same or (row.has_same and watch is Watch.FOLLOW)
    after = {"watch": watch, "has_same": has_same}
    if before == after:
        return None
    row.watch, row.has_same = watch, has_same
    session.add(row)
    return record(session, ticket, kind, hand, EventKind.FOLLOWED, before=before, after=after)


def undo_watch(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Give a member back what they wanted of a ticket before."""
    row = session.get(Watcher, (ticket.id, act.person_key))
    if row is None or {"watch": row.watch, "has_same": row.has_same} != act.after:
        raise Conflict(Refusal.CHANGED_SINCE)
    if act.before:
        row.watch, row.has_same = Watch(act.before["watch"]), act.before["has_same"]
        session.add(row)
    else:
        session.delete(row)
    return record(session, ticket, act.kind, hand, EventKind.FOLLOWED, before=act.after, after=act.before, undoes=act)


def count_same(session: Session, ticket: Ticket) -> int:
    """How many have the same question, beside those who asked it."""
    query = select(func.count()).select_from(Watcher).where(Watcher.ticket_key == ticket.id, col(Watcher.has_same))
    return session.exec(query).one()


def solve(session: Session, ticket: Ticket, hand: Hand) -> Act | None:
    """Close a ticket because whoever asked it is helped. Raises BadInput for anybody else."""
    _check_asker(session, ticket, hand)
    return statuses.close(session, ticket, hand)


def withdraw(session: Session, portal: Portal, ticket: Ticket, hand: Hand) -> Act | None:
    """Take a question back that nobody has answered: it is closed, and only its askers and the lawyers see it.

    Where others asked it too, it is made a ticket of its own again first, and theirs stays. Raises BadInput where
    somebody has answered.
    """
    _check_asker(session, ticket, hand)
    answers = select(func.count()).select_from(Message).where(Message.ticket_key == ticket.id)
    if session.exec(answers.where(col(Message.kind).in_(ANSWERING))).one():
        raise BadInput(Refusal.ANSWERED_ALREADY)
    ticket = _own_part(session, portal, ticket, hand)
    act = change(
        session, ticket, ActKind.WITHDRAW, hand, EventKind.NARROWED,
        status=Status.CLOSED, visibility=Visibility.CONFIDENTIAL, pending_until=None,
    )  # fmt: skip
    if act:
        visibility.note_newest(session, ticket, act)
    return act


def _own_part(session: Session, portal: Portal, ticket: Ticket, hand: Hand) -> Ticket:
    """The part of a ticket that one person alone asked: merges are undone until nobody else asked it."""
    while len(asker_keys(session, ticket)) > 1:
        merged = _last_merge(session, ticket)
        number, list_key = merged.after["number"], merged.after["mailing_list_key"]
        joining.undo(session, portal, ticket, merged, hand)
        parted = select(Ticket).where(Ticket.number == number, Ticket.mailing_list_key == list_key)
        other = session.exec(parted).one()
        if hand.key in asker_keys(session, other):
            ticket = other
    return ticket


def _last_merge(session: Session, ticket: Ticket) -> Act:
    """The newest merge that brought other askers to a ticket and still holds. Raises BadInput where there is none."""
    history = history_of(session, ticket)
    undone = {act.undoes_key for act in history}
    merges = [act for act in history if act.kind is ActKind.MERGE and act.undoes_key is None and act.id not in undone]
    brought = [act for act in merges if act.after.get("new_askers")]
    if not brought:
        raise BadInput(Refusal.OTHERS_ASKED_TOO)
    return brought[-1]


def _check_asker(session: Session, ticket: Ticket, hand: Hand) -> None:
    if ticket.kind is TicketKind.NEWS or hand.key not in asker_keys(session, ticket):
        raise BadInput(Refusal.ONLY_ASKERS)


def _somebody(hand: Hand) -> Person:
    if hand.person is None:
        raise BadInput(Refusal.NOBODY_NAMED)
    return hand.person
