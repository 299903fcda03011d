"""The header section of a raw message: where it ends, and the lines in it, as far as no parser of mail is needed."""

import re
from collections.abc import Iterator

LONGEST_HEADER = 262_144  # octets of a header section
BLANK_LINE = re.compile(rb"\r?\n(?=\r?\n)")
ODD_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
FIELD = re.compile(rb"(?m)^([!-9;-~]+)[ \t]*:(.*(?:\r?\n[ \t].*)*)")  # RFC 5322 2.2.3


def header_size(octets: bytes) -> int:
    """How many octets the header section has, up to the end of its last line."""
    if octets[:1] in (b"\r", b"\n"):
        return 0
    found = BLANK_LINE.search(octets)
    return found.start() if found else len(octets)


def header_of(octets: bytes, most: int = LONGEST_HEADER) -> bytes:
    """The header section alone, no more of it than so many octets, and a blank line."""
    return octets[: min(header_size(octets), most)] + b"\r\n\r\n"


def has_odd_line_ends(octets: bytes) -> bool:
    """Whether programs may disagree on where the lines of a header section end: a bare CR or LF, or a NUL."""
    if octets[:2] == b"\r\n":
        return False
    end = octets.find(b"\r\n\r\n")
    return ODD_LINE_END.search(octets, 0, end + 2 if end >= 0 else len(octets)) is not None


def is_ambiguous(octets: bytes) -> bool:
    """Whether programs may disagree on what a header section says; lines that all end in LF are plain to all."""
    size = header_size(octets)
    has_only_lf = octets.find(b"\r", 0, size) < 0 and octets.find(b"\0", 0, size) < 0
    return not has_only_lf and has_odd_line_ends(octets)


def fields_in(octets: bytes) -> Iterator[tuple[str, str]]:
    """The fields of a header section, in their order: names in lower case, values in one line, as Latin-1.

    What is no field is passed over.
    """
    for found in FIELD.finditer(header_of(octets)):
        yield found[1].decode("latin-1").lower(), " ".join(found[2].decode("latin-1").split())
