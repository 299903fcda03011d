"""Arrivals: what the doors took in, stored before anybody is told so, and claimed by the processor."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, func
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, or_, select

from tickets.database.group_commit import GroupCommit
from tickets.database.models import Arrival, Content, Disposition, Lane, metadata
from tickets.database.store import Store
from tickets.envelope import KnownBy
from tickets.numbers.cpr import mask_address
from tickets.reasons import Grounds, Reason

LEASE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=2)  # more than any between two tries
MOST_OCTETS = 40_000_000  # claimed at once, unless one message alone has more
CONTENTS, ARRIVALS = metadata.tables["contents"], metadata.tables["arrivals"]
SIBLINGS = select_columns(ARRIVALS.c.recipient, ARRIVALS.c.disposition, ARRIVALS.c.id).where(
    ARRIVALS.c.content_key == bindparam("content_key"), ARRIVALS.c.id != bindparam("own_key")
)

Fields = Sequence[tuple[str, str]]  # names and values that tell what a message is about, for who looks after it


@dataclass(frozen=True)
class Handover:
    """One message as a door got it: raw octets and envelope (RFC 5321 2.3.1)."""

    octets: bytes
    return_path: str  # empty for the null return path
    recipients: tuple[str, ...]
    door: str  # smtp, lmtp, imap or web
    received_at: datetime
    client: str | None = None  # the address of the server that sent it, if that is known
    helo: str | None = None  # what it called itself
    known_by: KnownBy = KnownBy.ENVELOPE  # the recipients


@dataclass(frozen=True)
class Claimed:
    """An arrival that is ours to process until the lease runs out, and its octets."""

    arrival: Arrival
    octets: bytes


# -- taking in -------------------------------------------------------------------------


def store_handovers(session: Session, handovers: Sequence[Handover]) -> list[list[int]]:
    """Store each content once and one waiting arrival per recipient; the numbers of each handover's arrivals.

    Written with Core: on the busiest path of the house the object layer costs more than the disk.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    digests = [hashlib.sha256(handover.octets).hexdigest() for handover in handovers]
    contents = [
        {"sha256": digest, "octets": handover.octets, "stored_at": handover.received_at}
        for digest, handover in zip(digests, handovers, strict=True)
    ]
    arrivals = [
        {
            "content_key": digest,
            "recipient": recipient,
            "known_by": handover.known_by,
            "return_path": handover.return_path,
            "door": handover.door,
            "client": handover.client,
            "helo": handover.helo,
            "received_at": handover.received_at,
            "next_attempt_at": handover.received_at,
            "attempts": 0,
            "lane": Lane.QUICK,
            "party": "",
            "is_vouched": False,
            "author": "",
            "subject": "",
            "traceback": "",
        }
        for digest, handover in zip(digests, handovers, strict=True)
        for recipient in handover.recipients
    ]
    connection = session.connection()
    connection.execute(dialect.insert(CONTENTS).on_conflict_do_nothing(), contents)
    numbered = ARRIVALS.insert().returning(ARRIVALS.c.id, sort_by_parameter_order=True)
    numbers = iter(connection.execute(numbered, arrivals).scalars().all())
    return [[next(numbers) for _ in handover.recipients] for handover in handovers]


Intake = GroupCommit[Handover]  # over `store_handovers`


def open_intake(store: Store) -> Intake:
    """What the doors submit handovers to; close it when they are closed."""
    return GroupCommit(store.prompt, store_handovers)


# -- claiming --------------------------------------------------------------------------


def claim_arrivals(
    store: Store, holder: str, now: datetime, limit: int, lane: Lane | None = None, party: str | None = None
) -> list[Claimed]:
    """Make up to so many due arrivals ours, oldest first, of one lane and party or of all; each claim counts as a try.

    An arrival whose holder has not settled it within the lease may be claimed by another. One that is leased or put off
    for longer than any ever is has that from a clock that was wrong, and is due. However many are large, only so much
    is taken into memory at once.
    """
    is_due = _is_due(now, lane, party)
    size = func.length(Content.octets)
    with store.reading() as session:
        waiting = select(size).join(Arrival, col(Arrival.content_key) == col(Content.sha256)).where(*is_due)
        sums = list(accumulate(session.exec(waiting.order_by(col(Arrival.id)).limit(limit))))
    if not sums:
        return []
    limit = max(1, sum(octets <= MOST_OCTETS for octets in sums))
    with store.transaction() as session:
        query = select(Arrival).where(*is_due).order_by(col(Arrival.id)).limit(limit)
        arrivals = list(session.exec(query.with_for_update(skip_locked=True)))
        for arrival in arrivals:
            arrival.lease, arrival.leased_until, arrival.attempts = holder, now + LEASE, arrival.attempts + 1
        session.flush()
        contents = select(Content).where(col(Content.sha256).in_({arrival.content_key for arrival in arrivals}))
        octets = {content.sha256: content.octets for content in session.exec(contents)}
        session.expunge_all()
    return [Claimed(arrival, octets[arrival.content_key]) for arrival in arrivals]


