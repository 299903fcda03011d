"""The timetable of digests: when each is due, and what is made and sent then."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from mailer.letters.digests import making
from tickets.database.models import Digest, MailingList
from tickets.database.store import Clock, Store
from tickets.people import lists
from tickets.portal import Portal
from tickets.tokens import Signer

WEEK = timedelta(days=7)


# -- when ------------------------------------------------------------------------------


def last_due(portal: Portal, mailing_list: MailingList, now: datetime) -> datetime:
    """The newest time at or before `now` at which a digest of the list was due.

    Counted on the local calendar, so that 08:00 stays 08:00 through daylight saving; a time that the clock
    skips in spring is due as much later.
    """
    today = portal.local(now)
    days_back = (today.weekday() - mailing_list.digest_weekday) % 7
    due = today.replace(
        hour=mailing_list.digest_hour, minute=mailing_list.digest_minute, second=0, microsecond=0, fold=0
    ) - timedelta(days=days_back)
    if due.astimezone(now.tzinfo) > now:
        due -= WEEK
    return due.astimezone(now.tzinfo)


def period_of(portal: Portal, due: datetime) -> str:
    """The ISO week that a digest is for: 2026-W48."""
    year, week, _ = portal.local(due).isocalendar()
    return f"{year}-W{week:02}"


# -- making ----------------------------------------------------------------------------


class Digester:
    """Makes the digests that are due: exactly one per list and week, however often it is asked."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, clock: Clock) -> None:
        self._store, self._portal, self._signer, self._clock = store, portal, signer, clock

    def work(self) -> int:
        """Make all digests that are due now; how many."""
        now = self._clock()
        with self._store.reading() as session:
            due = [row.name for row in session.exec(select(MailingList)) if self._is_due(session, row, now)]
        for name in due:
            with self._store.transaction() as session:
                make_digest(session, self._portal, self._signer, lists.find_list(session, name), now)
        return len(due)

    def _is_due(self, session: Session, mailing_list: MailingList, now: datetime) -> bool:
        due = last_due(self._portal, mailing_list, now)
        return due >= mailing_list.created_at and _is_unsent(session, self._portal, mailing_list, due)


def make_digest(
    session: Session,
    portal: Portal,
    signer: Signer,
    mailing_list: MailingList,
    now: datetime,
    owed_at: datetime | None = None,
) -> Digest | None:
    """Make the digest that is due at `now`, in one transaction with the letters it owes; None if it was made before.

    With nothing to say there is a digest of no items, and no letter. `owed_at` is when the letters are to leave,
    if the digest is made as if it were another time.
    """
    due = last_due(portal, mailing_list, now)
    digest = making.put_together(session, portal, mailing_list, due, period_of(portal, due))
    if digest is not None:
        making.send(session, portal, signer, digest, owed_at or now)
    return digest


def preview(session: Session, portal: Portal, mailing_list: MailingList, now: datetime) -> str:
    """The text of the next digest as it would be now."""
    due = last_due(portal, mailing_list, now + WEEK)
    return making.preview(session, portal, mailing_list, due, period_of(portal, due))


def _is_unsent(session: Session, portal: Portal, mailing_list: MailingList, due: datetime) -> bool:
    return making.find(session, mailing_list, period_of(portal, due)) is None
