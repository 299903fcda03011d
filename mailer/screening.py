"""Screening: what keeps a message from being filed, before anything of it is shown, indexed or sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from mailer.address import Destination, Directory, Purpose
from mailer.authentication import DISOWNED, UNANSWERED, doubt_author
from mailer.incoming import Incoming
from mailer.lookalikes import find_twin
from mailer.message import Reading
from mailer.redaction import Redacted
from tickets import membership, proposals
from tickets.errors import UnknownAddress
from tickets.holding import NO_EDITOR, NO_SINGLE_AUTHOR
from tickets.membership import Sight
from tickets.models import (
    Arrival,
    Choice,
    Disposition,
    MailingList,
    Message,
    MessageKind,
    Person,
    Role,
    Ticket,
    metadata,
)
from tickets.post import Post

MOST_HOPS = 50  # Received fields; more is a loop (Postfix: hopcount_limit)
MOST_A_DAY = 50  # messages of one person on one ticket
LONGEST_WAIT = timedelta(hours=8)  # for DNS
FEWEST_WORDS = 4  # "Ja." or "Tak" may be said twice
MOST_ALIKE = 2  # times that an author says the same on a list in a day
MOST_AT_ONCE = 30  # messages on one ticket within `AT_ONCE`
AT_ONCE = timedelta(minutes=10)
ARRIVALS = metadata.tables["arrivals"]
SIBLINGS = select(ARRIVALS.c.recipient, ARRIVALS.c.disposition, ARRIVALS.c.id).where(
    ARRIVALS.c.content_key == bindparam("content_key"), ARRIVALS.c.id != bindparam("own_key")
)
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
EARLIER = select(Message).where(
    col(Message.mailing_list_key) == bindparam("list_key"), col(Message.message_id) == bindparam("message_id")
)


@dataclass(frozen=True)
class Verdict:
    """What became of an arrival, and why."""

    disposition: Disposition | None  # none: it waits, and is judged again
    reason: str = ""
    message: Message | None = None
    subject: str = ""  # what it is about, if that is not what its own says


def held(reason: str) -> Verdict:
    return Verdict(Disposition.HELD, reason)


def discarded(reason: str) -> Verdict:
    return Verdict(Disposition.DISCARDED, reason)


# -- robots and loops ------------------------------------------------------------------


def find_loop(directory: Directory, reading: Reading) -> str:
    """What shows that a message has been here before; empty if nothing does."""
    if reading.received_count > MOST_HOPS:
        return f"has been handed over more than {MOST_HOPS} times"
    ours = {f"{row.local_part}.{row.domain}" for row in directory.lists}
    if ours.intersection(reading.list_ids):
        return "came back from a list of ours"
    if reading.post.message_id.lower().endswith(f"@{directory.domain}"):
        return "has a Message-ID of ours"
    return ""


def find_robot(arrival: Arrival, reading: Reading) -> str:
    """What shows that no person wrote a message to us (RFC 3834); empty if nothing does."""
    return reading.post.robot or reading.mediator or ("has no return path" if not arrival.return_path else "")


# -- authors ---------------------------------------------------------------------------


def find_author(
    session: Session,
    directory: Directory,
    arrival: Arrival,
    incoming: Incoming,
    destination: Destination,
    authserv_id: str | None,
    now: datetime,
) -> Person | Verdict:
    """The member who wrote the message, or why nobody can be taken for its author."""
    reading = incoming.reading
    if len(reading.authors) != 1:
        return held(NO_SINGLE_AUTHOR)
    author = reading.authors[0]
    known = membership.person_with(session, author.email)
    if doubt := find_doubt(directory, arrival, incoming, destination, authserv_id, known):
        asked = proposals.newest_of(session, arrival.id or 0)  # what was redacted for its author has no signature left
        if asked is None or known is None or asked.choice is not Choice.SEND or asked.person_key != known.id:
            return Verdict(None, doubt) if doubt == UNANSWERED and may_wait(arrival, now) else held(doubt)
    if known is None and not arrival.is_vouched and (twin := find_twin(session, author.email)):
        return held(f"comes from an address that looks like {twin}")
    person = membership.admit(session, known, author.email, author.name, now, as_guest=arrival.is_vouched)
    return person or held("comes from a stranger")


def find_known_author(
    session: Session,
    directory: Directory,
    arrival: Arrival,
    incoming: Incoming,
    authserv_id: str | None,
    now: datetime,
) -> Person | None:
    """The member who wrote to a list of theirs, if that is known for sure enough to write back unasked."""
    try:
        destination = directory.find_destination(arrival.recipient)
    except UnknownAddress:
        return None
    mailing_list, reading = destination.mailing_list, incoming.reading
    if mailing_list is None or destination.delivery_key is not None:
        return None
    if find_loop(directory, reading) or find_robot(arrival, reading) or len(reading.authors) != 1:
        return None
    known = membership.person_with(session, reading.authors[0].email)
    if known is None or known.is_stranger:
        return None
    author = find_author(session, directory, arrival, incoming, destination, authserv_id, now)
    if (
        isinstance(author, Verdict)
        or mailing_list.id not in membership.sight_of(session, author, mailing_list).member_of
    ):
        return None
    return author


def find_doubt(
    directory: Directory,
    arrival: Arrival,
    incoming: Incoming,
    destination: Destination,
    authserv_id: str | None,
    author: Person | None,
) -> str:
    """Why the message may not be by its author; empty if somebody vouches, or it came to an address made for them."""
    reading = incoming.reading
    domain = reading.post.author.domain
    doubt = doubt_author(reading.authentication_results, authserv_id, incoming.checked, domain)
    if not doubt or arrival.is_vouched:
        return ""
    return doubt if doubt == DISOWNED or not _used_own_address(directory, destination, reading, author) else ""


def may_wait(arrival: Arrival, now: datetime) -> bool:
    """Whether DNS may still be asked again about the author; after hours without an answer a person decides."""
    return now - arrival.received_at < LONGEST_WAIT


def next_question(arrival: Arrival, now: datetime) -> datetime:
    """When DNS is asked again: in a minute, then after as long as it has been already, at most an hour."""
    return now + min(max(now - arrival.received_at, timedelta(minutes=1)), timedelta(hours=1))


def _used_own_address(directory: Directory, destination: Destination, reading: Reading, author: Person | None) -> bool:
    """Whether the message answers to an address that we signed for its author: who has it got a letter of ours."""
    if author is None or destination.mailing_list is None or destination.purpose is Purpose.NEWS:
        return False
    others = addresses_of(directory, destination.mailing_list, reading.post.recipients)
    return any(one.number and one.person_key == author.id for one in (destination, *others))


# -- posts -----------------------------------------------------------------------------


def find_fault(session: Session, mailing_list: MailingList, purpose: Purpose, author: Person, sight: Sight) -> str:
    """Why this person, who sees so much of the list, may not write here; empty if they may."""
    if mailing_list.id not in sight.member_of:
        return "comes from somebody who is not a member of the list"
    if purpose is Purpose.NEWS and not membership.roles_of(session, author, mailing_list) & {Role.EDITOR, Role.LAWYER}:
        return NO_EDITOR
    return ""


def find_earlier(session: Session, mailing_list: MailingList, post: Post) -> Message | None:
    """The message that was filed in this list under the same Message-ID."""
    found = session.execute(EARLIER, {"list_key": mailing_list.id, "message_id": post.message_id})
    return found.scalars().first()


def find_echo(session: Session, ticket: Ticket, author: Person, post: Post, now: datetime) -> str:
    """What shows a robot that hides: the same words again, or more in a day than people write.

    Two robots in dialogue stop in their second round. Empty if nothing shows one.
    """
    since = now - timedelta(days=1)
    said = session.execute(SAID, {"ticket_key": ticket.id, "author_key": author.id, "since": since}).scalars().all()
    words = post.text.split()
    if len(words) >= FEWEST_WORDS and any(text.split() == words for text in said):
        return "says again what its author said on the ticket within a day"
    return f"is one of more than {MOST_A_DAY} of its author's on the ticket in a day" if len(said) >= MOST_A_DAY else ""


def find_repetition(session: Session, mailing_list: MailingList, author: Person, post: Post, now: datetime) -> str:
    """What shows a robot that hides on ever new tickets: the same words for the third time in a day, and no file.

    Empty if nothing shows one. Who lost patience and asks once more is none.
    """
    if len(post.text.split()) < FEWEST_WORDS or post.files:
        return ""
    said = {"author_key": author.id, "list_key": mailing_list.id, "text": post.text, "since": now - timedelta(days=1)}
    times: int = session.connection().execute(ALIKE, said).scalar_one()
    return "says again within a day what its author has said twice" if times >= MOST_ALIKE else ""


def find_storm(session: Session, ticket: Ticket, author: Person, now: datetime) -> str:
    """What shows that a ticket is in a storm, as of robots that hide or of people who answer all; empty if nothing.

    Its asker may always write: the lawyers' answers are not to be asked about at all.
    """
    if author.id == ticket.asker_key:
        return ""
    filed_at: datetime | None = session.connection().execute(FILED, {"ticket_key": ticket.id}).scalar()
    is_storm = filed_at is not None and now - filed_at < AT_ONCE
    return f"is one of more than {MOST_AT_ONCE} on its ticket within minutes" if is_storm else ""


def is_copy(post: Post, redacted: Redacted | None, author: Person, earlier: Message) -> bool:
    """Whether the post is the earlier message over again: same author, same body, with its numbers or without."""
    digests = {post.body_digest, redacted.body_digest if redacted else ""}
    return earlier.author_key == author.id and earlier.body_digest in digests


def siblings(session: Session, arrival: Arrival) -> list[tuple[str, bool]]:
    """The recipients that the same octets came for, each with whether it is held there since before."""
    found = session.connection().execute(SIBLINGS, {"content_key": arrival.content_key, "own_key": arrival.id})
    return [
        (recipient, disposition is Disposition.HELD and key < (arrival.id or 0))
        for recipient, disposition, key in found
    ]


# -- where to --------------------------------------------------------------------------

STRICTEST_FIRST = (Purpose.REPLY, Purpose.CONFIDENTIAL, Purpose.ANONYMOUS, Purpose.NEWS, Purpose.QUESTION)


def strictest_destination(directory: Directory, destination: Destination, addresses: Iterable[str]) -> Destination:
    """The one address that counts where a message went to several of a list's: a token, else the most private."""
    assert destination.mailing_list is not None
    others = addresses_of(directory, destination.mailing_list, addresses)
    posts = [one for one in (destination, *others) if one.purpose in STRICTEST_FIRST]
    return min(posts, key=lambda one: STRICTEST_FIRST.index(one.purpose))


