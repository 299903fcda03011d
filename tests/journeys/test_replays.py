"""Mail that was signed once and is sent here by somebody else; and what becomes of honest mail of real systems."""

from datetime import datetime, timedelta

import pytest

from mailer.sandbox.verifier import Verifier
from support.builders import a_message
from support.mail_room import Desk
from support.signing import FORM, MONDAY, sign
from support.signing_town import EXCHANGES, LEAVE, NEWS, OWN, SIGNED, Town, a_members_mail, a_private_mail, make_town
from support.signing_town import name_server as name_server
from support.signing_town import town as town
from support.signing_town import verifiers as verifiers
from support.town import ANDERS, ANDERSES, LIST, METTE, METTES
from tickets import links
from tickets.database.models import Choice, Disposition, EventKind, Proposal, ProposalKind, Status
from tickets.database.store import Store
from tickets.moderation import proposals
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer


@pytest.fixture
def guarded(store: Store, portal: Portal, signer: Signer, now: datetime, verifiers: dict[str, Verifier]) -> Town:
    """A town that looks at servers, too."""
    return make_town(store, portal, signer, now, verifiers["dmarc"])


# -- replays ---------------------------------------------------------------------------


def test_a_lawyers_private_mail_becomes_no_answer_whatever_is_put_round_it(town: Town) -> None:
    mail, cited = a_private_mail(), f"<{town.question.own_id}>".encode()
    rounds = [
        mail,
        b"In-Reply-To: " + cited + b"\r\n" + mail,
        b"References: " + cited + b"\r\nTo: databeskyttelse@example.dk\r\n" + mail,
        b"Subject: [DB-1]\r\n" + mail,
        b"Cc: databeskyttelse@example.dk\r\n" + mail,
        mail.replace(b"\r\n\r\n", b"\r\nCc: databeskyttelse@example.dk\r\n\r\n", 1),
        mail.replace(b"\r\n\r\n", b"\r\nSubject: [DB-1]\r\nIn-Reply-To: " + cited + b"\r\n\r\n", 1),
    ]

    arrivals = [town.send(octets) for octets in rounds]

    reasons = {Reason.REPLAYED, Reason.UNVOUCHED}  # where the signature broke
    assert {one.disposition for one in arrivals} == {Disposition.HELD}
    assert {one.reason for one in arrivals} == reasons
    assert town.is_untouched()


@pytest.mark.alike
@pytest.mark.parametrize("recipient", [LIST, NEWS, LEAVE, "databeskyttelse+anonym@example.dk"])
def test_a_lawyers_mail_is_for_where_it_was_signed_for(town: Town, recipient: str) -> None:
    private = town.send(a_private_mail(), recipient)
    public = town.send(a_private_mail(To=LIST), recipient)

    assert (private.disposition, private.reason) == (Disposition.HELD, Reason.REPLAYED)
    assert (public.disposition is Disposition.FILED) is (recipient == LIST)


def test_what_a_lawyer_signed_without_to_goes_to_their_own_address_alone(town: Town) -> None:
    covers = ("from", "subject", "date", "message-id", *FORM)
    own = town.desk.reply_address(town.desk.ticket(), town.desk.anders)
    anothers = town.desk.reply_address(town.desk.ticket(), town.desk.ole)

    assert town.send(b"Cc: databeskyttelse@example.dk\r\n" + a_private_mail(covers)).disposition is Disposition.HELD
    assert town.send(a_private_mail(covers), anothers).disposition is Disposition.HELD
    assert town.is_untouched()
    assert town.send(a_private_mail(covers), own).disposition is Disposition.FILED
    assert town.desk.ticket().status is Status.ANSWERED


@pytest.mark.parametrize("text", ["Nej, det kan jeg ikke.", "LUK", "TAG\n\nNej, det kan jeg ikke."])
def test_a_private_mail_is_nothing_at_a_lawyers_own_address_that_others_have_got(town: Town, text: str) -> None:
    own = town.desk.reply_address(town.desk.ticket(), town.desk.anders)

    arrival = town.send(a_private_mail(text=text), own)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.REPLAYED)
    assert town.is_untouched()


