"""Serving: all parts of the portal as threads of one process, stopped together."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial

from flask import Blueprint

from dialogportal.house import House
from dialogportal.parts import PARTS, RunningParts
from mailer.addresses import AddressBook
from mailer.delivery.delivery import Deliverer
from mailer.delivery.signing import read_keys
from mailer.intake.arrivals import Intake, open_intake
from mailer.intake.fetcher import Fetcher
from mailer.intake.large_mail import is_believed_unread
from mailer.intake.listener import Listener
from mailer.intake.mailbox import envelope_in
from mailer.letters import postponing
from mailer.letters.daily import Reporter
from mailer.letters.digests.timetable import Digester
from mailer.letters.distribution import distributor
from mailer.letters.overdue import tell_of_overdue
from mailer.letters.rounds import Rounds
from mailer.processing.processor import Processor, quick_limits
from mailer.sandbox.children import USUAL
from mailer.sandbox.filling import Filler
from mailer.sandbox.keeper import Keeper
from mailer.sandbox.reader import Reader, Workshop
from mailer.sandbox.verifier import Verifier
from mailer.sections import MailboxSettings
from tickets import chores, journal, wishes
from tickets.acts import consents
from tickets.archive import places
from tickets.conversations import statuses
from tickets.database.models import Lane
from tickets.database.store import Clock, Store
from tickets.desk import agenda, watching
from tickets.errors import BadInput
from tickets.moderation import proposals, spreading
from tickets.moderation.wiping import Forgetter
from tickets.publishing import agreeing
from tickets.writing import drafts

EVERY_MINUTE, EVERY_HOUR = 60.0, 3600.0
PATIENCE = 30.0  # seconds until every door is open


class Service(RunningParts):
    """The chosen parts of a house, running. Stop it, and everything under way is finished or stays owed."""

    def __init__(self, house: House, parts: tuple[str, ...] = PARTS, blueprints: Sequence[Blueprint] = ()) -> None:
        """`blueprints` are pages besides the archive's own."""
        unknown = set(parts) - set(PARTS)
        if unknown:
            raise BadInput(f"There is no part {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}")
        super().__init__(house)
        self._parts, self._blueprints = parts, blueprints
        self._intake: Intake | None = None
        self.listener: Listener | None = None

    def start(self) -> None:
        """Open the doors and start the chores. Raises DoorShut if a port cannot be had, BadInput if a key cannot."""
        house, settings = self.house, self.house.settings
        store, portal, signer, clock = house.store, settings.portal, house.signer, house.clock
        keys = read_keys(settings.dkim, portal.domain)
        store.tell_of_outages()
        addresses = AddressBook(store, portal.domain, signer)
        if {"smtp", "lmtp"} & set(self._parts):
            self._intake = open_intake(store)
            wanted = {name: None for name in ("smtp", "lmtp") if name not in self._parts}
            listen = settings.listen.model_copy(update=wanted)
            self.listener = Listener(
                listen, portal, self._intake, addresses.knows, clock, addresses.recalls, settings.limits
            )
            self.run("listener", self.listener.run)
        if "imap" in self._parts and settings.mailbox:
            self.run("fetcher", partial(self._fetch, settings.mailbox, addresses))
        if "process" in self._parts:
            for lane in Lane:
                self._keep(f"processor, {lane}", make_processor(house, lane).work)
            self._keep("files", Filler(store, Keeper(portal), Workshop(), clock).work)
        if "follow" in self._parts:
            self._start_followers()
        if "deliver" in self._parts:
            self.run("delivery", Deliverer(store, portal, signer, settings.relay, clock, keys).run)
        house.search.is_kept = "follow" in self._parts
        if "web" in self._parts:
            self.run_pages(self._blueprints)
        if self.listener is not None:
            self.listener.wait_until_open(PATIENCE)

    def _fetch(self, mailbox: MailboxSettings, addresses: AddressBook, stop: threading.Event) -> None:
        house, listen = self.house, self.house.settings.listen
        with closing(Workshop()) as workshop:
            fetcher = Fetcher(
                mailbox, house.store, addresses.knows,
                partial(workshop.read_envelope, mailbox=envelope_in(mailbox), authserv_id=listen.authserv_id),
                house.clock, most_octets=listen.max_size, is_vouched=partial(is_believed_unread, listen),
            )  # fmt: skip
            fetcher.run(stop)

    def _start_followers(self) -> None:
        house, clock = self.house, self.house.clock
        store, portal, signer = house.store, house.settings.portal, house.signer
        follower = distributor(
            portal,
            signer,
            house.search.find_similar,
            house.settings.privacy,
            house.settings.limits,
            Keeper(portal).take_out,
            house.settings.letters.attached_octets,
        )
        with store.transaction() as session:
            journal.place_bookmark(session, follower)
        digester = Digester(store, portal, signer, clock)
        self._keep("distribution", lambda: journal.follow(store, follower, clock()))
        law = places.make_follower()
        self._keep("law", lambda: journal.follow(store, law, clock()))
        self.run("search", self._keep_index)
        self._repeat("digest", digester.work, EVERY_MINUTE)
        self._repeat("rests", lambda: wishes.end_rests(store, portal.local(clock()).date()), EVERY_MINUTE)
        self._repeat("daily", Reporter(store, portal, clock).work)
        self._repeat("overdue", lambda: tell_of_overdue(store, clock), EVERY_MINUTE)
        self._repeat("postponed", lambda: postponing.send_on(store, follower, clock()))
        self._repeat("undo", lambda: _spread(store, clock))
        self._repeat("desk", lambda: _close_answered(store, clock))
        self._repeat("deadlines", lambda: watching.work(store, portal, clock), EVERY_MINUTE)
        self._repeat("agenda", lambda: agenda.work(store, portal, clock), EVERY_MINUTE)
        self._repeat("proposals", lambda: _expire_proposals(store, clock))
        rounds = Rounds(store, portal, signer, clock, house.search.find_similar)
        self._repeat("rounds", rounds.work, EVERY_MINUTE)
        self._repeat("drafts", lambda: _forget_drafts(store, clock), EVERY_HOUR)
        self._repeat("publishing", lambda: _publish_due(store, clock), EVERY_MINUTE)
        keep = self.house.settings.privacy.keep_original
        self._repeat("originals", Forgetter(store, keep, clock).work, EVERY_HOUR)

    def _keep_index(self, stop: threading.Event) -> None:
        chores.follow_calmly(self.house.store, "search", lambda: self.house.search.update(self.house.clock()), stop)
        self.house.search.give_back()

    def stop(self) -> None:
        """Stop every part, doors first; returns when all have ended."""
        super().stop()
        if self._intake is not None:
            self._intake.close()


