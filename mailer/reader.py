"""The reader: has messages read by a child process with limits, ahead of whoever files them, and files cleaned.

Reading is where foreign octets meet libraries. In a child it cannot stop the portal, whatever it costs, and runs beside
the filing. A message that ends the child is a failure, as one that cannot be read is; the next gets a new child.
"""

import select
import signal
import socket
import struct
import subprocess
import sys
import time
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog
from pydantic import TypeAdapter, ValidationError

from mailer.framing import ANSWER, CLEAN, QUESTION, READ, READY, unpack
from mailer.incoming import Failure, Incoming, Unread
from tickets.errors import PortalError
from tickets.post import CleanFile

log = structlog.get_logger()

LARGE = 4_000_000  # octets; a child that has read so large a message gives its memory back by ending
LONGEST_START = 60.0  # seconds that a child may take to be ready, which is no message's fault
PIECE = 262_144  # octets taken from the socket at once
LONGEST_ANSWER = 64_000_000  # octets; many times the longest text
INCOMING: TypeAdapter[Incoming] = TypeAdapter(Incoming)


@dataclass(frozen=True)
class Limits:
    """What reading one message may cost."""

    memory: int = 256 * 1024 * 1024  # octets over what the child takes when it starts
    seconds: float = 2.0  # of processor time
    patience: float = 30.0  # seconds, for a child that does not even spend processor time


USUAL = Limits()


class Reader:
    """Reads messages in a child process, which starts with the first of them and ends with the reader."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.costliest = 0.0  # seconds of processor time that one of the messages read so far took at most
        self._limits = limits
        self._child: _Child | None = None

    def read(self, messages: Sequence[Unread]) -> "ReadAhead":
        """Begin to read these; what comes of them is taken one by one, in their order."""
        return ReadAhead(self, messages)

    def child(self) -> "_Child":
        if self._child is None:
            self._child = _Child(self._limits)
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
                child.ask(READ, message)
            self._is_asked = True
        try:
            answer = child.answer(until)
            found = _read(answer) if isinstance(answer, bytes) else answer
        except _Ended as end:
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
        raise _Ended("made the child answer in another form") from error


class Cleaner:
    """Has the files of messages cleaned in a child process of its own; what ends it has no clean copies."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._child: _Child | None = None

    def clean(self, message: Unread) -> dict[int, CleanFile]:
        """The clean copies of a message's files, by part; of what costs too much, none.

        Raises PortalError if no child can be started: no message is at fault then.
        """
        self._child = self._child or _Child(self._limits)
        try:
            self._child.ask(CLEAN, message)
            answer = self._child.answer(None)
            if isinstance(answer, bytes):
                return unpack(answer)
            log.error("files could not be cleaned")  # why, may quote them
            return {}
        except (_Ended, struct.error, ValueError) as end:
            log.error("cleaning ended the child", reason=str(end))
            self.close()
            return {}

    def close(self) -> None:
        """End the child and give back what it took; cleaning again starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None


class _Ended(Exception):
    """The child ended, or had to be ended; the text says why."""


class _Child:
    """A running child and what is on its way to and from it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                # -P: nothing that lies in the current directory is imported
                [sys.executable, "-P", "-m", "mailer.reading_child", str(limits.memory), str(limits.seconds)],
                stdin=theirs.fileno(), stdout=theirs.fileno(), start_new_session=True,
            )  # fmt: skip
        self._socket.setblocking(False)
        self._outgoing: deque[memoryview] = deque()
        self._incoming = bytearray()
        self._is_ready = False
        self.spent = 0.0  # seconds of processor time, on the last answer
        self._finalizer = weakref.finalize(self, _end, self._process, self._socket)

    def ask(self, what: bytes, message: Unread) -> None:
        received = message.received_at.timestamp()
        head = QUESTION.pack(what, len(message.octets), received, message.came_back, message.is_past)
        self._outgoing += [memoryview(head), memoryview(message.octets)]

    def answer(self, until: float | None) -> bytes | Failure | None:
        """The answer to the oldest question; None if it is not there in time. Raises _Ended."""
        was_ready = self._is_ready
        deadline = time.monotonic() + (self._limits.patience if was_ready else LONGEST_START)
        while (answer := self._take_answer()) is None:
            now = time.monotonic()
            if self._is_ready and not was_ready:
                was_ready, deadline = True, now + self._limits.patience
            if until is not None and now >= until:
                return None
            if now >= deadline:
                raise _Ended(f"was not read in {self._limits.patience:g} s")
            self._exchange(min(deadline, deadline if until is None else until) - now)
        self._exchange(0)  # so that it has something to read while we are away
        return answer

    def end(self) -> None:
        self._finalizer()

    def _take_answer(self) -> bytes | Failure | None:
        if not self._is_ready and self._incoming:
            del self._incoming[: len(READY)]
            self._is_ready = True
        if len(self._incoming) < ANSWER.size:
            return None
        is_done, spent, size = ANSWER.unpack_from(self._incoming)
        if size > LONGEST_ANSWER:
            raise _Ended("made the child answer at too great a length")
        if len(self._incoming) < ANSWER.size + size:
            return None
        answer = bytes(self._incoming[ANSWER.size : ANSWER.size + size])
        del self._incoming[: ANSWER.size + size]
        self.spent = spent
        return answer if is_done else Failure(answer.decode("utf-8", "replace"))

    def _exchange(self, seconds: float) -> None:
        """Pass on and take in what can be, as soon as anything can, or after so many seconds."""
        writing = [self._socket] if self._outgoing else []
        readable, writable, _ = select.select([self._socket], writing, [], max(seconds, 0))
        try:
            if writable:
                self._send()
            if readable:
                piece = self._socket.recv(PIECE)
                if not piece:
                    raise _Ended(self._why_ended())
                self._incoming += piece
        except BlockingIOError:
            return
        except ConnectionError:
            raise _Ended(self._why_ended()) from None

    def _send(self) -> None:
        while self._outgoing:
            sent = self._socket.send(self._outgoing[0])
            self._outgoing[0] = self._outgoing[0][sent:]
            if not self._outgoing[0]:
                self._outgoing.popleft()

    def _why_ended(self) -> str:
        """What the end of the process means for the message in hand. Raises PortalError if there was none in hand."""
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "made the child hang up"
        if not self._is_ready:
            raise PortalError(f"The child that reads messages does not start (exit code {code})")
        if code == -signal.SIGPROF:
            return f"took more than {self._limits.seconds:g} s of processor time"
        return f"ended the child that read it (exit code {code})"


def _end(process: "subprocess.Popen[bytes]", connection: socket.socket) -> None:
    connection.close()
    process.kill()
    process.wait()
