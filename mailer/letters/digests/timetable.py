"""The timetable of digests: when each is due, and what is made and sent then."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from mailer.letters.digests import making
from tickets.database.models import Digest, MailingList, Mode
from tickets.database.store import Clock, Store
from tickets.people import lists, subscriptions
from tickets.people.owners import editors_of
from tickets.portal import Portal
from tickets.tokens import Signer
from tickets.workdays import is_working_day, week_of, working_day_before

WEEK = timedelta(days=7)
AFTERNOON = 14  # local time, at which editors get what goes out the day after


# -- when ------------------------------------------------------------------------------


def last_due(portal: Portal, mailing_list: MailingList, now: datetime) -> datetime:
    """The newest time at or before `now` at which a digest of the list was due.

    Counted on the local calendar, so that 08:00 stays 08:00 through daylight saving; a time that the clock
    skips in spring is due as much later.
    """
    today = _on_the_day(portal, mailing_list, now)
    due = today - timedelta(days=(today.weekday() - mailing_list.digest_weekday) % 7)
    if due.astimezone(now.tzinfo) > now:
        due -= WEEK
    return due.astimezone(now.tzinfo)


def next_due(portal: Portal, mailing_list: MailingList, now: datetime) -> datetime:
    """The first time after `now` at which a digest of the list is due."""
    return last_due(portal, mailing_list, last_due(portal, mailing_list, now) + WEEK + timedelta(hours=2))


def editors_get_it(portal: Portal, due: datetime) -> datetime:
    """When the editors get a digest that is due then: on the afternoon of the working day before."""
    before = working_day_before(portal.local(due)).replace(hour=AFTERNOON, minute=0)
    return before.astimezone(due.tzinfo)


def due_today(portal: Portal, mailing_list: MailingList, now: datetime) -> datetime | None:
    """When the daily digest of this day was due; None if it is not yet, or nobody works today."""
    due = _on_the_day(portal, mailing_list, now)
    return due.astimezone(now.tzinfo) if due <= now and is_working_day(due.date()) else None


def _on_the_day(portal: Portal, mailing_list: MailingList, now: datetime) -> datetime:
    """The list's time for digests on the day of `now`, by the local clock."""
    hour, minute = mailing_list.digest_hour, mailing_list.digest_minute
    return portal.local(now).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)


def day_of(portal: Portal, due: datetime) -> str:
    """The day that a daily digest is for: 2026-11-23."""
    return f"{portal.local(due):%Y-%m-%d}"


def period_of(portal: Portal, due: datetime) -> str:
    """The ISO week that a digest is for: 2026-W48."""
    return week_of(portal.local(due))


# -- making ----------------------------------------------------------------------------


class Digester:
    """Makes the digests that are due: exactly one per list and week, however often it is asked."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, clock: Clock) -> None:
        self._store, self._portal, self._signer, self._clock = store, portal, signer, clock

    def work(self) -> int:
        """Make all digests that are due now, and put together those whose editors get them now; how many are made."""
        now = self._clock()
        with self._store.reading() as session:
            rows = list(session.exec(select(MailingList)))
            due = [row.name for row in rows if self._is_due(session, row, now)]
            daily = [row.name for row in rows if self._is_due_today(session, row, now)]
            early = [row.name for row in rows if self._is_for_editors(session, row, now)]
        for name in due:
            with self._store.transaction() as session:
                make_digest(session, self._portal, self._signer, lists.find_list(session, name), now)
        for name in daily:
            with self._store.transaction() as session:
                make_daily(session, self._portal, self._signer, lists.find_list(session, name), now)
        for name in early:
            with self._store.transaction() as session:
                draft_digest(session, self._portal, lists.find_list(session, name), now)
        return len(due) + len(daily)

    def _is_due(self, session: Session, mailing_list: MailingList, now: datetime) -> bool:
        due = last_due(self._portal, mailing_list, now)
        if due < mailing_list.created_at:
            return False
        made = making.find(session, mailing_list, period_of(self._portal, due))
        return made is None or (made.sent_at is None and not made.is_stopped)

    def _is_due_today(self, session: Session, mailing_list: MailingList, now: datetime) -> bool:
        due = due_today(self._portal, mailing_list, now)
        if (
            due is None
            or due < mailing_list.created_at
            or making.find(session, mailing_list, day_of(self._portal, due))
        ):
            return False
        return bool(subscriptions.subscribers(session, mailing_list.key, Mode.DAILY))

    def _is_for_editors(self, session: Session, mailing_list: MailingList, now: datetime) -> bool:
        due = next_due(self._portal, mailing_list, now)
        if now < editors_get_it(self._portal, due) or not editors_of(session, mailing_list):
            return False
        return making.find(session, mailing_list, period_of(self._portal, due)) is None


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
    period = period_of(portal, due)
    digest = making.put_together(session, portal, mailing_list, due, period) or making.find(
        session, mailing_list, period
    )
    if digest is None or digest.sent_at is not None:
        return None
    making.send(session, portal, signer, digest, owed_at or now)
    return digest


def make_daily(
    session: Session, portal: Portal, signer: Signer, mailing_list: MailingList, now: datetime
) -> Digest | None:
    """Make today's digest for those who want one each working day; None if it is not due or was made before."""
    due = due_today(portal, mailing_list, now)
    if due is None:
        return None
    digest = making.put_together(session, portal, mailing_list, due, day_of(portal, due), Mode.DAILY)
    if digest is not None:
        making.send(session, portal, signer, digest, now)
    return digest


def draft_digest(session: Session, portal: Portal, mailing_list: MailingList, now: datetime) -> Digest | None:
    """Put the next digest together, and have the editors of the list get it; None if there is nothing to say yet."""
    due = next_due(portal, mailing_list, now)
    return making.draft(session, portal, mailing_list, due, period_of(portal, due), now)


def preview(session: Session, portal: Portal, mailing_list: MailingList, now: datetime) -> str:
    """The text of the next digest as it would be now."""
    due = next_due(portal, mailing_list, now)
    return making.preview(session, portal, mailing_list, due, period_of(portal, due))
