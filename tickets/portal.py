"""What every room knows of this portal: its names on the net and its secret."""

import os
import secrets
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

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
        ZoneInfo(value)
        return value

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
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text().strip())
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_bytes(32).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return bytes.fromhex(path.read_text().strip())