def find_decision(
    session: Session, directory: Directory, arrival: Arrival, destination: Destination, author: Person, post: Post
) -> Destination | Verdict | None:
    """Where the author decides on a message of theirs that waits, if that is what this is about; None if not.

    An answer to all comes to the list as well, and some programs answer From whatever Reply-To says: neither must
    become a question to everybody. Where it came to the right address too, the others are dropped.
    """
    if destination.purpose is Purpose.DECISION:
        return destination
    if destination.mailing_list is None or destination.purpose not in STRICTEST_FIRST:
        return None
    others = addresses_of(directory, destination.mailing_list, post.recipients)
    if decision := next((one for one in others if one.purpose is Purpose.DECISION), None):
        came_for = [recipient for recipient, _ in siblings(session, arrival)]
        is_there_too = decision in addresses_of(directory, destination.mailing_list, came_for)
        return discarded("came to where its author decides too") if is_there_too else decision
    if destination.purpose is Purpose.REPLY or not post.cited:
        return None
    asked = proposals.asked_by_letter(session, author, post.cited)
    if asked is None or asked.mailing_list_key != destination.mailing_list.id:
        return None
    return Destination(Purpose.DECISION, destination.mailing_list, proposal_key=asked.id)


def addresses_of(directory: Directory, mailing_list: MailingList, addresses: Iterable[str]) -> list[Destination]:
    """Those of the addresses that live on this list."""
    found = []
    for address in addresses:
        try:
            destination = directory.find_destination(address)
        except UnknownAddress:
            continue
        if destination.mailing_list is not None and destination.mailing_list.id == mailing_list.id:
            found.append(destination)
    return found
