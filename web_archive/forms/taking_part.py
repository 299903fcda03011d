"""Taking part: what a member does to a ticket by a button: follow it, ask the same, be helped, take it back."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from templates.grounds import tell_refusal
from tickets.acts import following
from tickets.acts.acting import Hand
from tickets.conversations import lookup
from tickets.database.models import DraftKind, MailingList, Person, Status, Ticket, TicketKind, Watch, Watcher, Way
from tickets.errors import BadInput, LoginNeeded, PortalError
from tickets.people.sight import Sight
from tickets.undoing import inverses
from tickets.writing import drafts
from web_archive.forms import sending
from web_archive.rendering import language, page, reader, reading, the_means, ticket_path

blueprint = Blueprint("taking_part", __name__)

Doing = Callable[[Session, Ticket, Hand], object]
DOING: dict[str, Doing] = {
    "follow": following.follow,
    "mute": following.unfollow,
    "same": lambda session, ticket, hand: following.follow(session, ticket, hand, has_same=True),
    "solved": following.solve,
    "withdraw": lambda session, ticket, hand: following.withdraw(session, the_means().portal, ticket, hand),
    "undo": lambda session, ticket, hand: inverses.undo_last(session, the_means().portal, ticket, hand),
}


@dataclass(frozen=True)
class TakingPart:
    """What the reader has to do with a ticket, for the buttons on its page."""

    is_asker: bool
    watch: Watch | None
    has_same: bool
    may_solve: bool
    has_draft: bool
    is_at_desk: bool  # as a lawyer of its list

    @property
    def may_follow(self) -> bool:
        """Whether it is the reader's to choose what they get of it."""
        return not self.is_asker


def part_of(session: Session, sight: Sight, ticket: Ticket) -> TakingPart | None:
    """What the reader may do in a ticket; None for who may only read it, and where pages are only read."""
    person = reader()
    if person is None or the_means().reception is None or not sending.may_write(sight, ticket):
        return None
    row = session.get(Watcher, (ticket.id, person.id))
    is_asker = sight.asked(ticket) and ticket.kind is TicketKind.QUESTION
    return TakingPart(
        is_asker, row.watch if row else None, bool(row and row.has_same),
        is_asker and ticket.status is not Status.CLOSED,
        drafts.draft_on(session, person, ticket, DraftKind.REPLY) is not None,
        ticket.mailing_list_key in sight.lawyer_of,
    )  # fmt: skip


@blueprint.post("/t/<prefix>-<int(max=999999999):number>/part")
def act(prefix: str, number: int) -> Response | tuple[str, int]:
    """Do as the button says; it is an act like any other, and stands in the ticket's history."""
    do = request.form.get("do", "")
    if do not in DOING:
        raise BadInput("do")
    with reading() as (session, sight):
        person, mailing_list, ticket = _find(session, sight, prefix, number)
    means = the_means()
    try:
        with means.store.transaction() as session:
            DOING[do](session, session.get_one(Ticket, ticket.id), Hand(person, means.clock(), Way.WEB))
    except PortalError as error:
        return _refused(mailing_list, ticket, error), 409
    return redirect(f"{ticket_path(mailing_list, ticket)}?done={do}#part")


def _find(session: Session, sight: Sight, prefix: str, number: int) -> tuple[Person, MailingList, Ticket]:
    person = reader()
    if person is None:
        raise LoginNeeded("part")
    mailing_list, ticket = lookup.ticket_named(session, sight, prefix, number)
    if not sending.may_write(sight, ticket):
        raise BadInput("part")
    return person, mailing_list, ticket


def _refused(mailing_list: MailingList, ticket: Ticket, error: PortalError) -> str:
    with reading():
        return page("refused.html", mailing_list=mailing_list, ticket=ticket, why=tell_refusal(language().code, error))
