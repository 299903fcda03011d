"""Who vouches for an author: real signatures, servers and policies, in a DNS of our own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import col, select

from mailer.authorship.authentication import Checked
from mailer.authorship.vouching import DKIM, SPF, Voucher
from mailer.intake.arrivals import Claimed, Handover, store_handovers
from mailer.processing.processor import Processor
from mailer.sandbox.children import Limits
from mailer.sandbox.verifier import Verifier
from support.builders import a_message
from support.children import running
from support.mail_room import Desk
from support.nameservers import Answerer, answering
from support.signing import MONDAY, RECORD, sign, with_crlf
from support.town import ANDERS, LIST
from support.waiting import ended
from tickets.database.models import Arrival, Disposition, EventKind, Lane, Status
from tickets.database.store import Store
from tickets.moderation import holding
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

DOMAIN, CLIENT = "proevested.example.dk", "192.0.2.7"


@pytest.fixture(scope="module")
def name_server() -> Iterator[Answerer]:
    with answering() as answerer:
        yield answerer


@pytest.fixture
def answerer(name_server: Answerer) -> Answerer:
    name_server.forget()
    for domain in (DOMAIN, "forening.example.dk", "example.dk", "raad.example.dk", "example.org"):
        name_server.text(f"s1._domainkey.{domain}", RECORD)
    return name_server


@pytest.fixture(scope="module")
def verifiers(name_server: Answerer) -> Iterator[dict[str, Verifier]]:
    made = {name: Verifier(name_server.resolver, with_policies=name == "judge") for name in ("check", "judge")}
    yield made
    for verifier in made.values():
        verifier.close()


Look = Callable[..., Checked]


@pytest.fixture
def check(verifiers: dict[str, Verifier], answerer: Answerer) -> Look:
    """Look at signatures alone."""
    return partial(look, verifiers["check"])


@pytest.fixture
def judge(verifiers: dict[str, Verifier], answerer: Answerer) -> Look:
    """Look at servers and policies too."""
    return partial(look, verifiers["judge"])


def look(verifier: Verifier, octets: bytes, **envelope: Any) -> Checked:
    checked = verifier.check_all([an_arrival(octets, **envelope)])[0]
    return replace(checked, voucher=checked.voucher and replace(checked.voucher, mark=""))


def signed(octets: bytes, domain: str = DOMAIN, **more: Any) -> bytes:
    return sign(octets, domain, **more)


def an_arrival(octets: bytes, **envelope: Any) -> Claimed:
    usual = {"client": CLIENT, "helo": "mx.example.dk", "return_path": f"mette@{DOMAIN}", "received_at": MONDAY}
    return Claimed(Arrival(content_key="", recipient=LIST, door="smtp", **usual | envelope), octets)


def signed_by(domain: str, *uncovered: str) -> Checked:
    return Checked(DOMAIN, Voucher(DKIM, domain, uncovered))


def allowed_by(domain: str) -> Checked:
    return Checked(DOMAIN, Voucher(SPF, domain))


AUTHENTIC, UNKNOWN = signed_by(DOMAIN), Checked(DOMAIN)
ALLOWED = allowed_by(DOMAIN)
DISOWNED, TROUBLE = Checked(DOMAIN, is_disowned=True), Checked(DOMAIN, has_trouble=True)


def test_a_signature_that_holds_vouches_for_the_author(check: Look) -> None:
    assert check(signed(bytes(a_message()))) == AUTHENTIC


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
def test_a_message_that_was_changed_bears_none(old: bytes, new: bytes, check: Look) -> None:
    octets = signed(bytes(a_message()))
    assert old in octets

    assert check(octets.replace(old, new)) == UNKNOWN


def test_a_message_without_signature_asks_nobody(answerer: Answerer, check: Look) -> None:
    assert check(bytes(a_message())) == UNKNOWN
    assert answerer.asked == []


def test_all_signatures_of_a_message_are_looked_at(check: Look) -> None:
    assert check(signed(signed(bytes(a_message())), "raad.example.dk")) == AUTHENTIC


def test_a_signature_of_somebody_else_is_worth_nothing_and_nobody_waits_for_it(answerer: Answerer, check: Look) -> None:
    answerer.is_silent = True

    assert check(signed(bytes(a_message()), "example.org")) == UNKNOWN
    assert answerer.asked == []


@pytest.mark.parametrize(
    ("record", "checked"), [("", UNKNOWN), ("p=none", signed_by("example.dk")), ("p=none; psd=y", UNKNOWN)]
)
def test_a_signature_of_a_domain_above_holds_only_by_the_authors_own_policy(
    answerer: Answerer, check: Look, record: str, checked: Checked
) -> None:
    if record:
        answerer.text("_dmarc.example.dk", f"v=DMARC1; {record}")

    assert check(signed(bytes(a_message()), "example.dk")) == checked


@pytest.mark.parametrize(
    ("record", "checked"), [("", UNKNOWN), ("p=none", allowed_by("example.dk")), ("p=none; aspf=s", UNKNOWN)]
)
def test_a_server_of_a_domain_above_vouches_only_by_the_authors_own_policy(
    answerer: Answerer, judge: Look, record: str, checked: Checked
) -> None:
    answerer.text("example.dk", f"v=spf1 ip4:{CLIENT} -all")
    if record:
        answerer.text("_dmarc.example.dk", f"v=DMARC1; {record}")

    assert judge(bytes(a_message()), return_path="post@example.dk") == checked


def test_a_silent_dns_is_trouble_and_never_a_pass(
    check: Look, judge: Look, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.3)
    answerer.is_silent = True
    octets = signed(bytes(a_message()))

    assert check(octets) == judge(octets) == TROUBLE


def test_a_dns_that_is_silent_delays_fifty_messages_no_longer_than_it_may(
    verifiers: dict[str, Verifier], answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.sandbox.verifier.LONGEST_BATCH", 1.0)
    answerer.is_silent = True
    octets = signed(bytes(a_message()))

    checked = ended(lambda: verifiers["check"].check_all([an_arrival(octets)] * 50), 10)

    assert [(one.voucher, one.has_trouble) for one in checked] == [(None, True)] * 50


@pytest.mark.parametrize(
    "field",
    [b"v=1", b"v=1; a=rsa-sha256; d=\xff; s=s1; h=from; bh=; b=", b"a=;" * 1000, b"v=1; h=" + b"a:" * 5000, b"\x00"],
)
def test_a_hostile_signature_is_none(field: bytes, check: Look) -> None:
    assert check(b"DKIM-Signature: " + field + b"\r\n" + bytes(a_message())) == UNKNOWN


def test_blanks_by_the_megabyte_are_not_checked(check: Look) -> None:
    octets = signed(bytes(a_message())) + b" " * 2_000_000 + b"x\r\n"

    assert check(octets) == UNKNOWN


@pytest.mark.parametrize("sender", ["", "Mette", f"a@{DOMAIN}, b@example.org", f"Venner: a@{DOMAIN}, b@{DOMAIN};"])
def test_for_nobody_in_particular_nobody_vouches(sender: str, answerer: Answerer, check: Look, judge: Look) -> None:
    octets = signed(b"From: " + sender.encode() + b"\r\nSubject: Hej\r\n\r\nHej\r\n")

    assert check(octets) == judge(octets) == Checked()
    assert answerer.asked == []


# -- what it may cost ------------------------------------------------------------------


def test_what_takes_too_long_has_nobody_who_vouches_and_the_next_is_checked_at_once(answerer: Answerer) -> None:
    verifier = Verifier(answerer.resolver, Limits(seconds=0.1))
    costly = signed(bytes(a_message())) + (b"a " * 40 + b"\r\n") * 200_000

    checked = verifier.check_all([an_arrival(one) for one in (costly, signed(bytes(a_message())), costly)])

    assert [(one.voucher is not None, one.has_trouble) for one in checked] == [
        (False, False),
        (True, False),
        (False, False),
    ]
    verifier.close()


def test_what_takes_too_much_memory_has_nobody_who_vouches(answerer: Answerer) -> None:
    verifier = Verifier(answerer.resolver, Limits(memory=16 * 1024 * 1024))
    large = signed(bytes(a_message())) + b"a" * 20_000_000

    checked = verifier.check_all([an_arrival(one) for one in (large, signed(bytes(a_message())))])

    assert [(one.voucher is not None, one.has_trouble) for one in checked] == [(False, False), (True, False)]
    verifier.close()


def test_a_message_of_the_largest_size_is_checked_within_the_usual_limits(check: Look) -> None:
    octets = with_crlf(bytes(a_message()) + (b"a  b\tc " * 9 + b" \n") * 540_000)
    field = sign(octets, DOMAIN, form=(b"relaxed", b"simple")).removesuffix(octets)

    assert len(octets) > 35_000_000
    assert check(field + octets) == AUTHENTIC


def test_a_child_that_was_killed_is_replaced(answerer: Answerer) -> None:
    verifier = Verifier(answerer.resolver)
    octets = an_arrival(signed(bytes(a_message())))
    verifier.check_all([octets])
    running("mailer.sandbox.verifying_child")[-1].kill()

    checked = [verifier.check_all([octets])[0].voucher is not None for _ in range(2)]

    assert checked == [False, True]
    verifier.close()


def test_slow_answers_without_end_prove_nothing_and_are_not_waited_for_again(
    answerer: Answerer, check: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.sandbox.verifier.LONGEST_ONE", 0.4)
    answerer.delay = 0.3
    octets = signed(signed(bytes(a_message())), "example.dk")

    assert check(octets.replace(b"jurister", b"venner")) == Checked()


# -- servers and policies --------------------------------------------------------------

MAY_SEND, DMARC = f"v=spf1 ip4:{CLIENT} -all", "v=DMARC1; p=reject"


def test_a_server_that_may_send_for_the_author_vouches_where_that_is_looked_at(
    answerer: Answerer, check: Look, judge: Look
) -> None:
    answerer.text(DOMAIN, MAY_SEND)
    octets = bytes(a_message())

    assert judge(octets) == ALLOWED
    assert judge(octets, client="198.51.100.9") == UNKNOWN
    assert check(octets) == UNKNOWN


def test_a_return_path_elsewhere_vouches_for_nobody_here_and_nobody_waits_for_it(
    answerer: Answerer, judge: Look
) -> None:
    answerer.silent_about.add("example.org")

    assert judge(bytes(a_message()), return_path="x@example.org") == UNKNOWN
    assert "example.org" not in answerer.asked


@pytest.mark.parametrize("client", [None, "", "127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fe80::1%eth0"])
def test_the_address_of_a_server_of_ours_says_nothing_of_the_author(
    answerer: Answerer, client: str | None, judge: Look
) -> None:
    answerer.text(DOMAIN, "v=spf1 +all")
    answerer.text(f"_dmarc.{DOMAIN}", DMARC)

    assert judge(bytes(a_message()), client=client) == UNKNOWN, "without SPF nobody knows that DMARC failed"
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
def test_what_its_domain_wants_done_with_an_unproven_message(
    answerer: Answerer, policy: str, checked: Checked, judge: Look
) -> None:
    answerer.text(DOMAIN, "v=spf1 -all")
    answerer.text(f"_dmarc.{DOMAIN}", policy)

    assert judge(bytes(a_message())) == checked
    assert judge(signed(bytes(a_message()))) == AUTHENTIC


U_LABEL, A_LABEL = "prøvested.example.dk", "xn--prvested-64a.example.dk"


@pytest.mark.parametrize("author", [U_LABEL, A_LABEL, "PRØVESTED.example.dk"])
@pytest.mark.parametrize("sender", [U_LABEL, A_LABEL])
def test_a_domain_is_the_same_in_either_spelling(answerer: Answerer, judge: Look, author: str, sender: str) -> None:
    answerer.text(A_LABEL, MAY_SEND)
    answerer.text(f"s1._domainkey.{A_LABEL}", RECORD)
    octets = bytes(a_message(From="x")).replace(b"From: x", f"From: Mette <mette@{author}>".encode())

    by_server = judge(octets, return_path=f"mette@{sender}")
    by_signature = judge(signed(octets, sender), client="198.51.100.9")
    disowned = judge(octets, return_path="mette@example.org")
    answerer.text(f"_dmarc.{A_LABEL}", DMARC)

    assert (by_server, by_signature, disowned) == (
        Checked(A_LABEL, Voucher(SPF, A_LABEL)),
        Checked(A_LABEL, Voucher(DKIM, A_LABEL)),
        Checked(A_LABEL),
    )
    assert judge(octets, return_path="mette@example.org") == Checked(A_LABEL, is_disowned=True)


def test_two_policies_are_none(answerer: Answerer, judge: Look) -> None:
    answerer.text(f"_dmarc.{DOMAIN}", DMARC, "v=DMARC1; p=quarantine")

    assert judge(bytes(a_message())) == UNKNOWN


@pytest.mark.parametrize(("own", "checked"), [("sp=none; ", UNKNOWN), ("sp=reject; ", DISOWNED), ("", DISOWNED)])
def test_a_domain_below_obeys_its_organisation(answerer: Answerer, own: str, checked: Checked, judge: Look) -> None:
    answerer.text("_dmarc.example.dk", f"v=DMARC1; {own}p=reject")

    assert judge(bytes(a_message())) == checked


def test_a_sister_domain_vouches_where_one_organisation_has_both(answerer: Answerer, judge: Look) -> None:
    octets = signed(bytes(a_message()), "raad.example.dk")
    apart = judge(octets)
    answerer.text("_dmarc.example.dk", DMARC)
    together = judge(octets)
    answerer.text("_dmarc.raad.example.dk", "v=DMARC1; p=none; psd=n")
    by_itself = judge(octets)

    assert (apart, together, by_itself) == (UNKNOWN, signed_by("raad.example.dk"), DISOWNED)


def test_who_rents_names_out_vouches_for_no_tenant(answerer: Answerer, judge: Look) -> None:
    answerer.text("_dmarc.example.dk", "v=DMARC1; p=none; psd=y")

    assert judge(signed(bytes(a_message()), "raad.example.dk")) == UNKNOWN
    assert judge(signed(bytes(a_message()), "example.dk")) == UNKNOWN
    assert judge(signed(bytes(a_message()))) == AUTHENTIC


def test_a_domain_may_want_its_very_own_name(answerer: Answerer, judge: Look) -> None:
    octets = signed(bytes(a_message()), "example.dk")
    answerer.text("_dmarc.example.dk", "v=DMARC1; p=none")
    loose = judge(octets)
    answerer.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=none; adkim=s; aspf=s")
    answerer.text("example.dk", MAY_SEND)

    assert (loose, judge(octets, return_path="mette@example.dk")) == (signed_by("example.dk"), UNKNOWN)


@pytest.mark.parametrize("silent", [DOMAIN, f"_dmarc.{DOMAIN}", f"s1._domainkey.{DOMAIN}"])
def test_who_could_have_vouched_and_is_silent_is_trouble(
    answerer: Answerer, silent: str, monkeypatch: pytest.MonkeyPatch, judge: Look
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.3)
    answerer.text(f"_dmarc.{DOMAIN}", DMARC)
    answerer.silent_about.add(silent)
    octets = signed(bytes(a_message())).replace(b"jurister", b"venner")

    assert judge(octets) == TROUBLE


def test_one_that_vouches_makes_up_for_another_that_is_silent(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch, judge: Look
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.3)
    answerer.text(DOMAIN, MAY_SEND)
    answerer.silent_about.add(f"s1._domainkey.{DOMAIN}")

    assert judge(signed(bytes(a_message()))) == ALLOWED


# -- what it is good for ---------------------------------------------------------------


@pytest.fixture
def desk(
    store: Store, portal: Portal, signer: Signer, now: datetime, answerer: Answerer, verifiers: dict[str, Verifier]
) -> Desk:
    """The mail room of a portal that looks at signatures."""
    desk = Desk(store, portal, signer, now)
    desk.employ(verifier=verifiers["check"])
    return desk


@pytest.fixture
def judging(desk: Desk, answerer: Answerer, verifiers: dict[str, Verifier]) -> Desk:
    """The desk, with an eye on servers and policies too; the author's domain wants to be protected."""
    desk.employ(verifier=verifiers["judge"])
    for domain in (DOMAIN, "forening.example.dk"):
        answerer.text(domain, MAY_SEND)
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
    assert (forged.disposition, forged.reason) == (Disposition.HELD, Reason.UNVOUCHED)
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

    assert (forged.disposition, forged.grounds) == (
        Disposition.DISCARDED, Grounds(Reason.AUTOMATIC, {"sign": "Auto-Submitted auto-replied"}),
    )  # fmt: skip
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
    assert (forged.disposition, forged.reason) == (Disposition.HELD, Reason.DISOWNED)


