"""Claims: deliveries that are due, leased to us, each to the address that its person has now.

The most urgent come first, and among those that are as urgent the domains take turns: a login link does not wait
behind a digest, nor one reader behind the thousands of another domain.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from math import ceil
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlmodel import Session, col

from mailer.delivery.parcels import Copies, Parcel
from mailer.delivery.signing import Key, SigningCopier
from mailer.letters.letters import Copier
from tickets.database.leases import new_holder
from tickets.database.models import (
    Delivery,
    DeliveryState,
    Letter,
    MailingList,
    Message,
    Person,
    Ticket,
    Urgency,
    Visibility,
    domain_of,
    metadata,
)
from tickets.database.store import Clock, Store
from tickets.people import audience
from tickets.portal import Portal
from tickets.tokens import Signer

LEASE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(hours=2)  # more than any between two tries
MOST_COPIERS = 50
MOST_DOMAINS = 20  # that have their turn in one claim

DELIVERIES = metadata.tables["deliveries"]
Due = dict[str, Any]  # the values of `IS_DUE`
# By key, with what they are about, and the visibility of its message where that is not the ticket's
Letters = dict[int, tuple[Letter, Ticket | None, MailingList | None, Visibility | None]]


@dataclass
class Hold:
    """How long a claimed delivery is ours for certain, by a clock that also runs while the process is frozen."""

    lease: str
    until: float  # time.monotonic()


class Claims:
    """The deliveries that this process has in hand."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, clock: Clock, keys: tuple[Key, ...] = ()) -> None:
        self._store, self._portal, self._signer, self._clock = store, portal, signer, clock
        self._keys = keys
        self._holder = new_holder()
        self._claims = 0
        self._holds: dict[int, Hold] = {}
        self._copiers: dict[int, Copies] = {}
        self._last_served: dict[Urgency, str] = {}

    def claim(self, urgencies: Collection[Urgency], most: int, passing_over: Collection[int] = ()) -> list[Parcel]:
        """The next due deliveries, leased to us; those whose recipient may no longer get them are withdrawn.

        About `most` of them: each domain has as many as the others. Those to be passed over are left alone.
        """
        now = self._clock()
        due = {
            "now": now, "too_late": now + LONGEST_PAUSE, "too_long": now + 2 * LEASE,
            "passing_over": list(passing_over),
        }  # fmt: skip
        with self._store.reading() as session:
            if all(next(_domains(session, due | {"urgency": one}), None) is None for one in urgencies):
                return []
        with self._store.transaction() as session:
            deliveries = self._choose(session, due, urgencies, most)
            hold = self._lease(session, deliveries)
            _follow_addresses(session, deliveries)
            letters = _letters(session, {delivery.letter_key for delivery in deliveries})
            refused = _refused(session, deliveries, letters)
            _withdraw(session, refused, self._clock())
        kept = [delivery for delivery in deliveries if delivery.id not in refused]
        self._prepare_copiers(letters)
        self._holds |= {delivery.key: hold for delivery in kept}
        return [Parcel(delivery, self._copiers[delivery.letter_key]) for delivery in kept]

    def _choose(self, session: Session, due: Due, urgencies: Collection[Urgency], most: int) -> list[Delivery]:
        chosen: list[Delivery] = []
        for urgency in sorted(urgencies):
            if (room := most - len(chosen)) > 0:
                chosen += self._take_turns(session, due | {"urgency": urgency}, urgency, room)
        session.expunge_all()
        return chosen

    def _take_turns(self, session: Session, due: Due, urgency: Urgency, room: int) -> list[Delivery]:
        """As many deliveries of each domain, beginning behind the domain that was served last."""
        domains = list(islice(_domains(session, due, self._last_served.get(urgency)), min(MOST_DOMAINS, room)))
        for domain in _domains(session, due):
            if len(domains) == min(MOST_DOMAINS, room) or domain in domains:
                break
            domains.append(domain)
        if not domains:
            return []
        self._last_served[urgency] = domains[-1]
        own = due | {"each": ceil(room / len(domains))}
        return [one for domain in domains for one in session.execute(DUE_IN_DOMAIN, own | {"domain": domain}).scalars()]

    def _lease(self, session: Session, deliveries: Sequence[Delivery]) -> Hold:
        """Lease the deliveries to this process, counting the try before it begins."""
        self._claims += 1
        hold = Hold(f"{self._holder}-{self._claims}", time.monotonic() + LEASE.total_seconds())
        keys = [delivery.key for delivery in deliveries]
        values = {"keys": keys, "new_lease": hold.lease, "new_until": self._clock() + LEASE}
        session.connection().execute(CLAIM, values)
        for delivery in deliveries:
            delivery.lease, delivery.attempts = hold.lease, delivery.attempts + 1
        return hold

    def _prepare_copiers(self, letters: Letters) -> None:
        for key in list(self._copiers)[: max(0, len(self._copiers) - MOST_COPIERS)]:
            del self._copiers[key]
        for key, (letter, ticket, mailing_list, _) in letters.items():
            if key not in self._copiers:
                number = ticket.number if ticket else 0
                copier = Copier(self._portal, self._signer, letter, mailing_list, number)
                self._copiers[key] = SigningCopier(copier, self._keys, self._clock) if self._keys else copier

    # -- leases ------------------------------------------------------------------------

    def is_ours(self, delivery: Delivery) -> bool:
        """Whether the lease still runs; a delivery held too long, by a frozen process or a slow relay, is another's."""
        hold = self._holds.get(delivery.key)
        return hold is not None and hold.lease == delivery.lease and time.monotonic() < hold.until

    def let_go(self, delivery: Delivery) -> None:
        """Drop a delivery from those in hand, unless it was claimed anew meanwhile."""
        hold = self._holds.get(delivery.key)
        if hold and hold.lease == delivery.lease:
            del self._holds[delivery.key]

    def renew(self) -> None:
        """Prolong the leases that are still ours."""
        held_until = time.monotonic() + LEASE.total_seconds()
        holds = dict(self._holds)
        if not holds:
            return
        theirs = {"keys": list(holds), "leases": list({hold.lease for hold in holds.values()})}
        with self._store.whisper() as session:
            renewed = session.connection().execute(RENEW, theirs | {"new_until": self._clock() + LEASE})
            keys = list(renewed.scalars())
        for key in keys:
            if self._holds.get(key) == holds[key]:
                self._holds[key] = Hold(holds[key].lease, held_until)

    def give_back(self) -> None:
        """Release what was claimed and never tried, the try not counted; to be called at the end."""
        with self._store.transaction() as session:
            session.connection().execute(GIVE_BACK, {"ours": f"{self._holder}-%"})

    def give_up(self, made_before: datetime, reply: str) -> None:
        """Withdraw what has waited since before a time: the relay was in trouble all the while."""
        now = self._clock()
        with self._store.whisper() as session:
            values = {"now": now, "made_before": made_before, "new_reply": reply}
            session.connection().execute(GIVE_UP, values)


