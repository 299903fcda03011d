"""The relay: the MTA that carries our mail away, or a Maildir that keeps it where there is none."""

import asyncio
import mailbox
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib
from pydantic import BaseModel, Field

COMMAND_PATIENCE = 60.0  # seconds for a reply
NOT_AVAILABLE = 421  # RFC 5321 4.2.3: about the whole service, whatever was asked


class Relay(BaseModel, frozen=True, extra="forbid"):
    """The `[relay]` section: who carries our mail away."""

    host: str | None = None  # none: letters go to the Maildir
    port: int = Field(25, gt=0, lt=65536)
    starttls: Literal["opportunistic", "required", "never"] = "opportunistic"
    username: str | None = None
    password_file: Path | None = None
    maildir: Path = Path("maildir")  # relative to data_dir
    connections: int = Field(16, ge=1, le=100)


class Fate(StrEnum):
    """What came of one attempt (RFC 5321 4.2.1)."""

    SENT = "sent"
    TRANSIENT = "transient"  # 4yz: try this one again
    PERMANENT = "permanent"  # 5yz: never
    TROUBLE = "trouble"  # the relay's, not this letter's


@dataclass(frozen=True)
class Outcome:
    fate: Fate
    reply: str = ""


class Carrier(Protocol):
    """One connection to the relay, kept open from letter to letter."""

    async def send(self, return_path: str, recipient: str, octets: bytes) -> Outcome: ...

    async def close(self) -> None: ...


class SmtpCarrier:
    """A connection of SMTP; opened when first needed, and again after it broke."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, return_path: str, recipient: str, octets: bytes) -> Outcome:
        try:
            client = self._client or await self._connect()
            await client.sendmail(return_path, [recipient], octets)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return await self._refused(refused.recipients[0].code, refused.recipients[0].message)
        except aiosmtplib.SMTPResponseException as refused:
            return await self._refused(refused.code, refused.message)
        except (TimeoutError, aiosmtplib.SMTPException, OSError) as broken:
            await self.close()
            return Outcome(Fate.TROUBLE, f"{type(broken).__name__}: {broken}"[:300])
        return Outcome(Fate.SENT)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _connect(self) -> aiosmtplib.SMTP:
        relay = self._relay
        starttls = {"opportunistic": None, "required": True, "never": False}[relay.starttls]
        client = aiosmtplib.SMTP(hostname=relay.host, port=relay.port, start_tls=starttls, timeout=COMMAND_PATIENCE)
        await client.connect()
        if relay.username:
            password = relay.password_file.read_text().strip() if relay.password_file else ""
            await client.login(relay.username, password)
        self._client = client
        return client

    async def _refused(self, code: int, message: str) -> Outcome:
        reply = f"{code} {message}"[:300]
        if code == NOT_AVAILABLE or self._client is None:  # before a connection stands nothing is about this letter
            await self.close()
            return Outcome(Fate.TROUBLE, reply)
        return Outcome(Fate.TRANSIENT if 400 <= code < 500 else Fate.PERMANENT, reply)


class MaildirCarrier:
    """Letters as files, each durable before it counts as sent; the envelope in Return-Path and Delivered-To."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._maildir = mailbox.Maildir(folder, create=True)

    async def send(self, return_path: str, recipient: str, octets: bytes) -> Outcome:
        envelope = f"Return-Path: <{return_path}>\r\nDelivered-To: {recipient}\r\n".encode()
        try:
            await asyncio.to_thread(self._maildir.add, envelope + octets)
        except OSError as error:
            return Outcome(Fate.TROUBLE, f"Maildir: {error}")
        return Outcome(Fate.SENT)

    async def close(self) -> None:
        self._maildir.close()


def open_carrier(relay: Relay, data_dir: Path) -> Carrier:
    return SmtpCarrier(relay) if relay.host else MaildirCarrier(data_dir / relay.maildir)
