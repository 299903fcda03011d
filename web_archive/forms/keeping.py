"""Keeping: what somebody typed whose login was over waits for them and nobody else; logging in leads back to it."""

from flask import redirect, request
from werkzeug.wrappers import Response

from tickets.database.models import DraftKind, WebDraft
from tickets.people import persons
from tickets.people.quotas import network_of
from tickets.writing import drafts
from web_archive.forms.typed import Typed, read_typed
from web_archive.rendering import login_path, owner_of_form, reader, reading, the_means

KINDS = {
    "asking.keep": DraftKind.ASK,
    "replying.keep": DraftKind.REPLY,
    "answering.answer": DraftKind.ANSWER,
    "answering.note": DraftKind.NOTE,
}
OF_DRAFTS = ("drafting.send", "drafting.discard")


def keep_for_later() -> Response | None:
    """Where a form leads whose token is not this browser's, or nobody's who is logged in; None if it is no such form.

    What was typed is kept, but for files: who sends them is not logged in.
    """
    with reading():
        person = reader()
    if request.endpoint in OF_DRAFTS and person is None:
        return redirect(login_path(f"/drafts/{(request.view_args or {})['token']}"))
    kind = KINDS.get(request.endpoint or "")
    typed = read_typed() if kind else None
    if kind is None or typed is None or typed.is_empty or the_means().reception is None:
        return None
    draft = _keep(kind, typed)
    if draft is None or (person is not None and draft.person_key != person.id):
        return None
    page = f"/drafts/{draft.token}/edit"
    return redirect(f"{page}?why=again" if person else login_path(page))


def _keep(kind: DraftKind, typed: Typed) -> WebDraft | None:
    """The draft of whom the form was made for; None if it was made for nobody: what others wrote is put before none."""
    means, now = the_means(), the_means().clock()
    key = owner_of_form(typed.token, request.form.get("of", ""))
    with means.store.transaction() as session:
        owner = persons.person_by_key(session, key) if key is not None else None
        if owner is None or not persons.can_be_written_to(owner):
            return None
        draft = WebDraft(
            token=typed.token, kind=kind, person_key=owner.key, network=network_of(request.remote_addr),
            fields=typed.fields | {"ticket": _ticket_named()}, began_at=now, saved_at=now,
        )  # fmt: skip
        return drafts.park(session, draft, means.quotas.forms_per_author, now)


def _ticket_named() -> str:
    values = request.view_args or {}
    return f"{values['prefix']}-{values['number']}" if "number" in values else ""
