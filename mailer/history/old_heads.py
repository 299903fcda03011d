"""Old heads: what the header section of a message of the past tells of its place; read in a child, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesHeaderParser

from mailer.history.marks import Mark, find_mark
from mailer.mime.header_section import header_of
from mailer.mime.parts import BoundedMessage
from mailer.reading.fields import date_field, decode_octets, message_ids, raw_fields, received_field

HEADERS = BytesHeaderParser(_class=BoundedMessage)
ADDRESSED = (
    "To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To",
    "X-Forwarded-To", "Apparently-To", "Resent-To", "Resent-Cc", "List-Post", "X-BeenThere", "Received",
)  # fmt: skip
WRITERS = ("From", "Sender", "Reply-To")  # what passed through an address of its own may be from there as well


@dataclass(frozen=True)
class OldHead:
    """What a header section tells: ids, times, and the fields that name addresses, decoded."""

    message_id: str = ""  # empty: it has none
    cited: tuple[str, ...] = ()  # In-Reply-To, then References newest first
    sent_at: datetime | None = None
    received_at: datetime | None = None
    addressed: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    mark: Mark | None = None


def read_old_head(octets: bytes, now: datetime) -> OldHead:
    """Read the header section of a message that cannot have been sent later than now."""
    message = HEADERS.parsebytes(header_of(octets))
    received_at = received_field(message, now)
    cited = dict.fromkeys((*message_ids(message, "In-Reply-To"), *reversed(message_ids(message, "References"))))
    return OldHead(
        message_id=next(iter(message_ids(message, "Message-ID")), ""),
        cited=tuple(cited),
        sent_at=date_field(message, min(received_at or now, now)),
        received_at=received_at,
        addressed=_values(message, ADDRESSED),
        writers=_values(message, WRITERS),
        mark=find_mark(message),
    )


def _values(message: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(decode_octets(raw) for name in names for raw in raw_fields(message, name))
