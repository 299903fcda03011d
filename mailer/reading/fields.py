"""Header fields, read leniently: whatever is in them comes out as clean text of bounded length.

The standard library's own header parser fails or takes seconds on hostile fields, so fields are taken raw and
decoded here: RFC 2047 encoded words wherever they stand, undeclared octets as UTF-8 or else cp1252, no controls.
What was misread on its way is put right where that can be told for sure.
"""

import base64
import binascii
import quopri
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime

from mailer.mime.parts import LONGEST_FIELD
from mailer.reading.charsets import decode_charset
from tickets.numbers.cpr import mask_cpr
from tickets.text.garbled import repair

ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bq])\?([^?]*)(?:\?=|\??\Z)", re.IGNORECASE)
BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bqBQ]\?)")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,998})\s*>")
BARE_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]{1,64}@[^\s<>()\[\],;:\"]{1,255}")
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
SHOWN = (
    "from", "sender", "reply-to", "to", "cc", "date", "subject", "message-id", "in-reply-to", "auto-submitted",
)  # fmt: skip
LONGEST_SHOWN = 500  # characters that are shown of one
LATEST = timedelta(days=2)  # that a clock may be ahead


def raw_fields(message: Message, name: str) -> list[str]:
    """All fields of this name as they stand, cut to a bounded length."""
    wanted = name.lower()
    return [str(value)[:LONGEST_FIELD] for field, value in message.raw_items() if field.lower() == wanted]


def text_field(message: Message, name: str) -> str:
    """The first field of this name as clean text; empty if there is none."""
    return next((clean_text(raw) for raw in raw_fields(message, name)), "")


def clean_text(raw: str) -> str:
    """A field's value as people read it: one line, words decoded, no control characters."""
    return " ".join(CONTROLS.sub(" ", repair(decode_words(decode_octets(raw)))).split())


def decode_octets(raw: str) -> str:
    """Text of a raw field, in which octets above 127 stand as surrogates."""
    if raw.isascii():
        return raw
    return decode_charset(raw.encode("utf-8", "surrogateescape"), None)


def decode_words(text: str) -> str:
    """Text with its encoded words decoded (RFC 2047), also inside quotes and broken in the middle of a letter."""
    text = BETWEEN_WORDS.sub(r"\1", text)
    out: list[str] = []
    pending, charset, end = b"", "", 0
    for word in ENCODED_WORD.finditer(text):
        octets = _word_octets(word.group(2), word.group(3))
        if octets is None:
            continue
        if word.start() != end or word.group(1).lower() != charset:
            out += [decode_charset(pending, charset), text[end : word.start()]]
            pending, charset = b"", word.group(1).lower()
        pending += octets
        end = word.end()
    return "".join([*out, decode_charset(pending, charset), text[end:]])


def _word_octets(encoding: str, payload: str) -> bytes | None:
    octets = payload.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return quopri.decodestring(octets.replace(b"_", b"=20"))
    try:
        return base64.b64decode(octets + b"=" * (-len(octets) % 4))
    except (binascii.Error, ValueError):
        return None


def message_ids(message: Message, name: str) -> tuple[str, ...]:
    """The Message-IDs in the fields of this name, in their order, without `<>` (RFC 5322 3.6.4)."""
    found: list[str] = []
    for raw in raw_fields(message, name):
        text = CONTROLS.sub("", decode_octets(raw))
        found += MESSAGE_ID.findall(text) or [word for word in text.split() if "@" in word]
    return tuple(dict.fromkeys(found))


def date_field(message: Message, received_at: datetime) -> datetime | None:
    """When the author says it was sent; None if that is missing, unreadable or absurd."""
    for raw in raw_fields(message, "Date"):
        if (sent_at := _read_date(raw)) is not None:
            return sent_at if EARLIEST < sent_at < received_at + LATEST else None
    return None


def received_field(message: Message, now: datetime) -> datetime | None:
    """When the last server took it in (RFC 5322 3.6.7); None if that is missing, unreadable or absurd."""
    for raw in raw_fields(message, "Received")[:1]:
        received_at = _read_date(raw.rpartition(";")[2])
        return received_at if received_at is not None and EARLIEST < received_at < now + LATEST else None
    return None


def _read_date(raw: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(" ".join(CONTROLS.sub(" ", raw).split())[:200])
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def shown_fields(message: Message) -> tuple[tuple[str, str], ...]:
    """Pairs of name and value that tell what a message is about, decoded as far as they can be, CPR numbers masked."""
    named = [(name.lower(), name, str(value)) for name, value in message.raw_items()]
    return tuple(
        (name, mask_cpr(_decoded(value))) for wanted in SHOWN for lower, name, value in named if lower == wanted
    )


def _decoded(value: str) -> str:
    value = value[:LONGEST_SHOWN].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    with suppress(MessageError, LookupError, UnicodeError, ValueError):  # then as it stands
        value = str(make_header(decode_header(value)))
    return " ".join("".join(one if one.isprintable() else " " for one in value).split())
