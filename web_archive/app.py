"""The application: Flask with the portal's store, language and rules of safety."""

import hmac
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, abort, g, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.utils import cached_property

from tickets.database.contents import TakeOut, nothing
from tickets.database.store import Clock, Store
from tickets.errors import BadInput, LoginNeeded, NotFound, StorageTrouble
from tickets.moderation.originals import USUAL as USUAL_PRIVACY
from tickets.moderation.originals import Privacy
from tickets.people.quotas import USUAL, Quotas
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.text.garbled import composed
from tickets.tokens import Signer
from web_archive import access, choosing, downloads, moderation_pages, pages, publications, watching
from web_archive.administration import mailing_lists, overview, people, spreadsheets
from web_archive.administration import organisations as office_organisations
from web_archive.aims import AIMS_OF_MEMBERS, wanted_here, what_it_is
from web_archive.desk import answering, cases, publishing, standing
from web_archive.desk import queues as desk_queues
from web_archive.door import takes_files
from web_archive.entering import codes
from web_archive.forms import asking, drafting, keeping, replying, taking_part
from web_archive.owner import NOBODY, Owner
from web_archive.reading import front, information, law, tickets
from web_archive.rendering import (
    LOGIN,
    PageMeans,
    Reception,
    may_be_found,
    page,
    reader,
    reading,
    the_means,
    use_means,
)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
READING = (front, pages, tickets, publications, law, information)
FORMS = (asking, drafting, replying, taking_part, desk_queues, cases, answering, publishing, standing)
ADMINISTRATION = (overview, office_organisations, people, mailing_lists, spreadsheets)
LARGEST_FORM = 400_000  # octets: a text as long as may be typed, each letter written as nine
RETRY_AFTER = "10"  # seconds
ONLY_HTTPS = "max-age=31536000"  # RFC 6797: for a year; of this host alone, for others may live beside it


class Composed(Request):
    """A request whose forms and queries have each letter as one character, as the database has."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The query, with letters composed (NFC) as texts in the database have them."""
        return _compose(super().args)

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """The fields of a form, with letters composed (NFC) as texts in the database have them."""
        return _compose(super().form)


class PagesApp(Flask):
    """An application that leaves it to the store to tell of a database in trouble, wherever in a page that is met."""

    def log_exception(self, exc_info: Any) -> None:
        """Log an error with its traceback; trouble of the database is logged elsewhere, once."""
        if not isinstance(exc_info[1], StorageTrouble):
            super().log_exception(exc_info)


def _compose(values: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(name, composed(value)) for name, value in values.items(multi=True)])


def create_app(
    store: Store,
    portal: Portal,
    signer: Signer,
    secret: bytes,
    search: Search,
    clock: Clock,
    *,
    checks_authors: bool = False,
    quotas: Quotas = USUAL,
    take_out: TakeOut = nothing,
    reception: Reception | None = None,
    owner: Owner = NOBODY,
    privacy: Privacy = USUAL_PRIVACY,
) -> Flask:
    """The archive over an open store. It sends nothing: what should be mailed is told to the journal.

    `take_out` takes files out of messages that nobody has laid out yet: here nothing is taken apart. What people write
    is handed in at the reception; without one the pages are only read.
    """
    app = PagesApp("web_archive", static_folder=None)
    app.request_class = Composed
    app.config.update(_rules_of_safety(portal, secret))
    app.url_map.merge_slashes = False  # `//host/` is no page of ours, nor a way to another
    app.before_request(_make_room_for_files)  # before the form is read
    csrf = CSRFProtect(app)
    means = PageMeans(
        store, portal, signer, search, clock, checks_authors, quotas, take_out, reception, owner, privacy.keep_original
    )
    use_means(app, means)
    for one in (*READING, access, codes, downloads, choosing, moderation_pages, watching, *FORMS, *ADMINISTRATION):
        app.register_blueprint(one.blueprint)
    csrf.exempt(access.unsubscribe)  # RFC 8058: the mail program has no token but the link's own
    csrf.exempt(choosing.decide)  # nobody but its author has the address
    _answer_errors(app)
    app.before_request(_refuse_nul)
    app.after_request(_guard)
    return app


def _rules_of_safety(portal: Portal, secret: bytes) -> dict[str, object]:
    """The configuration of Flask: who keeps the session, and how much may be sent."""
    is_secure = portal.is_https
    return {
        "SECRET_KEY": hmac.digest(secret, b"session cookies", "sha256"),
        "SESSION_COOKIE_NAME": "__Host-portal" if is_secure else "portal",
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "MAX_CONTENT_LENGTH": 64_000,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,  # of what is no file
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # referrers are switched off; the token is the proof
    }


def _answer_errors(app: Flask) -> None:
    """Have each error answered by a page of its own."""
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(404, _not_found)
    app.register_error_handler(LoginNeeded, _ask_to_log_in)
    app.register_error_handler(BadInput, _bad_form)
    app.register_error_handler(CSRFError, _lost_login)
    app.register_error_handler(StorageTrouble, _back_soon)
    app.register_error_handler(HTTPException, _trouble)


def _guard(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if the_means().portal.is_https:
        response.headers["Strict-Transport-Security"] = ONLY_HTTPS
    if not may_be_found():
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.endpoint != "pages.static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store" if g.get("person") else "no-store"
    return response


def _make_room_for_files() -> None:
    """Let a long text be sent, and by somebody who is logged in files with it; more than may be, to be told so."""
    reception = the_means().reception
    if reception is not None and takes_files(request.path):
        request.max_content_length = max(LARGEST_FORM, 2 * reception.max_size) if LOGIN in session else LARGEST_FORM


def _refuse_nul() -> None:
    """Answer that there is no such page: PostgreSQL keeps no NUL in a text, so nothing is found by one either."""
    if "\0" in request.path + "".join(request.args.values()):
        abort(404)


def _not_found(_error: Exception) -> ResponseReturnValue:
    """That there is no such page; who is not logged in is not told whether there is one for members."""
    with reading():
        if request.endpoint in AIMS_OF_MEMBERS and request.method in ("GET", "HEAD") and reader() is None:
            return _ask_to_log_in(_error)
        return page("not_found.html"), 404


def _ask_to_log_in(_error: Exception) -> ResponseReturnValue:
    """The page for logging in; what was typed into a form is kept, and found again behind it."""
    if request.method == "POST" and (kept := keeping.keep_for_later()):
        return kept
    aim = wanted_here()
    sort, name = what_it_is(aim)
    return page("login.html", aim=aim, sort=sort, name=name), 403


def _lost_login(error: Exception) -> ResponseReturnValue:
    """What is sent with another login than it was begun with: where it is kept, or that it is no form of ours."""
    return keeping.keep_for_later() or _bad_form(error)


def _bad_form(_error: Exception) -> tuple[str, int]:
    return page("trouble.html", code=400), 400


def _back_soon(_error: Exception) -> tuple[str, int, dict[str, str]]:
    """That the database is out of reach, or has no connection left; what does not need it goes on."""
    return page("trouble.html", code=503), 503, {"Retry-After": RETRY_AFTER}


def _trouble(error: HTTPException) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    """What Flask has to say, in our words; also for faults of our own (500), which it has logged."""
    if isinstance(getattr(error, "original_exception", None), StorageTrouble):
        return _back_soon(error)
    code = error.code or 500
    return page("trouble.html", code=code), code
