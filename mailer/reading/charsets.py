"""Octets to text: the character set that is declared, if it is known and true, else what the octets look like.

Labels are those of the WHATWG's table, as browsers read them (`webencodings`, which is that table), and Python's.
"""

import codecs
import re

import webencodings

from tickets.text.garbled import is_torn

SLOW = {"punycode", "idna"}  # no charsets of mail, and quadratic
TO_BE_GUESSED = {"utf-8", "utf8", "windows-1252", "cp1252", "x-user-defined", "us-ascii", "ascii", "latin-1", "latin1"}
BY_BYTE_ORDER_MARK = {"utf-16", "utf-32"}  # which Python looks at, and the table does not
EBCDIC = {"cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"}  # of mainframes
OTHER_EBCDIC = re.compile(r"(?:ibm|cp)-?0?(?:277|278|280|284|285|297|871|114\d)|ebcdic.{0,20}")  # alike but for accents
EBCDIC_SPACE = b"\x40"
SURROGATES = re.compile("[\ud800-\udfff]")  # UTF-7 has them, and no database takes them
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
RARE = re.compile("[^\x00-\xff\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac\ud800-\udfff]")
CP1252 = {octet: bytes([octet]).decode("cp1252", "replace") for octet in range(0x80, 0x100)}
STRAY = {0xDC00 + octet: letter for octet, letter in CP1252.items()}  # as `surrogateescape` puts them
CONTROLS = {octet: letter for octet, letter in CP1252.items() if octet < 0xA0}  # which ISO 8859 has there, and no text


def decode_charset(octets: bytes, declared: str | None) -> str:
    """Octets as text: in the declared charset, else UTF-8, and cp1252 for each octet that UTF-8 does not have.

    What is declared as Latin-1 or ASCII is cp1252 or UTF-8 in the world's mail. No other charset is believed where it
    makes nonsense of words, or where the octets are UTF-8, which nothing else is by accident.
    """
    codec = _find_codec(declared or "")
    text = _read_as(octets, codec) if codec else None
    return _decode_mixed(octets) if text is None else text


def _decode_mixed(octets: bytes) -> str:
    """The octets as UTF-8, and as cp1252 where they are none; all as cp1252 where most are none."""
    text = octets.decode("utf-8", "surrogateescape")
    strays = len(SURROGATES.findall(text))
    if 2 * strays > sum(map(len, BEYOND_ASCII.findall(text))):
        text = RARE.sub(lambda found: found.group().encode().decode("cp1252", "replace"), text)
    return text.translate(STRAY)


def is_known(declared: str) -> bool:
    """Whether a charset is one of those that are guessed, or can be read by its name."""
    return (
        _clean(declared) in TO_BE_GUESSED or webencodings.lookup(_clean(declared)) is not None or _codec(declared) != ""
    )


def _find_codec(declared: str) -> str:
    """Python's name of a charset that can be relied on; empty for a missing, unknown or guessed one."""
    name = _clean(declared)
    if not name or name in SLOW | TO_BE_GUESSED:
        return ""
    listed = None if name in BY_BYTE_ORDER_MARK else webencodings.lookup(name)
    if listed is not None and listed.name in TO_BE_GUESSED:
        return ""
    return listed.codec_info.name if listed is not None else _codec(name)


def _clean(declared: str) -> str:
    return declared.strip().strip("\"'").lower()


def _codec(declared: str) -> str:
    name = _clean(declared)
    try:
        return codecs.lookup("cp037" if OTHER_EBCDIC.fullmatch(name) else name).name
    except (LookupError, UnicodeError, ValueError):
        return ""


def _read_as(octets: bytes, codec: str) -> str | None:
    """The octets in a charset other than the usual ones; None if they are not in it."""
    if codec.startswith("iso2022"):  # all in seven bits: nothing else could be made of them
        return octets.decode(codec, "replace") if b"\x1b" in octets else None
    if codec in EBCDIC:
        return _decode(octets, codec) if octets.count(EBCDIC_SPACE) > octets.count(b" ") else None
    is_wide = _decode(b"Az09", codec) != "Az09"  # UTF-16 and 32; mail has none else that does not begin as ASCII does
    if is_wide and not (b"\0" in octets and codec.startswith("utf")):
        return None
    text = _decode(octets, codec)
    if text is not None and codec.startswith("iso8859"):
        text = text.translate(CONTROLS)
    is_utf8 = not octets.isascii() and _decode(octets, "utf-8") is not None
    return None if text is None or is_utf8 or is_torn(text) else text


def _decode(octets: bytes, codec: str) -> str | None:
    try:
        return SURROGATES.sub("\ufffd", octets.decode(codec))
    except (LookupError, UnicodeError, ValueError):
        return None
