"""New text and old: what the author wrote now, and what may be folded away. Nothing is deleted.

A scanner of lines in linear time: it goes through the text once, and looks a few lines ahead at most.
"""

import re
from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

from mailer.texts import leadins
from mailer.texts.footers import find_footer
from mailer.texts.leadins import LONGEST_LOOK, MARK, MOST_LINES
from mailer.texts.signatures import banner_length, find_signature

BLANKS = " \t\xa0"
SAID = re.compile(r"\b(?:svar|kommentar|bemærkning|answer|comment|repl|respon)\w{0,8}", re.IGNORECASE)
SALUTATION = re.compile(  # with somebody in it: who says "Hej" and no more, has said hello
    r"(?:hej|hejsa|halløj|goddag|kære|til|hi|hello|dear|good morning|god morgen|god dag)"
    r"(?:,|(?: [^\s.?!:,]{1,30}){1,3}[,!]?)",
    re.IGNORECASE,
)
WORD = re.compile(r"\w+")
BELOW = re.compile(
    r"\b(?:nedenfor|nedenunder|herunder|i teksten|i din mail|med (?:rødt|blåt|grønt|kursiv|fed)|below|inline|in-line"
    r"|in (?:red|blue|green))\b",
    re.IGNORECASE,
)


class Layer(Enum):
    """What a line of a message is."""

    BANNER = "banner"  # of the mail system that let the message in
    OWN = "own"
    SIGNATURE = "signature"
    OLD = "old"
    FOOTER = "footer"  # below older mail


class SplitText(NamedTuple):
    """A message's text in three: what is new in it, and what is folded away."""

    text: str
    signature: str = ""  # with phone footers, and what mail systems put around
    quoted: str = ""  # older mail


class Layers:
    """A message's text as runs of lines, each in its layer."""

    def __init__(self, lines: list[str], ends: list[tuple[Layer, int]]) -> None:
        """`ends` has, for each run in order, its layer and the number of the line behind it."""
        self._lines, self._ends = lines, ends

    def pick(self, wanted: Collection[Layer]) -> str:
        """The text of these layers, in its order; a blank line where something between was left out."""
        picked: list[str] = []
        start = last = 0
        for layer, end in self._ends:
            if layer in wanted and end > start:
                if picked and start > last and picked[-1].strip():
                    picked.append("")
                picked += self._lines[start:end]
                last = end
            start = end
        return "\n".join(picked).strip("\n")

    def split(self, shown: Collection[Layer]) -> SplitText:
        """These layers as the text, the others folded away; all is text where these layers are empty."""
        new = self.pick(shown)
        if not new.strip():  # nothing but history or a greeting: show it all
            return SplitText(self.pick(set(Layer)))
        old = set() if Layer.OLD in shown else {Layer.OLD, Layer.FOOTER}
        return SplitText(new, self.pick(set(Layer) - set(shown) - old), self.pick(old))


def fold(text: str, author: str = "") -> SplitText:
    """The new text, and what is folded away: signature, phone footer, banner of the mail system; and history.

    Where new text stands among quotes, the quotes stay: an answer between the lines means nothing without them. So
    does an old mail that the new text points into or leads up to, one that is passed on, and one that the author, by
    name, put between their words and their signature, or wrote their name into.
    """
    everything, marked = _read(text)
    lines = everything[: find_footer(everything)]
    history = find_history(lines, marked)
    if author and history < len(lines) and leadins.starts_fields(lines, history):
        history = _behind_put_in(lines, history, marked, author)
    layers = _lay(everything, history, len(lines), author)
    own = layers.pick({Layer.OWN})
    is_passed_on = history < len(lines) and leadins.is_forward_notice(lines, history)
    is_block = history < len(lines) and leadins.starts_fields(lines, history)
    if (
        is_passed_on
        or _points_below(own)
        or (is_block and (_leads_below(own) or _wrote_within(lines[history:MOST_LINES], author)))
    ):
        return layers.split({Layer.OWN, Layer.OLD})
    return layers.split({Layer.OWN})


