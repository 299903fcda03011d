"""Tracing: what became of a mail, from its arrival to the letters that tell of it; what an operator may see of it.

A mail that was asked anonymously is found by its number or by its ticket, and neither leads to the other, nor to the
asker.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rich.console import Console
from sqlalchemy import ColumnElement, LargeBinary, and_
from sqlmodel import Session, col, func, or_, select

from dialogportal.facts import showing
from dialogportal.facts.headings import read_headings
from dialogportal.facts.reasons import describe_reason, tell_reason
from dialogportal.printing import plain
from mailer.addresses import ANONYMOUS_DETAIL
from tickets import links
from tickets.alignment import normal_address
from tickets.database.models import (
    Arrival,
    Content,
    Delivery,
    DeliveryState,
    Identifier,
    Letter,
    LetterKind,
    MailingList,
    Message,
    Person,
    Ticket,
)
from tickets.database.store import system_clock
from tickets.errors import NotFound
from tickets.moderation import holding
from tickets.numbers.cpr import mask_cpr
from tickets.people import merging, persons
from tickets.people.sight import MASKED, is_masked
from tickets.portal import Portal

MOST = 50  # arrivals, and letters to one address; the newest
MOST_READ = 1_000  # header sections of what nobody has read yet, or an older release did; the newest
LARGEST_HEADER = 65_536  # octets of one that are read
NUMBER = re.compile(r"#?(\d{1,18})")
TICKET = re.compile(r"[A-Za-z]{1,8}-\d{1,9}")
HIDDEN = "(anonymous)"
SHOWN = (
    "received_at", "door", "recipient", "return_path", "author", "subject", "next_attempt_at", "waits_for", "ticket",
    "seen_by",
)  # fmt: skip


def follow(session: Session, what: str) -> dict[str, Any]:
    """The arrivals and letters of an address, a Message-ID, a ticket (DB-42) or a number (#17).

    Raises NotFound where nothing is known of it.
    """
    what = what.strip().strip("<>")
    letters: list[dict[str, Any]] = []
    if number := NUMBER.fullmatch(what):
        keys = [int(number[1])]
    elif TICKET.fullmatch(what):
        return _trace_ticket(session, *showing.find_ticket(session, what))
    else:
        keys = _by_message_id(session, what) or _by_address(session, what) or _among_unread(session, what)
        letters = letters_to(session, what, MOST) or ([] if keys else _letters_called(session, what))
    query = select(Arrival).where(col(Arrival.id).in_(keys)).order_by(col(Arrival.id).desc())
    found = [describe(session, arrival) for arrival in session.exec(query)]
    arrivals = [one for one in found if number or one["author"] != HIDDEN]
    if not arrivals and not letters:
        raise NotFound(
            f"Nothing is known of {what}: trace an address, a Message-ID, a ticket (DB-42) or a number (#17). What was"
            " refused at the door never came in: the sender's server has told its author why"
        )
    return {"arrivals": arrivals, "letters": letters}


def _by_message_id(session: Session, message_id: str) -> list[int]:
    filed = select(Identifier.message_key).where(Identifier.message_id == message_id)
    own = select(Message.id).where(Message.own_id == message_id)
    is_filed = or_(col(Arrival.message_key).in_(filed), col(Arrival.message_key).in_(own))
    query = select(Arrival.id).where(or_(is_filed, Arrival.message_id == message_id))
    return [key for key in session.exec(query.order_by(col(Arrival.id).desc()).limit(MOST)) if key is not None]


def _by_address(session: Session, text: str) -> list[int]:
    emails = _spellings(session, text)
    written = or_(func.lower(Arrival.author).in_(emails), func.lower(Arrival.return_path).in_(emails))
    query = select(Arrival.id).where(written).order_by(col(Arrival.id).desc()).limit(MOST)
    return [key for key in session.exec(query) if key is not None]


def _spellings(session: Session, text: str) -> set[str]:
    """The address as it was typed and as it is kept, and all others of the person who has it."""
    person = persons.person_with(session, text)
    theirs = [person.email, *merging.addresses_of(session, person)] if person else []
    return {text.lower(), normal_address(text), *theirs}


def _among_unread(session: Session, message_id: str) -> list[int]:
    """The newest arrivals with this Message-ID of which none was noted: they wait, or came before it ever was."""
    head = func.substr(Content.octets, 1, LARGEST_HEADER, type_=LargeBinary)
    query = (
        select(Arrival.id, head)
        .join(Content, col(Content.sha256) == col(Arrival.content_key))
        .where(Arrival.message_id == "", col(Arrival.message_key).is_(None))
        .order_by(col(Arrival.id).desc())
        .limit(MOST_READ)
    )
    rows = session.exec(query.execution_options(yield_per=50))
    likely = [(key, octets) for key, octets in rows if key is not None and message_id.encode() in octets]
    headings = read_headings([octets for _, octets in likely], system_clock())
    return [
        key
        for (key, _), heading in zip(likely, headings, strict=True)
        if heading is not None and heading.reading.post.message_id == message_id
    ]


def _is_hidden(session: Session, arrival: Arrival, ticket: Ticket | None) -> bool:
    """Whether a message was asked anonymously, and administrators may not look at it themselves."""
    if ticket:
        return is_masked(ticket.visibility)
    if arrival.disposition in holding.ASIDE:
        return holding.is_anonymous(session, arrival)
    return holding.was_anonymous(session, arrival) or bool(ANONYMOUS_DETAIL.search(arrival.recipient.lower()))


def describe(session: Session, arrival: Arrival) -> dict[str, Any]:
    """What became of one arrival."""
    message = session.get(Message, arrival.message_key) if arrival.message_key else None
    ticket = session.get_one(Ticket, message.ticket_key) if message else None
    facts: dict[str, Any] = {
        "number": arrival.id,
        "received_at": told_time(arrival.received_at),
        "door": arrival.door,
        "recipient": arrival.recipient,
        "return_path": arrival.return_path,
        "author": arrival.author,
        "subject": mask_cpr(arrival.subject),
        "disposition": arrival.disposition or "waiting",
        **describe_reason(arrival.grounds),
        "waits_for": holding.awaited(arrival),
        "settled_at": told_time(arrival.settled_at),
        "next_attempt_at": None if arrival.disposition else told_time(arrival.next_attempt_at),
        "ticket": None,
        "visibility": ticket.visibility if ticket else None,
        "letters": [],
    }
    if _is_hidden(session, arrival, ticket):
        hidden = dict.fromkeys(("recipient", "return_path", "author", "subject", "reason", "ticket"), HIDDEN)
        return facts | hidden | {"reason_code": None, "reason_details": {}, "waits_for": None}
    if ticket and message:
        facts["ticket"] = links.ticket_name(session.get_one(MailingList, ticket.mailing_list_key), ticket)
        facts["letters"] = _letters(session, ticket, select(Letter.id).where(Letter.message_key == message.id))
    return facts


def describe_whole(session: Session, number: int, portal: Portal, *, with_raw: bool) -> dict[str, Any]:
    """What became of an arrival, and what it brought with it; the second not if it was asked anonymously.

    Raises NotFound if there is none of that number.
    """
    arrival = holding.find_arrival(session, number)
    fate = describe(session, arrival)
    if fate["author"] == HIDDEN:
        return fate
    raw = holding.raw_text(session, arrival) if with_raw else ""
    return fate | showing.describe_contents(session, arrival, portal, raw)


def octets_of(session: Session, number: int) -> bytes:
    """The message as it came. Raises NotFound if there is none of that number that an operator may see."""
    arrival = holding.find_arrival(session, number)
    if describe(session, arrival)["author"] == HIDDEN:
        raise NotFound(f"Number {number} was asked anonymously: nobody but its author sees the mail as it came")
    return holding.octets_of(session, arrival)


def _trace_ticket(session: Session, mailing_list: MailingList, ticket: Ticket) -> dict[str, Any]:
    facts: dict[str, Any] = {"ticket": links.ticket_name(mailing_list, ticket), "visibility": ticket.visibility}
    if is_masked(ticket.visibility):
        letters = _letters(session, ticket, select(Letter.id).where(Letter.ticket_key == ticket.id))
        return facts | {"arrivals": [], "letters": letters}
    messages = select(Message.id).where(Message.ticket_key == ticket.id)
    query = select(Arrival).where(col(Arrival.message_key).in_(messages))
    arrivals = [describe(session, arrival) for arrival in session.exec(query.order_by(col(Arrival.id)))]
    told = select(Letter.id).where(Letter.ticket_key == ticket.id, col(Letter.message_key).is_(None))
    return facts | {"arrivals": arrivals, "letters": _letters(session, ticket, told)}


def _letters(session: Session, ticket: Ticket, letter_keys: Any) -> list[dict[str, Any]]:
    query = select(Delivery).where(col(Delivery.letter_key).in_(letter_keys)).order_by(col(Delivery.id))
    return [describe_delivery(one, is_hidden=_is_to_asker(one, ticket)) for one in session.exec(query)]


def letters_to(session: Session, email: str, most: int) -> list[dict[str, Any]]:
    """The newest letters to this address, without those that tell of the person's anonymous questions."""
    person = persons.person_with(session, email)
    is_theirs = or_(
        col(Delivery.recipient).in_(_spellings(session, email)), Delivery.person_key == (person.id if person else None)
    )
    query = select(Delivery).where(is_theirs, tells_of_no_asker(person))
    return list(map(describe_delivery, session.exec(query.order_by(col(Delivery.id).desc()).limit(most))))


def tells_of_no_asker(person: Person | None) -> ColumnElement[bool]:
    """The condition that a delivery is about no anonymous question of this person's."""
    anonymous = (
        select(Letter.id)
        .join(Ticket, col(Ticket.id) == col(Letter.ticket_key))
        .where(col(Ticket.visibility).in_(MASKED), Ticket.asker_key == (person.id if person else None))
    )
    return and_(col(Delivery.letter_key).not_in(anonymous), col(Delivery.kind) != LetterKind.PREVIEW)


def _letters_called(session: Session, message_id: str) -> list[dict[str, Any]]:
    """What became of a letter of ours, by the Message-ID in the relay's log."""
    keys = select(Letter.id).where(Letter.message_id == message_id)
    query = (
        select(Delivery, Ticket)
        .join(Letter, col(Letter.id) == col(Delivery.letter_key))
        .outerjoin(Ticket, col(Ticket.id) == col(Letter.ticket_key))
        .where(col(Delivery.letter_key).in_(keys))
        .order_by(col(Delivery.id))
        .limit(MOST)
    )
    return [describe_delivery(one, is_hidden=_is_to_asker(one, ticket)) for one, ticket in session.exec(query)]


def _is_to_asker(delivery: Delivery, ticket: Ticket | None) -> bool:
    """Whether a letter goes to somebody because they asked anonymously."""
    if delivery.kind is LetterKind.PREVIEW:
        return True
    is_anonymous = ticket is not None and is_masked(ticket.visibility)
    return is_anonymous and ticket is not None and ticket.asker_key == delivery.person_key


def describe_delivery(delivery: Delivery, *, is_hidden: bool = False) -> dict[str, Any]:
    """What `--json` prints of a letter to one recipient, who is left out if hidden."""
    return {
        "made_at": told_time(delivery.made_at),
        "kind": delivery.kind,
        "recipient": HIDDEN if is_hidden else delivery.recipient,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "reply": "" if is_hidden else delivery.reply,
        "settled_at": told_time(delivery.settled_at),
        "next_attempt_at": told_time(delivery.next_attempt_at) if delivery.state is DeliveryState.WAITING else None,
    }


def told_time(at: datetime | None) -> str | None:
    """A time as JSON has it (ISO 8601, to the second)."""
    return at.isoformat(timespec="seconds") if at else None


def print_trace(console: Console, facts: dict[str, Any], portal: Portal) -> None:
    """Print for people what became of a message, step by step."""
    if facts.get("visibility"):
        told = f"{facts['ticket']}  seen by: {showing.SEEN_BY[facts['visibility']]}"
        console.print(f"[bold]{plain(told)}[/]", highlight=False, soft_wrap=True)
    for one in facts["arrivals"]:
        print_arrival(console, one, portal)
    if facts["letters"]:
        console.print("[bold]letters[/]")
        print_letters(console, facts["letters"], portal)


def print_arrival(console: Console, facts: dict[str, Any], portal: Portal) -> None:
    """Print for people what became of one arrival."""
    told = f"#{facts['number']}  {facts['disposition']}{': ' * bool(facts['reason'])}{tell_reason(facts)}"
    console.print(f"[bold]{plain(told)}[/]", highlight=False, soft_wrap=True)
    seen_by = showing.SEEN_BY[facts["visibility"]] if facts["visibility"] else None
    for name, value in (facts | {"seen_by": seen_by}).items():
        if name in SHOWN and value:
            value = local(portal, value) if name.endswith("_at") else value
            console.print(
                plain(f"  {name.removesuffix('_at').replace('_', ' ')}: {value}"), highlight=False, soft_wrap=True
            )
    print_letters(console, facts["letters"], portal)


def print_whole(console: Console, facts: dict[str, Any], portal: Portal) -> None:
    """Print an arrival for people, with its fields where the facts have them."""
    print_arrival(console, facts, portal)
    if "fields" in facts:
        showing.print_contents(console, facts)


def print_letters(console: Console, letters: Iterable[dict[str, Any]], portal: Portal) -> None:
    """Print letters for people, a line each."""
    for one in letters:
        told = f"  {local(portal, one['made_at'])} {one['kind']} to {one['recipient']}: {one['state']}"
        told += f", {one['reply']}" if one["reply"] else ""
        told += f", next try {local(portal, one['next_attempt_at'])}" if one["next_attempt_at"] else ""
        console.print(plain(told), highlight=False, soft_wrap=True)


def local(portal: Portal, at: str) -> str:
    """A time of JSON in the portal's timezone, to the minute."""
    return f"{portal.local(datetime.fromisoformat(at)):%Y-%m-%d %H:%M}"
