"""Rendering: a page in the reader's language, with what every page shows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hmac import compare_digest
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import generate_csrf
from sqlmodel import Session

from templates.language import LANGUAGES, Language, load_language
from tickets import links
from tickets.database.contents import TakeOut, nothing
from tickets.database.models import MailingList, Person, Ticket
from tickets.database.store import Clock, Store
from tickets.errors import LoginNeeded
from tickets.moderation.originals import USUAL as USUAL_PRIVACY
from tickets.people import logins, persons
from tickets.people.askers import Nameless, nameless_on
from tickets.people.quotas import USUAL, Quotas
from tickets.people.sight import Sight, sight_of
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.aims import wanted_here
from web_archive.owner import NOBODY, Owner

LOGIN = "login"  # the key in the cookie under which the secret of the web session is


# Stores a message for one recipient, by its author's address, when and from which client; the number that it has then
HandIn = Callable[[Session, bytes, str, str, datetime, str | None], int]


@dataclass(frozen=True)
class Reception:
    """Where what is written on the pages is handed in."""

    hand_in: HandIn
    max_size: int  # octets of a message with its files


@dataclass(frozen=True)
class PageMeans:
    """What pages are made from."""

    store: Store
    portal: Portal
    signer: Signer
    search: Search
    clock: Clock
    checks_authors: bool = False  # whether a mail's author is judged by more than its return path
    quotas: Quotas = USUAL
    take_out: TakeOut = nothing  # files that are not laid out yet
    reception: Reception | None = None  # none: the pages are only read
    owner: Owner = NOBODY
    keep_original: timedelta = USUAL_PRIVACY.keep_original  # of what CPR numbers stand in


def use_means(app: Flask, means: PageMeans) -> None:
    """Give the application what its pages need."""
    app.extensions["means"] = means


def the_means() -> PageMeans:
    """What the pages of this application need; inside a request only."""
    means: PageMeans = current_app.extensions["means"]
    return means


@contextmanager
def reading() -> Iterator[tuple[Session, Sight]]:
    """A session to read with, and what the one who asks may see."""
    means = the_means()
    with means.store.reading() as opened:
        person = logins.find_web_session(opened, session[LOGIN], means.clock()) if LOGIN in session else None
        g.person, g.sight, g.nameless = person, sight_of(opened, person), partial(_nameless, opened, {})
        yield opened, g.sight


@contextmanager
def inside() -> Iterator[tuple[Session, Sight]]:
    """As `reading`, for the pages of the archive: to who is not logged in there is nothing but public lists.

    Raises LoginNeeded before anything is looked up, so that nothing tells what is there.
    """
    with reading() as (opened, sight):
        if reader() is None and not sight.public:
            raise LoginNeeded(request.path)
        yield opened, sight


def _nameless(opened: Session, found: dict[int, Nameless], mailing_list: MailingList) -> Nameless:
    """What a list's nameless are called; asked once a page."""
    if mailing_list.key not in found:
        found[mailing_list.key] = nameless_on(opened, mailing_list)
    return found[mailing_list.key]


def reader() -> Person | None:
    """Who asked for the page, once `reading` has looked."""
    person: Person | None = g.get("person")
    return person


def language() -> Language:
    """That of whom the page is addressed to or who is logged in; of others what their browser asks for."""
    person = reader()
    portal = the_means().portal
    if "addressed_in" in g:
        chosen = g.addressed_in
    else:
        chosen = person.language if person else request.accept_languages.best_match(LANGUAGES, default=portal.language)
    return load_language(chosen or portal.language, portal.timezone)


def address(person: Person, mailing_list: MailingList | None = None) -> None:
    """Have the page in the language of the letter whose link leads to it, whatever browser opens it."""
    g.addressed_in = persons.language_of(person, mailing_list, the_means().portal.language)


def let_be_found(*lists: MailingList) -> None:
    """Let search engines have the page of public lists that strangers are shown; no other page is for them."""
    g.may_be_found = reader() is None and bool(lists) and all(row.is_public for row in lists)


def may_be_found() -> bool:
    """Whether search engines may list the page of this request."""
    return bool(g.get("may_be_found"))


def page(template: str, **values: object) -> str:
    """A page of `templates/web`, with the reader, the form's token and the links that pages make."""
    shared = {
        "reader": reader(),
        "token": generate_csrf,
        "form_of": form_of,
        "ticket_path": ticket_path,
        "publication_path": links.publication_path,
        "list_path": lambda row: f"/l/{row.prefix.lower()}",
        "message_path": lambda message: f"/m/{message.path}",
        "topic_path": lambda topic: f"/emne/{quote(topic)}",
        "reply_to": reply_to,
        "nameless": g.get("nameless"),
        "portal": the_means().portal,
        "owner": the_means().owner,
        "may_read": reader() is not None or ("sight" in g and bool(g.sight.public)),
        "path": request.path,
        "asked": request.args,
        "login_path": login_path(wanted_here()),
        "may_write": the_means().reception is not None,
        "has_desk": the_means().reception is not None and "sight" in g and bool(g.sight.lawyer_of),
    }
    return language().render(f"web/{template}", **shared | values)


def form_of(token: str) -> str:
    """What a form carries that is made for the reader: the proof whose it is, also once their login is over."""
    person = reader()
    return f"{person.key}-{_mark_of_form(token, person.key)}" if person else ""


def owner_of_form(token: str, proof: str) -> int | None:
    """For whom the form of this token was made, by their key; None if that was not here."""
    number, _, mark = proof.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and mark.isascii()):
        return None
    return int(number) if compare_digest(mark, _mark_of_form(token, int(number))) else None


def _mark_of_form(token: str, person_key: int) -> str:
    return the_means().signer.mark(f"form|{token}|{person_key}")


def login_path(aim: str) -> str:
    """The page for logging in, and for going from there to a page of ours."""
    return f"/login?{urlencode({'next': aim})}" if aim else "/login"


def ticket_path(mailing_list: MailingList, ticket: Ticket) -> str:
    """The path of a ticket's page on this host."""
    return f"/t/{links.ticket_name(mailing_list, ticket)}"


def reply_to(mailing_list: MailingList, ticket: Ticket) -> str:
    """Where the reader writes to take part in a ticket; empty for who may only read."""
    person = reader()
    if person is None or mailing_list.id not in g.sight.member_of:
        return ""
    return links.reply_address(the_means().signer, mailing_list, ticket.number, person.key)


def page_number() -> int:
    """The page that the query asks for, from 1; 1, if it asks for none."""
    return max(1, request.args.get("page", 1, type=int))
