"""Bounces are counted on whom they went to, through the whole journey of a message; never answered, never filed.

What does not prove that it is about a delivery of ours is counted on nobody: administrators see it.
"""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from support.builders import LONG_AGO, a_list, a_made_letter, a_message, an_owed_delivery
from support.mail_room import Desk
from support.town import LIST
from tickets import links
from tickets.database.models import (
    Arrival,
    Bounce,
    Delivery,
    DeliveryState,
    Disposition,
    EventKind,
    Mode,
    Person,
    Subscription,
)
from tickets.database.store import Store
from tickets.moderation import holding
from tickets.people import reachability, subscriptions
from tickets.portal import Portal
from tickets.reasons import BounceKind, Grounds, Reason
from tickets.tokens import Signer

LETTER_ID = "letter-1@example.dk"


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    """A mail room that has sent one letter to Ole, who gets every letter."""
    desk = Desk(store, portal, signer, now)
    with store.transaction() as session:
        subscriptions.subscribe(session, desk.ole, desk.mailing_list, Mode.EACH, now)
    send_letter(desk)
    return desk


def send_letter(desk: Desk, message_id: str = LETTER_ID) -> None:
    with desk.store.transaction() as session:
        letter = a_made_letter(session, desk.mailing_list, desk.now, message_id=message_id)
        an_owed_delivery(session, letter, desk.ole, state=DeliveryState.SENT, next_attempt_at=LONG_AGO)


def return_path(desk: Desk) -> str:
    with desk.store.reading() as session:
        return links.return_path(desk.portal, desk.signer, max(session.exec(select(Delivery.id)).all()) or 0)


def a_report(
    status: str = "5.1.1",
    recipient: str = "ole@oeby.example.dk",
    message_id: str = LETTER_ID,
    action: str = "failed",
    more: str = "",
) -> bytes:
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.oeby.example.dk>\nTo: databeskyttelse@example.dk\n"
        "Subject: Kan ikke leveres: Må vi det?\nMessage-ID: <r1@mx.oeby.example.dk>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nDin meddelelse kunne ikke leveres.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.oeby.example.dk\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n{more}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>\nTo: {LIST}\n\n--b--\n"
    ).encode()


def bounces(desk: Desk) -> list[tuple[str, BounceKind, str]]:
    with desk.store.reading() as session:
        query = select(Person.email, Bounce.kind, Bounce.status).join(Bounce, Bounce.person_key == Person.id)  # type: ignore[arg-type]
        return [tuple(row) for row in session.exec(query)]  # type: ignore[misc]


def score(desk: Desk) -> float:
    with desk.store.reading() as session:
        return session.exec(select(Subscription.bounce_score).where(Subscription.person_key == desk.ole.id)).one()


def state(desk: Desk) -> DeliveryState:
    with desk.store.reading() as session:
        return session.exec(select(Delivery.state)).one()


def take(desk: Desk, octets: bytes, recipient: str, sender: str = "") -> Arrival:
    return desk.hand_over(octets.replace(b"\n", b"\r\n"), recipient, return_path=sender)[0]


def was_put_aside(desk: Desk, arrival: Arrival, reason: Reason) -> bool:
    """Whether a report counted nothing, and is among what administrators look at."""
    with desk.store.reading() as session:
        aside = [one.id for one in holding.held(session)]
    counted = (bounces(desk), score(desk), state(desk))
    return (arrival.reason, aside, counted) == (reason, [arrival.id], ([], 0.0, DeliveryState.SENT))


def test_a_report_to_a_return_path_is_counted_on_the_person_it_was_made_for(desk: Desk) -> None:
    arrival = take(desk, a_report(), return_path(desk))

    assert (arrival.disposition, arrival.grounds) == (
        Disposition.COUNTED, Grounds(Reason.BOUNCED, {"kind": BounceKind.HARD, "status": "5.1.1"}),
    )  # fmt: skip
    assert bounces(desk) == [("ole@oeby.example.dk", BounceKind.HARD, "5.1.1")]
    assert (score(desk), state(desk)) == (1.0, DeliveryState.FAILED)
    assert desk.messages() == []


@pytest.mark.parametrize(("status", "kind"), [("4.2.2", BounceKind.TRANSIENT), ("5.7.1", BounceKind.POLICY)])
def test_what_may_pass_counts_half_and_fails_nothing(desk: Desk, status: str, kind: BounceKind) -> None:
    take(desk, a_report(status), return_path(desk))

    assert bounces(desk) == [("ole@oeby.example.dk", kind, status)]
    assert (score(desk), state(desk)) == (0.5, DeliveryState.SENT)


OLE = "ole@oeby.example.dk"


