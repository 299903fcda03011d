"""The relay: the MTA that carries our mail away, or a Maildir that keeps it where there is none."""

import asyncio
import mailbox
import os
import re
import ssl
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import aiosmtplib

from mailer.sections import Relay
from mailer.trust import NoAuthorities, tell_of_certificate, trusting

COMMAND_PATIENCE = 60.0  # seconds for a reply
DATA_PATIENCE = 600.0  # for the reply after a message (RFC 5321 4.5.3.2.6)
LONGEST_REPLY = 100  # lines
LINE_END = re.compile(rb"\r\n|\r|\n")
PLAIN = "the password of [relay] crosses the network unencrypted: set its tls to true, or its starttls to required"
NOT_IN_PATH = re.compile(r"[\x00-\x20<>\x7f]")
NOT_AVAILABLE = 421  # RFC 5321 4.2.3: about the whole service, whatever was asked
ITS_OWN_SYSTEM = "4.3."  # RFC 3463 3.4: full, going down, set up wrongly


class Fate(StrEnum):
    """What came of one attempt (RFC 5321 4.2.1)."""

    SENT = "sent"
    TRANSIENT = "transient"  # 4yz: try this one again
    PERMANENT = "permanent"  # 5yz: never
    TROUBLE = "trouble"  # the relay's: there is no session in which to hand over any letter
    UNCLEAR = "unclear"  # perhaps the relay's, perhaps this letter's: other letters tell


class Stage(StrEnum):
    """The command that a reply of the relay answers, which shows what a refusal is about."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: the relay's reply, and at which stage it came."""

    fate: Fate
    reply: str = ""
    stage: Stage | None = None  # none: no reply to this letter


Refusal = tuple[Stage, int, str]  # what was refused, the code and the words


class Carrier(Protocol):
    """One connection to the relay, kept open from letter to letter."""

    async def send(self, return_path: str, recipient: str, octets: bytes) -> Outcome:
        """Hand one letter over; failures are an outcome and raise nothing."""

    async def close(self) -> None:
        """End the connection; the carrier opens another if it is used again."""


class SmtpCarrier:
    """A connection of SMTP; opened when first needed, and again after it broke."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._conversation: Conversation | None = None

    async def send(self, return_path: str, recipient: str, octets: bytes) -> Outcome:
        """Hand a letter over; where the relay has parted from us after earlier letters, in a new session at once."""
        if NOT_IN_PATH.search(return_path + recipient):
            return Outcome(Fate.PERMANENT, "553 5.1.3 Not an address that can be written to", Stage.RECIPIENT)
        if self._conversation and not self._conversation.is_open:
            await self.close()
        try:
            conversation = self._conversation or await self._open()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return Outcome(Fate.TROUBLE, _words_of(error)[:300])
        outcome = await self._tell(conversation, return_path, recipient, octets)
        if self._conversation is None and conversation.has_served and not conversation.may_have_taken:
            return await self.send(return_path, recipient, octets)
        conversation.has_served = True
        return outcome

    async def greet(self) -> None:
        """Connect, with TLS and password as the settings say. Raises what `send` takes for the relay's trouble."""
        await self._open()
        await self.close()

    async def _tell(self, conversation: "Conversation", return_path: str, recipient: str, octets: bytes) -> Outcome:
        """What the relay makes of a letter; the conversation is closed if this is its end."""
        try:
            stage, code, words = await self._converse(conversation, return_path, recipient, octets)
        except (OSError, EOFError, ValueError) as error:
            await self.close()
            return Outcome(Fate.UNCLEAR, f"451 4.4.2 {type(error).__name__}: {error}"[:300])
        except asyncio.CancelledError:
            await self.close()
            raise
        if code == NOT_AVAILABLE:
            await self.close()
        return Outcome(_judge(stage, code, words), f"{code} {words}"[:300], stage)

    async def _converse(
        self, conversation: "Conversation", return_path: str, recipient: str, octets: bytes
    ) -> tuple[Stage, int, str]:
        async with asyncio.timeout(COMMAND_PATIENCE):
            refused = await conversation.offer(return_path, recipient)
        if refused is not None:
            return refused
        async with asyncio.timeout(DATA_PATIENCE):
            return Stage.DATA, *await conversation.give(octets)

    async def close(self) -> None:
        """End the conversation with the relay, if there is one."""
        conversation, self._conversation = self._conversation, None
        if conversation:
            conversation.close()

    async def _open(self) -> "Conversation":
        """Connect; where TLS is a wish and no password is at stake, a relay that fails at it gets plain text."""
        relay = self._relay
        starttls = {"opportunistic": None, "required": True, "never": False}[relay.starttls]
        if starttls is None and (relay.username or relay.ca_file):
            starttls = True
        if relay.tls:
            starttls = False
        try:
            client = await self._connect(starttls)
        except aiosmtplib.SMTPConnectError:
            raise
        except (aiosmtplib.SMTPException, OSError):
            if starttls is not None:
                raise
            client = await self._connect(False)
        self._conversation = Conversation(client)
        return self._conversation

    async def _connect(self, starttls: bool | None) -> aiosmtplib.SMTP:
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.tls,
            start_tls=starttls,
            tls_context=trusting(relay.ca_file) if relay.tls or starttls else None,
            # A wish for TLS hides mail from listeners and proves nobody's name
            validate_certs=relay.tls or starttls is True,
            username=relay.username,
            password=relay.password_file.read_text().strip() if relay.password_file else None,
            timeout=COMMAND_PATIENCE,
        )
        await client.connect()
        if client.last_ehlo_response is None:  # without a question about TLS nobody has greeted yet
            try:
                await client.ehlo()
            except BaseException:
                client.close()
                raise
        return client


