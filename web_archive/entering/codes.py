"""Codes: six digits, typed in the browser that asked by who reads mail elsewhere; and the browsers where one is."""

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from tickets.database.models import Person
from tickets.people import logins
from web_archive.aims import own_path, with_place
from web_archive.entering import entry
from web_archive.rendering import LOGIN, login_path, page, reader, reading, the_means

blueprint = Blueprint("codes", __name__)

OTHERS = "others"


@blueprint.get("/login/code")
def ask_code() -> str:
    """The page where a code is typed."""
    with reading():
        return page("login_sent.html", again=login_path(""), aim="", is_wrong=False)


@blueprint.post("/login/code")
def log_in() -> Response | tuple[str, int]:
    """Spend a code of this browser's, and go on to the page that was wanted; a wrong one is told."""
    means = the_means()
    browser, aim = str(session.get(entry.ASKING, "")), own_path(request.form.get("next", ""))
    with means.store.transaction() as opened:
        code = logins.spend_code(opened, browser, request.form.get("code", "")[:40], means.clock())
        entered = entry.open_for(opened, opened.get_one(Person, code.person_key)) if code else None
    if entered is None:
        with reading():
            return page("login_sent.html", again=login_path(aim), aim=aim, is_wrong=True), 403
    entry.keep(entered)
    return redirect(with_place(aim) or "/")


@blueprint.post("/me/browsers")
def log_out_there() -> Response:
    """Log the reader out in the browser that the form names, or in all but this."""
    with reading():
        person = reader()
    if person is None:
        return redirect(login_path("/me"))
    name = request.form.get("browser", "")
    with the_means().store.transaction() as opened:
        if name == OTHERS:
            logins.log_out_elsewhere(opened, person, session[LOGIN])
        else:
            logins.log_out_there(opened, person, name)
    return redirect("/me?saved=browsers#browsers")