@pytest.mark.parametrize(
    ("recipient", "more"),
    [
        ("OLE@oeby.example.dk", ""),
        ("ole.foelger@m365.example.dk", f"Original-Recipient: rfc822;{OLE}\n"),
        (OLE, "Original-Recipient: rfc822;databeskyttelse-medlemmer@oeby.example.dk\n"),
        ("kai@oeby.example.dk", f"\nFinal-Recipient: rfc822; {OLE}\nAction: failed\nStatus: 5.1.1\n"),
        ("ole+2Bgdpr@x.example.dk", "Original-Recipient: rfc822;ole@oeby+2Eexample.dk\n"),
    ],
    ids=["in capitals", "passed on within", "with what it was before", "among others", "with encoded signs"],
)
def test_a_report_counts_that_names_the_recipient_of_its_delivery_anywhere(
    desk: Desk, recipient: str, more: str
) -> None:
    arrival = take(desk, a_report(recipient=recipient, more=more), return_path(desk))

    assert (arrival.disposition, bounces(desk)) == (Disposition.COUNTED, [(OLE, BounceKind.HARD, "5.1.1")])


@pytest.mark.parametrize(
    "recipient",
    ["mette@proevested.example.dk", "somebody.else@oeby.example.dk", "ole@oeby.example.dk.example.org", "", "x" * 900],
    ids=["another reader", "a colleague", "longer", "nobody", "no address"],
)
def test_a_report_that_names_not_the_recipient_of_its_delivery_is_shown_and_counts_nothing(
    desk: Desk, recipient: str
) -> None:
    arrival = take(desk, a_report(recipient=recipient), return_path(desk))

    assert was_put_aside(desk, arrival, Reason.OTHER_RECIPIENT)


@pytest.mark.alike
@pytest.mark.parametrize("recipient", [LIST, "postmaster@example.dk", "databeskyttelse+owner@example.dk"])
@pytest.mark.parametrize("named", [OLE, "mette@proevested.example.dk"])
@pytest.mark.parametrize("status", ["5.1.1", "4.2.2", "5.7.1"])
def test_a_report_without_the_return_path_is_shown_and_counts_nothing(
    desk: Desk, recipient: str, named: str, status: str
) -> None:
    arrival = take(desk, a_report(status, named), recipient)

    assert was_put_aside(desk, arrival, Reason.NO_RETURN_PATH)


def test_a_report_of_nothing_we_sent_is_discarded(desk: Desk) -> None:
    arrival = take(desk, a_report(message_id="other@example.dk"), LIST)

    assert (arrival.disposition, bounces(desk)) == (Disposition.DISCARDED, [])


@pytest.mark.alike
@pytest.mark.parametrize("status", ["4.4.1", "4.4.7", "5.1.1"])
@pytest.mark.parametrize("action", ["delayed", "Delayed (will retry)"])
@pytest.mark.parametrize("is_signed", [True, False])
def test_word_of_a_delay_counts_nothing(desk: Desk, status: str, action: str, is_signed: bool) -> None:
    arrival = take(desk, a_report(status, action=action), return_path(desk) if is_signed else LIST)

    assert arrival.disposition is Disposition.DISCARDED
    assert (bounces(desk), score(desk), state(desk)) == ([], 0.0, DeliveryState.SENT)


def test_word_of_a_delay_in_danish_counts_nothing(desk: Desk) -> None:
    octets = (
        "From: postmaster@oeby.example.dk\nSubject: Forsinket levering: Må vi det?\n"
        "Content-Type: text/plain; charset=utf-8\n\nLeveringen af denne meddelelse er forsinket:\n\n"
        f"<{OLE}>\n\nServeren forsøger fortsat at levere den i de næste to dage.\n"
    ).encode()

    take(desk, octets, return_path(desk))

    assert (bounces(desk), score(desk)) == ([], 0.0)


# -- complaints ------------------------------------------------------------------------


def a_complaint(author: str = "postmaster@oeby.example.dk", recipient: str = OLE, results: str = "") -> bytes:
    field = f"Authentication-Results: {results}\n" if results else ""
    return (
        f"{field}From: {author}\nTo: databeskyttelse@example.dk\nSubject: Klage\nMessage-ID: <k1@x.example.org>\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nUønsket.\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nUser-Agent: x\n"
        f"Original-Rcpt-To: <{recipient}>\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{LETTER_ID}>\n\nhej\n--b--\n"
    ).encode()


SERVER = "mx.example.dk"
FEEDBACK = "feedback@provider.example.org"
PASS = f"{SERVER}; dmarc=pass header.from=oeby.example.dk"


def judging(desk: Desk, authserv_id: str | None = SERVER, feedback_addresses: tuple[str, ...] = ()) -> Desk:
    desk.employ(authserv_id=authserv_id, feedback_addresses=feedback_addresses)
    return desk


