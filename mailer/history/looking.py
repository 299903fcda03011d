"""Looking: an archive is looked through, from header sections alone, before any message of it is read whole.

A child reads them, some ahead of the one that is taken.
"""

import hashlib
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

import structlog
from pydantic import TypeAdapter, ValidationError

from mailer.history.archives import Archive
from mailer.history.old_heads import OldHead
from mailer.history.promises import Promises
from mailer.mime.header_section import header_of
from mailer.reading.fields import EARLIEST
from mailer.sandbox.children import USUAL, Child, Ended, Limits
from mailer.sandbox.framing import HEAD
from mailer.sandbox.message import missing_id
from tickets.conversations.history import Sketch
from tickets.database.models import Visibility
from tickets.people.sight import strictest

log = structlog.get_logger()

PROGRAM = "mailer.history.heading_child"
CHUNK = 40  # header sections that go to the child together
SLOW_POST = timedelta(days=100)  # between Date and Received; more is a clock that was wrong
NOTHING_PROMISED = Promises()
OLD_HEAD: TypeAdapter[OldHead] = TypeAdapter(OldHead)
Advance = Callable[[int], None]  # told how many messages more are done


def look_through(
    archive: Archive, now: datetime, advance: Advance, promises: Promises = NOTHING_PROMISED
) -> list[Sketch]:
    """The place of every message in time and among the others, from its header section alone.

    `promises` tell what an address promised. Of a message that lies there more than once, each copy is seen by no more
    than the strictest was sent to.
    """
    sketches: list[Sketch] = []
    before = now
    for lying, head in _read_heads(archive, now):
        sketch = _sketch(lying, head, before, now, promises)
        sketches.append(sketch)
        before = sketch.at
        advance(1)
    strictest_of: dict[str, Visibility] = {}
    for one in sketches:
        strictest_of[one.message_id] = strictest(one.visibility, strictest_of.get(one.message_id, Visibility.OPEN))
    return [replace(one, visibility=strictest_of[one.message_id]) for one in sketches]


def without_marks(sketches: Iterable[Sketch]) -> list[Sketch]:
    """The same, as if nothing had been deleted, left unfinished or put with the spam."""
    return [replace(one, mark="") for one in sketches]


@dataclass(frozen=True)
class Lying:
    """A message as it lies in its archive: its header section, a digest of the whole, and what the archive says."""

    head: bytes
    content_key: str
    put_at: datetime | None
    mark: str


def _lying_in(archive: Archive) -> Iterator[Lying]:
    for position in range(len(archive)):
        raw = archive[position]
        digest = hashlib.sha256(raw.octets).hexdigest()
        yield Lying(header_of(raw.octets), digest, raw.put_at, raw.mark or "")


def _read_heads(archive: Archive, now: datetime) -> Iterator[tuple[Lying, OldHead | None]]:
    """Every message with its header section read, in their order; None for one that nobody can read."""
    waiting = _lying_in(archive)
    with closing(HeadReader(now)) as reader:
        while chunk := list(islice(waiting, CHUNK)):
            yield from zip(chunk, reader.read([one.head for one in chunk]), strict=True)


class HeadReader:
    """Reads header sections in a child process, which starts with the first of them and ends with the reader."""

    def __init__(self, now: datetime, limits: Limits = USUAL) -> None:
        """No message was sent later than `now`."""
        self._about, self._limits = {"now": now.isoformat()}, limits
        self._child: Child | None = None

    def read(self, heads: Sequence[bytes]) -> Iterator[OldHead | None]:
        """What each of these tells; None for one that ends the child. Raises PortalError if none can be started."""
        waiting, asked = deque(heads), None
        while waiting:
            child = self._child = self._child or Child(PROGRAM, self._limits)
            if child is not asked:
                for head in waiting:
                    child.ask(HEAD, self._about, head)
                asked = child
            waiting.popleft()
            yield self._take(child)

    def _take(self, child: Child) -> OldHead | None:
        try:
            answer = child.answer(None)
            return OLD_HEAD.validate_json(answer) if isinstance(answer, bytes) else None
        except (Ended, ValidationError) as end:
            log.error("reading a header section ended the child", reason=type(end).__name__)
            self.close()
            return None

    def close(self) -> None:
        """End the child; reading again starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None


def _sketch(lying: Lying, read: OldHead | None, before: datetime, now: datetime, promises: Promises) -> Sketch:
    """The place of a message; of one that nobody can read it is not known what was promised, and few see it."""
    head = read or OldHead()
    return Sketch(
        head.message_id or missing_id(lying.content_key),
        tuple(map(sys.intern, head.cited)),
        _find_date(head, lying.put_at, now) or min(before, now),
        lying.content_key,
        promises.promised_visibility(head.addressed, head.writers) if read else Visibility.CONFIDENTIAL,
        lying.mark or head.mark or "",
    )


def _find_date(head: OldHead, put_at: datetime | None, now: datetime) -> datetime | None:
    """When a message was sent: by its Date, unless the server that took it in says otherwise; None if nothing tells.

    When it was put into the archive is the last resort: many programs write the same day for all.
    """
    if head.sent_at and head.received_at and head.sent_at < head.received_at - SLOW_POST:
        return head.received_at
    return head.sent_at or head.received_at or (put_at if put_at and EARLIEST < put_at < now else None)
