"""Pictures without what tells who made them: only the pieces of the file that draw, copied as they are.

Nothing is decoded, so nothing is lost, and no decoder is at the mercy of foreign octets.
"""

import struct
from collections.abc import Callable, Collection

from tickets.errors import Unclean

PNG_CHUNKS = {  # of PNG: what draws the picture
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"bKGD",
}  # fmt: skip
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
        is_drawing = not (0xE0 <= marker <= 0xEF or marker == 0xFE)
        is_plain = (marker == 0xE0 and segment[4:9] == b"JFIF\0" and length == 16) or (
            marker == 0xEE and segment[4:9] == b"Adobe" and length == 14
        )
        if is_drawing or is_plain:
            kept.append(segment)
        if marker == 0xDA:
            end = _end_of_scan(octets, place)
            kept.append(octets[place:end])
            place = end
    raise Unclean("is half a picture")


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
        if kind in PNG_CHUNKS:
            kept.append(chunk)
        elif not kind[0] & 0x20:
            raise Unclean("is a picture of an unusual kind")
        if kind == b"IEND":
            return b"".join(kept)
        place += length + 12
    raise Unclean("is half a picture")


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
            if label == 0xF9 or (label == 0xFF and octets[place + 3 : place + 14] in GIF_LOOPS and end - place == 19):
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
