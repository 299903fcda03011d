"""Answering: what a lawyer writes at the desk is kept, looked at and sent; not past somebody who wrote meanwhile."""

from dataclasses import replace

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from tickets import links
from tickets.conversations import conversation
from tickets.database.models import DraftKind, MailingList, Person, Ticket
from tickets.errors import NotFound
from tickets.people.sight import Sight, is_masked
from tickets.writing import drafts, standards
from web_archive.desk import cases
from web_archive.desk.cases import Writing
from web_archive.desk.sitting import case_path, on_the_desk
from web_archive.forms import sending
from web_archive.forms.typed import FormFault, Typed, read_files, read_typed
from web_archive.rendering import language, reading, the_means

blueprint = Blueprint("answering", __name__)

LABEL = "/desk/<prefix>-<int(max=999999999):number>"
LONGEST_MENTION = 80


@blueprint.post(f"{LABEL}/answer")
def answer(prefix: str, number: int) -> Response | tuple[str, int]:
    """Keep an answer, put an earlier one into it, show it or send it, as the button says."""
    means, typed, files, do = the_means(), read_typed(), read_files(), request.form.get("do", "")
    with reading() as (session, sight):
        person, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
        if do.startswith("standard:"):
            typed = _with_standard(session, sight, person, mailing_list, ticket, typed, do)
        typed = _with_inserted(session, sight, ticket, typed, do)
    with means.store.transaction() as session:
        draft = drafts.save(session, typed.token, DraftKind.ANSWER, person, typed.fields, means.clock(), ticket)
        if draft is None:
            raise NotFound("answer")
        fault = sending.take_files(session, typed, draft, files, person)
        if do == "send" and fault is None:
            fault = sending.send(session, sight, person, draft, means.clock())
        is_sent, kept = draft.sent_at is not None, drafts.files_of(session, draft)
        session.flush()
        session.expunge_all()
    if is_sent:
        return redirect(f"/sent/{typed.token}")
    if do == "review" and fault is None:
        return redirect(f"/drafts/{typed.token}")
    told = fault if do in ("send", "review") or fault is FormFault.LARGE else None
    with reading() as (session, sight):
        person, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
        shown = cases.case_page(session, sight, person, mailing_list, ticket, Writing(typed, kept, told))
    return shown, 422 if told else 200


@blueprint.post(f"{LABEL}/note")
def note(prefix: str, number: int) -> Response | tuple[str, int]:
    """Send a note to the list's lawyers alone; whom it names stands on top of it."""
    means, typed = the_means(), read_typed()
    with reading() as (session, sight):
        person, mailing_list, ticket = on_the_desk(session, sight, prefix, number)
    mention = " ".join(request.form.get("mention", "").split())[:LONGEST_MENTION]
    said = replace(typed, text=f"@{mention}: {typed.text}" if mention and typed.text.strip() else typed.text)
    with means.store.transaction() as session:
        draft = drafts.save(session, typed.token, DraftKind.NOTE, person, said.fields, means.clock(), ticket)
        if draft is None:
            raise NotFound("note")
        fault = sending.send(session, sight, person, draft, means.clock())
    if fault is None:
        return redirect(f"{case_path(mailing_list, ticket)}?done=note")
    with reading() as (session, sight):
        writing = replace(cases.begun(session, person, ticket), fault=fault, note=typed.text)
        return cases.case_page(session, sight, person, mailing_list, ticket, writing), 422


def _with_standard(
    session: Session,
    sight: Sight,
    person: Person,
    mailing_list: MailingList,
    ticket: Ticket,
    typed: Typed,
    do: str,
) -> Typed:
    """What was typed, with a standard answer behind it, filled in for this ticket; who is masked is not named."""
    means, key = the_means(), do.removeprefix("standard:")
    if not (key.isascii() and key.isdecimal() and len(key) < 10):
        return typed
    asker = None if is_masked(ticket.visibility) else session.get(Person, ticket.asker_key)
    values = {
        "asker": asker.name if asker else "", "case": links.ticket_name(mailing_list, ticket),
        "subject": ticket.subject, "lawyer": person.name, "date": language().date(means.clock()),
    }  # fmt: skip
    text = standards.fill(standards.named(session, ticket.mailing_list_key, int(key)).text, values)
    return replace(typed, text=f"{typed.text}\n\n{text}".strip())


def _with_inserted(session: Session, sight: Sight, ticket: Ticket, typed: Typed, do: str) -> Typed:
    """What was typed, with the text of an earlier answer and the way to it behind it, if its button was pressed."""
    if not do.startswith("insert:"):
        return typed
    thread = list(conversation.lay_out(conversation.thread_of(session, sight, ticket)))
    found = next((one for one in cases.near(session, sight, thread, ticket) if one.name == do[7:]), None)
    if found is None:
        return typed
    text = f"{found.text.strip()}\n\n{the_means().portal.base_url}{found.path}"
    return replace(typed, text=f"{typed.text}\n\n{text}".strip())
