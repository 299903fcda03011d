"""The archive of a real list: its first messages, what an import makes of them, and whether threads stay whole."""

import gzip
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from mailer.history.archives import open_archive
from mailer.history.importing import ImportReport, import_archive
from mailer.history.looking import look_through
from tickets.conversations.history import Sketch
from tickets.database.models import Message
from tickets.database.store import Store
from tickets.portal import Portal

ARCHIVE = "archive/linux-mips-first-4000.mbox.gz"


def take_in(store: Store, portal: Portal, path: Path, now: datetime) -> ImportReport:
    with open_archive(path) as archive:
        sketches = look_through(archive, now, lambda _: None)
        return import_archive(store, portal, "databeskyttelse", archive, sketches, now, lambda _: None)


def first_messages(corpus: Path, count: int, folder: Path) -> Path:
    """An archive of so many of the messages, in a folder of the test."""
    messages = gzip.decompress((corpus / ARCHIVE).read_bytes()).split(b"\nFrom ")
    path = folder / "first.mbox"
    path.write_bytes(b"\nFrom ".join(messages[:count]) + b"\n")
    return path


def follow_threads(store: Store, portal: Portal, path: Path, now: datetime) -> int:
    """How many replies lie in the ticket of their parent, as all must; a second import adds nothing."""
    report = take_in(store, portal, path, now)
    again = take_in(store, portal, path, now)
    with store.reading() as session:
        tickets = {message.message_id: message.ticket_key for message in session.exec(select(Message))}
    with open_archive(path) as archive:
        sketches = look_through(archive, now, lambda _: None)
    pairs = [(sketch, parent) for sketch in sketches if (parent := _parent_of(sketch, tickets))]
    assert [sketch for sketch, parent in pairs if tickets[sketch.message_id] != tickets[parent]] == []
    assert report.filed + report.known + report.left_out.total() == len(sketches)
    assert (report.filed, again.filed, again.known) == (len(tickets), 0, len(sketches))
    return len(pairs)


def _parent_of(sketch: Sketch, known: Iterable[str]) -> str | None:
    return next((one for one in sketch.cited if one in known and one != sketch.message_id), None)
