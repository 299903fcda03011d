"""Headings: what stands at the top of a message that could not be read: who seems to have written it, and what is kept.

Only the header section is read, and no more of it than costs little.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from email.parser import BytesHeaderParser

from mailer.authorship.server_word import has_pass
from mailer.mime.header_section import header_of
from mailer.mime.parts import parse
from mailer.privacy.redaction import list_fields
from mailer.reading.mailboxes import find_authors
from mailer.reading.recipients import note_envelope
from mailer.sandbox.message import Reading, read_message
from tickets.envelope import EnvelopeNotes, MailboxProfile

LONGEST = 65_536  # octets
KEPT = {"to", "cc", "date", "subject", "message-id", "received"}  # not From: nobody wrote what stands for it


@dataclass(frozen=True)
class MessageHeading:
    """What the header section alone says of a message, and those of its lines that are kept, as Latin-1."""

    reading: Reading
    kept: str


@dataclass(frozen=True)
class Sender:
    """Who seems to have written a message: the one author whom it names, if it names one."""

    email: str = ""
    has_pass: bool = False  # the trusted server says that they did


def read_heading(octets: bytes, received_at: datetime) -> MessageHeading:
    """What the header section says of a message; its body is taken for empty."""
    heading = header_of(octets, LONGEST)
    kept = "\r\n".join(list_fields(heading, KEPT)).encode("utf-8", "surrogateescape")
    return MessageHeading(read_message(heading, received_at), kept.decode("latin-1"))


def read_envelope(octets: bytes, mailbox: MailboxProfile, authserv_id: str | None) -> EnvelopeNotes:
    """What a message in a mailbox tells of its envelope, and whether the server of this name vouches for its author."""
    notes = note_envelope(BytesHeaderParser().parsebytes(header_of(octets)), mailbox)
    return replace(notes, has_pass=bool(authserv_id) and has_pass(octets, authserv_id or ""))


def read_sender(octets: bytes, authserv_id: str | None) -> Sender:
    """Who seems to have written a message, and whether the server of this name vouches for them."""
    authors = find_authors(parse(header_of(octets, LONGEST))).mailboxes
    if len(authors) != 1:
        return Sender()
    return Sender(authors[0].email, bool(authserv_id) and has_pass(octets, authserv_id or ""))
