import asyncio
import errno
import os
import re
import shutil
import smtplib
import ssl
import threading
import tracemalloc
from collections import Counter, namedtuple
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from mailer.intake import listener as listener_module
from mailer.intake import turnstile
from mailer.intake.arrivals import Handover, Intake, open_intake, store_handovers
from mailer.intake.entrances import Listen
from mailer.intake.listener import Listener
from mailer.intake.spool import Scales
from mailer.intake.turnstile import MOST_SESSIONS
from support.servers import Conversation, hand_over, make_certificate
from support.waiting import eventually
from tickets.database.models import Arrival, Content
from tickets.database.store import Store
from tickets.people import quotas
from tickets.people.quotas import USUAL, Quotas
from tickets.portal import Portal

LIST, OTHER = "databeskyttelse@example.dk", "sikkerhed@example.dk"
OURS = {LIST, OTHER, "postmaster"}
MESSAGE = "From: Mette <mette@example.org>\r\nSubject: Må vi gemme?\r\n\r\nKære jurister\r\n".encode()
TROUBLE = r"451 4\.3\.0 Trouble on our side, try again; incident [0-9a-f]{8}"
AWAY = r"451 4\.3\.0 Trouble on our side, try again"  # the database's: the log tells of it once, without numbers
LARGEST = 100_000


@contextmanager
def listening(
    portal: Portal,
    intake: Intake,
    now: datetime,
    is_known: Callable[[str], bool] = OURS.__contains__,
    recalls: Callable[[str], bool] = OURS.__contains__,
    quotas: Quotas = USUAL,
    **settings: object,
) -> Iterator[Listener]:
    """A listener with both doors open, stopped at the end."""
    doors = {"smtp": "127.0.0.1:0", "lmtp": "127.0.0.1:0", "max_size": LARGEST}
    listen = Listen.model_validate(doors | settings)
    listener = Listener(listen, portal, intake, is_known, lambda: now, recalls, quotas)
    stop = threading.Event()
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    assert listener.ready.wait(10)
    try:
        yield listener
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def intake(store: Store) -> Iterator[Intake]:
    opened = open_intake(store)
    yield opened
    opened.close()


@pytest.fixture
def listener(portal: Portal, intake: Intake, now: datetime) -> Iterator[Listener]:
    with listening(portal, intake, now) as running:
        yield running


@pytest.fixture
def smtp(listener: Listener) -> int:
    assert listener.smtp_port
    return listener.smtp_port


@pytest.fixture
def lmtp(listener: Listener) -> int:
    assert listener.lmtp_port
    return listener.lmtp_port


def at_rcpt(port: int, *more: str) -> Conversation:
    """A session whose next command may be DATA."""
    return Conversation(port, "EHLO client.example.org", "MAIL FROM:<mette@example.org>", f"RCPT TO:<{LIST}>", *more)


def arrivals(store: Store) -> list[Arrival]:
    with store.reading() as session:
        found = list(session.exec(select(Arrival).order_by(col(Arrival.id))))
        session.expunge_all()
    return found


def contents(store: Store) -> list[bytes]:
    with store.reading() as session:
        return list(session.exec(select(Content.octets)))


# -- taken -------------------------------------------------------------------------------


def test_a_message_is_durable_as_it_was_sent_when_it_is_accepted(smtp: int, store: Store, now: datetime) -> None:
    replies = hand_over(smtp, MESSAGE, LIST, OTHER, greeting="EHLO")

    assert replies[-1].startswith("250")
    assert contents(store) == [MESSAGE]
    assert [(one.recipient, one.return_path, one.door, one.received_at) for one in arrivals(store)] == [
        (LIST, "mette@example.org", "smtp", now),
        (OTHER, "mette@example.org", "smtp", now),
    ]


def test_who_brought_a_message_is_kept_where_a_server_comes_itself(smtp: int, lmtp: int, store: Store) -> None:
    with smtplib.SMTP("127.0.0.1", smtp, "mx.example.org") as client:
        client.sendmail("mette@example.org", LIST, MESSAGE)
    with smtplib.SMTP("127.0.0.1", smtp, "mx\x01\x02" + "x" * 400) as client:
        client.sendmail("mette@example.org", LIST, MESSAGE)
    hand_over(lmtp, MESSAGE, LIST)

    assert [(one.client, one.helo) for one in arrivals(store)] == [
        ("127.0.0.1", "mx.example.org"),
        ("127.0.0.1", None),
        (None, None),
    ]


