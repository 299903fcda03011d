"""The mailbox page: every letter that the demonstration sent, and a click to be anybody of the town.

For invented people on the loopback alone: whoever asks by another name gets nothing. Letters were written by
strangers, so the HTML of one is shown in a sandbox with a policy of its own.
"""

from collections import Counter
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from demo.letterbox import Letterbox, Received
from demo.town import RESIDENTS, ROLES
from templates.language import load_language, prose
from tickets.people import logins, persons
from tickets.portal import Portal
from web_archive.rendering import LOGIN, the_means

PER_PAGE = 40
LOOPBACK = ("127.0.0.1", "localhost", "::1")
POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def make_blueprint(letterbox: Letterbox, portal: Portal, guide: dict[str, str]) -> Blueprint:
    """The pages under /demo; `guide` is what the first of them tells a visitor to try."""
    blueprint = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates", static_folder="static")
    pages = MailboxPages(letterbox, portal, guide)
    blueprint.before_request(_refuse_strangers)
    blueprint.get("/")(pages.guide_visitor)
    blueprint.get("/mailbox")(pages.list_letters)
    blueprint.get("/mailbox/<key>")(pages.show_letter)
    blueprint.get("/mailbox/<key>/html")(pages.show_html)
    blueprint.get("/be/<who>")(become)
    return blueprint


class MailboxPages:
    """The pages that show what the demonstration sent, and to whom."""

    def __init__(self, letterbox: Letterbox, portal: Portal, guide: dict[str, str]) -> None:
        self._letterbox, self._guide = letterbox, guide
        self._words = load_language("da", portal.timezone)

    def guide_visitor(self) -> Response:
        """Answer with the first page: the town's people, and what to try as one of them."""
        people = [(who, RESIDENTS[who], role) for who, role in ROLES.items()]
        return self._show("guide.html", people=people, guide=self._guide)

    def list_letters(self) -> Response:
        """Answer with a page of the letters, of one recipient's if the query names one."""
        chosen = request.args.get("to", "")
        everything = self._letterbox.letters()
        letters = [one for one in everything if chosen in ("", one.recipient)]
        page = max(1, request.args.get("page", 1, type=int))
        return self._show(
            "mailbox.html", chosen=chosen, total=len(letters), page=page, pages=-(-len(letters) // PER_PAGE),
            letters=letters[(page - 1) * PER_PAGE : page * PER_PAGE],
            recipients=sorted(Counter(one.recipient for one in everything).items()),
        )  # fmt: skip

    def show_letter(self, key: str) -> Response:
        """Answer with one letter, its fields and its text; 404 where there is none."""
        received = self._find(key)
        letter = self._letterbox.open(received)
        part = letter.get_body(preferencelist=("plain",))
        fields = [(name, str(value)) for name, value in letter.items()]
        return self._show("letter.html", received=received, fields=fields, text=part.get_content() if part else "")

    def show_html(self, key: str) -> Response:
        """Answer with the HTML of one letter, for the frame that its page has; 404 where there is none."""
        part = self._letterbox.open(self._find(key)).get_body(preferencelist=("html",))
        html = part.get_content() if part else ""
        in_new_tab = html.replace("<head>", '<head><base target="_blank">', 1)
        return Response(in_new_tab, headers={"Content-Security-Policy": LETTER_POLICY})

    def _find(self, key: str) -> Received:
        return self._letterbox.find(key) or abort(404)

    def _show(self, template: str, **values: object) -> Response:
        page = render_template(f"demo/{template}", moment=self._words.moment, prose=prose, **values)
        return Response(page, headers={"Content-Security-Policy": POLICY})


def become(who: str) -> AnyResponse:
    """Open the archive as somebody of the town; a click must do, so this GET logs in."""
    means = the_means()
    with means.store.transaction() as opened:
        person = persons.person_with(opened, RESIDENTS[who].email) if who in RESIDENTS else None
        key = logins.open_web_session(opened, person, means.clock()) if person else abort(404)
    session.clear()
    session[LOGIN] = key
    return redirect("/")


def _refuse_strangers() -> None:
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
        abort(404)
