"""Threads: which ticket a post belongs to, and what it answers there.

A wrong join shows one municipality's case to another, so evidence that does not hold is a reason to hold the
post, never to join it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from tickets.database.models import (
    Alias,
    Identifier,
    MailingList,
    Message,
    Person,
    Split,
    Ticket,
    TicketKind,
    metadata,
)
from tickets.people.sight import Sight, is_for_all, sight_of
from tickets.post import Post
from tickets.reasons import Grounds, Reason

T = TypeVar("T")

PREFIXES = re.compile(
    r"\s*(?:(?:sv|vs|vb|vl|re|fwd?|aw|wg|antw|ang)\s*(?:\[\d+\])?\s*:|\[(?:ekstern|external|extern)\])", re.IGNORECASE
)
NUMBERED = select(Ticket).where(
    col(Ticket.mailing_list_key) == bindparam("list_key"), col(Ticket.number) == bindparam("number")
)
KNOWN = select(Identifier).where(
    col(Identifier.mailing_list_key) == bindparam("list_key"),
    col(Identifier.message_id).in_(bindparam("message_ids", expanding=True)),
)
KNOWN_ANYWHERE = (
    select(Ticket)
    .join(Identifier, col(Identifier.ticket_key) == col(Ticket.id))
    .where(col(Identifier.message_id).in_(bindparam("message_ids", expanding=True)))
)
NAMED = re.compile(r"\[([^\W_]{1,20})-([0-9]{1,9})\]")  # a ticket in a subject
SPLIT_OFF = select(col(Split.from_key)).where(col(Split.ticket_key).in_(bindparam("keys", expanding=True)))
CITATIONS = metadata.tables["citations"]
CITING = (
    select(CITATIONS.c.message_key)
    .where(
        CITATIONS.c.mailing_list_key == bindparam("list_key"),
        CITATIONS.c.message_id == bindparam("message_id"),
        CITATIONS.c.message_key != bindparam("own_key"),
    )
    .distinct()
    .order_by(CITATIONS.c.message_key)
)


@dataclass(frozen=True)
class Claim:
    """What the address says of where a post belongs: the ticket, and whom the portal signed it for, if anybody."""

    number: int
    person_key: int | None


@dataclass(frozen=True)
class TicketMatch:
    """Where a post belongs: a ticket, a new one (none), or nowhere until somebody has looked (a doubt)."""

    ticket: Ticket | None = None
    doubt: Grounds | None = None


def find_place(
    session: Session, mailing_list: MailingList, post: Post, author: Person, sight: Sight, claim: Claim | None
) -> TicketMatch:
    """Which ticket the post belongs to, by the best evidence there is.

    1 the address of a ticket, be it everybody's or signed for the author, 2 In-Reply-To and References (RFC 5322
    3.6.4), 3 the ticket's name in the subject from somebody who takes part in it, as the list's lawyers do in all.
    `sight` is the author's.
    """
    if claim:
        return _place_by_address(session, mailing_list, post, author, sight, claim)
    if ticket := find_cited_ticket(session, mailing_list, post):
        if not _sees(session, sight, author, mailing_list, ticket):
            return _doubted(Reason.ANSWERS_HIDDEN, mailing_list, ticket)
        return TicketMatch(ticket)
    if ticket := _find_named_ticket(session, mailing_list, post.subject):
        if mailing_list.id not in sight.lawyer_of and not takes_part(session, author, ticket):
            return _doubted(Reason.NOT_IN_TICKET, mailing_list, ticket)
        return TicketMatch(ticket)
    return find_place_of_new(session, post, mailing_list)


def find_place_of_new(session: Session, post: Post, apart_from: MailingList | None = None) -> TicketMatch:
    """Where what starts a ticket belongs: nowhere until somebody has looked, if it passes on what is not for everybody.

    Whoever sees a ticket by its letters may forward one to another list, with the asker's name in it.
    """
    for mailing_list, ticket in _tickets_told_of(session, post):
        is_open = is_for_all(ticket.visibility) and not mailing_list.is_restricted
        if not is_open and (apart_from is None or mailing_list.id != apart_from.id):
            return _doubted(Reason.PASSES_ON, mailing_list, ticket)
    return TicketMatch()


def find_own_news(session: Session, mailing_list: MailingList, post: Post, author: Person) -> TicketMatch | None:
    """The ticket of their own news that an author answers, on this list; None if they answer none."""
    for _, ticket in _tickets_told_of(session, post):
        is_news = ticket.kind is TicketKind.NEWS and ticket.mailing_list_key == mailing_list.id
        if is_news and ticket.asker_key == author.id:
            return TicketMatch(ticket)
    return None


def _tickets_told_of(session: Session, post: Post) -> Iterator[tuple[MailingList, Ticket]]:
    """The tickets of any list that a post names in its subject, or cites a message of."""
    for prefix, number in NAMED.findall(post.subject):
        of_prefix = select(MailingList).where(func.lower(MailingList.prefix) == prefix.lower())
        for mailing_list in session.execute(of_prefix).scalars():
            if ticket := find_ticket(session, mailing_list, int(number)):
                yield mailing_list, ticket
    if post.cited:
        found = session.execute(KNOWN_ANYWHERE, {"message_ids": post.cited[:100]})
        for ticket in found.scalars():
            yield session.get_one(MailingList, ticket.mailing_list_key), ticket


def _place_by_address(
    session: Session, mailing_list: MailingList, post: Post, author: Person, sight: Sight, claim: Claim
) -> TicketMatch:
    if claim.person_key not in (None, author.id):
        return TicketMatch(doubt=Grounds(Reason.OTHERS_TOKEN))
    ticket = find_ticket(session, mailing_list, claim.number)
    if ticket is None:
        return TicketMatch(doubt=Grounds(Reason.TICKET_GONE))
    ticket = _where_split_to(session, mailing_list, post, ticket)
    if not _sees(session, sight, author, mailing_list, ticket):
        return _doubted(Reason.ANSWERS_CLOSED_OFF, mailing_list, ticket)
    return TicketMatch(ticket)


def _where_split_to(session: Session, mailing_list: MailingList, post: Post, ticket: Ticket) -> Ticket:
    """The ticket of the message that a post answers, if that was split off the one whose number was signed."""
    answered = find_cited_ticket(session, mailing_list, post)
    if answered is None or answered.id == ticket.id:
        return ticket
    sources, layer = set[int](), {answered.key}
    while layer := set(session.execute(SPLIT_OFF, {"keys": list(layer)}).scalars()) - sources:
        sources |= layer
    return answered if ticket.id in sources else ticket


def _sees(session: Session, sight: Sight, author: Person, mailing_list: MailingList, ticket: Ticket) -> bool:
    """Whether an author sees a ticket, be it that it was moved to another list since."""
    if ticket.mailing_list_key == mailing_list.id:
        return sight.of_ticket(ticket)
    return sight_of(session, author, session.get_one(MailingList, ticket.mailing_list_key)).of_ticket(ticket)


def _doubted(reason: Reason, mailing_list: MailingList, ticket: Ticket) -> TicketMatch:
    return TicketMatch(doubt=Grounds(reason, {"ticket": _name(mailing_list, ticket)}))


def find_ticket(session: Session, mailing_list: MailingList, number: int) -> Ticket | None:
    """The ticket with this number, or the one it was merged into."""
    ticket = session.execute(NUMBERED, {"list_key": mailing_list.id, "number": number}).scalars().first()
    if ticket is None and (alias := session.get(Alias, (mailing_list.id, number))):
        ticket = session.get(Ticket, alias.ticket_key)
    return ticket


def find_cited_ticket(session: Session, mailing_list: MailingList, post: Post) -> Ticket | None:
    """The ticket on this list of the nearest message that a post cites; None if it cites none that is known."""
    nearest = nearest_of(post.cited, _known(session, mailing_list, post.cited))
    return session.get_one(Ticket, nearest.ticket_key) if nearest else None


def nearest_of(cited: Iterable[str], known: Mapping[str, T]) -> T | None:
    """What is known of the best evidence among the ids that a post cites; None if none of them is known."""
    return next((known[message_id] for message_id in cited if message_id in known), None)


def find_parent(session: Session, mailing_list: MailingList, ticket: Ticket, post: Post) -> Message | None:
    """The message of the ticket that the post answers, by the nearest id it cites; else the ticket's first."""
    known = _known(session, mailing_list, post.cited)
    for message_id in post.cited:
        identifier = known.get(message_id)
        if identifier and identifier.message_key and identifier.ticket_key == ticket.id:
            return session.get_one(Message, identifier.message_key)
    return first_message(session, ticket)


