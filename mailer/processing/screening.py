"""Screening: what keeps a message from being filed, before anything of it is shown, indexed or sent."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from mailer.addresses import Destination, Directory, Purpose, addresses_of
from mailer.authorship.authentication import doubt_author
from mailer.authorship.lookalikes import find_claimed, find_twin
from mailer.authorship.vouching import ADDRESS, Voucher
from mailer.processing.addressees import STRICTEST_FIRST, is_replayed, is_unaddressed
from mailer.processing.submission import Inbound, Submission
from mailer.reading.redirection import is_rewritten
from mailer.reading.robots import BY_RULES
from mailer.sandbox.message import Reading
from tickets.acts import consents
from tickets.database.models import (
    Arrival,
    Choice,
    Consent,
    Disposition,
    MailingList,
    Message,
    MessageKind,
    Person,
    Proposal,
    Role,
    Ticket,
    metadata,
)
from tickets.envelope import KnownBy
from tickets.moderation import proposals
from tickets.numbers.cpr import MASK
from tickets.people import appointments, persons
from tickets.people.sight import sight_of
from tickets.reasons import Awaited, Grounds, Reason, as_grounds
from tickets.thread_ids import is_own_id

MOST_HOPS = 50  # Received fields; more is a loop (Postfix: hopcount_limit)
MOST_A_DAY = 50  # messages of one person on one ticket
LONGEST_WAIT = timedelta(hours=8)  # for DNS
NUMBER = re.compile(r"[0-9]+")
FEWEST_WORDS = 4  # "Ja." or "Tak" may be said twice
MOST_ALIKE = 2  # times that an author says the same on a list in a day
MOST_AT_ONCE = 30  # messages on one ticket within `AT_ONCE`
AT_ONCE = timedelta(minutes=10)
SAID = (
    select(col(Message.text))
    .where(
        col(Message.ticket_key) == bindparam("ticket_key"),
        col(Message.author_key) == bindparam("author_key"),
        col(Message.filed_at) > bindparam("since"),
    )
    .limit(50)
)
MESSAGES = metadata.tables["messages"]
BY_PEOPLE = MESSAGES.c.kind != MessageKind.AUTOMATIC
LATELY = (
    select(MESSAGES.c.text, MESSAGES.c.filed_at)
    .where(
        MESSAGES.c.author_key == bindparam("author_key"),
        MESSAGES.c.mailing_list_key == bindparam("list_key"),
        BY_PEOPLE,
    )
    .order_by(MESSAGES.c.id.desc())
    .limit(MOST_A_DAY)
    .subquery()
)
ALIKE = select(func.count()).where(LATELY.c.text == bindparam("text"), LATELY.c.filed_at > bindparam("since"))
FILED = (
    select(MESSAGES.c.filed_at)
    .where(MESSAGES.c.ticket_key == bindparam("ticket_key"), BY_PEOPLE)
    .order_by(MESSAGES.c.id.desc())
    .offset(MOST_AT_ONCE - 1)
    .limit(1)
)


@dataclass(frozen=True)
class Verdict:
    """What became of an arrival, and why."""

    disposition: Disposition | None  # none: it waits, and is judged again
    grounds: Grounds | None = None
    message: Message | None = None
    subject: str = ""  # what it is about, if that is not what its own says


def held(why: Reason | Grounds) -> Verdict:
    """The verdict that a message is held, and why."""
    return Verdict(Disposition.HELD, as_grounds(why))


def discarded(why: Reason | Grounds) -> Verdict:
    """The verdict that a message is dropped, and why."""
    return Verdict(Disposition.DISCARDED, as_grounds(why))


# -- robots and loops ------------------------------------------------------------------


def find_loop(directory: Directory, reading: Reading) -> Grounds | None:
    """What shows that a message has been here before; none if nothing does."""
    if reading.received_count > MOST_HOPS:
        return Grounds(Reason.TOO_MANY_HOPS, {"most": MOST_HOPS})
    ours = {f"{row.local_part}.{row.domain}" for row in directory.lists}
    if ours.intersection(reading.list_ids):
        return Grounds(Reason.OWN_LIST)
    if is_own_id(reading.post.message_id, directory.domain):
        return Grounds(Reason.OWN_ID)
    return None


def find_robot(arrival: Arrival, reading: Reading) -> Grounds | None:
    """What shows that no person wrote a message to us (RFC 3834); none if nothing does.

    What a rule of somebody's mailbox sent on looks like a robot's, and may be a person's.
    """
    if reading.redirector and reading.post.robot in BY_RULES:
        return None
    robot = reading.post.robot or reading.mediator
    return robot if robot or arrival.return_path else Grounds(Reason.NULL_PATH)


def drop(robot: Grounds) -> Verdict:
    """Discard a robot's message; hold it for an administrator where only its words show a robot."""
    return held(robot) if robot.reason.may_be_by_a_person else discarded(robot)


