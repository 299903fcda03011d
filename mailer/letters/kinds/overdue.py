"""Overdue: word to the administrators of letters that have waited for hours, by domain and by what was said of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session

from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_each
from mailer.letters.letters import View
from mailer.letters.samples import AT, Sample
from tickets.database.models import DeliveryState, Event, EventKind, LetterKind, metadata
from tickets.numbers.cpr import mask_cpr
from tickets.people import appointments

AFTER = timedelta(hours=4)  # as mail servers warn their senders
MOST_NAMED = 20
DELIVERIES = metadata.tables["deliveries"]


@dataclass(frozen=True)
class OverdueRow:
    """Letters to one domain of which the same was said."""

    domain: str
    letters: int
    since: datetime  # when the first of them was written
    reply: str  # empty: they were not tried yet


@dataclass(frozen=True)
class OverdueView(View):
    """What its template reads."""

    rows: tuple[OverdueRow, ...]
    more: int  # rows beyond those


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """That a delivery has waited for hours."""
    return and_(DELIVERIES.c.state == DeliveryState.WAITING, DELIVERIES.c.made_at <= now - AFTER)


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """One letter for all that waits so long; never to those who wrote it: who gets a list is not theirs to know."""
    rows = _rows(session, now)
    if rows:
        view = OverdueView(rows[:MOST_NAMED], len(rows[MOST_NAMED:]))
        yield for_each(draft_notice(means, LetterKind.OVERDUE, None, view), appointments.administrators(session))


def _rows(session: Session, now: datetime) -> tuple[OverdueRow, ...]:
    columns, oldest = DELIVERIES.c, func.min(DELIVERIES.c.made_at)
    query = select(columns.domain, func.count(), oldest, columns.reply).where(is_overdue(now))
    found = session.connection().execute(query.group_by(columns.domain, columns.reply).order_by(oldest))
    return tuple(OverdueRow(domain, count, since, mask_cpr(reply)) for domain, count, since, reply in found)


LETTERS = (
    Declaration(
        LetterKind.OVERDUE,
        (
            Sample(
                OverdueView(
                    (
                        OverdueRow("proevested.example.dk", 3, AT, "450 4.7.1 Greylisted, come back later"),
                        OverdueRow("oeby.example.dk", 1, AT, ""),
                    ),
                    2,
                )
            ),
        ),
        (EventKind.LETTERS_OVERDUE,),
        write,
    ),
)