def test_a_report_comes_with_the_null_return_path(smtp: int, store: Store) -> None:
    hand_over(smtp, MESSAGE, LIST, sender="", greeting="EHLO")

    assert arrivals(store)[0].return_path == ""


def test_postmaster_needs_no_domain(smtp: int) -> None:
    with Conversation(smtp, "EHLO x", "MAIL FROM:<mette@example.org>") as session:
        assert session.say("RCPT TO:<postmaster>").startswith("250")


def test_long_lines_octets_above_127_and_leading_dots_come_through(smtp: int, store: Store) -> None:
    body = b"x" * 50_000 + b"\r\n\xe6\xf8\xe5 \x00\r\n.\r\n..dots\r\n"
    stuffed = b"x" * 50_000 + b"\r\n\xe6\xf8\xe5 \x00\r\n..\r\n...dots\r\n"

    with at_rcpt(smtp) as session:
        (reply,) = session.data(b"Subject: x\r\n\r\n" + stuffed)

    assert reply.startswith("250")
    assert contents(store) == [b"Subject: x\r\n\r\n" + body]


def test_an_empty_message_is_taken(smtp: int, store: Store) -> None:
    with at_rcpt(smtp, "DATA") as session:
        assert session.say(".").startswith("250")

    assert contents(store) == [b""]


def test_commands_and_message_may_come_in_one_piece(smtp: int, store: Store) -> None:
    envelope = f"MAIL FROM:<a@example.org>\r\nRCPT TO:<{LIST}>\r\nDATA\r\n".encode()

    with Conversation(smtp, "EHLO x") as session:
        session.send((envelope + MESSAGE + b".\r\n") * 2 + b"QUIT\r\n")
        replies = [session.read()[:3] for _ in range(9)]

    assert replies == ["250", "250", "354", "250"] * 2 + ["221"]
    assert len(arrivals(store)) == 2


@pytest.mark.alike
@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n",
        b"\r\n\x00.\r\n", b"\r\n.\x00\r\n", b"\r\n.\r\r\n", b"\n\n.\n\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("greeting", ["EHLO", "LHLO"])
def test_no_odd_line_end_smuggles_a_second_message_in(
    smtp: int, lmtp: int, store: Store, greeting: str, end: bytes
) -> None:
    smuggled = end + f"MAIL FROM:<anders@example.dk>\r\nRCPT TO:<{OTHER}>\r\nDATA\r\nSubject: falsk\r\n\r\nHej".encode()
    envelope = (f"{greeting} x", "MAIL FROM:<mette@example.org>", f"RCPT TO:<{LIST}>")

    with Conversation(smtp if greeting == "EHLO" else lmtp, *envelope) as session:
        (reply,) = session.data(b"Subject: x\r\n\r\nHej" + smuggled)
        assert session.say("NOOP").startswith("250")

    assert reply.startswith("250")
    assert [(one.recipient, one.return_path) for one in arrivals(store)] == [(LIST, "mette@example.org")]
    (octets,) = contents(store)
    assert octets.endswith(b"falsk\r\n\r\nHej\r\n")


def test_the_same_message_twenty_times_over_four_connections_is_stored_once(smtp: int, store: Store) -> None:
    def send() -> None:
        for _ in range(5):
            assert hand_over(smtp, MESSAGE, LIST, greeting="EHLO")[-1].startswith("250")

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(contents(store)) == 1
    assert len(arrivals(store)) == 20


def test_an_international_sender_is_taken(smtp: int, store: Store) -> None:
    with Conversation(smtp, "EHLO x") as session:
        assert session.say("MAIL FROM:<søren@øby.example.org> SMTPUTF8 BODY=8BITMIME").startswith("250")
        session.say(f"RCPT TO:<{LIST}>")
        session.data(MESSAGE)

    assert arrivals(store)[0].return_path == "søren@øby.example.org"


# -- refused -------------------------------------------------------------------------------


