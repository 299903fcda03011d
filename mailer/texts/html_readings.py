"""Readings of HTML: what it says to whoever does not see this or that of it, and to whoever sees what a style adds.

What is hidden, struck out or set above others may stand within a number, and what is no text at all, such as a
picture's description, may be its hyphen.
"""

import re
from collections.abc import Iterator
from functools import partial
from html import unescape

TAG = re.compile(r"<[^<>]*>")
OPENING, CLOSING = re.compile(r"<[a-zA-Z][^<>]*>"), re.compile(r"</(?!style|script)[^<>]*>", re.IGNORECASE)
INSERTED = re.compile(
    r"([\d-])((?:<[^<>]{1,300}>\s{0,4}){1,4})([^<>]{1,60})(?:\s{0,4}<[^<>]{1,300}>){1,4}\s{0,4}(?=[\d-])"
)
LOOKS = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9]*\s|(?:s|del|strike|rt|rp|font|template|script|style)\b)[^<>]*>\s*\Z", re.I)
PICTURED = re.compile(r"<(?:img|input|button|hr|progress|meter)\b([^<>]{0,2000})>", re.IGNORECASE)
SHOWN = re.compile(
    r"\b(?:alt|value)\s{0,9}=\s{0,9}(?:\"([^\"]{0,60})\"|'([^']{0,60})'|([^\s\"'<>]{1,60}))", re.IGNORECASE
)
ADDED = re.compile(r"\bcontent\s{0,9}:\s{0,9}[\"']([^\"'{}]{1,40})[\"']", re.IGNORECASE)
MOST_ADDED = 5  # different signs that styles put before or behind elements
IN_STYLE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?")  # CSS 2.1 4.1.3


def readings_of_html(html: str) -> Iterator[str]:
    """The words of HTML in each other way to read it: without hidden or struck out text, with what styles add."""
    if INSERTED.search(html):
        yield _words(INSERTED.sub(lambda found: found.group(1), html))
        yield _words(INSERTED.sub(_without_looks, html))
    pictured = PICTURED.sub(_shown, html)
    if pictured != html:
        yield _words(pictured)
    for sign in _added(html):
        for tag in (OPENING, CLOSING):
            yield _words(tag.sub(partial(_sign, sign), html))


def _sign(sign: str, _: re.Match[str]) -> str:
    return sign


def _words(html: str) -> str:
    return unescape(TAG.sub("", html))


def _without_looks(found: re.Match[str]) -> str:
    """What stands before an element, and the element only if it looks like the text around it."""
    has_looks = LOOKS.search(found.group(2)) is not None
    return found.group(1) if has_looks else f"{found.group(1)}{found.group(3)}"


def _shown(found: re.Match[str]) -> str:
    """What a picture or a field of a form shows; a rule parts as a hyphen does."""
    shown = SHOWN.search(found.group(1))
    if shown:
        return next(filter(None, shown.groups()), "")
    return "-" if found.group()[1:3].lower() == "hr" else ""


def _added(html: str) -> list[str]:
    """The signs with a digit or hyphen among them that styles add to elements."""
    signs = dict.fromkeys(IN_STYLE.sub(_from_code, found) for found in ADDED.findall(html))
    return [sign for sign in signs if any(one.isdigit() or not one.isalnum() for one in sign)][:MOST_ADDED]


def _from_code(found: re.Match[str]) -> str:
    code = int(found.group(1), 16)
    return chr(code) if 0 < code < 0x110000 else ""