# -- what is due -----------------------------------------------------------------------

IS_DUE = (
    col(Delivery.state) == DeliveryState.WAITING,
    col(Delivery.urgency) == bindparam("urgency"),
    or_(  # what is put off or leased for longer than anything is was written by a clock that was wrong
        col(Delivery.next_attempt_at) <= bindparam("now"), col(Delivery.next_attempt_at) > bindparam("too_late")
    ),
    or_(
        col(Delivery.leased_until).is_(None),
        col(Delivery.leased_until) < bindparam("now"),
        col(Delivery.leased_until) > bindparam("too_long"),
    ),
    col(Delivery.id).not_in(bindparam("passing_over", expanding=True)),
)
FIRST_DOMAIN = select(col(Delivery.domain)).where(*IS_DUE).order_by(col(Delivery.domain)).limit(1)
NEXT_DOMAIN = FIRST_DOMAIN.where(col(Delivery.domain) > bindparam("after"))
DUE_IN_DOMAIN = (
    select(Delivery)
    .where(*IS_DUE, col(Delivery.domain) == bindparam("domain"))
    .order_by(col(Delivery.next_attempt_at), col(Delivery.id))
    .limit(bindparam("each"))
    .with_for_update(skip_locked=True)
)


def _domains(session: Session, due: Due, after: str | None = None) -> Iterator[str]:
    """The domains to which something is due, in order, each found by one look into the index."""
    query = FIRST_DOMAIN if after is None else NEXT_DOMAIN
    while (after := session.execute(query, due | {"after": after}).scalar()) is not None:
        yield after
        query = NEXT_DOMAIN


