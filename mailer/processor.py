"""The processor: the journey of one message, from its arrival to what becomes of it."""

import re
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ParamSpec, TypeGuard, TypeVar

import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from mailer import corrections, decisions, screening
from mailer.address import ANONYMOUS_DESK, BOUNCE, Destination, Directory, Purpose, read_directory
from mailer.arrivals import Claimed, claim_arrivals, defer, new_holder, postpone, quarantine, settle
from mailer.authentication import Checked
from mailer.bounces import count_bounce, count_unsigned
from mailer.commands import COMMANDS, obey
from mailer.findings import is_unread_alone
from mailer.headings import make_mark, read_heading
from mailer.incoming import Failure, Incoming, Unread
from mailer.privacy import mask_names, scrub_post, take_numbers_out
from mailer.reader import USUAL, Cleaner, Limits, Reader
from mailer.screening import Verdict, discarded, held
from mailer.verification import Verifier
from tickets import anonymity, journal, membership, originals, proposals, reachability, threads
from tickets.cpr import mask_cpr
from tickets.errors import StorageTrouble, UnknownAddress
from tickets.filing import Filing, file_post
from tickets.holding import (
    FOR_ADMINISTRATORS,
    HOLDS_CPR,
    HOLDS_UNREAD,
    NO_EDITOR,
    NO_REPORT,
    NOT_ASKED,
    NOT_THEIRS,
    STUCK_CPR,
)
from tickets.membership import Sight
from tickets.models import (
    Arrival,
    Choice,
    Disposition,
    EventKind,
    MailingList,
    Person,
    Proposal,
    ProposalKind,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.portal import Portal
from tickets.post import CleanFile, Post
from tickets.store import Clock, Store
from tickets.threads import Claim, Place
from tickets.tokens import Signer

log = structlog.get_logger()

DESK = re.compile(r"[+-].*@")
WAITS = "waits for its asker to see how the others would read it"
BATCH = 50  # arrivals that are claimed together
MOMENT = 0.005  # seconds that a transaction waits for the next message to be read
TRIES = 3
TRY_AGAIN = timedelta(seconds=2)  # times the tries so far

P = ParamSpec("P")
T = TypeVar("T")

VISIBILITIES = {
    Purpose.CONFIDENTIAL: Visibility.CONFIDENTIAL,
    Purpose.ANONYMOUS: Visibility.ANONYMOUS,
}


@dataclass(frozen=True)
class House:
    """What the journey of a message needs to know of the portal."""

    portal: Portal
    directory: Directory
    authserv_id: str | None = None  # the server whose Authentication-Results are trusted


# -- the journey -----------------------------------------------------------------------


def process(session: Session, house: House, arrival: Arrival, incoming: Incoming, now: datetime) -> Verdict:
    """Carry one arrival to where it belongs: a ticket, an administrator, a command or the bin.

    Runs in the caller's short transaction, after the message was read outside any, and never sends.
    Raises UnknownAddress if nothing lives at the recipient any more.
    """
    reading = incoming.reading
    destination = house.directory.find_destination(arrival.recipient)
    if destination.delivery_key is not None:
        return _count(session, destination.delivery_key, incoming, now)
    if loop := screening.find_loop(house.directory, reading):
        return discarded(loop)
    if incoming.report is not None and count_unsigned(session, incoming.report, now):
        return Verdict(Disposition.COUNTED, f"bounce without its return path: {incoming.report.kind}")
    if robot := screening.find_robot(arrival, reading):
        known = membership.person_with(session, reading.post.author.email)
        if screening.find_doubt(house.directory, arrival, incoming, destination, house.authserv_id, known):
            return discarded(robot)
        return _file_quietly(session, house, arrival, incoming, robot, destination, now)
    if destination.mailing_list is None or destination.purpose is Purpose.OWNER:
        return held(FOR_ADMINISTRATORS)
    author = screening.find_author(session, house.directory, arrival, incoming, destination, house.authserv_id, now)
    if isinstance(author, Verdict):
        return author
    if destination.purpose in COMMANDS:
        return _obey(session, destination, reading.post, author, now)
    decision = screening.find_decision(session, house.directory, arrival, destination, author, reading.post)
    if isinstance(decision, Verdict):
        return decision
    if decision is not None:
        return _decide(session, house, arrival, incoming, decision, author, now)
    if reading.encryption:
        return _put_aside_encrypted(session, arrival, destination.mailing_list, author, reading.encryption, now)
    return _file(session, house, arrival, incoming, destination, author, now)


def _count(session: Session, delivery_key: int, incoming: Incoming, now: datetime) -> Verdict:
    if incoming.report is None:
        robot = incoming.reading.post.robot
        return discarded(robot) if robot else held(NO_REPORT)
    if not count_bounce(session, delivery_key, incoming.report, now):
        return discarded("reports on a delivery that is no more")
    return Verdict(Disposition.COUNTED, f"{incoming.report.kind} {incoming.report.status}".strip())


def _obey(session: Session, destination: Destination, post: Post, author: Person, now: datetime) -> Verdict:
    if destination.person_key not in (None, author.id):
        return held(NOT_THEIRS)
    return Verdict(Disposition.OBEYED, obey(session, destination, post, author, now))


def _put_aside_encrypted(
    session: Session, arrival: Arrival, mailing_list: MailingList, author: Person, encryption: str, now: datetime
) -> Verdict:
    """Nobody here can open it, so its author is told at once what to do."""
    journal.append(
        session, EventKind.ENCRYPTED, now, list_key=mailing_list.id, person_key=author.id, arrival_key=arrival.id
    )
    return held(f"is encrypted with {encryption}")


def _decide(
    session: Session,
    house: House,
    arrival: Arrival,
    incoming: Incoming,
    destination: Destination,
    author: Person,
    now: datetime,
) -> Verdict:
    """Hear an author's word on a message of theirs that waits for it; nobody else has one.

    What is no word, but a new text of an anonymous question, takes the place of the old one, and is shown first too.
    """
    proposal = session.get(Proposal, destination.proposal_key)
    mailing_list = destination.mailing_list
    if proposal is None or mailing_list is None or mailing_list.id != proposal.mailing_list_key:
        return held(NOT_ASKED)
    if author.id != proposal.person_key:
        return held(NOT_THEIRS)
    post = incoming.reading.post
    if proposals.newest_of(session, arrival.id or 0) is None:
        if not corrections.is_correction(proposal, post, mailing_list):
            return Verdict(Disposition.OBEYED, decisions.hear(session, proposal, post, mailing_list, now))
        proposals.supersede(session, proposal, now)
    corrected = corrections.correct(session, proposal, post, mailing_list)
    incoming = replace(incoming, reading=replace(incoming.reading, post=corrected))
    where = corrections.find_destination(proposal, destination)
    verdict = _file(session, house, arrival, incoming, where, author, now, corrects=proposal)
    return replace(verdict, subject=corrected.subject)


def _file_quietly(
    session: Session,
    house: House,
    arrival: Arrival,
    incoming: Incoming,
    robot: str,
    destination: Destination,
    now: datetime,
) -> Verdict:
    """File what a robot wrote on the ticket it answers; it is never answered, sent on or taken as a question."""
    post = replace(incoming.reading.post, robot=robot)
    author = membership.person_with(session, post.author.email)
    mailing_list = destination.mailing_list
    if author is None or mailing_list is None:
        return discarded(post.robot)
    sight = membership.sight_of(session, author, mailing_list)
    place = _find_place(session, mailing_list, post, author, destination, sight)
    if place.ticket is None or screening.find_earlier(session, mailing_list, post) or incoming.redacted:
        return discarded(post.robot)
    filing = Filing(author, arrival.content_key, now, arrival_key=arrival.id)
    message = file_post(session, house.portal, mailing_list, post, filing, place.ticket)
    return Verdict(Disposition.FILED, post.robot, message)


def _file(
    session: Session,
    house: House,
    arrival: Arrival,
    incoming: Incoming,
    destination: Destination,
    author: Person,
    now: datetime,
    corrects: Proposal | None = None,
) -> Verdict:
    post = incoming.reading.post
    siblings = screening.siblings(session, arrival)
    addresses = [*(recipient for recipient, _ in siblings), *post.recipients]
    destination = screening.strictest_destination(house.directory, destination, addresses)
    mailing_list = destination.mailing_list
    assert mailing_list is not None
    sight = membership.sight_of(session, author, mailing_list)
    fault = screening.find_fault(session, mailing_list, destination.purpose, author, sight)
    if fault and not arrival.is_vouched:
        if fault == NO_EDITOR and arrival.reason != NO_EDITOR and not any(is_held for _, is_held in siblings):
            _tell_no_editor(session, arrival, mailing_list, author, now)
        return held(fault)
    if earlier := screening.find_earlier(session, mailing_list, post):
        if screening.is_copy(post, incoming.redacted, author, earlier):
            return discarded("is a copy of a message that was filed")
        if not arrival.is_vouched:
            return held("has the Message-ID of another message")
        post = replace(post, message_id=f"{arrival.content_key}@{arrival.id}.invalid")
    held_before = [recipient for recipient, is_held in siblings if is_held]
    if screening.addresses_of(house.directory, mailing_list, held_before):
        return discarded("is a copy of a message that is held")
    if incoming.redacted:
        findings = [asdict(finding) for finding in incoming.reading.findings]
        proposal = proposals.make(session, ProposalKind.CPR, arrival, author, mailing_list, now, findings)
        if proposal.choice is not None:
            return held(STUCK_CPR)
        return held(HOLDS_UNREAD if is_unread_alone(incoming.reading.findings) else HOLDS_CPR)
    place = _find_place(session, mailing_list, post, author, destination, sight)
    if place.doubt and not arrival.is_vouched:
        return held(place.doubt)
    if place.ticket and (robot := screening.find_echo(session, place.ticket, author, post, now)):
        return _file_quietly(session, house, arrival, incoming, robot, destination, now)
    if mailing_list.id not in sight.lawyer_of:
        repeated = screening.find_repetition(session, mailing_list, author, post, now)
        storm = screening.find_storm(session, place.ticket, author, now) if place.ticket else ""
        if (repeated or storm) and not _is_confirmed(session, arrival):
            if repeated and place.ticket:
                return _file_quietly(session, house, arrival, incoming, repeated, destination, now)
            return held(repeated or storm)
    reachability.heard_from(session, author, now)
    filing = _describe_filing(session, arrival, incoming, mailing_list, destination, author, sight, place, now)
    preview = _find_preview(session, arrival, mailing_list, post, filing, place.ticket, corrects)
    if preview is not None and preview.choice is not Choice.SEND:
        return held(WAITS)
    if preview is not None:
        filing = replace(filing, clean_files=_only_seen(filing.clean_files, preview))
    return Verdict(
        Disposition.FILED, message=file_post(session, house.portal, mailing_list, post, filing, place.ticket)
    )


def _tell_no_editor(
    session: Session, arrival: Arrival, mailing_list: MailingList, author: Person, now: datetime
) -> None:
    """Have a member told, once of each mail, that their news waits: they believe that everybody has got it."""
    journal.append(
        session, EventKind.NEWS_HELD, now, list_key=mailing_list.id, person_key=author.id, arrival_key=arrival.id
    )


def _is_confirmed(session: Session, arrival: Arrival) -> bool:
    """Whether a person has said of this very message that it is to be filed."""
    return arrival.is_vouched or proposals.was_released(session, arrival.id or 0)


def _find_preview(
    session: Session,
    arrival: Arrival,
    mailing_list: MailingList,
    post: Post,
    filing: Filing,
    ticket: Ticket | None,
    corrects: Proposal | None,
) -> Proposal | None:
    """What an anonymous asker is asked before everybody reads it: they see first what the others would.

    What is added to the question later goes out at once where nothing had to be masked or kept back in it.
    """
    visibility = ticket.visibility if ticket else filing.visibility
    is_askers = ticket is None or ticket.asker_key == filing.author.id
    if visibility is not Visibility.ANONYMOUS or not is_askers:
        return None
    shown = anonymity.foresee(session, mailing_list, filing.author, post, ticket, filing.clean_files, filing.at)
    if ticket and not corrects and not shown.replacements and not shown.files and not shown.left_out:
        return None
    preview = {
        "message_id": post.message_id,
        "number": ticket.number if ticket else 0,
        "subject": threads.plain_subject(shown.subject, mailing_list.prefix) or threads.first_words(shown.text),
        "text": shown.text,
        "files": [asdict(file) for file in shown.files],
        "left_out": shown.left_out,
        "kept_back": shown.kept_back,
        "corrects": corrects is not None,
        "files_before": corrections.count_files(corrects) if corrects else 0,
        "sent_at": (post.sent_at or filing.at).isoformat(),
    }
    kind = ProposalKind.ANONYMOUS
    return proposals.make(session, kind, arrival, filing.author, mailing_list, filing.at, [preview])


def _only_seen(clean_files: Mapping[int, CleanFile], preview: Proposal) -> dict[int, CleanFile]:
    """Of the clean copies, those that the asker could look at before."""
    seen = {(file["part"], file["clean_key"]) for file in preview.findings[0]["files"]}
    return {part: clean for part, clean in clean_files.items() if (part, sha256(clean.octets).hexdigest()) in seen}


def _describe_filing(
    session: Session,
    arrival: Arrival,
    incoming: Incoming,
    mailing_list: MailingList,
    destination: Destination,
    author: Person,
    sight: Sight,
    place: Place,
    now: datetime,
) -> Filing:
    """Whose message it is and what its ticket is to be: confidential, if it may quote what not everybody may see.

    What cites a question that was to be anonymous is anonymous too, and news is by nobody in disguise.
    """
    visibility = VISIBILITIES.get(destination.purpose, mailing_list.visibility)
    if destination.purpose is Purpose.NEWS and visibility is Visibility.ANONYMOUS:
        visibility = Visibility.OPEN
    if visibility is Visibility.OPEN and proposals.was_previewed(session, author, incoming.reading.post.cited):
        visibility = Visibility.ANONYMOUS
    return Filing(
        author=author,
        content_key=arrival.content_key,
        at=now,
        is_lawyer=mailing_list.id in sight.lawyer_of,
        kind=TicketKind.NEWS if destination.purpose is Purpose.NEWS else TicketKind.QUESTION,
        visibility=Visibility.CONFIDENTIAL if place.doubt else visibility,
        arrival_key=arrival.id,
        clean_files=incoming.clean_files,
    )


def _find_place(
    session: Session, mailing_list: MailingList, post: Post, author: Person, destination: Destination, sight: Sight
) -> Place:
    """The ticket a post belongs to. News starts one; so does what is meant to be private and cites what is not."""
    if destination.purpose is Purpose.NEWS:
        return Place()
    signed = destination.number is not None and destination.person_key is not None
    claim = Claim(destination.number or 0, destination.person_key or 0) if signed else None
    place = threads.find_place(session, mailing_list, post, author, sight, claim)
    if place.ticket and not _hides_enough(place.ticket, destination, author):
        return Place()
    return place


def _hides_enough(ticket: Ticket, destination: Destination, author: Person) -> bool:
    """Whether a ticket hides what the address that was written to promises."""
    if destination.purpose is Purpose.ANONYMOUS and ticket.visibility is Visibility.ANONYMOUS:
        return ticket.asker_key == author.id
    return destination.purpose not in VISIBILITIES or ticket.visibility is Visibility.CONFIDENTIAL


# -- the chore -------------------------------------------------------------------------


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
    ) -> None:
        """With a verifier, authors are checked here, where no mail server in front has done it."""
        self._store, self._portal, self._signer, self._clock = store, portal, signer, clock
        self._authserv_id = authserv_id
        self._reader, self._cleaner, self._verifier = Reader(limits), Cleaner(limits), verifier
        self._holder = new_holder()
        self._in_hand: list[Claimed] = []

    @property
    def costliest(self) -> float:
        """The processor time that reading one message took at most, in seconds."""
        return self._reader.costliest

    def close(self) -> None:
        """End the processes that read and clean for it; to work again starts others."""
        self._reader.close()
        self._cleaner.close()

    def work(self) -> int:
        """Process the arrivals that are due; how many. Raises StorageTrouble, and then counts no try."""
        self._give_back()
        now = self._clock()
        self._in_hand = claim_arrivals(self._store, self._holder, now, BATCH)
        waiting = deque(self._in_hand)
        incoming: Incoming | Failure | None = None
        for_others = self._for_others()
        with self._reader.read([_unread(claimed) for claimed in waiting]) as ahead:
            checked = deque(self._check(claimed for claimed in waiting))
            while waiting:
                incoming = incoming or ahead.take()  # outside any transaction, for it may take seconds
                if _takes_time(incoming, waiting, for_others):
                    incoming = self._prepare(waiting[0], incoming, for_others)
                with self._store.transaction() as session:
                    directory = read_directory(session, self._portal.domain, self._signer)
                    house = House(self._portal, directory, self._authserv_id)
                    batch = self._store.begin_batch()
                    while incoming is not None:
                        _settle(session, house, waiting.popleft(), incoming, checked.popleft(), now)
                        incoming = ahead.take(MOMENT) if waiting and not batch.is_over else None
                        if _takes_time(incoming, waiting, for_others):
                            break
        self._cleaner.close()
        done = len(self._in_hand)
        self._in_hand = []
        return done

    def _prepare(self, claimed: Claimed, incoming: Incoming, for_others: set[str]) -> Incoming | Failure:
        """A message with what may be filed of it without CPR numbers, or with the files that others may have."""
        if incoming.reading.findings:
            return _attempt(_without_numbers, claimed, incoming, self._portal)
        return replace(incoming, clean_files=self._cleaner.clean(_unread(claimed)))

    def _for_others(self) -> set[str]:
        """Where what is in hand was sent to, and may be read by some who may not know who asked."""
        desks = {one.arrival.recipient for one in self._in_hand if DESK.search(one.arrival.recipient)}
        if not desks:
            return desks
        with self._store.reading() as session:
            directory = read_directory(session, self._portal.domain, self._signer)
            return {one for one in desks if _is_for_others(session, directory, one)}

    def _check(self, claimed: Iterable[Claimed]) -> Iterable[Checked | None]:
        """Who vouches for the authors, all asked at once and outside any transaction; None where nobody asks."""
        if self._verifier is None:
            return [None for _ in claimed]
        return self._verifier.check_all(list(claimed))

    def _give_back(self) -> None:
        """Return what the database's trouble kept us from settling, the try not counted."""
        if self._in_hand:
            with self._store.transaction() as session:
                for claimed in self._in_hand:
                    postpone(session, claimed, self._clock(), counts=False)
            self._in_hand = []


