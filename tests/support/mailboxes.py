"""A mailbox whose server misbehaves on demand: a small IMAP server (RFC 3501, RFC 2177), a thread per connection."""

import re
import select
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Whim = Callable[[str, int], str]  # command, which connection -> what to do instead of obeying; empty: obey

GREETING = b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n"
CAME = b"28-Nov-2026 08:00:00 +0100"
FIN, BYE, SILENT, SPLIT, REFUSE = "fin", "bye", "silent", "split", "refuse"


class MoodyMailbox:
    """One folder of messages, all unread; what it does at a command may depend on its whim."""

    def __init__(self, whim: Whim = lambda command, connection: "") -> None:
        self.whim = whim
        self.commands: Counter[str] = Counter()
        self.connections = 0
        self.seen: set[int] = set()
        self.said_size: int | None = None  # of each message, whatever it has
        self._messages: list[bytes] = []
        self._stop = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._server.close()

    def deliver(self, octets: bytes) -> None:
        self._messages.append(octets)

    def _listen(self) -> None:
        with suppress(OSError):
            while not self._stop.is_set():
                connection, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=[connection, self.connections], daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            connection.sendall(GREETING)
            for line in connection.makefile("rb"):
                tag, _, rest = line.decode().strip().partition(" ")
                command = rest.partition(" ")[0].upper()
                self.commands[command] += 1
                whim = self.whim(command, number)
                if command == "IDLE":
                    connection.sendall(b"+ idling\r\n")
                    self._idle(connection, whim)
                    if whim in (FIN, BYE):
                        return
                elif whim == SILENT:
                    self._stop.wait()
                elif whim == FIN:
                    return
                elif whim == BYE:
                    connection.sendall(b"* BYE going down\r\n")
                    return
                elif whim == REFUSE:
                    connection.sendall(f"{tag} NO [EXPIRED] the token is too old\r\n".encode())
                    continue
                else:
                    connection.sendall(self._obey(command, rest))
                connection.sendall(f"{tag} OK done\r\n".encode())

    def _idle(self, connection: socket.socket, whim: str) -> None:
        """Until DONE; says when something came. The client's DONE lies in the socket then."""
        known = len(self._messages)
        if whim == BYE:
            connection.sendall(b"* BYE going down\r\n")
        if whim in (FIN, BYE):
            return
        while not self._stop.is_set():
            readable, _, _ = select.select([connection], [], [], 0.05)
            if readable and whim != SILENT:
                connection.recv(100)
                return
            if whim == SILENT or len(self._messages) == known:
                continue
            known = len(self._messages)
            news = f"* {known} EXISTS\r\n".encode()
            if whim == SPLIT:
                connection.sendall(news[:6])
                self._stop.wait(0.3)
                news = news[6:]
            connection.sendall(news)

    def _obey(self, command: str, rest: str) -> bytes:
        if command == "SELECT":
            count = len(self._messages)
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT %d] x\r\n" % (count, count + 1)
        if command == "UID":
            return self._obey_uid(rest)
        return b"* CAPABILITY IMAP4rev1 IDLE\r\n" if command == "CAPABILITY" else b""

    def _obey_uid(self, rest: str) -> bytes:
        if found := re.match(r"UID SEARCH UID (\d+):(\d+|\*)( UNSEEN)?", rest, re.IGNORECASE):
            first, last = int(found[1]), len(self._messages) if found[2] == "*" else int(found[2])
            uids = [uid for uid in range(first, last + 1) if not (found[3] and uid in self.seen)]
            return f"* SEARCH {' '.join(map(str, uids))}\r\n".encode()
        if found := re.match(r"UID SEARCH UID ([\d,]+)", rest, re.IGNORECASE):
            return f"* SEARCH {found[1].replace(',', ' ')}\r\n".encode()
        if re.match(r"UID SEARCH ALL", rest, re.IGNORECASE):
            return f"* SEARCH {' '.join(str(n + 1) for n in range(len(self._messages)))}\r\n".encode()
        numbers = [int(number) for number in re.findall(r"\d+", rest.split()[2])]
        if ":" in rest.split()[2]:
            numbers = list(range(numbers[0], numbers[-1] + 1))
        if rest.upper().startswith("UID STORE"):
            self.seen.update(numbers)
            return b""
        return b"".join(self._fetch(uid, "BODY" not in rest.upper()) for uid in numbers)

    def _fetch(self, uid: int, only_size: bool) -> bytes:
        octets = self._messages[uid - 1]
        if only_size:
            return b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "%b")\r\n' % (
                uid,
                uid,
                self.said_size or len(octets),
                CAME,
            )
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, uid, len(octets), octets)
