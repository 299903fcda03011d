"""The turnstile: how many sessions are open at a mail door, and whether one more may be."""

from collections import Counter
from typing import Any

from tickets.quotas import network_of

MOST_SESSIONS = 200
LOOPBACK = ("127.", "::1", "::ffff:127.")
BUSY = b"421 4.3.2 Too many sessions, try again\r\n"
TOO_MANY_OF_YOURS = b"421 4.7.0 Too many sessions from your network, try again\r\n"


class Turnstile:
    """Counts open sessions by the network they come from; those of this very host are all counted as one's own."""

    def __init__(self, most_per_network: int) -> None:
        """`most_per_network` of 0 is no limit."""
        self._most_per_network = most_per_network
        self._sessions: Counter[str] = Counter()

    def let_in(self, network: str) -> bytes:
        """Count one more session of a network; the reply to it, if it is one too many."""
        self._sessions[network] += 1
        if self._sessions.total() > MOST_SESSIONS:
            return BUSY
        is_over = network and 0 < self._most_per_network < self._sessions[network]
        return TOO_MANY_OF_YOURS if is_over else b""

    def let_out(self, network: str) -> None:
        self._sessions[network] -= 1
        if not self._sessions[network]:
            del self._sessions[network]


def network_between(peer: Any, here: Any) -> str:
    """The network of a connection's other end, from both ends' addresses; empty if that is this very host."""
    client = str(peer[0]) if peer else ""
    is_own = client.startswith(LOOPBACK) or bool(here and client == str(here[0]))
    return "" if is_own else network_of(client)
