"""Delivery: letters owed to people go to the relay, each until it is taken, refused or five days old.

A claim writes a lease and commits before anything is sent. A connection sends its next letter only when the
result of the last is durable: a crash repeats at most the one letter that each connection had in hand.
"""

import asyncio
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, or_, select, update
from sqlmodel import Session, col

from mailer import bounces
from mailer.arrivals import new_holder
from mailer.letters import Copier
from mailer.relay import Carrier, Fate, Outcome, Relay, open_carrier
from tickets import links, membership
from tickets.errors import StorageTrouble
from tickets.group_commit import GroupCommit
from tickets.models import Delivery, DeliveryState, Letter, LetterKind, MailingList, Ticket, metadata
from tickets.portal import Portal
from tickets.store import Clock, Store
from tickets.tokens import Signer

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
RENEW_EVERY = 5.0  # seconds
BATCH = 200
LOOK_EVERY = 1.0
GATHER = 0.02  # seconds between two claims, in which more may be owed
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(seconds=4_000)
JITTER = 0.2
GIVE_UP = timedelta(days=5)
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # seconds that a relay in trouble is left alone
MOST_COPIERS = 50

DELIVERIES, LETTERS = metadata.tables["deliveries"], metadata.tables["letters"]


def next_attempt(attempts: int, first_at: datetime, now: datetime, chance: float = 0.5) -> datetime | None:
    """When to try again after so many attempts: in 5 min, doubled up to 4,000 s; None after five days.

    `chance`, from 0 to 1, moves it by up to a fifth either way, so that letters do not come back in step.
    """
    delay = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)
    at = now + delay * (1 + JITTER * (2 * chance - 1))
    return None if at - first_at > GIVE_UP else at


@dataclass(frozen=True)
class Parcel:
    """A delivery in hand: claimed, permitted, with what makes its copy."""

    delivery: Delivery
    copier: Copier


@dataclass
class Hold:
    """How long a claimed delivery is ours for certain, by the clock that also runs while the process is frozen."""

    lease: str
    until: float  # time.monotonic()


@dataclass(frozen=True)
class Result:
    """What is to be noted on a delivery that was in hand."""

    delivery: Delivery
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    reply: str
    at: datetime
    refusal: Outcome | None = None  # the words after which it is given up


@dataclass(frozen=True)
class Suspect:
    """A letter at which the relay got into trouble: how often although others got through, and how many had then."""

    times: int
    sent: int


