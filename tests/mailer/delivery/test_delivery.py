"""Delivery: what is owed leaves once, to those who may have it, and is tried again by the timetable."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from mailer.delivery.delivery import next_attempt
from support.checkout import HOUSE
from support.clocks import Ahead
from support.owing import CONNECTIONS, deliveries, delivering, is_done, owe, owe_another, waiting
from support.sinks import LOST, STUCK, Script, scripted_relay
from support.waiting import eventually, let_pass
from tickets.database.models import (
    Bounce,
    DeliveryState,
    Letter,
    LetterKind,
    MailingList,
    Mode,
    Person,
    Subscription,
)
from tickets.database.store import Store, system_clock
from tickets.errors import StorageTrouble
from tickets.people import reachability, subscriptions
from tickets.portal import Portal
from tickets.reasons import BounceKind
from tickets.tokens import Signer


def test_the_timetable_doubles_from_five_minutes_and_ends_after_five_days(now: datetime) -> None:
    pauses = [(next_attempt(attempts, now, now) or now) - now for attempts in range(1, 7)]

    assert [pause.total_seconds() for pause in pauses] == [300, 600, 1200, 2400, 4000, 4000]
    assert next_attempt(1, now, now, 0) == now + timedelta(seconds=240)
    assert next_attempt(1, now, now, 1) == now + timedelta(seconds=360)
    assert next_attempt(90, now - timedelta(days=5), now) is None


def test_everybody_gets_one_copy_over_reused_connections(store: Store, portal: Portal, signer: Signer) -> None:
    addresses = owe(store, 60, system_clock())

    with scripted_relay() as (relay, port), delivering(store, portal, signer, port):
        eventually(lambda: is_done(store))

    assert relay.recipients() == dict.fromkeys(addresses, 1)
    assert len({envelope.mail_from for envelope in relay.received}) == len(addresses)
    assert {one.state for one in deliveries(store)} == {DeliveryState.SENT}
    assert relay.connections <= CONNECTIONS


@pytest.mark.parametrize(
    ("reply", "state"), [("450 4.2.0 Later", DeliveryState.WAITING), ("550 5.1.1 No", DeliveryState.FAILED)]
)
def test_a_refused_recipient_delays_nobody_else(
    reply: str, state: DeliveryState, store: Store, portal: Portal, signer: Signer
) -> None:
    owe(store, 10, system_clock())
    script: Script = lambda at, to, tried: reply if at == "RCPT" and to.startswith("p3@") else None  # noqa: E731

    with scripted_relay(script) as (_, port), delivering(store, portal, signer, port):
        eventually(lambda: is_done(store))

    unsent = [one for one in deliveries(store) if one.state is not DeliveryState.SENT]
    assert [(one.recipient, one.state, one.attempts, one.reply) for one in unsent] == [
        ("p3@proevested.example.dk", state, 1, reply)
    ]


HARD, TRANSIENT = BounceKind.HARD, BounceKind.TRANSIENT


@pytest.mark.alike
@pytest.mark.parametrize(
    ("stage", "reply", "counted"),
    [
        ("RCPT", "550 5.1.1 No", (HARD, "5.1.1", 1.0)),
        ("RCPT", "550 No such user here", (HARD, "", 1.0)),
        ("RCPT", "552 5.2.2 Postkassen er fuld", (TRANSIENT, "5.2.2", 0.5)),
        ("DATA", "550 5.1.1 User unknown", (HARD, "5.1.1", 1.0)),
        ("RCPT", "550 5.7.1 Relaying denied", None),
        ("RCPT", "554 Your address is listed in a blocklist", None),
        ("DATA", "554 5.7.1 Looks like spam", None),
        ("DATA", "554 No", None),
        ("MAIL", "550 Unknown user", None),
    ],
)
def test_a_refusal_counts_as_a_bounce_if_it_is_about_the_address(
    stage: str, reply: str, counted: tuple[BounceKind, str, float] | None, store: Store, portal: Portal, signer: Signer
) -> None:
    owe(store, 1, system_clock())

    script: Script = lambda at, to, tried: reply if at == stage else None  # noqa: E731
    with scripted_relay(script) as (_, port), delivering(store, portal, signer, port):
        eventually(lambda: is_done(store))

    with store.reading() as session:
        found = [(bounce.kind, bounce.status) for bounce in session.exec(select(Bounce))]
        score = session.exec(select(Subscription.bounce_score)).one()
    assert [(*one, score) for one in found] == ([counted] if counted else [])
    assert deliveries(store)[0].state is DeliveryState.FAILED


def test_five_days_of_refusals_pause_letters_to_an_address(store: Store, portal: Portal, signer: Signer) -> None:
    owe(store, 1, system_clock())
    clock = Ahead()

    script: Script = lambda at, to, tried: "550 5.1.1 No" if at == "RCPT" else None  # noqa: E731
    with scripted_relay(script) as (_, port), delivering(store, portal, signer, port, clock):
        for day in range(5):
            clock.ahead = timedelta(days=day)
            if day:
                owe_another(store, clock())
            store.ring()
            eventually(lambda: is_done(store) and not waiting(store))

    with store.reading() as session:
        assert [person.email for person, *_ in reachability.paused(session)] == ["p0@proevested.example.dk"]


def test_a_greylisted_letter_is_delivered_on_the_second_try_and_nobody_else_waits_for_it(
    store: Store, portal: Portal, signer: Signer
) -> None:
    addresses, clock = owe(store, 10, system_clock()), Ahead()

    def script(at: str, to: str, tried: int) -> str | None:
        return "450 4.2.0 Greylisted" if (at, tried) == ("RCPT", 1) and to[1] < "3" else None

    with scripted_relay(script) as (relay, port), delivering(store, portal, signer, port, clock):
        eventually(lambda: is_done(store))
        assert len(relay.received) == 7
        put_off = [one for one in deliveries(store) if one.state is DeliveryState.WAITING]
        assert all(one.next_attempt_at - one.made_at >= timedelta(minutes=4) for one in put_off)
        clock.ahead = timedelta(minutes=6)
        store.ring()
        eventually(lambda: len(relay.received) == 10)
        eventually(lambda: {one.state for one in deliveries(store)} == {DeliveryState.SENT})

    assert relay.recipients() == dict.fromkeys(addresses, 1)
    assert {one.attempts for one in deliveries(store)} == {1, 2}


def test_a_letter_that_is_stuck_at_the_relay_delays_nobody_else(store: Store, portal: Portal, signer: Signer) -> None:
    owe(store, 20, system_clock())
    script: Script = lambda at, to, tried: STUCK if at == "DATA" and to.startswith("p3@") else None  # noqa: E731

    with scripted_relay(script) as (relay, port), delivering(store, portal, signer, port):
        eventually(lambda: len(relay.received) == 19 and len(waiting(store)) == 1)
        assert waiting(store) == ["p3@proevested.example.dk"]
        relay.let_go.set()
        eventually(lambda: is_done(store))

    assert len(relay.received) == 20


def owed_later(store: Store, now: datetime) -> timedelta | None:
    """How long from now the one letter that waits is to wait."""
    found = [one for one in deliveries(store) if one.state is DeliveryState.WAITING and one.lease is None]
    return found[0].next_attempt_at - now if [one for one in found if one.next_attempt_at > now] else None


@pytest.mark.any_database
@pytest.mark.parametrize("reply", ["421 4.7.0 Not this one", "451 4.3.0 Not this one", LOST])
def test_a_relay_that_fails_at_one_letter_only_gets_it_less_and_less_often(
    reply: str, store: Store, portal: Portal, signer: Signer
) -> None:
    owe(store, 5, system_clock())
    clock, pauses = Ahead(), []
    script: Script = lambda at, to, tried: reply if at == "DATA" and to.startswith("p3@") else None  # noqa: E731

    with scripted_relay(script) as (relay, port), delivering(store, portal, signer, port, clock):
        eventually(lambda: len(relay.received) == 4)
        for _ in range(5):
            owe_another(store, clock())
            pause = eventually(lambda: len(waiting(store)) == 1 and owed_later(store, clock()))
            pauses.append(pause)
            clock.ahead += pause
            store.ring()

    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(seconds=5)
    assert pauses[4] > timedelta(seconds=25)


def test_who_has_left_the_list_gets_nothing_more(store: Store, portal: Portal, signer: Signer) -> None:
    owe(store, 2, system_clock())
    with store.transaction() as session:
        leaver = session.exec(select(Person).where(Person.email == "p0@proevested.example.dk")).one()
        subscriptions.subscribe(session, leaver, session.exec(select(MailingList)).one(), Mode.NONE, system_clock())

    with scripted_relay() as (relay, port), delivering(store, portal, signer, port):
        eventually(lambda: all(one.state is not DeliveryState.WAITING for one in deliveries(store)))

    assert relay.recipients() == {"p1@proevested.example.dk": 1}
    assert [one.state for one in deliveries(store)] == [DeliveryState.WITHDRAWN, DeliveryState.SENT]


def test_a_login_letter_that_was_sent_is_blanked(store: Store, portal: Portal, signer: Signer) -> None:
    owe(store, 1, system_clock(), LetterKind.LOGIN)

    with scripted_relay() as (_, port), delivering(store, portal, signer, port):
        eventually(lambda: is_done(store))

    with store.reading() as session:
        assert session.exec(select(Letter.octets)).one() == b""


def test_a_result_is_noted_however_often_the_database_fails_and_nothing_is_sent_twice(
    store: Store, portal: Portal, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses, begin, failures = owe(store, 3, system_clock()), store.whisper, iter(range(2))

    with scripted_relay() as (relay, port):

        @contextmanager
        def failing_once_sent() -> Iterator[Session]:
            if relay.received and next(failures, None) is not None:
                raise StorageTrouble("disk full")
            with begin() as session:
                yield session

        monkeypatch.setattr(store, "whisper", failing_once_sent)
        with delivering(store, portal, signer, port):
            eventually(lambda: is_done(store))

    assert next(failures, None) is None
    assert relay.recipients() == dict.fromkeys(addresses, 1)


def test_what_waits_is_found_by_an_index(store: Store) -> None:
    if not store.is_sqlite:
        pytest.skip("PostgreSQL plans by what lies in the table")
    query = "SELECT id FROM deliveries WHERE state = ? AND next_attempt_at <= ?"

    with store.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("waiting", "2026")).all()

    assert "deliveries_by_state" in str(plan)


CHILD = """
import sys, threading
from datetime import timedelta
from pathlib import Path
from mailer.delivery import claims, delivery
from mailer.sections import Relay
from tickets.portal import Portal
from tickets.database.store import Store, resolve_url, system_clock
from tickets.tokens import Signer