def test_what_the_lawyers_domain_disowns_is_held_even_at_the_lawyers_own_address(
    judging: Desk, answerer: Answerer
) -> None:
    send(judging, bytes(a_message()))
    address = judging.reply_address(judging.ticket(), judging.anders)
    envelope = (address, "anders@forening.example.dk", "198.51.100.9")

    disowned = send(judging, bytes(a_message(From=ANDERS, To=address, text="Nej.")), *envelope)
    answerer.text("_dmarc.forening.example.dk", "v=DMARC1; p=none")
    unproven = send(judging, bytes(a_message(From=ANDERS, To=address, text="Ja.")), *envelope)

    assert (disowned.disposition, disowned.reason) == (Disposition.HELD, Reason.DISOWNED)
    assert unproven.disposition is Disposition.FILED


@pytest.mark.parametrize("kind", ["signature", "server"])
def test_while_dns_is_silent_mail_waits_and_is_judged_when_it_answers(
    kind: str, desk: Desk, judging: Desk, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.2)
    answerer.is_silent = True
    octets = signed(bytes(a_message())) if kind == "signature" else bytes(a_message())

    first = send(judging, octets)
    judging.now += timedelta(minutes=2)
    second = judging.process()[-1]
    answerer.is_silent = False
    judging.now += timedelta(minutes=3)
    third = judging.process()[-1]

    assert (first.disposition, first.reason, first.attempts) == (None, Reason.UNANSWERED, 0)
    assert (second.disposition, second.attempts) == (None, 0)
    assert (third.disposition, third.reason) == (Disposition.FILED, None)
    assert EventKind.HELD not in judging.events()


