"""What people write stands in every HTML letter as they wrote it: never as markup, never escaped twice."""

from collections.abc import Iterator
from copy import copy
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlmodel import Session, select

from mailer.letters.letters import INLINER
from mailer.letters.registry import declarations
from mailer.letters.samples import Sample
from support.archive import Archive
from support.builders import store_content
from templates.language import load_language
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
from tickets.reasons import Reason
from tickets.tokens import Signer

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TAG = "x-ev"  # short: a list is called by 29 letters at most
EVIL = f'<{TAG} a="1">\'&amp;&lt;{TAG}>'
URL = "https://portal.example.dk/t/DB-1"


def evil(field: str) -> str:
    """What somebody may be called who tries a page: a tag, a quote, and what is escaped already."""
    return field + EVIL


def corrupted(value: Any) -> Any:
    """The same, but that every text within it is evil; words of the portal's own and links stay."""
    if isinstance(value, str):
        return evil(value) if value and not isinstance(value, StrEnum) and not value.startswith("https://") else value
    if isinstance(value, dict):
        return {key: one if key in {"kind", "where", "why"} else corrupted(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(corrupted(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        other = copy(value)
        for one in fields(value):
            object.__setattr__(other, one.name, corrupted(getattr(value, one.name)))
        return other
    return value


def words_of(html: str) -> str:
    """All that a reader sees or a link says, as the program that shows it reads it."""
    tree = LexborHTMLParser(html)
    assert tree.css(TAG) == []
    attributes = (unquote_plus(value or "") for node in tree.css("*") for value in node.attributes.values())
    return "\n".join([tree.root.text() if tree.root else "", *attributes])


SAMPLES = [
    pytest.param(sample.template or declaration.kind.value, sample, id=f"{declaration.kind}-{number}")
    for declaration in declarations().values()
    for number, sample in enumerate(declaration.samples)
]


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(("letter", "sample"), SAMPLES)
def test_a_letter_escapes_once_whatever_people_are_called(letter: str, sample: Sample, language: str) -> None:
    words = load_language(language, "Europe/Copenhagen")

    html = INLINER.inline(
        words.render(
            f"mail/{letter}.html", **corrupted(sample.view).values(), list=evil("list"), nameless="authority", title=""
        )
    )

    said = words_of(html)
    assert (EVIL in said) == (TAG in html)  # a link to log in names nobody
    assert TAG not in said.replace(EVIL, "")


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
