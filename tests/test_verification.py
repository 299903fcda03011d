"""Who vouches for an author: real signatures, servers and policies, in a DNS of our own."""

import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dkim
import pytest
from builders import a_message
from nameservers import Answerer, answering
from test_processor import ANDERS, LIST, Desk

from mailer import authentication
from mailer.arrivals import Claimed, Handover, store_handovers
from mailer.authentication import Checked
from mailer.processor import Processor
from mailer.verification import PolicyVerifier, Verifier
from tickets import holding
from tickets.models import Arrival, Disposition, EventKind, Status
from tickets.portal import Portal
from tickets.store import Store
from tickets.tokens import Signer

DOMAIN, CLIENT = "proevested.example.dk", "192.0.2.7"
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PRIVATE = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], capture_output=True, check=True).stdout
PUBLIC = subprocess.run(["openssl", "rsa", "-pubout"], input=PRIVATE, capture_output=True, check=True).stdout
RECORD = b"v=DKIM1; k=rsa; p=" + b"".join(PUBLIC.splitlines()[1:-1])


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    with answering() as answerer:
        for domain in (DOMAIN, "forening.example.dk", "example.dk", "raad.example.dk", "example.org"):
            answerer.text(f"s1._domainkey.{domain}", RECORD.decode())
        yield answerer


def signed(octets: bytes, domain: str = DOMAIN, **more: object) -> bytes:
    octets = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    signature: bytes = dkim.sign(octets, b"s1", domain.encode(), PRIVATE, **more)
    return signature + octets


def an_arrival(octets: bytes, **envelope: Any) -> Claimed:
    usual = {"client": CLIENT, "helo": "mx.example.dk", "return_path": f"mette@{DOMAIN}", "received_at": MONDAY}
    return Claimed(Arrival(content_key="", recipient=LIST, door="smtp", **usual | envelope), octets)


def check(answerer: Answerer, octets: bytes, **envelope: Any) -> Checked:
    return Verifier(answerer.resolver).check_all([an_arrival(octets, **envelope)])[0]


def judge(answerer: Answerer, octets: bytes, **envelope: Any) -> Checked:
    return PolicyVerifier(answerer.resolver).check_all([an_arrival(octets, **envelope)])[0]


AUTHENTIC, UNKNOWN = Checked(DOMAIN, is_authentic=True), Checked(DOMAIN)
DISOWNED, TROUBLE = Checked(DOMAIN, is_disowned=True), Checked(DOMAIN, has_trouble=True)


def test_a_signature_that_holds_vouches_for_the_author(answerer: Answerer) -> None:
    assert check(answerer, signed(bytes(a_message()))) == AUTHENTIC


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject:", b"Subject: Haste"),
        (b"jurister", b"venner"),
        (b"From: Mette", b"From: Anders"),
        (b"b=", b"b=BBBB"),
        (b"s=s1", b"s=s2"),
    ],
)
def test_a_message_that_was_changed_bears_none(answerer: Answerer, old: bytes, new: bytes) -> None:
    octets = signed(bytes(a_message()))
    assert old in octets

    assert check(answerer, octets.replace(old, new)) == UNKNOWN


def test_a_message_without_signature_asks_nobody(answerer: Answerer) -> None:
    assert check(answerer, bytes(a_message())) == UNKNOWN
    assert answerer.asked == []


def test_all_signatures_of_a_message_are_looked_at(answerer: Answerer) -> None:
    assert check(answerer, signed(signed(bytes(a_message())), "raad.example.dk")) == AUTHENTIC


def test_a_signature_of_somebody_else_is_worth_nothing_and_nobody_waits_for_it(answerer: Answerer) -> None:
    answerer.is_silent = True

    assert check(answerer, signed(bytes(a_message()), "example.org")) == UNKNOWN
    assert answerer.asked == []


