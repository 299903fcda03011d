"""Keeping: what somebody typed whose login was over waits for them; logging in leads back to it."""

from flask import redirect, request
from werkzeug.wrappers import Response

from tickets.database.models import DraftKind, Person, WebDraft
from tickets.people.quotas import network_of
from tickets.writing import drafts
from web_archive.forms.typed import Typed, read_typed
from web_archive.rendering import login_path, reader, reading, the_means

KINDS = {
    "asking.keep": DraftKind.ASK,
    "replying.keep": DraftKind.REPLY,
    "answering.answer": DraftKind.ANSWER,
    "answering.note": DraftKind.NOTE,
}
OF_DRAFTS = ("drafting.send", "drafting.discard")


def keep_for_later() -> Response | None:
    """Where a form leads whose token is not this browser's, or nobody's who is logged in; None if it is no such form.

    What was typed is kept, but for files: they are somebody's whom we do not know.
    """
    with reading():
        person = reader()
    if request.endpoint in OF_DRAFTS and person is None:
        return redirect(login_path(f"/drafts/{(request.view_args or {})['token']}"))
    kind = KINDS.get(request.endpoint or "")
    typed = read_typed() if kind else None
    if kind is None or typed is None or typed.is_empty or the_means().reception is None:
        return None
    draft = _keep(kind, typed, person)
    if draft is None:
        return None
    page = f"/drafts/{draft.token}/edit"
    return redirect(f"{page}?why=again" if person else login_path(page))


def _keep(kind: DraftKind, typed: Typed, person: Person | None) -> WebDraft | None:
    means, now = the_means(), the_means().clock()
    draft = WebDraft(
        token=typed.token, kind=kind, person_key=person.key if person else None,
        network=network_of(request.remote_addr), fields=typed.fields | {"ticket": _ticket_named()},
        began_at=now, saved_at=now,
    )  # fmt: skip
    with means.store.transaction() as session:
        return drafts.park(session, draft, means.quotas.forms_per_author, now)


def _ticket_named() -> str:
    values = request.view_args or {}
    return f"{values['prefix']}-{values['number']}" if "number" in values else ""
