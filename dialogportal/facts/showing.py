"""Showing: tickets, people and what is held as the facts that commands print."""

import re
from datetime import datetime
from typing import Any

from rich.console import Console
from sqlmodel import Session, col, select

from dialogportal.facts.headings import read_headings
from dialogportal.facts.reasons import describe_reason, tell_reason
from dialogportal.printing import plain, print_table
from tickets import links
from tickets.acts.acting import history_of
from tickets.conversations import threads
from tickets.database.models import (
    Arrival,
    Delivery,
    Letter,
    MailingList,
    Message,
    Person,
    Ticket,
    Visibility,
)
from tickets.errors import BadInput, NotFound
from tickets.moderation import holding
from tickets.numbers.cpr import mask_cpr
from tickets.people import lists, reachability
from tickets.portal import Portal

SEEN_BY = {
    Visibility.OPEN: "all who read the list",
    Visibility.CONFIDENTIAL: "its asker and the list's lawyers",
    Visibility.ANONYMOUS: "all who read the list, without who asks",
    Visibility.PERSONAL: "its author and the list's lawyers",
    Visibility.INTERNAL: "the list's lawyers",
}


def find_ticket(session: Session, name: str) -> tuple[MailingList, Ticket]:
    """The ticket called DB-42. Raises BadInput and NotFound."""
    found = re.fullmatch(r"\s*([A-Za-z]{1,8})-(\d{1,9})\s*", name)
    if found is None:
        raise BadInput(f"{name!r} is no ticket's name; one looks like DB-42")
    mailing_list = lists.find_list(session, found[1])
    ticket = threads.find_ticket(session, mailing_list, int(found[2]))
    if ticket is None:
        raise NotFound(f"There is no ticket {name.strip().upper()}")
    return session.get_one(MailingList, ticket.mailing_list_key), ticket


def describe_ticket(session: Session, mailing_list: MailingList, ticket: Ticket) -> dict[str, Any]:
    """What `ticket --json` prints: the ticket, its messages and its journal."""
    messages = list(session.exec(select(Message).where(Message.ticket_key == ticket.id).order_by(col(Message.sent_at))))
    ids = {message.id: message.message_id for message in messages}
    authors = {message.author_key for message in messages}
    return {
        "number": links.ticket_name(mailing_list, ticket),
        "status": ticket.status,
        "subject": ticket.subject,
        "visibility": ticket.visibility,
        "asker": _email(session, ticket.asker_key),
        "assignee": _email(session, ticket.assignee_key),
        "topics": ticket.topics,
        "short_answer": ticket.short_answer,
        "due_at": ticket.due_at.isoformat() if ticket.due_at else None,
        "history": _describe_history(session, ticket),
        "paused": [
            person.email
            for person, paused_list, _ in reachability.paused(session)
            if paused_list.id == mailing_list.id and person.id in {ticket.asker_key, *authors}
        ],
        "messages": [
            {
                "message_id": message.message_id,
                "parent": ids.get(message.parent_key),
                "author": _email(session, message.author_key),
                "kind": message.kind,
                "sent_at": message.sent_at.isoformat(),
                "text": message.text,
            }
            for message in messages
        ],
        "deliveries": _describe_deliveries(session, ticket),
    }


