"""Crashes: `serve` is killed at any moment, and nothing that was accepted is lost or sent to everybody again."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path
from smtplib import SMTP, SMTPException

import pytest
from sqlalchemy import make_url
from sqlmodel import col, select

from mailer.sections import Relay
from support import postgres
from support.builders import a_list, a_person, an_organisation
from support.portals import RunningPortal, compose
from support.sinks import ScriptedRelay, scripted_relay
from support.waiting import eventually
from tickets.database.models import Arrival, Content, Delivery, DeliveryState, LetterKind, Mode, Role
from tickets.database.store import Store, resolve_url, system_clock
from tickets.database.upgrading import migrate
from tickets.people import appointments, subscriptions

MESSAGES, READERS, SESSIONS, KILLS = 1_000, 1_000, 5, 4
FEW = 200  # where it is the database that falls over
LONG = 120.0  # seconds, on a machine that is busy with other things
AUTHOR = "mette@proevested.example.dk"
NEWS = "nyheder+nyt@example.dk"
QUESTIONS = "spoergsmaal@example.dk"


class Senders:
    """Clients who hand over so many messages, each again until it gets its 250; the ledger holds those that did."""

    def __init__(self, port: int, messages: int = MESSAGES) -> None:
        self.ledger: list[int] = []
        self._port, self._messages, self._stop = port, messages, threading.Event()
        self._threads = [threading.Thread(target=self._hand_over, args=[start]) for start in range(SESSIONS)]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(30)

    def _hand_over(self, start: int) -> None:
        owed = list(range(start, self._messages, SESSIONS))
        while owed and not self._stop.is_set():
            try:
                with SMTP("127.0.0.1", self._port, timeout=10) as client:
                    while owed and not self._stop.is_set():
                        client.sendmail(AUTHOR, [QUESTIONS], a_question(owed[0]))
                        self.ledger.append(owed.pop(0))
            except (SMTPException, OSError):  # killed: the client comes back
                time.sleep(0.05)


def a_question(number: int) -> bytes:
    message_id = f"<{number}@proevested.example.dk>"
    question = compose(AUTHOR, QUESTIONS, "Må vi det?", f"Sag {number}.", Message_ID=message_id)
    return question.as_bytes(policy=policy.SMTP)


def settle_in(store: Store, count: int = READERS) -> list[str]:
    """A list that many read and one that nobody does; the readers' addresses."""
    readers = [f"p{number}@proevested.example.dk" for number in range(count)]
    with store.transaction() as session:
        organisation = an_organisation(session)
        a_list(session, "spoergsmaal", "SP")
        news = a_list(session, "nyheder", "NY")
        appointments.appoint(session, a_person(session, AUTHOR, "Mette", organisation), Role.EDITOR, news)
        for address in readers:
            person = a_person(session, address, "P", organisation)
            subscriptions.subscribe(session, person, news, Mode.EACH, system_clock())
    return readers


def stored(store: Store) -> "Counter[int]":
    """How often each question lies among the arrivals."""
    query = select(Content.octets).join(Arrival, col(Arrival.content_key) == col(Content.sha256))
    with store.reading() as session:
        found = [re.search(rb"Sag (\d+)\.", octets) for octets in session.exec(query)]
    return Counter(int(match.group(1)) for match in found if match)


def is_delivered(store: Store, count: int = READERS) -> bool:
    query = select(Delivery.id).where(Delivery.kind == LetterKind.NEWS, Delivery.state == DeliveryState.SENT)
    with store.reading() as session:
        return len(session.exec(query).all()) == count


def news_received(relay: ScriptedRelay) -> "Counter[str]":
    return Counter({who: count for who, count in relay.recipients().items() if who != AUTHOR})


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_again_and_again_it_loses_nothing_and_repeats_at_most_what_was_in_flight(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    readers = settle_in(store)
    moments = sorted(random.Random(2018).sample(range(100, 1_600), KILLS))

    with scripted_relay() as (relay, port):
        portal = RunningPortal(tmp_path, database_url, port)
        portal.start()
        try:
            portal.send(compose(AUTHOR, NEWS, "Ny vejledning", "Den kommer til juni."), sender=AUTHOR)
            eventually(lambda: relay.received)
            senders = Senders(portal.smtp_port)
            with senders.at_work():
                for moment in moments:
                    eventually(lambda moment=moment: len(senders.ledger) + len(relay.received) >= moment)  # type: ignore[misc]
                    portal.kill()
                    portal.start()
                eventually(lambda: len(senders.ledger) == MESSAGES, LONG)
            eventually(lambda: is_delivered(store), LONG)
        finally:
            portal.kill()

    arrived = stored(store)
    assert arrived.keys() == set(senders.ledger) == set(range(MESSAGES))
    assert arrived.total() - MESSAGES <= SESSIONS * KILLS
    news = news_received(relay)
    assert news.keys() == set(readers)
    assert news.total() - READERS <= Relay().connections * KILLS


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_database_server_that_falls_over_again_and_again_delays_and_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    if make_url(database_url).get_backend_name() == "sqlite":
        pytest.skip("SQLite has no server")
    with postgres.run_cluster(postgres.DURABLE) as cluster, scripted_relay() as (relay, port):
        url = postgres.create_database(cluster.url, "portal")
        store = Store(resolve_url(url, tmp_path))
        migrate(store)
        readers = settle_in(store, FEW)
        with RunningPortal(tmp_path, url, port) as portal:
            portal.start()
            portal.send(compose(AUTHOR, NEWS, "Ny vejledning", "Den kommer til juni."), sender=AUTHOR)
            senders = Senders(portal.smtp_port, FEW)
            with senders.at_work():
                for moment in (FEW // 3, FEW):
                    eventually(lambda moment=moment: len(senders.ledger) + len(relay.received) >= moment)  # type: ignore[misc]
                    cluster.restart()
                eventually(lambda: len(senders.ledger) == FEW, LONG)
            eventually(lambda: is_delivered(store, FEW), LONG)
            portal.stop()
        arrived = stored(store)
        store.close()

    assert arrived.keys() == set(range(FEW))
    assert news_received(relay) == dict.fromkeys(readers, 1)
