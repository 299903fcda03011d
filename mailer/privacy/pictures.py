"""Pictures without what tells who made them: only the pieces of the file that draw, copied as they are.

Nothing is decoded, so nothing is lost, and no decoder is at the mercy of foreign octets.
"""

import struct
import zlib
from collections.abc import Callable, Collection

from tickets.errors import Unclean

JPEG_DRAWN = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD} - {0xC8}  # tables, frames, scans
PNG_CHUNKS = {  # of PNG: what draws the picture, and how long it may be
    b"IHDR": 13, b"PLTE": 768, b"IDAT": 1 << 31, b"IEND": 0, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1,
    b"sBIT": 4, b"pHYs": 9, b"bKGD": 6,
}  # fmt: skip
LARGEST_DRAWN = 200_000_000  # octets of a PNG picture when it is unpacked
PIECE = 1_000_000
WEBP_LENGTHS = {b"VP8X": 10, b"ANIM": 6}
WEBP_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
WEBP_FRAME = {b"VP8 ", b"VP8L", b"ALPH"}
WEBP_FLAGS = 0x12  # of VP8X: alpha and animation; that there are profiles, EXIF and XMP is true no more
GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def clean_picture(octets: bytes) -> bytes | None:
    """A picture without what does not draw it, known by what it begins with; None for what is none of these.

    Raises Unclean, struct.error or IndexError for a broken one.
    """
    cleaner = next((cleaner for start, cleaner in CLEANERS.items() if octets.startswith(start)), None)
    if cleaner is None or (cleaner is _clean_webp and octets[8:12] != b"WEBP"):
        return None
    return cleaner(octets)


def _clean_jpeg(octets: bytes) -> bytes:
    """The segments that draw the picture (ITU T.81 B.1); APPn and comments go, but for JFIF and Adobe's colours."""
    kept, place = [octets[:2]], 2
    while place < len(octets):
        if octets[place] != 0xFF:
            raise Unclean("is a broken picture")
        marker = octets[place + 1]
        if marker == 0xFF:  # fill
            place += 1
            continue
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        (length,) = struct.unpack_from(">H", octets, place + 2)
        segment = octets[place : place + 2 + length]
        place += 2 + length
        if marker in JPEG_DRAWN:
            if length != _drawn_length(marker, segment):
                raise Unclean("is a picture of an unusual kind")
            kept.append(segment)
        elif _is_plain(marker, segment, length):
            kept.append(segment)
        if marker == 0xDA:
            end = _end_of_scan(octets, place)
            kept.append(octets[place:end])
            place = end
    raise Unclean("is half a picture")


def _is_plain(marker: int, segment: bytes, length: int) -> bool:
    """Whether a segment of a program is JFIF's or Adobe's, which tell how colours are meant."""
    is_jfif = marker == 0xE0 and segment[4:9] == b"JFIF\0" and length == 16
    return is_jfif or (marker == 0xEE and segment[4:9] == b"Adobe" and length == 14)


def _drawn_length(marker: int, segment: bytes) -> int:
    """How long the part of a segment is that the format defines (ITU T.81 B.2)."""
    if marker in (0xDD, 0xDC):  # restarts, lines
        return 4
    if marker == 0xCC:  # arithmetic coding
        return len(segment) - 2 if len(segment) % 2 == 0 and len(segment) <= 36 else -1
    if marker == 0xDA:
        return 6 + 2 * segment[4]
    if marker not in (0xC4, 0xDB):  # frames
        return 8 + 3 * segment[9]
    place = 4
    while place < len(segment):
        table = 64 * (1 + (segment[place] >> 4)) if marker == 0xDB else 16 + sum(segment[place + 1 : place + 17])
        place += 1 + table
    return place - 2


def _end_of_scan(octets: bytes, place: int) -> int:
    """Where entropy-coded data ends: at a marker that is neither stuffing nor a restart."""
    while (place := octets.find(b"\xff", place)) >= 0:
        following = octets[place + 1]
        if following and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return place
        place += 1 if following == 0xFF else 2
    raise Unclean("is half a picture")


