"""The daily letter: what waits for administrators, once a working day, and only if something does."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlmodel import Session, select

from mailer.intake import leftovers
from mailer.letters.daily import Reporter, collect, make_report
from support.builders import a_list, a_person, store_content
from tickets import journal
from tickets.database.models import (
    Arrival,
    DailyReport,
    Delivery,
    Disposition,
    LeftoverReason,
    Letter,
    Proposal,
    ProposalKind,
    Role,
)
from tickets.database.store import Store
from tickets.moderation import proposals, troubles
from tickets.people import appointments
from tickets.portal import Portal
from tickets.reasons import Reason

CPR = "010190-1234"
ANSWERS = {"reason": Reason.ANSWERS_HIDDEN, "reason_details": {"ticket": "DB-7"}}


def put_aside(session: Session, at: datetime, subject: str = "Må jeg være med?", **more: object) -> None:
    usual = {
        "content_key": store_content(session, b"Subject: x\n\n", at), "recipient": "databeskyttelse@example.dk",
        "return_path": "sam@example.org", "door": "smtp", "received_at": at, "next_attempt_at": at, "settled_at": at,
        "disposition": Disposition.HELD, "reason": Reason.STRANGER, "author": "sam@example.org",
    }  # fmt: skip
    session.add(Arrival(**usual | more, subject=subject))
    session.flush()


@pytest.fixture
def karen(store: Store) -> None:
    with store.transaction() as session:
        appointments.appoint(session, a_person(session, "karen@forening.example.dk"), Role.ADMINISTRATOR)


def letters(store: Store) -> list[Letter]:
    with store.reading() as session:
        return list(session.exec(select(Letter)))


def report_at(store: Store, portal: Portal, now: datetime) -> int:
    return Reporter(store, portal, lambda: now).work()


@pytest.mark.usefixtures("karen")
def test_what_waited_a_working_day_is_told_once_a_day(store: Store, portal: Portal, now: datetime) -> None:
    with store.transaction() as session:
        put_aside(session, now - timedelta(days=4), f"Om {CPR}")
        put_aside(session, now - timedelta(hours=20), "Fra i går, søndag")

    made = [report_at(store, portal, now + timedelta(minutes=n)) for n in range(3)]

    (letter,) = letters(store)
    assert made == [1, 0, 0]
    text = letter.octets.decode()
    assert "1 mail venter" in text.replace("=20", " ")
    assert f"{portal.base_url}/held/1" in text
    assert "/held/2" not in text
    assert CPR not in text
    with store.reading() as session:
        assert [delivery.recipient for delivery in session.exec(select(Delivery))] == ["karen@forening.example.dk"]


@pytest.mark.usefixtures("karen")
def test_each_reason_is_told_in_the_readers_own_language(store: Store, portal: Portal, now: datetime) -> None:
    with store.transaction() as session:
        put_aside(session, now - timedelta(days=4), **ANSWERS)
    report_at(store, portal, now)

    parts = message_from_bytes(letters(store)[0].octets, policy=default).iter_parts()

    for part in parts:
        assert "Den svarer på DB-7, som afsenderen ikke må se." in part.get_content()
        assert "author" not in part.get_content()


@pytest.mark.usefixtures("karen")
def test_what_still_waits_the_next_day_is_told_again(store: Store, portal: Portal, now: datetime) -> None:
    with store.transaction() as session:
        put_aside(session, now - timedelta(days=4))

    made = [report_at(store, portal, now + timedelta(days=n)) for n in range(7)]

    assert made == [1, 1, 1, 1, 1, 0, 0]  # not on Saturday and Sunday
    assert len(letters(store)) == 5


@pytest.mark.usefixtures("karen")
def test_with_nothing_to_tell_there_is_no_letter(store: Store, portal: Portal, now: datetime) -> None:
    with store.transaction() as session:
        put_aside(session, now - timedelta(days=4), disposition=Disposition.DISCARDED)

    report_at(store, portal, now)

    assert letters(store) == []
    with store.reading() as session:
        assert [report.items for report in session.exec(select(DailyReport))] == [0]


@pytest.mark.usefixtures("karen")
def test_before_eight_nobody_is_told(store: Store, portal: Portal, now: datetime) -> None:
    assert report_at(store, portal, now - timedelta(minutes=1)) == 0
    assert report_at(store, portal, now) == 1


def test_events_that_were_set_aside_are_told(session: Session, portal: Portal, now: datetime) -> None:
    journal.set_aside(session, "distribution", 7, Reason.EVENT_TOO_OLD)
    session.flush()

    assert collect(session, portal, now).set_aside == 1
    report = make_report(session, portal, now)
    assert report is not None
    assert report.items == 1


@pytest.mark.usefixtures("karen")
def test_what_waits_for_its_author_waits_for_no_administrator(store: Store, portal: Portal, now: datetime) -> None:
    with store.transaction() as session:
        put_aside(session, now - timedelta(days=4), reason=Reason.HOLDS_CPR)
        asker, mailing_list = a_person(session), a_list(session)
        proposals.make(session, ProposalKind.CPR, session.get_one(Arrival, 1), asker, mailing_list, now)

    report_at(store, portal, now)
    assert letters(store) == []

    with store.transaction() as session:
        session.delete(session.get_one(Proposal, 1))
    report_at(store, portal, now + timedelta(days=1))
    assert len(letters(store)) == 1


@pytest.mark.usefixtures("karen")
def test_what_does_not_work_is_told_with_its_beginning_and_the_oldest_that_waits(
    store: Store, portal: Portal, now: datetime
) -> None:
    with store.transaction() as session:
        troubles.begin(session, "relay", "Connection refused", now - timedelta(days=2))
        troubles.begin(session, "mailbox", "AUTHENTICATIONFAILED", now - timedelta(days=1))

    report_at(store, portal, now)

    (letter,) = letters(store)
    text = message_from_bytes(letter.octets, policy=default).get_body(("plain",)).get_content()
    assert "Connection refused" in text
    assert "AUTHENTICATIONFAILED" in text


@pytest.mark.usefixtures("karen")
def test_what_was_left_in_the_mailbox_is_told_once(store: Store, portal: Portal, now: datetime) -> None:
    with store.transaction() as session:
        leftovers.leave(session, "portal@mail.example.dk/INBOX", 7, LeftoverReason.TOO_LARGE, now, 60_000_000)

    made = [report_at(store, portal, now + timedelta(minutes=1)), report_at(store, portal, now + timedelta(days=1))]

    assert made == [1, 1]
    (letter,) = letters(store)
    assert "1 mail var for stor" in message_from_bytes(letter.octets, policy=default).get_body(("plain",)).get_content()
