"""Who is taken for an author: no robot, no stranger, nobody whose mail another sent on."""

from datetime import datetime

import pytest
from sqlmodel import select

from support.builders import a_message
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.town import ANDERS, LIST, OLE, STRANGER
from tickets import links
from tickets.database.models import Disposition, Event, EventKind, MessageKind, Status
from tickets.database.store import Store
from tickets.errors import BadInput
from tickets.moderation import holding
from tickets.people import persons
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer


def test_who_redirects_anothers_mail_is_told_that_it_waits(desk: Desk) -> None:
    redirected = a_message(Resent_From=OLE, Resent_To=LIST)

    arrival = desk.take(redirected)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.SENT_ON)
    with desk.store.reading() as session:
        told = session.exec(select(Event).where(Event.kind == EventKind.SENT_ON)).one()
    assert (told.person_key, told.arrival_key) == (desk.ole.id, arrival.id)


@pytest.mark.parametrize("author", [OLE, STRANGER])
def test_a_redirected_reply_to_a_letter_is_told_of_too_whoever_wrote_it(desk: Desk, author: str) -> None:
    desk.take(a_message())
    own = desk.reply_address(desk.ticket(), desk.mette)

    desk.take(a_message(From=author, Resent_From="mette@proevested.example.dk"), own)

    with desk.store.reading() as session:
        told = session.exec(select(Event).where(Event.kind == EventKind.SENT_ON)).one()
    assert told.person_key == desk.mette.id


@pytest.mark.parametrize("resender", ["frank@example.org", "Mette <mette@proevested.example.dk>", "nobody"])
def test_nobody_else_is_told_of_what_was_redirected(desk: Desk, resender: str) -> None:
    desk.take(a_message(Resent_From=resender, Resent_To=LIST))

    assert EventKind.SENT_ON not in desk.events()


def test_a_strangers_mail_is_held_without_a_word(desk: Desk) -> None:
    arrival = desk.take(a_message(From=STRANGER))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.STRANGER)
    assert (arrival.author, arrival.subject) == ("frank@example.org", "Må vi det?")
    assert desk.events() == [EventKind.HELD]
    assert desk.messages() == []


@pytest.mark.parametrize("is_restricted", [True, False])
def test_what_is_released_is_filed_whatever_rule_kept_it(desk: Desk, is_restricted: bool) -> None:
    with desk.store.transaction() as session:
        desk.mailing_list.is_restricted = is_restricted
        session.add(desk.mailing_list)
    recipient = LIST if is_restricted else "databeskyttelse+nyt@example.dk"
    arrival = desk.take(a_message(From=OLE), recipient)[0]
    assert arrival.disposition is Disposition.HELD

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, desk.now)

    assert desk.process()[-1].disposition is Disposition.FILED


@pytest.mark.parametrize(
    ("octets", "recipient"),
    [
        (b"From: mette@proevested.example.dk\r\n\r\nHej\r\n", "databeskyttelse+owner@example.dk"),
        (b"From: mette@proevested.example.dk, ole@oeby.example.dk\r\n\r\nHej\r\n", LIST),
        (b"From: mette@proevested.example.dk\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ\r\n"
         b"-----END PGP MESSAGE-----\r\n", LIST),
    ],
)  # fmt: skip
def test_nobody_is_offered_to_release_what_would_be_held_again(desk: Desk, octets: bytes, recipient: str) -> None:
    arrival = desk.hand_over(octets, recipient)[0]

    assert arrival.disposition is Disposition.HELD
    assert arrival.reason
    assert arrival.reason.is_hopeless
    with desk.store.transaction() as session, pytest.raises(BadInput, match="nothing can be filed of it"):
        holding.release(session, arrival.key, desk.now)


def test_a_released_mail_is_filed_and_its_author_let_in(desk: Desk, now: datetime) -> None:
    arrival = desk.take(a_message(From=STRANGER))[0]

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, now)
    settled = desk.process()[0]

    assert settled.disposition is Disposition.FILED
    with desk.store.reading() as session:
        assert persons.get_person(session, "frank@example.org").is_guest


def test_a_robots_mail_is_never_a_question(desk: Desk) -> None:
    arrival = desk.take(a_message(Auto_Submitted="auto-replied"))[0]

    assert (arrival.disposition, desk.messages()) == (Disposition.DISCARDED, [])


def test_a_members_robot_is_filed_quietly_on_its_ticket(desk: Desk) -> None:
    desk.take(a_message())
    message = a_message(From=OLE, In_Reply_To=f"<{desk.messages()[0].own_id}>", Subject="Automatisk svar: Ferie")

    arrival = desk.take(message, return_path="")[0]

    assert arrival.disposition is Disposition.FILED
    assert desk.messages()[1].kind is MessageKind.AUTOMATIC
    assert desk.events()[-1] is EventKind.FILED_QUIETLY


RECEIPT = "Tak for din mail. Vi besvarer den inden for 10 dage.\n\nDette er et autosvar."


NOTIFIER = "Prøvested Kommune <noreply@proevested.example.dk>"


