"""The sections of the settings that say when letters go out, and how mail is fetched, signed and handed over.

Whatever works with them is elsewhere, so that commands that only look read the settings quickly.
"""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, field_validator

from mailer.trust import sends_password_in_clear

SELECTOR = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"  # one label of a name in DNS
LONGEST_UNDO = 3600  # seconds
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DigestTimes(BaseModel, frozen=True, extra="forbid"):
    """The `[digest]` section: when a new list's digest goes out, local time."""

    weekday: str = "mon"
    hour: int = Field(8, ge=0, le=23)

    @field_validator("weekday")
    @classmethod
    def known_weekday(cls, value: str) -> str:
        """Refuse what is no English weekday; told in lower case."""
        if value.lower() not in WEEKDAYS:
            raise ValueError(f"{value!r} is no weekday; they are {', '.join(WEEKDAYS)}")
        return value.lower()


class LetterTimes(BaseModel, frozen=True, extra="forbid"):
    """The `[letters]` section: when letters go out, and how much goes with them."""

    undo_seconds: int = 600
    attach_mb: int = Field(5, ge=0, le=25)  # of files, with one letter; what is beyond is linked

    @field_validator("undo_seconds")
    @classmethod
    def within_an_hour(cls, value: int) -> int:
        """Refuse a time that has passed before it begins, and one in which nobody would hear of anything."""
        if not 0 <= value <= LONGEST_UNDO:
            raise ValueError(f"{value} is no time to wait: 0 sends at once, {LONGEST_UNDO} (an hour) is the longest")
        return value

    @property
    def undo(self) -> timedelta:
        """How long others wait for a question or an answer, in which its author may take it back; 0: not at all."""
        return timedelta(seconds=self.undo_seconds)

    @property
    def attached_octets(self) -> int:
        """How large the files may be together that go with a letter; 0: none do."""
        return self.attach_mb * 1_000_000


class MailboxSettings(BaseModel, frozen=True, extra="forbid"):
    """The `[mailbox]` section: where mail is fetched from."""

    host: str
    port: int | None = Field(None, gt=0, lt=65536)  # 993, or 143 without tls
    username: str
    password_file: Path
    folder: str = "INBOX"
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None  # PEM; whose certificates are believed, instead of those the system knows
    list: str | None = None  # address where a message is held if it names none of ours
    recipient_field: str = "Delivered-To"
    after: str = Field("flag", pattern="^(flag|move:.+)$")  # flag as seen, or move to a folder as well

    @property
    def name(self) -> str:
        """The mailbox's name in the database and in the log."""
        return f"{self.username}@{self.host}/{self.folder}"

    @property
    def folder_after(self) -> str:
        """Where messages are moved; empty if they stay."""
        return self.after.partition(":")[2]

    @property
    def place(self) -> str:
        """Host and port of the server; the port is IMAP's own unless it is set (RFC 8314 3.2)."""
        return f"{self.host}:{self.port or (993 if self.security == 'tls' else 143)}"

    @property
    def shows_password(self) -> bool:
        """Whether the password crosses a network that others can listen to."""
        return self.security == "none" and sends_password_in_clear(self.host)


class Relay(BaseModel, frozen=True, extra="forbid"):
    """The `[relay]` section: who carries our mail away."""

    host: str | None = None  # none: letters go to the Maildir
    port: int = Field(25, gt=0, lt=65536)
    tls: bool = False  # from the first octet, as at port 465
    ca_file: Path | None = None  # PEM; whose certificates are believed, instead of those the system knows
    starttls: Literal["opportunistic", "required", "never"] = "opportunistic"
    username: str | None = None
    password_file: Path | None = None
    maildir: Path = Path("maildir")  # relative to data_dir
    connections: int = Field(16, ge=1, le=100)

    @property
    def shows_password(self) -> bool:
        """Whether the password crosses a network that others can listen to."""
        is_plain = self.starttls == "never" and not self.tls
        return bool(self.host and self.username and is_plain and sends_password_in_clear(self.host))


class Dkim(BaseModel, frozen=True, extra="forbid"):
    """The `[dkim]` section: with which keys letters are signed, if not by the relay."""

    selector: str = Field("portal", pattern=SELECTOR)
    key_file: Path | None = None  # RSA, PEM; none: letters leave unsigned
    ed25519_selector: str = Field("portal-ed25519", pattern=SELECTOR)
    ed25519_key_file: Path | None = None  # a second signature, which few receivers look at yet