def find_misdirection(inbound: Inbound) -> Reason | None:
    """What shows that an author may not have written to this address of the list; none if nothing does."""
    arrival, reading = inbound.arrival, inbound.reading
    if arrival.is_vouched:
        return None
    if arrival.known_by is KnownBy.NOTHING:
        return Reason.NAMES_NONE
    if reading.redirector:
        return Reason.SENT_ON
    if inbound.destination.person_key or any(map(inbound.directory.knows, inbound.post.recipients)):
        return None
    if is_rewritten(arrival.return_path):
        return Reason.SENT_ON
    on_top = () if arrival.door == "imap" else reading.stations.on_top  # there it is our own mailbox's
    lain = [one.rpartition("@")[2] for one in (*on_top, *reading.stations.before)]
    return Reason.SENT_ON if set(lain) - inbound.directory.domains else None


# -- authors ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Author:
    """The member who wrote a message: somebody who is here, or who is to be let in by this address and name."""

    known: Person | None
    email: str
    name: str  # as it gives it; empty if that is somebody else's


def find_author(inbound: Inbound) -> Author | Verdict:
    """The member who wrote the message, or why nobody can be taken for its author."""
    session, arrival = inbound.session, inbound.arrival
    if len(inbound.reading.authors) != 1:
        return held(Reason.NO_SINGLE_AUTHOR)
    author, known = inbound.post.author, inbound.known
    if MASK in author.email:
        return held(Reason.STUCK_CPR)
    if doubt := find_doubt(inbound):
        asked = proposals.newest_of(session, arrival.key)  # what was redacted for its author has no signature left
        if asked is None or known is None or asked.choice is not Choice.SEND or asked.person_key != known.id:
            return put_off(inbound, doubt)
    is_nameless = known is None or not known.name
    claimed = find_claimed(session, author.name, author.email) if is_nameless else ""
    if known is None and not arrival.is_vouched:
        if twin := find_twin(session, author.email):
            return held(Grounds(Reason.LOOKALIKE, {"twin": twin}))
        if claimed:
            return held(Grounds(Reason.CALLS_ITSELF, {"claimed": claimed}))
    name = "" if claimed else author.name  # which every letter of theirs would show
    if not persons.is_welcome(session, known, author.email, as_guest=arrival.is_vouched):
        return held(Reason.STRANGER)
    return held(Reason.REPLAYED) if is_replayed(inbound, known) else Author(known, author.email, name)


def find_newcomers_fault(inbound: Inbound, mailing_list: MailingList) -> Grounds | None:
    """Why nothing may follow from a newcomer's message, and they are not let in; None if they are."""
    destination, encryption = inbound.destination, inbound.reading.encryption
    if inbound.arrival.is_vouched:
        return None
    is_post = destination.purpose in STRICTEST_FIRST
    if destination.person_key is not None:
        return Grounds(Reason.OTHERS_TOKEN if is_post else Reason.NOT_THEIRS)
    if mailing_list.is_restricted:
        return Grounds(Reason.NO_MEMBER if is_post else Reason.NOT_FOR_THEM)
    return Grounds(Reason.ENCRYPTED_UNTOLD, {"kind": encryption}) if encryption and is_post else None


def find_known_author(inbound: Inbound) -> Person | None:
    """The author of a message to a list of theirs, if that is sure enough to write back unasked; else None."""
    mailing_list, reading, known = inbound.destination.mailing_list, inbound.reading, inbound.known
    if mailing_list is None or inbound.destination.delivery_key is not None or len(reading.authors) != 1:
        return None
    if find_loop(inbound.directory, reading) or find_robot(inbound.arrival, reading) or find_misdirection(inbound):
        return None
    if known is None or known.is_stranger:
        return None
    if isinstance(find_author(inbound), Verdict):
        return None
    sight = sight_of(inbound.session, known, mailing_list)
    return known if mailing_list.id in sight.member_of else None


def find_doubt(inbound: Inbound) -> Reason | None:
    """Why the message may not be by its author; None if somebody vouches, or it came to an address made for them."""
    doubt = find_own_doubt(inbound)
    return None if doubt and not doubt.is_strong and _used_own_address(inbound) else doubt


