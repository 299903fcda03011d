"""Aims: which page of ours somebody wanted, so that logging in leads there and nowhere else."""

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

LONGEST = 300  # characters of a path with its query, as the database keeps it
TICKET, MESSAGE, LIST, SEARCH = "tickets.ticket", "tickets.message", "pages.mailing_list", "pages.search"
AIMS_OF_MEMBERS = (
    TICKET, MESSAGE, LIST, "pages.issue", "front.mine",
    "law.laws", "law.law", "law.place", "law.topic", "publications.published", "pages.news", SEARCH,
    "downloads.attachment", "moderation_pages.held", "moderation_pages.held_message", "access.show_subscriptions",
    "asking.form", "replying.form", "drafting.show", "drafting.edit", "drafting.sent",
    "desk.show", "cases.show", "publishing.show", "standing.show",
    "administration.show", "administration.show_changes", "administered_organisations.show_all",
    "administered_organisations.show", "administered_people.show_all", "administered_people.show",
    "administered_lists.show_all", "administered_lists.show", "spreadsheets.show", "spreadsheets.people",
    "spreadsheets.all_organisations",
)  # fmt: skip
AIMS = (*AIMS_OF_MEMBERS, "choosing.show", "choosing.preview_file")


def own_path(text: str) -> str:
    """The address of a page here that a form or a link names, made anew from its parts; empty if it names none."""
    endpoint, values, query = _match(text)
    if endpoint not in AIMS:
        return ""
    path = current_app.url_map.bind("").build(endpoint, values)
    asked = urlencode(query)
    whole = f"{path}?{asked}" if asked else path
    return whole if len(whole) <= LONGEST else ""


def with_place(path: str) -> str:
    """The address of a page, and of the message on it that a letter was about: browsers keep that to themselves."""
    place = dict(parse_qsl(urlsplit(path).query)).get("m", "")
    return f"{path}#m{place}" if place.isdecimal() else path


def wanted_here() -> str:
    """The page that this very request asks for; empty if it is none that logging in would lead to."""
    return own_path(f"{request.path}?{request.query_string.decode('ascii', 'replace')}")


def what_it_is(path: str) -> tuple[str, str]:
    """What sort of page an address of ours is, and of a ticket its name; told by the address alone."""
    endpoint, values, _ = _match(path)
    if endpoint == TICKET and len(values["prefix"]) <= 8 and values["prefix"].isalnum():
        return "ticket", f"{values['prefix'].upper()}-{values['number']}"
    return {MESSAGE: "message", LIST: "list", SEARCH: "search"}.get(endpoint, "page"), ""


def _match(text: str) -> tuple[str, dict[str, str], list[tuple[str, str]]]:
    try:
        parts = urlsplit(text)
        if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\0" in unquote(text):
            return "", {}, []
        endpoint, values = current_app.url_map.bind("").match(unquote(parts.path), method="GET")
    except (ValueError, HTTPException, RequestRedirect):
        return "", {}, []
    return str(endpoint), dict(values), parse_qsl(parts.query)
