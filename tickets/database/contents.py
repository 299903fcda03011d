"""Contents: octets that are laid down once under their digest, and the files in them, for whoever may save one.

Nothing is taken apart here: a child process did that (`mailer/sandbox/keeper.py`), and `parts` has where files lie.
"""

import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import LargeBinary
from sqlmodel import Session, col, func, select

from tickets.database.models import Arrival, Content, Message, Part, Redaction, UnmaskedFile
from tickets.errors import NotFound
from tickets.post import KeptFile

TakeOut = Callable[[bytes, int], bytes | None]  # a file out of a message, by its part; None if nobody can look into it


def nothing(octets: bytes, number: int) -> None:
    """Take no file out of a message, in a process that has nobody for that."""


def lay_down(session: Session, octets: bytes, now: datetime) -> str:
    """Lay octets down, unless they are there; the key of them, which is their SHA-256 in hexadecimal."""
    key = sha256(octets).hexdigest()
    if session.get(Content, key) is None:
        session.add(Content(sha256=key, octets=octets, stored_at=now))
        session.flush()
    return key


def octets_at(session: Session, key: str) -> bytes:
    """The octets under this key."""
    return session.get_one(Content, key).octets


def note_files(session: Session, content_key: str, files: Mapping[int, KeptFile], now: datetime) -> None:
    """Note where files lie in a content, by the number of their parts; what is noted already stays."""
    for number, file in files.items():
        if session.get(Part, (content_key, number)) is None:
            kept_key = lay_down(session, file.octets, now) if file.octets is not None else None
            session.add(
                Part(
                    content_key=content_key, number=number, kept_key=kept_key,
                    start=file.start, length=file.length, is_base64=file.is_base64,
                )
            )  # fmt: skip
    session.flush()


def find_file(session: Session, content_key: str, number: int) -> bytes | None:
    """A file as any reader may have it; None as long as nothing is noted of it. Raises NotFound if there is none."""
    part = session.get(Part, (content_key, number))
    if part is None:
        return None
    if part.kept_key is not None:
        return octets_at(session, part.kept_key)
    if part.start is None:
        raise NotFound(f"part {number}")
    piece = func.substr(Content.octets, part.start + 1, part.length, type_=LargeBinary)
    octets = bytes(session.exec(select(piece).where(Content.sha256 == content_key)).one())
    return binascii.a2b_base64(octets) if part.is_base64 else octets


def forget(session: Session, key: str) -> None:
    """Delete octets, and whatever was kept of the files in them and is nothing else's."""
    parts = session.exec(select(Part).where(Part.content_key == key)).all()
    for part in parts:
        session.delete(part)
    session.flush()
    for kept_key in {part.kept_key for part in parts if part.kept_key}:
        if not _is_used(session, kept_key):
            session.delete(session.get_one(Content, kept_key))
    session.delete(session.get_one(Content, key))
    session.flush()


def _is_used(session: Session, key: str) -> bool:
    columns = (
        Message.content_key, Arrival.content_key, UnmaskedFile.clean_key, Part.kept_key, Part.content_key,
        Redaction.original_key, Redaction.redacted_key,
    )  # fmt: skip
    return any(session.exec(select(column).where(col(column) == key).limit(1)).first() for column in columns)
