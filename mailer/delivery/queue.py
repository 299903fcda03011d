"""The queue: letters that wait for the relay, by their domain and what was last said of them; and what may be done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlmodel import Session

from tickets.database.models import DeliveryState, metadata
from tickets.errors import NotFound

DELIVERIES, LETTERS = metadata.tables["deliveries"], metadata.tables["letters"]
IS_WAITING = DELIVERIES.c.state == DeliveryState.WAITING
HAS_WORDS = DELIVERIES.c.letter_key.in_(select(LETTERS.c.id).where(func.length(LETTERS.c.octets) > 0))


@dataclass(frozen=True)
class Waiting:
    """The letters to one domain of which the relay last said the same."""

    domain: str
    reply: str  # empty if they were not tried yet
    letters: int
    oldest_at: datetime  # when the first of them was written
    next_at: datetime  # when one is tried again


def waiting_letters(session: Session) -> list[Waiting]:
    """The letters that wait, by domain and reply, those first of which one has waited longest."""
    columns, oldest = DELIVERIES.c, func.min(DELIVERIES.c.made_at)
    query = (
        select(columns.domain, columns.reply, func.count(), oldest, func.min(columns.next_attempt_at))
        .where(IS_WAITING)
        .group_by(columns.domain, columns.reply)
        .order_by(oldest)
    )
    return [Waiting(*row) for row in session.connection().execute(query)]


def flush(session: Session, now: datetime, domain: str = "") -> int:
    """Have what waits tried at once, to one domain or to all; how many letters."""
    wanted = [IS_WAITING, DELIVERIES.c.next_attempt_at > now]
    return _change(session, and_(*wanted, _goes_to(domain)), next_attempt_at=now)


def requeue(session: Session, numbers: Collection[int], now: datetime) -> int:
    """Send letters again that were given up or refused, for another five days; how many.

    Raises NotFound if one of them is no such letter; one with a link to log in is gone once it was given up.
    """
    is_meant = and_(DELIVERIES.c.id.in_(numbers), DELIVERIES.c.state == DeliveryState.FAILED, HAS_WORDS)
    there = set(session.connection().execute(select(DELIVERIES.c.id).where(is_meant)).scalars())
    if missing := sorted(set(numbers) - there):
        named = ", ".join(map(str, missing))
        raise NotFound(f"No letter of this number was given up or refused: {named}; `dialogportal trace` shows them")
    return _give_another_chance(session, is_meant, now)


def requeue_domain(session: Session, domain: str, since: datetime, now: datetime) -> int:
    """Send again all letters to a domain that were given up since a time, for five days; how many."""
    was_given_up = and_(DELIVERIES.c.state == DeliveryState.FAILED, DELIVERIES.c.settled_at >= since, HAS_WORDS)
    return _give_another_chance(session, and_(was_given_up, _goes_to(domain)), now)


def _give_another_chance(session: Session, condition: ColumnElement[bool], now: datetime) -> int:
    again = {"made_at": now, "next_attempt_at": now, "attempts": 0, "settled_at": None, "reply": ""}
    again["overdue_told_at"] = None
    return _change(session, condition, state=DeliveryState.WAITING, **again)


def _goes_to(domain: str) -> ColumnElement[bool]:
    return DELIVERIES.c.domain == domain.lower() if domain else DELIVERIES.c.domain.is_not(None)


def _change(session: Session, condition: ColumnElement[bool], **values: object) -> int:
    return session.connection().execute(update(DELIVERIES).where(condition).values(**values)).rowcount