url, port, ahead, connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
# Each child lives a minute after the one that was killed: its leases have run out.
clock = lambda: system_clock() + timedelta(minutes=ahead)
portal = Portal(domain="example.dk", base_url="https://portal.example.dk")
relay = Relay(host="127.0.0.1", port=port, connections=connections)
store = Store(resolve_url(url, Path()))
delivery.Deliverer(store, portal, Signer(b"a secret that only the tests know"), relay, clock).run(threading.Event())
"""


def test_killing_it_loses_nothing_and_repeats_one_copy_per_connection_at_most(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    addresses, kills = owe(store, 400, system_clock()), 3

    with scripted_relay() as (relay, port):
        for life in range(kills + 1):
            arguments = [database_url, str(port), str(life), str(CONNECTIONS)]
            child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], cwd=HOUSE)
            try:
                goal = 100 * (life + 1) if life < kills else len(addresses)
                eventually(lambda goal=goal: len(relay.recipients()) >= goal)  # type: ignore[misc]
                if life == kills:
                    eventually(lambda: all(one.state is DeliveryState.SENT for one in deliveries(store)))
            finally:
                os.kill(child.pid, signal.SIGKILL)
                child.wait()

    assert relay.recipients().keys() == set(addresses)
    assert len(relay.received) - len(addresses) <= kills * CONNECTIONS


# It freezes itself when it is asked to, and only where it is in no transaction: else it would keep what it has locked.
FREEZING = """
import os, signal
claims.LEASE, delivery.RENEW_EVERY = timedelta(seconds=1), 0.2
asked = threading.Event()
signal.signal(signal.SIGUSR1, lambda *_: asked.set())
renew = claims.Claims.renew