@pytest.mark.parametrize("fields", [{"Subject": "Tak for din mail", "text": RECEIPT}, {"From": NOTIFIER}])
def test_a_systems_receipt_reopens_nothing_and_goes_to_nobody(desk: Desk, fields: dict[str, str]) -> None:
    desk.take(a_message())
    desk.take(a_message(From=ANDERS, In_Reply_To=f"<{desk.messages()[0].own_id}>", text="Nej."))

    arrival = desk.take(a_message(**fields, In_Reply_To=f"<{desk.messages()[1].own_id}>"))[0]

    assert (arrival.disposition, desk.ticket().status) == (Disposition.FILED, Status.ANSWERED)
    assert desk.messages()[-1].kind is MessageKind.AUTOMATIC
    assert desk.events()[-1] is EventKind.FILED_QUIETLY


@pytest.mark.parametrize("author", ["Mette Eksempel <mette@proevested.example.dk>", "e-Boks <post@e-boks.example.org>"])
@pytest.mark.parametrize(
    "fields",
    [
        {"Subject": "Tak for din mail", "text": RECEIPT},
        {"Subject": "Fravær", "text": "Jeg er på ferie til den 9. november."},
    ],
)
def test_what_only_sounds_like_a_robot_is_held_where_an_administrator_sees_it(
    desk: Desk, author: str, fields: dict[str, str]
) -> None:
    arrival = desk.take(a_message(From=author, **fields))[0]

    assert (arrival.disposition, desk.messages()) == (Disposition.HELD, [])
    assert arrival.reason in (Reason.AUTOMATIC_SUBJECT, Reason.AUTOMATIC_WORDS)


@pytest.mark.parametrize("subject", ["Fravær", "På ferie", "Autosvar: hvad må der stå?", "Automatisk besked: SMS"])
def test_a_members_question_with_a_robots_subject_is_a_question(desk: Desk, subject: str) -> None:
    arrival = desk.take(a_message(Subject=subject))[0]

    assert (arrival.disposition, desk.ticket().subject) == (Disposition.FILED, subject)


def test_our_own_letter_coming_back_is_discarded(desk: Desk) -> None:
    by_id = desk.take(a_message(Message_ID=f"<{links.make_own_id(desk.portal)}>"))[0]
    by_list = desk.take(a_message(List_Id="Databeskyttelse <databeskyttelse.example.dk>"))[0]

    assert (by_id.disposition, by_list.disposition) == (Disposition.DISCARDED, Disposition.DISCARDED)


@pytest.mark.parametrize("local", ["7c9e6679-7425-40de-944b", "FB1D5C2E-AA11-4C6B-9F0E", "1763992.17", "c0ffee" * 3])
def test_a_colleague_at_the_portals_own_domain_writes_no_loop(desk: Desk, local: str) -> None:
    arrival = desk.take(a_message(Message_ID=f"<{local}@{desk.portal.domain}>"))[0]

    assert arrival.disposition is Disposition.FILED


def test_two_authors_are_no_author(desk: Desk) -> None:
    message = a_message(From="Mette <mette@proevested.example.dk>, Ole <ole@oeby.example.dk>")

    assert desk.take(message)[0].disposition is Disposition.HELD


METTES = "the address where Mette replies"


@pytest.mark.parametrize(
    ("recipient", "is_restricted", "text", "reason"),
    [
        (LIST, False, "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", Reason.ENCRYPTED_UNTOLD),
        (LIST, True, "Må vi det?", Reason.NO_MEMBER),
        ("databeskyttelse+tilmeld@example.dk", True, "", Reason.NOT_FOR_THEM),
        (METTES, False, "Må vi det?", Reason.OTHERS_TOKEN),
    ],
)
def test_what_is_held_lets_nobody_in(
    desk: Desk, recipient: str, is_restricted: bool, text: str, reason: Reason
) -> None:
    with desk.store.transaction() as session:
        session.add(desk.mailing_list)
        desk.mailing_list.is_restricted = is_restricted
    if recipient == METTES:
        desk.take(a_message())
        recipient = desk.reply_address(desk.ticket(), desk.mette)

    arrival = desk.take(a_message(From="Ny Kollega <ny@oeby.example.dk>", text=text), recipient)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, reason)
    assert EventKind.JOINED not in desk.events()
    with desk.store.reading() as session:
        assert persons.person_with(session, "ny@oeby.example.dk") is None


def test_where_a_server_is_trusted_an_author_it_does_not_vouch_for_is_held(
    store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    desk = Desk(store, portal, signer, now)
    desk.employ(authserv_id="mx.example.dk")

    good = desk.take(a_message(Authentication_Results="mx.example.dk; dkim=pass header.d=proevested.example.dk"))[0]
    forged = desk.take(a_message(Authentication_Results="other.example.org; dmarc=pass"))[0]
    absent = desk.take(a_message())[0]

    assert [one.disposition for one in (good, forged, absent)] == [
        Disposition.FILED,
        Disposition.HELD,
        Disposition.HELD,
    ]


def test_what_a_mailing_list_sends_on_is_filed_quietly_or_not_at_all(desk: Desk) -> None:
    desk.take(a_message())
    sent_on = {"From": OLE, "List_Id": "Jurister <jurister.example.org>", "Precedence": "list"}

    question = desk.take(a_message(**sent_on))[0]
    reply = desk.take(a_message(In_Reply_To=f"<{desk.messages()[0].own_id}>", **sent_on))[0]

    assert (question.disposition, question.reason) == (Disposition.DISCARDED, Reason.MEDIATED)
    assert reply.disposition is Disposition.FILED
    assert [message.kind for message in desk.messages()] == [MessageKind.QUESTION, MessageKind.AUTOMATIC]
