"""Deeds: what a lawyer does to a ticket by a button, each an act like any other, in its history and to be undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tickets.acts import assigning, describing, joining, opening, parting, statuses
from tickets.acts.acting import Hand, history_of
from tickets.conversations import lookup
from tickets.database.models import Act, ActKind, Message, Person, Ticket, Visibility
from tickets.errors import BadInput, NotFound
from tickets.people.appointments import lawyers
from tickets.people.lists import list_called
from tickets.people.sight import Sight
from tickets.portal import Portal
from tickets.publishing import agreeing, drafting
from tickets.reasons import Refusal
from tickets.undoing import inverses

OWN = frozenset({*inverses.BY_MEMBERS, ActKind.WITHDRAW, ActKind.RECALL, ActKind.AWAY})  # to undo


@dataclass(frozen=True)
class Deed:
    """One thing that a form asks for, to one ticket."""

    session: Session
    portal: Portal
    sight: Sight
    ticket: Ticket
    hand: Hand
    fields: MultiDict[str, str]

    def said(self, name: str) -> str:
        """What a field of the form says, without spaces around it."""
        return self.fields.get(name, "").strip()

    def number(self, name: str) -> int:
        """The number in a field; 0 where there is none."""
        said = self.said(name)
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


def do(name: str, deed: Deed) -> object:
    """Do what a form asks for. Raises BadInput for what no button asks, and any PortalError where it cannot be done."""
    if name not in DEEDS:
        raise BadInput(name)
    return DEEDS[name](deed)


def _assign(deed: Deed) -> object:
    person = deed.session.get(Person, deed.number("lawyer"))
    if person is None or person.id not in {one.id for one in lawyers(deed.session, deed.ticket.mailing_list_key)}:
        raise NotFound(Refusal.NO_LAWYER, name=person.name if person else "")
    return assigning.assign(deed.session, deed.ticket, person, deed.hand)


def _put_off(deed: Deed) -> object:
    until = read_day(deed.said("until"), deed.portal.local(deed.hand.at).date())
    at = statuses.morning_of(deed.portal, until) if until else None
    return statuses.put_off(deed.session, deed.ticket, at, deed.hand)


def read_day(said: str, today: date) -> date | None:
    """The day that a field names, if it is one to come. Raises BadInput for anything else but nothing."""
    if not said:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError as error:
        raise BadInput(Refusal.NO_DAY, name=said) from error
    if day <= today:
        raise BadInput(Refusal.NO_DAY, name=said)
    return day


def _set_topics(deed: Deed) -> object:
    return describing.set_topics(deed.session, deed.ticket, deed.said("topics").split(","), deed.hand)


def _add_topics(deed: Deed) -> object:
    topics = [*deed.ticket.topics, *deed.said("topics").split(",")]
    return describing.set_topics(deed.session, deed.ticket, topics, deed.hand)


def _shorten(deed: Deed) -> object:
    return describing.shorten(deed.session, deed.ticket, deed.said("short"), deed.hand)


def _merge(deed: Deed) -> object:
    prefix, _, number = deed.said("into").upper().strip("[]").rpartition("-")
    if not (number.isascii() and number.isdecimal()):
        raise NotFound(Refusal.NO_TICKET, name=deed.said("into"))
    try:
        _, target = lookup.ticket_named(deed.session, deed.sight, prefix, int(number[:9]))
    except NotFound as error:
        raise NotFound(Refusal.NO_TICKET, name=deed.said("into")) from error
    if target.mailing_list_key not in deed.sight.lawyer_of:
        raise NotFound(Refusal.NO_TICKET, name=deed.said("into"))
    joining.merge(deed.session, deed.portal, deed.ticket, target, deed.hand)
    return target


def _split(deed: Deed) -> object:
    ticket, _ = parting.split(deed.session, deed.portal, _message(deed), deed.hand)
    return ticket


def _message(deed: Deed) -> Message:
    """The message of the ticket that a form names. Raises NotFound."""
    found = deed.session.get(Message, deed.number("message"))
    if found is None or found.ticket_key != deed.ticket.id:
        raise NotFound(Refusal.NOTHING_TO_SPLIT)
    return found


def _move(deed: Deed) -> object:
    mailing_list = list_called(deed.session, deed.said("list"))
    if mailing_list is None or not deed.sight.of_list(mailing_list.key):
        raise NotFound(Refusal.NO_LIST, name=deed.said("list"))
    return opening.move(deed.session, deed.portal, deed.ticket, mailing_list, deed.hand)


def _show_to(deed: Deed) -> object:
    wanted = deed.said("visibility")
    if wanted not in set(Visibility):
        raise BadInput(Refusal.NO_SUCH_SIGHT, name=wanted)
    return opening.change_visibility(deed.session, deed.ticket, Visibility(wanted), deed.hand)


def _draft(deed: Deed) -> object:
    meant = deed.session.get(Message, deed.number("message")) if deed.number("message") else None
    is_here = meant is not None and meant.ticket_key == deed.ticket.id
    return drafting.draft(deed.session, deed.ticket, meant if is_here else None, deed.hand)


def _unpublish(deed: Deed) -> object:
    return agreeing.withdraw(deed.session, deed.ticket, deed.hand)


def _undo(deed: Deed) -> object:
    """Undo the act that a form names, if any lawyer of the list did it: the desk is theirs together."""
    lasting = undoable(deed.session, deed.ticket, history_of(deed.session, deed.ticket))
    act = next((one for one in lasting if one.id == deed.number("act")), None)
    if act is None:
        raise NotFound(Refusal.NOTHING_TO_UNDO)
    return inverses.undo(deed.session, deed.portal, deed.ticket, act, deed.hand)


def undoable(session: Session, ticket: Ticket, history: Sequence[Act]) -> list[Act]:
    """What of a ticket's history lawyers of its list did and may undo; what is somebody's own to undo is left out."""
    undone = {act.undoes_key for act in history}
    by = {one.id for one in lawyers(session, ticket.mailing_list_key)}
    lasting = [act for act in history if act.undoes_key is None and act.id not in undone and act.person_key in by]
    return [act for act in lasting if act.kind in inverses.INVERSES and act.kind not in OWN]


DEEDS: dict[str, Callable[[Deed], object]] = {
    "take": lambda deed: assigning.take(deed.session, deed.ticket, deed.hand),
    "assign": _assign,
    "close": lambda deed: statuses.close(deed.session, deed.ticket, deed.hand),
    "reopen": lambda deed: statuses.reopen(deed.session, deed.ticket, deed.hand),
    "pending": _put_off,
    "topics": _set_topics,
    "add_topics": _add_topics,
    "short": _shorten,
    "merge": _merge,
    "split": _split,
    "move": _move,
    "visibility": _show_to,
    "publish": _draft,
    "unpublish": _unpublish,
    "undo": _undo,
}
AT_ONCE = ("take", "assign", "close", "pending", "add_topics")  # to several tickets
