"""Readings: what a text says once its escapes and its encodings for the way are undone."""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote

ESCAPES = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\U([0-9A-Fa-f]{8})|=([0-9A-F]{2})|=\n")
OCTAL = re.compile(r"\\([0-3][0-7]{2})")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}(?:\r?\n[A-Za-z0-9+/_-]{6,})*")
HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[ :,]?){5,}")
UTF7 = re.compile(r"\+[A-Za-z0-9/]{2,200}-")
UUENCODED = re.compile(r"^[!-M][ -`]{4,60}$", re.MULTILINE)


def unescape(text: str) -> str:
    """The text with letters that are written as their numbers: in JSON, in programs, in quoted-printable, in links."""
    plain = OCTAL.sub(lambda found: chr(int(found[1], 8)), ESCAPES.sub(_letter, text))
    return unquote(plain, encoding="latin-1") if "%" in plain else plain


def unpack(text: str) -> str:
    """What the encoded runs of a text may say; most of it is noise, in which only a long name means anything."""
    return "\n".join(_decoded(text))


def _letter(found: re.Match[str]) -> str:
    digits = next(filter(None, found.groups()), "")
    number = int(digits, 16) if digits else 0
    return chr(number) if digits and number < 0x110000 else ""


def _decoded(text: str) -> Iterator[str]:
    """What stands in base64, in hexadecimal digits, in UTF-7 and in lines of uuencode."""
    for found in BASE64.finditer(text):
        packed = re.sub(r"\s", "", found.group()).translate({ord("-"): "+", ord("_"): "/"})
        yield from _texts(base64.b64decode(packed[: len(packed) // 4 * 4] + _padded(packed)))
    for found in HEX.finditer(text):
        digits = re.sub(r"[^0-9A-Fa-f]", "", found.group())
        yield from _texts(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for found in UTF7.finditer(text):
        yield found.group().encode().decode("utf-7", "replace")
    for found in UUENCODED.finditer(text):
        try:
            yield from _texts(binascii.a2b_uu(found.group()))
        except binascii.Error:
            continue


def _padded(packed: str) -> str:
    """Base64 whose last letters are filled up to four."""
    rest = packed[len(packed) // 4 * 4 :]
    return rest.ljust(4, "=") if len(rest) > 1 else ""


def _texts(octets: bytes) -> Iterator[str]:
    yield octets.decode("latin-1")
    if b"\0" in octets:
        yield octets.replace(b"\0", b"").decode("latin-1")