def fold_forward(text: str, author: str = "") -> SplitText:
    """The text of a message that passes another on, with what is passed on; its signature and the like folded away."""
    return read_layers(text, author).split({Layer.OWN, Layer.OLD})


def read_layers(text: str, author: str = "") -> Layers:
    """What each line of a message's text is."""
    lines, marked = _read(text)
    footer = find_footer(lines)
    return _lay(lines, find_history(lines[:footer], marked), footer, author)


def _read(text: str) -> tuple[list[str], Collection[int]]:
    """The lines of a text, and the numbers of those that carry a mark, which is taken off."""
    text = text.strip("\n")
    if MARK not in text:
        return text.split("\n"), ()
    first = text.split("\n", MOST_LINES)[:MOST_LINES]
    marked = frozenset(number for number, line in enumerate(first) if line.startswith(MARK))
    return text.replace(MARK, "").split("\n"), marked


def _lay(lines: list[str], history: int, footer: int, author: str = "") -> Layers:
    start = banner_length(lines[:history])
    signature = start + find_signature(lines[start:history], author)
    answer = _answer_below(lines, start, signature)
    return Layers(
        lines,
        [
            (Layer.BANNER, start),
            (Layer.OLD, answer),
            (Layer.OWN, signature),
            (Layer.SIGNATURE, history),
            (Layer.OLD, footer),
            (Layer.FOOTER if history < footer else Layer.SIGNATURE, len(lines)),
        ],
    )


def find_history(lines: list[str], marked: Collection[int] = ()) -> int:
    """The line at which the old mail begins, or how many lines there are.

    A quote begins it if nobody writes below; whatever old text is not marked line by line runs to the end.
    """
    signature = find_signature(lines)
    quote: int | None = None  # where the last quote begins, as long as nobody writes below it
    behind = 0
    for number, line in enumerate(lines[:MOST_LINES]):
        if number < behind or not line or line.isspace():
            continue
        if _is_quoted(line):
            quote = _attribution_above(lines, number) if quote is None else quote
            continue
        is_plain = number in marked or _is_plain_notice(lines, number)
        length = leadins.attribution_length(lines, number) or int(is_plain)
        if length == 0:
            quote = None if number < signature else quote
        elif _leads_to_quote(lines, number + length):
            quote, behind = number if quote is None else quote, number + length
        elif is_plain or leadins.names_author(leadins.join(lines, number, length)):
            return number if quote is None else quote
        else:
            quote = None
    return len(lines) if quote is None or _last_own_line(lines, signature) >= MOST_LINES else quote


def _is_plain_notice(lines: list[str], number: int) -> bool:
    """Whether what begins here can be nothing but a lead-in, whatever follows."""
    return (
        leadins.is_original_notice(lines, number)
        or leadins.is_forward_notice(lines, number)
        or leadins.starts_fields(lines, number)
        or leadins.starts_own_letter(lines, number)
    )


def _leads_to_quote(lines: list[str], behind: int) -> bool:
    """Whether a marked quote follows this lead-in: programs mark all lines of an old mail or none."""
    following = leadins.written(lines, behind, 1)
    return bool(following) and _is_quoted(following[0])


def _is_quoted(line: str) -> bool:
    return line.startswith(">") or (line[:1] in BLANKS and line[:LONGEST_LOOK].lstrip(BLANKS).startswith(">"))


def _last_own_line(lines: list[str], signature: int) -> int:
    """The last line that somebody wrote above the signature."""
    if len(lines) <= MOST_LINES:
        return -1
    number = signature - 1
    while number >= MOST_LINES and (not lines[number] or lines[number].isspace() or _is_quoted(lines[number])):
        number -= 1
    return number