def _unread(claimed: Claimed) -> Unread:
    arrival = claimed.arrival
    return Unread(claimed.octets, arrival.received_at, came_back=arrival.recipient.lower().startswith(BOUNCE))


def _is_for_others(session: Session, directory: Directory, recipient: str) -> bool:
    """Whether what was sent here may be read by some who may not know who asked."""
    if ANONYMOUS_DESK.search(recipient):
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
    return ticket is not None and ticket.visibility is Visibility.ANONYMOUS


def _takes_time(
    incoming: Incoming | Failure | None, waiting: Sequence[Claimed], for_others: set[str]
) -> TypeGuard[Incoming]:
    """Whether more is to be made of the message that waits longest, which is done outside any transaction."""
    if not isinstance(incoming, Incoming):
        return False
    is_for_others = waiting[0].arrival.recipient in for_others
    return bool(incoming.reading.findings) or (is_for_others and bool(incoming.reading.post.attached))


def _without_numbers(claimed: Claimed, incoming: Incoming, portal: Portal) -> Incoming:
    """A message with what may be filed of it without civil registration numbers."""
    reading = incoming.reading
    redacted = take_numbers_out(claimed.octets, reading, claimed.arrival.received_at, portal)
    return replace(incoming, reading=mask_names(reading), redacted=redacted)


