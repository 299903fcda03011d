"""Anonymous questions in fifty shapes, from mail to mail, page and log: nobody but the lawyers learns who asked."""

import email
import email.policy
import io
import logging
import re
import smtplib
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from pypdf.generic import StreamObject
from sqlmodel import col, select

from mailer.letters.digests.timetable import last_due, make_digest
from support.builders import a_person
from support.portals import compose, plain_text
from support.served_town import TELLING, Town, told_by
from support.served_town import town as town
from support.shapes import SHAPES
from support.town import ANONYMOUS, LIST, OLE
from support.waiting import eventually
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import (
    Choice,
    Content,
    MailingList,
    Message,
    Organisation,
    Person,
    Proposal,
    Role,
    Ticket,
    UnmaskedFile,
)
from tickets.database.store import system_clock
from tickets.moderation import proposals
from tickets.people import appointments, logins, organisations
from tickets.people.sight import sight_of
from tickets.post import Mailbox, Post
from tickets.search import disclosure
from web_archive.app import create_app

ASKER = "mette.klitgaard@proevested.example.dk"
KNOWING = (ASKER, "anders@forening.example.dk")
WORDS = (
    *TELLING,
    "provested",
    "pr%c3",
    "pr&",
    "pvkmkl",
    "p. nabo",
    "rådhuspladsen",
    "peter nabo",
    "peter@",
    "pvk.example",
    "12 34 56 78",
)
ANSWER = (
    "Kære Mette\n\nDet må I gerne i Prøvested Kommune, hvis leverandøren har de rette garantier. Ring til Peter Nabo."
)
# Who is registered is no word about who asked
NOT_FOLLOWED = ("/login", "/logout", "/static", "/me", "/admin/people", "/admin/organisations", "/admin/sheets")


def named_in(text: str) -> list[str]:
    folded = text.casefold()
    return [word for word in WORDS if word in folded]


def unfolded(octets: bytes) -> str:
    """All that can be found in a file: its octets, the members of an archive, the streams of a PDF."""
    pieces = [octets.decode("utf-8", "replace"), octets.decode("latin-1")]
    if octets.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            pieces += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    if octets.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(octets))
        found = [one for number in reader.xref[0] if (one := reader.get_object(number)) is not None]
        pieces += [repr(one) for one in found]
        pieces += [one.get_data().decode("latin-1") for one in found if isinstance(one, StreamObject)]
        pieces += [page.extract_text() for page in reader.pages]
    return "\n".join(pieces)


def browser(town: Town, person: Person | None) -> FlaskClient:
    portal = town.house.settings.portal
    app = create_app(town.store, portal, town.house.signer, b"x" * 32, town.house.search, system_clock)
    client = app.test_client()
    if person is not None:
        with town.store.transaction() as session:
            secret = logins.make_login_link(session, person, system_clock())
        page = client.get(f"/login/{secret}", base_url=portal.base_url).text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        client.post(f"/login/{secret}", base_url=portal.base_url, data={"csrf_token": token})
    return client


def crawl(town: Town, person: Person | None, *starts: str) -> Iterator[tuple[str, bytes, str]]:
    """Every page and file that somebody gets to by links, with its headers: lists, counts, feeds, whatever there is."""
    client, base = browser(town, person), town.house.settings.portal.base_url
    waiting, seen = [*starts], set(starts)
    while waiting:
        url = waiting.pop()
        got = client.get(url, base_url=base)
        yield url, got.data, str(got.headers)
        if got.mimetype == "text/html":
            found = {unescape(one) for one in re.findall(r'(?:href|src)="(/[^"#]*)', got.text)}
            fresh = {one for one in found if not one.startswith(NOT_FOLLOWED)} - seen
            waiting += sorted(fresh)
            seen |= fresh


def as_sent(octets: bytes, number: int) -> bytes:
    """A shape with an id of its own and lines that end as SMTP has them (RFC 5321 2.3.8)."""
    own = octets.replace(b"Message-ID: <", b"Message-ID: <%d." % number, 1)
    return own.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def ask_in_all_shapes(town: Town) -> None:
    with smtplib.SMTP("127.0.0.1", town.smtp, timeout=30) as client:
        for number, octets in enumerate(SHAPES.values()):
            client.sendmail(ASKER, [ANONYMOUS], as_sent(octets, number))
    town.settled()


def answer_them_all(town: Town) -> None:
    """Anders' answers, filed as his mails would be; each names who asked."""
    with town.store.transaction() as session:
        anders, mailing_list = (
            session.get_one(Person, town.anders.id),
            session.get_one(MailingList, town.mailing_list.id),
        )
        content_key = session.exec(select(Content.sha256)).first() or ""
        for ticket in session.exec(select(Ticket).order_by(col(Ticket.id))):
            post = Post(f"{ticket.id}@forening.example.dk", Mailbox(anders.name, anders.email), "SV", ANSWER, ANSWER)
            filing = Filing(anders, content_key, system_clock(), is_lawyer=True)
            file_post(session, town.house.settings.portal, mailing_list, post, filing, ticket)
    town.settled()


