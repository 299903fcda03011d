"""The doors for mail, spoken to over real sockets."""

import shutil
import smtplib
import threading
from collections import Counter, namedtuple
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlmodel import Session

from mailer.intake.arrivals import Handover, Intake, open_intake, store_handovers
from support.doors import (
    AWAY,
    LARGEST,
    LIST,
    MESSAGE,
    OTHER,
    TROUBLE,
    arrivals,
    assert_that_it_matches,
    at_rcpt,
    contents,
    listening,
)
from support.doors import intake as intake
from support.doors import listener as listener
from support.doors import lmtp as lmtp
from support.doors import smtp as smtp
from support.servers import Conversation, hand_over
from tickets.database.store import Store
from tickets.portal import Portal


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
