"""New text and old: what the author wrote now, and what may be folded away. Nothing is deleted.

A line scanner in linear time: no expression looks further than its own line, and at most three lines are
looked at together.
"""

import re

ATTRIBUTION_START = re.compile(
    r"\s*(?:(?:Den|On|Am|Le)\b.{0,200}"
    r"|(?:man|tirs|ons|tors|fre|lør|søn)\w{0,4}\.? .{0,40}\bkl\..{0,160}"
    r"|.{0,120}<[^<>\s]{3,120}>.{0,40})",
    re.IGNORECASE,
)
ATTRIBUTION_END = re.compile(r".{0,300}\b(?:skrev|wrote|schrieb|a écrit)\b.{0,160}:\s*$", re.IGNORECASE)
FIELD_NAMES = (
    r"fra|sendt|til|cc|kopi|emne|dato|vedhæftet|vedhæftede filer|prioritet|from|sent|to|subject|date|importance"
)
FIELD_LINE = re.compile(rf"[\s>*_]{{0,8}}(?:{FIELD_NAMES})\s?\*?:", re.IGNORECASE)
FIRST_FIELD = re.compile(r"[\s>*_]{0,8}(?:fra|from)\s?\*?:", re.IGNORECASE)
ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:oprindelig (?:meddelelse|besked|mail)|original message|videresendt (?:meddelelse|besked)"
    r"|forwarded message)\s*-{2,}\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*_{20,}\s*$")
SIGNATURE_MARK = re.compile(r"--\s?$")
CLOSING = re.compile(
    r"\s*(?:(?:med )?(?:de )?(?:venlig|bedste|mange|kærlig) hilsen|venlige hilsner|mvh|vh|hilsen|dbh|kh"
    r"|kind regards|best regards|regards)\b[\s,.!]*(?:\w.{0,40})?$",
    re.IGNORECASE,
)
PHONE_FOOTER = re.compile(
    r"\s*(?:hent outlook til (?:ios|android)|sendt fra (?:outlook|min \w+)|get outlook for (?:ios|android)"
    r"|sent from my \w+).{0,40}$",
    re.IGNORECASE,
)
LONGEST_SIGNATURE = 12  # lines behind a closing greeting
LONGEST_SIGNATURE_LINE = 90


def fold(text: str) -> tuple[str, str]:
    """The new text and what is folded away: history, signature, phone footer.

    Where new text follows a quote, the quotes stay: an answer between the lines means nothing without them.
    """
    lines = text.split("\n")
    history = find_history(lines)
    kept, folded = lines[:history], lines[history:]
    signature = _find_signature(kept)
    new = "\n".join(kept[:signature]).strip("\n")
    old = "\n".join(kept[signature:] + folded).strip("\n")
    if not new.strip():  # nothing but history or a greeting: show it all
        return text.strip("\n"), ""
    return new, old


def find_history(lines: list[str]) -> int:
    """The line at which the old mail begins, or how many lines there are."""
    for number, line in enumerate(lines):
        if ORIGINAL.match(line) or _starts_field_block(lines, number):
            return number
        length = _attribution_length(lines, number)
        if length and not _has_own_text(lines[number + length :]):
            return number
        if line.startswith(">") and not _has_own_text(lines[number:]):
            return number
    return len(lines)


def _starts_field_block(lines: list[str], number: int) -> bool:
    """Whether Outlook's block of fields begins here: Fra, and another field within the next lines."""
    if RULE.match(lines[number]):
        number += 1
    ahead = [line for line in lines[number : number + 5] if line.strip()]
    return bool(ahead) and bool(FIRST_FIELD.match(ahead[0])) and any(map(FIELD_LINE.match, ahead[1:4]))


def _attribution_length(lines: list[str], number: int) -> int:
    """How many lines "Den … skrev …:" takes here, wrapped as mail programs wrap it; 0 if it is none."""
    if not ATTRIBUTION_START.match(lines[number][:400]):
        return 0
    joined = ""
    for length in (1, 2, 3):
        joined += " " + "".join(lines[number + length - 1 : number + length])[:300]
        if ATTRIBUTION_END.match(joined):
            return length
    return 0


def _has_own_text(lines: list[str]) -> bool:
    """Whether somebody wrote among or behind these quoted lines; a signature or footer is not writing."""
    if not any(line.startswith(">") for line in lines):
        return False  # the program that quoted marks no lines: all of it is history
    own = [line for line in lines if line.strip() and not line.startswith(">")]
    own = own[: _find_signature(own)]
    return bool(own)


def _find_signature(lines: list[str]) -> int:
    """The line at which the signature begins, or how many lines there are."""
    for number, line in enumerate(lines):
        if SIGNATURE_MARK.fullmatch(line) or PHONE_FOOTER.match(line[:200]):
            return number
        if CLOSING.match(line[:200]) and _is_signature(lines[number + 1 :]):
            return number
    return len(lines)


def _is_signature(lines: list[str]) -> bool:
    written = [line for line in lines if line.strip()]
    return len(written) <= LONGEST_SIGNATURE and all(len(line) <= LONGEST_SIGNATURE_LINE for line in written)
