"""Parts: the leaves of a raw message's MIME tree (RFC 2045), counted as `Message.walk` counts.

An attachment is known by its position among them, both when the message is filed and when the file is asked for.
"""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from typing import Any

MOST_PARTS = 1_000
DEEPEST = 50  # parts within parts
LONGEST_FIELD = 32_768  # characters; what follows is not read
LONGEST_CONTENT_FIELD = 4_096  # of a field about the body; the standard library takes quadratic time over these


class BoundedMessage(Message):
    """A message, or a part of one, whose fields are cut to a bounded length while they are parsed."""

    def set_raw(self, name: str, value: str) -> None:
        longest = LONGEST_CONTENT_FIELD if name.lower().startswith("content-") else LONGEST_FIELD
        super().set_raw(name, value[:longest])

    def get_param(self, param: str, failobj: Any = None, header: str = "content-type", unquote: bool = True) -> Any:
        """The parameter, or `failobj` also where its pieces contradict each other (RFC 2231 3)."""
        try:
            return super().get_param(param, failobj, header, unquote)
        except (TypeError, ValueError, LookupError):
            return failobj


@dataclass(frozen=True)
class Leaf:
    """A part without parts: its position as `Message.walk` counts, and the choice of parts it belongs to, if any."""

    index: int
    part: Message
    alternative: int | None  # of the nearest multipart/alternative around it


def parse(octets: bytes) -> Message:
    """The MIME structure of a message. Raises RecursionError where parts are nested by the thousand."""
    return email.message_from_bytes(octets, _class=BoundedMessage)


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
    for index, part, depth, alternative in _walk(message):
        if index >= MOST_PARTS:
            defects.append(f"has more than {MOST_PARTS} parts")
            break
        if depth > DEEPEST:
            defects.append(f"has parts nested more than {DEEPEST} deep")
            break
        if not part.is_multipart() or part.get_content_maintype() == "message":
            leaves.append(Leaf(index, part, alternative))
    return leaves, defects


def _walk(message: Message) -> Iterator[tuple[int, Message, int, int | None]]:
    """Every part in the order of `Message.walk`, without going into attached messages."""
    stack: list[tuple[Message, int, int | None]] = [(message, 0, None)]
    index = 0
    while stack:
        part, depth, alternative = stack.pop()
        yield index, part, depth, alternative
        if part.is_multipart() and part.get_content_maintype() != "message":
            inner = index if part.get_content_type() == "multipart/alternative" else alternative
            children = [child for child in part.get_payload() if isinstance(child, Message)]
            stack.extend((child, depth + 1, inner) for child in reversed(children))
        index += 1


def octets_of(part: Message) -> bytes:
    """The decoded octets of a leaf."""
    if part.is_multipart():
        return _attached_message(part)
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attached_message(part: Message) -> bytes:
    """An attached message; empty if it is too broken to be written down again."""
    inner = part.get_payload()
    message = inner[0] if isinstance(inner, list) and inner else None
    try:
        return message.as_bytes() if isinstance(message, Message) else b""
    except (MessageError, UnicodeError, LookupError, ValueError, TypeError):
        return b""