def test_a_members_private_mail_waits_at_their_own_address_too(town: Town) -> None:
    own = town.desk.reply_address(town.desk.ticket(), town.desk.mette)

    assert town.send(a_members_mail(), own).reason is Reason.UNADDRESSED
    assert town.is_untouched()


def test_a_private_mail_ends_no_subscription_at_the_address_of_a_letter(town: Town) -> None:
    leave = links.reply_address(town.desk.signer, town.desk.mailing_list, 0, town.desk.mette.key)

    assert town.send(a_members_mail(), leave).reason is Reason.REPLAYED
    assert town.send(sign(bytes(a_message(To=leave, text="afmeld")), METTES), leave).disposition is Disposition.OBEYED


def test_a_private_mail_decides_nothing(town: Town) -> None:
    waiting = town.send(a_members_mail())
    with town.desk.store.reading() as session:
        asked = proposals.newest_of(session, waiting.key)
        assert asked is not None
    desk = town.desk
    addresses = [links.decision_address(desk.signer, desk.mailing_list, asked.key)]
    addresses += [links.choice_address(desk.signer, desk.mailing_list, asked.key, one) for one in Choice]

    reasons = {town.send(a_members_mail(text="Send"), address).reason for address in addresses}

    assert reasons == {Reason.REPLAYED}
    assert town.is_untouched()


def test_what_a_lawyer_signed_for_their_own_address_may_come_to_the_lists_too(town: Town) -> None:
    own = town.desk.reply_address(town.desk.ticket(), town.desk.anders)

    arrival = town.send(a_private_mail(To=own))

    assert arrival.disposition is Disposition.FILED
    assert town.newest().ticket_key == town.question.ticket_key


def test_what_a_lawyers_own_server_sends_is_for_wherever_it_comes(guarded: Town) -> None:
    mail = a_private_mail(In_Reply_To=f"<{guarded.question.own_id}>")

    assert guarded.send(mail, client=OWN).disposition is Disposition.FILED
    assert guarded.desk.ticket().status is Status.ANSWERED


def test_a_members_signed_mail_ends_no_subscription_unless_it_asks_for_that(town: Town) -> None:
    private = sign(bytes(a_message(To="frank@example.org")), METTES)
    asked = sign(bytes(a_message(To=LEAVE)), METTES)

    assert (town.send(private, LEAVE).disposition, town.send(asked, LEAVE).disposition) == (
        Disposition.HELD,
        Disposition.OBEYED,
    )


def test_an_automatic_reply_that_was_made_into_a_letter_is_none(town: Town) -> None:
    notice = a_private_mail(Subject="Nej", In_Reply_To=f"<{town.question.own_id}>", Auto_Submitted="auto-replied")
    made = notice.replace(b"Auto-Submitted: auto-replied\r\n", b"")

    assert town.send(notice).disposition is Disposition.DISCARDED
    assert (town.send(made).reason, town.is_untouched()) == (Reason.REPLAYED, True)


@pytest.mark.alike
@pytest.mark.parametrize(("days", "reason"), [(0, None), (4, None), (6, Reason.UNVOUCHED)])
def test_a_signature_of_last_week_vouches_for_nobody(town: Town, days: int, reason: Reason | None) -> None:
    mail = a_private_mail(To=LIST)
    town.desk.now += timedelta(days=days)

    assert town.send(mail).reason == reason


# -- a member's private mail ----------------------------------------------------------------


@pytest.mark.alike
@pytest.mark.parametrize(
    ("top", "covers", "recipient"),
    [
        (b"", SIGNED, LIST),
        (b"", SIGNED, "databeskyttelse+fortrolig@example.dk"),
        (b"Cc: databeskyttelse@example.dk\r\n", SIGNED, LIST),
        (b"To: databeskyttelse@example.dk\r\n", EXCHANGES, LIST),
        (b"", ("from",), LIST),
        (b"In-Reply-To: <%b>\r\n", SIGNED, LIST),
    ],
)
def test_a_members_private_mail_that_somebody_sends_here_waits_for_its_author(
    town: Town, top: bytes, covers: tuple[str, ...], recipient: str
) -> None:
    top = top.replace(b"%b", town.question.own_id.encode())

    arrival = town.send(top + a_members_mail(covers), recipient)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.UNADDRESSED)
    assert town.is_untouched()
    assert town.desk.events()[-2:] == [EventKind.UNADDRESSED, EventKind.HELD]
    with town.desk.store.reading() as session:
        asked = proposals.newest_of(session, arrival.key)
        assert asked is not None
        assert (asked.kind, asked.person_key) == (ProposalKind.UNPROVEN, town.desk.mette.id)