def parties_waiting(session: Session, lane: Lane, now: datetime) -> list[str]:
    """The authors whose arrivals are due in a lane, those first who have waited longest."""
    party = col(Arrival.party)
    query = select(party).where(*_is_due(now, lane, None)).group_by(party).order_by(func.min(col(Arrival.id)))
    return list(session.exec(query))


def lanes_of(session: Session, parties: Collection[str]) -> dict[str, Lane]:
    """The lane in which something of each of these authors waits, if anything does."""
    query = select(Arrival.party, Arrival.lane).where(
        col(Arrival.disposition).is_(None), col(Arrival.lane) != Lane.QUICK, col(Arrival.party).in_(parties)
    )
    return {party: Lane(lane) for party, lane in session.exec(query.distinct())}


def _is_due(now: datetime, lane: Lane | None, party: str | None) -> list[ColumnElement[bool]]:
    conditions = [
        col(Arrival.disposition).is_(None),
        or_(col(Arrival.next_attempt_at) <= now, col(Arrival.next_attempt_at) > now + LONGEST_PAUSE),
        or_(
            col(Arrival.leased_until).is_(None),
            col(Arrival.leased_until) < now,
            col(Arrival.leased_until) > now + 2 * LEASE,
        ),
    ]
    if lane is not None:
        conditions.append(col(Arrival.lane) == lane)
    if party is not None:
        conditions.append(col(Arrival.party) == party)
    return conditions


def settle(
    session: Session,
    claimed: Claimed,
    disposition: Disposition,
    grounds: Grounds | None,
    now: datetime,
    *,
    message_key: int | None = None,
    author: str = "",
    subject: str = "",
    message_id: str = "",
    defects: Sequence[str] = (),
    voucher: Mapping[str, Any] | None = None,
    fields: Fields | None = None,
) -> bool:
    """Give an arrival its disposition; False, and nothing done, if the claim is no longer ours.

    An address that is a civil registration number is kept without it.
    """
    return _update(
        session, claimed,
        **_stored(grounds), disposition=disposition, settled_at=now, message_key=message_key, author=author,
        subject=subject, message_id=message_id, defects=list(defects) or None, voucher=voucher, fields=_rows(fields),
        return_path=mask_address(claimed.arrival.return_path),
    )  # fmt: skip


def postpone(session: Session, claimed: Claimed, until: datetime, *, counts: bool = True) -> bool:
    """Let an arrival wait; a try that failed through no fault of its own does not count."""
    attempts = claimed.arrival.attempts if counts else claimed.arrival.attempts - 1
    return _update(session, claimed, next_attempt_at=until, attempts=attempts)


def defer(session: Session, claimed: Claimed, until: datetime, grounds: Grounds | None) -> bool:
    """Let an arrival wait for an answer from elsewhere, such as DNS; the try does not count."""
    attempts = claimed.arrival.attempts - 1
    return _update(session, claimed, **_stored(grounds), next_attempt_at=until, attempts=attempts)


def send_aside(session: Session, claimed: Claimed, lane: Lane, party: str) -> bool:
    """Have an arrival wait in another lane; the try does not count."""
    return _update(session, claimed, lane=lane, party=party, attempts=claimed.arrival.attempts - 1)


def quarantine(
    session: Session,
    claimed: Claimed,
    traceback: str,
    now: datetime,
    author: str = "",
    subject: str = "",
    message_id: str = "",
    fields: Fields | None = None,
) -> bool:
    """Put aside, whole, what the portal itself cannot process."""
    return _update(
        session, claimed,
        **_stored(Grounds(Reason.FAILED)), disposition=Disposition.QUARANTINED, traceback=traceback, settled_at=now,
        author=author, subject=subject, message_id=message_id, return_path=mask_address(claimed.arrival.return_path),
        fields=_rows(fields),
    )  # fmt: skip


def _rows(fields: Fields | None) -> list[list[str]] | None:
    return None if fields is None else [list(field) for field in fields]


def _stored(grounds: Grounds | None) -> dict[str, Any]:
    if grounds is None:
        return {"reason": None, "reason_details": None}
    return {"reason": grounds.reason, "reason_details": dict(grounds.details) or None}


def _update(session: Session, claimed: Claimed, **values: Any) -> bool:
    arrival = claimed.arrival
    mine = {"key": arrival.id, "held_lease": arrival.lease}
    new = {f"new_{name}": value for name, value in values.items()}
    done = session.connection().execute(_updating(tuple(values)), mine | new)
    return bool(done.rowcount)


@cache
def _updating(names: tuple[str, ...]) -> Update:
    """The statement that gives a claimed arrival these values and lets go of it."""
    return (
        ARRIVALS.update()
        .where(ARRIVALS.c.id == bindparam("key"), ARRIVALS.c.lease == bindparam("held_lease"))
        .values(lease=None, leased_until=None, **{name: bindparam(f"new_{name}") for name in names})
    )


def find_siblings(session: Session, arrival: Arrival) -> list[tuple[str, bool]]:
    """The other recipients of an arrival's octets, each with whether it is held there since before."""
    found = session.connection().execute(SIBLINGS, {"content_key": arrival.content_key, "own_key": arrival.id})
    return [(recipient, disposition is Disposition.HELD and key < arrival.key) for recipient, disposition, key in found]