class Deliverer:
    """Sends what is owed, over several connections that are kept open."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, relay: Relay, clock: Clock) -> None:
        self._store, self._portal, self._signer, self._relay, self._clock = store, portal, signer, relay, clock
        self._holder = new_holder()
        self._claims = 0
        self._in_hand: dict[int, Hold] = {}
        self._copiers: dict[int, Copier] = {}
        self._pause = 0.0
        self._sent = 0
        self._suspects: dict[int, Suspect] = {}

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; letters under way are finished first."""
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        results = GroupCommit(self._store.whisper, _note)
        parcels: asyncio.Queue[Parcel | None] = asyncio.Queue()
        connections = [
            asyncio.create_task(self._send_parcels(parcels, results)) for _ in range(self._relay.connections)
        ]
        renewing = asyncio.create_task(self._renew())
        try:
            await self._keep_claiming(parcels, stop)
        finally:
            while not parcels.empty():  # their leases run out, and somebody else takes them
                parcels.get_nowait()
            for _ in connections:
                parcels.put_nowait(None)
            await asyncio.gather(*connections, return_exceptions=True)
            renewing.cancel()
            await asyncio.to_thread(results.close)
            await asyncio.to_thread(self._give_back)

    async def _keep_claiming(self, parcels: asyncio.Queue[Parcel | None], stop: threading.Event) -> None:
        while not stop.is_set():
            seen = self._store.writes
            try:
                claimed = await asyncio.to_thread(self._claim)
            except StorageTrouble as trouble:
                log.error("database in trouble", chore="delivery", trouble=str(trouble))
                claimed = []
                await asyncio.sleep(LOOK_EVERY)
            except Exception:
                log.exception("claiming failed")
                claimed = []
                await asyncio.sleep(LOOK_EVERY)
            for parcel in claimed:
                parcels.put_nowait(parcel)
            if claimed:
                await asyncio.sleep(GATHER)
            else:
                await asyncio.to_thread(self._store.wait, seen, LOOK_EVERY)
            while parcels.qsize() > self._relay.connections and not stop.is_set():
                await asyncio.sleep(0.005)
            if self._pause:
                await asyncio.sleep(min(self._pause, LOOK_EVERY))

    # -- claiming ----------------------------------------------------------------------

    def _claim(self) -> list[Parcel]:
        """The next due deliveries, leased to us; those whose recipient may no longer get them are withdrawn."""
        now = self._clock()
        with self._store.reading() as session:
            if session.execute(DUE, {"now": now, "most": 1}).first() is None:
                return []
        self._claims += 1
        lease, held_until = f"{self._holder}-{self._claims}", time.monotonic() + LEASE.total_seconds()
        with self._store.transaction() as session:
            deliveries = list(session.execute(DUE_TO_US, {"now": now, "most": BATCH}).scalars())
            keys = [delivery.id or 0 for delivery in deliveries]
            session.connection().execute(CLAIM, {"keys": keys, "new_lease": lease, "new_until": now + LEASE})
            letters = _letters(session, {delivery.letter_key for delivery in deliveries})
            refused = _refused(session, deliveries, letters)
            session.expunge_all()
            for delivery in deliveries:
                delivery.lease, delivery.attempts = lease, delivery.attempts + 1
            _note(session, [_withdrawn(delivery, now) for delivery in deliveries if delivery.id in refused])
        kept = [delivery for delivery in deliveries if delivery.id not in refused]
        self._prepare_copiers(letters)
        self._in_hand |= {delivery.id or 0: Hold(lease, held_until) for delivery in kept}
        return [Parcel(delivery, self._copiers[delivery.letter_key]) for delivery in kept]

    def _prepare_copiers(self, letters: "Letters") -> None:
        for key in list(self._copiers)[: max(0, len(self._copiers) - MOST_COPIERS)]:
            del self._copiers[key]
        for key, (letter, ticket, mailing_list) in letters.items():
            if key not in self._copiers:
                number = ticket.number if ticket else 0
                self._copiers[key] = Copier(self._portal, self._signer, letter, mailing_list, number)

    # -- sending -----------------------------------------------------------------------

    async def _send_parcels(self, parcels: asyncio.Queue[Parcel | None], results: GroupCommit[Result]) -> None:
        """One connection: a letter at a time, the next when the result of the last is durable."""
        carrier = open_carrier(self._relay, self._portal.data_dir)
        while (parcel := await parcels.get()) is not None:
            try:
                if self._is_ours(parcel.delivery):
                    await self._send(carrier, parcel, results)
            except Exception:
                log.exception("delivery failed", delivery=parcel.delivery.id)
            finally:
                self._in_hand.pop(parcel.delivery.id or 0, None)
        await carrier.close()

    def _is_ours(self, delivery: Delivery) -> bool:
        """Whether the lease still runs; what we held too long, frozen or behind a slow relay, is another's by now."""
        hold = self._in_hand.get(delivery.id or 0)
        return hold is not None and time.monotonic() < hold.until

    async def _send(self, carrier: Carrier, parcel: Parcel, results: GroupCommit[Result]) -> None:
        delivery = parcel.delivery
        return_path = links.return_path(self._portal, self._signer, delivery.id or 0)
        outcome = await carrier.send(return_path, delivery.recipient, parcel.copier.copy(delivery))
        self._heed(outcome)
        await self._keep_noting(results, self._result(delivery, outcome))

    async def _keep_noting(self, results: GroupCommit[Result], result: Result) -> None:
        """Note a result however long the database is in trouble: forgotten, the letter would go out again."""
        while True:
            try:
                await asyncio.wrap_future(results.submit(result))
            except StorageTrouble:
                await asyncio.sleep(LOOK_EVERY)
            else:
                return

    def _heed(self, outcome: Outcome) -> None:
        """Leave a relay in trouble alone for a while, longer each time."""
        if outcome.fate is not Fate.TROUBLE:
            self._pause = 0.0
            self._sent += 1
            return
        if not self._pause:
            log.error("relay in trouble", reply=outcome.reply)
        self._pause = min(max(self._pause * 1.5, FIRST_PAUSE), LONGEST_PAUSE)

    def _pause_of(self, delivery: Delivery) -> float:
        """How long a letter waits that the relay got into trouble with: twice as long if others got through since."""
        before = self._suspects.get(delivery.id or 0, Suspect(0, self._sent))
        suspect = Suspect(before.times + (before.sent != self._sent), self._sent)
        self._suspects[delivery.id or 0] = suspect
        own: float = FIRST_PAUSE * 2 ** min(suspect.times, 20)
        return max(self._pause, min(own, LONGEST_RETRY.total_seconds())) * random.uniform(0.8, 1.2)

    def _result(self, delivery: Delivery, outcome: Outcome) -> Result:
        now = self._clock()
        if outcome.fate is not Fate.TROUBLE:
            self._suspects.pop(delivery.id or 0, None)
        if outcome.fate is Fate.SENT:
            return Result(delivery, DeliveryState.SENT, delivery.attempts, now, outcome.reply, now)
        if outcome.fate is Fate.PERMANENT:
            return Result(delivery, DeliveryState.FAILED, delivery.attempts, now, outcome.reply, now, outcome)
        if outcome.fate is Fate.TROUBLE:
            again = now + timedelta(seconds=self._pause_of(delivery))
            state = DeliveryState.WAITING if again - delivery.made_at < GIVE_UP else DeliveryState.FAILED
            return Result(delivery, state, delivery.attempts - 1, again, outcome.reply, now)
        later = next_attempt(delivery.attempts, delivery.made_at, now, random.random())
        if later is None:
            return Result(delivery, DeliveryState.FAILED, delivery.attempts, now, outcome.reply, now, outcome)
        return Result(delivery, DeliveryState.WAITING, delivery.attempts, later, outcome.reply, now)

    # -- leases ------------------------------------------------------------------------

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            if self._in_hand:
                await asyncio.to_thread(self._renew_now)

    def _renew_now(self) -> None:
        """Hold on to what is in hand and still ours; what another has claimed meanwhile has another lease."""
        held_until = time.monotonic() + LEASE.total_seconds()
        leases = {hold.lease for hold in list(self._in_hand.values())}
        mine = (DELIVERIES.c.id.in_(list(self._in_hand)), DELIVERIES.c.lease.in_(leases))
        try:
            with self._store.whisper() as session:
                renewed = session.connection().execute(
                    update(DELIVERIES)
                    .where(*mine)
                    .values(leased_until=self._clock() + LEASE)
                    .returning(DELIVERIES.c.id)
                )
                keys = list(renewed.scalars())
        except StorageTrouble as trouble:
            log.error("database in trouble", chore="renewing leases", trouble=str(trouble))
            return
        for key in keys:
            if hold := self._in_hand.get(key):
                hold.until = held_until

    def _give_back(self) -> None:
        """At the end: what we claimed and never tried is nobody's again, the try not counted."""
        mine = (DELIVERIES.c.state == DeliveryState.WAITING, DELIVERIES.c.lease.startswith(self._holder))
        with self._store.transaction() as session:
            session.connection().execute(
                update(DELIVERIES)
                .where(*mine)
                .values(lease=None, leased_until=None, attempts=DELIVERIES.c.attempts - 1)
            )