@pytest.mark.alike
@pytest.mark.parametrize(
    "fields",
    [
        {"To": LIST},
        {"Cc": "Databeskyttelse <databeskyttelse@example.dk>"},
        {"To": "databeskyttelse+fortrolig@example.dk"},
    ],
)
def test_a_members_mail_that_was_signed_for_the_list_is_filed_at_once(town: Town, fields: dict[str, str]) -> None:
    assert town.send(a_members_mail((*SIGNED, "cc"), **fields)).disposition is Disposition.FILED


def test_what_the_server_of_a_members_domain_sends_is_filed_at_once(guarded: Town) -> None:
    assert guarded.send(a_members_mail(EXCHANGES), client=OWN).disposition is Disposition.FILED


def test_a_member_who_sends_from_elsewhere_to_their_own_address_is_not_asked(town: Town) -> None:
    own = town.desk.reply_address(town.desk.ticket(), town.desk.mette)

    assert town.send(a_members_mail(EXCHANGES), own).disposition is Disposition.FILED


@pytest.mark.parametrize(
    ("word", "disposition"), [("SEND", Disposition.FILED), ("Træk den tilbage", Disposition.DISCARDED)]
)
def test_its_author_decides_by_reply_what_becomes_of_it(town: Town, word: str, disposition: Disposition) -> None:
    waiting = town.send(a_members_mail(EXCHANGES))
    with town.desk.store.reading() as session:
        asked = proposals.newest_of(session, waiting.key)
        assert asked is not None
    address = links.decision_address(town.desk.signer, town.desk.mailing_list, asked.key)

    town.send(sign(bytes(a_message(To=address, text=word)), METTES, EXCHANGES), address)

    decided = {one.id: one for one in town.desk.process()}[waiting.id]
    assert decided.disposition is disposition
    assert len(town.desk.messages()) == (2 if disposition is Disposition.FILED else 1)


def test_a_number_in_it_is_asked_about_when_its_author_has_said_that_it_is_theirs(town: Town) -> None:
    arrival = town.send(a_members_mail(text="Det drejer sig om 010190-1234."))
    kinds = []
    for _ in range(2):
        with town.desk.store.transaction() as session:
            asked = proposals.newest_of(session, arrival.key)
            assert asked is not None
            kinds.append(asked.kind)
            proposals.decide(session, session.get_one(Proposal, asked.id), Choice.SEND, town.desk.now)
        arrival = town.desk.process()[-1]

    assert kinds == [ProposalKind.UNPROVEN, ProposalKind.CPR]
    assert arrival.disposition is Disposition.FILED
    assert "010190" not in town.newest().text


# -- fields that nobody vouches for ----------------------------------------------------


def test_a_members_mail_is_filed_as_it_was_signed(town: Town) -> None:
    mail = sign(bytes(a_message(text="Må vi det?")), METTES, SIGNED)
    cited = f"<{town.question.own_id}>".encode()

    arrival = town.send(b"In-Reply-To: " + cited + b"\r\nSubject: Noget helt andet\r\n" + mail)

    assert arrival.disposition is Disposition.FILED
    assert town.newest().ticket_key != town.question.ticket_key
    assert town.newest().subject == ""
    assert "has fields that nobody vouches for: subject, in-reply-to" in (arrival.defects or [])
    assert arrival.voucher is not None
    assert (arrival.voucher["by"], arrival.voucher["domain"]) == ("dkim", METTES)
    assert arrival.voucher["uncovered"] == ["subject", "in-reply-to"]


def test_a_mail_whose_id_is_not_signed_is_filed_once_however_often_it_is_sent(town: Town) -> None:
    covers = tuple(name for name in SIGNED if name != "message-id")
    mail = sign(bytes(a_message(Message_ID="")), METTES, covers)

    filed = town.send(b"Message-ID: <1@example.org>\r\n" + mail)
    again = town.send(b"Message-ID: <2@example.org>\r\nX-Note: hej\r\n" + mail)

    assert (filed.disposition, again.disposition) == (Disposition.FILED, Disposition.DISCARDED)
    assert town.newest().message_id.endswith("@unsigned.invalid")


