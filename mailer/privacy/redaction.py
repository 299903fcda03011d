"""Redaction: a message written down anew without the civil registration numbers in it.

What it says of its way and its thread stays as it came; its body is one text and the files in which no number stands.
It is octets like any message, so that whatever is read from it later cannot hold what is not in it.
"""

import re
from base64 import encodebytes
from collections.abc import Collection, Iterator
from email.header import Header
from email.message import Message
from urllib.parse import quote

from mailer.files.markup import numbers_in_html
from mailer.mime.parts import leaves_of, octets_of, parse
from mailer.privacy.findings import find_across
from mailer.reading.bodies import Body, read_body
from mailer.reading.field_numbers import IDS, mask_field
from mailer.reading.fields import clean_text, decode_octets, text_field
from mailer.reading.mailboxes import read_mailboxes
from mailer.texts.leadins import MARK
from tickets.numbers.cpr import MASK, find_cpr, mask_address, mask_cpr, mask_name, numbers_in
from tickets.numbers.scattered import find_scattered
from tickets.post import File

BOUNDARY = "=_redacted"  # base64 cannot hold it
ADDRESS_FIELDS = {"from", "to", "cc", "sender", "reply-to"}
LEFT_OUT = {"received", "return-path", "delivered-to", "authentication-results", "date"}  # whole: programs read them
ID = re.compile(r"<[^<>]*>")
FOLDS = re.compile(r"[\r\n]+[ \t]*")


def redact(octets: bytes, left_out: Collection[int], note: str) -> bytes:
    """The message with its numbers masked; parts `left_out` are gone, and the `note` on them opens the text."""
    message = parse(octets)
    body = read_body(message)
    subject, own = mask_across(text_field(message, "Subject"), body.text.replace(MARK, ""))
    text = "\n\n".join(filter(None, [note.strip("\n"), own, *_without_letters(body)]))
    in_html = numbers_in_html(body.markup)
    known = in_html | numbers_in(f"{subject}\n{text}")
    text = _without_scattered(mask_cpr(text, known), in_html - numbers_in(text))
    parts = [_part("text/plain; charset=utf-8", "", text.encode("utf-8", "replace"))]
    octets_at = {leaf.index: leaf.part for leaf in leaves_of(message)[0]}
    parts += [_file(file, octets_of(octets_at[file.part]), known) for file in body.files if file.part not in left_out]
    head = [
        *_fields(message, known, subject),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{BOUNDARY}"',
    ]
    lines = [*head, "", *(f"--{BOUNDARY}\r\n{part}" for part in parts), f"--{BOUNDARY}--", ""]
    return "\r\n".join(lines).encode("ascii", "surrogateescape")


def _without_letters(body: Body) -> Iterator[str]:
    """The texts of attached messages without letters of a portal, which as files name a ticket."""
    for told in (body.forwarded, body.returned):
        for letter in body.letters:
            told = told.replace(letter.text, "") if letter.text else told
        yield told


def list_fields(octets: bytes, names: Collection[str]) -> list[str]:
    """The lines of these fields, the numbers in them masked."""
    return [line for line in _fields(parse(octets)) if line.partition(":")[0].strip().lower() in names]


def mask_across(subject: str, text: str) -> tuple[str, str]:
    """The subject and the text without a number that begins in the subject and ends in the text."""
    place = find_across(subject, text)
    if place is None:
        return subject, text
    return f"{subject[: place.start]}{MASK}", f"{MASK}{text[place.end - len(subject) - 1 :]}"


def _without_scattered(text: str, numbers: Collection[str]) -> str:
    """The text without these numbers, even where something else stands between their digits."""
    for digits in numbers:
        for place in reversed(find_scattered(text, digits)):
            text = f"{text[: place.start]}{MASK}{text[place.end :]}"
    return text


def _fields(message: Message, known: Collection[str] = frozenset(), subject: str = "") -> Iterator[str]:
    """The header section without the fields on the body's form, its numbers masked, the `known` ones in any shape."""
    for name, value in message.raw_items():
        lower, raw = name.lower(), FOLDS.sub("\r\n ", str(value)).strip()
        if lower.startswith("content-") or lower == "mime-version" or find_cpr(name):
            continue
        text = clean_text(raw)
        if lower == "subject" and subject:
            text, subject, raw = subject, "", raw if subject == text else _encoded(subject)
        masked = mask_field(name, text, known)
        if masked == text:
            yield f"{name}: {raw}"
        elif lower in ADDRESS_FIELDS:
            yield from _mailboxes(name, str(value), known)
        elif lower in IDS:
            yield f"{name}: " + "\r\n ".join(one for one in ID.findall(text) if mask_field(name, one, known) == one)
        elif lower not in LEFT_OUT:
            yield f"{name}: {_encoded(masked)}"


def _mailboxes(name: str, value: str, known: Collection[str]) -> Iterator[str]:
    """A field of mailboxes, their names masked, without those whose address holds a number."""
    named = read_mailboxes(decode_octets(value))
    if named.fault:  # what nobody can be sure of must not become certain
        return
    boxes = [
        f"{_encoded(mask_cpr(box.name, known))} <{box.email}>".strip()
        for box in named.mailboxes
        if mask_address(box.email, known) == box.email
    ]
    yield f"{name}: " + ",\r\n ".join(boxes)


def _encoded(text: str) -> str:
    return Header(text, "utf-8").encode(linesep="\r\n") if text else ""


def _file(file: File, octets: bytes, known: Collection[str]) -> str:
    kind = "application/octet-stream" if file.type.startswith("message/") else file.type  # RFC 2046 5.2.1: no base64
    name = quote(mask_name(file.name, known), safe="")
    return _part(kind, f"Content-Disposition: attachment; filename*=UTF-8''{name}\r\n", octets)


def _part(kind: str, fields: str, octets: bytes) -> str:
    lines = encodebytes(octets).decode("ascii").replace("\n", "\r\n")
    return f"Content-Type: {kind}\r\n{fields}Content-Transfer-Encoding: base64\r\n\r\n{lines}"
