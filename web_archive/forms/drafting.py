"""Drafting: what somebody has written is looked at, changed, sent or dropped; and what became of it is told."""

from dataclasses import replace

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from tickets import links
from tickets.conversations import lookup
from tickets.database.models import Arrival, DraftKind, MailingList, Message, Person, Proposal, Ticket, WebDraft
from tickets.errors import LoginNeeded, NotFound
from tickets.moderation import proposals, spreading
from tickets.people.sight import Sight
from tickets.writing import drafts
from web_archive.desk import cases
from web_archive.desk.cases import Writing
from web_archive.forms import asking, replying, sending
from web_archive.forms.typed import FormFault, Typed
from web_archive.rendering import page, reader, reading, the_means, ticket_path

blueprint = Blueprint("drafting", __name__)


@blueprint.get("/drafts/<token>")
def show(token: str) -> str | Response:
    """What was written, as it would be sent, and who would see it; what is sent already leads to its page."""
    with reading() as (session, sight):
        person, draft = _find(session, token)
        if draft.sent_at is not None:
            return redirect(f"/sent/{token}")
        if draft.network:  # kept while its author was not logged in
            return redirect(f"/drafts/{token}/edit?why=again")
        return _review(session, sight, person, draft)


@blueprint.get("/drafts/<token>/edit")
def edit(token: str) -> str | Response:
    """The form, with what was typed into it."""
    with reading() as (session, sight):
        person, draft = _find(session, token)
        if draft.sent_at is not None:
            return redirect(f"/sent/{token}")
        return _form(session, sight, person, draft, _fault_told())


@blueprint.post("/drafts/<token>")
def send(token: str) -> Response | tuple[str, int]:
    """Send what was written; twice is as once."""
    means = the_means()
    with reading() as (session, sight):
        person, _ = _find(session, token)
    with means.store.transaction() as session:
        draft = session.get_one(WebDraft, token, with_for_update=True)
        fault = sending.send(session, sight, person, draft, means.clock())
    if fault is None:
        return redirect(f"/sent/{token}")
    with reading() as (session, sight):
        return _form(session, sight, *_find(session, token), fault), 422


@blueprint.post("/drafts/<token>/discard")
def discard(token: str) -> Response:
    """Drop what was written and is not sent."""
    with reading() as (session, _):
        _find(session, token)
    with the_means().store.transaction() as session:
        draft = session.get(WebDraft, token, with_for_update=True)
        if draft is not None and draft.sent_at is None:
            drafts.discard(session, draft)
    return redirect("/?done=discarded")


@blueprint.get("/sent/<token>")
def sent(token: str) -> str | Response:
    """What became of what was sent, and what happens now."""
    with reading() as (session, sight):
        person, draft = _find(session, token)
        if draft.sent_at is None or draft.arrival_key is None:
            return redirect(f"/drafts/{token}")
        return _fate(session, sight, person, draft)


def _find(session: Session, token: str) -> tuple[Person, WebDraft]:
    """The reader and their draft. Raises LoginNeeded while nobody knows who asks, NotFound for another's."""
    sending.reception()
    person = reader()
    if person is None:
        raise LoginNeeded(token)
    draft = drafts.find(session, token, person)
    if draft is None:
        raise NotFound(token)
    return person, draft


def _fault_told() -> FormFault | None:
    told = request.args.get("why", "")
    return FormFault(told) if told in set(FormFault) else None


def _form(session: Session, sight: Sight, person: Person, draft: WebDraft, fault: FormFault | None) -> str:
    typed = Typed.of(draft.token, draft.fields)
    files = drafts.files_of(session, draft)
    if draft.kind is DraftKind.ASK:
        return asking.form_page(session, sight, typed, files, fault)
    mailing_list, ticket = _ticket_of(session, sight, draft)
    if draft.kind in sending.AT_THE_DESK and ticket.mailing_list_key in sight.lawyer_of:
        writing = Writing(typed, files, fault)
        if draft.kind is DraftKind.NOTE:
            writing = replace(cases.begun(session, person, ticket), fault=fault, note=typed.text)
        return cases.case_page(session, sight, person, mailing_list, ticket, writing)
    if draft.kind is DraftKind.NOTE:  # never in a form for others, also once its author is no lawyer
        raise NotFound(draft.token)
    return replying.form_page(session, sight, mailing_list, ticket, typed, files, fault)


def _ticket_of(session: Session, sight: Sight, draft: WebDraft) -> tuple[MailingList, Ticket]:
    """The ticket of a reply; of one that was kept for whoever logs in only its name is known. Raises NotFound."""
    if draft.ticket_key is not None:
        return sending.ticket_of(session, sight, draft)
    prefix, _, number = draft.fields.get("ticket", "").rpartition("-")
    if not number.isdecimal():
        raise NotFound(draft.token)
    return lookup.ticket_named(session, sight, prefix, int(number))


def _review(session: Session, sight: Sight, person: Person, draft: WebDraft) -> str:
    typed = Typed.of(draft.token, draft.fields)
    if draft.kind is DraftKind.ASK:
        mailing_list, ticket = sending.list_to_ask(session, sight, typed), None
        visibility = sending.visibility_of(typed, mailing_list)
    else:
        mailing_list, ticket = sending.ticket_of(session, sight, draft)
        visibility = ticket.visibility
    find_like = the_means().search.find_like
    similar = find_like(session, sight, typed.subject, typed.text) if ticket is None else ()
    return page(
        "review.html", draft=draft, typed=typed, mailing_list=mailing_list, ticket=ticket, visibility=visibility,
        files=drafts.files_of(session, draft), similar=similar, author=person, is_asker=_asked(sight, ticket),
        list_of=lambda one: session.get_one(MailingList, one.mailing_list_key),
    )  # fmt: skip


def _asked(sight: Sight, ticket: Ticket | None) -> bool:
    return ticket is not None and sight.asked(ticket)


def _fate(session: Session, sight: Sight, person: Person, draft: WebDraft) -> str:
    """The page that tells what became of it; only its author sees it."""
    arrival = session.get_one(Arrival, draft.arrival_key)
    message = session.get(Message, arrival.message_key) if arrival.message_key is not None else None
    key = message.ticket_key if message else draft.ticket_key
    ticket = session.get(Ticket, key) if key is not None else None
    ticket = ticket if ticket is not None and sight.of_ticket(ticket) else None
    asked = proposals.newest_of(session, arrival.key)
    return page(
        "sent.html", draft=draft, arrival=arrival, ticket=ticket, message=message,
        mailing_list=session.get_one(MailingList, ticket.mailing_list_key) if ticket else None,
        decide=_path_of(asked, person), again=_path_to_write_anew(session, draft),
        until=spreading.waits_until(session, message) if message else None,
    )  # fmt: skip


def _path_to_write_anew(session: Session, draft: WebDraft) -> str:
    """The form with what was typed into it before; empty for what was written at the desk."""
    if draft.kind is DraftKind.ASK:
        return f"/ask?again={draft.token}"
    ticket = session.get(Ticket, draft.ticket_key) if draft.ticket_key is not None else None
    if ticket is None or draft.kind is not DraftKind.REPLY:
        return ""
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    return f"{ticket_path(mailing_list, ticket)}/reply?again={draft.token}"


def _path_of(asked: Proposal | None, person: Person) -> str:
    """Where the author decides on it, if that is asked of them; empty if nothing is."""
    if asked is None or asked.person_key != person.id or asked.choice is not None:
        return ""
    return links.proposal_path(the_means().signer, asked.key)
