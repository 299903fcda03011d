"""What stands below a mail that its author never wrote: footers of lists and virus scanners, closing disclaimers.

Servers on the way put them behind everything, also behind the quoted mail: what stands above a footer ends there.
"""

import re
from collections.abc import Iterator

from mailer.texts.leadins import LONGEST_LOOK, written

MOST_FOOTERS = 4  # one below the other
MOST_FOOTER_LINES = 14  # written lines of one
MOST_LIST_LINES = 6
FENCE = re.compile(r"\s{0,8}(?:[-_=*~#+](?: ?[-_=*~#+]){2,}\s*|--\s?)\Z")
SHORTEST_RULE = 8  # signs, as programs draw it
LIST_MARKS = (
    "mailing list", "mailinglist", "maillist", "listinfo", "listserv", "http", "unsubscribe", "afmeld", "-leave@",
    "you received this", "you are receiving this", "du modtager denne", "du får denne", "archives:", "arkiv:",
)  # fmt: skip
LINK_HEADINGS = {"links:", "link:", "henvisninger:"}
LIST_BEGINNINGS = ("listen ", "postlisten ", "the list ", "google groups")
SCANS = (
    "denne e-mail er scannet", "denne mail er scannet", "denne e-mail er kontrolleret", "denne mail er kontrolleret",
    "denne besked er scannet", "e-mailen er scannet", "mailen er scannet", "scannet for virus", "virusfri",
    "virus-free", "scanned by", "scanned for", "this email has been", "this e-mail has been scanned",
    "this message has been scanned", "this email was scanned", "checked by avg", "denne e-mail er blevet",
    "denne mail er blevet kontrolleret",
)  # fmt: skip
STANDALONE_DISCLAIMERS = (
    "disclaimer", "denne e-mail og eventuelle", "denne mail og eventuelle", "denne e-mail er fortrolig",
    "denne mail er fortrolig", "denne meddelelse er fortrolig", "denne e-mail kan indeholde fortrolig",
    "denne mail kan indeholde fortrolig", "denne e-mail indeholder fortrolig", "denne mail indeholder fortrolig",
    "denne mail er sendt sikkert", "denne e-mail er sendt sikkert", "denne mail er sendt krypteret",
    "denne e-mail er sendt krypteret", "denne mail er sendt via sikker", "denne e-mail er sendt via sikker",
    "denne e-mail er kun til", "denne mail er kun til", "har du modtaget denne e-mail ved en fejl",
    "har du modtaget denne mail ved en fejl", "this e-mail and any", "this email and any", "this e-mail may contain",
    "this email may contain", "this e-mail is confidential", "this email is confidential",
    "this message is confidential", "this message and any", "this message may contain",
    "the information contained in this", "confidentiality notice", "if you have received this email in error",
    "if you have received this e-mail in error",
)  # fmt: skip
BEFORE_WORDS = "*-_=#~ \t\xa0"


def find_footer(lines: list[str]) -> int:
    """The number of the line at which the footers at the end begin; the number of lines if there are none."""
    end = len(lines)
    for _ in range(MOST_FOOTERS):
        start = _footer_above(lines, end)
        if start == end:
            break
        end = start
    return end


def starts_disclaimer(line: str) -> bool:
    """Whether a line begins as disclaimers do that need no greeting above them; one that asks something does not."""
    look = line[:LONGEST_LOOK].strip(BEFORE_WORDS)
    return look.lower().startswith(STANDALONE_DISCLAIMERS) and not look.endswith("?")


def is_fence(line: str) -> bool:
    """Whether a line is nothing but signs, as stand around footers: `***`, `* * *`, `===`, `___`, `--`."""
    return len(line) <= LONGEST_LOOK and FENCE.match(line) is not None


def starts_footer(lines: list[str], number: int) -> bool:
    """Whether a fence stands at this line, and below it the address of a list or a person, or a disclaimer."""
    below = written(lines, number + 1, 3)
    return is_fence(lines[number]) and bool(below) and _is_footer(lines[number], below)


def _footer_above(lines: list[str], end: int) -> int:
    """The line at which the last footer above `end` begins; `end` if none is there."""
    below: list[str] = []  # what the footer says, from its end up
    for number in _upward(lines, end):
        line = lines[number]
        if is_fence(line):
            if below:
                return _footer_start(lines, number, below[::-1], end)
        elif line.lstrip().startswith(">") or line.rstrip().endswith("?"):
            return end
        elif _starts_paragraph(lines, number) and _is_notice(line) and not _has_gap(lines, number, end):
            return _with_fence(lines, number)
        else:
            below.append(line)
    return end


def _footer_start(lines: list[str], fence: int, said: list[str], end: int) -> int:
    """The line at which the footer below this fence begins; `end` if it is none."""
    if _heads_links(lines, fence - 1):
        return fence - 1 if all(line.startswith("[") for line in said) else end
    return fence if _is_footer(lines[fence], said) else end


def _heads_links(lines: list[str], number: int) -> bool:
    """Whether Roundcube's list of a quote's links begins at this line; the links of the author's own text stay."""
    if number < 1 or lines[number].strip().lower() not in LINK_HEADINGS:
        return False
    above = next((lines[at] for at in _upward(lines, number)), "")
    return above.lstrip().startswith(">")


def _upward(lines: list[str], end: int) -> Iterator[int]:
    """The last written lines above `end`, from the last one up."""
    seen = 0
    for number in range(end - 1, -1, -1):
        if lines[number] and not lines[number].isspace():
            yield number
            seen += 1
            if seen > MOST_FOOTER_LINES:
                return


def _is_footer(fence: str, said: list[str]) -> bool:
    """Whether what stands below a fence is a list's footer, a scanner's word or a disclaimer."""
    is_rule = len(fence.strip()) >= SHORTEST_RULE or fence.strip() == "--"
    return _is_notice(said[0]) or (is_rule and len(said) <= MOST_LIST_LINES and _names_list(said))


def _names_list(said: list[str]) -> bool:
    lowered = [line[:LONGEST_LOOK].lower() for line in said]
    return lowered[0].startswith(LIST_BEGINNINGS) or any(mark in line for line in lowered[:3] for mark in LIST_MARKS)


def _is_notice(line: str) -> bool:
    look = line[:LONGEST_LOOK].strip(BEFORE_WORDS).lower()
    return starts_disclaimer(line) or (look.startswith(SCANS) and not look.endswith("?"))


def _starts_paragraph(lines: list[str], number: int) -> bool:
    above = lines[number - 1] if number else ""
    return not above.strip() or above.lstrip().startswith(">") or is_fence(above)


def _has_gap(lines: list[str], number: int, end: int) -> bool:
    """Whether more than one paragraph stands here."""
    written = [at for at in range(number, end) if lines[at].strip() and not is_fence(lines[at])]
    return any(not lines[at].strip() for at in range(number, written[-1]))


def _with_fence(lines: list[str], number: int) -> int:
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and is_fence(lines[above]) else number
