"""The reader: has messages read by a child process with limits, ahead of whoever files them, or made into other forms.

Reading is where foreign octets meet libraries. In a child it cannot stop the portal, whatever it costs, and runs beside
the filing. A message that ends the child is a failure, as one that cannot be read is; the next gets a new child.
"""

import struct
import time
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from mailer.authorship.server_word import ServerWord
from mailer.sandbox.children import USUAL, Child, Ended, Limits
from mailer.sandbox.framing import (
    CLEAN,
    ENVELOPE,
    HEAD,
    READ,
    REDACT,
    SENDER,
    SERVER,
    Failure,
    unpack,
    unpack_redacted,
)
from mailer.sandbox.headings import MessageHeading, Sender
from mailer.sandbox.incoming import Incoming, Unread
from tickets.envelope import EnvelopeNotes, MailboxProfile
from tickets.post import CleanFile, Post

log = structlog.get_logger()

LARGE = 4_000_000  # octets; a child that has read so large a message gives its memory back by ending
PROGRAM = "mailer.sandbox.reading_child"
LONGEST_TOP = 270_000  # octets; more than is read of a header section
SENDER_TOLD: TypeAdapter[Sender] = TypeAdapter(Sender)
HEADING: TypeAdapter[MessageHeading] = TypeAdapter(MessageHeading)
POST: TypeAdapter[Post] = TypeAdapter(Post)
INCOMING: TypeAdapter[Incoming] = TypeAdapter(Incoming)
NOTES: TypeAdapter[EnvelopeNotes] = TypeAdapter(EnvelopeNotes)
SERVER_WORD: TypeAdapter[ServerWord] = TypeAdapter(ServerWord)
T = TypeVar("T")


class Reader:
    """Reads messages in a child process, which starts with the first of them and ends with the reader."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self.costliest = 0.0  # seconds of processor time that one of the messages read so far took at most
        self._limits = limits
        self._child: Child | None = None

    def read(self, messages: Sequence[Unread]) -> "ReadAhead":
        """Begin to read these; what comes of them is taken one by one, in their order."""
        return ReadAhead(self, messages)

    def read_senders(self, messages: Iterable[bytes], authserv_id: str | None) -> list[Sender]:
        """Who seems to have written each of these; of one that ends the child, nobody is known."""
        return [self._read_sender(octets[:LONGEST_TOP], authserv_id) for octets in messages]

    def _read_sender(self, top: bytes, authserv_id: str | None) -> Sender:
        try:
            self.child().ask(SENDER, {"authserv_id": authserv_id}, top)
            answer = self.child().answer(None)
            return SENDER_TOLD.validate_json(answer) if isinstance(answer, bytes) else Sender()
        except (Ended, ValidationError) as end:
            log.error("reading the top of a message ended the child", reason=type(end).__name__)
            self.close()
            return Sender()

    def child(self) -> Child:
        """The child process, started at the first use and after each that ended."""
        if self._child is None:
            self._child = Child(PROGRAM, self._limits)
        return self._child

    def close(self) -> None:
        """End the child, whatever it is doing; reading again starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None


class ReadAhead:
    """Some messages under way: the child reads on while the one that was taken is filed."""

    def __init__(self, reader: Reader, messages: Sequence[Unread]) -> None:
        self._reader, self._waiting = reader, deque(messages)
        self._was_large = any(len(message.octets) > LARGE for message in messages)
        self._is_asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._waiting or self._was_large:
            self._reader.close()

    def take(self, seconds: float | None = None) -> Incoming | Failure | None:
        """The next message, read, or how reading it failed; None if that takes longer than so many seconds.

        Raises PortalError if no child can be started: no message is at fault then.
        """
        until = None if seconds is None else time.monotonic() + seconds
        child = self._reader.child()
        if not self._is_asked:
            for message in self._waiting:
                child.ask(READ, message.about(), message.octets)
            self._is_asked = True
        try:
            answer = child.answer(until)
            found = _read(answer) if isinstance(answer, bytes) else answer
        except Ended as end:
            log.error("reading ended the child", reason=str(end))
            self._reader.close()
            self._is_asked = False
            found = Failure(str(end))
        if found is not None:
            self._waiting.popleft()
            self._reader.costliest = max(self._reader.costliest, child.spent)
        return found


def _read(answer: bytes) -> Incoming:
    try:
        return INCOMING.validate_json(answer)
    except ValidationError as error:
        raise Ended("made the child answer in another form") from error


class Workshop:
    """Has made of messages what may be kept or shown of them, one at a time, in a child process of its own."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self._limits = limits
        self._child: Child | None = None

    def clean(self, message: Unread) -> dict[int, CleanFile]:
        """The clean copies of a message's files, by part; of what costs too much, none.

        Raises PortalError if no child can be started: no message is at fault then.
        """
        answer = self._ask(CLEAN, message.octets)
        try:
            return unpack(answer) if isinstance(answer, bytes) else {}
        except (struct.error, ValueError):
            self.close()
            return {}

    def redact(self, message: Unread, left_out: Collection[int], note: str) -> tuple[bytes, Post] | Failure:
        """The message without its numbers and without these parts, which a note names, and what is read in it then.

        Raises PortalError, as above.
        """
        about = {"received_at": message.received_at.isoformat(), "left_out": list(left_out), "note": note}
        answer = self._ask(REDACT, message.octets, about)
        if not isinstance(answer, bytes):
            return answer
        try:
            octets, post = unpack_redacted(answer)
            return octets, POST.validate_json(post)
        except (struct.error, ValidationError):
            self.close()
            return Failure("made the child answer in another form")

    def read_heading(self, octets: bytes, received_at: datetime) -> MessageHeading | None:
        """What the header section alone says; None if not even that can be read. Raises PortalError, as above."""
        return self._read_top(HEAD, octets, {"received_at": received_at.isoformat()}, HEADING)

    def read_envelope(self, octets: bytes, mailbox: MailboxProfile, authserv_id: str | None) -> EnvelopeNotes | None:
        """What a message in a mailbox tells of its envelope; None if nobody can read it. Raises PortalError."""
        about = {"mailbox": vars(mailbox), "authserv_id": authserv_id}
        return self._read_top(ENVELOPE, octets, about, NOTES)

    def read_server_word(self, octets: bytes, authserv_id: str) -> ServerWord | None:
        """What a message tells of a trusted server; None if nobody can read that. Raises PortalError, as above."""
        return self._read_top(SERVER, octets, {"authserv_id": authserv_id}, SERVER_WORD)

    def _read_top(self, what: bytes, octets: bytes, about: dict[str, Any], form: TypeAdapter[T]) -> T | None:
        answer = self._ask(what, octets[:LONGEST_TOP], about)
        try:
            return form.validate_json(answer) if isinstance(answer, bytes) else None
        except ValidationError:
            self.close()
            return None

    def close(self) -> None:
        """End the child and give back what it took; to work again starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _ask(self, what: bytes, octets: bytes, about: dict[str, Any] | None = None) -> bytes | Failure:
        self._child = self._child or Child(PROGRAM, self._limits)
        try:
            self._child.ask(what, about or {}, octets)
            answer = self._child.answer(None)
        except Ended as end:
            log.error("work on a message ended the child", reason=str(end))
            self.close()
            return Failure(str(end))
        if isinstance(answer, bytes):
            return answer
        log.error("work on a message failed")  # why, may quote it
        return answer or Failure("")
