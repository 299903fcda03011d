"""A mail room: a portal among whose members are the authors of foreign mail; it carries that to what becomes of it."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser

from sqlmodel import Session, col, func, or_, select

from mailer.intake.arrivals import Handover, store_handovers
from mailer.letters.distribution import distributor
from mailer.mime.header_section import LONGEST_HEADER
from mailer.mime.parts import BoundedMessage
from mailer.processing.processor import Processor
from mailer.reading.mailboxes import find_authors
from tickets import journal, links
from tickets.database.leases import new_holder
from tickets.database.models import (
    Arrival,
    Delivery,
    Disposition,
    Letter,
    MailingList,
    Mode,
    Organisation,
    Person,
    Role,
    SetAside,
    Ticket,
)
from tickets.database.store import Store
from tickets.moderation import proposals
from tickets.people import appointments, subscriptions
from tickets.people.quotas import UNLIMITED
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.search.searching import Search
from tickets.tokens import Signer

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
A_WHILE = timedelta(seconds=10)  # after which what failed is tried again
LISTS = {"databeskyttelse": "DB", "sikkerhed": "SI"}
READERS = 3  # of each list, who get every letter
MEMBERS = 0.8  # of the authors; the others are strangers
LAWYERS = 0.02
DESKS = {  # where a message is sent to, and how often in a hundred
    "": 62, "reply": 12, "bounce": 3, "+anonym": 8, "+fortrolig": 6, "+nyt": 3, "+tilmeld": 2, "+afmeld": 2,
    "+owner": 2,
}  # fmt: skip
TWICE = 0.05  # how much of it goes to two addresses at once
CAME_BACK = 0.7  # of what looks like a report, to the return path of a delivery
REPORT = re.compile(rb"multipart/report|mailer-daemon", re.IGNORECASE)
RECIPIENT = re.compile(rb"((?:final|original)-recipient:[^;\r\n]{0,40};[ \t]{0,9})[^\s;]{1,320}", re.IGNORECASE)
NUMBERS = re.compile(r"\d+")
BARE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")


@dataclass
class Outcome:
    """What became of everything that was handed over."""

    dispositions: Counter[Disposition | None] = field(default_factory=Counter)  # None: none, which may not be
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    defects: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)  # why something was quarantined, or its letters not written
    tried_again: int = 0  # settled, but not at the first try
    letters: int = 0
    broken_letters: int = 0  # with a bare CR or LF
    costliest: float = 0.0  # seconds of processor time for reading one message

    @property
    def over_budget(self) -> int:
        """How many were put aside whole because reading them cost too much."""
        return sum(failure.startswith("took more than") for failure in self.failures)

    @property
    def exceptions(self) -> int:
        """How much went wrong in any other way."""
        return len(self.failures) - self.over_budget

    @property
    def faults(self) -> int:
        """What may not be: no disposition, an exception, a letter that a server could misread."""
        return self.dispositions[None] + self.exceptions + self.broken_letters


class MailRoom:
    """A portal that takes foreign mail to its lists, its desks, its people's own addresses and its return paths."""

    def __init__(self, store: Store, portal: Portal, authors: Sequence[str], seed: int) -> None:
        """`store` is an empty one; of these authors some become members, and a few of them lawyers."""
        self._store, self._portal, self._now = store, portal, NOW
        self._signer = Signer(b"a secret that only this run knows")
        self._chance = random.Random(seed)
        self._processor = Processor(store, portal, self._signer, lambda: self._now)
        self._search = Search(store, portal.data_dir / "search", new_holder())
        self._follower = distributor(portal, self._signer, self._search.find_similar, quotas=UNLIMITED)
        with store.transaction() as session:
            self._settle_in(session, authors)
            journal.place_bookmark(session, self._follower)

    def _settle_in(self, session: Session, authors: Sequence[str]) -> None:
        organisation = Organisation(name="Alle Kommuner")
        lists = [
            MailingList(name=name, prefix=prefix, address=f"{name}@{self._portal.domain}", created_at=NOW)
            for name, prefix in LISTS.items()
        ]
        session.add_all([organisation, *lists])
        session.flush()
        readers = [f"laeser{number}@{self._portal.domain}" for number in range(READERS)]
        members = [one for one in authors if self._chance.random() < MEMBERS]
        people = [
            Person(email=email, name=email.partition("@")[0], organisation_key=organisation.id, joined_at=NOW)
            for email in dict.fromkeys([*readers, *members])
        ]
        session.add_all(people)
        session.flush()
        for mailing_list in lists:
            for reader in people[:READERS]:
                subscriptions.subscribe(session, reader, mailing_list, Mode.EACH, NOW)
            for person in people[READERS:]:
                if self._chance.random() < LAWYERS:
                    appointments.appoint(session, person, Role.LAWYER, mailing_list)
                    appointments.appoint(session, person, Role.EDITOR, mailing_list)

    def carry(self, messages: Sequence[bytes]) -> None:
        """Hand these over, and do all that the portal does of itself until nothing waits any more."""
        with self._store.transaction() as session:
            addresses = _Addresses(session, self._portal, self._signer, self._chance)
            store_handovers(session, [addresses.hand_over(one, self._now) for one in messages])
        self._do_the_rest()

    def _do_the_rest(self) -> None:
        while self._processor.work() or self._is_waiting():
            self._now += A_WHILE
        while journal.follow(self._store, self._follower, self._now):
            pass
        while self._search.update(self._now):
            pass

    def _is_waiting(self) -> bool:
        """Whether anything is to be tried again; an answer waits until the author of its question has decided."""
        goes_on = or_(col(Arrival.reason).is_(None), col(Arrival.reason) != Reason.ANSWERS_WAITING)
        with self._store.reading() as session:
            return (
                session.exec(select(Arrival.id).where(col(Arrival.disposition).is_(None), goes_on)).first() is not None
            )

    def _decide_nothing(self) -> None:
        """Let all time pass in which somebody could decide on what waits for them, and answers with it."""
        self._now += 2 * proposals.PATIENCE
        with self._store.transaction() as session:
            while proposals.expire(session, self._now):
                pass
        self._do_the_rest()

    def outcome(self) -> Outcome:
        """What became of everything that came in."""
        self._decide_nothing()
        outcome = Outcome(costliest=self._processor.costliest)
        with self._store.reading() as session:
            for arrival in session.exec(select(Arrival)):
                outcome.dispositions[arrival.disposition] += 1
                outcome.reasons[(str(arrival.disposition), arrival.reason or "")] += 1
                outcome.defects.update(set(arrival.defects or ()))
                outcome.tried_again += arrival.attempts > 1
                if arrival.disposition is Disposition.QUARANTINED:
                    outcome.failures.append(arrival.traceback)
            outcome.failures += session.exec(select(SetAside.reason))
            for octets in session.exec(select(Letter.octets)):
                outcome.letters += 1
                outcome.broken_letters += BARE_END.search(octets) is not None
        return outcome

    def close(self) -> None:
        """End the processor and its children."""
        self._processor.close()