def test_what_nobody_vouches_for_does_not_come_back_when_its_author_has_decided(town: Town) -> None:
    mail = sign(bytes(a_message(text="Det drejer sig om 010190-1234.")), METTES, SIGNED)
    cited = f"<{town.question.own_id}>".encode()
    arrival = town.send(b"In-Reply-To: " + cited + b"\r\nSubject: [DB-1]\r\n" + mail)
    assert arrival.disposition is Disposition.HELD

    with town.desk.store.transaction() as session:
        asked = proposals.newest_of(session, arrival.key)
        assert asked is not None
        proposals.decide(session, session.get_one(Proposal, asked.id), Choice.SEND, town.desk.now)
    released = town.desk.process()[-1]

    assert released.disposition is Disposition.FILED
    assert town.newest().ticket_key != town.question.ticket_key
    assert released.voucher == arrival.voucher


@pytest.mark.alike
@pytest.mark.parametrize("door", ["imap", "smtp"])
@pytest.mark.parametrize("end", [b"\r", b"\n", b"\0\r\n", b"\r\r\n"])
def test_a_header_section_that_can_be_read_in_two_ways_is_held_whoever_vouches(
    guarded: Town, door: str, end: bytes
) -> None:
    forged = b"X-Note: hej" + end + b"From: Anders Jurist <anders@forening.example.dk>" + end
    mail = sign(bytes(a_message()), METTES)

    held = guarded.send(forged + mail, door=door, client=OWN)

    assert (held.disposition, held.voucher) == (Disposition.HELD, None)
    assert guarded.is_untouched()


LONG = b"x" * 201  # a field's name, to signatures as to all who read


@pytest.mark.alike
@pytest.mark.parametrize(
    ("below", "line"),
    [
        (b"To", LONG + b":, databeskyttelse@example.dk"),
        (b"Subject", LONG + b": [DB-1]"),
        (b"Subject", LONG + b" : [DB-1]"),
        (b"To", b", databeskyttelse@example.dk"),
        (b"Subject", b"[DB-1]"),
    ],
)
def test_nothing_below_a_signed_field_becomes_a_part_of_it(town: Town, below: bytes, line: bytes) -> None:
    mail = a_private_mail()
    end = mail.index(b"\r\n", mail.index(b"\r\n" + below + b": ") + 2) + 2

    sent = town.send(mail[:end] + line + b"\r\n" + mail[end:])

    assert sent.disposition is Disposition.HELD
    assert town.is_untouched()


def test_a_colleague_is_not_made_an_author_by_what_stands_below_from(town: Town) -> None:
    mail = sign(bytes(a_message(From=f"nobody@{ANDERSES}", To=LIST)), ANDERSES, SIGNED)
    end = mail.index(b"\r\n", mail.index(b"From: ")) + 2

    sent = town.send(mail[:end] + LONG + b"<anders@forening.example.dk>:\r\n" + mail[end:])

    assert sent.author == f"nobody@{ANDERSES}"


OLD_DATE, NEW_DATE = "Mon, 05 Jan 2015 08:00:00 +0100", b"Mon, 23 Nov 2026 08:00:00 +0100"


@pytest.mark.alike
@pytest.mark.parametrize(
    "forged",
    [b"Date: %b\r\n", b"date:%b\r\n", b"Date: x\r\nDate: %b\r\n", b"X-Note: hej\r\nDATE:\r\n %b\r\n"],
)
@pytest.mark.parametrize("covers", [EXCHANGES, SIGNED])
def test_an_old_signature_that_does_not_tell_its_time_is_made_no_younger_by_another_date(
    town: Town, forged: bytes, covers: tuple[str, ...]
) -> None:
    message = a_message(To="frank@example.org", Subject="Privat")
    message.replace_header("Date", OLD_DATE)

    arrival = town.send(forged.replace(b"%b", NEW_DATE) + sign(bytes(message), METTES, covers, tags={b"t": b""}))

    assert (arrival.disposition, arrival.voucher) == (Disposition.HELD, None)
    assert town.is_untouched()