def test_a_dns_that_stays_silent_leaves_it_to_a_person_in_the_end(
    desk: Desk, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.05)
    answerer.is_silent = True
    arrival = desk.hand_over(signed(bytes(a_message())), LIST)[0]
    tried = 1
    while arrival.disposition is None:
        assert desk.now < arrival.next_attempt_at <= desk.now + timedelta(hours=1)
        desk.now = arrival.next_attempt_at
        arrival = desk.process()[-1]
        tried += 1

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.UNANSWERED)
    assert timedelta(hours=8) <= desk.now - arrival.received_at < timedelta(hours=9)
    assert tried < 20
    answerer.is_silent = False
    with desk.store.transaction() as session:
        holding.retry(session, arrival.key, desk.now)
    assert desk.process()[-1].disposition is Disposition.FILED


def test_what_nobody_has_to_vouch_for_does_not_wait_for_dns(
    desk: Desk, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.2)
    desk.hand_over(signed(bytes(a_message())), LIST)
    answerer.is_silent = True
    address = desk.reply_address(desk.ticket(), desk.anders)

    answer = signed(bytes(a_message(From=ANDERS, To=address, text="Nej.")), "forening.example.dk")

    assert desk.hand_over(answer, address)[0].disposition is Disposition.FILED


def test_in_the_quick_lane_nothing_of_strangers_is_asked_and_nobody_waits_for_silence(
    desk: Desk, answerer: Answerer, verifiers: dict[str, Verifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.processing.sorter.QUICK_ANSWERS", 0.3)
    quick = Processor(
        desk.store, desk.portal, desk.signer, lambda: desk.now, verifier=verifiers["check"], lane=Lane.QUICK
    )
    answerer.silent_about |= {"s1._domainkey.example.org", "s1._domainkey.forening.example.dk"}
    letters = [
        signed(bytes(a_message(From="Frank <frank@example.org>")), "example.org"),
        signed(bytes(a_message(From=ANDERS)), "forening.example.dk"),
        signed(bytes(a_message(Subject="Må vi?"))),
        bytes(a_message(Subject="Ikke mig")),
    ]
    with desk.store.transaction() as session:
        store_handovers(session, [Handover(one, "x@example.org", (LIST,), "smtp", desk.now, CLIENT) for one in letters])

    assert quick.work() == 4

    with desk.store.reading() as session:
        found = list(session.exec(select(Arrival.lane, Arrival.party, Arrival.disposition).order_by(col(Arrival.id))))
    assert found == [
        (Lane.STRANGERS, "", None),
        (Lane.STRANGERS, "anders@forening.example.dk", None),
        (Lane.QUICK, "", Disposition.FILED),
        (Lane.STRANGERS, "", None),
    ]
    assert "s1._domainkey.example.org" not in answerer.asked
