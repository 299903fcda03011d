"""The letterbox: every letter that the demonstration sent, as they lie in the Maildir that is its relay."""

import email.policy
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

FIELDS = BytesHeaderParser(policy=email.policy.compat32)  # the newer policies take ten times as long


@dataclass(frozen=True)
class Received:
    """A letter in somebody's mailbox, by its fields."""

    key: str
    recipient: str
    sender: str
    subject: str
    arrived_at: datetime


class Letterbox:
    """The letters of a Maildir. A file never changes once it is there, so each is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "new"
        self._letters: dict[str, Received] = {}
        self._lock = threading.Lock()

    def take_in(self, at: datetime | None = None) -> None:
        """Look for new letters; those that the story's clock dates are stamped with its time."""
        with self._lock:
            known = self._letters.keys()
            new = [entry for entry in _entries(self._folder) if entry.name not in known]
            for entry in sorted(new, key=lambda entry: entry.stat().st_mtime_ns):
                if at is not None:
                    os.utime(entry.path, (at.timestamp(), at.timestamp()))
                self._letters[entry.name] = _read_fields(Path(entry.path))

    def letters(self, recipient: str = "") -> list[Received]:
        """What has arrived, for everybody or for one, newest first."""
        self.take_in()
        with self._lock:
            found = [one for one in reversed(self._letters.values()) if recipient in ("", one.recipient)]
        return sorted(found, key=lambda one: one.arrived_at, reverse=True)

    def newest_about(self, recipient: str, subject: str) -> Received:
        """The letter that somebody would press Reply on. Raises LookupError if they have none about the subject."""
        with self._lock:
            for one in reversed(self._letters.values()):
                if one.recipient == recipient and subject in one.subject:
                    return one
        raise LookupError(f"{recipient} has no letter about {subject!r}")

    def find(self, key: str) -> Received | None:
        """A letter by its key, also one that has only just come; None for an unknown key."""
        self.take_in()
        return self._letters.get(key)

    def open(self, letter: Received) -> EmailMessage:
        """The letter itself, parsed."""
        message = message_from_bytes((self._folder / letter.key).read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    return list(os.scandir(folder)) if folder.is_dir() else []


def _read_fields(path: Path) -> Received:
    with path.open("rb") as file:
        fields = FIELDS.parse(file)
    return Received(
        key=path.name,
        recipient=_text(fields["Delivered-To"]),
        sender=_text(fields["From"]),
        subject=_text(fields["Subject"]),
        arrived_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )


def _text(value: str | None) -> str:
    """A field of a letter of ours as people read it (RFC 2047)."""
    return " ".join(str(make_header(decode_header(value or ""))).split())