def test_the_sender_is_told_the_number_by_which_a_mail_is_traced(smtp: int, lmtp: int) -> None:
    assert hand_over(smtp, MESSAGE, LIST, greeting="EHLO")[-1] == "250 2.0.0 Taken as 1"
    assert hand_over(smtp, MESSAGE, LIST, OTHER, greeting="EHLO")[-1] == "250 2.0.0 Taken as 2, 3"
    assert hand_over(lmtp, MESSAGE, LIST)[-1] == "250 2.0.0 Taken as 4"


def test_an_unknown_recipient_is_refused_at_once(smtp: int, store: Store) -> None:
    replies = hand_over(smtp, MESSAGE, "ukendt@example.dk", LIST, greeting="EHLO")

    assert replies[0].startswith("550 5.1.1")
    assert [one.recipient for one in arrivals(store)] == [LIST]


def test_a_message_declared_too_large_is_refused_at_mail(smtp: int) -> None:
    with Conversation(smtp, "EHLO x") as session:
        assert session.say(f"MAIL FROM:<a@example.org> SIZE={LARGEST + 1}").startswith("552")


def test_a_message_larger_than_declared_is_refused_after_data_and_the_session_goes_on(smtp: int, store: Store) -> None:
    with Conversation(smtp, "EHLO x", "MAIL FROM:<a@example.org> SIZE=10", f"RCPT TO:<{LIST}>") as session:
        (reply,) = session.data(b"Subject: x\r\n\r\n" + b"x" * 3 * LARGEST)
        assert session.say("MAIL FROM:<a@example.org>").startswith("250")

    assert reply.startswith("552")
    assert not arrivals(store)


def test_the_hundred_and_first_recipient_has_to_wait(smtp: int) -> None:
    with at_rcpt(smtp) as session:
        replies = Counter(session.say(f"RCPT TO:<{LIST}>")[:3] for _ in range(100))

    assert replies == {"250": 99, "452": 1}


def test_new_mail_is_put_off_while_the_disk_is_almost_full(
    smtp: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 10**12 - 10**6, 10**6))
    with Conversation(smtp, "EHLO x") as session:
        assert session.say("MAIL FROM:<a@example.org>").startswith("452")

    monkeypatch.undo()
    assert hand_over(smtp, MESSAGE, LIST, greeting="EHLO")[-1].startswith("250")


@pytest.mark.parametrize("sender", [b"<\xe6\xf8@example.org>", b"<a\x00b@example.org>", b"<a\x1b@example.org>"])
def test_a_return_path_that_is_no_text_is_refused_for_good(smtp: int, sender: bytes) -> None:
    with Conversation(smtp, "EHLO x") as session:
        session.send(b"MAIL FROM:" + sender + b"\r\n")
        assert session.read().startswith("5")


def test_nobody_can_log_in_here(smtp: int) -> None:
    with Conversation(smtp) as session:
        assert "AUTH" not in session.say("EHLO x")
        assert session.say("AUTH PLAIN AGEAYg==").startswith("5")


@pytest.mark.parametrize(
    ("command", "most", "farewell"),
    [("NOOP", 100, "421"), ("RSET", 1000, "421"), ("VRFY a@example.org", 20, "421"), ("SNAK", 100, "421")],
)
def test_who_only_chatters_is_shown_out(smtp: int, command: str, most: int, farewell: str) -> None:
    with Conversation(smtp, "EHLO x") as session:
        for _ in range(most):
            session.say(command)

        assert session.say(command).startswith(farewell)
        assert session.read() == ""


def test_sessions_beyond_the_limit_are_told_to_come_back(smtp: int) -> None:
    crowd = [Conversation(smtp) for _ in range(MOST_SESSIONS)]

    with Conversation(smtp) as another:
        assert another.banner.startswith("421")

    for session in crowd:
        session.__exit__(None, None, None)
    eventually(lambda: is_served(smtp))


