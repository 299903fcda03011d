"""The processor: takes what arrived through its journey, and settles what became of it."""

import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import ParamSpec, TypeGuard, TypeVar

import structlog
from sqlmodel import Session

from mailer.addresses import ANONYMOUS_DETAIL, BOUNCE, Directory, read_directory
from mailer.authorship.authentication import Checked
from mailer.authorship.vouching import read_voucher
from mailer.intake.arrivals import (
    Claimed,
    claim_arrivals,
    defer,
    parties_waiting,
    postpone,
    quarantine,
    send_aside,
    settle,
)
from mailer.privacy.scrubbing import scrub_post
from mailer.processing import journey, screening
from mailer.processing.privacy import make_mark, mask_names, take_numbers_out
from mailer.processing.screening import held
from mailer.processing.sorter import Sorted, Sorter, Turns
from mailer.processing.submission import JourneyMeans, Prepared, bring_in
from mailer.sandbox.attempts import attempt
from mailer.sandbox.children import USUAL, Limits
from mailer.sandbox.framing import Failure
from mailer.sandbox.incoming import Incoming, Unread
from mailer.sandbox.message import NOTHING
from mailer.sandbox.reader import Reader, Workshop
from mailer.sandbox.verifier import AT_ONCE, Verifier, check_arrivals
from tickets import journal
from tickets.conversations import numbering, threads
from tickets.database.leases import new_holder
from tickets.database.models import Disposition, EventKind, Lane, Proposal, ProposalKind
from tickets.database.store import Clock, Store
from tickets.errors import UnknownAddress
from tickets.moderation import originals
from tickets.numbers.cpr import mask_cpr
from tickets.people.sight import is_masked
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

log = structlog.get_logger()

DETAIL = re.compile(r"[+-].*@")
BATCH = 50  # arrivals that are claimed together
QUICK_SECONDS = 0.5  # of processor time, for reading what seems to be cheap; what takes more is read again elsewhere
PATIENT = 5  # times what reading may cost
MOMENT = 0.005  # seconds that a transaction waits for the next message to be read
TRIES = 3
TRY_AGAIN = timedelta(seconds=2)  # times the tries so far

P = ParamSpec("P")
T = TypeVar("T")


