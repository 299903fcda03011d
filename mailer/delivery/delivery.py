"""Delivery: letters owed to people go to the relay, each until it is taken, refused or five days old.

A claim writes a lease and commits before anything is sent. A connection sends its next letter only when the
result of the last is durable: a crash repeats at most the one letter that each connection had in hand.
"""

import asyncio
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, update
from sqlmodel import Session

from mailer.delivery import bounces
from mailer.delivery.claims import Claims
from mailer.delivery.parcels import Parcel, Tray
from mailer.delivery.passage import Doubts, Passage, about, longer
from mailer.delivery.relay import PLAIN, Carrier, Fate, Outcome, open_carrier
from mailer.delivery.signing import Key
from mailer.letters.registry import declarations
from mailer.sections import Relay
from tickets import links
from tickets.database.group_commit import GroupCommit
from tickets.database.models import Delivery, DeliveryState, Urgency, metadata
from tickets.database.store import Clock, Store
from tickets.errors import StorageTrouble
from tickets.moderation.troubles import RELAY, TroubleWatch
from tickets.portal import Portal
from tickets.tokens import Signer

log = structlog.get_logger()

RENEW_EVERY = 5.0  # seconds
BATCH = 200
LOOK_EVERY = 1.0
GATHER = 0.02  # seconds between two claims, in which more may be owed
GLANCE = 0.005
IDLE = 60.0  # seconds after which a connection that has nothing to send is ended, before the relay does it
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(seconds=4_000)
JITTER = 0.2
GIVE_UP = timedelta(days=5)

DELIVERIES, LETTERS = metadata.tables["deliveries"], metadata.tables["letters"]


def next_attempt(attempts: int, first_at: datetime, now: datetime, chance: float = 0.5) -> datetime | None:
    """When to try again after so many attempts: in 5 min, doubled up to 4,000 s; None after five days.

    `chance`, from 0 to 1, moves it by up to a fifth either way, so that letters do not come back in step.
    """
    delay = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)
    at = now + delay * (1 + JITTER * (2 * chance - 1))
    return None if at - first_at > GIVE_UP else at


@dataclass(frozen=True)
class DeliveryResult:
    """What is to be noted on a delivery that was in hand."""

    delivery: Delivery
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    reply: str
    at: datetime
    refusal: Outcome | None = None  # the words after which it is given up


