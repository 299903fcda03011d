"""Frames: what stands around the text of a letter, its greeting and its signature."""

import re

from tickets.text.greetings import GREETING, begins_closing

LONGEST_TEXT = 100_000  # characters; others see no more of a masked text
LONGEST_SIGNATURE = 40  # lines below a closing greeting
INITIALS = re.compile(r"\s*[-/]{0,2}[A-ZÆØÅ]{1,4}\.?\s*$")
BESIDE = re.compile(r"[|·•●]")
REACHED = re.compile(r"@|\d\d[ .]?\d\d[ .]?\d\d[ .]?\d\d|www\.")
OLD_FIELD = re.compile(
    r"[\s>*_]{0,10}(?:fra|til|cc|kopi|bcc|sendt|from|to|sent|afsender|modtager)\s?\*{0,2}:", re.IGNORECASE
)


def undress(text: str) -> list[str]:
    """The lines of a letter without the greeting at its top and the signature at its end."""
    return _undress(text)[0]


def undressed_of(text: str) -> list[str]:
    """The lines of the signature at the end of a letter, those that say something."""
    return [line for line in _undress(text[:LONGEST_TEXT])[1] if line.strip()]


def _undress(text: str) -> tuple[list[str], list[str]]:
    lines = text.strip("\n").split("\n")
    if lines and GREETING.match(lines[0]) and len(lines[0].split()) <= 6 and any(map(str.strip, lines[1:])):
        lines = lines[1:]
        while lines and not lines[0].strip():
            lines = lines[1:]
    whole = lines
    for number in range(len(lines) - 1, max(0, len(lines) - LONGEST_SIGNATURE - 1), -1):
        if ends_letter(lines[number]) and any(map(str.strip, lines[:number])):
            lines = lines[:number]
    kept = len(lines)
    while kept > 1 and (not lines[kept - 1].strip() or _is_signature(lines[kept - 1])):
        kept -= 1
    return lines[:kept], whole[kept:]


def _is_signature(line: str) -> bool:
    """Whether a last line is initials, or all that a signature tells, set beside one another."""
    return INITIALS.match(line) is not None or (
        len(BESIDE.findall(line[:300])) >= 3 and REACHED.search(line) is not None
    )


def ends_letter(line: str) -> bool:
    """Whether a signature begins here: with a closing greeting, or with the mark of one (RFC 3676 4.3)."""
    return begins_closing(line) or line.strip() == "--"
