"""The door: connections to the pages, of which none keeps others out, however slow or idle it is.

A request's head has to come in its time; a body and an answer may take as long as they get on. Where all places are
taken, or all of one network, whoever has been there longest for nothing leaves.
"""

import re
import socket
import time
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.utilities import RequestEntityTooLarge

from tickets.people.quotas import network_between

MOST = 400  # connections
LONGEST_HEAD = 15.0  # seconds, from its first octet
LONGEST_REST = 60.0  # seconds between two requests
LONGEST_SILENCE = 30.0  # seconds in which nothing of a body comes, or of an answer is taken


WITH_FILES = re.compile(r"/ask|/t/[A-Za-z0-9]+-\d+/reply|/desk/[A-Za-z0-9]+-\d+/answer|/admin/sheets")
LARGEST_BODY = 500_000  # octets; no form without files has more


def takes_files(path: str) -> bool:
    """Whether a form may be sent to this path with files."""
    return WITH_FILES.fullmatch(path) is not None


class Head(HTTPRequestParser):  # type: ignore[misc]
    """A request as it comes in: large ones are taken from browsers that may be logged in, for forms with files."""

    error: Any

    def received(self, data: bytes) -> int:
        """Take octets of a request; how many. What is too large for its page is not taken to its end."""
        taken = int(super().received(data))
        is_large = max(self.content_length, self.body_bytes_received) >= LARGEST_BODY
        if is_large and self.headers_finished and self.error is None and not self._may_be_large():
            self.error, self.completed = RequestEntityTooLarge(f"more than {LARGEST_BODY} octets"), True
        return taken

    def _may_be_large(self) -> bool:
        return takes_files(str(self.path)) and "portal=" in self.headers.get("COOKIE", "")


class Connection(HTTPChannel):  # type: ignore[misc]
    """A client's connection, and since when it keeps its place."""

    server: "Door"
    parser_class = Head

    def __init__(self, server: "Door", connection: socket.socket, *parts: Any, **named: Any) -> None:
        self.network = server.network_of(connection)
        self.rests_since = time.time()
        self._head_since: float | None = None
        self._stuck_since: float | None = None
        super().__init__(server, connection, *parts, **named)
        server.make_room_for(self)

    @property
    def waits_since(self) -> float:
        """Since when the connection occupies a place: its request's beginning, or the last answer."""
        return self.rests_since if self._head_since is None else self._head_since

    def received(self, data: bytes) -> bool:
        """Take octets of a request, and note when its first one came."""
        if self._head_since is None:
            self._head_since = time.time()
        is_taken = bool(super().received(data))
        if self.request is None:  # whole, or nothing but line ends
            self._head_since = None
        return is_taken

    def service(self) -> None:
        """Answer the request; the connection rests from then on."""
        super().service()
        self.rests_since = time.time()

    def is_overdue(self, now: float) -> bool:
        """Whether it has had its time; a request that is being answered takes ours."""
        if self._is_stuck(now):
            return True
        if self.requests or self.total_outbufs_len:
            return False
        if self.request is not None and self.request.headers_finished:
            return bool(now > self.last_activity + LONGEST_SILENCE)
        return now > self.waits_since + (LONGEST_REST if self._head_since is None else LONGEST_HEAD)

    def _is_stuck(self, now: float) -> bool:
        """Whether nobody takes the answer that waits to be sent."""
        if not self.total_outbufs_len:
            self._stuck_since = None
        elif self._stuck_since is None or self.last_activity > self._stuck_since:
            self._stuck_since = now
        return self._stuck_since is not None and now - self._stuck_since > LONGEST_SILENCE


class Door(TcpWSGIServer):  # type: ignore[misc]
    """A port where pages are served."""

    channel_class = Connection

    def __init__(self, app: Any, most_per_network: int, adjustments: Adjustments, **parts: Any) -> None:
        """`most_per_network` of 0 is no limit. A proxy that is trusted brings everybody, and has none either."""
        self._most_per_network = most_per_network
        super().__init__(app, adj=adjustments, **parts)

    def network_of(self, connection: socket.socket) -> str:
        """Where a client comes from; empty for the proxy in front and for this very host."""
        try:
            peer, here = connection.getpeername(), connection.getsockname()
        except OSError:  # gone already
            return ""
        return "" if self.adj.trusted_proxy in ("*", peer[0]) else str(network_between(peer, here))

    def make_room_for(self, newest: Connection) -> None:
        """Close the connection that has waited longest, if there is one too many with this."""
        everybody: list[Connection] = list(self.active_channels.values())
        if len(everybody) > MOST:
            _close_longest(everybody)
        of_network = [one for one in everybody if one.network == newest.network and one.connected]
        if newest.network and 0 < self._most_per_network < len(of_network):
            _close_longest(of_network)

    def maintenance(self, now: float) -> None:
        """Close whatever has had its time; called every second."""
        for connection in list(self.active_channels.values()):
            if connection.is_overdue(now):
                connection.handle_close()


def _close_longest(connections: list[Connection]) -> None:
    """Close the one that waits longest of those whose request is not being answered."""
    waiting = [one for one in connections if not one.requests]
    if waiting:
        min(waiting, key=lambda one: one.waits_since).handle_close()
