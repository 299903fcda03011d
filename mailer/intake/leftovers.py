"""Leftovers: messages that stay in their mailbox, each noted, so that none is forgotten.

One that the server does not hand out is tried again after a minute, then less and less often, up to once an hour.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from tickets.database.models import Leftover, LeftoverReason

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
LONGEST_WORDS = 500


def left_in(session: Session, mailbox: str, *whys: LeftoverReason) -> list[Leftover]:
    """The messages that were left in a mailbox for these reasons, the longest first."""
    query = select(Leftover).where(Leftover.mailbox == mailbox, col(Leftover.why).in_(whys))
    return list(session.exec(query.order_by(col(Leftover.since), col(Leftover.uid))))


def numbers_left(session: Session, mailbox: str) -> set[int]:
    """The UIDs of what has to stay in a mailbox."""
    return set(session.exec(select(Leftover.uid).where(Leftover.mailbox == mailbox)))


def is_left(session: Session, mailbox: str, uid: int) -> bool:
    """Whether this message was noted as one that stays."""
    return session.get(Leftover, (mailbox, uid)) is not None


def is_due(leftover: Leftover, most_octets: int, now: datetime) -> bool:
    """Whether a leftover is to be tried now; a time beyond the longest pause comes from a wrong clock."""
    if leftover.why is not LeftoverReason.UNREADABLE:
        return leftover.why is LeftoverReason.TOO_LARGE and leftover.octets <= most_octets
    return not now < leftover.next_attempt_at <= now + LONGEST_PAUSE


def leave(
    session: Session, mailbox: str, uid: int, why: LeftoverReason, now: datetime, octets: int = 0, said: str = ""
) -> None:
    """Note that a message stays where it is, and when it is to be tried again if it cannot be had."""
    known = session.get(Leftover, (mailbox, uid))
    attempts = known.attempts + 1 if known else 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    session.merge(
        Leftover(
            mailbox=mailbox, uid=uid, why=why, octets=octets, since=known.since if known else now, attempts=attempts,
            next_attempt_at=now + pause, said=said[:LONGEST_WORDS],
        )
    )  # fmt: skip


def forget(session: Session, mailbox: str, uids: Collection[int]) -> None:
    """Forget what stayed in a mailbox under these UIDs."""
    if uids:
        these = (col(Leftover.mailbox) == mailbox, col(Leftover.uid).in_(uids))
        session.connection().execute(delete(Leftover).where(*these))


def forget_all(session: Session, mailbox: str) -> None:
    """Forget everything that stayed in a mailbox, as after a change of UIDVALIDITY (RFC 3501 2.3.1.1)."""
    session.connection().execute(delete(Leftover).where(col(Leftover.mailbox) == mailbox))