BLANKS = (b"\r\n " + b" \t" * 450) * 40


@pytest.mark.alike
@pytest.mark.parametrize(
    "place", [b"To: Databeskyttelse", b"From: Mette", b"Subject: [DB-", b"In-Reply-To: ", b"Date: "]
)
def test_blanks_that_a_signature_lets_anybody_add_hide_nothing_of_what_was_signed(town: Town, place: bytes) -> None:
    fortrolig = f"Databeskyttelse <{LIST}>, Fortrolig <databeskyttelse+fortrolig@example.dk>"
    letter = a_message(To=fortrolig, Subject="[DB- 1] Hemmeligt", In_Reply_To=f"<{town.question.own_id}>")
    mail = sign(bytes(letter), METTES)
    town.send(mail, "databeskyttelse+fortrolig@example.dk")

    arrival = town.send(padded(padded(mail, place), b"Message-ID:"))

    assert arrival.disposition is Disposition.DISCARDED
    assert len(town.desk.messages()) == 2


def padded(mail: bytes, place: bytes) -> bytes:
    """A signed mail with blanks at the first blank from a place in its header section on."""
    at = mail.index(b" ", mail.index(b"\r\n" + place) + len(place))
    return mail[:at] + BLANKS + mail[at:]


# -- behind a trusted server -----------------------------------------------------------


