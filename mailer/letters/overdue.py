"""Overdue letters: administrators hear of a domain whose mail has waited for hours, before anybody there misses it.

While the relay itself is in trouble nothing is told: the daily letter says so, and no letter would leave.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session

from mailer.letters.kinds.overdue import is_overdue
from tickets import journal
from tickets.database.models import EventKind, metadata
from tickets.database.store import Clock, Store
from tickets.moderation import troubles

CALM = timedelta(days=1)  # in which a domain is told of once
DELIVERIES = metadata.tables["deliveries"]
IS_UNTOLD = DELIVERIES.c.overdue_told_at.is_(None)


def tell_of_overdue(store: Store, clock: Clock) -> int:
    """Note which letters have become overdue, and tell of their domains; how many of these were news."""
    now = clock()
    with store.reading() as session:
        if not _new_domains(session, now) or _is_relay_in_trouble(session):
            return 0
    with store.transaction() as session:
        return note_overdue(session, now)


def note_overdue(session: Session, now: datetime) -> int:
    """The same, within the caller's transaction."""
    domains = _new_domains(session, now)
    told_at = _told_lately(session, domains, now)
    for domain in domains:
        those = (is_overdue(now), IS_UNTOLD, DELIVERIES.c.domain == domain)
        session.connection().execute(update(DELIVERIES).where(*those).values(overdue_told_at=told_at.get(domain, now)))
    news = domains - told_at.keys()
    if news:
        journal.append(session, EventKind.LETTERS_OVERDUE, now)
    return len(news)


def _told_lately(session: Session, domains: set[str], now: datetime) -> dict[str, datetime]:
    """When the administrators were told of a domain, of those of which they need not hear again yet."""
    columns, last = DELIVERIES.c, func.max(DELIVERIES.c.overdue_told_at)
    query = select(columns.domain, last).where(columns.domain.in_(domains), columns.overdue_told_at > now - CALM)
    return dict(session.connection().execute(query.group_by(columns.domain)).all())


def _new_domains(session: Session, now: datetime) -> set[str]:
    query = select(DELIVERIES.c.domain).distinct().where(is_overdue(now), IS_UNTOLD)
    return set(session.connection().execute(query).scalars())


def _is_relay_in_trouble(session: Session) -> bool:
    return any(one.name == troubles.RELAY for one in troubles.current(session))