class _Addresses:
    """Where foreign mail is sent to: any address of ours, as far as there is one already."""

    def __init__(self, session: Session, portal: Portal, signer: Signer, chance: random.Random) -> None:
        self._portal, self._signer, self._chance = portal, signer, chance
        self._lists = list(session.exec(select(MailingList)))
        self._deliveries = session.exec(select(Delivery.id, Delivery.recipient)).all()
        self._tickets = list(session.exec(select(Ticket).order_by(func.random()).limit(100)))

    def hand_over(self, octets: bytes, now: datetime) -> Handover:
        """A message on its way to one address of ours, or to two; what came back is about whom we wrote to."""
        return_path = "somebody@example.org" if self._chance.random() < 0.95 else ""
        if self._deliveries and REPORT.search(octets) and self._chance.random() < CAME_BACK:
            key, recipient = self._chance.choice(self._deliveries)
            octets = RECIPIENT.sub(rb"\1" + recipient.encode(), octets)
            addresses = [links.return_path(self._portal, self._signer, key or 0)]
        else:
            addresses = [self._one() for _ in range(2 if self._chance.random() < TWICE else 1)]
        return Handover(octets, return_path, tuple(dict.fromkeys(addresses)), "smtp", now)

    def _one(self) -> str:
        mailing_list = self._chance.choice(self._lists)
        (desk,) = self._chance.choices(list(DESKS), list(DESKS.values()))
        if desk == "bounce" and self._deliveries:
            key, _ = self._chance.choice(self._deliveries)
            return links.return_path(self._portal, self._signer, key or 0)
        if desk == "reply" and self._tickets:
            ticket = self._chance.choice(self._tickets)
            of = next(one for one in self._lists if one.id == ticket.mailing_list_key)
            return links.reply_address(self._signer, of, ticket.number, ticket.asker_key)
        desk = "" if desk in ("bounce", "reply") else desk
        return f"{mailing_list.local_part}{desk}@{mailing_list.domain}"


def authors_of(messages: Iterable[bytes]) -> list[str]:
    """Who wrote these, each once, in their order."""
    found: dict[str, None] = {}
    for octets in messages:
        message = BytesHeaderParser(_class=BoundedMessage).parsebytes(octets[:LONGEST_HEADER])
        found |= dict.fromkeys(box.email for box in find_authors(message).mailboxes)
    return list(found)