def _attribution_above(lines: list[str], number: int) -> int:
    """The line at which the attribution of this quote begins, in whatever language; the quote's own line if none."""
    above = number
    while above > 0 and not lines[above - 1].strip():
        above -= 1
    for start in range(above - 1, max(above - 1 - leadins.LONGEST_ATTRIBUTION, -1), -1):
        if _is_quoted(lines[start]) or not lines[start].strip():
            break
        if leadins.is_above_quote(leadins.join(lines, start, above - start)):
            return start
    return number


def _answer_below(lines: list[str], start: int, end: int) -> int:
    """The line at which the answer below one single quote begins; `start` if the text is not of that shape."""
    number = _next_written(lines, start, end)
    if number < end:
        number = _next_written(lines, number + leadins.attribution_length(lines, number), end)
    if number >= end or not _is_quoted(lines[number]):
        return start
    while number < end and _is_quoted(lines[number]):
        number = _next_written(lines, number + 1, end)
    return start if any(map(_is_quoted, lines[number:end])) else number


def _next_written(lines: list[str], start: int, end: int) -> int:
    """The first line from this one on that has something on it; `end` if none has."""
    numbers = range(start, end)
    return next((number for number in numbers if lines[number] and not lines[number].isspace()), end)


def _behind_put_in(lines: list[str], history: int, marked: Collection[int], author: str) -> int:
    """The line at which the old mail begins, where the author put another mail in above it.

    An author did so who signed below that mail and not above, where no program marked it as old, and nothing comes
    behind but marked quotes or a letter of ours. Who answers a colleague's mail with the list in copy signs above, or
    the colleague below: what colleagues wrote stays folded.
    """
    if history in marked or find_signature(lines[:history]) < history:
        return history
    number = history
    while number < len(lines) and lines[number].strip():
        number += 1
    while number < min(len(lines), MOST_LINES) and number not in marked and not _begins_older(lines, number):
        number += 1
    is_ours = any(leadins.starts_own_letter(lines, below) for below in range(number, min(number + 12, len(lines))))
    if number < len(lines) and number not in marked and not is_ours:
        return history
    signature = history + find_signature(lines[history:number])
    signed = _words(" ".join(leadins.written(lines[:number], signature, 2)))
    own, others = _words(author), _words(leadins.writer_of(lines, history))
    return number if signed & (own - others) and not signed & (others - own) else history


def _begins_older(lines: list[str], number: int) -> bool:
    """Whether a still older mail begins here, within an old one."""
    return _is_plain_notice(lines, number) or leadins.attribution_length(lines, number) > 0


def _names(author: str) -> set[str]:
    """An author's name and each word of it, in small letters."""
    words = author.lower().replace(",", " ").split()
    return {" ".join(words), *(word for word in words if len(word) > 1)}


def _words(names: str) -> set[str]:
    """The words of some names, in small letters; initials are not told from other letters."""
    return {word for word in WORD.findall(names.lower()) if len(word) > 1}


def _wrote_within(old: list[str], author: str) -> bool:
    """Whether the author's name stands in brackets before lines of the old mail, as Outlook marks what is put in."""
    names = _names(author)
    for line in old:
        if line.startswith("["):
            name, bracket, _ = line[1:LONGEST_LOOK].partition("]")
            if bracket and name.strip(": ").lower() in names:
                return True
    return False


def _leads_below(own: str) -> bool:
    """Whether the text above a block of fields needs what follows, which its author put in then.

    It ends with a colon ("Vi har fået denne mail:"), or is nothing but "Kære jurister": what they say stands below.
    """
    said = [line.strip() for line in own.split("\n") if line.strip()]
    if not said:
        return False
    ends_in_it = said[-1].endswith(":") and not said[-1].lower().endswith(leadins.REACTIONS)
    return ends_in_it or (len(said) == 1 and SALUTATION.fullmatch(said[0][:LONGEST_LOOK]) is not None)


def _points_below(own: str) -> bool:
    """Whether the author says that the answers stand in the old mail: "Se mine svar nedenfor med rødt"."""
    for line in own.split("\n", 30)[:30]:
        look = line[:LONGEST_LOOK]
        if SAID.search(look) and BELOW.search(look):
            return True
    return False
