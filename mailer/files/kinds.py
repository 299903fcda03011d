"""Kinds: what a file is, told by its octets.

Pictures and sound have to be what they say: those are not read, but for the words that stand among their octets. A text
is one in whatever octets it is written.
"""

import codecs
import re
import struct
from collections.abc import Iterator

from mailer.files.tables import is_long_number
from mailer.reading.charsets import decode_charset

MEDIA = (  # pictures, sound and fonts by what they begin with
    b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"8BPS\0", b"\0\0\1\0", b"\0\0\2\0",
    b"\0\0\0\x0cjP  ", b"\0\0\0\x0cJXL ", b"\xff\x0a", b"\xff\x4f\xff\x51", b"\xd7\xcd\xc6\x9a", b"\1\0\x09\0\0\3",
    b"VCLMTF", b"OggS\0", b"fLaC\0", b"#!AMR", b"MThd\0", b".snd\0", b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11",
    b"FLV\1", b"\0\0\1\xba", b"\0\0\1\xb3", b"caff\0", b"\0\1\0\0\0", b"OTTO\0", b"true\0", b"ttcf\0", b"wOFF", b"wOF2",
)  # fmt: skip
IN_CHUNKS = {b"RIFF": (b"WEBP", b"WAVE", b"AVI ", b"ACON"), b"FORM": (b"AIFF", b"AIFC")}  # of IFF, by their kind
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # of films and newer photographs
BITMAP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}  # octets
ARCHIVES = (
    b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh", b"MSCF\0", b"\x28\xb5\x2f\xfd",
    b"\x1f\x9d", b"\x1f\xa0", b"\x04\x22\x4d\x18", b"ITSF", b"xar!", b"!<arch>\n",
)  # fmt: skip
MARKS = (  # of order, the longer first
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"),
)  # fmt: skip
WIDE = (("utf-32-le", 4, 0), ("utf-32-be", 4, 3), ("utf-16-le", 2, 0), ("utf-16-be", 2, 1))  # which of how many tells
CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1a\x1b"))
STRAY, MOST = 500, 20  # of so many octets of a text one is no text; of one that is called so
ASCII = bytes(range(128))
EBCDIC_DIGITS = re.compile(rb"[\xf0-\xf9]{4}")
UTF_7 = re.compile(rb"\+[A-Za-z0-9/]{3,}-")
HEAD, END = 262_144, 65_536  # octets of media in which words are looked for: properties stand first or last
SAMPLE = 4_096


def is_media(octets: bytes) -> bool:
    """Whether this is a picture, a sound, a film or a font."""
    kinds = IN_CHUNKS.get(octets[:4], ())
    return (
        octets.startswith((*MEDIA, b"ID3\2", b"ID3\3", b"ID3\4"))
        or octets[8:12] in kinds
        or (octets[4:8] in BOXES and octets[:2] in (b"\0\0", b"\0\1"))
        or _is_bitmap(octets)
        or _is_audio(octets)
        or (octets[:4] == b"\1\0\0\0" and octets[40:44] == b" EMF")
        or (octets[:1] == b"G" and octets[188:189] == octets[376:377] == b"G" and b"\0" in octets[:188])
    )


def _is_bitmap(octets: bytes) -> bool:
    if octets[:2] != b"BM" or len(octets) < 26 or octets[6:10] != bytes(4):
        return False
    return struct.unpack_from("<I", octets, 14)[0] in BITMAP_HEADERS


def _is_audio(octets: bytes) -> bool:
    """Whether this begins with a frame of MPEG audio (ISO 11172-3 2.4.1.3) or of AAC in a stream."""
    if len(octets) < 4 or octets[0] != 0xFF or octets[1] & 0xE0 != 0xE0:
        return False
    if octets[1] & 0xF6 == 0xF0:
        return octets[2] & 0x3C < 0x34
    return octets[1] & 0x18 != 0x08 and octets[1] & 0x06 != 0 and octets[2] & 0xF0 != 0xF0 and octets[2] & 0x0C != 0x0C


def is_other_archive(octets: bytes) -> bool:
    """Whether a file is an archive of another kind than ZIP."""
    return octets.startswith(ARCHIVES) or octets[257:262] == b"ustar"


def words_of_media(octets: bytes) -> str:
    """The lines among the octets of a picture or sound in which many digits stand, such as of titles and remarks."""
    ends = [octets] if len(octets) <= HEAD + END else [octets[:HEAD], octets[-END:]]
    return "\n".join(line for one in ends for line in words_among(one).split("\n") if is_long_number(line))


def words_among(octets: bytes) -> str:
    """The words of a file that holds them as they are or in UTF-16, with old Office's own signs for hyphens."""
    for hyphen in (b"\x1e\0", b"\x10\x20", b"\x11\x20", b"\x12\x20", b"\x13\x20"):
        octets = octets.replace(hyphen, b"-\0")
    octets = octets.replace(b"\x1f\0", b"").replace(b"\0\0", b"\n")
    return octets.decode("latin-1").replace("\0", "").replace("\x1e", "-").replace("\x1f", "").replace("\r", "\n")


def decode_text(octets: bytes, *, is_called_text: bool) -> str | None:
    """A text in UTF-8, UTF-16, UTF-32 or cp1252, with a byte order mark or without; None if the octets are no text.

    What is called a text may hold more that is none.
    """
    stray = MOST if is_called_text else STRAY
    charset = _wide_charset(octets)
    if charset:
        text = octets.decode(charset, "replace")
        strange = sum(map(text.count, map(chr, CONTROLS))) + text.count("\ufffd")
        return text if strange * stray <= len(text) else None
    octets = octets.rstrip(b"\0\x1a")
    strange = len(octets) - len(octets.translate(None, CONTROLS))
    return decode_charset(octets, None).replace("\0", "") if strange * stray <= len(octets) else None


def _wide_charset(octets: bytes) -> str:
    """The charset of two or four octets a character that these octets are in; empty if none."""
    marked = next((charset for mark, charset in MARKS if octets.startswith(mark)), "")
    sample = octets[:SAMPLE]
    if marked or sample.count(b"\0") * 4 < len(sample):
        return marked
    return next((name for name, width, told in WIDE if _is_in(sample, width, told)), "")


def _is_in(sample: bytes, width: int, told: int) -> bool:
    """Whether octets are characters of this width, by their zeros; letters are told apart by the octet at `told`."""
    telling = sample[told::width]
    others = len(sample) - len(telling)
    zeros = sample.count(b"\0") - telling.count(b"\0")
    return telling.count(b"\0") * 20 <= len(telling) and zeros * 10 >= others * 7


def in_rare_charsets(octets: bytes) -> Iterator[str]:
    """The octets in EBCDIC and in UTF-7, each only where a text comes of it."""
    if EBCDIC_DIGITS.search(octets) and 2 * len(octets.translate(None, ASCII)) > len(octets):
        yield octets.decode("cp037")
    if UTF_7.search(octets):
        yield octets.decode("utf-7", "replace")


LINE_ENDS = re.compile(r"\r\n?")


def with_plain_lines(text: str) -> str:
    """The text with its lines ended in one way."""
    return LINE_ENDS.sub("\n", text) if "\r" in text else text