def renew_and_freeze(self):
    renew(self)
    if asked.is_set():
        asked.clear()
        os.kill(os.getpid(), signal.SIGSTOP)

claims.Claims.renew = renew_and_freeze
"""
IMPATIENT = CHILD.replace("store =", f"{FREEZING}store =")


def freeze(pid: int) -> None:
    """Have an impatient child stop just after it has renewed its leases, and wait until it has."""
    os.kill(pid, signal.SIGUSR1)
    eventually(lambda: os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG))


def test_one_that_was_frozen_past_its_lease_sends_nothing_more_and_is_not_believed(
    store: Store, portal: Portal, signer: Signer, database_url: str
) -> None:
    addresses, clock = owe(store, 10, system_clock()), Ahead()
    clock.ahead = timedelta(minutes=1)  # for who comes after, all leases have run out
    script: Script = lambda at, to, tried: STUCK if (at, tried) == ("DATA", 1) and to.startswith("p0@") else None  # noqa: E731

    with scripted_relay(script) as (relay, port):
        arguments = [database_url, str(port), "0", "1"]
        child = subprocess.Popen([sys.executable, "-c", IMPATIENT, *arguments], cwd=HOUSE)
        try:
            eventually(lambda: relay.tries["DATA", "p0@proevested.example.dk"])
            freeze(child.pid)
            with delivering(store, portal, signer, port, clock):
                eventually(lambda: {one.state for one in deliveries(store)} == {DeliveryState.SENT})
            before = deliveries(store)
            let_pass(1.5)  # by its own clock too, the lease has run out
            relay.let_go.set()
            os.kill(child.pid, signal.SIGCONT)
            owe_another(store, system_clock())
            eventually(lambda: waiting(store) == [])  # it is back at work, and done with what it had in hand
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()

    # Twice what it had in hand when it was frozen, and the other letter.
    assert relay.recipients() == dict.fromkeys(addresses, 1) | {"p0@proevested.example.dk": 3}
    assert [one for one in deliveries(store) if one.letter_key == before[0].letter_key] == before
