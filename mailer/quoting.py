"""New text and old: what the author wrote now, and what may be folded away. Nothing is deleted.

A line scanner in linear time: an expression sees the beginning of its own line, or three lines put together.
"""

import re

MOST_LINES = 10_000  # in which the beginning of the old mail is looked for
LONGEST_LOOK = 300  # characters of a line
WEEKDAY = r"(?:man|tirs?|ons|tors?|fre|lør|søn|mon|tue|wed|thu|fri|sat|sun)\w{0,6}[.,]? "
ATTRIBUTION_START = re.compile(rf"\s*(?:(?:Den|On|Am|Le)\s|{WEEKDAY}|\d|.{{1,150}}<[^<>\s]{{3,120}}>)", re.IGNORECASE)
ATTRIBUTION = re.compile(r".{0,600}(?:\b(?:skrev|schrieb|a écrit)\b|wrote\b).{0,200}:\s*$", re.IGNORECASE)
CLOCK_OR_ADDRESS = re.compile(r"\d{1,2}[:.]\d{2}\b|@")
ANY_ATTRIBUTION = re.compile(r".{0,600}(?:\d[:.]\d{2}\b.{0,300}@|@.{0,300}\d[:.]\d{2}\b).{0,200}:\s*$")  # any language
FIELD_LINE = re.compile(
    r"[\s*_]{0,8}(?:fra|sendt|til|cc|kopi|emne|dato|vedhæftet|vedhæftede filer|prioritet|besvar til|svar til"
    r"|from|sent|to|subject|date|importance|attachments)\s?\*{0,2}:",
    re.IGNORECASE,
)
FIRST_FIELD = re.compile(r"[\s*_]{0,8}(?:fra|from)\s?\*{0,2}:", re.IGNORECASE)
ANY_FIELD = re.compile(r"[\s*_]{0,8}\w{1,20}\s?\*{0,2}: ?\S")  # of any language, below a rule
ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:oprindelig (?:meddelelse|besked|mail|e-mail)|original (?:message|appointment)"
    r"|videresendt (?:meddelelse|besked|mail|e-mail)|forwarded message)(?:\s(?:fra|by|from)\s.{0,100})?\s*-{2,}\s*$"
    r"|\s*(?:start på videresendt besked|begin forwarded message|oprindelig meddelelse):?\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*[_-]{20,}\s*$")
SIGNATURE_MARK = re.compile(r"--\s?$")
CLOSING = re.compile(
    r"\s*(?i:(?:med )?(?:(?:de|en) )?(?:venlig|bedste|mange|kærlig|god)e? (?:hilsen|hilsner)|mvh|vh|hilsen|dbh|kh"
    r"|(?:with )?(?:kind|best|warm) regards|regards)\b[\s,.!/]*(?:[A-ZÆØÅ][\w.'-]*[\s,./]*){0,5}$"
)
PHONE_FOOTER = re.compile(
    r"\s*(?:hent outlook til (?:ios|android|mac)|sendt fra (?:outlook|mail|yahoo mail|min [\w-]+(?: [\w-]+){0,3})"
    r"|get outlook for (?:ios|android|mac)|sent from (?:outlook|mail|yahoo mail|my [\w-]+(?: [\w-]+){0,3}))"
    r"(?: (?:til|for|på|on) \w+(?: \d+)?)?\s*(?:<[^<>]{0,120}>)?[\s.!]*$",
    re.IGNORECASE,
)
BANNER = re.compile(
    r"\W*\[?\W*(?:ekstern|external)\b[^\]a-zæøå]{0,3}(?:e-?mail|mail|afsender|sender)?\W*$"
    r"|.{0,120}\b(?:kommer fra|sendt fra|originated from|afsender)\b.{0,60}\b(?:uden ?for|outside|ekstern)\b",
    re.IGNORECASE,
)
AFTERTHOUGHT = re.compile(r"\s*(?:P\.? ?S\.?\b|NB\b)|.*\?\s*$", re.IGNORECASE)
LONGEST_SIGNATURE = 12  # written lines behind a closing greeting
LONGEST_SIGNATURE_LINE = 100


def fold(text: str) -> tuple[str, str]:
    """The new text and what is folded away: history, signature, phone footer, banner of the mail system.

    Where new text stands among quotes, the quotes stay: an answer between the lines means nothing without them.
    """
    lines = text.strip("\n").split("\n")
    start = _banner_length(lines)
    end = find_history(lines)
    signature = start + _find_signature(lines[start:end])
    quote = _leading_quote(lines, start, signature)
    new = "\n".join(lines[quote:signature]).strip("\n")
    if not new.strip():  # nothing but history or a greeting: show it all
        return text.strip("\n"), ""
    return new, "\n".join([*lines[:quote], *lines[signature:]]).strip("\n")


