"""The top of a message that could not be read, and what is kept of it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from mailer.processing.privacy import make_mark
from mailer.sandbox.headings import Sender, read_heading, read_sender
from mailer.sandbox.message import read_message
from mailer.sandbox.reader import Limits
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.quarantine import NUMBER, costly, quarantine
from tickets.database.models import Arrival, Content, Disposition, Event, EventKind, Redaction
from tickets.moderation import holding, originals
from tickets.portal import Portal
from tickets.reasons import Reason


def told(desk: Desk) -> list[int | None]:
    """Who is told of what was put in quarantine; None: the administrators alone."""
    with desk.store.reading() as session:
        return list(session.exec(select(Event.person_key).where(Event.kind == EventKind.QUARANTINED)))


def test_the_top_is_read_and_nothing_below_it(now: datetime) -> None:
    reading = read_heading(bytes(costly(Subject="Indsigt")), now).reading

    assert (reading.post.subject, reading.authors[0].email) == ("Indsigt", "mette@proevested.example.dk")
    assert (reading.text, reading.post.files, reading.findings) == ("", (), ())


@pytest.mark.parametrize("octets", [b"", b"\r\n\r\nx", b"x", b"From: " + b"a" * 200_000, b"\xff" * 99, b"Subject: x"])
def test_whatever_stands_there_does_not_fail(octets: bytes, now: datetime, portal: Portal) -> None:
    heading = read_heading(octets, now)

    assert heading.reading.post.files == ()
    assert read_heading(make_mark(heading, len(octets), portal), now).reading.authors == ()


def test_of_what_cannot_be_read_at_all_a_mark_is_made_too(now: datetime, portal: Portal) -> None:
    assert read_heading(make_mark(None, 17, portal), now).reading.fields == ()


def test_the_sender_is_the_one_author_whom_the_top_names(now: datetime) -> None:
    alone = b"Authentication-Results: mx; dmarc=pass header.from=oeby.example.dk\r\nFrom: ole@oeby.example.dk\r\n\r\n"
    two = b"From: ole@oeby.example.dk, mette@oeby.example.dk\r\n\r\n"

    assert read_sender(alone, None) == Sender("ole@oeby.example.dk")
    assert read_sender(alone, "mx") == Sender("ole@oeby.example.dk", has_pass=True)
    assert read_sender(alone, "mx2") == Sender("ole@oeby.example.dk")
    assert read_sender(two, "mx") == read_sender(b"", "mx") == Sender()


@pytest.mark.any_database
def test_the_member_who_wrote_what_cannot_be_read_is_told_once(desk: Desk) -> None:
    arrival = quarantine(desk, costly(Subject=f"Om {NUMBER}"))
    assert arrival.disposition is Disposition.QUARANTINED
    assert (arrival.author, arrival.subject) == ("mette@proevested.example.dk", "Om ●●●●●●-●●●●")

    with desk.store.transaction() as session:
        holding.retry(session, arrival.key, desk.now)
    for _ in range(3):
        desk.now += timedelta(seconds=10)
        desk.process()

    assert told(desk) == [desk.mette.id, None]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("fields", "more"),
    [
        ({"From": "Frank Fremmed <frank@example.org>"}, {}),
        ({"From": "Ny Kollega <ny@proevested.example.dk>"}, {}),
        ({"Auto_Submitted": "auto-replied"}, {}),
        ({}, {"return_path": ""}),
        ({"List_Id": "<andre.example.org>"}, {}),
        ({"From": "Mette Eksempel <mette@proevested.example.dk>, x@example.org"}, {}),
    ],
)
def test_strangers_robots_and_the_doubtful_hear_nothing(
    desk: Desk, fields: dict[str, str], more: dict[str, str]
) -> None:
    assert quarantine(desk, costly(**fields), **more).disposition is Disposition.QUARANTINED
    assert told(desk) == [None]


def test_what_could_not_be_read_is_forgotten_but_for_a_mark_of_which_nothing_can_be_filed(desk: Desk) -> None:
    arrival = quarantine(desk, costly(Subject=f"Om {NUMBER}", Message_ID="<1@x>"))
    with desk.store.transaction() as session:
        assert originals.forget(session, desk.now) == 1

    with desk.store.reading() as session:
        (content,) = session.exec(select(Content)).all()
        fields = dict(holding.fields_of(session.get_one(Arrival, arrival.id)))
    text = content.octets.decode()
    assert NUMBER not in text
    assert "Den kom fra mette@proevested.example.dk og fyldte" in text
    assert (fields["Subject"], fields["Message-ID"]) == ("Om ●●●●●●-●●●●", "<1@x>")

    with desk.store.transaction() as session:
        holding.retry(session, arrival.key, desk.now)
    (again,) = desk.process()
    assert (again.disposition, again.reason) == (Disposition.HELD, Reason.NO_SINGLE_AUTHOR)


@pytest.mark.any_database
def test_what_is_read_after_all_is_kept_redacted_instead(desk: Desk) -> None:
    arrival = quarantine(desk, costly(Subject="Indsigt"))
    with desk.store.transaction() as session:
        holding.retry(session, arrival.key, desk.now)
    desk.employ(limits=Limits(seconds=60))
    (again,) = desk.process()

    assert (again.disposition, again.reason) == (Disposition.HELD, Reason.HOLDS_CPR)
    with desk.store.reading() as session:
        redaction = session.exec(select(Redaction)).one()
        kept = read_message(session.get_one(Content, redaction.redacted_key).octets, desk.now)
    assert "Må vi? ●●●●●●-●●●●" in kept.text
