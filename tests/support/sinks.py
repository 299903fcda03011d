"""Places where mail ends: Postfix's smtp-sink, and a relay that does as a script says."""

import asyncio
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from support.servers import find_program, free_port
from support.waiting import eventually

Script = Callable[[str, str, int], str | None]  # stage, recipient, how often it was tried -> reply, or None for 250
STUCK = "stuck"  # instead of a reply to DATA: say nothing until it is let go
LOST = "lost"  # instead of a reply: end the connection


def failing_for(seconds: float, stage: str, reply: str) -> Script:
    """A relay that says this at a stage for so long, and then takes everything."""
    until = time.monotonic() + seconds
    return lambda at, to, tried: reply if at == stage and time.monotonic() < until else None


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def smtp_sink(*options: str) -> Iterator[int]:
    """Postfix's own sink on a free port: accepts everything, keeps nothing."""
    program, port = find_program("smtp-sink"), free_port()
    process = subprocess.Popen([program, *options, "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        eventually(lambda: is_open(port))
        yield port
    finally:
        process.kill()
        process.wait()


@dataclass
class ScriptedRelay:
    """A relay on the loopback that keeps what it took, and fails when its script says so."""

    script: Script = lambda stage, recipient, tried: None
    received: list[Envelope] = field(default_factory=list)
    tries: "Counter[tuple[str, str]]" = field(default_factory=Counter)
    connections: int = 0
    lets_in: int = 1_000  # sessions at a time
    let_go: threading.Event = field(default_factory=threading.Event)
    sessions: list[SMTP] = field(default_factory=list)

    def say(self, octets: bytes) -> None:
        """Say this in every session that is open, though nobody asked."""
        self._do_in_each(lambda transport: transport.write(octets))

    def hang_up(self) -> None:
        self._do_in_each(lambda transport: transport.close())

    def _do_in_each(self, do: Callable[[Any], None]) -> None:
        async def do_all() -> None:
            for server in self.sessions:
                if server.transport is not None:
                    do(server.transport)
            for _ in range(3):  # until what was begun is done
                await asyncio.sleep(0)

        if self.sessions:
            asyncio.run_coroutine_threadsafe(do_all(), self.sessions[0].loop).result()

    def recipients(self) -> "Counter[str]":
        return Counter(envelope.rcpt_tos[0] for envelope in list(self.received))

    def _reply(self, stage: str, recipient: str) -> str | None:
        self.tries[stage, recipient] += 1
        return self.script(stage, recipient, self.tries[stage, recipient])

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        if sum(one.transport is not None for one in self.sessions) >= self.lets_in:
            return ["421 4.7.0 Too many connections"]
        self.connections += 1
        self.sessions.append(server)
        session.host_name = hostname
        return [*responses[:-1], *(f"250-X-LINE-{n}" for n in range(6)), "250-PIPELINING", responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._reply("MAIL", ""):
            return _say(server, refusal)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._reply("RCPT", address):
            return _say(server, refusal)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        if refusal := self._reply("DATA", recipient):
            if refusal != STUCK:
                return _say(server, refusal)
            while not self.let_go.is_set():
                await asyncio.sleep(0.02)
        self.received.append(envelope)
        if self._reply("AFTER", recipient) == LOST:
            await server.push("250 2.0.0 Taken")
            assert server.transport is not None
            server.transport.close()  # an abort could take the reply along
            raise ConnectionResetError
        return "250 2.0.0 Taken"


@contextmanager
def babbling_relay(*replies: bytes, pause: float = 0.0) -> Iterator[int]:
    """The port of a relay that says this at each connection, one octet after each pause, whatever it is told."""
    stop = threading.Event()

    def babble(connection: socket.socket) -> None:
        pieces = [bytes([octet]) for octet in b"".join(replies)] if pause else replies
        with connection, suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
                if stop.wait(pause) or not (pause or connection.recv(1_000)):
                    return
            while connection.recv(1_000):
                pass

    def listen(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threading.Thread(target=babble, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=listen, args=[server], daemon=True).start()
        yield server.getsockname()[1]
        stop.set()


class Doorman(Controller):
    """A controller that can speak TLS from the start."""

    def _trigger_server(self) -> None:
        """Knock: aiosmtpd's own knock would use the server's side of TLS for the client's."""
        socket.create_connection((self.hostname, self.port), 5).close()


def _say(server: SMTP, reply: str) -> str:
    if reply == LOST:
        assert server.transport is not None
        server.transport.abort()
        raise ConnectionResetError
    return reply


@contextmanager
def scripted_relay(
    script: Script = lambda stage, recipient, tried: None, port: int = 0, **more: Any
) -> Iterator[tuple[ScriptedRelay, int]]:
    """A running scripted relay and its port."""
    relay, port = ScriptedRelay(script), port or free_port()
    with running(relay, port, **more):
        yield relay, port


@contextmanager
def running(relay: ScriptedRelay, port: int, **more: Any) -> Iterator[None]:
    """The relay is there until the block ends, its sessions too."""
    controller = Doorman(relay, hostname="127.0.0.1", port=port, ssl_context=more.pop("implicit_tls", None), **more)
    controller.start()
    try:
        yield
    finally:
        closed = threading.Event()  # nobody comes in any more; a server is closed by its own thread alone
        controller.loop.call_soon_threadsafe(lambda: (controller.server.close(), closed.set()))
        closed.wait()
        relay.hang_up()
        relay.sessions.clear()
        controller.stop()
