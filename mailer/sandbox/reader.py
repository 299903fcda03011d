"""The reader: has messages read by a child process with limits, ahead of whoever files them, and files cleaned.

Reading is where foreign octets meet libraries. In a child it cannot stop the portal, whatever it costs, and runs beside
the filing. A message that ends the child is a failure, as one that cannot be read is; the next gets a new child.
"""

import struct
import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import structlog
from pydantic import TypeAdapter, ValidationError

from mailer.sandbox.children import USUAL, Child, Ended, Limits
from mailer.sandbox.framing import CLEAN, READ, Failure, unpack
from mailer.sandbox.incoming import Incoming, Unread
from tickets.post import CleanFile

log = structlog.get_logger()

LARGE = 4_000_000  # octets; a child that has read so large a message gives its memory back by ending
PROGRAM = "mailer.sandbox.reading_child"
INCOMING: TypeAdapter[Incoming] = TypeAdapter(Incoming)


class Reader:
    """Reads messages in a child process, which starts with the first of them and ends with the reader."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self.costliest = 0.0  # seconds of processor time that one of the messages read so far took at most
        self._limits = limits
        self._child: Child | None = None

    def read(self, messages: Sequence[Unread]) -> "ReadAhead":
        """Begin to read these; what comes of them is taken one by one, in their order."""
        return ReadAhead(self, messages)

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


class Cleaner:
    """Has the files of messages cleaned in a child process of its own; what ends it has no clean copies."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self._limits = limits
        self._child: Child | None = None

    def clean(self, message: Unread) -> dict[int, CleanFile]:
        """The clean copies of a message's files, by part; of what costs too much, none.

        Raises PortalError if no child can be started: no message is at fault then.
        """
        self._child = self._child or Child(PROGRAM, self._limits)
        try:
            self._child.ask(CLEAN, message.about(), message.octets)
            answer = self._child.answer(None)
            if isinstance(answer, bytes):
                return unpack(answer)
            log.error("files could not be cleaned")  # why, may quote them
            return {}
        except (Ended, struct.error, ValueError) as end:
            log.error("cleaning ended the child", reason=str(end))
            self.close()
            return {}

    def close(self) -> None:
        """End the child and give back what it took; cleaning again starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None