class Processor:
    """Takes waiting arrivals, a few at a time, through their journey."""

    def __init__(
        self,
        store: Store,
        portal: Portal,
        signer: Signer,
        clock: Clock,
        authserv_id: str | None = None,
        limits: Limits = USUAL,
        verifier: Verifier | None = None,
        feedback_addresses: tuple[str, ...] = (),
        lane: Lane | None = None,
        reader: Reader | None = None,
        undo: timedelta = timedelta(0),
    ) -> None:
        """With a verifier, authors are checked here, where no mail server in front has done it.

        Without a lane it takes from all, in the order in which they came, and each takes the time that it takes. A
        reader may be shared by processors that work in turns. `undo` is how long others wait for a question or answer.
        """
        self._store, self._portal, self._signer, self._clock = store, portal, signer, clock
        self._authserv_id, self._feedback_addresses = authserv_id, feedback_addresses
        self._reader, self._verifier = reader or Reader(limits), verifier
        self._workshop = Workshop(patient_limits(limits))
        self._undo, self._holder = undo, new_holder()
        self._in_hand: list[Claimed] = []
        self._lane, self._turns, self._sorted = lane, Turns(), Sorted()
        self._sorter = Sorter(store, portal, signer, authserv_id, verifier, self._reader)

    @property
    def costliest(self) -> float:
        """The processor time that reading one message took at most, in seconds."""
        return self._reader.costliest

    def close(self) -> None:
        """End the processes that read, clean and verify for it; to work again starts others."""
        self._reader.close()
        self._workshop.close()
        if self._verifier is not None:
            self._verifier.close()

    def work(self) -> int:
        """Process the arrivals that are due; how many. Raises StorageTrouble, and then counts no try."""
        self._give_back()
        now = self._clock()
        self._in_hand = self._claim(now)
        done = len(self._in_hand)
        checked = self._judge_authors()
        waiting, prepared = deque(self._in_hand), deque(map(Prepared, checked))
        incoming: Incoming | Failure | None = None
        for_others = self._for_others()
        unread = [self._unread(*one) for one in zip(waiting, checked, strict=True)]
        with self._reader.read(unread) as ahead:
            while waiting:
                incoming = incoming or ahead.take()  # outside any transaction, for it may take seconds
                if _takes_time(incoming, waiting, for_others):
                    incoming, prepared[0] = self._prepare(waiting[0], incoming, prepared[0])
                with self._store.transaction() as session:
                    numbering.put_off(session)
                    directory = read_directory(session, self._portal.domain, self._signer)
                    house = JourneyMeans(
                        self._portal, directory, self._authserv_id, self._feedback_addresses, self._undo
                    )
                    batch = self._store.begin_batch()
                    while incoming is not None:
                        self._finish(session, house, waiting.popleft(), incoming, prepared.popleft(), now)
                        incoming = ahead.take(MOMENT) if waiting and not batch.is_over else None
                        if _takes_time(incoming, waiting, for_others):
                            break
        self._workshop.close()
        self._in_hand = []
        return done

    def _claim(self, now: datetime) -> list[Claimed]:
        """The next arrivals of our lane; in the costly one, of the author whose last turn is longest ago."""
        if self._lane is not Lane.COSTLY:
            most = AT_ONCE if self._lane is Lane.QUICK else BATCH
            return claim_arrivals(self._store, self._holder, now, most, self._lane)
        with self._store.reading() as session:
            parties = parties_waiting(session, self._lane, now)
        if not parties:
            return []
        return claim_arrivals(self._store, self._holder, now, 1, self._lane, self._turns.next(parties))

    def _judge_authors(self) -> Sequence[Checked | None]:
        """Who vouches for the authors of the arrivals in hand; the quick lane lets go of those that may take long."""
        if self._lane is not Lane.QUICK or not self._in_hand:
            return self._check(self._in_hand)
        self._sorted = self._sorter.sort(self._in_hand)
        self._in_hand = self._sorted.claimed
        return self._sorted.checked

    def _finish(
        self,
        session: Session,
        house: JourneyMeans,
        claimed: Claimed,
        incoming: Incoming | Failure,
        prepared: Prepared,
        now: datetime,
    ) -> None:
        """Settle an arrival, or send it aside if reading it was dear, or something of its author waits elsewhere."""
        if self._lane is Lane.QUICK and self._sorted.falls_behind(claimed, is_costly=isinstance(incoming, Failure)):
            send_aside(session, claimed, Lane.COSTLY, self._sorted.parties[claimed.arrival.key])
        else:
            _settle(session, house, claimed, incoming, prepared, now)

    def _prepare(
        self, claimed: Claimed, incoming: Incoming | Failure, prepared: Prepared
    ) -> tuple[Incoming | Failure, Prepared]:
        """Make the form of a message without CPR numbers, or the copies of its files that others may have."""
        if isinstance(incoming, Failure):
            return incoming, self._with_heading(claimed, prepared)
        if not incoming.reading.findings:
            return incoming, replace(prepared, clean_files=self._workshop.clean(self._unread(claimed)))
        reading = incoming.reading
        redacted = take_numbers_out(self._workshop, self._unread(claimed), reading, self._portal)
        if isinstance(redacted, Failure):
            return redacted, self._with_heading(claimed, prepared)
        return incoming, replace(prepared, redacted=redacted)

    def _with_heading(self, claimed: Claimed, prepared: Prepared) -> Prepared:
        """What is known with the heading of a message that could not be read, for whoever looks after it."""
        heading = self._workshop.read_heading(claimed.octets, claimed.arrival.received_at)
        return replace(prepared, heading=heading)

    def _for_others(self) -> set[str]:
        """The recipients of arrivals in hand that some may read who may not know who asked."""
        recipients = {one.arrival.recipient for one in self._in_hand if DETAIL.search(one.arrival.recipient)}
        if not recipients:
            return recipients
        with self._store.reading() as session:
            directory = read_directory(session, self._portal.domain, self._signer)
            return {one for one in recipients if _is_for_others(session, directory, one)}

    def _check(self, claimed: Sequence[Claimed]) -> Sequence[Checked | None]:
        """Who vouches for the authors, all looked up at once, outside any transaction; None where nobody judges."""
        return check_arrivals(self._verifier, claimed)

    def _unread(self, claimed: Claimed, checked: Checked | None = None) -> Unread:
        """A message for its reader; where a person released it, nobody has to vouch for any of it."""
        arrival = claimed.arrival
        came_back = arrival.recipient.lower().startswith(BOUNCE)
        unread = Unread(claimed.octets, arrival.received_at, came_back)
        if arrival.is_vouched:
            return unread
        voucher = (checked.voucher if checked else None) or read_voucher(arrival.voucher)
        return replace(unread, voucher=voucher, authserv_id=self._authserv_id)

    def _give_back(self) -> None:
        """Release the arrivals that trouble of the database kept from being settled, the try not counted."""
        if self._in_hand:
            with self._store.transaction() as session:
                for claimed in self._in_hand:
                    postpone(session, claimed, self._clock(), counts=False)
            self._in_hand = []


def patient_limits(limits: Limits) -> Limits:
    """The limits for making another form of a message, for which it is read more than once."""
    return replace(limits, seconds=PATIENT * limits.seconds, patience=PATIENT * limits.patience)


def quick_limits(limits: Limits) -> Limits:
    """The limits for work on one message in the quick lane."""
    return replace(limits, seconds=min(QUICK_SECONDS, limits.seconds))


def _is_for_others(session: Session, directory: Directory, recipient: str) -> bool:
    """Whether some may read a mail to this recipient who may not know who asked."""
    if ANONYMOUS_DETAIL.search(recipient):
        return True
    try:
        destination = directory.find_destination(recipient)
    except UnknownAddress:
        return False
    if destination.proposal_key is not None:
        asked = session.get(Proposal, destination.proposal_key)
        return asked is not None and asked.kind is ProposalKind.ANONYMOUS
    if destination.mailing_list is None or destination.number is None:
        return False
    ticket = threads.find_ticket(session, destination.mailing_list, destination.number)
    return ticket is not None and is_masked(ticket.visibility)