@pytest.fixture
def fronted(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    """A town with a mail server in front, which looks at signatures, servers and policies."""
    desk = Desk(store, portal, signer, now)
    desk.employ(authserv_id="mx.example.dk")
    town = Town(desk)
    town.send(passed_on(sign(bytes(a_message()), METTES), METTES))
    return town


def passed_on(octets: bytes, author: str, sender: str = "") -> bytes:
    """What the server in front makes of a message that it has from `sender`, by default the author's own domain."""
    verdict = "fail" if sender else "pass"
    fields = [f"dmarc=pass (p=none) header.from={author}", f"spf={verdict} smtp.mailfrom={sender or author}"]
    told = [
        f"Authentication-Results: mx.example.dk; {field}\r\n" for field in (*fields, f"dkim=pass header.d={author}")
    ]
    received = f"Received: from mx.{sender or author} by mx.example.dk; Mon, 23 Nov 2026 08:00:00 +0100\r\n"
    return "".join([*told, received]).encode() + octets


def replayed(octets: bytes, author: str = ANDERSES) -> bytes:
    return passed_on(octets, author, "example.org")


@pytest.mark.alike
@pytest.mark.parametrize("told", ["none", "dmarc=none header.from=forening.example.dk", "dkim=none"])
@pytest.mark.parametrize("line", [LONG + b": ", b"", b"x ", LONG * 9 + b"\t:"])
def test_nothing_below_a_trusted_servers_field_becomes_its_word(fronted: Town, told: str, line: bytes) -> None:
    forged = line + b"; dmarc=pass header.from=forening.example.dk; spf=pass smtp.mailfrom=forening.example.dk\r\n"
    field = f"Authentication-Results: mx.example.dk; {told}\r\n".encode()
    mail = bytes(a_message(From=ANDERS, Subject="[DB-1] Nej", text="Ja, frit frem.")).replace(b"\n", b"\r\n")

    sent = fronted.send(field + forged + mail)

    assert sent.disposition is Disposition.HELD
    assert fronted.is_untouched()


def test_behind_a_trusted_server_too_a_lawyers_signed_mail_is_for_where_it_was_signed_for(fronted: Town) -> None:
    cited = f"<{fronted.question.own_id}>".encode()
    forged = b"Authentication-Results: mx.example.dk; spf=pass smtp.mailfrom=forening.example.dk\r\n"

    private = fronted.send(replayed(b"In-Reply-To: " + cited + b"\r\n" + a_private_mail()))
    helped = fronted.send(replayed(forged + b"Cc: databeskyttelse@example.dk\r\n" + a_private_mail()))

    assert {(one.disposition, one.reason) for one in (private, helped)} == {(Disposition.HELD, Reason.REPLAYED)}
    assert fronted.is_untouched()
    assert fronted.send(replayed(a_private_mail(To=LIST))).disposition is Disposition.FILED
    assert fronted.send(passed_on(a_private_mail(), ANDERSES)).disposition is Disposition.FILED


def test_behind_a_trusted_server_too_a_members_mail_is_filed_as_it_was_signed(fronted: Town) -> None:
    cited = b"In-Reply-To: <" + fronted.question.own_id.encode() + b">\r\n"
    mail = cited + b"Subject: [DB-1]\r\n" + sign(bytes(a_message()), METTES, SIGNED)

    arrival = fronted.send(replayed(mail, METTES))

    assert arrival.disposition is Disposition.FILED
    assert arrival.voucher is not None
    assert (arrival.voucher["by"], arrival.voucher["uncovered"]) == ("dkim", ["subject", "in-reply-to"])
    assert fronted.newest().ticket_key != fronted.question.ticket_key


def test_what_a_trusted_server_has_from_the_authors_own_counts_whole(fronted: Town) -> None:
    bare = a_message(In_Reply_To=f"<{fronted.question.own_id}>")

    arrival = fronted.send(passed_on(bytes(bare).replace(b"\n", b"\r\n"), METTES))

    assert fronted.newest().ticket_key == fronted.question.ticket_key
    assert arrival.voucher is not None
    assert (arrival.voucher["by"], arrival.voucher["domain"]) == ("server", "mx.example.dk")


@pytest.mark.parametrize(
    "covers", [("to", "subject", "date", "from"), ("from",), ("from", "to", "date", "content-transfer-encoding")]
)
def test_a_signature_that_a_trusted_server_saw_hold_proves_what_it_would_prove_to_us(
    fronted: Town, covers: tuple[str, ...]
) -> None:
    mail = sign(bytes(a_message(text="<p>Hej</p>")).replace(b"text/plain", b"text/html"), METTES, covers)
    as_text = mail.replace(b"text/html", b"application/pdf")

    arrival = fronted.send(replayed(mail, METTES))
    is_addressed = "to" in covers
    assert arrival.disposition is (Disposition.FILED if is_addressed else Disposition.HELD)
    assert arrival.reason == (None if is_addressed else Reason.UNADDRESSED)
    assert fronted.send(replayed(as_text, METTES)).reason == Reason.UNVOUCHED
    fronted.desk.now += timedelta(days=6)
    assert fronted.send(replayed(mail + b"\r\n", METTES)).reason == Reason.UNVOUCHED


def test_what_came_to_its_authors_own_address_is_remembered_so(guarded: Town) -> None:
    own = guarded.desk.reply_address(guarded.desk.ticket(), guarded.desk.anders)
    bare = bytes(a_message(From=ANDERS, To=own, text="Nej.")).replace(b"\n", b"\r\n")

    arrival = guarded.send(bare, own)

    assert (arrival.disposition, arrival.voucher and arrival.voucher["by"]) == (Disposition.FILED, "address")


@pytest.mark.parametrize(
    "front",
    [
        pytest.param("{received}{dmarc}{spf}{dkim}", id="which writes below its own Received, in several fields"),
        pytest.param("{dmarc}{spf}{dkim}", id="which writes no Received"),
        pytest.param("{dmarc}{dkim}{received}", id="which does not look at senders"),
        pytest.param("{dkim}{received}", id="which looks at signatures alone"),
        pytest.param("{dmarc}{received}{spf}{own}", id="above what its sender wrote in its name"),
    ],
)
def test_what_a_trusted_server_does_not_tell_of_the_sender_makes_a_signature_no_more_than_that(
    fronted: Town, front: str
) -> None:
    told = {"dmarc": f"dmarc=pass header.from={ANDERSES}", "dkim": f"dkim=pass header.d={ANDERSES}"}
    told |= {"spf": "spf=fail smtp.mailfrom=example.org", "own": f"spf=pass smtp.mailfrom={ANDERSES}"}
    fields = {name: f"Authentication-Results: mx.example.dk; {one}\r\n" for name, one in told.items()}
    received = "Received: from mx.example.org by mx.example.dk; Mon, 23 Nov 2026 08:00:00 +0100\r\n"
    cited = f"In-Reply-To: <{fronted.question.own_id}>\r\n".encode()

    arrival = fronted.send(front.format(**fields, received=received).encode() + cited + a_private_mail())

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.REPLAYED)
    assert fronted.is_untouched()