def find_history(lines: list[str]) -> int:
    """The line at which the old mail begins, or how many lines there are."""
    last = _last_own_line(lines)
    for number, line in enumerate(lines[:MOST_LINES]):
        if not line or line.isspace():
            continue
        if _is_quoted(line):
            if number > last:
                return _attribution_above(lines, number)
        elif _starts_history(lines, number, last):
            return number
    return len(lines)


def _starts_history(lines: list[str], number: int, last: int) -> bool:
    if ORIGINAL.match(lines[number][:LONGEST_LOOK]) or _starts_field_block(lines, number):
        return True
    length = _attribution_length(lines, number)
    return length > 0 and _leads_to_history(lines, number + length, last)


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _last_own_line(lines: list[str]) -> int:
    """The last line that somebody wrote, the signature at the end left out."""
    number = _find_signature(lines) - 1
    while number >= 0 and (not lines[number].strip() or _is_quoted(lines[number])):
        number -= 1
    return number


def _written(lines: list[str], start: int, most: int) -> list[str]:
    """Up to so many lines with something on them, found among the next few."""
    return [line[:LONGEST_LOOK] for line in lines[start : start + 3 * most] if line.strip()][:most]


def _starts_field_block(lines: list[str], number: int) -> bool:
    """Whether Outlook's block of fields begins here: Fra and another field, or any two fields below a rule."""
    look = lines[number][:LONGEST_LOOK]
    if RULE.match(look):
        return sum(bool(ANY_FIELD.match(line)) for line in _written(lines, number + 1, 3)) >= 2
    return bool(FIRST_FIELD.match(look)) and any(map(FIELD_LINE.match, _written(lines, number + 1, 4)))


def _attribution_length(lines: list[str], number: int) -> int:
    """How many lines "Den … skrev …:" takes here, wrapped as mail programs wrap it; 0 if it is none."""
    if not ATTRIBUTION_START.match(lines[number][:LONGEST_LOOK]):
        return 0
    joined = ""
    for length, line in enumerate(lines[number : number + 3], start=1):
        joined += " " + line[:LONGEST_LOOK]
        if line.rstrip().endswith(":") and ATTRIBUTION.match(joined):
            return length
    return 0


def _leads_to_history(lines: list[str], number: int, last: int) -> bool:
    """Whether only old text follows an attribution that ends before this line.

    A program that marks quotes would have marked all of them; one that does not, gives the time or an address.
    """
    following = _written(lines, number, 1)
    if following and _is_quoted(following[0]):
        return number > last
    return CLOCK_OR_ADDRESS.search(" ".join(lines[max(number - 3, 0) : number])) is not None


def _attribution_above(lines: list[str], number: int) -> int:
    """The line at which the attribution of this quote begins, in whatever language; the quote's own line if none."""
    above = number
    while above > 0 and not lines[above - 1].strip():
        above -= 1
    joined = ""
    for start in range(above - 1, max(above - 4, -1), -1):
        joined = f"{lines[start][:LONGEST_LOOK]} {joined}"
        if _is_quoted(lines[start]) or not lines[start].strip():
            break
        if ANY_ATTRIBUTION.match(joined):
            return start
    return number


def _leading_quote(lines: list[str], start: int, end: int) -> int:
    """The line at which the answer below one single quote begins; `start` if the text is not of that shape."""
    number = start
    while number < min(end, start + 6) and not lines[number].strip():
        number += 1
    number += _attribution_length(lines, number) if number < end else 0
    while number < end and (_is_quoted(lines[number]) or not lines[number].strip()):
        number += 1
    has_quote = any(map(_is_quoted, lines[start:number]))
    return number if has_quote and not any(map(_is_quoted, lines[number:end])) else start


def _banner_length(lines: list[str]) -> int:
    """How many lines at the top the receiving mail system put there: "[EKSTERN] …"."""
    length = 0
    for number, line in enumerate(lines[:8]):
        if BANNER.match(line[:LONGEST_LOOK]):
            length = number + 1
        elif line.strip():
            break
    return length


def _find_signature(lines: list[str]) -> int:
    """The line at which signature, phone footer and the like begin, or how many lines there are.

    They run to the end, are short in every way, and neither ask nor add anything.
    """
    best, written, number = len(lines), 0, len(lines)
    while number > 0 and written <= LONGEST_SIGNATURE:
        number -= 1
        look = lines[number][: LONGEST_LOOK + 1]
        if not look.strip():
            continue
        if _is_signature_start(look) or _is_list_footer(lines, number):
            best = number
        elif _is_quoted(look) or len(look) > LONGEST_SIGNATURE_LINE or AFTERTHOUGHT.match(look):
            break
        written += 1
    return best


def _is_signature_start(line: str) -> bool:
    return any(mark.match(line) for mark in (SIGNATURE_MARK, CLOSING, PHONE_FOOTER))


def _is_list_footer(lines: list[str], number: int) -> bool:
    """Whether a rule is here, and below it where a mailing list lives."""
    return bool(RULE.match(lines[number][:LONGEST_LOOK])) and "http" in "".join(_written(lines, number + 1, 3))