def _judge(stage: Stage, code: int, words: str) -> Fate:
    """What a reply says of the letter; a fault of the sender's holds for all letters."""
    if code // 100 == 4 and (code == NOT_AVAILABLE or stage is Stage.SENDER or words.startswith(ITS_OWN_SYSTEM)):
        return Fate.UNCLEAR
    return {2: Fate.SENT, 5: Fate.PERMANENT}.get(code // 100, Fate.TRANSIENT)


class Replies(asyncio.StreamReader):
    """The relay's replies, and how many octets of them nobody has read yet."""

    unread = 0

    def feed_data(self, data: Any) -> None:
        """Take octets from the relay, and count those that nobody has read."""
        self.unread += len(data)
        super().feed_data(data)

    async def readline(self) -> bytes:
        """One line of a reply, with its line end."""
        line = await super().readline()
        self.unread -= len(line)
        return line


class Conversation:
    """An SMTP session after its greetings, taken over from the client that opened it.

    Commands that travel together (RFC 2920) make it several times faster than one command per round trip.
    """

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        assert isinstance(client.transport, asyncio.Transport)
        self._client = client
        self._reader = Replies()
        protocol = asyncio.StreamReaderProtocol(self._reader)
        client.transport.set_protocol(protocol)
        protocol.connection_made(client.transport)
        self._transport = client.transport
        self._pipelines = client.supports_extension("pipelining")
        self._knows_utf8 = client.supports_extension("smtputf8")
        self._is_dirty = False  # an offer was made and not taken
        self.has_served = False  # a letter before this one had its answer
        self.may_have_taken = False  # the letter in hand has left, and what became of it was not heard

    @property
    def is_open(self) -> bool:
        """Whether the session can go on; a relay that speaks unasked says good-bye."""
        reader = self._reader
        return not (self._transport.is_closing() or reader.at_eof() or reader.unread or reader.exception())

    async def offer(self, return_path: str, recipient: str) -> Refusal | None:
        """Say what comes for whom; None if the relay wants to have it, else how it refused what."""
        is_ascii = (return_path + recipient).isascii()
        if not is_ascii and not self._knows_utf8:
            return Stage.SENDER, 550, "5.6.7 The relay takes no address with letters beyond ASCII"
        self.may_have_taken = False
        if self._is_dirty:
            await self._ask(b"RSET")
        self._is_dirty = True
        sender = b"MAIL FROM:<%b>%b" % (return_path.encode(), b"" if is_ascii else b" SMTPUTF8")
        commands = [sender, b"RCPT TO:<%b>" % recipient.encode(), b"DATA"]
        return await (self._offer_together(commands) if self._pipelines else self._offer_singly(commands))

    async def _offer_singly(self, commands: list[bytes]) -> Refusal | None:
        for stage, command in zip(Stage, commands, strict=True):
            if not _is_good(reply := await self._ask(command)):
                return stage, *reply
        return None

    async def _offer_together(self, commands: list[bytes]) -> Refusal | None:
        self._transport.write(b"\r\n".join([*commands, b""]))
        refused: Refusal | None = None
        for stage in Stage:
            reply = await self._read()
            if refused and reply[0] == 354:  # data for nobody (RFC 2920 3.1)
                await self._ask(b".")
            if refused is None and not _is_good(reply):
                refused = stage, *reply
            if reply[0] == NOT_AVAILABLE:
                break
        return refused

    async def give(self, octets: bytes) -> tuple[int, str]:
        """Send a message that is wanted, and hear what becomes of it."""
        self.may_have_taken = True
        self._transport.write(to_wire(octets))
        reply = await self._read()
        self.may_have_taken = False
        self._is_dirty = False
        return reply

    def close(self) -> None:
        """Say QUIT without waiting for the reply, and close."""
        if self.is_open:
            self._transport.write(b"QUIT\r\n")
        self._client.close()

    async def _ask(self, command: bytes) -> tuple[int, str]:
        self._transport.write(command + b"\r\n")
        return await self._read()

    async def _read(self) -> tuple[int, str]:
        """One reply of however many lines (RFC 5321 4.2.1). Raises EOFError, or ValueError where it makes no sense."""
        words: list[str] = []
        while len(words) < LONGEST_REPLY:
            line = await self._reader.readline()
            if not line.endswith(b"\n"):
                raise EOFError("the relay ended the connection")
            words.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                return int(line[:3]), " ".join(words)
        raise ValueError("the reply has no end")


def _is_good(reply: tuple[int, str]) -> bool:
    return 200 <= reply[0] < 400


def to_wire(octets: bytes) -> bytes:
    """A message as DATA sends it: only CRLF ends lines, leading dots doubled, a dot to end (RFC 5321 4.5.2)."""
    if not octets.count(b"\r") == octets.count(b"\n") == octets.count(b"\r\n"):
        octets = LINE_END.sub(b"\r\n", octets)
    if not octets.endswith(b"\r\n"):
        octets += b"\r\n"
    return (b"\r\n" + octets).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


class MaildirCarrier:
    """Letters as files, each durable before it counts as sent; the envelope in Return-Path and Delivered-To."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._maildir = mailbox.Maildir(folder, create=True)

    async def send(self, return_path: str, recipient: str, octets: bytes) -> Outcome:
        """Lay one letter down as a file with its envelope on top; a full disk is an outcome."""
        envelope = f"Return-Path: <{return_path}>\r\nDelivered-To: {recipient}\r\n".encode()
        try:
            await asyncio.to_thread(self._lay_down, envelope + octets)
        except OSError as error:
            return Outcome(Fate.TROUBLE, f"Maildir: {error}")
        return Outcome(Fate.SENT)

    def _lay_down(self, octets: bytes) -> None:
        self._maildir.add(octets)  # syncs the file, but not its name
        descriptor = os.open(self._folder / "new", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    async def close(self) -> None:
        """Close the Maildir."""
        self._maildir.close()


def try_relay(relay: Relay) -> str:
    """What keeps letters from being handed to the relay, up to the password; empty if nothing does."""
    try:
        asyncio.run(SmtpCarrier(relay).greet())
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return _words_of(error)
    return ""


def _words_of(error: Exception) -> str:
    """An error in words; of a refused certificate, why it was refused."""
    if isinstance(error, NoAuthorities):
        return str(error)
    causes = (error, error.__cause__, error.__context__)
    if found := next((one for one in causes if isinstance(one, ssl.SSLError)), None):
        return tell_of_certificate(found)
    return f"{type(error).__name__}: {error}"


def open_carrier(relay: Relay, data_dir: Path) -> Carrier:
    """The carrier of letters: to the relay, or into a Maildir where none is set."""
    return SmtpCarrier(relay) if relay.host else MaildirCarrier(data_dir / relay.maildir)
