"""Frames: what stands around the text of a letter, its greeting and its signature."""

import re

from tickets.text.greetings import GREETING, begins_closing

LONGEST_TEXT = 100_000  # characters; others see no more of a masked text
LONGEST_GREETING = 6  # words
OLD_FIELD = re.compile(
    r"[\s>*_]{0,10}(?:fra|til|cc|kopi|bcc|sendt|from|to|sent|afsender|modtager)\s?\*{0,2}:", re.IGNORECASE
)


def undress(text: str, sign_off: str = "") -> list[str]:
    """The lines of a letter without the greeting at its top, and without the lines of its `sign_off`.

    The reader of the message found the sign-off. Its lines are compared by their words, because both texts may have
    been masked since.
    """
    below = set(filter(None, map(str.strip, sign_off.split("\n"))))
    lines = ungreeted(text)
    while len(lines) > 1 and below and (not lines[-1].strip() or lines[-1].strip() in below):
        lines.pop()
    kept = [line for line in lines if line.strip() not in below]
    return kept if any(map(str.strip, kept)) else lines


def ends_letter(line: str) -> bool:
    """Whether a signature begins here: with a closing greeting, or with the mark of one (RFC 3676 4.3)."""
    return begins_closing(line) or line.strip() == "--"


def ungreeted(text: str) -> list[str]:
    """The lines of a letter without the greeting at its top, unless it says nothing else."""
    lines = text.strip("\n").split("\n")
    is_greeted = GREETING.match(lines[0]) is not None and len(lines[0].split()) <= LONGEST_GREETING
    if is_greeted and any(map(str.strip, lines[1:])):
        return "\n".join(lines[1:]).lstrip("\n").split("\n")
    return lines
