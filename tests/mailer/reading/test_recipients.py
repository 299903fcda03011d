"""For whom mail in a mailbox came: what servers note behind a catch-all; what becomes of mail that shows nothing."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from email.parser import BytesHeaderParser
from itertools import count

import pytest

from mailer.addresses import AddressBook
from mailer.intake.envelopes import find_recipients
from mailer.intake.fetcher import Fetcher
from mailer.reading.recipients import find_return_path, note_envelope
from mailer.sections import MailboxSettings
from support.fetching import reading
from support.mail_room import Desk
from support.servers import Dovecot
from support.timing import costing_at_most
from support.waiting import eventually
from tickets.database.models import Arrival, Disposition, Mode, Visibility
from tickets.database.store import Store
from tickets.envelope import KnownBy, MailboxProfile
from tickets.moderation import holding
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

LIST = "databeskyttelse@example.dk"
ANONYMOUS, CONFIDENTIAL, JOIN = (f"databeskyttelse+{desk}@example.dk" for desk in ("anonym", "fortrolig", "tilmeld"))
OTHER = "sikkerhed@example.dk"
OURS = {LIST, ANONYMOUS, CONFIDENTIAL, JOIN, OTHER}
CATCH_ALL = "alt@example.dk"
numbers = count(1)


NOON = "Mon, 23 Nov 2026 12:00:00 +0100"


def received(by: str = "mx.example.dk", recipient: str = "", sender: str = "mail.proevested.example.org") -> str:
    """A trace as Postfix writes it: for one recipient, or for several, of whom it names none."""
    taken_for = f"\r\n\tfor <{recipient}>" if recipient else ""
    taken = f"Received: from {sender} ({sender} [192.0.2.7])\r\n\tby {by} (Postfix) with ESMTPS id 4Fx"
    return f"{taken}{taken_for};\r\n\t{NOON}"


LMTP = (
    "Received: from mx.example.dk\r\n\tby imap.example.dk with LMTP\r\n\tid x (envelope-from <m@x.example.dk>)"
    f"\r\n\tfor <{CATCH_ALL}>; {NOON}"
)
THEIRS = received("mail.proevested.example.org", LIST, "pc17.proevested.example.org")
CAUGHT = f"Delivered-To: {CATCH_ALL}"
TO_LIST, TO_OLE = f"To: {LIST}", "To: Ole <ole@oeby.example.dk>"

TOLD = [
    # a field of our own server
    ([CAUGHT, f"X-Original-To: {ANONYMOUS}", received(), TO_LIST], ANONYMOUS),
    ([f"X-Original-To: {ANONYMOUS}", CAUGHT, TO_OLE], ANONYMOUS),
    ([CAUGHT, f"Envelope-To: <{CONFIDENTIAL}>", received(), TO_OLE], CONFIDENTIAL),
    ([f"Delivered-To: {ANONYMOUS}", TO_LIST], ANONYMOUS),
    ([CAUGHT, f"Delivered-To: {ANONYMOUS}", received(), TO_LIST], ANONYMOUS),
    # Received "for", in the row that our own servers wrote
    ([CAUGHT, received(recipient=ANONYMOUS), TO_LIST], ANONYMOUS),
    ([CAUGHT, LMTP, received(recipient=CONFIDENTIAL), TO_OLE], CONFIDENTIAL),
    ([CAUGHT, LMTP, received("filter.example.dk"), received(recipient=ANONYMOUS), THEIRS, TO_LIST], ANONYMOUS),
    ([CAUGHT, "Received: by 2002:a05:6a10:1 with SMTP id x", received(recipient=JOIN), TO_OLE], JOIN),
    # the list's own name says less than a desk of it
    ([f"Delivered-To: {LIST}", f"X-Original-To: {ANONYMOUS}", TO_LIST], ANONYMOUS),
    ([f"Delivered-To: {LIST}", received(recipient=CONFIDENTIAL), TO_LIST], CONFIDENTIAL),
    ([f"Delivered-To: {LIST}", received(), TO_OLE], LIST),
]  # fmt: skip
NAMED = [
    ([CAUGHT, LMTP, received(), TO_LIST], {LIST}),
    ([CAUGHT, TO_OLE, f"Cc: {OTHER}, {ANONYMOUS}"], {OTHER, ANONYMOUS}),
    ([f"Delivered-To: {LIST}", received(), f"To: {JOIN}"], {JOIN}),
    # what stands below our own servers' row anybody can have written
    ([CAUGHT, received(), f"X-Original-To: {ANONYMOUS}", TO_LIST], {LIST}),
    ([CAUGHT, received(), received("mail.proevested.example.org", ANONYMOUS), TO_LIST], {LIST}),
    ([CAUGHT, received(), THEIRS, f"Delivered-To: {OTHER}", TO_LIST], {LIST}),
    # what a client says of itself is no recipient
    ([CAUGHT, received(sender=f"x (by mx.example.dk for <{ANONYMOUS}>)"), TO_LIST], {LIST}),
]
NOTHING = [
    [CAUGHT, LMTP, received(), TO_OLE],
    [CAUGHT, "To: undisclosed-recipients:;"],
    [CAUGHT],
    [],
    [CAUGHT, received(), f"X-Original-To: {LIST}", TO_OLE],
    [CAUGHT, received(), THEIRS, TO_OLE],
]


def find(lines: list[str], name: str = "portal") -> tuple[set[str], KnownBy]:
    head = BytesHeaderParser().parsebytes("\r\n".join([*lines, "From: mette@proevested.example.dk"]).encode())
    notes = note_envelope(head, MailboxProfile(name, "Delivered-To", LIST))
    found = find_recipients(notes, LIST, OURS.__contains__)
    return set(found.addresses), found.known_by


@pytest.mark.parametrize(("lines", "recipient"), TOLD)
def test_what_our_own_servers_noted_is_the_recipient(lines: list[str], recipient: str) -> None:
    assert find(lines) == ({recipient}, KnownBy.ENVELOPE)


@pytest.mark.parametrize(("lines", "recipients"), NAMED)
def test_where_they_noted_none_to_and_cc_name_it_and_that_is_known(lines: list[str], recipients: set[str]) -> None:
    assert find(lines) == (recipients, KnownBy.FIELDS)


@pytest.mark.parametrize("lines", NOTHING)
def test_what_names_no_address_of_ours_is_known_as_that(lines: list[str]) -> None:
    assert find(lines) == ({LIST}, KnownBy.NOTHING)


@pytest.mark.parametrize("name", [LIST, "databeskyttelse"])
@pytest.mark.parametrize(
    ("lines", "known_by"),
    [
        ([f"Delivered-To: {LIST}", received(), TO_OLE], KnownBy.NOTHING),
        ([f"Delivered-To: {LIST}", received(recipient=LIST), TO_LIST], KnownBy.FIELDS),
        ([f"Delivered-To: {LIST}", f"X-Original-To: {LIST}", received(), TO_OLE], KnownBy.ENVELOPE),
    ],
)
def test_the_mailboxs_own_address_tells_only_where_mail_lies(lines: list[str], known_by: KnownBy, name: str) -> None:
    assert find(lines, name) == ({LIST}, known_by)


@pytest.mark.parametrize("piece", ["for ", "by ", "(", ")", "for <x", "a@", "by a.", "<", "a.a"])
def test_a_hostile_trace_takes_linear_time(piece: str) -> None:
    with costing_at_most(1):
        find(
            [
                f"Received: from x by mx.example.dk {piece * (1_000_000 // len(piece))}",
                f"Delivered-To: {piece * 100_000}",
            ]
        )


# -- from a real mailbox to the ticket -------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot")) as running:
        yield running


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    return Desk(store, portal, signer, now)


@pytest.mark.parametrize(
    ("head", "return_path"),
    [
        (b"Return-Path: <>\r\nFrom: mette@example.org", ""),
        (b"Return-Path: <a@example.org>\r\nReturn-Path: <b@example.org>", "a@example.org"),
        (b"From: Mette <mette@example.org>", "mette@example.org"),
    ],
)
def test_the_return_path_is_the_topmost_or_else_the_author(head: bytes, return_path: str) -> None:
    assert find_return_path(BytesHeaderParser().parsebytes(head)) == return_path


Fetch = Callable[..., list[Arrival]]


@pytest.fixture
def fetch(server: Dovecot, desk: Desk) -> Fetch:
    """Lay a message into the mailbox, fetch it and carry it to where it belongs."""
    server.username = f"alt{next(numbers)}"

    def fetch(*lines: str) -> list[Arrival]:
        number = next(numbers)
        head = [*lines, "From: Mette Eksempel <mette@proevested.example.dk>", f"Subject: Må vi det nr. {number}?",
                f"Message-ID: <{number}@proevested.example.dk>"]  # fmt: skip
        server.deliver("\r\n".join([*head, "", f"Kære jurister\r\n\r\nMå vi det? ({number})", ""]).encode())
        settings = MailboxSettings.model_validate(server.settings(LIST))
        known = AddressBook(desk.store, desk.portal.domain, desk.signer).knows
        fetcher, stop = Fetcher(settings, desk.store, known, reading(settings), lambda: desk.now), threading.Event()
        thread = threading.Thread(target=fetcher.run, args=(stop,))
        thread.start()
        try:
            eventually(lambda: server.seen() > 0)
        finally:
            stop.set()
            thread.join(10)
        return desk.process()

    return fetch


def visibilities(desk: Desk) -> list[Visibility]:
    numbers = range(1, len(desk.messages()) + 1)
    return [desk.ticket(number).visibility for number in numbers]


@pytest.mark.parametrize(
    "lines",
    [
        [CAUGHT, f"X-Original-To: {CONFIDENTIAL}", received(), TO_LIST],
        [CAUGHT, LMTP, received(recipient=CONFIDENTIAL), TO_OLE],
        [CAUGHT, received(), f"To: {LIST}", f"Cc: {CONFIDENTIAL}"],
    ],
    ids=["a copy to the list", "Bcc", "named"],
)
def test_a_confidential_question_stays_one_behind_a_catch_all(desk: Desk, fetch: Fetch, lines: list[str]) -> None:
    fetch(*lines)

    assert visibilities(desk) == [Visibility.CONFIDENTIAL]


def test_an_anonymous_question_by_bcc_waits_for_its_askers_word(desk: Desk, fetch: Fetch) -> None:
    (arrival,) = fetch(CAUGHT, LMTP, received(recipient=ANONYMOUS), TO_OLE)

    assert (arrival.recipient, arrival.disposition, arrival.reason) == (ANONYMOUS, Disposition.HELD, Reason.PREVIEWED)
    assert desk.messages() == []


@pytest.mark.parametrize("lines", NOTHING[:2], ids=["to somebody else", "to nobody"])
def test_what_names_no_address_of_ours_is_held_and_confidential_if_let_through(
    desk: Desk, fetch: Fetch, lines: list[str]
) -> None:
    (arrival,) = fetch(*lines)
    assert (arrival.disposition, arrival.reason, desk.messages()) == (Disposition.HELD, Reason.NAMES_NONE, [])

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, desk.now)
    desk.process()

    assert visibilities(desk) == [Visibility.CONFIDENTIAL]


def test_a_command_that_only_the_trace_names_is_obeyed(desk: Desk, fetch: Fetch) -> None:
    (arrival,) = fetch(CAUGHT, LMTP, received(recipient=JOIN), TO_OLE)

    assert (arrival.disposition, arrival.grounds) == (
        Disposition.OBEYED, Grounds(Reason.SUBSCRIPTION, {"mode": Mode.WEEKLY}),
    )  # fmt: skip


# -- mail that somebody else sent on ---------------------------------------------------

RULE = "karl@proevested.example.dk"
SENT_ON = [
    [f"Resent-From: Karl <{RULE}>", f"Resent-To: {LIST}", "To: karl@proevested.example.dk"],
    [f"Resent-From: {RULE}", TO_LIST],
    [f"Resent-Sender: {RULE}", "Resent-From: mette@proevested.example.dk", TO_LIST],
    [f"Resent-To: {LIST}", "Resent-Message-ID: <1@x>", TO_OLE],
    ["Resent-From: mette@proevested.example.dk", f"Resent-From: {RULE}", TO_LIST],
    ["Resent-From: (nobody)", TO_LIST],
    [f"X-MS-Exchange-Inbox-Rules-Loop: {RULE}", "X-MS-Exchange-Parent-Message-Id: <1@x>", TO_LIST],
    [f"Resent-From: <{RULE}>", "Auto-Submitted: auto-generated",
     "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "To: karl@proevested.example.dk"],
    [f"X-MS-Exchange-ForwardingLoop: {RULE};3c1f", TO_OLE],
    [f"X-Forwarded-To: {LIST}", f"X-Forwarded-For: {RULE} {LIST}", "To: karl@proevested.example.dk"],
    [f"X-Sieve-Redirected-From: {RULE}", TO_OLE],
    [received("mx.example.dk", LIST), f"Delivered-To: {RULE}", received("mail.proevested.example.org"), TO_OLE],
    [received("mx.example.dk", LIST), "ARC-Seal: i=2; a=rsa-sha256; cv=pass; d=example.org; s=x; b=x",
     "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.org; s=x; b=x", "To: karl@proevested.example.dk"],
]  # fmt: skip
WRITTEN_TO_US = [
    [TO_LIST],
    [TO_OLE],
    ["Resent-From: Mette <mette@proevested.example.dk>", TO_LIST],
    ["X-Forwarded-For: 192.0.2.1", TO_LIST],
    ["X-MS-Exchange-Inbox-Rules-Loop: ", TO_LIST],
    ["ARC-Seal: i=1; a=rsa-sha256; cv=none; d=microsoft.example.org; s=x; b=x", received(), TO_OLE],
    ["ARC-Seal: i=2; a=rsa-sha256; cv=pass; d=example.org; s=x; b=x", received(), TO_LIST],
    [received("mx.example.dk", LIST), f"Delivered-To: {RULE}", received("mail.proevested.example.org"), TO_LIST],
    [f"Delivered-To: {LIST}", received("mx.example.dk", LIST), TO_OLE],
]


def send(
    desk: Desk,
    lines: list[str],
    recipient: str = LIST,
    author: str = "mette@proevested.example.dk",
    return_path: str = "someone@example.org",
) -> Arrival:
    number = next(numbers)
    head = [*lines, f"From: {author}", f"Subject: Spørgsmål {number}", f"Message-ID: <{number}@proevested.example.dk>"]
    octets = "\r\n".join([*head, "", f"Må vi det? ({number})", ""]).encode()
    return desk.hand_over(octets, recipient, return_path=return_path)[0]


CASES = [(lines, LIST) for lines in SENT_ON] + [(SENT_ON[0], CONFIDENTIAL), (SENT_ON[0], JOIN)]


@pytest.mark.alike
@pytest.mark.parametrize(("lines", "recipient"), CASES)
def test_what_somebody_else_sent_on_is_held(desk: Desk, lines: list[str], recipient: str) -> None:
    arrival = send(desk, lines, recipient)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.SENT_ON)
    assert arrival.reason
    assert arrival.reason.is_doubtful
    assert desk.messages() == []


@pytest.mark.alike
@pytest.mark.parametrize("lines", WRITTEN_TO_US)
def test_what_its_author_wrote_to_us_is_filed(desk: Desk, lines: list[str]) -> None:
    assert send(desk, lines).disposition is Disposition.FILED


REWRITTEN = [
    "SRS0=h4sh=TT=proevested.example.dk=mette@example.org",
    "srs1=h4sh=example.org==h4sh=TT=proevested.example.dk=mette@example.net",
    "karl+SRS=x1y2z=ab=proevested.example.dk=mette@example.org",
    "karl+caf_=databeskyttelse=example.dk@example.org",
]


@pytest.mark.parametrize("return_path", REWRITTEN)
def test_what_only_the_return_path_shows_to_be_sent_on_is_held(desk: Desk, return_path: str) -> None:
    private, to_us = send(desk, [TO_OLE], return_path=return_path), send(desk, [TO_LIST], return_path=return_path)

    assert (private.disposition, private.reason) == (Disposition.HELD, Reason.SENT_ON)
    assert to_us.disposition is Disposition.FILED


def test_a_colleagues_mail_with_a_forward_in_it_is_the_colleagues(desk: Desk) -> None:
    message = send(desk, [TO_LIST, "X-MS-Exchange-Organization-AuthAs: Internal"], author="ole@oeby.example.dk")

    assert message.disposition is Disposition.FILED


def test_what_was_sent_on_and_is_let_through_is_filed(desk: Desk) -> None:
    arrival = send(desk, SENT_ON[0])

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, desk.now)

    assert [one.disposition for one in desk.process()] == [Disposition.FILED]
