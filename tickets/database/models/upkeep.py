"""What the portal notes of itself."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from tickets.database.models.columns import long_text, word


class Lease(SQLModel, table=True):
    """Who alone may do a thing (write the search index, keep the digest timetable), until when."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True, max_length=32)
    holder: str
    expires_at: datetime


class Trouble(SQLModel, table=True):
    """What around the portal does not work now: since when, and what it said last. What works has no row."""

    __tablename__ = "troubles"

    name: str = Field(primary_key=True, max_length=32)  # as in `troubles`
    since: datetime
    said: str = long_text()


class MailboxMark(SQLModel, table=True):
    """How far a mailbox has been fetched (RFC 3501 2.3.1.1)."""

    __tablename__ = "mailbox_marks"

    mailbox: str = Field(primary_key=True)  # user@host/folder
    uid_validity: int
    last_uid: int
    began_at: datetime | None = None  # how new the newest message was when it was first looked at
    newest_at: datetime | None = None  # how new the newest is that was seen since
    renumbered_to: int | None = None  # up to this, messages were numbered anew
    known_until: datetime | None = None  # of those numbered anew, what is not newer was seen under its old number


class LeftoverReason(StrEnum):
    """Why a message stays in its mailbox."""

    UNREADABLE = "unreadable"  # the server does not hand it out; it is tried again
    TOO_LARGE = "too_large"
    KNOWN = "known"  # seen before the mailbox was numbered anew


class Leftover(SQLModel, table=True):
    """A message that stays in its mailbox, and why."""

    __tablename__ = "leftovers"

    mailbox: str = Field(primary_key=True)  # user@host/folder
    uid: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    why: LeftoverReason = word(LeftoverReason)
    octets: int = 0  # as far as the server says
    since: datetime
    attempts: int = 0
    next_attempt_at: datetime
    said: str = long_text()
