"""Recipients: for whom a message in a mailbox came, by what the mailbox's own servers wrote on top of it.

A mailbox has no envelope. Behind a catch-all, what stands in Delivered-To is often the mailbox and nobody else.
"""

import re
from collections.abc import Iterator
from email.message import Message

from mailer.reading.fields import BARE_ADDRESS, decode_octets, raw_fields
from mailer.reading.mailboxes import mailboxes
from mailer.reading.robots import find_mediator, find_robot
from tickets.envelope import EnvelopeNotes, MailboxProfile

NOTED = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "x-delivered-to")
ORIGINAL = "x-original-to"  # as it was before any alias
LONGEST_TRACE = 2_000  # characters of a Received field that are read
COMMENT = re.compile(r"\([^()]*\)")
DEEPEST_COMMENT = 3
BY = re.compile(r"\bby\s+([^\s;]+)", re.IGNORECASE)
FOR = re.compile(rf"\bfor\s+<?({BARE_ADDRESS.pattern})", re.IGNORECASE)
HOST = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*")

Fields = list[tuple[str, str]]


def note_envelope(head: Message, mailbox: MailboxProfile) -> EnvelopeNotes:
    """What a header section tells of the envelope."""
    return EnvelopeNotes(
        return_path=find_return_path(head),
        noted=tuple(dict.fromkeys(_noted(head, mailbox))),
        named=tuple(dict.fromkeys(box.email for field in ("To", "Cc") for box in mailboxes(head, field))),
        authors=tuple({box.email: None for box in mailboxes(head, "From")}),
        is_automatic=bool(find_robot(head, "", "") or find_mediator(head)),
    )


def find_return_path(head: Message) -> str:
    """The topmost Return-Path, empty for the null one; where no server noted it, the author stands in."""
    noted = raw_fields(head, "Return-Path")[:1]
    if noted:
        return next(iter(BARE_ADDRESS.findall(decode_octets(noted[0]))), "")
    return next((box.email for field in ("Sender", "From") for box in mailboxes(head, field)), "")


def _noted(head: Message, mailbox: MailboxProfile) -> Iterator[str]:
    """The recipients that our own servers noted, the most telling first, without the mailbox's own address."""
    fields = own_fields(head)
    for wanted in dict.fromkeys((mailbox.recipient_field.lower(), *NOTED)):
        for name, value in fields:
            if name == wanted:
                found = [one.lower() for one in BARE_ADDRESS.findall(decode_octets(value))]
                yield from (one for one in found if name == ORIGINAL or not mailbox.is_own(one))
    for name, value in reversed(fields):  # first where it was handed to us, before any alias
        taken_for = FOR.search(_without_comments(value)) if name == "received" else None
        if taken_for and not mailbox.is_own(address := taken_for.group(1).lower()):
            yield address


def own_fields(head: Message) -> Fields:
    """The fields that our own servers put on top, down to where the message was handed to us; names in lower case.

    The last of them is the last Received in a row from the domain of the topmost; whoever wrote the message could put
    anything below. A message that no server handed on has none but its own.
    """
    items = [(name.lower(), str(value)[:LONGEST_TRACE]) for name, value in head.raw_items()]
    home, end = "", 0
    for place, (name, value) in enumerate(items, 1):
        host = _host_of(value) if name == "received" else ""
        if host and home not in ("", host):
            break
        if host:
            home, end = host, place
    return items[:end] if home else items


def _host_of(trace: str) -> str:
    """The domain of the server that wrote a Received field; empty if it has no name, as some within a house."""
    found = BY.search(_without_comments(trace))
    host = found.group(1).lower().rstrip(".") if found else ""
    return ".".join(host.split(".")[-2:]) if HOST.fullmatch(host) else ""


def _without_comments(value: str) -> str:
    """A field without its comments, in which servers write what clients say of themselves."""
    for _ in range(DEEPEST_COMMENT):
        value = COMMENT.sub(" ", value)
    return value.partition("(")[0]
