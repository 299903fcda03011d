"""What is costly or by strangers holds up nobody else; an author's own mails stay in order."""

import tracemalloc
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import select

from mailer.authorship.server_word import has_pass
from mailer.intake.arrivals import Handover, store_handovers
from mailer.processing.lanes import is_cheap
from mailer.processing.processor import Processor, quick_limits
from mailer.processing.sorter import Turns
from mailer.sandbox.children import USUAL
from mailer.sandbox.verifier import Verifier
from support.builders import a_message, a_person
from support.mail_room import Desk
from support.nameservers import answering
from support.papers import a_pdf
from support.signing import RECORD, sign
from support.town import ANDERS, LIST, OLE, STRANGER
from tickets.database.models import Arrival, Disposition, Lane, Mode
from tickets.database.store import Store
from tickets.moderation import holding
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    return Desk(store, portal, signer, now)


def processor(desk: Desk, lane: Lane, **more: object) -> Processor:
    limits = quick_limits(USUAL) if lane is Lane.QUICK else USUAL
    return Processor(desk.store, desk.portal, desk.signer, lambda: desk.now, limits=limits, lane=lane, **more)  # type: ignore[arg-type]


def with_file(author: str, subject: str) -> EmailMessage:
    message = a_message(From=author, Subject=subject)
    message.add_attachment(a_pdf("Et bilag"), "application", "pdf", filename="bilag.pdf")
    return message


def lay_in(desk: Desk, *messages: EmailMessage) -> None:
    with desk.store.transaction() as session:
        for message in messages:
            octets = bytes(message).replace(b"\n", b"\r\n")
            store_handovers(session, [Handover(octets, "someone@example.org", (LIST,), "smtp", desk.now)])


def arrivals(desk: Desk) -> list[Arrival]:
    with desk.store.reading() as session:
        return list(session.exec(select(Arrival).order_by(Arrival.id)))  # type: ignore[arg-type]


def filed(desk: Desk) -> list[str]:
    return [message.subject for message in desk.messages()]


def test_a_members_question_is_filed_before_whatever_strangers_sent(desk: Desk) -> None:
    lay_in(desk, *(with_file(STRANGER, f"Fremmed {number}") for number in range(5)), a_message(Subject="Må vi?"))

    assert processor(desk, Lane.QUICK).work()

    assert filed(desk) == ["Må vi?"]
    assert [one.lane for one in arrivals(desk)] == [Lane.STRANGERS] * 5 + [Lane.QUICK]
    assert [one.attempts for one in arrivals(desk)] == [0] * 5 + [1]
    processor(desk, Lane.STRANGERS).work()
    assert {one.disposition for one in arrivals(desk)} == {Disposition.HELD, Disposition.FILED}


def test_costly_files_of_one_member_hold_up_neither_words_nor_files_of_another(desk: Desk) -> None:
    lay_in(
        desk, *(with_file(OLE, f"Ole {number}") for number in range(3)), with_file(ANDERS, "Anders"),
        a_message(Subject="Må vi?"),
    )  # fmt: skip
    processor(desk, Lane.QUICK).work()
    costly = processor(desk, Lane.COSTLY)

    while costly.work():
        pass

    assert filed(desk) == ["Må vi?", "Ole 0", "Anders", "Ole 1", "Ole 2"]


def test_an_authors_own_mails_stay_in_order(desk: Desk) -> None:
    lay_in(desk, with_file(OLE, "Først"), a_message(From=OLE, Subject="Derefter"), a_message(Subject="Andre"))
    quick = processor(desk, Lane.QUICK)
    quick.work()
    lay_in(desk, a_message(From=OLE, Subject="Til sidst"))
    quick.work()

    while processor(desk, Lane.COSTLY).work():
        pass
    lay_in(desk, a_message(From=OLE, Subject="Og nu hurtigt"))
    quick.work()

    assert filed(desk) == ["Andre", "Først", "Derefter", "Til sidst", "Og nu hurtigt"]


