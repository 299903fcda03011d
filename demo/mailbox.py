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
    words = load_language("da", portal.timezone)

    def show(template: str, **values: object) -> Response:
        page = render_template(f"demo/{template}", moment=words.moment, prose=prose, **values)
        return Response(page, headers={"Content-Security-Policy": POLICY})

    def find(key: str) -> Received:
        return letterbox.find(key) or abort(404)

    @blueprint.before_request
    def refuse_strangers() -> None:
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            abort(404)

    @blueprint.get("/")
    def guide_visitor() -> Response:
        people = [(who, RESIDENTS[who], role) for who, role in ROLES.items()]
        return show("guide.html", people=people, guide=guide)

    @blueprint.get("/mailbox")
    def list_letters() -> Response:
        chosen = request.args.get("to", "")
        everything = letterbox.letters()
        letters = [one for one in everything if chosen in ("", one.recipient)]
        page = max(1, request.args.get("page", 1, type=int))
        return show(
            "mailbox.html", chosen=chosen, total=len(letters), page=page, pages=-(-len(letters) // PER_PAGE),
            letters=letters[(page - 1) * PER_PAGE : page * PER_PAGE],
            recipients=sorted(Counter(one.recipient for one in everything).items()),
        )  # fmt: skip

    @blueprint.get("/mailbox/<key>")
    def show_letter(key: str) -> Response:
        received = find(key)
        letter = letterbox.open(received)
        part = letter.get_body(preferencelist=("plain",))
        fields = [(name, str(value)) for name, value in letter.items()]
        return show("letter.html", received=received, fields=fields, text=part.get_content() if part else "")

    @blueprint.get("/mailbox/<key>/html")
    def show_html(key: str) -> Response:
        part = letterbox.open(find(key)).get_body(preferencelist=("html",))
        html = part.get_content() if part else ""
        in_new_tab = html.replace("<head>", '<head><base target="_blank">', 1)
        return Response(in_new_tab, headers={"Content-Security-Policy": LETTER_POLICY})

    @blueprint.get("/be/<who>")
    def become(who: str) -> AnyResponse:
        """Open the archive as somebody of the town; a click must do, so this GET logs in."""
        desk = the_means()
        with desk.store.transaction() as opened:
            person = persons.person_with(opened, RESIDENTS[who].email) if who in RESIDENTS else None
            key = logins.open_web_session(opened, person, desk.clock()) if person else abort(404)
        session.clear()
        session[LOGIN] = key
        return redirect("/")

    return blueprint