# -- claiming --------------------------------------------------------------------------

Letters = dict[int, tuple[Letter, Ticket | None, MailingList | None]]  # by key, with what they are about
DUE = (
    select(Delivery)
    .where(
        col(Delivery.state) == DeliveryState.WAITING,
        col(Delivery.next_attempt_at) <= bindparam("now"),
        or_(col(Delivery.leased_until).is_(None), col(Delivery.leased_until) < bindparam("now")),
    )
    .order_by(col(Delivery.next_attempt_at), col(Delivery.id))
    .limit(bindparam("most"))
)
DUE_TO_US = DUE.with_for_update(skip_locked=True)
CLAIM = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id.in_(bindparam("keys", expanding=True)))
    .values(lease=bindparam("new_lease"), leased_until=bindparam("new_until"), attempts=DELIVERIES.c.attempts + 1)
)
LETTERS_ABOUT = (
    select(Letter, Ticket, MailingList)
    .outerjoin(Ticket, col(Ticket.id) == col(Letter.ticket_key))
    .outerjoin(MailingList, col(MailingList.id) == col(Letter.mailing_list_key))
    .where(col(Letter.id).in_(bindparam("keys", expanding=True)))
)


def _letters(session: Session, keys: set[int]) -> Letters:
    found = session.execute(LETTERS_ABOUT, {"keys": list(keys)})
    return {letter.id or 0: (letter, ticket, mailing_list) for letter, ticket, mailing_list in found}