class Deliverer:
    """Sends what is owed, over several connections that are kept open."""

    def __init__(
        self, store: Store, portal: Portal, signer: Signer, relay: Relay, clock: Clock, keys: tuple[Key, ...] = ()
    ) -> None:
        """With `keys`, each letter is signed by them before it leaves."""
        self._store, self._portal, self._signer, self._relay, self._clock = store, portal, signer, relay, clock
        self._claims, self._signs = Claims(store, portal, signer, clock, keys), bool(keys)
        self._tray = Tray(enough=2 * relay.connections)
        self._passage, self._doubts = Passage(), Doubts()
        self._watch = TroubleWatch(store.whisper, RELAY, clock)
        self._sent = 0

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; letters under way are finished first."""
        if self._relay.shows_password:
            log.warning(PLAIN, relay=self._relay.host)
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        results = GroupCommit(self._store.whisper, _note)
        self._telling, self._ending = asyncio.Lock(), asyncio.Event()
        connections = [asyncio.create_task(self._send_parcels(results)) for _ in range(self._relay.connections)]
        renewing = asyncio.create_task(self._keep_renewing())
        try:
            await self._keep_claiming(stop)
        finally:
            self._ending.set()
            self._tray.end(len(connections))  # the leases of what lay there run out, and somebody else takes it
            await asyncio.gather(*connections, return_exceptions=True)
            renewing.cancel()
            await asyncio.to_thread(results.close)
            await asyncio.to_thread(self._claims.give_back)

    # -- claiming ----------------------------------------------------------------------

    async def _keep_claiming(self, stop: threading.Event) -> None:
        while not stop.is_set():
            seen, room = self._store.writes, self._tray.room()
            claimed = await self._claim(room)
            for parcel in claimed:
                self._tray.put(parcel)
            if claimed:
                await asyncio.sleep(GATHER)
            elif len(room) == len(Urgency):
                await asyncio.to_thread(self._store.wait, seen, LOOK_EVERY)
            else:
                await self._await_room(room, seen)

    async def _claim(self, room: list[Urgency]) -> list[Parcel]:
        """What is due and has room; while the relay is in trouble one letter, when it is time to try it."""
        now = time.monotonic()
        is_open = self._passage.is_open
        if not is_open and not (self._passage.may_try(now) and len(room) == len(Urgency)):
            return []
        try:
            most = BATCH if is_open else 1
            return await asyncio.to_thread(self._claims.claim, room, most, self._doubts.resting(now))
        except StorageTrouble:
            pass
        except Exception:
            log.exception("claiming failed")
        await asyncio.sleep(LOOK_EVERY)
        return []

    async def _await_room(self, room: list[Urgency], seen: int) -> None:
        """Return when there is more room, or perhaps something more urgent."""
        await asyncio.sleep(GATHER)
        until = time.monotonic() + LOOK_EVERY
        while self._tray.room() == room and self._store.writes == seen and time.monotonic() < until:
            await asyncio.sleep(GLANCE)

    # -- sending -----------------------------------------------------------------------

    async def _send_parcels(self, results: GroupCommit[DeliveryResult]) -> None:
        """One connection: a letter at a time, the next when the result of the last is durable."""
        carrier, rest = open_carrier(self._relay, self._portal.data_dir), 0.0
        while (parcel := await self._take(carrier)) is not None:
            try:
                is_let_in = await self._handle(carrier, parcel, results)
            except Exception:
                log.exception("delivery failed", delivery=parcel.delivery.id)
            else:
                rest = 0.0 if is_let_in else longer(rest)
                await self._rest(about(rest))
            finally:
                self._claims.let_go(parcel.delivery)
        await carrier.close()

    async def _take(self, carrier: Carrier) -> Parcel | None:
        try:
            async with asyncio.timeout(IDLE):
                return await self._tray.take()
        except TimeoutError:
            await carrier.close()
            return await self._tray.take()

    async def _rest(self, seconds: float) -> None:
        """Leave a relay alone that lets in others of us, and not this connection."""
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            pass

    async def _handle(self, carrier: Carrier, parcel: Parcel, results: GroupCommit[DeliveryResult]) -> bool:
        """Send a letter if it may be sent, and note what became of it; False if only this connection is kept out."""
        begun, delivery = time.monotonic(), parcel.delivery
        if not self._claims.is_ours(delivery):
            return True
        with self._passage.attempt(begun) as is_admitted:
            if not is_admitted:
                await self._keep_noting(results, _untried(delivery, self._clock()))
                return True
            return_path = links.return_path(self._portal, self._signer, delivery.key)
            outcome = await carrier.send(return_path, delivery.recipient, await self._copy(parcel))
            result = self._judge(delivery, outcome, begun)
            is_let_in = outcome.fate is not Fate.TROUBLE or not self._passage.is_open
        await self._keep_noting(results, result)
        await self._tell(outcome)
        return is_let_in

    async def _copy(self, parcel: Parcel) -> bytes:
        """The octets of a letter; a signature is made beside the loop, so that all cores make them."""
        if self._signs:
            return await asyncio.to_thread(parcel.copier.copy, parcel.delivery)
        return parcel.copier.copy(parcel.delivery)

    async def _keep_noting(self, results: GroupCommit[DeliveryResult], result: DeliveryResult) -> None:
        """Note a result however long the database is in trouble: forgotten, the letter would go out again."""
        while True:
            try:
                await asyncio.wrap_future(results.submit(result))
            except StorageTrouble:
                await asyncio.sleep(LOOK_EVERY)
            else:
                delivery = result.delivery
                log.info(
                    "letter", number=delivery.id, kind=str(delivery.kind), state=str(result.state), reply=result.reply
                )
                return

    # -- what becomes of it ------------------------------------------------------------

    def _judge(self, delivery: Delivery, outcome: Outcome, begun: float) -> DeliveryResult:
        """The result to note on a delivery; all connections hear whether letters get through."""
        now, key = time.monotonic(), delivery.key
        if outcome.fate is Fate.TROUBLE:
            self._passage.fail(begun, now)
            return self._put_off(delivery, outcome, 0.0)
        if outcome.fate is Fate.UNCLEAR:
            own = self._doubts.add(key, self._sent, now)
            is_relays = self._passage.doubt(key, begun, now)
            return self._put_off(delivery, outcome, 0.0 if is_relays else own)
        self._sent += 1
        if not self._passage.is_open:
            self._store.ring()  # all that wait are due
        self._passage.get_through(now)
        self._doubts.release()
        self._doubts.forget(key)
        return _settled(delivery, outcome, self._clock())

    def _put_off(self, delivery: Delivery, outcome: Outcome, seconds: float) -> DeliveryResult:
        """The result for a letter that the relay could not take: due, or in its own pause; the try is not counted."""
        now = self._clock()
        again = now + timedelta(seconds=seconds) if seconds else delivery.next_attempt_at
        state = DeliveryState.WAITING if now - delivery.made_at < GIVE_UP else DeliveryState.FAILED
        return DeliveryResult(delivery, state, delivery.attempts - 1, again, outcome.reply, now)

    async def _tell(self, outcome: Outcome) -> None:
        """Tell of the relay's trouble while it lasts, and of its end."""
        if self._passage.is_open and self._watch.is_quiet:
            return
        async with self._telling:
            if self._passage.is_open:
                await asyncio.to_thread(self._watch.works)
            else:
                await asyncio.to_thread(self._watch.fails, outcome.reply)
                await self._give_up(outcome)

    async def _give_up(self, outcome: Outcome) -> None:
        """The five days run for those too that have not been tried since the relay is in trouble."""
        with suppress(StorageTrouble):
            await asyncio.to_thread(self._claims.give_up, self._clock() - GIVE_UP, outcome.reply)

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            with suppress(StorageTrouble):
                await asyncio.to_thread(self._claims.renew)


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


