"""Traces: what looks like words in octets that are no text, such as fonts and pictures have; a name may be among it."""

import re

WORDLIKE = re.compile(rb"[A-Za-z]{4,}")
AROUND = 4  # octets, for letters beyond ASCII in any encoding


def traces_of(octets: bytes) -> str:
    """All that looks like a word, with what stands around it, also where there is a NUL with each letter (UTF-16)."""
    forms = [octets, octets.replace(b"\0", b"")] if b"\0" in octets else [octets]
    return "\n".join(dict.fromkeys(trace for form in forms for trace in _traces_in(form)))


def _traces_in(octets: bytes) -> list[str]:
    found = (one.span() for one in WORDLIKE.finditer(octets))
    return [octets[max(0, start - AROUND) : end + AROUND].decode("latin-1") for start, end in found]
