"""What every room knows of this portal: its names on the net and its secret."""

import os
import secrets
import tempfile
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, field_validator

SECRET_FILE = "secret"


class Portal(BaseModel, frozen=True, extra="forbid"):
    """The `[portal]` section: who this portal is."""

    domain: str = "localhost"
    base_url: str = "http://localhost:8080"
    data_dir: Path = Path("data")
    timezone: str = "Europe/Copenhagen"
    language: str = Field("da", pattern="^(da|en)$")

    @field_validator("base_url")
    @classmethod
    def without_last_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError(f"There is no timezone {value!r}; one is called Europe/Copenhagen") from None
        return value

    @property
    def is_https(self) -> bool:
        """Whether readers come by https, be it that a proxy speaks it for us."""
        return self.base_url.lower().startswith("https://")

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def local(self, at: datetime) -> datetime:
        """A time as people here read it."""
        return at.astimezone(self.zone)


def load_secret(data_dir: Path) -> bytes:
    """The portal's own signing secret, 32 octets, made at the first start and readable by its owner alone."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / SECRET_FILE
    if not path.exists():
        _make_secret(path)
    return bytes.fromhex(path.read_text().strip())


def _make_secret(path: Path) -> None:
    """Lay a new secret there, whole or not at all; whoever else does so first has made it."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as file:  # mode 0600
        file.write(secrets.token_bytes(32).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
