"""Undoing: the inverse of an act, which is an act of its own and stands in the ticket's history beside it."""

from collections.abc import Callable

from sqlmodel import Session

from tickets.acts import assigning, correcting, following, joining, moving, parting, visibility
from tickets.acts.acting import Hand, history_of, record, restore
from tickets.database.models import Act, ActKind, EventKind, Message, Person, Publication, Ticket
from tickets.errors import Conflict, NotFound
from tickets.people.appointments import lawyers
from tickets.people.askers import asker_keys
from tickets.portal import Portal
from tickets.reasons import Refusal
from tickets.undoing import recalling

BY_MEMBERS = (ActKind.FOLLOW, ActKind.SAME, ActKind.UNFOLLOW)
Inverse = Callable[[Session, Portal, Ticket, Act, Hand], Act]


def undo_last(session: Session, portal: Portal, ticket: Ticket, hand: Hand, apart_from: Message | None = None) -> Act:
    """Undo what whoever acts did last to the ticket and has not undone, or take back what they wrote last in it.

    The operator undoes anybody's. `apart_from` is what came with the wish. Raises NotFound where there is nothing, and
    Conflict where it cannot be undone any more, or not by them.
    """
    history = history_of(session, ticket)
    undone = {act.undoes_key for act in history}
    own = [act for act in history if act.undoes_key is None and act.id not in undone]
    if hand.person is not None:
        own = [act for act in own if act.person_key == hand.key]
    said = recalling.newest_said(session, ticket, hand, apart_from)
    if said is not None and (not own or own[-1].at < said.filed_at or own[-1].message_id == said.message_id):
        return recalling.recall(session, ticket, said, hand)
    if not own:
        raise NotFound(Refusal.NOTHING_TO_UNDO)
    if hand.person is not None and not _has_say(session, ticket, own[-1], hand.person):
        raise Conflict(Refusal.LAWYERS_UNDO)
    return undo(session, portal, ticket, own[-1], hand)


def _has_say(session: Session, ticket: Ticket, act: Act, person: Person) -> bool:
    """Whether somebody may still do such a thing: as a lawyer of the list, or of the one it came from, or its asker."""
    list_keys = {ticket.mailing_list_key, act.before.get("list", ticket.mailing_list_key)}
    is_lawyer = any(person.id == one.id for key in list_keys for one in lawyers(session, key))
    return is_lawyer or act.kind in BY_MEMBERS or person.id in asker_keys(session, ticket)


def undo(session: Session, portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Undo one act. Raises Conflict if it cannot be undone, or something newer stands in the way."""
    inverse = INVERSES.get(act.kind)
    if inverse is None:
        raise Conflict(Refusal.NOT_UNDONE)
    return inverse(session, portal, ticket, act, hand)


def _restoring(event: EventKind) -> Inverse:
    def inverse(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
        return restore(session, ticket, act, hand, event)

    return inverse


def _drop_draft(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Let what was to be published be kept. Raises Conflict where it is published, or dropped, already."""
    draft = session.get_one(Publication, act.after["publication"])
    if draft.published_at is not None or draft.withdrawn_at is not None:
        raise Conflict(Refusal.NO_DRAFT)
    draft.withdrawn_at = hand.at
    session.add(draft)
    return record(session, ticket, ActKind.DRAFT, hand, None, before=dict(act.after), undoes=act)


def _unpublish(session: Session, _portal: Portal, ticket: Ticket, act: Act, hand: Hand) -> Act:
    """Take a published answer down, and put the version back whose place it took."""
    published = session.get_one(Publication, act.after["publication"])
    if published.withdrawn_at is not None:
        raise Conflict(Refusal.CHANGED_SINCE)
    published.withdrawn_at = hand.at
    earlier = session.get(Publication, act.before["publication"]) if act.before["publication"] else None
    if earlier is not None:
        earlier.withdrawn_at = None
        session.add(earlier)
    session.add(published)
    session.flush()
    return record(
        session, ticket, ActKind.PUBLISH, hand, EventKind.UNPUBLISHED,
        before=dict(act.after), after=dict(act.before), undoes=act,
    )  # fmt: skip


INVERSES: dict[ActKind, Inverse] = {
    ActKind.TAKE: _restoring(EventKind.ASSIGNED),
    ActKind.ASSIGN: _restoring(EventKind.ASSIGNED),
    ActKind.CLOSE: _restoring(EventKind.STATUS_CHANGED),
    ActKind.REOPEN: _restoring(EventKind.STATUS_CHANGED),
    ActKind.PENDING: _restoring(EventKind.STATUS_CHANGED),
    ActKind.TOPICS: _restoring(EventKind.TOPICS_CHANGED),
    ActKind.SHORT: _restoring(EventKind.SHORTENED),
    ActKind.CORRECT: correcting.undo,
    ActKind.AWAY: assigning.undo_absence,
    ActKind.WITHDRAW: visibility.undo,
    ActKind.FOLLOW: following.undo_watch,
    ActKind.SAME: following.undo_watch,
    ActKind.UNFOLLOW: following.undo_watch,
    ActKind.RECALL: recalling.undo,
    ActKind.MERGE: joining.undo,
    ActKind.SPLIT: parting.undo,
    ActKind.MOVE: moving.undo,
    ActKind.VISIBILITY: visibility.undo,
    ActKind.DRAFT: _drop_draft,
    ActKind.PUBLISH: _unpublish,
}