def _clean_png(octets: bytes) -> bytes:
    """The chunks that draw the picture (PNG 11.2, 11.3); texts, times, profiles and EXIF go."""
    kept, place = [octets[:8]], 8
    while place < len(octets):
        length, kind = struct.unpack_from(">I4s", octets, place)
        chunk = octets[place : place + length + 12]
        if len(chunk) < length + 12:
            raise Unclean("is half a picture")
        if length > PNG_CHUNKS.get(kind, length):
            raise Unclean("is a picture of an unusual kind")
        if kind in PNG_CHUNKS:
            kept.append(chunk)
        elif not kind[0] & 0x20:
            raise Unclean("is a picture of an unusual kind")
        if kind == b"IEND":
            _look_through_drawn(kept)
            return b"".join(kept)
        place += length + 12
    raise Unclean("is half a picture")


def _look_through_drawn(chunks: list[bytes]) -> None:
    """Refuse a PNG picture that has octets behind what is packed in it (PNG 10.1)."""
    unpacker = zlib.decompressobj()
    size = 0
    for chunk in chunks:
        octets = chunk[8:-4] if chunk[4:8] == b"IDAT" else b""
        if octets and unpacker.eof:
            raise Unclean("is a picture of an unusual kind")
        while octets and size < LARGEST_DRAWN:
            size += len(unpacker.decompress(octets, PIECE))
            octets = unpacker.unconsumed_tail
    if unpacker.unused_data or size >= LARGEST_DRAWN:
        raise Unclean("is a picture of an unusual kind")


def _clean_gif(octets: bytes) -> bytes:
    """The blocks that draw the picture (GIF89a 15 to 27); comments and what programs left behind go."""
    flags = octets[10]
    place = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
    kept = [octets[:place]]
    while place < len(octets):
        kind = octets[place]
        if kind == 0x3B:
            return b"".join([*kept, b"\x3b"])
        if kind == 0x21:
            end = _end_of_blocks(octets, place + 2)
            label = octets[place + 1]
            is_pause = label == 0xF9 and end - place == 8
            if is_pause or (label == 0xFF and octets[place + 3 : place + 14] in GIF_LOOPS and end - place == 19):
                kept.append(octets[place:end])
        elif kind == 0x2C:
            flags = octets[place + 9]
            colours = 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
            end = _end_of_blocks(octets, place + 10 + colours + 1)
            kept.append(octets[place:end])
        else:
            raise Unclean("is a broken picture")
        place = end
    raise Unclean("is half a picture")


def _end_of_blocks(octets: bytes, place: int) -> int:
    """Where a row of data blocks ends, each of which begins with its length (GIF89a 15)."""
    while length := octets[place]:
        place += length + 1
    return place + 1


def _clean_webp(octets: bytes) -> bytes:
    """The chunks that draw the picture (RFC 9649 2.7); profiles, EXIF and XMP go."""
    (size,) = struct.unpack_from("<I", octets, 4)
    drawn = _webp_chunks(octets[12 : size + 8], WEBP_CHUNKS)
    return b"RIFF" + struct.pack("<I", len(drawn) + 4) + b"WEBP" + drawn


def _webp_chunks(octets: bytes, kinds: Collection[bytes]) -> bytes:
    """The chunks of these kinds, also within the frames of an animation."""
    kept: list[bytes] = []
    place = 0
    while place < len(octets):
        kind, length = struct.unpack_from("<4sI", octets, place)
        content = octets[place + 8 : place + 8 + length]
        if len(content) < length:
            raise Unclean("is half a picture")
        if length != WEBP_LENGTHS.get(kind, length):
            raise Unclean("is a picture of an unusual kind")
        if kind == b"VP8X":
            content = bytes([content[0] & WEBP_FLAGS]) + content[1:]
        elif kind == b"ANMF" and kind in kinds:
            content = content[:16] + _webp_chunks(content[16:], WEBP_FRAME)
        if kind in kinds:
            kept.append(struct.pack("<4sI", kind, len(content)) + content + b"\0" * (len(content) % 2))
        place += 8 + length + length % 2
    return b"".join(kept)


CLEANERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"\xff\xd8\xff": _clean_jpeg,
    b"\x89PNG\r\n\x1a\n": _clean_png,
    b"GIF87a": _clean_gif,
    b"GIF89a": _clean_gif,
    b"RIFF": _clean_webp,
}
