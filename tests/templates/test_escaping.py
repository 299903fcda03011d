"""What people write stands in every HTML letter as they wrote it: never as markup, never escaped twice."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import pytest
from jinja2 import Environment, meta
from selectolax.lexbor import LexborHTMLParser
from sqlmodel import Session, select

from mailer.letters.letters import INLINER
from support.archive import Archive
from support.builders import store_content
from templates.language import FOLDER, load_language
from tickets import links
from tickets.database.models import (
    Arrival,
    Attachment,
    Disposition,
    MailingList,
    Message,
    Organisation,
    Person,
    Preview,
    ProposalKind,
    Role,
    Ticket,
)
from tickets.database.store import Store
from tickets.moderation import proposals
from tickets.people import appointments
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TAG = "x-ev"  # short: a list is called by 29 letters at most
EVIL = f'<{TAG} a="1">\'&amp;&lt;{TAG}>'
URL = "https://portal.example.dk/t/DB-1"


def evil(field: str) -> str:
    """What somebody may be called who tries a page: a tag, a quote, and what is escaped already."""
    return field + EVIL


def rows(**fields: Any) -> list[SimpleNamespace]:
    return [SimpleNamespace(**{name: evil(name) if value is None else value for name, value in fields.items()})]


FILES = rows(name=None, size=1_000, url=URL, is_kept_back=True)
COMMON: dict[str, Any] = {
    **{name: evil(name) for name in ("list", "subject", "text", "author", "organisation", "name", "address", "owner")},
    "title": evil("title"), "at": AT, "expires_at": AT, "deleted_at": AT, "url": URL, "unsubscribe": URL, "number": 7,
    "count": 2, "local": "db", "domain": "example.dk", "about": "cpr", "is_sure": True, "choice": "", "files": FILES,
    "ticket": SimpleNamespace(subject=evil("ticket")),
}  # fmt: skip


def post_letters() -> Iterator[dict[str, Any]]:
    kinds = ("question", "answer", "follow_up", "reply", "news", "note")
    for kind, capacity, visibility in product(
        kinds, ("asker", "lawyer", "subscriber"), ("open", "anonymous", "confidential")
    ):
        yield {
            "kind": kind, "capacity": capacity, "visibility": visibility, "is_first": True, "quoted": evil("quoted"),
            "left_out": 2, "replacements": [(evil("found"), evil("instead"))] if kind == "question" else [],
        }  # fmt: skip


def findings() -> Iterator[dict[str, Any]]:
    for where in ("subject", "text", "quoted", "author", "field", "hidden", "name", "file"):
        yield {"findings": rows(where=where, why="", line=4, name=None)}
    for why in ("encrypted", "damaged", "packed", "large"):
        yield {"findings": rows(where="unread", why=why, line=0, name=None), "is_sure": False}


def told(*kinds: str) -> list[dict[str, Any]]:
    return [{"kind": kind, "who": evil("who"), "at": AT, "text": evil("text")} for kind in kinds]


def digest_sections() -> Iterator[dict[str, Any]]:
    for section in ("news", "answered", "new", "reopened", "discussed", "still_open"):
        item = rows(
            subject=None, name="DB-1", url=URL, reply="db+token@example.dk",
            exchanges=[{"asked": told("question", "follow_up"), "said": told("answer", "reply"), "waits": True}],
        )  # fmt: skip
        yield {"sections": [(section, item)], "counts": {}, "more_open": 2}


def several(name: str, values: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    return ({name: value} for value in values)


LETTERS: dict[str, list[dict[str, Any]]] = {
    "post": list(post_letters()),
    "receipt": [
        {"visibility": one, "answered": rows(subject=None, question=None, answer=None, url=URL)}
        for one in ("open", "anonymous", "confidential")
    ],
    "digest": list(digest_sections()),
    "subscription": [
        {"mode": mode, "is_restricted": one} for mode, one in product(("none", "each", "weekly"), (True, False))
    ],
    "help": [{}],
    "login": [{"link": URL}],
    "encrypted": [{"confidential": evil("confidential")}],
    "news_held": [{}],
    "exposing": [{}],
    "asked_openly": [{"is_closed": one, "asked_at": AT} for one in (True, False)],
    "unproven": [{"place": evil("place")}],
    "sent_on": [{}],
    "cpr": [{"is_anonymous": True} | one for one in findings()],
    "cpr_held": list(several("is_sure", (True, False))),
    "cpr_held_more": [{}],
    "decided": [{"happened": one} for one in ("proposal_decided", "proposal_expired")],
    "undecided": [{"choice": one, "about": "anonymous"} for one in ("", "send", "withdraw")],
    "delayed": [{}],
    "quarantined": [{}],
    "paused": list(several("is_last", (True, False))),
    "preview": [
        {"letter": evil("letter"), "letter_subject": evil("letter_subject"), "pictures": [evil("picture")],
         "kept_back": [evil("kept_back")], "corrects": True, "files_before": 1, "doubts": [evil("doubt")]}
    ],
    "doubted": [
        {"letter": evil("letter"), "letter_subject": evil("letter_subject"), "doubts": [evil("doubt")], "kept_back": []}
    ],
    "several": [{"rows": rows(subject=None, list=None, at=AT, expires_at=AT, url=URL)}],
    "waiting": [
        {"rows": rows(subject=None, grounds=Grounds(Reason.ANSWERS_HIDDEN, {"ticket": evil("reason")}), author=None,
                      address=None, since=AT, url=URL), "more": 1, "failed": 1, "paused": 1, "set_aside": 1,
         "troubles": [{"name": "relay", "since": AT, "said": evil("said")}], "oldest": AT,
         "too_large": 1, "known": 1}
    ],
}  # fmt: skip
LETTERS["paused"] = [one | {"resume": URL, "subscribe": evil("subscribe")} for one in LETTERS["paused"]]


def plain_values(letter: str) -> dict[str, Any]:
    """Something evil for all that a letter is made of which neither loops nor chooses, and so stands in no table."""
    source = (FOLDER / "mail" / f"{letter}.html").read_text()
    environment = Environment(extensions=["jinja2.ext.i18n"])
    environment.filters |= dict.fromkeys(re.findall(r"\|\s*(\w+)", source), str)
    names = meta.find_undeclared_variables(environment.parse(source))
    numbers = set(re.findall(r'", (\w+)[,)]', source))
    times = set(re.findall(r"(\w+)\|(?:moment|day|date|clock)", source))
    names -= {"_", "gettext", "ngettext", *COMMON}
    return {name: 2 if name in numbers else AT if name in times else evil(name) for name in names}


def words_of(html: str) -> str:
    """All that a reader sees or a link says, as the program that shows it reads it."""
    tree = LexborHTMLParser(html)
    assert tree.css(TAG) == []
    attributes = (unquote(value or "") for node in tree.css("*") for value in node.attributes.values())
    return "\n".join([tree.root.text() if tree.root else "", *attributes])


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("letter", sorted({path.stem for path in (FOLDER / "mail").glob("*.html")} - {"layout"}))
def test_a_letter_escapes_once_whatever_people_are_called(letter: str, language: str) -> None:
    words = load_language(language, "Europe/Copenhagen")
    for values in LETTERS.get(letter) or [plain_values(letter)]:
        html = INLINER.inline(words.render(f"mail/{letter}.html", **COMMON | values))

        said = words_of(html)

        assert EVIL in said
        assert TAG not in said.replace(EVIL, ""), values


# -- pages -----------------------------------------------------------------------------


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    """An archive in which everybody and everything is called something evil."""
    made = Archive(store, portal, signer, tmp_path / "search", now)
    with store.transaction() as session:
        mailing_list = session.get_one(MailingList, made.mailing_list.id)
        mailing_list.name, mailing_list.description = evil(""), evil("description")
        for table in (Person, Organisation):
            for row in session.exec(select(table)):
                row.name = evil(f"{row.name} {row.id}")
        for ticket in session.exec(select(Ticket)):
            ticket.subject = evil("subject")
        for message in session.exec(select(Message)):
            message.subject, message.text, message.quoted = evil("subject"), evil("text"), evil("quoted")
        for file in session.exec(select(Attachment)):
            file.name = evil("file")
        appointments.appoint(session, session.get_one(Person, made.people["lawyer"].id), Role.ADMINISTRATOR)
        put_aside(session, made)
        propose(session, made, put_aside(session, made))
    made.mailing_list.name = evil("")
    made.index()
    return made


def put_aside(session: Session, archive: Archive) -> Arrival:
    octets = f"From: {evil('from')} <x@example.org>\r\nSubject: {evil('subject')}\r\n\r\n{EVIL}".encode()
    aside = Arrival(
        content_key=store_content(session, octets, archive.now), recipient="db@example.dk", return_path=evil("path"),
        door="smtp", client="192.0.2.1", helo=evil("helo"), received_at=archive.now, next_attempt_at=archive.now,
        author=evil("author"), subject=evil("subject"), disposition=Disposition.HELD, settled_at=archive.now,
        reason=Reason.ANSWERS_HIDDEN, reason_details={"ticket": evil("reason")}, traceback=evil("traceback"),
        defects=[evil("defect")],
    )  # fmt: skip
    session.add(aside)
    session.flush()
    return aside


def propose(session: Session, archive: Archive, aside: Arrival) -> None:
    preview = Preview(
        message_id="1@x", subject=evil("subject"), text=evil("text"), left_out=1, kept_back=[evil("kept")],
        files=[{"part": 1, "name": evil("file"), "type": "text/plain", "size": 1, "has_pictures": True}],
        sent_at=archive.now,
    )  # fmt: skip
    finding = {"where": "file", "line": 0, "name": evil("file")}
    about = (aside, archive.people["asker"], archive.mailing_list, archive.now)
    proposals.make(session, ProposalKind.CPR, *about, findings=[finding])
    proposals.make(session, ProposalKind.ANONYMOUS, *about, preview=preview)


def pages_of(archive: Archive) -> Iterator[str]:
    lawyer = archive.people["lawyer"].key
    yield from ("/", "/l/db", "/l/db?status=open", "/t/DB-1", "/t/DB-2", "/t/DB-3", "/news", "/me")
    yield from (
        "/search?q=subject",
        f"/search?q={quote(evil('x'))}",
        "/held",
        "/held/1",
        archive.address_of(archive.open),
    )
    for url in (
        links.unsubscribe_url(archive.portal, archive.signer, archive.mailing_list.key, lawyer),
        links.resume_url(archive.portal, archive.signer, lawyer),
        *(links.proposal_url(archive.portal, archive.signer, key) for key in (1, 2)),
    ):
        yield url.removeprefix(archive.portal.base_url)


def test_a_page_escapes_once_whatever_people_are_called(archive: Archive) -> None:
    browser = archive.browser("lawyer")

    for url in pages_of(archive):
        response = browser.get(url)
        said = words_of(response.text)

        assert response.status_code == 200, url
        assert EVIL in said, url
        assert TAG not in said.replace(EVIL, ""), url
    raw = words_of(browser.press("/held/1/open", form_on="/held/1").text)
    assert TAG not in raw.replace(EVIL, "")


def test_a_link_that_opens_a_mail_has_the_subject_as_it_was_written(archive: Archive) -> None:
    tree = LexborHTMLParser(archive.browser("asker").text("/t/DB-1"))

    (link, *_) = [node.attributes["href"] or "" for node in tree.css("a.button") if "mailto" in str(node.attributes)]

    assert unquote(link).endswith(f"?subject=SV: {evil('subject')} [DB-1]")
