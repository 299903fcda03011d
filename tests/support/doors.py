"""The doors for mail, open in a test, and what came in by them."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlmodel import col, select

from mailer.intake.arrivals import Intake, open_intake
from mailer.intake.entrances import Listen
from mailer.intake.listener import Listener
from support.servers import Conversation
from tickets.database.models import Arrival, Content
from tickets.database.store import Store
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


def assert_that_it_matches(pattern: str, reply: str) -> None:
    assert re.fullmatch(pattern, reply), reply