def _note(session: Session, results: list[DeliveryResult]) -> None:
    """Note results on their deliveries, unless the lease is no longer ours; a secret letter goes once it was sent.

    A letter that is given up counts as a bounce of its recipient, in the same transaction.
    """
    if usual := [_values(result) for result in results if result.refusal is None]:
        session.connection().execute(NOTE, usual)
    for result in results:
        if result.refusal and session.connection().execute(NOTE, _values(result)).rowcount:
            bounces.count_refusal(session, result.delivery.key, result.refusal, result.at)
    spent = [
        result.delivery.letter_key
        for result in results
        if declarations()[result.delivery.kind].is_secret and result.state is not DeliveryState.WAITING
    ]
    if spent:
        session.connection().execute(update(LETTERS).where(LETTERS.c.id.in_(spent)).values(octets=b""))


def _values(result: DeliveryResult) -> dict[str, object]:
    return {
        "key": result.delivery.id,
        "held_lease": result.delivery.lease,
        "new_state": result.state,
        "new_attempts": result.attempts,
        "new_next": result.next_attempt_at,
        "new_settled": None if result.state is DeliveryState.WAITING else result.at,
        "new_reply": result.reply,
    }


def _settled(delivery: Delivery, outcome: Outcome, now: datetime) -> DeliveryResult:
    """The result for a letter that the relay took or refused."""
    if outcome.fate is Fate.SENT:
        return DeliveryResult(delivery, DeliveryState.SENT, delivery.attempts, now, outcome.reply, now)
    later = None
    if outcome.fate is Fate.TRANSIENT:
        later = next_attempt(delivery.attempts, delivery.made_at, now, random.random())
    if later is None:
        return DeliveryResult(delivery, DeliveryState.FAILED, delivery.attempts, now, outcome.reply, now, outcome)
    return DeliveryResult(delivery, DeliveryState.WAITING, delivery.attempts, later, outcome.reply, now)


def _untried(delivery: Delivery, now: datetime) -> DeliveryResult:
    """The result for a letter that came too late to be tried: as due as it was."""
    attempts, next_at = delivery.attempts - 1, delivery.next_attempt_at
    return DeliveryResult(delivery, DeliveryState.WAITING, attempts, next_at, delivery.reply, now)
