"""A fetcher at work on a mailbox, and what it stored."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from imapclient import SocketTimeout
from sqlmodel import col, select

from mailer.intake.envelopes import ReadEnvelope
from mailer.intake.fetcher import Fetcher
from mailer.intake.mailbox import envelope_in
from mailer.sections import MailboxSettings
from support.children import WORKSHOP
from support.mailboxes import MoodyMailbox, Whim
from support.servers import Dovecot
from tickets.database.models import Arrival, Content, MailboxMark
from tickets.database.store import Clock, Store
from tickets.envelope import EnvelopeNotes

LIST = "databeskyttelse@example.dk"
DESK = "databeskyttelse+fortrolig@example.dk"
numbers = count(1)
OURS = {LIST, DESK, "sikkerhed@example.dk", "ledelse@example.dk"}


def a_letter(number: int = 1, **fields: str) -> bytes:
    standing = {"From": "Mette <mette@proevested.example.dk>", "To": LIST, "Subject": f"Spørgsmål {number}"} | fields
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in standing.items())
    return f"{head}\r\nHej nr. {number}\r\n".encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot")) as running:
        yield running


@pytest.fixture
def dovecot(server: Dovecot) -> Dovecot:
    """A running server with an empty mailbox for this test."""
    server.username = f"portal{next(numbers)}"
    return server


def reading(settings: MailboxSettings) -> ReadEnvelope:
    """What reads the envelope of a message in this mailbox: a child, as in a portal."""
    return partial(WORKSHOP.read_envelope, mailbox=envelope_in(settings), authserv_id="mx.example.dk")


@contextmanager
def following(
    dovecot: Dovecot,
    store: Store,
    now: datetime,
    look_every: float = 60,
    clock: Clock | None = None,
    most_octets: int = 36_700_160,
    is_vouched: Callable[[EnvelopeNotes], bool] = lambda _notes: True,
    **more: object,
) -> Iterator[threading.Thread]:
    """A fetcher at work on the mailbox, stopped at the end."""
    settings = MailboxSettings.model_validate(dovecot.settings(LIST) | more)
    fetcher = Fetcher(
        settings, store, OURS.__contains__, reading(settings), clock or (lambda: now), look_every,
        most_octets=most_octets, is_vouched=is_vouched,
    )  # fmt: skip
    stop = threading.Event()
    thread = threading.Thread(target=fetcher.run, args=(stop,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def arrivals(store: Store) -> list[Arrival]:
    with store.reading() as session:
        found = list(session.exec(select(Arrival).order_by(col(Arrival.id))))
        session.expunge_all()
    return found


@contextmanager
def following_moody(
    mailbox: MoodyMailbox,
    store: Store,
    now: datetime,
    folder: Path,
    look_every: float = 60,
    most_octets: int = 36_700_160,
) -> Iterator[None]:
    """A fetcher at work on it that is not patient, stopped at the end."""
    password = folder / "password"
    password.write_text("hemmelig")
    settings = MailboxSettings(
        host="127.0.0.1", port=mailbox.port, username="portal", password_file=password, security="none", list=LIST
    )
    fetcher = Fetcher(
        settings, store, OURS.__contains__, reading(settings), lambda: now,
        look_every, SocketTimeout(1, 0.5), most_octets,
    )  # fmt: skip
    stop = threading.Event()
    thread = threading.Thread(target=fetcher.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def on_first(command: str, whim: str, connections: int = 1) -> Whim:
    """This whim at this command, on so many connections; then it behaves."""
    return lambda said, connection: whim if said == command and connection <= connections else ""


def is_marked(store: Store) -> bool:
    with store.reading() as session:
        return session.exec(select(MailboxMark)).first() is not None


def subjects(store: Store) -> set[str]:
    with store.reading() as session:
        heads = [octets.partition(b"\r\n\r\n")[0].decode() for octets in session.exec(select(Content.octets))]
    return {
        line.removeprefix("Subject: ") for head in heads for line in head.splitlines() if line.startswith("Subject")
    }
