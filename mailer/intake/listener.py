"""The listener: SMTP and LMTP (RFC 5321, RFC 2033). Answers 250 when a message is durable, never before."""

import asyncio
import re
import secrets
import shutil
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from email.errors import HeaderParseError
from functools import partial
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from mailer.intake.arrivals import Handover, Intake
from mailer.intake.door_certificate import DoorCertificate
from mailer.intake.entrances import Listen
from mailer.intake.spool import END, LINE_END, Scales, Spool
from mailer.intake.turnstile import Turnstile
from mailer.mime.header_section import has_odd_line_ends
from tickets.database.outages import Outage
from tickets.database.store import Clock
from tickets.errors import DoorShut, StorageTrouble
from tickets.people.quotas import USUAL, Quotas, network_between
from tickets.portal import Portal

log = structlog.get_logger()

MOST_RECIPIENTS = 100
LEAST_FREE = 200_000_000  # octets; less, or less than a twentieth, and new mail is put off
READ_AT_ONCE = 262_144  # octets of a message; also the longest line, which no mail program minds
LONGEST_CLIENT, LONGEST_HELO = 64, 255
LONGEST_COMMAND, LONGEST_SILENCE = 300.0, 180.0  # seconds, for a command, and within a message (RFC 5321 4.5.3.2)
LONGEST_FAREWELL = 5.0  # seconds that a last word may take to be sent
LEAST_RATE = 100  # octets a second of a message; who sends less counts as idle while others wait for a place
MOST_JUNK = 100  # commands that are none, in one session
COMMAND_LIMITS = {"NOOP": 100, "RSET": 1_000, "VRFY": 20, "EXPN": 20, "HELP": 20, "AUTH": 10, "*": 1_000_000}
PATH = re.compile(r"<([^<>\s\"]*)>\s*(.*)", re.DOTALL)
SIZE = re.compile(r"\bSIZE=(\d+)", re.IGNORECASE)

MOST_TOLD = 10  # numbers in a reply
TAKEN = "250 2.0.0 Taken"
UNKNOWN = "550 5.1.1 No such list or ticket"
NO_PATH = "553 5.1.7 A return path is printable text"
TOO_LARGE = "552 5.3.4 Message too large"
ODD_LINE_ENDS = "550 5.6.0 Bare CR, LF or NUL in the header section"
TOO_MANY = f"452 4.5.3 At most {MOST_RECIPIENTS} recipients"
NO_ROOM = "452 4.3.1 No room at the moment, try again"
NO_COMMAND = "500 5.5.1 Not a command"
LATE = b"421 4.4.2 You took too long, goodbye\r\n"
ENOUGH = "421 4.7.0 Too much that is no command, goodbye"


class Listener:
    """Both doors, in one event loop of the thread that runs them.

    `is_known` may ask the database, and is asked in a thread; `recalls` knows most addresses at once.
    """

    def __init__(
        self,
        settings: Listen,
        portal: Portal,
        intake: Intake,
        is_known: Callable[[str], bool],
        clock: Clock,
        recalls: Callable[[str], bool] = lambda _address: False,
        quotas: Quotas = USUAL,
    ) -> None:
        self._settings = settings
        self._doorkeeper = Doorkeeper(portal, intake, is_known, clock, recalls, quotas.sessions_per_client)
        self._hostname = portal.domain
        self.smtp_port: int | None = None
        self.lmtp_port: int | None = None
        self.ready = threading.Event()
        self._fault: OSError | None = None
        self._certificate: DoorCertificate | None = None

    def run(self, stop: threading.Event) -> None:
        """Take mail until told to stop; sessions under way are cut off, which loses nothing."""
        try:
            asyncio.run(self._serve(stop))
        except OSError as error:
            self._fault = error
            self.ready.set()

    def wait_until_open(self, patience: float) -> None:
        """Return when both doors are open. Raises DoorShut if a port cannot be had, TimeoutError if it takes longer."""
        if not self.ready.wait(patience):
            raise TimeoutError("The mail doors did not open")
        if self._fault:
            raise self._fault

    async def _serve(self, stop: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(tell_of_connection)
        settings, servers = self._settings, []
        if settings.smtp:
            servers.append(await self._open(loop, SmtpDoor, settings.smtp))
            self.smtp_port = servers[-1].sockets[0].getsockname()[1]
        if settings.lmtp:
            servers.append(await self._open(loop, LmtpDoor, settings.lmtp))
            self.lmtp_port = servers[-1].sockets[0].getsockname()[1]
        self.ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.2)
            if self._certificate:
                self._certificate.follow()
        for server in servers:
            server.close()

    async def _open(self, loop: asyncio.AbstractEventLoop, door: type["SmtpDoor"], place: str) -> asyncio.Server:
        host, _, port = place.rpartition(":")
        make = partial(
            door,
            self._doorkeeper,
            data_size_limit=self._settings.max_size,
            enable_SMTPUTF8=True,
            hostname=self._hostname,
            ident="dialogportal",
            tls_context=self._tls(),
            command_call_limit=COMMAND_LIMITS,
            loop=loop,
        )
        try:
            return await loop.create_server(make, host.strip("[]"), int(port), backlog=512)
        except OSError as error:
            raise DoorShut(f"[listen] {door.door}", place, error) from error

    def _tls(self) -> ssl.SSLContext | None:
        if self._settings.certificate and self._certificate is None:
            self._certificate = DoorCertificate(self._settings.certificate, self._settings.key)
        return self._certificate.context if self._certificate else None


