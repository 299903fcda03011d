"""Parts: the leaves of a raw message's MIME tree (RFC 2045), counted as `Message.walk` counts.

An attachment is known by its position among them, both when the message is filed and when the file is asked for.
"""

import binascii
import re
from base64 import encodebytes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.feedparser import BytesFeedParser
from email.generator import BytesGenerator
from email.message import Message
from io import BytesIO
from typing import Any

from mailer.mime import cms, tnef
from mailer.mime.header_section import LONGEST_HEADER, header_size

MOST_PARTS = 1_000
DEEPEST = 50  # parts within parts
LONGEST_FIELD = 32_768  # characters; what follows is not read
DEEPEST_WRAPPING = 5
UNFOLDED = b"X-Unfolded: "
PIECE = 65_536
FIELD_OR_FOLD = re.compile(rb"[ \t]|[!-9;-~]+:|>?From ")  # a name of any length, as signatures take it
WELL_KNOWN = (b"from:", b"to:", b"subject:", b"date:", b"message-id:", b"mime-version:", b"content-type:")
BOUNDARY = re.compile(rb"^--([^\r\n\"]{1,70}?)[ \t]{0,9}\r?\n[A-Za-z-]{1,40}:", re.MULTILINE)
SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
DELIVERY_STATUS = "message/delivery-status"  # RFC 3464
MESSAGE_ERRORS = (MessageError, RecursionError, UnicodeError, LookupError, ValueError, TypeError)
LONGEST_CONTENT_FIELD = 4_096  # of a field about the body; the standard library takes quadratic time over these


class BoundedMessage(Message):
    """A message, or a part of one, whose fields are cut to a bounded length while they are parsed.

    Blanks do not count: a server that sends a signed message on may add some to a field (RFC 6376 3.4.2).
    """

    def set_raw(self, name: str, value: str) -> None:
        """Take a field, cut at a length that no honest mail exceeds; runs of white space shrink only then."""
        longest = LONGEST_CONTENT_FIELD if name.lower().startswith("content-") else LONGEST_FIELD
        super().set_raw(name, value if len(value) <= longest else " ".join(value.split())[:longest])

    def get_content_type(self) -> str:
        """The type, but text/plain for a delivery status while the parser asks, before there is a payload.

        The parser would make a message of each line of a status with blank lines. `reports` reads the text itself.
        """
        kind = super().get_content_type()
        return "text/plain" if kind == DELIVERY_STATUS and self.get_payload() is None else kind

    def get_param(self, param: str, failobj: Any = None, header: str = "content-type", unquote: bool = True) -> Any:
        """The parameter, or `failobj` also where its pieces contradict each other (RFC 2231 3)."""
        try:
            return super().get_param(param, failobj, header, unquote)
        except (TypeError, ValueError, LookupError):
            return failobj


class MessageGenerator(BytesGenerator):
    """Writes a message as it was parsed here: a delivery status is a text."""

    def _handle_message_delivery_status(self, part: Message) -> None:
        self.write(str(part.get_payload()))


@dataclass(frozen=True)
class Leaf:
    """A part without parts: its position as `Message.walk` counts, and the choice of parts it belongs to, if any.

    What was wrapped in another part is counted behind all that was not.
    """

    index: int
    part: Message
    alternative: int | None  # of the nearest multipart/alternative around it
    is_returned: bool = False  # lies in a multipart/report


def parse(octets: bytes) -> Message:
    """The MIME structure of a message. Raises RecursionError where parts are nested by the thousand."""
    parser = BytesFeedParser(_factory=BoundedMessage)
    size = header_size(octets)
    parser.feed(_mend_folding(octets[: min(size, LONGEST_HEADER)]))
    # A message of 36 MB, given at once, would take four times its size more.
    for start in range(size, len(octets), PIECE):
        parser.feed(octets[start : start + PIECE])
    return parser.close()


def _mend_folding(head: bytes) -> bytes:
    """A header section in which a line that was folded without indentation ends nothing.

    Below a subject such a line continues it; elsewhere it is a field of its own, for it might stand below a field by
    which somebody is believed. It is mended only where fields follow: other programs take it for the beginning of the
    text, and lose the author.
    """
    lines = head.split(b"\n")
    broken = [at for at, line in enumerate(lines) if at and line.strip() and not FIELD_OR_FOLD.match(line)]
    last = max((at for at, line in enumerate(lines) if line[:20].lower().startswith(WELL_KNOWN)), default=0)
    for at in broken:
        if at < last:
            lines[at] = (b" " if _is_of_subject(lines, at) else UNFOLDED) + lines[at]
    return b"\n".join(lines)


def _is_of_subject(lines: Sequence[bytes], at: int) -> bool:
    """Whether the field above this line is a subject."""
    while at and lines[at - 1][:1] in (b" ", b"\t"):
        at -= 1
    return lines[at - 1][:8].lower() == b"subject:"


def open_part(octets: bytes, index: int) -> bytes:
    """The decoded octets of the part at this position of a raw message; of an attached message, the message itself.

    Raises IndexError if there is no such part.
    """
    for leaf in leaves_of(parse(octets))[0]:
        if leaf.index == index:
            return octets_of(leaf.part)
    raise IndexError(index)


