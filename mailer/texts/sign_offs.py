"""Sign-offs: the last lines of a new text in which its author takes leave, in whatever way, and what stands below.

The reader of mail folds away what is surely a signature. A sign-off is what may be one: only those who must not learn
who wrote the text are shown it without.
"""

import re

from tickets.text.frames import ends_letter, ungreeted

LONGEST_SIGN_OFF = 40  # lines
LONGEST_TEXT = 100_000  # characters that are looked at
INITIALS = re.compile(r"\s*[-/]{0,2}[A-ZÆØÅ]{1,4}\.?\s*$")
BESIDE = re.compile(r"[|·•●]")
REACHED = re.compile(r"@|\d\d[ .]?\d\d[ .]?\d\d[ .]?\d\d|www\.")


def find_sign_off(text: str) -> str:
    """The end of a text from its leave-taking on; empty where there is none, or nothing above it."""
    whole = ungreeted(text[:LONGEST_TEXT])
    lines = whole
    for number in range(len(lines) - 1, max(0, len(lines) - LONGEST_SIGN_OFF - 1), -1):
        if ends_letter(lines[number]) and any(map(str.strip, lines[:number])):
            lines = lines[:number]
    kept = len(lines)
    while kept > 1 and (not lines[kept - 1].strip() or _is_signed(lines[kept - 1])):
        kept -= 1
    return "\n".join(whole[kept:]).strip("\n")


def _is_signed(line: str) -> bool:
    """Whether a last line is initials, or a whole signature side by side."""
    return INITIALS.match(line) is not None or (
        len(BESIDE.findall(line[:300])) >= 3 and REACHED.search(line) is not None
    )
