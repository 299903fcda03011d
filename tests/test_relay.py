"""The relay: how replies and broken connections are understood."""

import asyncio
import mailbox
from pathlib import Path

import pytest
from sinks import LOST, Script, scripted_relay

from mailer.relay import Fate, Outcome, Relay, open_carrier

OCTETS = b"Subject: Test\r\n\r\nHej\r\n.\r\n..to\r\n"


def send(relay: Relay, folder: Path, *recipients: str, octets: bytes = OCTETS) -> list[Outcome]:
    """What one connection makes of letters to these recipients, one after the other."""

    async def send_all() -> list[Outcome]:
        carrier = open_carrier(relay, folder)
        try:
            return [await carrier.send("bounce+1@example.dk", recipient, octets) for recipient in recipients]
        finally:
            await carrier.close()

    return asyncio.run(send_all())


def answering(stage: str, reply: str, recipient: str = "a@example.org") -> Script:
    return lambda at, to, tried: reply if (at, to, tried) == (stage, recipient, 1) else None


@pytest.mark.parametrize(
    ("stage", "reply", "fate"),
    [
        ("RCPT", "450 4.2.0 Greylisted", Fate.TRANSIENT),
        ("RCPT", "452 4.2.2 Full", Fate.TRANSIENT),
        ("RCPT", "550 5.1.1 Unknown", Fate.PERMANENT),
        ("DATA", "451 4.3.0 Later", Fate.TRANSIENT),
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


def test_a_relay_that_closes_is_in_trouble_and_the_next_letter_connects_anew(tmp_path: Path) -> None:
    with scripted_relay(answering("MAIL", "421 4.3.2 Closing", "")) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", "b@example.org")

    assert [outcome.fate for outcome in outcomes] == [Fate.TROUBLE, Fate.SENT]
    assert relay.connections == 2


def test_a_letter_taken_before_the_connection_dropped_is_sent_once(tmp_path: Path) -> None:
    with scripted_relay(answering("AFTER", LOST)) as (relay, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", "b@example.org")

    assert [outcome.fate for outcome in outcomes] == [Fate.SENT, Fate.SENT]
    assert relay.recipients() == {"a@example.org": 1, "b@example.org": 1}


def test_a_letter_that_ends_the_connection_waits_by_its_own_timetable(tmp_path: Path) -> None:
    with scripted_relay(answering("DATA", LOST)) as (_, port):
        outcomes = send(Relay(host="127.0.0.1", port=port), tmp_path, "a@example.org", "b@example.org")

    assert [outcome.fate for outcome in outcomes] == [Fate.TRANSIENT, Fate.SENT]


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
