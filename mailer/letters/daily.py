"""The daily letter: on each working day, word to the administrators of what waits for them; none if nothing does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from mailer.letters import outbox
from mailer.letters.kinds.waiting import AsideRow, TroubleRow, WaitingView
from mailer.letters.letters import Draft
from tickets import links, overview
from tickets.database.models import (
    Arrival,
    Capacity,
    DailyReport,
    Delivery,
    DeliveryState,
    Leftover,
    LeftoverReason,
    LetterKind,
    SetAside,
    Trouble,
)
from tickets.database.store import Clock, Store
from tickets.moderation import holding, troubles
from tickets.numbers.cpr import mask_cpr
from tickets.people import appointments, reachability
from tickets.portal import Portal
from tickets.workdays import is_working_day, working_day_before

HOUR = 8  # local time from which the letter is due
MOST_NAMED = 20  # messages that the letter names; the page has all


@dataclass(frozen=True)
class Outstanding:
    """What waits for the administrators: messages put aside over a working day ago, and what else went wrong."""

    aside: Sequence[Arrival]
    set_aside: int  # events that a follower could not take
    failed: int  # letters that were given up since the last report
    paused: int  # subscriptions that were paused since then, for too much came back
    too_large: int = 0  # messages that were left in the mailbox since then
    known: int = 0  # the same, for they were seen before it was numbered anew
    troubles: Sequence[Trouble] = ()  # what does not work now
    oldest: datetime | None = None  # since when the oldest letter waits, while the relay is in trouble

    @property
    def items(self) -> int:
        """How many things there are to tell."""
        told_once = self.set_aside + self.failed + self.paused + self.too_large + self.known
        return len(self.aside) + told_once + len(self.troubles)


class Reporter:
    """Makes the report that is due: one per working day, however often it is asked."""

    def __init__(self, store: Store, portal: Portal, clock: Clock) -> None:
        self._store, self._portal, self._clock = store, portal, clock

    def work(self) -> int:
        """Make today's report if it is due; how many were made."""
        now = self._clock()
        if not _is_due(self._portal, now):
            return 0
        day = f"{self._portal.local(now):%Y-%m-%d}"
        with self._store.reading() as session:
            if session.get(DailyReport, day) is not None:
                return 0
        with self._store.transaction() as session:
            return int(make_report(session, self._portal, now) is not None)


def _is_due(portal: Portal, now: datetime) -> bool:
    local = portal.local(now)
    return local.hour >= HOUR and is_working_day(local.date())


def make_report(session: Session, portal: Portal, now: datetime) -> DailyReport | None:
    """Make the report of this day in one transaction with the letters it owes; None if it was made before."""
    day = f"{portal.local(now):%Y-%m-%d}"
    if session.get(DailyReport, day) is not None:
        return None
    owed = collect(session, portal, now)
    report = DailyReport(day=day, made_at=now, items=owed.items)
    session.add(report)
    session.flush()  # whoever makes it at the same moment fails here, before anything is owed
    if owed.items:
        readers = [(person, Capacity.SELF) for person in appointments.administrators(session)]
        outbox.owe(session, portal, _draft(portal, owed), readers, report, now)
    return report


def collect(session: Session, portal: Portal, now: datetime) -> Outstanding:
    """What waits now; what failed or was paused is told once, in the first report after."""
    last = session.exec(select(func.max(DailyReport.made_at))).one() or now - timedelta(days=1)
    failed = select(func.count()).where(
        Delivery.state == DeliveryState.FAILED, col(Delivery.settled_at) > last, col(Delivery.settled_at) <= now
    )
    given_up = select(func.count()).where(col(SetAside.is_given_up))
    left = dict(
        session.exec(select(Leftover.why, func.count()).where(col(Leftover.since) > last).group_by(Leftover.why)).all()
    )
    now_wrong = troubles.current(session)
    before = working_day_before(portal.local(now)).astimezone(now.tzinfo)
    return Outstanding(
        aside=holding.aside_since(session, before),
        set_aside=session.exec(given_up).one(),
        failed=session.exec(failed).one(),
        paused=sum(last < at <= now for _, _, at in reachability.paused(session)),
        too_large=left.get(LeftoverReason.TOO_LARGE, 0),
        known=left.get(LeftoverReason.KNOWN, 0),
        troubles=now_wrong,
        oldest=overview.oldest_waiting(session).get("deliveries") if now_wrong else None,
    )


def _draft(portal: Portal, owed: Outstanding) -> Draft:
    rows = tuple(_row(portal, arrival) for arrival in owed.aside[:MOST_NAMED])
    view = WaitingView(
        rows=rows,
        count=len(owed.aside),
        more=len(owed.aside) - len(rows),
        set_aside=owed.set_aside,
        failed=owed.failed,
        paused=owed.paused,
        too_large=owed.too_large,
        known=owed.known,
        troubles=tuple(TroubleRow(one.name, one.since, mask_cpr(one.said)) for one in owed.troubles),
        oldest=owed.oldest,
        url=f"{portal.base_url}/held",
    )
    return Draft(
        kind=LetterKind.WAITING,
        template=LetterKind.WAITING.value,
        view=view,
        message_id=links.make_own_id(portal),
        auto_submitted="auto-generated",
    )


def _row(portal: Portal, arrival: Arrival) -> AsideRow:
    return AsideRow(
        subject=mask_cpr(arrival.subject),
        author=mask_cpr(arrival.author),
        address=arrival.recipient,
        grounds=arrival.grounds,
        since=arrival.settled_at,
        url=links.held_url(portal, arrival.key),
    )
