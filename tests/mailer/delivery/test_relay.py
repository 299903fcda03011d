"""The relay: how replies and broken connections are understood."""

import mailbox
import ssl
from itertools import count
from pathlib import Path

import pytest

from mailer.delivery.relay import Fate, to_wire
from mailer.sections import Relay
from support.sending import LETTERS, send, send_around
from support.servers import make_certificate
from support.sinks import LOST, Script, babbling_relay, scripted_relay
from support.waiting import ended


def once(stage: str, reply: str) -> Script:
    replies = iter([reply])
    return lambda at, to, tried: next(replies, None) if at == stage else None


def each(n: int, stage: str, reply: str) -> Script:
    """Each so many-th letter of all gets this reply at this stage."""
    numbers = count(1)
    return lambda at, to, tried: reply if at == stage and next(numbers) % n == 0 else None


def answering(stage: str, reply: str, recipient: str = "a@example.org") -> Script:
    return lambda at, to, tried: reply if (at, to, tried) == (stage, recipient, 1) else None


@pytest.mark.parametrize(
    ("stage", "reply", "fate"),
    [
        ("RCPT", "450 4.2.0 Greylisted", Fate.TRANSIENT),
        ("RCPT", "452 4.2.2 Full", Fate.TRANSIENT),
        ("RCPT", "550 5.1.1 Unknown", Fate.PERMANENT),
        ("DATA", "451 4.7.1 Later", Fate.TRANSIENT),
        ("DATA", "451 4.3.0 Queue file write error", Fate.UNCLEAR),
        ("RCPT", "452 4.3.1 Insufficient system storage", Fate.UNCLEAR),
        ("DATA", "554 5.7.1 No", Fate.PERMANENT),
    ],
)
def test_a_refusal_is_about_one_letter_and_the_connection_goes_on(
    stage: str, reply: str, fate: Fate, tmp_path: Path
) -> None:
    with scripted_relay(answering(stage, reply)) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", "b@example.org")

    assert [outcome.fate for outcome in outcomes] == [fate, Fate.SENT]
    assert outcomes[0].reply == reply
    assert relay.connections == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("end", ["421 4.3.2 Closing", LOST])
def test_a_session_that_ends_at_its_first_letter_may_be_the_relay_s_trouble_or_the_letter_s(
    end: str, stage: str, tmp_path: Path
) -> None:
    with scripted_relay(once(stage, end)) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", "b@example.org")

    assert [outcome.fate for outcome in outcomes] == [Fate.UNCLEAR, Fate.SENT]
    assert relay.connections == 2
    assert relay.recipients() == {"b@example.org": 1}


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_session_that_ends_after_a_letter_went_through_is_begun_anew_at_once(stage: str, tmp_path: Path) -> None:
    with scripted_relay(each(6, stage, "421 4.7.0 Enough for now")) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, *LETTERS)

    assert {outcome.fate for outcome in outcomes} == {Fate.SENT}
    assert relay.recipients() == dict.fromkeys(LETTERS, 1)
    assert relay.connections == 4


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_relay_that_hangs_up_before_it_has_a_letter_gets_it_at_once(stage: str, tmp_path: Path) -> None:
    with scripted_relay(each(6, stage, LOST)) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, *LETTERS)

    assert {outcome.fate for outcome in outcomes} == {Fate.SENT}
    assert relay.recipients() == dict.fromkeys(LETTERS, 1)


def test_a_letter_that_has_left_when_the_session_ends_is_not_sent_again_at_once(tmp_path: Path) -> None:
    with scripted_relay(answering("DATA", LOST, "b@example.org")) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", "b@example.org")

    assert [outcome.fate for outcome in outcomes] == [Fate.SENT, Fate.UNCLEAR]
    assert relay.tries["DATA", "b@example.org"] == 1


@pytest.mark.parametrize(
    "farewell",
    [b"421 4.4.2 relay.example.org Error: timeout exceeded\r\n", b"250 2.0.0 And a word more\r\n", b"4"],
    ids=["a farewell", "a stray reply", "half a line"],
)
def test_what_the_relay_said_while_nobody_asked_is_no_answer_to_the_next_letter(
    farewell: bytes, tmp_path: Path
) -> None:
    with scripted_relay() as (relay, port):
        outcomes = send_around(Relay(host="127.0.0.1", port=port), tmp_path, lambda: relay.say(farewell))

    assert [outcome.fate for outcome in outcomes] == [Fate.SENT, Fate.SENT]
    assert relay.recipients() == {"a@example.org": 1, "b@example.org": 1}
    assert relay.connections == 2


def test_a_relay_that_left_without_a_word_is_reached_anew(tmp_path: Path) -> None:
    with scripted_relay() as (relay, port):
        outcomes = send_around(Relay(host="127.0.0.1", port=port), tmp_path, relay.hang_up)

    assert [outcome.fate for outcome in outcomes] == [Fate.SENT, Fate.SENT]
    assert relay.connections == 2


def test_a_letter_taken_before_the_connection_dropped_is_sent_once(tmp_path: Path) -> None:
    with scripted_relay(answering("AFTER", LOST)) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", "b@example.org")

    assert [outcome.fate for outcome in outcomes] == [Fate.SENT, Fate.SENT]
    assert relay.recipients() == {"a@example.org": 1, "b@example.org": 1}


GREETING = b"220 x\r\n"
OFFER = b"250-x\r\n250 STARTTLS\r\n"