def find_own_doubt(inbound: Inbound) -> Reason | None:
    """Why the message may not be by its author, whatever address it came to."""
    if inbound.arrival.is_vouched:
        return None
    reading, checked = inbound.reading, inbound.prepared.checked
    if reading.is_ambiguous:
        return Reason.AMBIGUOUS
    if reading.is_overlong:
        return Reason.OVERLONG
    domain = inbound.post.author.domain
    doubt = doubt_author(reading.authentication_results, inbound.house.authserv_id, checked, domain)
    return None if inbound.voucher and doubt is not Reason.DISOWNED else doubt


def find_voucher(inbound: Inbound) -> Voucher | None:
    """Who vouches for the author: a server, a signature, or that the message came to an address made for them."""
    if inbound.voucher or not find_own_doubt(inbound) or find_doubt(inbound):
        return inbound.voucher
    return Voucher(ADDRESS, inbound.house.portal.domain)


def put_off(inbound: Inbound, doubt: Reason) -> Verdict:
    """Leave a doubtful message to DNS while that may still answer, and then to a person."""
    is_to_wait = doubt.waits_for is Awaited.DNS and may_wait(inbound.arrival, inbound.now)
    return Verdict(None, Grounds(doubt)) if is_to_wait else held(doubt)


def is_proven_complaint(inbound: Inbound, recipient: str) -> bool:
    """Whether a complaint is by the recipient's own mail system, or by a feedback service that the settings name."""
    author, house, checked = inbound.post.author, inbound.house, inbound.prepared.checked
    if len(inbound.reading.authors) != 1 or find_own_doubt(inbound):
        return False
    is_checked = bool(house.authserv_id or checked)
    is_theirs = f".{author.domain}".endswith(f".{recipient.rpartition('@')[2].lower()}")  # the same, or one below
    return author.email in house.feedback_addresses or (is_checked and is_theirs)


def may_wait(arrival: Arrival, now: datetime) -> bool:
    """Whether DNS may still be asked again about the author; after hours without an answer a person decides."""
    return now - arrival.received_at < LONGEST_WAIT


def next_question(arrival: Arrival, now: datetime) -> datetime:
    """When DNS is asked again: in a minute, then after as long as it has been already, at most an hour."""
    return now + min(max(now - arrival.received_at, timedelta(minutes=1)), timedelta(hours=1))


def _used_own_address(inbound: Inbound) -> bool:
    """Whether the message came to an address that was signed for its author, which only a letter of ours tells.

    A post may also name it in To or Cc: it is filed there. What is obeyed has to be handed over for that very address.
    """
    author, destination, arrival = inbound.known, inbound.destination, inbound.arrival
    if author is None or destination.mailing_list is None or destination.purpose is Purpose.NEWS:
        return False
    if destination.purpose not in STRICTEST_FIRST:
        return arrival.known_by is KnownBy.ENVELOPE and _signed_for(inbound, destination) == author.id
    others = addresses_of(inbound.directory, destination.mailing_list, inbound.post.recipients)
    return any(one.number and one.person_key == author.id for one in (destination, *others))


def _signed_for(inbound: Inbound, destination: Destination) -> int | None:
    """The key of the person for whom an address where something is decided was made; None if for nobody."""
    if destination.consent_key is not None:
        consent = inbound.session.get(Consent, destination.consent_key)
        return consent.person_key if consent else None
    if destination.proposal_key is None:
        return destination.person_key
    proposal = inbound.session.get(Proposal, destination.proposal_key)
    return proposal.person_key if proposal else None


# -- posts -----------------------------------------------------------------------------


def find_fault(submission: Submission) -> Reason | None:
    """Why its author may not write here; none if they may."""
    mailing_list, author = submission.mailing_list, submission.author
    ticket = submission.place.ticket
    is_askers = ticket is not None and submission.sight.asked(ticket)  # it may have been moved to where they are not
    if mailing_list.id not in submission.sight.member_of and not is_askers:
        return Reason.NO_MEMBER
    if submission.destination.purpose is not Purpose.NEWS:
        return None
    roles = appointments.roles_of(submission.session, author, mailing_list)
    return None if roles & {Role.EDITOR, Role.LAWYER} else Reason.NO_EDITOR


