"""Budgets: how much looking into the files of a message may cost, and why some cannot be looked into."""

import time
from enum import StrEnum
from typing import NamedTuple

SECONDS = 1.1  # of processor time, for all files of a message together


class Obstacle(StrEnum):
    """Why a file cannot be looked into, as its sender is told."""

    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"  # or takes too long
    PACKED = "packed"  # in an archive of another kind, or too deep
    UNKNOWN = "unknown"  # of a kind that nobody here can read


class Unreadable(Exception):
    """A file that cannot be looked into; the text says why in full."""

    def __init__(self, text: str, why: Obstacle) -> None:
        super().__init__(text)
        self.why = why


class Inner(NamedTuple):
    """A file within a file."""

    name: str
    octets: bytes
    type: str = ""


class Budget:
    """Processor time that some files share."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._until = time.process_time() + seconds

    def spend(self) -> None:
        """Raise Unreadable once the time is used up."""
        if time.process_time() > self._until:
            raise Unreadable("takes too long to look into", Obstacle.TOO_LARGE)
