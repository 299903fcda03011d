"""Standing: the page of the standard answers of a lawyer's lists, where they are written, changed and removed."""

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from tickets.archive import queues
from tickets.errors import BadInput, NotFound
from tickets.people.sight import Sight
from tickets.writing import standards
from tickets.writing.standards import LONGEST_TEXT, LONGEST_TITLE, PLACES
from web_archive.desk.sitting import lawyer
from web_archive.rendering import page, reading, the_means

blueprint = Blueprint("standing", __name__)


@blueprint.get("/desk/standards")
def show() -> str:
    """The standard answers of the lists at whose desk the reader sits, and a form for a new one."""
    with reading() as (session, sight):
        lawyer(sight)
        return _page(session, sight)


@blueprint.post("/desk/standards")
def change() -> Response | tuple[str, int]:
    """Keep a standard answer as it was written, or remove it."""
    means, form = the_means(), request.form
    with reading() as (session, sight):
        person = lawyer(sight)
    list_key, key = form.get("list", 0, type=int), form.get("key", 0, type=int)
    title, text = " ".join(form.get("title", "").split()), form.get("text", "").replace("\r\n", "\n").strip()
    if list_key not in sight.lawyer_of or "\0" in title + text:
        raise NotFound("standards")
    if form.get("do") not in ("save", "remove"):
        raise BadInput("do")
    if form.get("do") == "save" and not (title and text):
        with reading() as (session, sight):
            return _page(session, sight, is_empty=True, title=title, text=text), 422
    with means.store.transaction() as session:
        if form.get("do") == "save":
            standards.save(session, list_key, title, text, person, means.clock(), key)
        else:
            standards.remove(session, list_key, key)
    return redirect(f"/desk/standards?done={form.get('do')}")


def _page(session: Session, sight: Sight, *, is_empty: bool = False, title: str = "", text: str = "") -> str:
    words = request.args.get("words", "")[:100]
    lists = queues.lists_of(session, sight)
    return page(
        "desk/standards.html", lists=lists, words=words, is_empty=is_empty, title=title, text=text, places=list(PLACES),
        found={row.key: standards.find(session, row.key, words) for row in lists},
        longest_title=LONGEST_TITLE, longest_text=LONGEST_TEXT,
    )  # fmt: skip
