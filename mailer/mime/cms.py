"""Cryptographic messages (S/MIME, RFC 8551): what an opaque signature is wrapped round, and what is encrypted.

Only the way to the content is read (RFC 5652 3, 5.1); nothing is verified. BER, because streams are signed in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SIGNED = bytes.fromhex("2a864886f70d010702")
ENVELOPED = bytes.fromhex("2a864886f70d010703")
AUTH_ENVELOPED = bytes.fromhex("2a864886f70d0109100117")
OID, OCTETS, CONSTRUCTED, EXPLICIT = 0x06, 0x04, 0x20, 0xA0
MOST_PIECES = 100_000  # that a content may be cut into
DEEPEST = 20


@dataclass(frozen=True)
class TaggedValue:
    """A tagged value, and where its content is."""

    tag: int
    start: int
    end: int


def content_type(octets: bytes) -> bytes:
    """The object identifier at the beginning; empty if these octets are no CMS structure."""
    try:
        outer = next(_elements(octets, 0, len(octets)))
        kind = next(_elements(octets, outer.start, outer.end))
    except (StopIteration, ValueError):
        return b""
    return octets[kind.start : kind.end] if kind.tag == OID else b""


def is_encrypted(octets: bytes) -> bool:
    """Whether a CMS structure is enveloped (RFC 5652 6, RFC 5083), so that nobody here can open it."""
    return content_type(octets) in (ENVELOPED, AUTH_ENVELOPED)


def signed_content(octets: bytes) -> bytes | None:
    """What is inside a signature; None if there is no signature, or the signed content lies elsewhere."""
    if content_type(octets) != SIGNED:
        return None
    try:
        outer = next(_elements(octets, 0, len(octets)))
        signed = _inside(octets, outer, EXPLICIT)
        data = next(_elements(octets, signed.start, signed.end))
        capsule = list(_elements(octets, data.start, data.end))[2]
        content = _inside(octets, capsule, EXPLICIT)
        return b"".join(_pieces(octets, next(_elements(octets, content.start, content.end))))
    except (StopIteration, IndexError, ValueError):
        return None


def _inside(octets: bytes, value: TaggedValue, tag: int) -> TaggedValue:
    return next(one for one in _elements(octets, value.start, value.end) if one.tag == tag)


def _pieces(octets: bytes, value: TaggedValue) -> Iterator[bytes]:
    """The octets of a string, which may consist of several strings."""
    stack, count = [value], 0
    while stack:
        one = stack.pop()
        count += 1
        if count > MOST_PIECES or one.tag & ~CONSTRUCTED != OCTETS:
            raise ValueError("no string of octets")
        if one.tag & CONSTRUCTED:
            stack.extend(reversed(list(_elements(octets, one.start, one.end))))
        else:
            yield octets[one.start : one.end]


def _elements(octets: bytes, start: int, end: int) -> Iterator[TaggedValue]:
    """The values of a range, one after the other. Raises ValueError where it is broken off."""
    while start < end:
        tag, content, length = _head(octets, start, end)
        if tag == 0 and length == 0:
            return
        if length is None:
            closing = _closing(octets, content, end)
            yield TaggedValue(tag, content, closing)
            start = closing + 2
        else:
            yield TaggedValue(tag, content, content + length)
            start = content + length


def _closing(octets: bytes, start: int, end: int) -> int:
    """Where a value without a length ends: at the two zeros that belong to it."""
    depth = 1
    while True:
        tag, content, length = _head(octets, start, end)
        if tag == 0 and length == 0:
            depth -= 1
            if not depth:
                return start
        depth += length is None
        if depth > DEEPEST:
            raise ValueError("nested too deep")
        start = content + (length or 0)


def _head(octets: bytes, start: int, end: int) -> tuple[int, int, int | None]:
    """The tag, where the content begins, and its length; None where its end is marked instead."""
    if start + 2 > end:
        raise ValueError("broken off")
    tag, length = octets[start], octets[start + 1]
    start += 2
    if length == 0x80:
        return tag, start, None
    if length > 0x80:
        size = length & 0x7F
        if size > 4 or start + size > end:
            raise ValueError("too long")
        length = int.from_bytes(octets[start : start + size], "big")
        start += size
    if start + length > end:
        raise ValueError("broken off")
    return tag, start, length
