"""Children: processes with limits that work on foreign octets for another, which they cannot stop.

A message that ends its child is a failure; the next gets a new one.
"""

import json
import select
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any

from mailer.sandbox.framing import ANSWER, QUESTION, READY, Failure
from tickets.errors import PortalError

LONGEST_START = 60.0  # seconds that a child may take to be ready, which is no message's fault
PIECE = 262_144  # octets taken from the socket at once
LONGEST_ANSWER = 64_000_000  # octets; many times the longest text


@dataclass(frozen=True)
class Limits:
    """What work on one message may cost."""

    memory: int = 256 * 1024 * 1024  # octets over what the child takes when it starts
    seconds: float = 2.0  # of processor time
    patience: float = 30.0  # seconds, for a child that does not even spend processor time


USUAL = Limits()


class Ended(Exception):
    """The child ended, or had to be ended; the text says why."""


class Child:
    """A running child and what is on its way to and from it."""

    def __init__(self, program: str, limits: Limits) -> None:
        self._limits = limits
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                # -P: nothing that lies in the current directory is imported
                [sys.executable, "-P", "-m", program, str(limits.memory), str(limits.seconds)],
                stdin=theirs.fileno(), stdout=theirs.fileno(), start_new_session=True,
            )  # fmt: skip
        self._socket.setblocking(False)
        self._outgoing: deque[memoryview] = deque()
        self._incoming = bytearray()
        self._is_ready = False
        self.spent = 0.0  # seconds of processor time, on the last answer
        self._finalizer = weakref.finalize(self, _end, self._process, self._socket)

    def ask(self, what: bytes, about: dict[str, Any], octets: bytes = b"") -> None:
        """Put a question: of what kind, what there is to know besides, and the octets of a message."""
        told = json.dumps(about).encode()
        head = QUESTION.pack(what, len(told), len(octets))
        self._outgoing += [memoryview(one) for one in (head + told, octets) if one]

    def wait_until_ready(self) -> None:
        """Return when it has started. Raises PortalError if it does not."""
        deadline = time.monotonic() + LONGEST_START
        while not self._is_ready:
            if time.monotonic() >= deadline:
                raise PortalError("A child that works on messages does not start")
            self._exchange(deadline - time.monotonic())
            self._take_answer()

    def answer(self, until: float | None) -> bytes | Failure | None:
        """The answer to the oldest question; None if it is not there in time. Raises Ended."""
        was_ready = self._is_ready
        deadline = time.monotonic() + (self._limits.patience if was_ready else LONGEST_START)
        while (answer := self._take_answer()) is None:
            now = time.monotonic()
            if self._is_ready and not was_ready:
                was_ready, deadline = True, now + self._limits.patience
            if until is not None and now >= until:
                return None
            if now >= deadline:
                raise Ended(f"was not read in {self._limits.patience:g} s")
            self._exchange(min(deadline, deadline if until is None else until) - now)
        self._exchange(0)  # so that it has something to read while we are away
        return answer

    def end(self) -> None:
        """End the process; it is no error if it has ended."""
        self._finalizer()

    def _take_answer(self) -> bytes | Failure | None:
        if not self._is_ready and self._incoming:
            del self._incoming[: len(READY)]
            self._is_ready = True
        if len(self._incoming) < ANSWER.size:
            return None
        is_done, spent, size = ANSWER.unpack_from(self._incoming)
        if size > LONGEST_ANSWER:
            raise Ended("made the child answer at too great a length")
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
                    raise Ended(self._why_ended())
                self._incoming += piece
        except BlockingIOError:
            return
        except ConnectionError:
            raise Ended(self._why_ended()) from None

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
            raise PortalError(f"A child that works on messages does not start (exit code {code})")
        if code == -signal.SIGPROF:
            return f"took more than {self._limits.seconds:g} s of processor time"
        return f"ended the child that read it (exit code {code})"


def _end(process: "subprocess.Popen[bytes]", connection: socket.socket) -> None:
    connection.close()
    process.kill()
    process.wait()