@pytest.mark.parametrize(
    ("replies", "pause"),
    [
        ([], 0.0),
        ([GREETING * 1000], 0.2),
        ([GREETING, b"250 x\r\n", b"250 OK\r\n" * 100], 0.1),
        ([b"\x00" * 5_000 + b"\r\n"], 0.0),
        ([GREETING, b"250-x\r\n" * 100_000], 0.0),
        ([b"554 Go away\r\n"], 0.0),
    ],
    ids=["silent", "a greeting of an octet at a time", "a tarpit", "no SMTP", "an endless greeting", "unwilling"],
)
def test_a_relay_that_makes_no_sense_or_takes_for_ever_is_left_after_a_while(
    replies: list[bytes], pause: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.delivery.relay.COMMAND_PATIENCE", 1.0)
    with babbling_relay(*replies, pause=pause) as port:
        relay = Relay(host="127.0.0.1", port=port, starttls="never")
        outcomes = ended(lambda: send(relay, tmp_path, "a@example.org"), 10)

    assert outcomes[0].fate in (Fate.TROUBLE, Fate.UNCLEAR)


@pytest.mark.parametrize(
    "replies",
    [
        [GREETING, OFFER, b"454 4.7.0 Not now\r\n"],
        [GREETING, OFFER, b"220 Go on\r\n", b"\x15\x03\x01\x00\x02\x02\x28"],
        [GREETING, OFFER, b"220 Go on\r\n", b"250 but no TLS\r\n"],
    ],
    ids=["refused", "an alert", "plain text"],
)
def test_tls_that_is_demanded_and_offered_and_does_not_come_about_is_trouble(
    replies: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.delivery.relay.COMMAND_PATIENCE", 1.0)
    with babbling_relay(*replies) as port:
        outcomes = send(Relay(host="127.0.0.1", port=port, starttls="required"), tmp_path, "a@example.org")

    assert outcomes[0].fate is Fate.TROUBLE


@pytest.mark.parametrize(
    ("starttls", "host", "is_known", "fate"),
    [
        ("required", "localhost", True, Fate.SENT),
        ("required", "localhost", False, Fate.TROUBLE),
        ("required", "127.0.0.1", True, Fate.TROUBLE),
        ("opportunistic", "127.0.0.1", False, Fate.SENT),
    ],
    ids=["of a known one", "of nobody we know", "in another name", "where it only hides"],
)
def test_a_certificate_is_asked_for_where_tls_is_demanded(
    starttls: str, host: str, is_known: bool, fate: Fate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = make_certificate(tmp_path)
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    with scripted_relay(tls_context=context) as (relay, port):
        settings = Relay.model_validate({"host": host, "port": port, "starttls": starttls})
        outcomes = send(settings, tmp_path, "a@example.org")

    assert outcomes[0].fate is fate
    assert len(relay.received) == (fate is Fate.SENT)


def test_a_relay_that_breaks_at_tls_gets_plain_text_where_tls_was_only_a_wish(tmp_path: Path) -> None:
    broken = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # without a certificate no handshake succeeds

    with scripted_relay(tls_context=broken) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org")

    assert outcomes[0].fate is Fate.SENT
    assert relay.recipients() == {"a@example.org": 1}


def test_nobody_listening_is_trouble(tmp_path: Path) -> None:
    outcomes = send(Relay(host="127.0.0.1", port=1), tmp_path, "a@example.org")

    assert outcomes[0].fate is Fate.TROUBLE


def test_demanded_tls_that_is_not_offered_is_trouble(tmp_path: Path) -> None:
    with scripted_relay() as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port, starttls="required"), tmp_path, "a@example.org")

    assert outcomes[0].fate is Fate.TROUBLE
    assert not relay.received


def test_dots_and_odd_line_ends_arrive_as_lines(tmp_path: Path) -> None:
    with scripted_relay() as (relay, port):
        send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", octets=b"A: b\n\n.\r\nMAIL FROM:<x@y>\r.\n")

    assert [envelope.original_content for envelope in relay.received] == [b"A: b\r\n\r\n.\r\nMAIL FROM:<x@y>\r\n.\r\n"]


SMUGGLING = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n",
    b"\r\n\x00.\r\n", b"\r\n.\x00\r\n", b"\r\n.\r\r\n", b"\n\n.\n\n",
]  # fmt: skip


@pytest.mark.parametrize("end", SMUGGLING)
def test_no_odd_line_end_smuggles_a_second_message_out(tmp_path: Path, end: bytes) -> None:
    smuggled = b"MAIL FROM:<anders@example.dk>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nSubject: falsk\r\n\r\nHej\r\n"
    octets = b"Subject: Test\r\n\r\nHej" + end + smuggled

    with scripted_relay() as (sink, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", octets=octets)

    wire = to_wire(octets)
    assert wire.count(b"\r") == wire.count(b"\n") == wire.count(b"\r\n")
    assert wire.count(b"\r\n.\r\n") == 1
    assert [one.fate for one in outcomes] == [Fate.SENT]
    (received,) = sink.received
    assert received.rcpt_tos == ["a@example.org"]
    assert isinstance(received.content, bytes)
    assert received.content.endswith(b"falsk\r\n\r\nHej\r\n")


def test_a_recipient_cannot_bring_commands(tmp_path: Path) -> None:
    with scripted_relay() as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org>\r\nRCPT TO:<evil@example.org")

    assert outcomes[0].fate is Fate.PERMANENT
    assert not relay.received


def test_without_a_relay_letters_rest_in_a_maildir_with_their_envelope(tmp_path: Path) -> None:
    outcomes = send(Relay(), tmp_path, "a@example.org")

    (message,) = mailbox.Maildir(tmp_path / "maildir")
    assert outcomes[0].fate is Fate.SENT
    assert message["Delivered-To"] == "a@example.org"
    assert message["Return-Path"] == "<bounce+1@example.dk>"