def leaves_of(message: Message) -> tuple[list[Leaf], list[str]]:
    """The leaves of a message, without going into attached ones, and what kept some from being read."""
    leaves: list[Leaf] = []
    defects: list[str] = []
    start = _gather(message, 0, leaves, defects)
    for _ in range(DEEPEST_WRAPPING):
        wrapped = [(leaf, inner) for leaf in leaves if (inner := _unwrap(leaf.part, defects)) is not None]
        for leaf, inner in wrapped:
            leaves.remove(leaf)
            start = _gather(inner, start, leaves, defects)
        if not wrapped:
            break
    return leaves, list(dict.fromkeys(defects))


def _gather(message: Message, start: int, leaves: list[Leaf], defects: list[str]) -> int:
    """Add the leaves of a message, whose first part has the number `start`; the number behind its last part."""
    index = start - 1
    for index, (part, depth, alternative, is_returned) in enumerate(_walk(message, start), start):
        if index >= MOST_PARTS:
            defects.append(f"has more than {MOST_PARTS} parts")
            break
        if depth > DEEPEST:
            defects.append(f"has parts nested more than {DEEPEST} deep")
            break
        if not part.is_multipart() or part.get_content_maintype() == "message":
            leaves.append(Leaf(index, part, alternative, is_returned))
    return index + 1


def _walk(message: Message, start: int) -> Iterator[tuple[Message, int, int | None, bool]]:
    """Every part in the order of `Message.walk`, without going into attached messages."""
    stack: list[tuple[Message, int, int | None, bool]] = [(message, 0, None, False)]
    index = start
    while stack:
        part, depth, alternative, is_returned = stack.pop()
        yield part, depth, alternative, is_returned
        if part.is_multipart() and part.get_content_maintype() != "message":
            kind = part.get_content_type()
            inner = index if kind == "multipart/alternative" else alternative
            children = [child for child in part.get_payload() if isinstance(child, Message)]
            is_returned = is_returned or kind == "multipart/report"
            stack.extend((child, depth + 1, inner, is_returned) for child in reversed(children))
        index += 1


def _unwrap(part: Message, defects: list[str]) -> Message | None:
    """What is wrapped in a part that only some programs open: an opaque signature, a winmail.dat, a wrong boundary."""
    kind = part.get_content_type()
    if kind.startswith("multipart/") and not part.is_multipart():
        return _rebound(part, defects)
    if kind in SMIME:
        signed = cms.signed_content(octets_of(part))
        return parse(signed) if signed is not None else None
    if kind not in TNEF or part.is_multipart():
        return None
    wrapping = tnef.unwrap(octets_of(part))
    if wrapping is None:
        defects.append("has a winmail.dat that cannot be read")
        return None
    defects.append("came wrapped in a winmail.dat")
    return _as_parts(wrapping)


def _rebound(part: Message, defects: list[str]) -> Message:
    """A multipart whose declared boundary stands nowhere, parted by the boundary that it has, or else as text."""
    octets = octets_of(part)
    found = BOUNDARY.search(octets)
    if not found:
        defects.append("is a multipart without parts")
        return _as_part("text/plain", octets)
    defects.append("declares another boundary than its parts have")
    return parse(
        b'Content-Type: %b; boundary="%b"\r\n\r\n%b' % (_ascii(part.get_content_type()), found.group(1), octets)
    )


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")


def _as_parts(wrapping: tnef.Wrapping) -> Message:
    message = BoundedMessage()
    message["Content-Type"] = "multipart/mixed"
    message.set_payload([])
    if wrapping.text:
        message.attach(_as_part("text/plain; charset=utf-8", wrapping.text.encode("utf-8", "replace")))
    elif wrapping.html:
        message.attach(_as_part("text/html", wrapping.html))
    elif wrapping.rtf:
        wrapping.files.insert(0, tnef.Wrapped("besked.rtf", "text/rtf", wrapping.rtf))
    for file in wrapping.files:
        kind = file.type if file.type.isascii() and file.type.isprintable() else "application/octet-stream"
        part = _as_part(kind, file.octets)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file.name))
        message.attach(part)
    return message


def _as_part(kind: str, octets: bytes) -> Message:
    part = BoundedMessage()
    part["Content-Type"] = kind
    part.set_payload(octets.decode("ascii", "surrogateescape"))
    return part


def octets_of(part: Message) -> bytes:
    """The decoded octets of a leaf."""
    if part.is_multipart():
        return _attached_message(part)
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        encoded = part.get_payload()
        if isinstance(encoded, str) and encoded.isascii():
            try:
                return binascii.a2b_base64(encoded)  # as the standard library does, without copying it three times
            except binascii.Error:
                pass
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def attached_message(part: Message) -> Message | None:
    """The message in an attached one."""
    inner = part.get_payload()
    first = inner[0] if isinstance(inner, list) and inner else None
    return first if isinstance(first, Message) else None


def _attached_message(part: Message) -> bytes:
    """An attached message; empty if it is too broken to be written down again."""
    message = attached_message(part)
    try:
        return write(message) if message is not None else b""
    except MESSAGE_ERRORS:
        return b""


def write(message: Message) -> bytes:
    """A message that was parsed here, written down again. Raises one of MESSAGE_ERRORS if it is too broken for that."""
    written = BytesIO()
    MessageGenerator(written, mangle_from_=False, policy=message.policy).flatten(message)
    return written.getvalue()


def put_octets(part: Message, octets: bytes, kind: str = "") -> None:
    """Replace the octets of a leaf, as a file of this kind if one is given."""
    del part["Content-Transfer-Encoding"]
    if kind:
        del part["Content-Type"], part["Content-Disposition"]
        part["Content-Type"] = kind
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(octets).decode("ascii"))