def test_words_that_are_costly_after_all_are_read_elsewhere_and_count_no_try(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.processing.processor.QUICK_SECONDS", 0.02)
    costly = a_message(From=OLE, Subject="Dyr")
    costly.set_content("<table><tr><td>Må vi?</td></tr></table>\n" * 4_000, subtype="html")
    lay_in(desk, costly, a_message(From=OLE, Subject="Bag den dyre"))
    processor(desk, Lane.QUICK).work()

    assert [(one.lane, one.party, one.attempts) for one in arrivals(desk)] == [
        (Lane.COSTLY, "ole@oeby.example.dk", 0)
    ] * 2
    while processor(desk, Lane.COSTLY).work():
        pass
    assert filed(desk) == ["Dyr", "Bag den dyre"]


@pytest.mark.parametrize("killed_in", list(Lane))
def test_what_was_in_hand_when_the_portal_was_killed_is_filed_once(
    desk: Desk, killed_in: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_in(desk, with_file(OLE, "Dyr"), with_file(STRANGER, "Fremmed"), a_message(Subject="Ord"))
    if killed_in is not Lane.QUICK:
        processor(desk, Lane.QUICK).work()
    killed = processor(desk, killed_in)
    with monkeypatch.context() as patched:
        patched.setattr("mailer.processing.journey.carry", _die)
        with pytest.raises(KeyboardInterrupt):
            killed.work()

    desk.now += timedelta(minutes=2)
    for _ in range(2):
        for lane in Lane:
            processor(desk, lane).work()

    assert sorted(filed(desk)) == ["Dyr", "Ord"]
    assert arrivals(desk)[1].disposition is Disposition.HELD


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_an_administrator_releases_is_looked_at_anew(desk: Desk) -> None:
    lay_in(desk, a_message(From=STRANGER, Subject="Må jeg?"))
    for lane in Lane:
        processor(desk, lane).work()
    number = arrivals(desk)[0].key

    with desk.store.transaction() as session:
        holding.release(session, number, desk.now)
    processor(desk, Lane.QUICK).work()

    assert filed(desk) == ["Må jeg?"]


def test_who_only_claims_to_be_a_member_waits_with_the_strangers(desk: Desk) -> None:
    lay_in(desk, a_message(From=OLE, Subject="Ikke Ole"))

    processor(desk, Lane.QUICK, authserv_id="mx.example.dk").work()

    assert [(one.lane, one.party) for one in arrivals(desk)] == [(Lane.STRANGERS, "")]


@pytest.mark.alike
@pytest.mark.parametrize(
    "fields",
    [
        "Subject: x\r\n", "From: \r\n", "From: a@example.org\r\nFrom: ole@oeby.example.dk\r\n",
        "From: ole@oeby.example.dk, frank@example.org\r\n", "From: " + "<" * 60_000 + "\r\n",
        "From: =?utf-8?q?" + "=C3" * 20_000 + "?= <ole@oeby.example.dk>\r\n" * 0,
    ],
)  # fmt: skip
def test_who_names_no_author_waits_with_the_strangers(desk: Desk, fields: str) -> None:
    with desk.store.transaction() as session:
        octets = fields.encode() + b"To: x@example.dk\r\n\r\nx\r\n"
        store_handovers(session, [Handover(octets, "", (LIST,), "smtp", desk.now)])

    processor(desk, Lane.QUICK).work()

    assert [one.lane for one in arrivals(desk)] == [Lane.STRANGERS]


@pytest.mark.parametrize(
    ("types", "size", "recipient", "cheap"),
    [
        (["text/plain"], 100, LIST, True),
        (["multipart/alternative", "TEXT/HTML", "text/plain"], 100, LIST, True),
        (["multipart/related", "text/html", "image/png"], 100_000, LIST, True),
        (["multipart/signed", "text/plain", "application/pkcs7-signature"], 100, LIST, True),
        (["image/png"], 100, "databeskyttelse+anonym@example.dk", False),
        (["text/plain"], 300_000, LIST, False),
        (["multipart/mixed", "text/plain", "application/pdf"], 100, LIST, False),
        (["multipart/mixed", "application/octet-stream"], 100, LIST, False),
        (["message/rfc822"], 100, LIST, False),
    ],
)
def test_words_small_pictures_and_signatures_are_cheap(
    types: list[str], size: int, recipient: str, cheap: bool
) -> None:
    octets = b"\r\n\r\n".join(b"Content-Type:\r\n " + one.encode() for one in types) + b"\r\n\r\n" + b"x" * size

    assert is_cheap(octets, recipient) is cheap


def test_whoever_had_no_turn_comes_before_whoever_had() -> None:
    turns = Turns()

    assert [turns.next(["a", "b"]) for _ in range(3)] == ["a", "b", "a"]
    assert turns.next(["a", "b", "c"]) == "c"
    assert turns.next(["a", "b"]) == "b"


def test_a_mailbox_that_nobody_knew_takes_its_turns_as_one(desk: Desk) -> None:
    """Words behind a file of the same mailbox wait behind it, whatever was added to its address."""
    lay_in(desk, with_file("ny+1@oeby.example.dk", "Først"), a_message(From="Ny <ny+2@oeby.example.dk>", Subject="Så"))

    processor(desk, Lane.QUICK).work()

    assert [one.lane for one in arrivals(desk)] == [Lane.COSTLY] * 2


@pytest.mark.parametrize("author", ["frank@example.org", "frank+sag@example.org", "Frank <FRANK+2@example.org>"])
def test_who_was_let_in_is_known_by_a_plus_address_too_and_waits_behind_themselves(desk: Desk, author: str) -> None:
    with desk.store.transaction() as session:
        frank = a_person(session, "frank@example.org", "Frank Gæst")
        subscriptions.subscribe(session, frank, desk.mailing_list, Mode.EACH, desk.now)
    lay_in(desk, with_file("frank@example.org", "Først"), a_message(From=author, Subject="Så"))

    processor(desk, Lane.QUICK).work()

    assert [one.lane for one in arrivals(desk)] == [Lane.COSTLY] * 2


BOGUS = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/%b; d=%b; s=s1; t=1795417200; h=from:date; bh=AAAA; b=AAAA\r\n"


@pytest.mark.alike
@pytest.mark.parametrize("domain", [b"example.net", b"oeby.example.dk"])
@pytest.mark.parametrize("end", [b"a\n", b"a \r\n", b"QUJD QUJD "])
def test_large_mails_forged_in_somebodys_name_take_no_time_of_those_who_are_proven(
    desk: Desk, domain: bytes, end: bytes
) -> None:
    with answering() as answerer:
        for one in ("proevested.example.dk", "oeby.example.dk"):
            answerer.text(f"s1._domainkey.{one}", RECORD)
        verifier = Verifier(answerer.resolver, with_policies=True)
        head = BOGUS % (b"relaxed", domain) + BOGUS % (b"simple", domain)
        head += b"From: Ole <ole@oeby.example.dk>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0100\r\n"
        octets = [head + b"Subject: %d\r\n\r\n" % number + end * (9_000_000 // len(end)) for number in range(3)]
        octets += [sign(bytes(a_message(Subject=f"Ægte {number}")), "proevested.example.dk") for number in range(3)]
        with desk.store.transaction() as session:
            for one in octets:
                handover = Handover(one, "x@example.org", (LIST,), "smtp", desk.now, "198.51.100.9", "mx")
                store_handovers(session, [handover])

        processor(desk, Lane.QUICK, verifier=verifier).work()
        verifier.close()

    assert [one.lane for one in arrivals(desk)] == [Lane.STRANGERS] * 3 + [Lane.QUICK] * 3
    assert [one.disposition for one in arrivals(desk)][3:] == [Disposition.FILED] * 3


def test_behind_a_trusted_server_the_quick_lane_reads_no_body(desk: Desk) -> None:
    told = b"Authentication-Results: mx.example.dk; dmarc=pass header.from=oeby.example.dk\r\n"
    head = told + BOGUS % (b"relaxed", b"oeby.example.dk") + b"From: Ole <ole@oeby.example.dk>\r\n"
    octets = head + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJD QUJD " * 1_000_000

    tracemalloc.start()
    is_believed = has_pass(octets, "mx.example.dk")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert is_believed
    assert most < 1_000_000