# -- what becomes of the rows ----------------------------------------------------------

FREE: dict[str, Any] = {"lease": None, "leased_until": None}
CLAIM = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id.in_(bindparam("keys", expanding=True)))
    .values(lease=bindparam("new_lease"), leased_until=bindparam("new_until"), attempts=DELIVERIES.c.attempts + 1)
)
RENEW = (
    update(DELIVERIES)
    .where(
        DELIVERIES.c.id.in_(bindparam("keys", expanding=True)),
        DELIVERIES.c.lease.in_(bindparam("leases", expanding=True)),
    )
    .values(leased_until=bindparam("new_until"))
    .returning(DELIVERIES.c.id)
)
GIVE_BACK = (
    update(DELIVERIES)
    .where(DELIVERIES.c.state == DeliveryState.WAITING, DELIVERIES.c.lease.like(bindparam("ours")))
    .values(attempts=DELIVERIES.c.attempts - 1, **FREE)
)
WITHDRAW = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id.in_(bindparam("keys", expanding=True)))
    .values(
        state=DeliveryState.WITHDRAWN,
        attempts=DELIVERIES.c.attempts - 1,
        settled_at=bindparam("now"),
        reply="may no longer get this letter",
        **FREE,
    )
)
GIVE_UP = (
    update(DELIVERIES)
    .where(
        DELIVERIES.c.state == DeliveryState.WAITING,
        DELIVERIES.c.made_at <= bindparam("made_before"),
        or_(DELIVERIES.c.leased_until.is_(None), DELIVERIES.c.leased_until < bindparam("now")),
    )
    .values(state=DeliveryState.FAILED, settled_at=bindparam("now"), reply=bindparam("new_reply"), **FREE)
)
MOVE = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("key"))
    .values(recipient=bindparam("new_recipient"), domain=bindparam("new_domain"))
)
ADDRESSES = select(col(Person.id), col(Person.email)).where(col(Person.id).in_(bindparam("keys", expanding=True)))
LETTERS_ABOUT = (
    select(Letter, Ticket, MailingList, col(Message.visibility))
    .outerjoin(Ticket, col(Ticket.id) == col(Letter.ticket_key))
    .outerjoin(
        MailingList, col(MailingList.id) == func.coalesce(col(Ticket.mailing_list_key), col(Letter.mailing_list_key))
    )
    .outerjoin(Message, col(Message.id) == col(Letter.message_key))
    .where(col(Letter.id).in_(bindparam("keys", expanding=True)))
)


def _follow_addresses(session: Session, deliveries: Sequence[Delivery]) -> None:
    """Have each delivery go to the address that its person has now, whatever it was when the letter was made."""
    keys = {"keys": list({delivery.person_key for delivery in deliveries})}
    addresses: dict[int, str] = dict(session.execute(ADDRESSES, keys).all())
    moved = [delivery for delivery in deliveries if delivery.recipient != addresses[delivery.person_key]]
    for delivery in moved:
        delivery.recipient = addresses[delivery.person_key]
        delivery.domain = domain_of(delivery.recipient)
    values = [{"key": one.id, "new_recipient": one.recipient, "new_domain": one.domain} for one in moved]
    if values:
        session.connection().execute(MOVE, values)


def _letters(session: Session, keys: set[int]) -> Letters:
    found = session.execute(LETTERS_ABOUT, {"keys": list(keys)})
    return {letter.key: (letter, ticket, mailing_list, own) for letter, ticket, mailing_list, own in found}


def _refused(session: Session, deliveries: Sequence[Delivery], letters: Letters) -> set[int]:
    """Those deliveries whose recipient may no longer get the letter."""
    refused: set[int] = set()
    for letter_key, (letter, ticket, _, own) in letters.items():
        owed = {one.person_key: one for one in deliveries if one.letter_key == letter_key}
        capacities = {key: delivery.capacity for key, delivery in owed.items()}
        entitled = audience.still_entitled(session, letter, ticket, own, capacities)
        refused |= {delivery.key for key, delivery in owed.items() if key not in entitled}
    return refused


def _withdraw(session: Session, refused: Collection[int], now: datetime) -> None:
    if refused:
        session.connection().execute(WITHDRAW, {"keys": list(refused), "now": now})