@pytest.mark.any_database
@pytest.mark.slow
def test_fifty_shapes_of_anonymous_questions_tell_nobody_who_asks(
    town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    assert len(SHAPES) >= 50
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "sqlalchemy")  # below that it logs every statement, and then every row
    portal = town.house.settings.portal
    with town.store.transaction() as session:
        home = session.get_one(Organisation, town.mette.organisation_key)
        home.name = "Prøvested Kommune"
        organisations.give_domains(session, home, ["pvk.example.org"])
        a_person(session, ASKER, "Mette Klitgaard", home)
        a_person(session, "peter@proevested.example.dk", "Peter Nabo", home)
        bo = a_person(session, "bo@example.dk", "Bo Drift")
        appointments.appoint(session, bo, Role.ADMINISTRATOR)
        session.get_one(MailingList, town.mailing_list.id).is_public = True

    # While they wait, nobody sees anything
    ask_in_all_shapes(town)
    assert town.count(Message) == 0
    assert {one.recipients[0] for one in town.sink.messages()} == {ASKER}
    for url, octets, headers in [*crawl(town, bo, "/", "/held"), *crawl(town, town.ole, "/")]:
        assert named_in(unfolded(octets) + headers) == [], url

    with town.store.transaction() as session:
        waiting = list(session.exec(select(Proposal)))
        assert len(waiting) == len(SHAPES)
        for proposal in waiting:
            assert proposals.decide(session, proposal, Choice.SEND, system_clock())
    town.settled()
    assert town.count(Message) == len(SHAPES)
    answer_them_all(town)
    eventually(town.is_indexed)
    town.send(compose(OLE, LIST, "Logfiler hos leverandøren", "Må vi udlevere logfiler til en leverandør i USA?"))
    town.settled()
    with town.store.transaction() as session:
        next_week = last_due(portal, town.mailing_list, system_clock()) + timedelta(days=7)
        assert make_digest(session, portal, town.house.signer, town.mailing_list, next_week, system_clock())
    town.settled()
    eventually(town.is_indexed)

    # Letters: the questions, the answers, the receipt of a question like them, the digest
    others = [one for one in town.sink.messages() if one.recipients[0] not in KNOWING]
    letters = [email.message_from_bytes(one.octets, policy=email.policy.default) for one in others]
    for letter, sent in zip(letters, others, strict=True):
        assert named_in(told_by(sent.octets)) == [], letter["Subject"]
    texts = [" ".join(plain_text(letter).split()) for letter in letters]  # type: ignore[arg-type]
    assert sum("Må vi udlevere logfiler til en leverandør uden for EU?" in text for text in texts) >= len(SHAPES)
    assert sum("Det må I gerne i [kommunen]" in text for text in texts) >= len(SHAPES)
    to_ulla = [text for text, sent in zip(texts, others, strict=True) if sent.recipients[0].startswith("ulla")]
    assert "[kommunen]" in to_ulla[0]
    receipts = [text for text in texts if "Besvaret før" in text]
    assert any("[kommunen]" in text for text in receipts)

    # Everything that can be reached by links, the search's excerpts among it
    seen = list(crawl(town, None, "/", "/search?q=leverand%C3%B8r", "/search?q=ring"))
    seen += crawl(town, town.ole, "/search?q=logfiler", "/l/db")
    assert len({url for url, *_ in seen}) > 2 * len(SHAPES)
    for url, octets, headers in seen:
        assert named_in(unfolded(octets) + headers) == [], url
    with town.store.reading() as session:
        sight = sight_of(session, town.ole)
        for word in ("Mette", "Klitgaard", "Prøvested", "Nabo", "proevested", ASKER):
            assert town.house.search.find(session, sight, word).hits == ()
            assert disclosure.find_unmasked(session, sight, word) == ()
        assert disclosure.find_unmasked(session, sight_of(session, town.anders), "Prøvested")
        for message in session.exec(select(Message)):
            for found in town.house.search.find_similar(session, sight, message):
                assert named_in(f"{found.ticket.subject}{found.question.text}{found.answer.text}") == []

        # What others download, unpacked
        copies = select(Content.octets).join(UnmaskedFile, col(UnmaskedFile.clean_key) == col(Content.sha256))
        files = list(session.exec(copies))
        assert len(files) >= 5
        for octets in files:
            assert named_in(unfolded(octets)) == []

    # The index on the disk, and the log
    index = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "search" in path.parts]
    assert index
    for octets in index:
        assert named_in(octets.decode("utf-8", "replace")) == []
    written = capfd.readouterr()
    assert named_in(written.out + written.err + caplog.text) == []
