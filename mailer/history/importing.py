"""Importing: an archive becomes the history of a list: read, filed, and what is odd about it reported.

Each message that is filed is committed with its thread, so an import that was killed goes on where it was.
"""

import os
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from queue import SimpleQueue
from typing import Self

from mailer.history.archives import Archive
from mailer.history.looking import Advance
from mailer.privacy.findings import is_unread_alone
from mailer.privacy.scrubbing import scrub_post
from mailer.processing.privacy import mask_names
from mailer.reading.robots import BY_PRECEDENCE
from mailer.sandbox.framing import Failure
from mailer.sandbox.incoming import Incoming, Unread
from mailer.sandbox.reader import Reader
from tickets.conversations.history import ArchivePosition, Sketch, arrange
from tickets.conversations.importing import Past, import_posts, known_contents
from tickets.database.models import Visibility
from tickets.database.store import Store
from tickets.numbers.cpr import mask_cpr
from tickets.people import lists
from tickets.people.sight import is_for_all
from tickets.portal import Portal
from tickets.post import Mailbox, Post

BATCH = 200  # messages that share a transaction, and more to the end of their thread
HEAVY_BATCH = 32 * 1024 * 1024  # octets that are enough for a transaction
CHUNK = 40  # messages that go to a reader together
HEAVY = 2 * 1024 * 1024  # octets of a chunk that are enough
MOST_READERS = 3
AHEAD = 8  # chunks for each reader that wait or are done
NOBODY = Mailbox("", "unknown@missing.invalid")  # the author of what names none
MOST_NAMED = 10  # messages that the report names for each kind of oddity

UNREADABLE = "cannot be read"
LONELY_ROBOT = "is automatic, and nobody answered it"
HOLDS_CPR = "holds a CPR number: masked, its files and its original left out"
BY_DETAIL = {
    Visibility.ANONYMOUS: "was asked anonymously: masked, its files for the lawyers and its asker alone",
    Visibility.CONFIDENTIAL: "was sent in confidence: for the lawyers and its asker alone",
}
NO_DATE = "has no believable Date"


@dataclass
class ImportReport:
    """What became of the messages of an archive, and how often each oddity was met."""

    messages: int = 0
    filed: int = 0
    known: int = 0  # filed before, or a copy
    hidden: Counter[str] = field(
        default_factory=Counter
    )  # of those filed: not seen by all, as their addresses promised
    left_out: Counter[str] = field(default_factory=Counter)
    defects: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)

    def leave_out(self, reason: str, name: str) -> None:
        """Count a message that is not imported, and name the first of each reason."""
        self.left_out[reason] += 1
        self._name(reason, name)

    def count_defects(self, defects: Iterable[str], name: str) -> None:
        """Count each kind of defect of a message once, and name the first of each."""
        for defect in dict.fromkeys(defects):
            self.defects[defect] += 1
            self._name(defect, name)

    def hide(self, visibility: Visibility, name: str) -> None:
        """Count a message that not everybody will see, and name the first of each kind."""
        kind = BY_DETAIL[visibility]
        self.hidden[kind] += 1
        self._name(kind, name)

    def _name(self, kind: str, name: str) -> None:
        names = self.named.setdefault(kind, [])
        if len(names) < MOST_NAMED:
            names.append(name)


# -- reading ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """A message to be read, with what is known of it."""

    octets: bytes
    place: ArchivePosition
    at: datetime
    visibility: Visibility = Visibility.OPEN


@dataclass(frozen=True)
class Read:
    """A message that was read: what is to be filed, or why it is left out."""

    position: int
    past: Past | None = None
    left_out: str = ""


def judge(job: Job, incoming: Incoming | Failure, portal: Portal) -> Read:
    """What is to be filed of a message that was read."""
    position = job.place.position
    if isinstance(incoming, Failure):
        return Read(position, left_out=UNREADABLE)
    post = mask_names(incoming.reading).post
    if post.robot == BY_PRECEDENCE:  # so says whatever a list sent on, whoever wrote it
        post = replace(post, robot=None)
    if post.robot and not post.cited and not job.place.is_answered:
        return Read(position, left_out=LONELY_ROBOT)
    post = replace(post, author=incoming.reading.author_behind or post.author)
    if not post.author.email:
        post = replace(post, author=NOBODY)
    if post.sent_at != job.at and NO_DATE not in post.defects:
        post = replace(post, defects=(*post.defects, NO_DATE))
    post = scrub_post(replace(post, sent_at=job.at), portal)
    findings, visibility = incoming.reading.findings, job.visibility
    if findings and is_unread_alone(findings):
        unread = {
            finding.part for finding in findings
        }  # nobody can be asked: what could not be looked into is not shown
        return Read(position, Past(_without(post, unread), job.octets, job.at, visibility))
    if findings:
        post = _mask(post)
        return Read(position, Past(post, _write_down(post, job.at), job.at, visibility))
    return Read(position, Past(post, job.octets, job.at, visibility))


