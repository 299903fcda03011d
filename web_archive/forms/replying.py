"""Replying: the form in which somebody writes on in a ticket."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from tickets.conversations import conversation, lookup
from tickets.database.models import DraftFile, DraftKind, MailingList, Person, Ticket
from tickets.errors import LoginNeeded, NotFound
from tickets.people.sight import Sight
from tickets.writing import drafts
from web_archive.forms import sending
from web_archive.forms.composing import most_octets_of_files
from web_archive.forms.typed import LONGEST_TEXT, FormFault, Typed, from_query, read_files, read_typed
from web_archive.rendering import page, reader, reading, the_means

blueprint = Blueprint("replying", __name__)


@blueprint.get("/t/<prefix>-<int(max=999999999):number>/reply")
def form(prefix: str, number: int) -> str | Response:
    """The form for a reply; what the reader began to write there before stands in it."""
    with reading() as (session, sight):
        person, mailing_list, ticket = find_to_write_in(session, sight, prefix, number)
        if begun := drafts.draft_on(session, person, ticket, DraftKind.REPLY):
            return redirect(f"/drafts/{begun.token}/edit")
        typed = sending.typed_before(session, person) or from_query()
        return form_page(session, sight, mailing_list, ticket, typed, (), None)


@blueprint.post("/t/<prefix>-<int(max=999999999):number>/reply")
def keep(prefix: str, number: int) -> Response | tuple[str, int]:
    """Keep what was typed, and send it or show it as it would be sent; the form again where something is missing."""
    means, typed, files = the_means(), read_typed(), read_files()
    with reading() as (session, sight):
        person, _, ticket = find_to_write_in(session, sight, prefix, number)
    with means.store.transaction() as session:
        draft = drafts.save(session, typed.token, DraftKind.REPLY, person, typed.fields, means.clock(), ticket)
        if draft is None:
            raise NotFound("reply")
        fault = sending.take_files(session, typed, draft, files, person)
        if fault is None and request.form.get("do") == "send":
            fault = sending.send(session, sight, person, draft, means.clock())
        is_sent, kept = draft.sent_at is not None, drafts.files_of(session, draft)
        session.flush()
        session.expunge_all()
    if fault is None:
        return redirect(f"/sent/{typed.token}" if is_sent else f"/drafts/{typed.token}")
    with reading() as (session, sight):
        _, mailing_list, ticket = find_to_write_in(session, sight, prefix, number)
        return form_page(session, sight, mailing_list, ticket, typed, kept, fault), 422


def find_to_write_in(session: Session, sight: Sight, prefix: str, number: int) -> tuple[Person, MailingList, Ticket]:
    """Who asks, and the ticket that they may write in. Raises LoginNeeded or NotFound."""
    sending.reception()
    person = reader()
    if person is None:
        raise LoginNeeded("reply")
    mailing_list, ticket = lookup.ticket_named(session, sight, prefix, number)
    if not sending.may_write(sight, ticket):
        raise NotFound(f"{prefix}-{number}")
    return person, mailing_list, ticket


def form_page(
    session: Session,
    sight: Sight,
    mailing_list: MailingList,
    ticket: Ticket,
    typed: Typed,
    files: Sequence[DraftFile],
    fault: FormFault | None,
) -> str:
    """The form with what was typed into it, below the message that it answers."""
    answered = sending.message_to_answer(session, sight, ticket, typed.answers)
    return page(
        "reply.html", typed=typed, mailing_list=mailing_list, ticket=ticket, files=files, fault=fault,
        node=conversation.one_message(session, sight, ticket, answered) if answered else None,
        longest_text=LONGEST_TEXT, is_asker=sight.asked(ticket),
        most_octets=most_octets_of_files(sending.reception().max_size),
    )  # fmt: skip
