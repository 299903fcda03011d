"""Bounces are counted on whom they went to, through the whole journey of a message; never answered, never filed."""

from datetime import datetime, timedelta

import pytest
from builders import LONG_AGO, a_message
from sqlmodel import select
from test_processor import LIST, Desk

from tickets import links, membership, reachability
from tickets.failures import BounceKind
from tickets.models import (
    Arrival,
    Bounce,
    Capacity,
    Delivery,
    DeliveryState,
    Disposition,
    EventKind,
    Letter,
    LetterKind,
    Mode,
    Person,
)
from tickets.portal import Portal
from tickets.store import Store
from tickets.tokens import Signer

LETTER_ID = "letter-1@example.dk"


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    """A mail room that has sent one letter to Ole, who gets every letter."""
    desk = Desk(store, portal, signer, now)
    with store.transaction() as session:
        membership.subscribe(session, desk.ole, desk.mailing_list, Mode.EACH, now)
    send_letter(desk)
    return desk


def send_letter(desk: Desk, message_id: str = LETTER_ID) -> None:
    with desk.store.transaction() as session:
        letter = Letter(
            kind=LetterKind.QUESTION,
            language="da",
            mailing_list_key=desk.mailing_list.id,
            message_id=message_id,
            octets=b"",
            made_at=desk.now,
        )
        session.add(letter)
        session.flush()
        session.add(
            Delivery(
                letter_key=letter.id or 0,
                cause=f"event-{message_id}",
                kind=LetterKind.QUESTION,
                person_key=desk.ole.id or 0,
                recipient=desk.ole.email,
                capacity=Capacity.SUBSCRIBER,
                state=DeliveryState.SENT,
                made_at=desk.now,
                next_attempt_at=LONG_AGO,
            )
        )


def return_path(desk: Desk) -> str:
    with desk.store.reading() as session:
        return links.return_path(desk.portal, desk.signer, max(session.exec(select(Delivery.id)).all()) or 0)


def a_report(status: str = "5.1.1", recipient: str = "ole@oeby.example.dk", message_id: str = LETTER_ID) -> bytes:
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.oeby.example.dk>\nTo: databeskyttelse@example.dk\n"
        "Subject: Kan ikke leveres: Må vi det?\nMessage-ID: <r1@mx.oeby.example.dk>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nDin meddelelse kunne ikke leveres.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.oeby.example.dk\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: {status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>\nTo: {LIST}\n\n--b--\n"
    ).encode()


def bounces(desk: Desk) -> list[tuple[str, BounceKind, str]]:
    with desk.store.reading() as session:
        query = select(Person.email, Bounce.kind, Bounce.status).join(Bounce, Bounce.person_key == Person.id)  # type: ignore[arg-type]
        return [tuple(row) for row in session.exec(query)]  # type: ignore[misc]


def score(desk: Desk) -> float:
    with desk.store.reading() as session:
        return session.get_one(Person, desk.ole.id).bounce_score


def state(desk: Desk) -> DeliveryState:
    with desk.store.reading() as session:
        return session.exec(select(Delivery.state)).one()


def take(desk: Desk, octets: bytes, recipient: str, sender: str = "") -> Arrival:
    return desk.hand_over(octets.replace(b"\n", b"\r\n"), recipient, return_path=sender)[0]


def test_a_report_to_a_return_path_is_counted_on_the_person_it_was_made_for(desk: Desk) -> None:
    arrival = take(desk, a_report(recipient="somebody.else@oeby.example.dk"), return_path(desk))

    assert (arrival.disposition, arrival.reason) == (Disposition.COUNTED, "hard 5.1.1")
    assert bounces(desk) == [("ole@oeby.example.dk", BounceKind.HARD, "5.1.1")]
    assert (score(desk), state(desk)) == (1.0, DeliveryState.FAILED)
    assert desk.messages() == []


@pytest.mark.parametrize(("status", "kind"), [("4.2.2", BounceKind.TRANSIENT), ("5.7.1", BounceKind.POLICY)])
def test_what_may_pass_counts_half_and_fails_nothing(desk: Desk, status: str, kind: BounceKind) -> None:
    take(desk, a_report(status), return_path(desk))

    assert bounces(desk) == [("ole@oeby.example.dk", kind, status)]
    assert (score(desk), state(desk)) == (0.5, DeliveryState.SENT)


@pytest.mark.parametrize("recipient", [LIST, "postmaster@example.dk", "databeskyttelse+owner@example.dk"])
def test_a_report_that_lost_its_return_path_is_known_by_the_letter_and_its_recipient(
    desk: Desk, recipient: str
) -> None:
    arrival = take(desk, a_report(), recipient)

    assert arrival.disposition is Disposition.COUNTED
    assert bounces(desk) == [("ole@oeby.example.dk", BounceKind.HARD, "5.1.1")]
    assert score(desk) == 0.5, "everybody who got the letter could have written this"
    assert EventKind.HELD not in desk.events()


@pytest.mark.parametrize(
    "report",
    [a_report(message_id="other@example.dk"), a_report(recipient="mette@proevested.example.dk")],
    ids=["of another letter", "of somebody who was not written to"],
)
def test_a_report_of_nothing_we_sent_is_discarded(desk: Desk, report: bytes) -> None:
    arrival = take(desk, report, LIST)

    assert (arrival.disposition, bounces(desk)) == (Disposition.DISCARDED, [])


def test_an_old_letter_comes_back_no_more(desk: Desk) -> None:
    desk.now += timedelta(days=15)

    assert take(desk, a_report(), LIST).disposition is Disposition.DISCARDED


def test_a_report_at_a_list_is_never_a_question_nor_answered(desk: Desk) -> None:
    for octets in (a_report(), a_report(message_id="other@example.dk")):
        take(desk, octets, LIST)

    assert desk.messages() == []
    assert {event for event in desk.events() if event is not EventKind.SUBSCRIBED} == {EventKind.BOUNCED}


@pytest.mark.parametrize("is_signed", [True, False])
def test_the_same_letter_comes_back_once_however_often_it_is_reported(desk: Desk, is_signed: bool) -> None:
    for _ in range(8):
        arrival = take(desk, a_report(), return_path(desk) if is_signed else LIST)
        desk.now += timedelta(days=1)

    assert arrival.disposition is Disposition.COUNTED
    assert bounces(desk) == [("ole@oeby.example.dk", BounceKind.HARD, "5.1.1")]
    assert score(desk) == (1.0 if is_signed else 0.5)


def test_letters_are_paused_after_five_days_of_bounces_and_go_on_when_the_person_writes(desk: Desk) -> None:
    for day in range(5):
        take(desk, a_report(), return_path(desk))
        desk.now += timedelta(days=1)
        send_letter(desk, f"letter-of-day-{day}@example.dk")
    with desk.store.reading() as session:
        paused = [person.email for person, *_ in reachability.paused(session)]

    filed = desk.take(a_message(From="Ole Følger <ole@oeby.example.dk>"))[0]

    with desk.store.reading() as session:
        assert (paused, reachability.count_paused(session)) == (["ole@oeby.example.dk"], 0)
    assert filed.disposition is Disposition.FILED
    assert desk.events()[-3:] == [EventKind.PAUSED, EventKind.RESUMED, EventKind.ASKED]