def first_message(session: Session, ticket: Ticket) -> Message | None:
    """The oldest message of a ticket that answers none; None for a ticket without such a message."""
    query = select(Message).where(col(Message.ticket_key) == ticket.id, col(Message.parent_key).is_(None))
    return session.execute(query.order_by(col(Message.id))).scalars().first()


def find_early_replies(session: Session, message: Message) -> list[Message]:
    """Messages that cite this one and were filed before it came."""
    cited = {"list_key": message.mailing_list_key, "message_id": message.message_id, "own_key": message.id}
    keys = session.connection().execute(CITING, cited).scalars()
    return [session.get_one(Message, key) for key in keys]


def takes_part(session: Session, person: Person, ticket: Ticket) -> bool:
    """Whether a person asked a ticket or wrote on it."""
    query = select(col(Message.id)).where(col(Message.ticket_key) == ticket.id, col(Message.author_key) == person.id)
    return person.id == ticket.asker_key or session.execute(query).first() is not None


def plain_subject(subject: str, prefix: str) -> str:
    """The subject without reply and forward prefixes, external-mail banners and the names of this list's tickets."""
    named = re.sub(rf"\[{re.escape(prefix)}-[0-9]+\]", " ", subject, flags=re.IGNORECASE)
    subject, begin = " ".join(named.split()), 0  # first the blanks: of many, a rule that looks for some is slow
    while match := PREFIXES.match(subject, begin):
        begin = match.end()
    return subject[begin:].strip()


def first_words(text: str) -> str:
    """A subject for a post that has none."""
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:60].rsplit(' ', 1)[0]} …"


def _find_named_ticket(session: Session, mailing_list: MailingList, subject: str) -> Ticket | None:
    for number in re.findall(rf"\[{re.escape(mailing_list.prefix)}-([0-9]{{1,9}})\]", subject, re.IGNORECASE):
        if ticket := find_ticket(session, mailing_list, int(number)):
            return ticket
    return None


def _known(session: Session, mailing_list: MailingList, cited: tuple[str, ...]) -> dict[str, Identifier]:
    if not cited:
        return {}
    found = session.execute(KNOWN, {"list_key": mailing_list.id, "message_ids": cited[:100]})
    return {identifier.message_id: identifier for identifier in found.scalars()}


def _name(mailing_list: MailingList, ticket: Ticket) -> str:
    return f"{mailing_list.prefix}-{ticket.number}"