def _settle(
    session: Session,
    house: House,
    claimed: Claimed,
    incoming: Incoming | Failure,
    checked: Checked | None,
    now: datetime,
) -> None:
    """Give an arrival its disposition; what fails is tried again and, after three times, quarantined."""
    outcome: Incoming | Failure | None = incoming
    if isinstance(incoming, Incoming):
        incoming = replace(incoming, checked=checked)
        outcome = _attempt(_carry, session, house, claimed, incoming, now)
    if not isinstance(outcome, Failure):
        return
    if claimed.arrival.attempts < TRIES:
        postpone(session, claimed, now + TRY_AGAIN * claimed.arrival.attempts)
        return
    failed = _attempt(_put_in_quarantine, session, house, claimed, incoming, checked, outcome.traceback, now)
    if isinstance(failed, Failure):  # then without all that could be told of it
        quarantine(session, claimed, mask_cpr(outcome.traceback), now)
        journal.append(session, EventKind.QUARANTINED, now, arrival_key=claimed.arrival.id)


def _put_in_quarantine(
    session: Session,
    house: House,
    claimed: Claimed,
    incoming: Incoming | Failure,
    checked: Checked | None,
    trouble: str,
    now: datetime,
) -> None:
    """Put aside what failed, and have its author told, if they are known here; not twice of the same arrival.

    It is kept as long as any message in which CPR numbers stand. What could not even be read may hold some.
    """
    arrival = claimed.arrival
    with session.begin_nested():
        if isinstance(incoming, Failure):
            reading = mask_names(read_heading(claimed.octets, arrival.received_at))
            kept = make_mark(claimed.octets, mask_cpr(reading.post.author.email), house.portal)
            originals.keep_redacted(session, arrival.content_key, kept, now)
            incoming = Incoming(reading, checked=checked)
        elif incoming.redacted:
            originals.keep_redacted(session, arrival.content_key, incoming.redacted.octets, now)
        post = incoming.reading.post
        quarantine(
            session, claimed, mask_cpr(trouble), now,
            author=mask_cpr(post.author.email), subject=mask_cpr(post.subject),
        )  # fmt: skip
        author = None
        if not arrival.traceback:  # then it was here before
            author = screening.find_known_author(session, house.directory, arrival, incoming, house.authserv_id, now)
        mailing_list = house.directory.find_destination(arrival.recipient).mailing_list if author else None
        journal.append(
            session, EventKind.QUARANTINED, now,
            list_key=mailing_list.id if mailing_list else None, person_key=author.id if author else None,
            arrival_key=arrival.id,
        )  # fmt: skip


