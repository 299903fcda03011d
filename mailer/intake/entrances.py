"""Entrances: where mail is taken in, and whose word on its authors is believed."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, field_validator, model_validator

PORTS = 65_536
NOBODY = (
    "nobody checks who wrote a mail: anybody can write as a lawyer or a member. Set [listen] authserv_id to the name "
    'that your mail server writes into Authentication-Results, or verify = "dmarc" where none is in front'
)


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
        """Whether anybody checks that authors are whom From names: a server in front, or the portal itself."""
        return bool(self.authserv_id or self.verify)

    @property
    def judge(self) -> str:
        """Who checks authors, in a word for the overview."""
        if not self.has_judge:
            return "nobody"
        return self.authserv_id or {"dmarc": "dmarc"}.get(str(self.verify), "signatures")

    @field_validator("smtp", "lmtp")
    @classmethod
    def host_and_port(cls, value: str | None) -> str | None:
        """Refuse what is no host and port; an empty one is none."""
        if value and not re.fullmatch(r"[^\s]+:\d{1,5}", value):
            raise ValueError(f"{value!r} is not host:port, as in 127.0.0.1:8025")
        if value and int(value.rpartition(":")[2]) >= PORTS:
            raise ValueError(f"{value!r} has no port: they go up to {PORTS - 1}")
        return value or None

    @field_validator("feedback_addresses")
    @classmethod
    def whole_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is no address; told in lower case."""
        for address in value:
            if not re.fullmatch(r"[^\s@]+@[^\s@]+", address):
                raise ValueError(f"{address!r} is no address, as in feedback@example.org")
        return tuple(address.lower() for address in value)

    @field_validator("verify")
    @classmethod
    def with_its_library(cls, value: bool | str) -> bool | str:
        """Refuse to judge by DMARC where the library for SPF is not installed."""
        if value == "dmarc" and find_spec("spf") is None:
            raise ValueError("'dmarc' needs a library more: pip install 'dialogportal[dmarc]'; true checks DKIM alone")
        return value

    @model_validator(mode="after")
    def with_one_judge(self) -> "Listen":
        """Refuse two who judge authors: the portal, and a mail server in front of it."""
        if self.verify == "dmarc" and self.authserv_id:
            raise ValueError(
                "verify = 'dmarc' judges the server that connects, and authserv_id says that it is one of yours: "
                "set one of them"
            )
        return self
