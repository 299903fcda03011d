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

from tickets.errors import BadInput

SECRET_FILE = "secret"
OLD_SECRET_FILE = "secret.old"
SECRET_OCTETS = 32
LAST_RESORT = "If there is none, `dialogportal new-secret` makes a new one, and tells first what that ends"


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
        """The base of all addresses, to which paths with a slash in front are added."""
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def known_timezone(cls, value: str) -> str:
        """Refuse a timezone that the machine has no data of."""
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
        """The timezone in which letters, pages and timetables tell the time."""
        return ZoneInfo(self.timezone)

    def local(self, at: datetime) -> datetime:
        """A time as people here read it."""
        return at.astimezone(self.zone)


def load_secret(data_dir: Path) -> bytes:
    """The portal's own signing secret, 32 octets, made if there is none and readable by its owner alone.

    Raises BadInput if something else lies in its place.
    """
    return read_secret(data_dir) or make_secret(data_dir)


def read_secret(data_dir: Path) -> bytes | None:
    """The secret that is there. Raises BadInput if it is none."""
    path = data_dir / SECRET_FILE
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput(_no_secret(path, str(error))) from error
    if len(secret) != SECRET_OCTETS:
        raise BadInput(_no_secret(path, f"{len(secret)} octets"))
    return secret


def _no_secret(path: Path, fault: str) -> str:
    return (
        f"{path} is no secret, which is a line of {2 * SECRET_OCTETS} hexadecimal digits ({fault}). "
        f"Restore it from a backup. {LAST_RESORT}"
    )


def make_secret(data_dir: Path) -> bytes:
    """Lay a new secret there, whole or not at all; whoever else does so first has made it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / SECRET_FILE
    with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=".secret-") as file:  # mode 0600
        file.write(secrets.token_bytes(SECRET_OCTETS).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
    return read_secret(data_dir) or b""


def replace_secret(data_dir: Path) -> Path | None:
    """Make a new secret; the file that was there, whatever it holds, is kept beside it and named."""
    path, kept = data_dir / SECRET_FILE, data_dir / OLD_SECRET_FILE
    was_there = path.exists()
    if was_there:
        path.replace(kept)
    make_secret(data_dir)
    return kept if was_there else None
