"""PDF objects: the strings of such a file that no page shows, taken from the file as it lies.

Properties in XML, names, targets and remarks stand in it as they are, or in streams of objects (ISO 32000-1 7.5.7).
"""

import binascii
import re
import zlib
from collections.abc import Iterator

from mailer.files.budget import Budget
from mailer.files.kinds import words_among

STREAM, END = b"stream", b"endstream"
HEAD = 400  # octets before a stream, in which its dictionary says what it is
TELLING = re.compile(rb"/(?:ObjStm|XML|Metadata|JavaScript|XFA)\b")
LARGEST_STREAM = 2_000_000  # octets, unpacked
LONGEST = 2_000_000  # octets of all that is looked through
IN_HEX = re.compile(rb"<([0-9A-Fa-f\s]{18,4000})>")
IN_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")
TABLE = re.compile(rb"^\d{10} \d{5} [nf]\s*$", re.MULTILINE)  # where objects lie


def words_of_objects(octets: bytes, budget: Budget) -> str:
    """What stands in the objects of a file, strings in every way they are written."""
    pieces: list[bytes] = []
    left = LONGEST
    for piece in _pieces(octets):
        budget.spend()
        pieces.append(piece[:left])
        left -= len(pieces[-1])
        if left <= 0:
            break
    told = TABLE.sub(b"", b"\n".join(pieces))
    in_hex = b"\n".join(binascii.unhexlify(_even(found)) for found in IN_HEX.findall(told))
    spelt = IN_OCTAL.sub(lambda found: bytes([int(found.group(1), 8)]), told) if b"\\" in told else b""
    return "\n".join(words_among(one) for one in (told, in_hex, spelt) if one)


def _even(digits: bytes) -> bytes:
    plain = b"".join(digits.split())
    return plain + b"0" * (len(plain) % 2)


def _pieces(octets: bytes) -> Iterator[bytes]:
    """What lies between the streams of a file, and the streams that hold objects or properties."""
    at = 0
    while (start := octets.find(STREAM, at)) >= 0:
        yield octets[at:start]
        end = octets.find(END, start)
        if end < 0:
            return
        content = octets[start + len(STREAM) : end].lstrip(b"\r\n")
        if TELLING.search(octets, max(at, start - HEAD), start):
            yield _unpacked(content)
        at = end + len(END)
    yield octets[at:]


def _unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, LARGEST_STREAM)
    except zlib.error:
        return content[:LARGEST_STREAM]
