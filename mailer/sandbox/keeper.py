"""The keeper: has files taken out of messages in a child process, for whoever stores them or is to hand one out now."""

import binascii
import struct
import threading
from collections.abc import Collection

import structlog

from mailer.sandbox.children import Child, Ended, Limits
from mailer.sandbox.framing import KEEP, unpack_kept
from tickets.portal import Portal
from tickets.post import KeptFile

log = structlog.get_logger()

PROGRAM = "mailer.sandbox.keeping_child"
# Keys are looked for in every octet of a file, which takes 0.2 s a megabyte, and in several forms of it at once
GENEROUS = Limits(memory=1_000_000_000, seconds=60.0, patience=240.0)


class Keeper:
    """Takes files out of messages, one message at a time, in a child that starts with the first of them."""

    def __init__(self, portal: Portal, limits: Limits = GENEROUS) -> None:
        self._portal, self._limits = portal, limits
        self._child: Child | None = None
        self._turn = threading.Lock()

    def keep(self, octets: bytes, numbers: Collection[int]) -> dict[int, KeptFile]:
        """How the files at these positions of a message are kept; of one that nobody can look into, nothing.

        Raises PortalError if no child can be started: no message is at fault then.
        """
        kept = self._ask(octets, numbers)
        if kept is None and len(numbers) > 1:  # one of them is to blame, and not the others
            each = [self._ask(octets, [number]) for number in numbers]
            return {number: file for one in each for number, file in (one or {}).items()}
        return kept or {}

    def take_out(self, octets: bytes, number: int) -> bytes | None:
        """One file of a message as any reader may have it; None if nobody can look into it, or it is not there.

        Raises PortalError if no child can be started.
        """
        file = self.keep(octets, [number]).get(number)
        self.close()
        if file is None:
            return None
        if file.start is None:
            return file.octets
        written = octets[file.start : file.start + file.length]
        return binascii.a2b_base64(written) if file.is_base64 else written

    def close(self) -> None:
        """End the child and give back what it took; the next message starts another."""
        with self._turn:
            self._end()

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _ask(self, octets: bytes, numbers: Collection[int]) -> dict[int, KeptFile] | None:
        about = {"numbers": sorted(numbers), "domain": self._portal.domain, "base_url": self._portal.base_url}
        with self._turn:
            self._child = self._child or Child(PROGRAM, self._limits)
            try:
                self._child.ask(KEEP, about, octets)
                answer = self._child.answer(None)
                if isinstance(answer, bytes):
                    return unpack_kept(answer)
                log.error("files could not be taken out of a message")  # why, may quote them
            except (Ended, struct.error, ValueError) as end:
                log.error("taking files out of a message ended the child", reason=str(end))
                self._end()
            return None
