"""Trouble of the relay: it waits for the relay and is booked on no letter; seconds of it stay seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest

from support.clocks import Ahead
from support.owing import deliveries, delivering, is_done, owe, owe_another, waiting
from support.servers import free_port
from support.sinks import LOST, Script, ScriptedRelay, babbling_relay, failing_for, running, scripted_relay
from support.waiting import eventually, let_pass
from tickets.database.models import DeliveryState
from tickets.database.store import Store, system_clock
from tickets.moderation import troubles
from tickets.portal import Portal
from tickets.tokens import Signer

MANY, FEW, CONNECTIONS = 300, 60, 16
AWAY, SOON = 3.0, 15.0  # seconds


def told(store: Store) -> list[str]:
    with store.reading() as session:
        return [f"{one.name}: {one.said}" for one in troubles.current(session)]


def have_all(relay: ScriptedRelay, addresses: list[str]) -> bool:
    return len(relay.received) >= len(addresses)


@contextmanager
def carrying(store: Store, portal: Portal, signer: Signer, port: int) -> Iterator[None]:
    with delivering(store, portal, signer, port, connections=CONNECTIONS):
        yield


# -- in a fan-out of three hundred -----------------------------------------------------


def test_a_relay_that_was_down_for_seconds_has_all_soon_after_and_none_twice(
    store: Store, portal: Portal, signer: Signer
) -> None:
    addresses, relay, port = owe(store, MANY, system_clock()), ScriptedRelay(), free_port()

    with carrying(store, portal, signer, port):
        with running(relay, port):
            eventually(lambda: len(relay.received) >= MANY // 3)
        let_pass(AWAY)
        with running(relay, port):
            eventually(lambda: have_all(relay, addresses), SOON)
            eventually(lambda: is_done(store))

    assert relay.recipients().keys() == set(addresses)
    assert sum(relay.recipients().values()) - MANY <= CONNECTIONS  # what it took while it went down, and told nobody
    assert {one.attempts for one in deliveries(store)} == {1}


@pytest.mark.alike
@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("MAIL", "421 4.3.2 Starting"),
        ("RCPT", "421 4.3.0 Going down"),
        ("DATA", "421 4.3.0 Going down"),
        ("MAIL", LOST),
        ("MAIL", "452 4.3.1 Insufficient system storage"),
        ("DATA", "451 4.3.0 Queue file write error"),
        ("MAIL", "450 Too much mail from you"),
    ],
)
def test_a_relay_that_takes_nothing_for_seconds_has_all_soon_after_and_none_twice(
    stage: str, reply: str, store: Store, portal: Portal, signer: Signer
) -> None:
    addresses = owe(store, FEW, system_clock())

    with scripted_relay(failing_for(AWAY, stage, reply)) as (relay, port), carrying(store, portal, signer, port):
        eventually(lambda: have_all(relay, addresses), AWAY + SOON)
        eventually(lambda: is_done(store))

    assert relay.recipients() == dict.fromkeys(addresses, 1)
    assert {one.attempts for one in deliveries(store)} == {1}
    assert told(store) == []


def each(n: int, stage: str, reply: str) -> Script:
    numbers = count(1)
    return lambda at, to, tried: reply if at == stage and next(numbers) % n == 0 else None


@pytest.mark.alike
@pytest.mark.parametrize(
    ("stage", "reply"),
    [(stage, "421 4.7.0 Enough") for stage in ("MAIL", "RCPT", "DATA")]
    + [(stage, LOST) for stage in ("MAIL", "RCPT", "DATA", "AFTER")],
)
def test_a_relay_that_ends_the_session_at_each_sixth_letter_has_all_at_once_and_none_twice(
    stage: str, reply: str, store: Store, portal: Portal, signer: Signer
) -> None:
    addresses = owe(store, FEW, system_clock())

    with scripted_relay(each(6, stage, reply)) as (relay, port), carrying(store, portal, signer, port):
        eventually(lambda: have_all(relay, addresses), SOON)
        eventually(lambda: is_done(store))

    assert relay.recipients() == dict.fromkeys(addresses, 1)


def test_a_fan_out_in_which_each_sixth_letter_ends_the_session_is_out_at_once_and_none_twice(
    store: Store, portal: Portal, signer: Signer
) -> None:
    addresses = owe(store, MANY, system_clock())

    with scripted_relay(each(6, "RCPT", "421 4.7.0 Enough")) as (relay, port), carrying(store, portal, signer, port):
        eventually(lambda: have_all(relay, addresses), SOON)
        eventually(lambda: is_done(store))

    assert relay.recipients() == dict.fromkeys(addresses, 1)


def test_a_relay_that_lets_in_three_connections_has_all_soon(store: Store, portal: Portal, signer: Signer) -> None:
    addresses = owe(store, FEW, system_clock())

    with scripted_relay() as (relay, port):
        relay.lets_in = 3
        with carrying(store, portal, signer, port):
            eventually(lambda: have_all(relay, addresses), SOON)
            eventually(lambda: is_done(store))

    assert relay.recipients() == dict.fromkeys(addresses, 1)
    assert told(store) == []


# -- while it lasts --------------------------------------------------------------------


def test_while_the_relay_is_down_one_connection_tries_it_and_no_letter_is_put_off(
    store: Store, portal: Portal, signer: Signer
) -> None:
    owe(store, 40, system_clock())
    before = [(one.recipient, one.next_attempt_at) for one in deliveries(store)]

    script: Script = lambda at, to, tried: "421 4.3.2 Starting" if at == "MAIL" else None  # noqa: E731
    with scripted_relay(script) as (relay, port), carrying(store, portal, signer, port):
        eventually(lambda: told(store))
        first = relay.tries["MAIL", ""]
        eventually(lambda: relay.tries["MAIL", ""] >= first + 3)

    assert first <= 2 * CONNECTIONS
    assert relay.tries["MAIL", ""] <= first + 2 * CONNECTIONS
    assert [(one.recipient, one.next_attempt_at) for one in deliveries(store)] == before
    assert {one.attempts for one in deliveries(store)} == {0}


@pytest.mark.parametrize(
    "greeting",
    [b"421 4.3.2 Starting\r\n", b"554 Not you\r\n", b"\x00\x00\r\n", b"220 x\r\n"],
    ids=["starting", "unwilling", "no SMTP", "no EHLO"],
)
def test_trouble_before_any_letter_is_told_since_when_and_in_the_relay_s_words(
    greeting: bytes, store: Store, portal: Portal, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.delivery.relay.COMMAND_PATIENCE", 1.0)
    owe(store, 1, system_clock())

    with babbling_relay(greeting) as port, carrying(store, portal, signer, port):
        eventually(lambda: told(store))

    assert told(store)[0].startswith("relay: ")


def test_trouble_is_told_while_it_lasts_and_no_longer(store: Store, portal: Portal, signer: Signer) -> None:
    addresses, port = owe(store, 5, system_clock()), free_port()

    with carrying(store, portal, signer, port):
        eventually(lambda: told(store))
        assert "refused" in told(store)[0] or "Connect" in told(store)[0]
        with scripted_relay(port=port) as (relay, _):
            eventually(lambda: have_all(relay, addresses), SOON)
            eventually(lambda: not told(store))


def test_what_has_waited_five_days_for_the_relay_is_given_up(store: Store, portal: Portal, signer: Signer) -> None:
    owe(store, 20, system_clock())
    clock = Ahead()

    with delivering(store, portal, signer, free_port(), clock):
        eventually(lambda: told(store))
        clock.ahead = timedelta(days=5)
        eventually(lambda: not waiting(store))

    assert {one.state for one in deliveries(store)} == {DeliveryState.FAILED}


# -- after quiet minutes ---------------------------------------------------------------


@pytest.mark.parametrize(
    "leave",
    [lambda relay: relay.say(b"421 4.4.2 relay.example.org Error: timeout exceeded\r\n"), ScriptedRelay.hang_up],
    ids=["a farewell", "no word"],
)
def test_the_first_letters_after_the_relay_has_parted_from_all_leave_at_once(
    leave: Callable[[ScriptedRelay], None], store: Store, portal: Portal, signer: Signer
) -> None:
    first = owe(store, 40, system_clock())

    with scripted_relay() as (relay, port), carrying(store, portal, signer, port):
        eventually(lambda: is_done(store))
        leave(relay)
        owe_another(store, system_clock(), len(first))
        eventually(lambda: len(relay.received) == 2 * len(first), 5)
        eventually(lambda: is_done(store))

    assert told(store) == []
    assert {one.attempts for one in deliveries(store)} == {1}
