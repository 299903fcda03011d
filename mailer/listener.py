"""The listener: SMTP and LMTP (RFC 5321, RFC 2033). Answers 250 when a message is durable, never before."""

import asyncio
import re
import secrets
import shutil
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from email.errors import HeaderParseError
from functools import partial
from pathlib import Path
from typing import Any, Literal

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import BaseModel, Field, field_validator, model_validator

from mailer import sender_policy
from mailer.arrivals import Handover, Intake
from mailer.turnstile import Turnstile, network_between
from tickets.parts import has_odd_line_ends
from tickets.portal import Portal
from tickets.quotas import USUAL, Quotas
from tickets.store import Clock

log = structlog.get_logger()

MOST_RECIPIENTS = 100
LEAST_FREE = 200_000_000  # octets; less, or less than a twentieth, and new mail is put off
READ_AT_ONCE = 262_144  # octets of a message; also the longest line, which no mail program minds
LONGEST_CLIENT, LONGEST_HELO = 64, 255
MOST_JUNK = 100  # commands that are none, in one session
COMMAND_LIMITS = {"NOOP": 100, "RSET": 1_000, "VRFY": 20, "EXPN": 20, "HELP": 20, "AUTH": 10, "*": 1_000_000}
PATH = re.compile(r"<([^<>\s\"]*)>\s*(.*)", re.DOTALL)
SIZE = re.compile(r"\bSIZE=(\d+)", re.IGNORECASE)

TAKEN = "250 2.0.0 Taken"
UNKNOWN = "550 5.1.1 No such list or ticket"
NO_PATH = "553 5.1.7 A return path is printable text"
TOO_LARGE = "552 5.3.4 Message too large"
ODD_LINE_ENDS = "550 5.6.0 Bare CR, LF or NUL in the header section"
TOO_MANY = f"452 4.5.3 At most {MOST_RECIPIENTS} recipients"
NO_ROOM = "452 4.3.1 No room at the moment, try again"
NO_COMMAND = "500 5.5.1 Not a command"
ENOUGH = "421 4.7.0 Too much that is no command, goodbye"


class Listen(BaseModel, frozen=True, extra="forbid"):
    """The `[listen]` section: where mail is taken in, as host:port."""

    smtp: str | None = "127.0.0.1:8025"
    lmtp: str | None = None
    certificate: Path | None = None  # PEM; with it, STARTTLS is offered
    key: Path | None = None
    max_size: int = Field(36_700_160, gt=0)  # octets
    authserv_id: str | None = None  # whose Authentication-Results are believed
    verify: bool | Literal["dmarc"] = False  # check authors ourselves: for a portal with no mail server in front
    feedback_addresses: tuple[str, ...] = ()  # of services whose complaints count (RFC 5965)

    @property
    def has_judge(self) -> bool:
        """Whether anybody says of an author that it is who From names: a server in front, or we ourselves."""
        return bool(self.authserv_id or self.verify)

    @field_validator("smtp", "lmtp")
    @classmethod
    def host_and_port(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[^\s]+:\d{1,5}", value):
            raise ValueError(f"{value!r} is not host:port, as in 127.0.0.1:8025")
        return value or None

    @field_validator("feedback_addresses")
    @classmethod
    def whole_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if not re.fullmatch(r"[^\s@]+@[^\s@]+", address):
                raise ValueError(f"{address!r} is no address, as in feedback@example.org")
        return tuple(address.lower() for address in value)

    @field_validator("verify")
    @classmethod
    def with_its_library(cls, value: bool | str) -> bool | str:
        if value == "dmarc" and not sender_policy.is_installed():
            raise ValueError("'dmarc' needs a library more: pip install 'dialogportal[dmarc]'; true checks DKIM alone")
        return value

    @model_validator(mode="after")
    def with_one_judge(self) -> "Listen":
        if self.verify == "dmarc" and self.authserv_id:
            raise ValueError(
                "verify = 'dmarc' judges the server that connects, and authserv_id says that it is one of yours: "
                "set one of them"
            )
        return self


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

    def run(self, stop: threading.Event) -> None:
        """Take mail until told to stop; sessions under way are cut off, which loses nothing."""
        try:
            asyncio.run(self._serve(stop))
        except OSError as error:
            self._fault = error
            self.ready.set()

    def wait_until_open(self, patience: float) -> None:
        """Return when both doors are open. Raises OSError if a port cannot be had, TimeoutError if it takes longer."""
        if not self.ready.wait(patience):
            raise TimeoutError("The mail doors did not open")
        if self._fault:
            raise self._fault

    async def _serve(self, stop: threading.Event) -> None:
        loop = asyncio.get_running_loop()
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
        for server in servers:
            server.close()

    async def _open(self, loop: asyncio.AbstractEventLoop, door: type[SMTP], place: str) -> asyncio.Server:
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
        return await loop.create_server(make, host.strip("[]"), int(port), backlog=512)

    def _tls(self) -> ssl.SSLContext | None:
        if self._settings.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._settings.certificate, self._settings.key)
        return context


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
        self.turnstile = Turnstile(sessions_per_client)

    def has_room(self) -> bool:
        usage = shutil.disk_usage(self._portal.data_dir)
        return usage.free >= min(LEAST_FREE, usage.total / 20)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, offers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [offer for offer in offers if not offer.startswith("250-AUTH")]  # nobody logs in here

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.has_room():
            log.error("disk almost full, new mail is put off")
            return NO_ROOM
        if not address.isprintable():  # undecoded octets are not either, and no database takes them
            return NO_PATH
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        if not self._recalls(address) and not await asyncio.to_thread(self._is_known, address):
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def take(self, session: Session, envelope: Envelope, door: str) -> None:
        """Return when the message is durable for all its recipients; raises whatever prevented that."""
        handover = self._handover(envelope, tuple(envelope.rcpt_tos), door)
        handover = replace(handover, client=_client_of(session), helo=_helo_of(session))
        await asyncio.wrap_future(self._intake.submit(handover))

    async def take_apart(self, envelope: Envelope) -> list[str]:
        """One reply per recipient (RFC 2033 4.2): each is taken for itself."""
        futures = [
            asyncio.wrap_future(self._intake.submit(self._handover(envelope, (recipient,), "lmtp")))
            for recipient in envelope.rcpt_tos
        ]
        results = await asyncio.gather(*futures, return_exceptions=True)
        return [trouble(result) if isinstance(result, BaseException) else TAKEN for result in results]

    def _handover(self, envelope: Envelope, recipients: tuple[str, ...], door: str) -> Handover:
        octets, return_path = envelope.original_content, envelope.mail_from
        assert octets is not None
        assert return_path is not None
        return Handover(octets, return_path.strip("<>"), recipients, door, self._clock())

    async def handle_exception(self, error: Exception) -> str:
        return trouble(error)