def _without(post: Post, parts: Collection[int | None]) -> Post:
    """The post without these files; its defects name them."""
    return replace(post, files=tuple(file for file in post.files if file.part not in parts))


def _mask(post: Post) -> Post:
    return replace(
        post,
        subject=mask_cpr(post.subject),
        text=mask_cpr(post.text),
        quoted=mask_cpr(post.quoted),
        signature=mask_cpr(post.signature),
        sign_off=mask_cpr(post.sign_off),
        files=(),
        defects=(*post.defects, HOLDS_CPR),
    )


def _write_down(post: Post, at: datetime) -> bytes:
    """The message that is kept instead of one that must not be."""
    message = EmailMessage()
    message["Subject"] = post.subject
    message["Date"] = at
    message.set_content("\n\n".join(filter(None, [post.text, post.folded])))
    return bytes(message)


def in_chunks(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """Jobs that go to a reader together: few, and not many octets, however large the messages are."""
    chunk: list[Job] = []
    for job in jobs:
        chunk.append(job)
        if len(chunk) == CHUNK or sum(len(one.octets) for one in chunk) >= HEAVY:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class Readers:
    """Some readers, each with its child, that read ahead of the one who files."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._idle: SimpleQueue[Reader] = SimpleQueue()
        for _ in range(count):
            self._idle.put(Reader())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *trouble: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        for _ in range(self._count):
            self._idle.get().close()

    def read(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Incoming | Failure]]:
        """All these messages, in their order."""
        waiting: deque[Future[list[tuple[Job, Incoming | Failure]]]] = deque()
        for chunk in in_chunks(jobs):
            waiting.append(self._pool.submit(self._read_chunk, chunk))
            if len(waiting) > AHEAD * self._count:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()

    def _read_chunk(self, jobs: list[Job]) -> list[tuple[Job, Incoming | Failure]]:
        reader = self._idle.get()
        try:
            with reader.read([Unread(job.octets, job.at, is_past=True) for job in jobs]) as ahead:
                taken = [(job, ahead.take()) for job in jobs]
        finally:
            self._idle.put(reader)
        return [(job, incoming) for job, incoming in taken if incoming is not None]


# -- filing ----------------------------------------------------------------------------


def import_archive(
    store: Store,
    portal: Portal,
    list_name: str,
    archive: Archive,
    sketches: Sequence[Sketch],
    now: datetime,
    advance: Advance,
) -> ImportReport:
    """File every message of an archive that the list does not have, thread by thread; each thread's are committed."""
    report = ImportReport(messages=len(sketches))
    with store.reading() as session:
        mailing_list = lists.find_list(session, list_name)
        wanted = {one for sketch in sketches for one in (sketch.message_id, *sketch.cited)}
        known = known_contents(session, mailing_list, wanted)
    threads = arrange(sketches, known)

    def jobs() -> Iterator[Job]:
        for place in (place for thread in threads for place in thread):
            sketch = sketches[place.position]
            if sketch.mark:
                report.leave_out(sketch.mark, archive.name_of(place.position))
                advance(1)
            elif known.get(sketch.message_id) == sketch.content_key:
                report.known += 1
                advance(1)
            else:
                yield Job(archive[place.position].octets, place, sketch.at, sketch.visibility)

    last_of_thread = {thread[-1].position for thread in threads}
    with Readers(max(1, min(MOST_READERS, (os.cpu_count() or 1) - 1))) as readers:
        batch: list[Read] = []
        for job, incoming in readers.read(jobs()):
            batch.append(judge(job, incoming, portal))
            if _is_full(batch) and job.place.position in last_of_thread:
                _file(store, portal, list_name, archive, batch, report, now)
                advance(len(batch))
                batch = []
        _file(store, portal, list_name, archive, batch, report, now)
        advance(len(batch))
    return report


def _is_full(batch: Sequence[Read]) -> bool:
    return len(batch) >= BATCH or sum(len(read.past.octets) for read in batch if read.past) >= HEAVY_BATCH


def _file(
    store: Store,
    portal: Portal,
    list_name: str,
    archive: Archive,
    batch: Sequence[Read],
    report: ImportReport,
    now: datetime,
) -> None:
    """File what was read in one transaction, and count it."""
    for read in batch:
        if read.left_out:
            report.leave_out(read.left_out, archive.name_of(read.position))
    named = [(archive.name_of(read.position), read.past) for read in batch if read.past]
    with store.transaction() as session:
        mailing_list = lists.find_list(session, list_name)
        posts = import_posts(session, portal, mailing_list, [past for _, past in named], now)
    for (name, past), post in zip(named, posts, strict=True):
        if post is None:
            report.known += 1
        else:
            report.filed += 1
            if not is_for_all(past.visibility):
                report.hide(past.visibility, name)
            report.count_defects(post.defects, name)