def _refused(session: Session, deliveries: Sequence[Delivery], letters: Letters) -> set[int]:
    """Those deliveries whose recipient may no longer get the letter."""
    refused: set[int] = set()
    for letter_key, (letter, ticket, _) in letters.items():
        owed = {one.person_key: one for one in deliveries if one.letter_key == letter_key}
        capacities = {key: delivery.capacity for key, delivery in owed.items()}
        entitled = membership.still_entitled(session, letter, ticket, capacities)
        refused |= {delivery.id or 0 for key, delivery in owed.items() if key not in entitled}
    return refused


# -- results ---------------------------------------------------------------------------

NOTE = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("key"), DELIVERIES.c.lease == bindparam("held_lease"))
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("new_attempts"),
        next_attempt_at=bindparam("new_next"),
        settled_at=bindparam("new_settled"),
        reply=bindparam("new_reply"),
        lease=None,
        leased_until=None,
    )
)


def _note(session: Session, results: list[Result]) -> None:
    """Note results on their deliveries, unless the lease is no longer ours; a sent way in is kept by nobody.

    What is given up counts as a bounce of whom it was for, in the same transaction.
    """
    if usual := [_values(result) for result in results if result.refusal is None]:
        session.connection().execute(NOTE, usual)
    for result in results:
        if result.refusal and session.connection().execute(NOTE, _values(result)).rowcount:
            bounces.count_refusal(session, result.delivery.id or 0, result.refusal, result.at)
    spent = [
        result.delivery.letter_key
        for result in results
        if result.delivery.kind is LetterKind.LOGIN and result.state is not DeliveryState.WAITING
    ]
    if spent:
        session.connection().execute(update(LETTERS).where(LETTERS.c.id.in_(spent)).values(octets=b""))


def _values(result: Result) -> dict[str, object]:
    return {
        "key": result.delivery.id,
        "held_lease": result.delivery.lease,
        "new_state": result.state,
        "new_attempts": result.attempts,
        "new_next": result.next_attempt_at,
        "new_settled": None if result.state is DeliveryState.WAITING else result.at,
        "new_reply": result.reply,
    }


def _withdrawn(delivery: Delivery, now: datetime) -> Result:
    reason = "may no longer get this letter"
    return Result(delivery, DeliveryState.WITHDRAWN, delivery.attempts - 1, now, reason, now)
