"""The turnstile: how many sessions are open at a mail door, and who makes room for one more."""

from collections import Counter
from typing import Protocol

MOST_SESSIONS = 200
LEAST_IDLE = 5.0  # seconds, before a session has to make room for another
BUSY = b"421 4.3.2 Too many sessions, try again\r\n"
TOO_MANY_OF_YOURS = b"421 4.7.0 Too many sessions from your network, try again\r\n"
MAKE_ROOM = b"421 4.4.2 Others wait and you are idle, goodbye\r\n"


class Visitor(Protocol):
    """A session at a door."""

    network: str  # that it comes from; empty for this very host

    def idle(self) -> float:
        """For how many seconds the session has kept its place without progress."""

    def show_out(self, farewell: bytes) -> None:
        """Say farewell and end the session."""


class Turnstile:
    """Counts open sessions by network; all sessions from this very host count as one network's.

    Where all places are taken, whoever has been idle longest leaves, so that idling keeps nobody out.
    """

    def __init__(self, most_per_network: int) -> None:
        """`most_per_network` of 0 is no limit."""
        self._most_per_network = most_per_network
        self._inside: set[Visitor] = set()
        self._of_network: Counter[str] = Counter()

    def let_in(self, visitor: Visitor) -> bytes:
        """Count one more session; the reply that turns it away, if there is no place for it."""
        network = visitor.network
        is_one_too_many = network and 0 < self._most_per_network <= self._of_network[network]
        if not is_one_too_many and len(self._inside) >= MOST_SESSIONS and not self._make_room():
            return BUSY
        if is_one_too_many:
            return TOO_MANY_OF_YOURS
        self._inside.add(visitor)
        self._of_network[network] += 1
        return b""

    def let_out(self, visitor: Visitor) -> None:
        """Count a session no more; nothing is done if it was not counted."""
        if visitor in self._inside:
            self._inside.remove(visitor)
            self._of_network[visitor.network] -= 1
            if not self._of_network[visitor.network]:
                del self._of_network[visitor.network]

    def _make_room(self) -> bool:
        idlest = max(self._inside, key=lambda visitor: visitor.idle())
        if idlest.idle() < LEAST_IDLE:
            return False
        self.let_out(idlest)
        idlest.show_out(MAKE_ROOM)
        return True
