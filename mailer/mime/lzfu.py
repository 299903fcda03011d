"""Compressed RTF: how Outlook keeps formatted texts ([MS-OXRTFCP])."""

import struct

HEAD = struct.Struct("<II4sI")  # size of the rest, size unpacked, kind, checksum
PACKED, PLAIN = b"LZFu", b"MELA"
WINDOW = 4_096
LARGEST = 4_000_000  # octets unpacked
FIRST = (  # what every text refers back to (2.1.2.1)
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u"
    rb"\tab\tx"
)


def unpack(octets: bytes) -> bytes:
    """The RTF in these octets, as far as it can be unpacked; empty if there is none."""
    if len(octets) < HEAD.size:
        return b""
    _, size, kind, _ = HEAD.unpack_from(octets)
    if kind == PLAIN:
        return octets[HEAD.size : HEAD.size + size]
    return _unpack(octets[HEAD.size :], min(size, LARGEST)) if kind == PACKED else b""


def _unpack(octets: bytes, size: int) -> bytes:
    out = bytearray(FIRST)
    at, end = 0, len(FIRST) + size
    while at < len(octets) and len(out) < end:
        flags = octets[at]
        at += 1
        for bit in range(8):
            if at >= len(octets):
                break
            if not flags >> bit & 1:
                out.append(octets[at])
                at += 1
                continue
            if not _refer_back(out, octets[at : at + 2]):
                return bytes(out[len(FIRST) : end])
            at += 2
    return bytes(out[len(FIRST) : end])


def _refer_back(out: bytearray, reference: bytes) -> bool:
    """Repeat earlier output by a reference; False where that marks the end. Positions wrap round (2.1.3.1.4)."""
    if len(reference) < 2:
        return False
    (told,) = struct.unpack(">H", reference)
    distance = (len(out) - (told >> 4)) % WINDOW
    if distance == 0 or distance > len(out):
        return False
    for _ in range((told & 15) + 2):
        out.append(out[-distance])
    return True