def bogus(domain: str, **tags: str) -> bytes:
    """The field of a signature that holds nothing, and would cover all that filing goes by."""
    covers = ":".join(("from", *2 * ("to", "cc", "subject", "in-reply-to", "references"), "date", "message-id", *FORM))
    told = {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": domain,
        "s": "s1",
        "t": str(int(MONDAY.timestamp())),
    }
    listed = "; ".join(
        f"{name}={value}" for name, value in (told | {"h": covers, "bh": "AAAA", "b": "AAAA"} | tags).items()
    )
    return f"DKIM-Signature: {listed}\r\n".encode()


HIDDEN = {
    "behind as many as are looked at": (bogus(ANDERSES) * 5, {}),
    "behind many": (bogus(ANDERSES) * 40, {}),
    "as it covers a part of the body": (bogus(ANDERSES), {"length": True}),
    "as it is by SHA-1": (bogus(ANDERSES), {"algorithm": b"rsa-sha1"}),
    "as it is longer than any": (bogus(ANDERSES), {"tags": {b"z": b"x" * 9000}}),
    "as it names a tag twice": (bogus(ANDERSES), {"tags": {b"z": b"x; z=y"}}),
}


@pytest.mark.alike
@pytest.mark.parametrize("how", HIDDEN)
def test_a_signature_that_a_trusted_server_saw_hold_is_not_hidden_by_others(fronted: Town, how: str) -> None:
    front, form = HIDDEN[how]
    letter = a_message(From=ANDERS, To="frank@example.org", Subject="Frokost", text="Nej, det kan jeg ikke.")
    added = f"In-Reply-To: <{fronted.question.own_id}>\r\nCc: databeskyttelse@example.dk\r\n".encode()

    arrival = fronted.send(replayed(added + front + sign(bytes(letter), ANDERSES, SIGNED, **form)))

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.UNVOUCHED)
    assert fronted.is_untouched()


@pytest.mark.parametrize(
    "also", [bogus("example.net"), bogus("example.net", l="3") * 9, bogus("liste.example.net", a="x")]
)
def test_what_others_signed_as_well_takes_nothing_from_an_honest_mail(fronted: Town, also: bytes) -> None:
    mail = sign(bytes(a_message(In_Reply_To=f"<{fronted.question.own_id}>")), METTES)

    arrival = fronted.send(replayed(also + mail, METTES))

    assert arrival.disposition is Disposition.FILED
    assert fronted.newest().ticket_key == fronted.question.ticket_key


@pytest.mark.parametrize("sender", ["example.dk", "mail.forening.example.dk", "x.mail.forening.example.dk", "dk"])
def test_a_server_of_a_domain_above_or_below_makes_a_signature_no_more_than_that(fronted: Town, sender: str) -> None:
    told = [
        f"dmarc=pass header.from={ANDERSES}",
        f"spf=pass smtp.mailfrom=x@{sender}",
        f"dkim=pass header.d={ANDERSES}",
    ]
    front = "".join(f"Authentication-Results: mx.example.dk; {one}\r\n" for one in told)
    cited = f"Received: from x by mx.example.dk; x\r\nIn-Reply-To: <{fronted.question.own_id}>\r\n"

    arrival = fronted.send((front + cited).encode() + a_private_mail())

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.REPLAYED)
    assert fronted.is_untouched()


@pytest.mark.alike
@pytest.mark.parametrize("told", ["dmarc=pass header.from=", "dkim=pass header.d=", "spf=pass smtp.mailfrom="])
@pytest.mark.parametrize("door", ["smtp", "imap"])
def test_what_is_hidden_below_a_header_section_without_end_vouches_for_nothing(
    fronted: Town, told: str, door: str
) -> None:
    signature, _, rest = a_private_mail().partition(b"From:")
    head, _, body = (b"From:" + rest).partition(b"\r\n\r\n")
    cited = f"In-Reply-To: <{fronted.question.own_id}>\r\n".encode()
    filler = b"".join(b"X-%d: %b\r\n" % (number, b"a" * 900) for number in range(300))
    front = f"Authentication-Results: mx.example.dk; {told}{ANDERSES}\r\nReceived: from x by mx.example.dk; x\r\n"

    octets = front.encode() + cited + head + b"\r\n" + filler + signature + b"\r\n" + body
    arrival = fronted.send(octets, door=door)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.OVERLONG)
    assert fronted.is_untouched()


