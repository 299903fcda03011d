"""Thread ids: how fields name a conversation: ids that a portal made, and Outlook's index of its place in one.

An index (PidTagConversationIndex, [MS-OXOMSG] 2.2.1.3) is a header block of 22 octets, which all mails of a
conversation share, and a block of 5 for each reply. Thread-Index has it in Base64.
"""

import binascii
import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

OWN_ID = re.compile(r"[0-9a-f]{24}|[a-z]{1,8}-[0-9]+\.ticket")
HEADER, BLOCK = 22, 5  # octets
GUID = slice(6, HEADER)
DEEPEST = 40  # blocks that are kept: one field is one line (RFC 5322 2.1.1)
FIRST = 1  # its first octet, and the highest of any FILETIME until 2057
FILETIME = datetime(1601, 1, 1, tzinfo=UTC)
NEAR = 1 << 49  # a difference of 1.8 years, in tenths of microseconds


def is_own_id(message_id: str, domain: str) -> bool:
    """Whether a Message-ID is one that a portal of this domain made: people there may write with others."""
    local, _, behind = message_id.lower().rpartition("@")
    return behind == domain.lower() and OWN_ID.fullmatch(local) is not None


def read_index(value: str) -> str:
    """The index in the value of a Thread-Index; empty if that is none."""
    try:
        octets = b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    is_sound = len(octets) >= HEADER and (len(octets) - HEADER) % BLOCK == 0 and octets[0] == FIRST
    return _written(octets) if is_sound else ""


def new_index(name: str, at: datetime) -> str:
    """The index with which a conversation begins: the same for the same name, of which it tells nothing."""
    return _written(_ticks(at).to_bytes(8, "big")[:6] + sha256(name.encode()).digest()[:16])


def extend_index(index: str, at: datetime) -> str:
    """The index of a reply that was written at a time, to the mail that has this one."""
    octets = b64decode(index)
    began = int.from_bytes(octets[:6], "big") << 16
    apart = max(0, _ticks(at) - began)
    delta = apart >> 18 if apart < NEAR else 1 << 31 | (apart >> 23) & (1 << 31) - 1
    return _written(octets + delta.to_bytes(4, "big") + b"\0")


def is_same_conversation(index: str, other: str) -> bool:
    """Whether two mails with these indices are of one conversation."""
    return b64decode(index)[GUID] == b64decode(other)[GUID]


def _written(octets: bytes) -> str:
    return b64encode(octets[: HEADER + DEEPEST * BLOCK]).decode("ascii")


def _ticks(at: datetime) -> int:
    """A time as FILETIME: tenths of microseconds since 1601."""
    return (at - FILETIME) // timedelta(microseconds=1) * 10