def _describe_history(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    return [
        {
            "what": act.kind,
            "undoes": act.undoes_key is not None,
            "by": _email(session, act.person_key),
            "at": act.at.isoformat(),
            "way": act.way,
        }
        for act in history_of(session, ticket)
    ]


def _describe_deliveries(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    about = select(Delivery).join(Letter, col(Letter.id) == col(Delivery.letter_key))
    rows = session.exec(about.where(Letter.ticket_key == ticket.id).order_by(col(Delivery.id)))
    return [{"recipient": row.recipient, "kind": row.kind, "state": row.state, "reply": row.reply} for row in rows]


def print_ticket(console: Console, facts: dict[str, Any], portal: Portal) -> None:
    """Print the facts of `describe_ticket` for people."""
    console.print(f"[bold]{facts['number']}  {plain(facts['subject'])}[/]")
    told = f"status: {facts['status']}; seen by: {SEEN_BY[facts['visibility']]}; asked by: {facts['asker']}"
    console.print(plain(told), highlight=False, soft_wrap=True)
    if facts["paused"]:
        console.print(plain(f"letters are paused to {', '.join(facts['paused'])}"), highlight=False)
    for message in facts["messages"]:
        at = _local(portal, message["sent_at"])
        console.print(f"\n[bold]{message['kind']}[/]  {plain(message['author'])}  {at}", highlight=False)
        console.print(plain(message["text"]), highlight=False)
    console.print()
    for act in facts["history"]:
        done = f"{'undo ' if act['undoes'] else ''}{act['what']}"
        line = f"{_local(portal, act['at'])}  {done}  {act['by'] or 'the operator'}  by {act['way']}"
        console.print(plain(line), highlight=False)
    for delivery in facts["deliveries"]:
        line = f"{delivery['state']}  {delivery['kind']}  {delivery['recipient']}  {delivery['reply']}"
        console.print(plain(line.rstrip()), highlight=False)


def _local(portal: Portal, at: str) -> str:
    return f"{portal.local(datetime.fromisoformat(at)):%Y-%m-%d %H:%M}"


def describe_arrival(arrival: Arrival) -> dict[str, Any]:
    """What `--json` prints of an arrival, without its contents."""
    return {
        "number": arrival.id,
        "disposition": arrival.disposition,
        "received_at": arrival.received_at.isoformat(timespec="seconds"),
        "recipient": arrival.recipient,
        "author": arrival.author,
        "subject": mask_cpr(arrival.subject),
        **describe_reason(arrival.grounds),
        "waits_for": holding.awaited(arrival),
    }


def describe_contents(session: Session, arrival: Arrival, portal: Portal, raw: str) -> dict[str, Any]:
    """The client, fields, defects and openings of an arrival; `raw` is its raw text, if that is to be shown."""
    return {
        "client": arrival.client,
        "helo": arrival.helo,
        "fields": _fields_of(session, arrival),
        "voucher": arrival.voucher,
        "defects": arrival.defects or [],
        "traceback": arrival.traceback,
        "opened": [
            f"{person.email} {portal.local(opening.opened_at):%Y-%m-%d %H:%M}"
            for opening, person in holding.openings_of(session, arrival)
        ],
        "raw": raw,
    }


def _fields_of(session: Session, arrival: Arrival) -> list[tuple[str, str]]:
    """The fields of an arrival: as they are noted while it is put aside, else read by a child."""
    if arrival.fields is None:
        (heading,) = read_headings([holding.octets_of(session, arrival)], arrival.received_at)
        if heading:
            return list(heading.reading.fields)
    return holding.fields_of(arrival)


def print_held(console: Console, facts: list[dict[str, Any]], portal: Portal) -> None:
    """Print what waits for an administrator, and then what waits for its senders alone."""
    ours = [one for one in facts if not one["waits_for_sender"]]
    theirs = [one for one in facts if one["waits_for_sender"]]
    if ours:
        _print_arrivals(ours, portal)
    else:
        console.print("Nothing waits for you." if theirs else "Nothing is held.")
    if theirs:
        console.print("\nWaiting for their senders, who were asked by letter and decide alone:", highlight=False)
        _print_arrivals(theirs, portal)


def _print_arrivals(facts: list[dict[str, Any]], portal: Portal) -> None:
    rows = [
        (one["number"], _local(portal, one["received_at"]), one["author"], one["subject"], tell_reason(one))
        for one in facts
    ]
    print_table("Number", "Received", "From", "Subject", "Reason", rows=rows, whole=("Number", "Received"))


def print_contents(console: Console, facts: dict[str, Any]) -> None:
    """Print the envelope and the fields of an arrival for people."""
    rows = []
    if facts["client"]:
        rows.append(("brought by", f"{facts['client']} {facts['helo'] or ''}".strip()))
    if voucher := facts["voucher"]:
        rows.append(("vouched for by", f"{voucher['by']} of {voucher['domain']}"))
    rows += [*facts["fields"], *(("defect", defect) for defect in facts["defects"])]
    rows += [("opened by", opened) for opened in facts["opened"]]
    for name, value in rows:
        console.print(plain(f"{name}: {value}"), highlight=False, soft_wrap=True)
    for text in (facts["traceback"], facts["raw"]):
        if text:
            console.print(plain(f"\n{text}"), highlight=False, soft_wrap=True)


def _email(session: Session, key: int | None) -> str | None:
    return session.get_one(Person, key).email if key is not None else None