@contextmanager
def running(house: House, parts: tuple[str, ...] = PARTS, blueprints: Sequence[Blueprint] = ()) -> Iterator[None]:
    """These parts of the house run until the block ends."""
    service = Service(house, parts, blueprints)
    try:
        service.start()
        yield
    finally:
        service.stop()


def make_processor(house: House, lane: Lane | None = None, reader: Reader | None = None) -> Processor:
    """The processor of a house or of one lane in it, trusting whom its settings trust."""
    listen = house.settings.listen
    limits = quick_limits(USUAL) if lane is Lane.QUICK else USUAL
    verifier = Verifier(limits=limits, with_policies=listen.verify == "dmarc") if listen.verify else None
    return Processor(
        house.store, house.settings.portal, house.signer, house.clock, listen.authserv_id, verifier=verifier,
        feedback_addresses=listen.feedback_addresses, limits=limits, lane=lane, reader=reader,
        undo=house.settings.letters.undo,
    )  # fmt: skip


def _close_answered(store: Store, clock: Clock) -> int:
    with store.reading() as session:
        if not statuses.has_stale(session, clock()):
            return 0
    with store.transaction() as session:
        return statuses.close_answered(session, clock())


def _spread(store: Store, clock: Clock) -> int:
    with store.reading() as session:
        if not spreading.is_due(session, clock()):
            return 0
    with store.transaction() as session:
        return spreading.spread(session, clock())


def _expire_proposals(store: Store, clock: Clock) -> int:
    with store.reading() as session:
        if not (proposals.has_expired(session, clock()) or consents.has_expired(session, clock())):
            return 0
    with store.transaction() as session:
        return proposals.expire(session, clock()) + consents.expire(session, clock())


def _forget_drafts(store: Store, clock: Clock) -> int:
    with store.transaction() as session:
        return drafts.forget(session, clock())


def _publish_due(store: Store, clock: Clock) -> int:
    with store.reading() as session:
        if not agreeing.find_due(session, clock()):
            return 0
    with store.transaction() as session:
        return agreeing.go_on(session, clock())