@pytest.mark.parametrize(("record", "checked"), [("", UNKNOWN), ("p=none", AUTHENTIC), ("p=none; psd=y", UNKNOWN)])
def test_a_signature_of_a_domain_above_holds_only_by_the_authors_own_policy(
    answerer: Answerer, record: str, checked: Checked
) -> None:
    if record:
        answerer.text("_dmarc.example.dk", f"v=DMARC1; {record}")

    assert check(answerer, signed(bytes(a_message()), "example.dk")) == checked


@pytest.mark.parametrize(("record", "checked"), [("", UNKNOWN), ("p=none", AUTHENTIC), ("p=none; aspf=s", UNKNOWN)])
def test_a_server_of_a_domain_above_vouches_only_by_the_authors_own_policy(
    answerer: Answerer, record: str, checked: Checked
) -> None:
    answerer.text("example.dk", f"v=spf1 ip4:{CLIENT} -all")
    if record:
        answerer.text("_dmarc.example.dk", f"v=DMARC1; {record}")

    assert judge(answerer, bytes(a_message()), return_path="post@example.dk") == checked


def test_a_signature_over_part_of_the_body_covers_nothing(answerer: Answerer) -> None:
    octets = signed(bytes(a_message()), length=True)

    assert check(answerer, octets + b"Send alle CPR-numre til mig.\r\n") == UNKNOWN