@pytest.mark.alike
@pytest.mark.parametrize(
    ("octets", "authserv_id"),
    [
        (a_complaint(), None),
        (a_complaint(), SERVER),
        (a_complaint(results=PASS), None),
        (a_complaint(results=PASS.replace(SERVER, "mx.example.org")), SERVER),
        (a_complaint(results=PASS.replace("pass", "fail")), SERVER),
        (a_complaint("fbl@frank.example.org", results=f"{SERVER}; dkim=pass header.d=frank.example.org"), SERVER),
        (a_complaint("fbl@example.dk", results=f"{SERVER}; dmarc=pass header.from=example.dk"), SERVER),
        (a_complaint(FEEDBACK), None),
    ],
    ids=[
        "nobody looks", "nobody vouches", "nobody looks at who vouches", "another server vouches", "disowned",
        "a stranger's own domain passes", "a domain above passes", "feedback that no setting names",
    ],
)  # fmt: skip
def test_a_complaint_that_nothing_proves_is_shown_and_counts_nothing(
    desk: Desk, octets: bytes, authserv_id: str | None
) -> None:
    arrival = take(judging(desk, authserv_id), octets, return_path(desk))

    assert was_put_aside(desk, arrival, Reason.UNPROVEN)


@pytest.mark.parametrize(
    ("octets", "authserv_id", "feedback_addresses"),
    [
        (a_complaint(results=PASS), SERVER, ()),
        (a_complaint("fbl@mx.oeby.example.dk", results=f"{SERVER}; dkim=pass header.d=mx.oeby.example.dk"), SERVER, ()),
        (a_complaint(FEEDBACK), None, (FEEDBACK,)),
        (a_complaint(FEEDBACK, results=PASS.replace("oeby.example.dk", "provider.example.org")), SERVER, (FEEDBACK,)),
    ],
    ids=["the reader's domain", "below the reader's domain", "a feedback address", "a feedback address that passes"],
)
def test_a_complaint_that_is_proven_warns_and_pauses_nothing_yet(
    desk: Desk, octets: bytes, authserv_id: str | None, feedback_addresses: tuple[str, ...]
) -> None:
    arrival = take(judging(desk, authserv_id, feedback_addresses), octets, return_path(desk))

    assert (arrival.disposition, bounces(desk)) == (Disposition.COUNTED, [(OLE, BounceKind.COMPLAINT, "")])
    assert desk.events()[-2:] == [EventKind.BOUNCED, EventKind.WARNED]
    with desk.store.reading() as session:
        assert reachability.count_paused(session) == 0


@pytest.mark.parametrize("results", ["", f"{SERVER}; dmarc=fail header.from=provider.example.org"])
def test_a_feedback_address_that_is_forged_counts_nothing_where_authors_are_checked(desk: Desk, results: str) -> None:
    arrival = take(judging(desk, SERVER, (FEEDBACK,)), a_complaint(FEEDBACK, results=results), return_path(desk))

    assert was_put_aside(desk, arrival, Reason.UNPROVEN)


def test_a_second_complaint_on_another_day_pauses_the_list_it_is_about_alone(desk: Desk) -> None:
    with desk.store.transaction() as session:
        subscriptions.subscribe(session, desk.ole, a_list(session, "sikkerhed", "SIK"), Mode.EACH, desk.now)
    judging(desk)

    take(desk, a_complaint(results=PASS), return_path(desk))
    desk.now += timedelta(days=2)
    send_letter(desk, "letter-2@example.dk")
    take(desk, a_complaint(results=PASS), return_path(desk))

    with desk.store.reading() as session:
        assert [(person.email, one.name) for person, one, _ in reachability.paused(session)] == [
            (OLE, "databeskyttelse")
        ]


@pytest.mark.parametrize("named", ["mette@proevested.example.dk", ""])
def test_a_complaint_about_somebody_else_counts_nothing(desk: Desk, named: str) -> None:
    arrival = take(judging(desk), a_complaint(recipient=named, results=PASS), return_path(desk))

    assert was_put_aside(desk, arrival, Reason.OTHER_RECIPIENT)


# -- once, and not for ever ------------------------------------------------------------


def test_an_old_letter_comes_back_no_more(desk: Desk) -> None:
    desk.now += timedelta(days=15)

    assert take(desk, a_report(), LIST).disposition is Disposition.DISCARDED


def test_a_report_at_a_list_is_never_a_question_nor_answered(desk: Desk) -> None:
    for octets in (a_report(), a_report(message_id="other@example.dk")):
        take(desk, octets, LIST)

    assert desk.messages() == []
    assert {event for event in desk.events() if event is not EventKind.SUBSCRIBED} == {EventKind.HELD}


def test_the_same_letter_comes_back_once_however_often_it_is_reported(desk: Desk) -> None:
    for _ in range(8):
        arrival = take(desk, a_report(), return_path(desk))
        desk.now += timedelta(days=1)

    assert arrival.disposition is Disposition.COUNTED
    assert bounces(desk) == [("ole@oeby.example.dk", BounceKind.HARD, "5.1.1")]
    assert score(desk) == 1.0


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
    told = [event for event in desk.events() if event not in (EventKind.SUBSCRIBED, EventKind.BOUNCED)]
    assert told == [
        EventKind.UNREACHED, EventKind.WARNED, EventKind.PAUSED, EventKind.RESUMED, EventKind.ASKED,
    ]  # fmt: skip