def tell_of_connection(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log a failed connection or handshake in a line, and any other error that nobody caught in full."""
    error = context.get("exception")
    if isinstance(error, ssl.SSLError | ConnectionError | TimeoutError):
        log.warning("a client's connection failed", error=f"{type(error).__name__}: {error}")
    else:
        loop.default_exception_handler(context)


class Doorkeeper:
    """Says of each recipient and message whether it is taken; keeps no message it has not handed on."""

    def __init__(
        self,
        portal: Portal,
        intake: Intake,
        is_known: Callable[[str], bool],
        clock: Clock,
        recalls: Callable[[str], bool],
        sessions_per_client: int,
    ) -> None:
        self._portal, self._intake, self._clock = portal, intake, clock
        self._is_known, self._recalls = is_known, recalls
        # One's own mail server hands over by LMTP, whoever crowds the other door
        self.turnstiles = {"smtp": Turnstile(sessions_per_client), "lmtp": Turnstile(0)}
        self.scales = Scales()
        self.disk = Outage(of="disk")

    def make_spool(self, most: int | None) -> Spool:
        """A place for a message that comes in; `most` is its largest size in octets."""
        return Spool(self._portal.data_dir, most)

    def has_room(self) -> bool:
        """Whether the disk has room for more mail."""
        usage = shutil.disk_usage(self._portal.data_dir)
        return usage.free >= min(LEAST_FREE, usage.total / 20)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, offers: list[str]
    ) -> list[str]:
        """Offer everything but logging in."""
        session.host_name = hostname
        return [offer for offer in offers if not offer.startswith("250-AUTH")]  # nobody logs in here

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL FROM: 4yz where the disk is almost full."""
        if not self.has_room():
            self.disk.fails("almost full, new mail is put off", writes=True)
            return NO_ROOM
        self.disk.works(writes=True)
        if not address.isprintable():  # undecoded octets are not either, and no database takes them
            return NO_PATH
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT TO: 550 where nothing lives, 4yz where that cannot be found out now."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        if not self._recalls(address) and not await asyncio.to_thread(self._is_known, address):
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def take(self, session: Session, envelope: Envelope, door: str) -> str:
        """The reply once the message is durable for all its recipients; raises whatever prevented that."""
        handover = self._handover(envelope, tuple(envelope.rcpt_tos), door)
        handover = replace(handover, client=_client_of(session), helo=_helo_of(session))
        return _taken(handover, await asyncio.wrap_future(self._intake.submit(handover)))

    async def take_apart(self, envelope: Envelope) -> list[str]:
        """One reply per recipient (RFC 2033 4.2): each is taken for itself."""
        handovers = [self._handover(envelope, (recipient,), "lmtp") for recipient in envelope.rcpt_tos]
        futures = [asyncio.wrap_future(self._intake.submit(handover)) for handover in handovers]
        results = await asyncio.gather(*futures, return_exceptions=True)
        return [
            trouble(result) if isinstance(result, BaseException) else _taken(handover, result)
            for handover, result in zip(handovers, results, strict=True)
        ]

    def _handover(self, envelope: Envelope, recipients: tuple[str, ...], door: str) -> Handover:
        octets, return_path = envelope.original_content, envelope.mail_from
        assert octets is not None
        assert return_path is not None
        return Handover(octets, return_path.strip("<>"), recipients, door, self._clock())

    async def handle_exception(self, error: Exception) -> str:
        """The reply to an error of our own: 451, so that the sender keeps the message."""
        return trouble(error)


def _taken(handover: Handover, numbers: list[int]) -> str:
    """The reply to a message that was taken, with the number by which the operator finds it."""
    for number in numbers:  # not for whom: the address of a reply is its reader's own
        log.info("taken", number=number, door=handover.door, octets=len(handover.octets))
    return f"{TAKEN} as {', '.join(map(str, numbers[:MOST_TOLD]))}"


def _client_of(session: Session) -> str | None:
    return str(session.peer[0])[:LONGEST_CLIENT] if session.peer else None


def _helo_of(session: Session) -> str | None:
    helo = str(session.host_name or "")[:LONGEST_HELO]
    return helo if helo and helo.isprintable() else None


def trouble(error: BaseException) -> str:
    """The reply to our own trouble: the peer keeps the message and learns nothing but a number to ask about."""
    incident = secrets.token_hex(4)
    if isinstance(error, StorageTrouble):
        return "451 4.3.0 Trouble on our side, try again"  # everybody's: the store tells of it once
    if isinstance(error, TLSSetupException | ssl.SSLError | ConnectionError):
        log.warning("a client's connection failed", error=str(error.__cause__ or error) or type(error).__name__)
    else:
        log.error("session in trouble", incident=incident, error=type(error).__name__, exc_info=error)
    return f"451 4.3.0 Trouble on our side, try again; incident {incident}"


class Commands(dict[str, Any]):
    """The methods of SMTP's commands, with one for unknown commands: the library's own is rude after five."""

    def __init__(self, known: dict[str, Any], otherwise: Any) -> None:
        super().__init__(known)
        self._otherwise = otherwise

    def get(self, command: str, _default: Any = None) -> Any:
        """The method of a command; for one that is unknown, the method that refuses it."""
        return super().get(command, self._otherwise)


class SmtpDoor(SMTP):
    """aiosmtpd's protocol with what a busy, careful door needs besides.

    Messages are read in large pieces instead of line by line, and only CRLF.CRLF ends one: no variant of it
    can smuggle a second message in (CVE-2023-51764 and its kin).
    """

    line_length_limit = READ_AT_ONCE
    event_handler: Doorkeeper
    door = "smtp"

    def __init__(self, *parts: Any, **settings: Any) -> None:
        super().__init__(*parts, **settings)
        self._junk = 0
        self.network = ""
        self._began_at = self._heard_at = self.loop.time()
        self._received: int | None = None  # octets of the message that is coming in
        self._is_storing = False
        self._smtp_methods = Commands(self._smtp_methods, self._not_a_command)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a connection in, and make room for it if all places are taken; TLS begins no new one."""
        is_new = self._original_transport is None
        super().connection_made(transport)
        if is_new:
            assert isinstance(transport, asyncio.Transport)
            self.network = network_between(transport.get_extra_info("peername"), transport.get_extra_info("sockname"))
            if refusal := self.event_handler.turnstiles[self.door].let_in(self):
                self.show_out(refusal)

    def connection_lost(self, error: Exception | None) -> None:
        """Give the place of the connection to others."""
        self.event_handler.turnstiles[self.door].let_out(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take octets, and note when they came."""
        self._heard_at = self.loop.time()
        if self._received is not None:
            self._received += len(data)
        super().data_received(data)

    # -- time --------------------------------------------------------------------------

    def idle(self) -> float:
        """For how many seconds it has waited for a command, or for a message that comes too slowly."""
        if self._is_storing:
            return 0.0
        return self.loop.time() - self._began_at - (self._received or 0) / LEAST_RATE

    def show_out(self, farewell: bytes) -> None:
        """Say farewell and close, without waiting for the client."""
        transport = self.transport
        if isinstance(transport, asyncio.Transport):
            transport.write(farewell)
            transport.close()
            self.loop.call_later(LONGEST_FAREWELL, transport.abort)

    def _reset_timeout(self, duration: float | None = None) -> None:
        if duration is None:
            self._began_at = self.loop.time()
        super()._reset_timeout(duration or LONGEST_COMMAND)

    def _timeout_cb(self) -> None:
        """End a session whose command does not come whole in time; a message may take as long as it gets on."""
        left = self._deadline() - self.loop.time()
        if left > 0:
            self._reset_timeout(left)
        else:
            self.show_out(LATE)

    def _deadline(self) -> float:
        if self._is_storing:
            return self.loop.time() + LONGEST_COMMAND
        return self._began_at + LONGEST_COMMAND if self._received is None else self._heard_at + LONGEST_SILENCE

    async def _not_a_command(self, _arg: str | None) -> None:
        self._junk += 1
        if self._junk <= MOST_JUNK:
            await self.push(NO_COMMAND)
            return
        await self.push(ENOUGH)
        assert self.transport is not None
        self.transport.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The usual path without quotes, read without the library's slow full grammar; `<>` is the null path."""
        plain = PATH.fullmatch(arg.strip())
        if plain is None:
            try:
                found: tuple[str | None, str | None] = super()._getaddr(arg)
            except (HeaderParseError, IndexError, ValueError):
                return None, None
            return found
        return plain.group(1) or "<>", plain.group(2)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """Refuse at MAIL what its SIZE says is too large (RFC 1870 6.1)."""
        declared = SIZE.search(arg or "")
        if declared and int(declared.group(1)) > (self.data_size_limit or 0):
            await self.push(TOO_LARGE)
            return
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Take a message, onto the disk if it is large; the reply comes when it is stored."""
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Need RCPT first")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes no argument")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        with closing(self.event_handler.make_spool(self.data_size_limit)) as spool:
            await self._read_message(spool)
            await self._store(spool, self.envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def _read_message(self, spool: Spool) -> None:
        """Read on to the end of the message, whatever is kept of it."""
        buffer: Any = self._reader._buffer  # type: ignore[attr-defined]
        self._received, self._began_at = len(buffer), self.loop.time()
        self._reset_timeout(LONGEST_SILENCE)
        buffer[:0] = LINE_END  # so that the end is found even where it is the first line
        ended = False
        while not ended:
            try:
                piece = await self._reader.readuntil(LINE_END + END)
                ended = True
            except asyncio.LimitOverrunError as overrun:
                piece = await self._reader.read(overrun.consumed)
            spool.add(piece)

    async def _store(self, spool: Spool, envelope: Envelope) -> None:
        self._is_storing, self._received = True, None
        try:
            async with self.event_handler.scales.holding(0 if spool.is_too_large else spool.size):
                await self._judge(spool, envelope)
        finally:
            self._is_storing = False
            self._reset_timeout()

    async def _judge(self, spool: Spool, envelope: Envelope) -> None:
        refusal, octets = TOO_LARGE, b""
        if not spool.is_too_large:
            try:
                octets = spool.octets()
                refusal = ODD_LINE_ENDS if has_odd_line_ends(octets) else ""
            except OSError as error:
                self.event_handler.disk.fails(f"a message that came in is put off: {error}", writes=True)
                refusal = NO_ROOM
        if refusal:
            await self._refuse(refusal, len(envelope.rcpt_tos))
        else:
            envelope.original_content = octets
            await self._take(envelope)

    async def _take(self, envelope: Envelope) -> None:
        assert self.session is not None
        await self.push(await self.event_handler.take(self.session, envelope, self.door))

    async def _refuse(self, status: str, _recipients: int) -> None:
        await self.push(status)


class LmtpDoor(SmtpDoor, LMTP):
    """LMTP: one reply after DATA for each recipient that was accepted."""

    door = "lmtp"

    async def _take(self, envelope: Envelope) -> None:
        for status in await self.event_handler.take_apart(envelope):
            await self.push(status)

    async def _refuse(self, status: str, recipients: int) -> None:
        for _ in range(recipients):
            await self.push(status)