# -- honest mail -----------------------------------------------------------------------

REPLY = "in-reply-to:references:"
SYSTEMS = {
    "Gmail, Google Workspace": REPLY + "mime-version:message-id:date:subject:cc:to:from"
    ":from:to:cc:subject:date:message-id:reply-to",
    "Exchange Online": "from:date:subject:message-id:content-type:mime-version:x-ms-exchange-senderadcheck",
    "Outlook.com": "from:date:subject:message-id:content-type:mime-version",
    "Postfix with opendkim": "date:to:from:cc:subject:in-reply-to:references:from",
    "rspamd": "from:from:reply-to:subject:subject:date:date:message-id:message-id:to:to:cc:cc:mime-version:mime-version"
    ":content-type:content-type:content-transfer-encoding:in-reply-to:in-reply-to:references:references",
    "Amazon SES": "from:to:cc:message-id:" + REPLY + "subject:mime-version:content-type:content-transfer-encoding:date",
    "Apple iCloud": "from:date:subject:mime-version:content-type:message-id:to:x-icloud-hme",
    "Proton": "date:to:from:cc:subject:message-id:" + REPLY + "feedback-id"
    ":from:to:cc:date:subject:reply-to:feedback-id:message-id:bimi-selector",
}  # what they sign, as their mail shows it
JOINED, APART, HELD = "joins its ticket", "opens a ticket of its own", "is held"
ASKED = "is held until its author has said that it was meant for the list"
BY_SIGNATURE_ALONE = {  # system: a member's reply to the list, a lawyer's mail to the list, a lawyer's to their address
    "Gmail, Google Workspace": (JOINED, JOINED, JOINED),
    "Exchange Online": (ASKED, HELD, JOINED),  # which sign no recipients: a private mail looks the same
    "Outlook.com": (ASKED, HELD, JOINED),
    "Postfix with opendkim": (JOINED, JOINED, JOINED),
    "rspamd": (JOINED, JOINED, JOINED),
    "Amazon SES": (JOINED, JOINED, JOINED),
    "Apple iCloud": (APART, APART, JOINED),
    "Proton": (JOINED, JOINED, JOINED),
}


def what_becomes(town: Town, system: str, sender: str, to: str) -> str:
    """Send a reply to the question as this system does; what becomes of it."""
    cited = f"<{town.question.own_id}>"
    message = a_message(From=sender, To=to, Subject="SV: Må vi det?", In_Reply_To=cited, References=cited)
    message.add_alternative("<html><p>Det må I gerne, som I ser.</p></html>", subtype="html")
    domain = ANDERSES if sender == ANDERS else METTES
    covers = tuple(SYSTEMS[system].split(":"))
    arrival = town.send(sign(bytes(message), domain, covers, tags={b"t": b""}), to, client=OWN)
    if arrival.disposition is Disposition.HELD:
        return {Reason.REPLAYED: HELD, Reason.UNADDRESSED: ASKED}[arrival.reason]
    assert arrival.disposition is Disposition.FILED
    assert "jurister" in town.newest().text
    return JOINED if town.newest().ticket_key == town.question.ticket_key else APART


@pytest.mark.alike
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("mode", ["signatures", "dmarc"])
def test_what_becomes_of_the_mail_of_real_systems(
    system: str,
    mode: str,
    store: Store,
    portal: Portal,
    signer: Signer,
    now: datetime,
    verifiers: dict[str, Verifier],
) -> None:
    town = make_town(store, portal, signer, now, verifiers[mode])
    own = town.desk.reply_address(town.desk.ticket(), town.desk.anders)

    became = tuple(what_becomes(town, system, *one) for one in ((METTE, LIST), (ANDERS, LIST), (ANDERS, own)))

    assert became == ((JOINED, JOINED, JOINED) if mode == "dmarc" else BY_SIGNATURE_ALONE[system])