def find_echo(submission: Submission, ticket: Ticket) -> Grounds | None:
    """What shows a robot that hides: the same words again, or more in a day than people write.

    Two robots in dialogue stop in their second round, and in their third if they number or date what they write; people
    correct a number once. None if nothing shows one.
    """
    of = {"ticket_key": ticket.id, "author_key": submission.author.id, "since": submission.now - timedelta(days=1)}
    said = submission.session.execute(SAID, of).scalars().all()
    words = submission.post.text.split()
    if len(words) >= FEWEST_WORDS and any(text.split() == words for text in said):
        return Grounds(Reason.SAYS_AGAIN)
    alike = _but_for_numbers(words)
    if len(words) >= FEWEST_WORDS and sum(_but_for_numbers(text.split()) == alike for text in said) >= MOST_ALIKE:
        return Grounds(Reason.SAYS_AGAIN_RENUMBERED)
    return Grounds(Reason.TOO_MANY_A_DAY, {"most": MOST_A_DAY}) if len(said) >= MOST_A_DAY else None


def _but_for_numbers(words: list[str]) -> str:
    return NUMBER.sub("0", " ".join(words))


def find_repetition(submission: Submission) -> Grounds | None:
    """What shows a robot that hides on ever new tickets: the same words for the third time in a day, and no file.

    None if nothing shows one. Who lost patience and asks once more is none.
    """
    post = submission.post
    if len(post.text.split()) < FEWEST_WORDS or post.files:
        return None
    said = {
        "author_key": submission.author.id,
        "list_key": submission.mailing_list.id,
        "text": post.text,
        "since": submission.now - timedelta(days=1),
    }
    times: int = submission.session.connection().execute(ALIKE, said).scalar_one()
    return Grounds(Reason.REPEATS) if times >= MOST_ALIKE else None


def find_storm(submission: Submission, ticket: Ticket) -> Grounds | None:
    """What shows that a ticket is in a storm, as of robots that hide or of people who answer all; none if nothing.

    Its asker may always write: the lawyers' answers are not to be asked about at all.
    """
    if submission.author.id == ticket.asker_key:
        return None
    found = submission.session.connection().execute(FILED, {"ticket_key": ticket.id})
    filed_at: datetime | None = found.scalar()
    is_storm = filed_at is not None and submission.now - filed_at < AT_ONCE
    return Grounds(Reason.STORM, {"most": MOST_AT_ONCE}) if is_storm else None


def is_copy(submission: Submission, earlier: Message) -> bool:
    """Whether a message is an earlier one once more: by the same author, with the same body, redacted or not."""
    redacted = submission.prepared.redacted
    digests = submission.post.digests | {redacted.body_digest if redacted else ""}
    return earlier.author_key == submission.author.id and earlier.body_digest in digests


# -- where to --------------------------------------------------------------------------


def find_decision(inbound: Inbound, author: Author) -> Destination | Verdict | None:
    """The address by which a message decides on one of its author's that waits; None if it is about no such one.

    An answer to all comes to the list as well, and some programs answer From whatever Reply-To says: neither must
    become a question to everybody. Where it came to the right address too, the others are dropped.
    """
    destination = inbound.destination
    if destination.purpose is Purpose.DECISION:
        return destination
    if destination.mailing_list is None or destination.purpose not in STRICTEST_FIRST:
        return None
    decision = _find_named_decision(inbound) or _find_cited_decision(inbound, author.known)
    if decision is None:
        return None
    came_for = [recipient for recipient, _ in inbound.siblings]
    if decision in addresses_of(inbound.directory, destination.mailing_list, came_for):
        return discarded(Reason.COPY_FOR_DECISION)
    doubt = find_own_doubt(inbound)  # nobody obeys what a token in To alone makes credible
    return put_off(inbound, doubt) if doubt else decision


def _find_named_decision(inbound: Inbound) -> Destination | None:
    assert inbound.destination.mailing_list is not None
    named = addresses_of(inbound.directory, inbound.destination.mailing_list, inbound.post.recipients)
    return next((one for one in named if one.purpose is Purpose.DECISION), None)


def _find_cited_decision(inbound: Inbound, author: Person | None) -> Destination | None:
    """The address by which an author decides on the subject of the letter that the message answers."""
    mailing_list, cited = inbound.destination.mailing_list, inbound.post.cited
    if inbound.destination.purpose is Purpose.REPLY or mailing_list is None or not cited:
        return None
    if author is None or is_unaddressed(inbound, author):
        return None
    if consent := consents.asked_by_letter(inbound.session, author, cited):
        return Destination(Purpose.DECISION, mailing_list, consent_key=consent.id)
    asked = proposals.asked_by_letter(inbound.session, author, cited)
    if asked is None or asked.mailing_list_key != mailing_list.id:
        return None
    return Destination(Purpose.DECISION, mailing_list, proposal_key=asked.id)
