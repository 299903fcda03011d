"""Originals: messages in which CPR numbers stand, kept beside their redacted forms until they are forgotten."""

from datetime import datetime, timedelta

from pydantic import BaseModel, Field
from sqlmodel import Session, col, select, update

from tickets.database import contents
from tickets.database.models import Arrival, Message, Redaction

PAGE = 100


class Privacy(BaseModel, frozen=True, extra="forbid"):
    """The `[privacy]` section: how long what is private is kept."""

    keep_original_days: int = Field(7, ge=0, le=366)

    @property
    def keep_original(self) -> timedelta:
        """How long an original with CPR numbers is kept after its redaction."""
        return timedelta(days=self.keep_original_days)


USUAL = Privacy()


def keep_redacted(session: Session, original_key: str, redacted: bytes, now: datetime) -> None:
    """Lay down the redacted form of a message; the original's days are counted from the first time on.

    A later one takes its place: more may be known of a message that could not be read at first.
    """
    redacted_key = contents.lay_down(session, redacted, now)
    if known := session.get(Redaction, original_key):
        known.redacted_key = redacted_key
        return
    session.add(Redaction(original_key=original_key, redacted_key=redacted_key, found_at=now))
    session.flush()


def put_redacted_in_place(session: Session, original_key: str) -> None:
    """Have all arrivals of a message refer to its redacted form, so that they still count as one message."""
    if redaction := session.get(Redaction, original_key):
        moved = (
            update(Arrival).where(col(Arrival.content_key) == original_key).values(content_key=redaction.redacted_key)
        )
        session.execute(moved, execution_options={"synchronize_session": "fetch"})


def found_at(session: Session, original_key: str) -> datetime | None:
    """When the numbers in an original were found, from which its days are counted; None if it is kept."""
    redaction = session.get(Redaction, original_key)
    return redaction.found_at if redaction else None


def has_old(session: Session, before: datetime) -> bool:
    """Whether an unredacted original was kept since before a time."""
    return (
        session.exec(select(Redaction.original_key).where(col(Redaction.found_at) <= before).limit(1)).first()
        is not None
    )


def forget(session: Session, before: datetime) -> int:
    """Forget the originals whose numbers were found before then; their redacted forms stay. How many that was.

    What was filed as it came, for whatever reason, is kept as it is.
    """
    old = select(Redaction).where(col(Redaction.found_at) <= before).order_by(col(Redaction.found_at)).limit(PAGE)
    redactions = list(session.exec(old))
    for redaction in redactions:
        put_redacted_in_place(session, redaction.original_key)
        session.delete(redaction)
        session.flush()
        if session.exec(select(Message.id).where(Message.content_key == redaction.original_key)).first() is None:
            contents.forget(session, redaction.original_key)
    session.flush()
    return len(redactions)