def _carry(session: Session, house: House, claimed: Claimed, incoming: Incoming, now: datetime) -> None:
    """Process one arrival in a savepoint of its own, and note the verdict."""
    reading = incoming.reading
    incoming = replace(incoming, reading=replace(reading, post=scrub_post(reading.post, house.portal)))
    arrival, post = claimed.arrival, incoming.reading.post
    with session.begin_nested():
        try:
            verdict = process(session, house, arrival, incoming, now)
        except UnknownAddress as unknown:
            verdict = held(str(unknown))
        if verdict.disposition is None:
            defer(session, claimed, screening.next_question(arrival, now), verdict.reason)
            return
        if incoming.redacted:
            originals.keep_redacted(session, arrival.content_key, incoming.redacted.octets, now)
        if verdict.disposition is Disposition.HELD:
            journal.append(session, EventKind.HELD, now, arrival_key=arrival.id)
        settle(
            session, claimed, verdict.disposition, verdict.reason, now,
            message_key=verdict.message.id if verdict.message else None, author=post.author.email,
            subject=mask_cpr(verdict.subject or post.subject),
            defects=post.defects,
        )  # fmt: skip


def _attempt(step: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | Failure:
    """The step's result, or how it failed. Trouble with the database is not the message's fault and is raised."""
    try:
        return step(*arguments, **named)
    except (StorageTrouble, OperationalError):
        raise
    except Exception as error:
        log.exception("processing failed", error=type(error).__name__)
        return Failure(traceback.format_exc())
