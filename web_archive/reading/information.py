"""Information: what a public body tells on its pages: how to get help, what is kept of people, whom to write to."""

from flask import Blueprint, Response, redirect, send_file
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from tickets import links
from tickets.conversations import lookup
from tickets.database.models import MailingList
from tickets.errors import NotFound
from tickets.moderation import proposals
from tickets.people import logins, quotas
from tickets.people.sight import Sight
from web_archive.owner import make_style
from web_archive.rendering import page, reading, the_means

blueprint = Blueprint("information", __name__)

AN_HOUR = 3600  # seconds
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@blueprint.get("/help")
def show_help() -> str:
    """How to ask, to find and to leave, with the addresses of the reader's lists."""
    with reading() as (session, sight):
        return page("help.html", lists=lookup.visible_lists(session, sight))


@blueprint.get("/contact")
def contact() -> str:
    """Who runs the portal, and for readers who runs each list."""
    with reading() as (session, sight):
        return page("contact.html", addresses=_owners(session, sight))


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept of people, for how long, and who sees it: as the settings have it."""
    means = the_means()
    with reading() as (session, sight):
        return page(
            "privacy.html",
            lists=lookup.visible_lists(session, sight),
            original_days=means.keep_original.days,
            link_minutes=logins.LINK_LIFETIME.seconds // 60,
            session_days=logins.SESSION_LIFETIME.days,
            network_hours=quotas.WITHIN.seconds // AN_HOUR,
            proposal_days=proposals.PATIENCE.days,
        )


@blueprint.get("/was")
def accessibility_statement() -> str | AnyResponse:
    """The short address of the accessibility statement, which lies elsewhere; without one, that there is none."""
    statement = the_means().owner.accessibility_statement
    if statement:
        return redirect(statement)
    with reading():
        return page("accessibility.html")


@blueprint.get("/static/owner.css")
def style() -> Response:
    """The owner's colour. Raises NotFound where they have none of their own."""
    colour = the_means().owner.colour
    if colour is None:
        raise NotFound("owner.css")
    response = Response(make_style(colour), mimetype="text/css")
    response.headers["Cache-Control"] = f"public, max-age={AN_HOUR}"
    return response


@blueprint.get("/logo")
def logo() -> Response:
    """The owner's logo, which is a picture and nothing more. Raises NotFound where there is none."""
    path = the_means().owner.logo
    if path is None or not path.is_file():
        raise NotFound("logo")
    response = send_file(path.resolve(), max_age=AN_HOUR)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _owners(session: Session, sight: Sight) -> list[tuple[MailingList, str]]:
    return [(row, links.owner_address(row)) for row in lookup.visible_lists(session, sight)]
