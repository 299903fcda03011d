"""A portal that is killed: who hands over to it meanwhile, what it has stored, and what its relay was given."""

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

from sqlmodel import col, select

from mailer.sections import Relay
from support.builders import a_list, a_person, an_organisation
from support.portals import RunningPortal, compose
from support.sinks import ScriptedRelay, scripted_relay
from support.waiting import eventually
from tickets.database.models import Arrival, Content, Delivery, DeliveryState, LetterKind, Mode, Role
from tickets.database.store import Store, system_clock
from tickets.people import appointments, subscriptions

SESSIONS = 5
LONG = 120.0  # seconds, on a machine that is busy with other things
AUTHOR = "mette@proevested.example.dk"
NEWS = "nyheder+nyt@example.dk"
QUESTIONS = "spoergsmaal@example.dk"


class Senders:
    """Clients who hand over so many messages, each again until it gets its 250; the ledger holds those that did."""

    def __init__(self, port: int, messages: int) -> None:
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


def settle_in(store: Store, count: int) -> list[str]:
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


def is_delivered(store: Store, count: int) -> bool:
    query = select(Delivery.id).where(Delivery.kind == LetterKind.NEWS, Delivery.state == DeliveryState.SENT)
    with store.reading() as session:
        return len(session.exec(query).all()) == count


def news_received(relay: ScriptedRelay) -> "Counter[str]":
    return Counter({who: count for who, count in relay.recipients().items() if who != AUTHOR})


def survive(store: Store, database_url: str, place: Path, count: int, kills: int) -> None:
    """So many messages come in and letters go out while `serve` is killed: nothing is lost, or sent to all again."""
    readers = settle_in(store, count)
    moments = sorted(random.Random(2018).sample(range(count // 10, count * 8 // 5), kills))
    with scripted_relay() as (relay, port):
        portal = RunningPortal(place, database_url, port)
        portal.start()
        try:
            portal.send(compose(AUTHOR, NEWS, "Ny vejledning", "Den kommer til juni."), sender=AUTHOR)
            eventually(lambda: relay.received)
            senders = Senders(portal.smtp_port, count)
            with senders.at_work():
                for moment in moments:
                    eventually(lambda moment=moment: len(senders.ledger) + len(relay.received) >= moment)  # type: ignore[misc]
                    portal.kill()
                    portal.start()
                eventually(lambda: len(senders.ledger) == count, LONG)
            eventually(lambda: is_delivered(store, count), LONG)
        finally:
            portal.kill()

    arrived = stored(store)
    assert arrived.keys() == set(senders.ledger) == set(range(count))
    assert arrived.total() - count <= SESSIONS * kills
    news = news_received(relay)
    assert news.keys() == set(readers)
    assert news.total() - count <= Relay().connections * kills
