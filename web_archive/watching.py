"""Watching: the page where a reader follows one ticket, or hears no more of it; its address is the proof of them."""

from flask import Blueprint, request
from sqlmodel import Session

from tickets import links
from tickets.acts import following
from tickets.acts.acting import Hand
from tickets.conversations import lookup
from tickets.database.models import MailingList, Person, Ticket, Watch, Watcher, Way
from tickets.errors import BadInput, NotFound
from tickets.people import lists, persons
from tickets.people.sight import sight_of
from web_archive.rendering import address, page, reading, the_means

blueprint = Blueprint("watching", __name__)

DOING = {Watch.FOLLOW: following.follow, Watch.MUTE: following.unfollow}


@blueprint.get("/follow/<prefix>-<int(max=999999999):number>/<token>")
def show(prefix: str, number: int, token: str) -> str:
    """What the reader gets of the ticket now, with a button for each choice. Looking changes nothing."""
    with reading() as (session, _):
        return _page(session, *_find(session, prefix, number, token), is_done=False)


@blueprint.post("/follow/<prefix>-<int(max=999999999):number>/<token>")
def choose(prefix: str, number: int, token: str) -> str:
    """Do as the button says; it is an act like any other, and stands in the ticket's history."""
    try:
        watch = Watch(request.form.get("watch", ""))
    except ValueError as error:
        raise BadInput("watch") from error
    means = the_means()
    with means.store.transaction() as session:
        person, _, ticket = _find(session, prefix, number, token)
        DOING[watch](session, ticket, Hand(person, means.clock(), Way.WEB))
    with reading() as (session, _):
        return _page(session, *_find(session, prefix, number, token), is_done=True)


def _find(session: Session, prefix: str, number: int, token: str) -> tuple[Person, MailingList, Ticket]:
    """Whose link it is, and what the ticket is or is part of now. Raises NotFound, also for who may not see it."""
    signed = the_means().signer.read_watch_token(lists.find_list(session, prefix).key, token)
    person = persons.person_by_key(session, signed[1]) if signed and signed[0] == number else None
    if person is None:
        raise NotFound(token)
    return person, *lookup.ticket_named(session, sight_of(session, person), prefix, number)


def _page(session: Session, person: Person, mailing_list: MailingList, ticket: Ticket, *, is_done: bool) -> str:
    address(person, mailing_list)
    row = session.get(Watcher, (ticket.id, person.id))
    return page(
        "watching.html", ticket=ticket, name=links.ticket_name(mailing_list, ticket),
        watch=row.watch if row else None, is_done=is_done,
    )  # fmt: skip