@pytest.fixture
def nobody_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of 127.0.0.0/8 is foreign, but for a connection to the address that it comes from."""
    monkeypatch.setattr(quotas, "LOOPBACK", ("::1",))


@pytest.fixture
def two_at_once(portal: Portal, intake: Intake, now: datetime) -> Iterator[Listener]:
    with listening(portal, intake, now, quotas=Quotas(sessions_per_client=2)) as listener:
        yield listener


def banner(port: int | None, client: str) -> str:
    with Conversation(port or 0, client=client) as session:
        return session.banner


@pytest.mark.usefixtures("nobody_at_home")
def test_a_network_has_so_many_sessions_and_others_theirs_besides(two_at_once: Listener) -> None:
    port = two_at_once.smtp_port or 0
    with Conversation(port, client="127.0.1.1"), Conversation(port, client="127.0.1.2"):
        refused = [banner(port, f"127.0.1.{number}") for number in (1, 2, 3, 200)]
        served = banner(port, "127.0.2.1")

    assert {one[:9] for one in refused} == {"421 4.7.0"}
    assert served.startswith("220")
    eventually(lambda: banner(port, "127.0.1.3").startswith("220"))


@pytest.mark.usefixtures("nobody_at_home")
@pytest.mark.parametrize("client", ["127.0.0.1", "127.0.1.1"])
@pytest.mark.parametrize("door", ["smtp_port", "lmtp_port"])
def test_this_very_host_and_lmtp_have_as_many_as_they_like(two_at_once: Listener, door: str, client: str) -> None:
    port = getattr(two_at_once, door)
    with Conversation(port, client=client), Conversation(port, client=client):
        told = banner(port, client)

    is_limited = (door, client) == ("smtp_port", "127.0.1.1")
    assert told.startswith("421" if is_limited else "220")


def test_loopback_is_this_very_host(two_at_once: Listener) -> None:
    port = two_at_once.smtp_port or 0
    with Conversation(port, client="127.0.1.1"), Conversation(port, client="127.0.1.1"):
        assert banner(port, "127.0.1.1").startswith("220")


@pytest.mark.usefixtures("nobody_at_home")
def test_a_limit_of_nought_is_none(portal: Portal, intake: Intake, now: datetime) -> None:
    with listening(portal, intake, now, quotas=Quotas(sessions_per_client=0)) as listener:
        crowd = [Conversation(listener.smtp_port or 0, client="127.0.1.1") for _ in range(MOST_SESSIONS)]

        assert {session.banner[:3] for session in crowd} == {"220"}
        for session in crowd:
            session.__exit__(None, None, None)


def is_served(port: int) -> bool:
    with Conversation(port) as session:
        return session.banner.startswith("220")


# -- our own trouble -----------------------------------------------------------------------


def test_our_trouble_is_told_as_an_incident_and_nothing_else(portal: Portal, store: Store, now: datetime) -> None:
    def fail(_session: Session, _handovers: Sequence[Handover]) -> None:
        raise RuntimeError("database is locked at /srv/portal, hemmelig")

    broken = Intake(store.transaction, fail)
    with listening(portal, broken, now) as listener:
        assert listener.smtp_port
        with at_rcpt(listener.smtp_port) as session:
            (reply,) = session.data(MESSAGE)
            assert session.say("NOOP").startswith("250")
    broken.close()

    assert_that_it_matches(TROUBLE, reply)


def test_a_directory_in_trouble_refuses_nobody_for_good(portal: Portal, intake: Intake, now: datetime) -> None:
    def fail(_address: str) -> bool:
        raise RuntimeError("no such table: mailing_lists")

    with listening(portal, intake, now, fail, lambda _: False) as listener:
        assert listener.smtp_port
        with Conversation(listener.smtp_port, "EHLO x", "MAIL FROM:<a@example.org>") as session:
            reply = session.say(f"RCPT TO:<{LIST}>")

    assert_that_it_matches(TROUBLE, reply)


def test_while_the_database_is_locked_for_long_mail_is_put_off_and_taken_afterwards(
    portal: Portal, store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not store.is_sqlite:
        pytest.skip("only SQLite is locked as a whole")
    monkeypatch.setattr("tickets.database.store.BUSY", 0.5)
    impatient = Store(store.url)
    intake = open_intake(impatient)
    with listening(portal, intake, now) as listener:
        assert listener.smtp_port
        with store.transaction() as session:
            session.connection()  # has begun now, and is the one who may write
            put_off = hand_over(listener.smtp_port, MESSAGE, LIST, greeting="EHLO")
        taken = hand_over(listener.smtp_port, MESSAGE, LIST, greeting="EHLO")
    intake.close()
    impatient.close()

    assert_that_it_matches(AWAY, put_off[-1])
    assert taken[-1].startswith("250")
    assert len(arrivals(store)) == 1


def test_an_unknown_address_that_is_slow_to_look_up_keeps_nobody_else_waiting(
    portal: Portal, intake: Intake, now: datetime
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def look_up(_address: str) -> bool:
        asked.set()
        return not go_on.wait(30)

    with listening(portal, intake, now, look_up) as listener:
        assert listener.smtp_port
        with Conversation(listener.smtp_port, "EHLO x", "MAIL FROM:<a@example.org>") as session:
            session.send(b"RCPT TO:<nobody@example.dk>\r\n")
            assert asked.wait(10)
            replies = hand_over(listener.smtp_port, MESSAGE, LIST, greeting="EHLO")
            go_on.set()
            refusal = session.read()

    assert replies[-1].startswith("250")
    assert refusal.startswith("550 5.1.1")


def assert_that_it_matches(pattern: str, reply: str) -> None:
    assert re.fullmatch(pattern, reply), reply


# -- LMTP ------------------------------------------------------------------------------------


def test_lmtp_replies_after_data_once_for_each_accepted_recipient(lmtp: int, store: Store) -> None:
    replies = hand_over(lmtp, MESSAGE, LIST, OTHER, "ukendt@example.dk")

    assert [reply[:3] for reply in replies] == ["250", "250", "550", "250", "250"]
    assert [(one.recipient, one.door) for one in arrivals(store)] == [(LIST, "lmtp"), (OTHER, "lmtp")]
    assert len(contents(store)) == 1


def test_a_recipient_that_fails_inside_data_fails_alone(portal: Portal, store: Store, now: datetime) -> None:
    def store_all_but_one(session: Session, handovers: Sequence[Handover]) -> list[list[int]]:
        if any(OTHER in handover.recipients for handover in handovers):
            raise RuntimeError("not this one")
        return store_handovers(session, handovers)

    intake = Intake(store.transaction, store_all_but_one)
    with listening(portal, intake, now) as listener:
        assert listener.lmtp_port
        replies = hand_over(listener.lmtp_port, MESSAGE, LIST, OTHER, "postmaster")
    intake.close()

    assert [reply[:3] for reply in replies[3:]] == ["250", "451", "250"]
    assert {one.recipient for one in arrivals(store)} == {LIST, "postmaster"}


ODD = [b"X: a\rFrom: b", b"X: a\nFrom: b", b"X: a\0", b"X: a\r\r\nFrom: b", b"X: a\n"]


@pytest.mark.alike
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("place", ["first", "last", "alone"])
def test_a_header_section_that_programs_read_in_different_ways_is_refused(
    smtp: int, lmtp: int, store: Store, odd: bytes, place: str
) -> None:
    head, _, body = MESSAGE.partition(b"\r\n\r\n")
    octets = {
        "first": odd + b"\r\n" + MESSAGE,
        "last": head + b"\r\n" + odd + b"\r\n\r\n" + body,
        "alone": odd + b"\r\nX: b",
    }

    by_smtp = hand_over(smtp, octets[place], LIST, greeting="EHLO")
    by_lmtp = hand_over(lmtp, octets[place], LIST, OTHER, greeting="LHLO")

    assert by_smtp[-1] == "550 5.6.0 Bare CR, LF or NUL in the header section"
    assert by_lmtp[-2:] == [by_smtp[-1]] * 2
    assert contents(store) == []


@pytest.mark.parametrize("body", [b"a\rb\nc\0d\r\n", b"\n\na\r\n", b"\r\n\r\r\na\r\n"])
def test_what_stands_in_the_body_is_the_authors_own_affair(smtp: int, store: Store, body: bytes) -> None:
    octets = MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body

    assert hand_over(smtp, octets, LIST, greeting="EHLO")[-1].startswith("250")
    assert hand_over(smtp, b"\r\n" + octets, LIST, greeting="EHLO")[-1].startswith("250"), "it has no header section"
    assert octets in contents(store)


def test_lmtp_refuses_what_is_too_large_once_for_each_recipient(lmtp: int) -> None:
    replies = hand_over(lmtp, b"x" * 2 * LARGEST, LIST, OTHER)

    assert [reply[:3] for reply in replies[2:]] == ["552", "552"]


def test_lmtp_is_greeted_with_lhlo_only(lmtp: int) -> None:
    with Conversation(lmtp) as session:
        assert session.say("EHLO x").startswith("500")
        assert session.say("LHLO x").startswith("250")


# -- TLS -------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path)


@pytest.fixture
def guarded(portal: Portal, intake: Intake, now: datetime, certificate: tuple[Path, Path]) -> Iterator[int]:
    """The port of a listener that offers STARTTLS."""
    with listening(portal, intake, now, certificate=certificate[0], key=certificate[1]) as listener:
        assert listener.smtp_port
        yield listener.smtp_port


def test_mail_is_taken_over_tls_where_there_is_a_certificate(
    guarded: int, store: Store, certificate: tuple[Path, Path]
) -> None:
    with smtplib.SMTP("localhost", guarded, timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(certificate[0])))
        client.ehlo()
        assert not client.has_extn("auth")
        client.sendmail("mette@example.org", [LIST], MESSAGE)

    assert len(arrivals(store)) == 1


def test_a_command_sent_before_tls_is_not_obeyed_after_it(guarded: int, certificate: tuple[Path, Path]) -> None:
    with Conversation(guarded, "EHLO x") as session:
        session.send(b"STARTTLS\r\nMAIL FROM:<mallory@example.org>\r\n")
        assert session.read().startswith("220")
        with session.wrap(ssl.create_default_context(cafile=str(certificate[0]))) as inside:
            assert inside.say(f"RCPT TO:<{LIST}>").startswith("503")


def test_broken_handshakes_leave_no_trace_in_the_count_of_sessions(guarded: int) -> None:
    for _ in range(5):
        with Conversation(guarded, "EHLO x", "STARTTLS") as session:
            session.send(b"det her er ikke TLS\r\n" * 10)
            session.read()

    crowd = [Conversation(guarded) for _ in range(MOST_SESSIONS)]
    with Conversation(guarded) as another:
        assert another.banner.startswith("421")
    for session in crowd:
        session.__exit__(None, None, None)


# -- slow and idle -----------------------------------------------------------------------


@pytest.mark.parametrize("said", [(), ("EHLO client.example.org",), ("HELO a", "MAIL FROM:<mette@example.org>")])
def test_who_idles_makes_room_for_others(
    listener: Listener, said: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "MOST_SESSIONS", 10)
    monkeypatch.setattr(turnstile, "LEAST_IDLE", 0.0)
    crowd = [Conversation(listener.smtp_port or 0, *said) for _ in range(10)]

    with Conversation(listener.smtp_port or 0) as another:
        assert another.banner.startswith("220")

    assert [session.read()[:9] for session in crowd[:1]] == ["421 4.4.2"]
    assert {session.say("NOOP")[:3] for session in crowd[1:]} == {"250"}


def test_who_sends_a_message_at_a_decent_rate_makes_room_for_nobody(
    smtp: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "MOST_SESSIONS", 2)
    with at_rcpt(smtp, "DATA") as sender, at_rcpt(smtp, "DATA") as trickler:
        sender.send(MESSAGE * 100)
        trickler.send(b"From: ")
        monkeypatch.setattr(turnstile, "LEAST_IDLE", 0.0)
        eventually(lambda: is_served(smtp))

        assert sender.say("\r\n.").startswith("250")
        assert trickler.read().startswith("421 4.4.2")
    assert len(arrivals(store)) == 1


def test_lmtp_answers_whoever_crowds_smtp(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "MOST_SESSIONS", 5)
    crowd = [Conversation(listener.smtp_port or 0) for _ in range(8)]

    assert [session.banner[:3] for session in crowd] == ["220"] * 5 + ["421"] * 3
    assert hand_over(listener.lmtp_port or 0, MESSAGE, LIST)[-1].startswith("250")


@pytest.mark.parametrize("said", [(), ("EHLO client.example.org",), ("EHLO a", "MAIL FROM:<mette@example.org>")])
def test_a_command_has_to_come_whole_in_its_time(
    smtp: int, said: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "LONGEST_COMMAND", 0.5)
    with Conversation(smtp, *said) as session:
        session.send(b"NOO")

        assert session.read().startswith("421 4.4.2")
        assert session.read() == ""


def test_a_message_that_stops_coming_is_not_waited_for(smtp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "LONGEST_COMMAND", 0.5)
    monkeypatch.setattr(listener_module, "LONGEST_SILENCE", 0.5)
    with at_rcpt(smtp, "DATA") as session:
        session.send(MESSAGE)

        assert session.read().startswith("421 4.4.2")


def test_an_honest_slow_sender_is_heard_to_the_end(smtp: int, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "LONGEST_COMMAND", 0.5)
    monkeypatch.setattr(listener_module, "LONGEST_SILENCE", 0.6)
    with at_rcpt(smtp, "DATA") as session:
        for octet in MESSAGE[:25]:
            session.send(bytes([octet]))
            assert session.is_silent_for(0.1)
        session.send(MESSAGE[25:])

        assert session.say(".").startswith("250")
    assert contents(store) == [MESSAGE]


# -- large messages ----------------------------------------------------------------------


@pytest.mark.parametrize("line", [b"x" * 70, b".", b"..", b".\r\n.x", b"x\r\n" * 20 + b"."])
def test_a_message_on_disk_is_the_one_that_was_sent(
    portal: Portal, intake: Intake, now: datetime, store: Store, line: bytes
) -> None:
    large = MESSAGE + b"\r\n" + (line + b"\r\n") * (1_500_000 // len(line))
    with listening(portal, intake, now, max_size=10_000_000) as listener:
        replies = hand_over(listener.smtp_port or 0, large.replace(b"\r\n.", b"\r\n.."), LIST, greeting="EHLO")

    assert replies[-1].startswith("250")
    assert contents(store) == [large]


def test_open_messages_lie_on_disk(portal: Portal, intake: Intake, now: datetime, store: Store) -> None:
    with ExitStack() as doors:
        listener = doors.enter_context(listening(portal, intake, now, max_size=20_000_000))
        senders = [doors.enter_context(at_rcpt(listener.smtp_port or 0, "DATA")) for _ in range(8)]
        rest = (b"x" * 998 + b"\r\n") * 10_000
        tracemalloc.start()
        doors.callback(tracemalloc.stop)
        for number, sender in enumerate(senders):
            sender.send(MESSAGE + b"%d" % number)
            sender.send(rest)
        eventually(lambda: spooled() > 8 * 9_000_000)
        _, most = tracemalloc.get_traced_memory()
        replies = [sender.say("\r\n.") for sender in senders]

    assert most < 10_000_000
    assert {reply[:3] for reply in replies} == {"250"}
    assert len(contents(store)) == 8


def spooled() -> int:
    """The octets in files of this process that have no name any more."""
    octets = 0
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            octets += path.stat().st_size if "(deleted)" in os.readlink(path) else 0
    return octets


@pytest.mark.parametrize(("door", "replies"), [("smtp_port", 1), ("lmtp_port", 2)])
def test_a_disk_without_room_puts_a_large_message_off(
    portal: Portal,
    intake: Intake,
    now: datetime,
    store: Store,
    door: str,
    replies: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SpooledTemporaryFile, "write", refuse)
    with listening(portal, intake, now) as listener:
        told = hand_over(
            getattr(listener, door), MESSAGE * 10, LIST, OTHER, greeting="EHLO" if replies == 1 else "LHLO"
        )

    assert [reply[:9] for reply in told[-replies:]] == ["452 4.3.1"] * replies
    assert contents(store) == []


def test_only_so_much_is_in_memory_at_once_and_who_came_first_is_first() -> None:
    order: list[str] = []

    async def hold(scales: Scales, name: str, octets: int) -> None:
        async with scales.holding(octets):
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    async def weigh() -> None:
        scales = Scales(most=10)
        await asyncio.gather(*(hold(scales, name, octets) for name, octets in (("a", 6), ("b", 30), ("c", 1))))

    asyncio.run(weigh())

    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]


@pytest.mark.parametrize("times", [1, 20])
def test_a_handshake_that_fails_is_a_line_each_without_a_traceback(
    guarded: int, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as lines:
        for _ in range(times):
            with smtplib.SMTP("127.0.0.1", guarded, timeout=10) as client, pytest.raises(ssl.SSLError):
                client.starttls(context=ssl.create_default_context())
        eventually(lambda: len(lines) >= times)

    assert {line["event"] for line in lines} == {"a client's connection failed"}, lines[0]
    assert len(lines) == times
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
