"""Tracing: what became of a mail, from its arrival to the letters that tell of it; what an operator may see of it.

What was asked anonymously is found by its number or its ticket alone: neither tells who asked, nor leads to the other.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlmodel import Session, col, func, or_, select

from dialogportal import showing
from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.printing import console, plain, print_facts
from tickets import holding, links
from tickets.cpr import mask_cpr
from tickets.errors import NotFound
from tickets.models import (
    Arrival,
    Delivery,
    DeliveryState,
    Identifier,
    Letter,
    MailingList,
    Message,
    Person,
    Ticket,
    Visibility,
)
from tickets.portal import Portal

MOST = 50  # arrivals, and letters to one address; the newest
NUMBER = re.compile(r"#?(\d{1,18})")
TICKET = re.compile(r"[A-Za-z]{1,8}-\d{1,9}")
HIDDEN = "(anonymous)"
SHOWN = ("received_at", "door", "recipient", "return_path", "author", "subject", "next_attempt_at", "ticket")


def trace(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="An address, a Message-ID, a ticket (DB-42) or a number (17).")
    ],
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """What became of a mail: when it came, what was decided and why, its ticket, and how its letters fared."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts = follow(session, what)
        if json_:
            print_facts(facts)
        else:
            print_trace(console, facts, opened.settings.portal)


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
        keys = _by_message_id(session, what) or _by_address(session, what.lower())
        letters = _letters_to(session, what.lower())
    query = select(Arrival).where(col(Arrival.id).in_(keys)).order_by(col(Arrival.id).desc())
    found = [_describe(session, arrival) for arrival in session.exec(query)]
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
    query = select(Arrival.id).where(or_(col(Arrival.message_key).in_(filed), col(Arrival.message_key).in_(own)))
    return [key for key in session.exec(query) if key is not None]


def _by_address(session: Session, email: str) -> list[int]:
    written = func.lower(Arrival.author) == email
    query = select(Arrival.id).where(or_(written, func.lower(Arrival.return_path) == email))
    return [key for key in session.exec(query.order_by(col(Arrival.id).desc()).limit(MOST)) if key is not None]


def _describe(session: Session, arrival: Arrival) -> dict[str, Any]:
    """What became of one arrival."""
    message = session.get(Message, arrival.message_key) if arrival.message_key else None
    ticket = session.get_one(Ticket, message.ticket_key) if message else None
    is_hidden = holding.is_anonymous(session, arrival) or bool(ticket and ticket.visibility is Visibility.ANONYMOUS)
    facts: dict[str, Any] = {
        "number": arrival.id,
        "received_at": _time(arrival.received_at),
        "door": arrival.door,
        "recipient": arrival.recipient,
        "return_path": arrival.return_path,
        "author": arrival.author,
        "subject": mask_cpr(arrival.subject),
        "disposition": arrival.disposition or "waiting",
        "reason": arrival.reason,
        "settled_at": _time(arrival.settled_at),
        "next_attempt_at": None if arrival.disposition else _time(arrival.next_attempt_at),
        "ticket": None,
        "letters": [],
    }
    if is_hidden:
        return facts | dict.fromkeys(("recipient", "return_path", "author", "subject", "reason", "ticket"), HIDDEN)
    if ticket and message:
        facts["ticket"] = links.ticket_name(session.get_one(MailingList, ticket.mailing_list_key), ticket)
        facts["letters"] = _letters(session, ticket, select(Letter.id).where(Letter.message_key == message.id))
    return facts


def _trace_ticket(session: Session, mailing_list: MailingList, ticket: Ticket) -> dict[str, Any]:
    if ticket.visibility is Visibility.ANONYMOUS:
        letters = _letters(session, ticket, select(Letter.id).where(Letter.ticket_key == ticket.id))
        return {"arrivals": [], "letters": letters}
    messages = select(Message.id).where(Message.ticket_key == ticket.id)
    query = select(Arrival).where(col(Arrival.message_key).in_(messages))
    arrivals = [_describe(session, arrival) for arrival in session.exec(query.order_by(col(Arrival.id)))]
    told = select(Letter.id).where(Letter.ticket_key == ticket.id, col(Letter.message_key).is_(None))
    return {"arrivals": arrivals, "letters": _letters(session, ticket, told)}


def _letters(session: Session, ticket: Ticket, letter_keys: Any) -> list[dict[str, Any]]:
    asker = ticket.asker_key if ticket.visibility is Visibility.ANONYMOUS else None
    query = select(Delivery).where(col(Delivery.letter_key).in_(letter_keys)).order_by(col(Delivery.id))
    return [describe_delivery(one, is_hidden=one.person_key == asker) for one in session.exec(query)]


def _letters_to(session: Session, email: str) -> list[dict[str, Any]]:
    keys = select(Person.id).where(Person.email == email)
    anonymous = (
        select(Letter.id)
        .join(Ticket, col(Ticket.id) == col(Letter.ticket_key))
        .where(Ticket.visibility == Visibility.ANONYMOUS, col(Ticket.asker_key).in_(keys))
    )
    query = select(Delivery).where(
        or_(Delivery.recipient == email, col(Delivery.person_key).in_(keys)), col(Delivery.letter_key).not_in(anonymous)
    )
    return list(map(describe_delivery, session.exec(query.order_by(col(Delivery.id).desc()).limit(MOST))))


def describe_delivery(delivery: Delivery, *, is_hidden: bool = False) -> dict[str, Any]:
    return {
        "made_at": _time(delivery.made_at),
        "kind": delivery.kind,
        "recipient": HIDDEN if is_hidden else delivery.recipient,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "reply": "" if is_hidden else delivery.reply,
        "settled_at": _time(delivery.settled_at),
        "next_attempt_at": _time(delivery.next_attempt_at) if delivery.state is DeliveryState.WAITING else None,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def print_trace(console: Console, facts: dict[str, Any], portal: Portal) -> None:
    for one in facts["arrivals"]:
        told = f"#{one['number']}  {one['disposition']}{': ' * bool(one['reason'])}{one['reason']}"
        console.print(f"[bold]{plain(told)}[/]", highlight=False, soft_wrap=True)
        for name in (
            "received_at",
            "door",
            "recipient",
            "return_path",
            "author",
            "subject",
            "next_attempt_at",
            "ticket",
        ):
            if one[name]:
                value = _local(portal, one[name]) if name.endswith("_at") else one[name]
                console.print(plain(f"  {name.replace('_', ' ')}: {value}"), highlight=False, soft_wrap=True)
        _print_letters(console, one["letters"], portal)
    if facts["letters"]:
        console.print("[bold]letters[/]")
        _print_letters(console, facts["letters"], portal)


def _print_letters(console: Console, letters: Iterable[dict[str, Any]], portal: Portal) -> None:
    for one in letters:
        told = f"  {_local(portal, one['made_at'])} {one['kind']} to {one['recipient']}: {one['state']}"
        told += f", {one['reply']}" if one["reply"] else ""
        told += f", next try {_local(portal, one['next_attempt_at'])}" if one["next_attempt_at"] else ""
        console.print(plain(told), highlight=False, soft_wrap=True)


def _local(portal: Portal, at: str) -> str:
    return f"{portal.local(datetime.fromisoformat(at)):%Y-%m-%d %H:%M}"
