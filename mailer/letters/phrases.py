"""Phrases: words made fit for the fields of a letter, in whatever characters they are (RFC 2047, RFC 5322 3.2.5)."""

import re
from email.header import Header
from functools import lru_cache
from itertools import groupby

from mailer.reading.fields import CONTROLS

NOT_ASCII = re.compile(r"\S*[^\x00-\x7f\s]\S*")
ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]*")  # RFC 5322 3.2.3
LONGEST_LINE = 70  # octets


def phrase(name: str, value: str) -> str:
    """A field's value, in encoded words where it is not ASCII (RFC 2047) and folded where it is long."""
    if value.isascii() and len(name) + 2 + len(value) <= LONGEST_LINE:
        return value
    return _folded(Header(value, None if value.isascii() else "utf-8", header_name=name))


@lru_cache(maxsize=1000)
def mailbox(name: str, display: str, address: str) -> str:
    """A mailbox. Only the words that need it are encoded, so that no reader has to join split ones."""
    runs = groupby(_without_encoded_commas(clean(display)).split(" "), key=str.isascii)
    words = [_plain(" ".join(run)) if is_ascii else _folded(Header(" ".join(run), "utf-8")) for is_ascii, run in runs]
    return phrase(name, " ".join([*words, f"<{address}>"]).lstrip())


def _without_encoded_commas(display: str) -> str:
    """The name with a dash for each comma that would be encoded.

    Some clients decode before they look for commas, and see two senders; quoted, no word is encoded (RFC 2047 5.3).
    """
    return NOT_ASCII.sub(lambda word: re.sub(r"[,;:]+", " - ", word[0]).strip(), display)


def _plain(words: str) -> str:
    """ASCII words as a phrase: as they are, or quoted where there is a comma or the like (RFC 5322 3.2.4)."""
    if all(map(ATOM.fullmatch, words.split(" "))):
        return words
    return '"' + re.sub(r'(["\\])', r"\\\1", words) + '"'


def _folded(field: Header) -> str:
    return field.encode(maxlinelen=LONGEST_LINE, linesep="\r\n")


def clean(value: str) -> str:
    """A value fit for a field: one line, no control characters, nothing that could pass for an encoded word.

    The email package decodes encoded words (RFC 2047) in what it is given, line breaks among them.
    """
    return " ".join(CONTROLS.sub(" ", sendable(value)).replace("=?", "= ?").split())


def sendable(value: str) -> str:
    """The text without what UTF-8 cannot carry: halves of characters that a broken message left."""
    return value.encode("utf-8", "replace").decode()


def ascii_only(value: str) -> str:
    """A phrase for fields that take no encoded words."""
    plain = value.replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return re.sub(r"[^A-Za-z0-9 ._-]", "", plain).strip()
