"""PDF streams: what is packed in a PDF (FlateDecode, ISO 32000-1 7.4.4), changed where it stands.

A PDF tells where everything in it begins, so that a changed stream has to fit into the place of the old one.
"""

import re
import zlib
from collections.abc import Callable

STREAM = re.compile(rb"stream\r?\n")
END = b"endstream"


def change_streams(octets: bytes, change: Callable[[bytes], bytes], most: int) -> bytes:
    """The file with its packed streams changed, as far as they unpack to so many octets together.

    A stream that does not fit any more is emptied. What is no packed stream stays as it is.
    """
    pieces, last, end, begin = list[bytes](), 0, 0, 0
    for found in STREAM.finditer(octets):
        start = found.end()
        if start < begin:
            continue  # within the last one
        end = octets.find(END, start) if end < start else end
        if end < 0 or most <= 0:
            break
        plain, room = _unpack(memoryview(octets)[start:end], most)
        most -= len(plain) or end - start
        begin = end if plain else begin
        if plain and (changed := change(plain)) != plain:
            pieces += [octets[last:start], _pack(changed, room)]
            last = start + room
    return b"".join([*pieces, octets[last:]])


def _unpack(packed: memoryview, most: int) -> tuple[bytes, int]:
    """The unpacked octets, and how many packed ones they take; nothing if this is no packed stream."""
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(packed, most)
    except zlib.error:
        return b"", 0
    return plain, len(packed) - len(unpacking.unused_data) - len(unpacking.unconsumed_tail)


def _pack(plain: bytes, room: int) -> bytes:
    packed = zlib.compress(plain, 9)
    return (packed if len(packed) <= room else zlib.compress(b"", 9)[:room]).ljust(room, b"\n")
