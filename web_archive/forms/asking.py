"""Asking: the form in which a member asks a list, openly, anonymously or in confidence."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from tickets.conversations import lookup
from tickets.database.models import DraftFile, DraftKind
from tickets.errors import LoginNeeded, NotFound
from tickets.people.sight import Sight
from tickets.writing import drafts
from web_archive.forms import sending
from web_archive.forms.composing import most_octets_of_files
from web_archive.forms.typed import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    FormFault,
    Typed,
    from_query,
    read_files,
    read_typed,
)
from web_archive.rendering import page, reader, reading, the_means

blueprint = Blueprint("asking", __name__)


@blueprint.get("/ask")
def form() -> str:
    """The form, empty but for what the link to it says; what the reader began before is named beside it."""
    with reading() as (session, sight):
        sending.reception()
        person = reader()
        if person is None:
            raise LoginNeeded("ask")
        typed = sending.typed_before(session, person) or from_query()
        begun = [one for one in drafts.open_drafts(session, person) if one.kind is DraftKind.ASK]
        return form_page(session, sight, typed, (), None, begun)


@blueprint.post("/ask")
def keep() -> Response | tuple[str, int]:
    """Keep what was typed, and show it as it would be sent; or the form again where something is missing."""
    means, typed, files = the_means(), read_typed(), read_files()
    with reading() as (session, sight):
        sending.reception()
        person = reader()
        if person is None:
            raise LoginNeeded("ask")
    with means.store.transaction() as session:
        draft = drafts.save(session, typed.token, DraftKind.ASK, person, typed.fields, means.clock())
        if draft is None:
            raise NotFound("ask")
        fault = sending.take_files(session, typed, draft, files, person)
        kept = drafts.files_of(session, draft)
        session.expunge_all()
    with reading() as (session, sight):
        fault = fault or _find_fault_of_list(session, sight, typed)
        if fault or request.form.get("do") == "save":
            return form_page(session, sight, typed, kept, fault), 422 if fault else 200
    return redirect(f"/drafts/{typed.token}")


def _find_fault_of_list(session: Session, sight: Sight, typed: Typed) -> FormFault | None:
    try:
        sending.list_to_ask(session, sight, typed)
    except NotFound:
        return FormFault.NO_LIST
    return None


def form_page(
    session: Session,
    sight: Sight,
    typed: Typed,
    files: Sequence[DraftFile],
    fault: FormFault | None,
    begun: Sequence[object] = (),
) -> str:
    """The form with what was typed into it, and why it is shown again."""
    rows = [row for row in lookup.visible_lists(session, sight) if row.key in sight.member_of]
    return page(
        "ask.html", typed=typed, lists=rows, files=files, fault=fault, begun=begun,
        longest_subject=LONGEST_SUBJECT, longest_text=LONGEST_TEXT,
        most_octets=most_octets_of_files(sending.reception().max_size),
    )  # fmt: skip