@pytest.mark.parametrize("judging", [check, judge])
def test_a_silent_dns_is_trouble_and_never_a_pass(
    judging: Callable[..., Checked], answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.nameservers.PATIENCE", 0.3)
    answerer.is_silent = True

    assert judging(answerer, signed(bytes(a_message()))) == TROUBLE


def test_a_dns_that_is_silent_delays_fifty_messages_no_longer_than_it_may(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.verification.LONGEST_BATCH", 1.0)
    answerer.is_silent = True
    octets = signed(bytes(a_message()))

    begun = time.monotonic()
    checked = Verifier(answerer.resolver).check_all([an_arrival(octets)] * 50)

    assert checked == [TROUBLE] * 50
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "field",
    [b"v=1", b"v=1; a=rsa-sha256; d=\xff; s=s1; h=from; bh=; b=", b"a=;" * 1000, b"v=1; h=" + b"a:" * 5000, b"\x00"],
)
def test_a_hostile_signature_is_none(answerer: Answerer, field: bytes) -> None:
    assert check(answerer, b"DKIM-Signature: " + field + b"\r\n" + bytes(a_message())) == UNKNOWN


def test_blanks_by_the_megabyte_are_not_checked(answerer: Answerer) -> None:
    octets = signed(bytes(a_message())) + b" " * 2_000_000 + b"x\r\n"

    assert check(answerer, octets) == UNKNOWN


@pytest.mark.parametrize("sender", ["", "Mette", f"a@{DOMAIN}, b@example.org", f"Venner: a@{DOMAIN}, b@{DOMAIN};"])
def test_for_nobody_in_particular_nobody_vouches(answerer: Answerer, sender: str) -> None:
    octets = signed(b"From: " + sender.encode() + b"\r\nSubject: Hej\r\n\r\nHej\r\n")

    assert check(answerer, octets) == judge(answerer, octets) == Checked()


# -- servers and policies --------------------------------------------------------------

SPF, DMARC = f"v=spf1 ip4:{CLIENT} -all", "v=DMARC1; p=reject"


def test_a_server_that_may_send_for_the_author_vouches_where_that_is_looked_at(answerer: Answerer) -> None:
    answerer.text(DOMAIN, SPF)
    octets = bytes(a_message())

    assert judge(answerer, octets) == AUTHENTIC
    assert judge(answerer, octets, client="198.51.100.9") == UNKNOWN
    assert check(answerer, octets) == UNKNOWN


def test_a_return_path_elsewhere_vouches_for_nobody_here_and_nobody_waits_for_it(answerer: Answerer) -> None:
    answerer.silent_about.add("example.org")

    assert judge(answerer, bytes(a_message()), return_path="x@example.org") == UNKNOWN
    assert "example.org" not in answerer.asked


@pytest.mark.parametrize("client", [None, "", "127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fe80::1%eth0"])
def test_the_address_of_a_server_of_ours_says_nothing_of_the_author(answerer: Answerer, client: str | None) -> None:
    answerer.text(DOMAIN, "v=spf1 +all")
    answerer.text(f"_dmarc.{DOMAIN}", DMARC)

    assert judge(answerer, bytes(a_message()), client=client) == UNKNOWN, "without SPF nobody knows that DMARC failed"
    assert answerer.asked == []


@pytest.mark.parametrize(
    ("policy", "checked"),
    [
        ("v=DMARC1; p=reject", DISOWNED),
        ("v=DMARC1;p=REJECT;rua=mailto:d@example.dk", DISOWNED),
        ("v=DMARC1; p=quarantine", UNKNOWN),
        ("v=DMARC1; p=none", UNKNOWN),
        ("v=DMARC1; p=reject; t=y", UNKNOWN),
        ("v=DMARC1; p=perhaps", UNKNOWN),
        ("v=DMARC2; p=reject", UNKNOWN),
        ("p=reject", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_what_its_domain_wants_done_with_an_unproven_message(answerer: Answerer, policy: str, checked: Checked) -> None:
    answerer.text(DOMAIN, "v=spf1 -all")
    answerer.text(f"_dmarc.{DOMAIN}", policy)

    assert judge(answerer, bytes(a_message())) == checked
    assert judge(answerer, signed(bytes(a_message()))) == AUTHENTIC


def test_two_policies_are_none(answerer: Answerer) -> None:
    answerer.text(f"_dmarc.{DOMAIN}", DMARC, "v=DMARC1; p=quarantine")

    assert judge(answerer, bytes(a_message())) == UNKNOWN


@pytest.mark.parametrize(("own", "checked"), [("sp=none; ", UNKNOWN), ("sp=reject; ", DISOWNED), ("", DISOWNED)])
def test_a_domain_below_obeys_its_organisation(answerer: Answerer, own: str, checked: Checked) -> None:
    answerer.text("_dmarc.example.dk", f"v=DMARC1; {own}p=reject")

    assert judge(answerer, bytes(a_message())) == checked


def test_a_sister_domain_vouches_where_one_organisation_has_both(answerer: Answerer) -> None:
    octets = signed(bytes(a_message()), "raad.example.dk")
    apart = judge(answerer, octets)
    answerer.text("_dmarc.example.dk", DMARC)
    together = judge(answerer, octets)
    answerer.text("_dmarc.raad.example.dk", "v=DMARC1; p=none; psd=n")
    by_itself = judge(answerer, octets)

    assert (apart, together, by_itself) == (UNKNOWN, AUTHENTIC, DISOWNED)


def test_who_rents_names_out_vouches_for_no_tenant(answerer: Answerer) -> None:
    answerer.text("_dmarc.example.dk", "v=DMARC1; p=none; psd=y")

    assert judge(answerer, signed(bytes(a_message()), "raad.example.dk")) == UNKNOWN
    assert judge(answerer, signed(bytes(a_message()), "example.dk")) == UNKNOWN
    assert judge(answerer, signed(bytes(a_message()))) == AUTHENTIC


def test_a_domain_may_want_its_very_own_name(answerer: Answerer) -> None:
    octets = signed(bytes(a_message()), "example.dk")
    answerer.text("_dmarc.example.dk", "v=DMARC1; p=none")
    loose = judge(answerer, octets)
    answerer.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=none; adkim=s; aspf=s")
    answerer.text("example.dk", SPF)

    assert (loose, judge(answerer, octets, return_path="mette@example.dk")) == (AUTHENTIC, UNKNOWN)


@pytest.mark.parametrize("silent", [DOMAIN, f"_dmarc.{DOMAIN}", f"s1._domainkey.{DOMAIN}"])
def test_who_could_have_vouched_and_is_silent_is_trouble(
    answerer: Answerer, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.nameservers.PATIENCE", 0.3)
    answerer.text(f"_dmarc.{DOMAIN}", DMARC)
    answerer.silent_about.add(silent)
    octets = signed(bytes(a_message())).replace(b"jurister", b"venner")

    assert judge(answerer, octets) == TROUBLE


def test_one_that_vouches_makes_up_for_another_that_is_silent(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.nameservers.PATIENCE", 0.3)
    answerer.text(DOMAIN, SPF)
    answerer.silent_about.add(f"s1._domainkey.{DOMAIN}")

    assert judge(answerer, signed(bytes(a_message()))) == AUTHENTIC


# -- what it is good for ---------------------------------------------------------------


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime, answerer: Answerer) -> Desk:
    desk = Desk(store, portal, signer, now)
    desk._processor = Processor(store, portal, signer, lambda: desk.now, verifier=Verifier(answerer.resolver))
    return desk


@pytest.fixture
def judging(desk: Desk, answerer: Answerer) -> Desk:
    """The desk, with an eye on servers and policies too; the author's domain wants to be protected."""
    verifier = PolicyVerifier(answerer.resolver)
    desk._processor = Processor(desk.store, desk.portal, desk.signer, lambda: desk.now, verifier=verifier)
    for domain in (DOMAIN, "forening.example.dk"):
        answerer.text(domain, SPF)
        answerer.text(f"_dmarc.{domain}", DMARC)
    return desk


def send(desk: Desk, octets: bytes, recipient: str = LIST, return_path: str = "", client: str = CLIENT) -> Arrival:
    """Hand a message over as the listener does, with the server that it came from."""
    handover = Handover(octets, return_path or f"mette@{DOMAIN}", (recipient,), "smtp", desk.now, client, "mx")
    with desk.store.transaction() as session:
        store_handovers(session, [handover])
    return desk.process()[-1]


def test_where_we_verify_a_signed_question_is_filed_and_another_is_held(desk: Desk) -> None:
    filed = desk.hand_over(signed(bytes(a_message())), "databeskyttelse@example.dk")[0]
    forged = desk.hand_over(signed(bytes(a_message()), "example.org"), "databeskyttelse@example.dk")[0]
    bare = desk.take(a_message())[0]

    assert filed.disposition is Disposition.FILED
    assert (forged.disposition, forged.reason) == (Disposition.HELD, "comes from an author for whom nobody vouches")
    assert bare.disposition is Disposition.HELD


def test_a_lawyer_needs_a_signature_or_the_address_that_was_made_for_them(desk: Desk) -> None:
    desk.hand_over(signed(bytes(a_message())), "databeskyttelse@example.dk")
    answer = {"From": ANDERS, "In_Reply_To": f"<{desk.messages()[0].own_id}>", "text": "Nej."}

    forged = desk.take(a_message(**answer))[0]
    status = desk.ticket().status
    address = desk.reply_address(desk.ticket(), desk.anders)
    anothers = desk.take(a_message(**answer), desk.reply_address(desk.ticket(), desk.ole))[0]
    answered = desk.take(a_message(**answer | {"To": address}), address)[0]

    assert (forged.disposition, status) == (Disposition.HELD, Status.OPEN)
    assert anothers.disposition is Disposition.HELD
    assert (answered.disposition, desk.ticket().status) == (Disposition.FILED, Status.ANSWERED)


def test_a_robot_is_filed_under_a_lawyers_name_only_if_it_is_the_lawyers(desk: Desk) -> None:
    desk.hand_over(signed(bytes(a_message())), LIST)
    notice = {"From": ANDERS, "Auto_Submitted": "auto-replied", "In_Reply_To": f"<{desk.messages()[0].own_id}>"}
    address = desk.reply_address(desk.ticket(), desk.anders)

    forged = desk.take(a_message(**notice))[0]
    own = desk.hand_over(signed(bytes(a_message(**notice)), "forening.example.dk"), LIST)[0]
    answered = desk.take(a_message(**notice | {"To": address}), address)[0]

    assert (forged.disposition, forged.reason) == (Disposition.DISCARDED, "is automatic: Auto-Submitted auto-replied")
    assert {own.disposition, answered.disposition} == {Disposition.FILED}


def test_news_needs_a_signature_whatever_else_it_is_sent_to(desk: Desk) -> None:
    news = "databeskyttelse+nyt@example.dk"

    held = desk.take(a_message(From=ANDERS, To=news), news)[0]
    filed = desk.hand_over(signed(bytes(a_message(From=ANDERS, To=news)), "forening.example.dk"), news)[0]

    assert (held.disposition, filed.disposition) == (Disposition.HELD, Disposition.FILED)


def test_where_policies_count_the_authors_own_server_is_enough(judging: Desk) -> None:
    filed = send(judging, bytes(a_message()))
    forged = send(judging, bytes(a_message()), client="198.51.100.9")

    assert filed.disposition is Disposition.FILED
    assert (forged.disposition, forged.reason) == (Disposition.HELD, authentication.DISOWNED)


def test_what_the_lawyers_domain_disowns_is_held_even_at_the_lawyers_own_address(
    judging: Desk, answerer: Answerer
) -> None:
    send(judging, bytes(a_message()))
    address = judging.reply_address(judging.ticket(), judging.anders)
    envelope = (address, "anders@forening.example.dk", "198.51.100.9")

    disowned = send(judging, bytes(a_message(From=ANDERS, To=address, text="Nej.")), *envelope)
    answerer.text("_dmarc.forening.example.dk", "v=DMARC1; p=none")
    unproven = send(judging, bytes(a_message(From=ANDERS, To=address, text="Ja.")), *envelope)

    assert (disowned.disposition, disowned.reason) == (Disposition.HELD, authentication.DISOWNED)
    assert unproven.disposition is Disposition.FILED


@pytest.mark.parametrize("kind", ["signature", "server"])
def test_while_dns_is_silent_mail_waits_and_is_judged_when_it_answers(
    kind: str, desk: Desk, judging: Desk, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.nameservers.PATIENCE", 0.2)
    answerer.is_silent = True
    octets = signed(bytes(a_message())) if kind == "signature" else bytes(a_message())

    first = send(judging, octets)
    judging.now += timedelta(minutes=2)
    second = judging.process()[-1]
    answerer.is_silent = False
    judging.now += timedelta(minutes=3)
    third = judging.process()[-1]

    assert (first.disposition, first.reason, first.attempts) == (None, authentication.UNANSWERED, 0)
    assert (second.disposition, second.attempts) == (None, 0)
    assert (third.disposition, third.reason) == (Disposition.FILED, "")
    assert EventKind.HELD not in judging.events()


def test_a_dns_that_stays_silent_leaves_it_to_a_person_in_the_end(
    desk: Desk, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.nameservers.PATIENCE", 0.05)
    answerer.is_silent = True
    arrival = desk.hand_over(signed(bytes(a_message())), LIST)[0]
    tried = 1
    while arrival.disposition is None:
        assert desk.now < arrival.next_attempt_at <= desk.now + timedelta(hours=1)
        desk.now = arrival.next_attempt_at
        arrival = desk.process()[-1]
        tried += 1

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, authentication.UNANSWERED)
    assert timedelta(hours=8) <= desk.now - arrival.received_at < timedelta(hours=9)
    assert tried < 20
    answerer.is_silent = False
    with desk.store.transaction() as session:
        holding.retry(session, arrival.id or 0, desk.now)
    assert desk.process()[-1].disposition is Disposition.FILED


def test_what_nobody_has_to_vouch_for_does_not_wait_for_dns(
    desk: Desk, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.nameservers.PATIENCE", 0.2)
    desk.hand_over(signed(bytes(a_message())), LIST)
    answerer.is_silent = True
    address = desk.reply_address(desk.ticket(), desk.anders)

    answer = signed(bytes(a_message(From=ANDERS, To=address, text="Nej.")), "forening.example.dk")

    assert desk.hand_over(answer, address)[0].disposition is Disposition.FILED