def _takes_time(
    incoming: Incoming | Failure | None, waiting: Sequence[Claimed], for_others: set[str]
) -> TypeGuard[Incoming | Failure]:
    """Whether the first message in line needs more made of it, which is done outside any transaction."""
    if incoming is None:
        return False
    if isinstance(incoming, Failure):
        return waiting[0].arrival.attempts >= TRIES
    is_for_others = waiting[0].arrival.recipient in for_others
    return bool(incoming.reading.findings) or (is_for_others and bool(incoming.reading.post.attached))


def _settle(
    session: Session,
    house: JourneyMeans,
    claimed: Claimed,
    incoming: Incoming | Failure,
    prepared: Prepared,
    now: datetime,
) -> None:
    """Give an arrival its disposition; what fails is tried again and, after three times, quarantined."""
    outcome: Incoming | Failure | None = incoming
    if isinstance(incoming, Incoming):
        outcome = attempt(_carry, session, house, claimed, incoming, prepared, now)
    if not isinstance(outcome, Failure):
        return
    if claimed.arrival.attempts < TRIES:
        postpone(session, claimed, now + TRY_AGAIN * claimed.arrival.attempts)
        return
    failed = attempt(_put_in_quarantine, session, house, claimed, incoming, prepared, outcome.traceback, now)
    if isinstance(failed, Failure):  # then without all that could be told of it
        quarantine(session, claimed, mask_cpr(outcome.traceback), now)
        journal.append(session, EventKind.QUARANTINED, now, arrival_key=claimed.arrival.id)


def _put_in_quarantine(
    session: Session,
    house: JourneyMeans,
    claimed: Claimed,
    incoming: Incoming | Failure,
    prepared: Prepared,
    trouble: str,
    now: datetime,
) -> None:
    """Put aside a message that failed, and have its author told once, if they are known here.

    It is kept as long as any message in which CPR numbers stand. What could not even be read may hold some.
    """
    arrival = claimed.arrival
    with session.begin_nested():
        if isinstance(incoming, Failure):
            kept = make_mark(prepared.heading, len(claimed.octets), house.portal)
            originals.keep_redacted(session, arrival.content_key, kept, now)
            incoming = Incoming(prepared.heading.reading if prepared.heading else NOTHING)
        elif prepared.redacted:
            originals.keep_redacted(session, arrival.content_key, prepared.redacted.octets, now)
        incoming = replace(incoming, reading=mask_names(incoming.reading))
        post = incoming.reading.post
        quarantine(
            session, claimed, mask_cpr(trouble), now,
            author=mask_cpr(post.author.email), subject=mask_cpr(post.subject), message_id=mask_cpr(post.message_id),
            fields=incoming.reading.fields,
        )  # fmt: skip
        author, mailing_list = None, None
        if not arrival.traceback:  # then it was here before
            with suppress(UnknownAddress):
                inbound = bring_in(session, house, arrival, incoming, prepared, now)
                author = screening.find_known_author(inbound)
                mailing_list = inbound.destination.mailing_list if author else None
        journal.append(
            session, EventKind.QUARANTINED, now,
            list_key=mailing_list.id if mailing_list else None, person_key=author.id if author else None,
            arrival_key=arrival.id,
        )  # fmt: skip


def _carry(
    session: Session, house: JourneyMeans, claimed: Claimed, incoming: Incoming, prepared: Prepared, now: datetime
) -> None:
    """Process one arrival in a savepoint of its own, and note the verdict."""
    reading = mask_names(incoming.reading)
    incoming = replace(incoming, reading=replace(reading, post=scrub_post(reading.post, house.portal)))
    arrival, post = claimed.arrival, incoming.reading.post
    with session.begin_nested():
        voucher = incoming.voucher
        try:
            inbound = bring_in(session, house, arrival, incoming, prepared, now)
            voucher = screening.find_voucher(inbound)
            verdict = journey.carry(inbound)
        except UnknownAddress:
            verdict = held(Grounds(Reason.UNKNOWN_ADDRESS, {"address": arrival.recipient}))
        if verdict.disposition is None:
            defer(session, claimed, screening.next_question(arrival, now), verdict.grounds)
            return
        if prepared.redacted:
            originals.keep_redacted(session, arrival.content_key, prepared.redacted.octets, now)
        if verdict.disposition is Disposition.HELD:
            journal.append(session, EventKind.HELD, now, arrival_key=arrival.id)
        reason = verdict.grounds.reason.value if verdict.grounds else ""
        log.info("settled", number=arrival.id, disposition=str(verdict.disposition), reason=reason)
        settle(
            session, claimed, verdict.disposition, verdict.grounds, now,
            message_key=verdict.message.id if verdict.message else None, author=post.author.email,
            subject=mask_cpr(verdict.subject or post.subject), message_id=mask_cpr(post.message_id),
            defects=post.defects, voucher=asdict(voucher) if voucher else None,
            fields=reading.fields if verdict.disposition is Disposition.HELD else None,
        )  # fmt: skip