def _client_of(session: Session) -> str | None:
    return str(session.peer[0])[:LONGEST_CLIENT] if session.peer else None


def _helo_of(session: Session) -> str | None:
    helo = str(session.host_name or "")[:LONGEST_HELO]
    return helo if helo and helo.isprintable() else None


def trouble(error: BaseException) -> str:
    """The reply to our own trouble: the peer keeps the message and learns nothing but a number to ask about."""
    incident = secrets.token_hex(4)
    log.error("session in trouble", incident=incident, error=type(error).__name__, exc_info=error)
    return f"451 4.3.0 Trouble on our side, try again; incident {incident}"


class Commands(dict[str, Any]):
    """What is done at each command, and at one that is none: the library's own answer to that is rude after five."""

    def __init__(self, known: dict[str, Any], otherwise: Any) -> None:
        super().__init__(known)
        self._otherwise = otherwise

    def get(self, command: str, _default: Any = None) -> Any:
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
        self._network = ""
        self._smtp_methods = Commands(self._smtp_methods, self._not_a_command)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._original_transport is None:
            assert isinstance(transport, asyncio.Transport)
            self._network = self._find_network(transport)
            if refusal := self.event_handler.turnstile.let_in(self._network):
                transport.write(refusal)
                transport.close()
        super().connection_made(transport)

    def _find_network(self, transport: asyncio.Transport) -> str:
        return network_between(transport.get_extra_info("peername"), transport.get_extra_info("sockname"))

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.turnstile.let_out(self._network)
        super().connection_lost(error)

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
        declared = SIZE.search(arg or "")
        if declared and int(declared.group(1)) > (self.data_size_limit or 0):
            await self.push(TOO_LARGE)
            return
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Need RCPT first")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes no argument")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        octets = await self._read_message()
        if octets is None or has_odd_line_ends(octets):
            await self._refuse(TOO_LARGE if octets is None else ODD_LINE_ENDS, len(self.envelope.rcpt_tos))
        else:
            self.envelope.original_content = octets
            await self._take(self.envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def _read_message(self) -> bytes | None:
        """The octets of a message, dots taken off (RFC 5321 4.5.2); None, all read, if there are too many."""
        buffer: Any = self._reader._buffer  # type: ignore[attr-defined]
        buffer[:0] = b"\r\n"  # so that the end is found even where it is the first line
        pieces: list[bytes] = []
        size = 0
        ended = False
        while not ended:
            try:
                piece = await self._reader.readuntil(b"\r\n.\r\n")
                ended = True
            except asyncio.LimitOverrunError as overrun:
                piece = await self._reader.read(overrun.consumed)
            size += len(piece)
            if size <= (self.data_size_limit or size):
                pieces.append(piece)
            else:
                pieces.clear()
        if size > (self.data_size_limit or size):
            return None
        return b"".join(pieces)[:-3].replace(b"\r\n.", b"\r\n")[2:]

    async def _take(self, envelope: Envelope) -> None:
        assert self.session is not None
        await self.event_handler.take(self.session, envelope, self.door)
        await self.push(TAKEN)

    async def _refuse(self, status: str, _recipients: int) -> None:
        await self.push(status)


class LmtpDoor(SmtpDoor, LMTP):
    """LMTP: one reply after DATA for each recipient that was accepted."""

    door = "lmtp"

    def _find_network(self, _transport: asyncio.Transport) -> str:
        return ""  # LMTP is spoken by one's own mail server alone

    async def _take(self, envelope: Envelope) -> None:
        for status in await self.event_handler.take_apart(envelope):
            await self.push(status)

    async def _refuse(self, status: str, recipients: int) -> None:
        for _ in range(recipients):
            await self.push(status)
