"""Blocks: the question and the answer in a lawyer's reply to a draft, between its three headings. Pure words.

Programs quote the letter behind `>` or leave it as it is, break its lines, make headings bold, turn quotes and hyphens
into others, and put links beside links. What is the same but for that is as it was proposed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from mailer.processing.commands.understanding import BARE_GREETING, is_frame
from mailer.texts.quoting import Layer, read_layers
from tickets.database.models import Fault
from tickets.publishing.headings import WHOLE, heading_in, letters_of
from tickets.publishing.wording import LONGEST_SHORT, LONGEST_SUBJECT

TITLES = ("Se det igennem, før det offentliggøres", "Look through it before it is published")
YES = (
    "ok", "okay", "ja", "jo", "ja tak", "ok tak", "ja, offentliggør", "ok, offentliggør", "offentliggør", "godkendt",
    "fint", "helt fint", "den er fin", "det ser fint ud", "i orden", "yes", "yes please", "approved", "publish",
    "ok, publish", "fine",
)  # fmt: skip
NO = re.compile(r"(?:nej|no|nope|stop|behold|keep)\b", re.IGNORECASE)
QUOTE = re.compile(r"\A(?:[ \t\xa0]{0,3}>)+[ \t\xa0]?")
BESIDE_LINK = re.compile(r"<(?:https?://|mailto:)[^<>\s]{1,2000}>|\[(?:https?://|mailto:)[^\[\]\s]{1,2000}\]")
BULLET = re.compile(r"^[ \t\xa0]*(?:[-*•·–—o]|\d{1,2}[.)])[ \t\xa0]+", re.MULTILINE)
ALIKE = str.maketrans({
    "“": '"', "”": '"', "„": '"', "»": '"', "«": '"', "‘": "'", "’": "'", "‚": "'",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...",
})  # fmt: skip
NOTHING = re.compile(r"[\s\u00a0\u00ad\u200b-\u200f\u2060\ufeff*_]+")
BLANK_LINES = re.compile(r"\n(?:[ \t\xa0]*\n)+")
SHORT = re.compile(r"(?:kort|short)\s*:\s*", re.IGNORECASE)
FULL_LINE = 55  # characters of a line that a program may have broken
MOST_LINES = 3_000


@dataclass(frozen=True)
class Blocks:
    """A question with its subject and an answer with its short one, as they stood in a reply."""

    subject: str
    question: str
    answer: str
    short_answer: str = ""


@dataclass(frozen=True)
class Reply:
    """What a lawyer says of a draft."""

    word: bool | None = None  # yes or no; None: neither
    blocks: Blocks | None = None  # as proposed, where there are none
    fault: Fault | None = None  # why nothing can come of it


def read_reply(text: str, folded: str, author: str, proposed: Blocks) -> Reply:
    """Read a reply: its text, what was folded away below it, and who signs it, by name."""
    word, is_clear = _read_word(text, author)
    if word is False:
        return Reply(word)
    lines = [QUOTE.sub("", line) for line in f"{text}\n{folded}".split("\n")[:MOST_LINES]]
    if not is_clear:
        return Reply(fault=Fault.OUTSIDE)
    found = [(number, heading) for number, line in enumerate(lines) if (heading := heading_in(line))]
    if not found:
        return Reply(word, fault=None if word else Fault.UNCLEAR)
    headings = [heading for _, heading in found]
    if len(headings) % 3 or headings != WHOLE * (len(headings) // 3):
        return Reply(word, fault=Fault.LOST)
    (question, _), (answer, _), (end, _) = found[:3]
    blocks = read_blocks(lines[question + 1 : answer], lines[answer + 1 : end], proposed)
    return _judge(word, blocks, proposed)


def _judge(word: bool | None, blocks: Blocks, proposed: Blocks) -> Reply:
    if not blocks.answer or not (blocks.question or blocks.subject):
        return Reply(word, fault=Fault.LOST)
    if is_same(blocks, proposed):
        return Reply(word, fault=None if word else Fault.UNCLEAR)
    return Reply(word=True, blocks=blocks)


TITLES_BY_LETTERS = frozenset(map(letters_of, TITLES))
YES_BY_LETTERS = frozenset(map(letters_of, YES))


# -- the word on top -------------------------------------------------------------------


def _read_word(text: str, author: str) -> tuple[bool | None, bool]:
    """Yes, no or neither; and whether nothing else is said above the blocks."""
    own = list(_own_lines(text, author))
    if own and BARE_GREETING.fullmatch(own[0]) and letters_of(own[0]) not in YES_BY_LETTERS:
        own = own[1:]
    if not own:
        return None, True
    if NO.match(own[0]):
        return False, True
    is_yes = letters_of(own[0]) in YES_BY_LETTERS
    return (True if is_yes else None), is_frame(own[1:] if is_yes else own, author)


def _own_lines(text: str, author: str) -> Iterator[str]:
    """What was written above the letter, without blank lines."""
    for line in read_layers(text, author).pick({Layer.OWN}).split("\n"):
        if line.lstrip().startswith(">") or heading_in(line) or letters_of(line) in TITLES_BY_LETTERS:
            return
        if NOTHING.sub("", line):
            yield line.strip()


# -- blocks ----------------------------------------------------------------------------


def read_blocks(question: Sequence[str], answer: Sequence[str], proposed: Blocks) -> Blocks:
    """The text below the two headings; paragraphs that are unchanged keep the proposed words."""
    known = {_pure(one): one for one in _paragraphs("\n\n".join(vars(proposed).values()))}
    asked = [known.get(_pure(one)) or _rejoined(one) for one in _paragraphs("\n".join(question))]
    said = [known.get(_pure(SHORT.sub("", one, 1))) or _rejoined(one) for one in _paragraphs("\n".join(answer))]
    subject, short = proposed.subject if asked else "", ""
    if asked and len(one_line := " ".join(asked[0].split())) <= LONGEST_SUBJECT:
        subject, asked = one_line, asked[1:]
    first = next(iter(_paragraphs("\n".join(answer))), "")
    if SHORT.match(first) and len(one_line := " ".join(SHORT.sub("", said[0], 1).split())) <= LONGEST_SHORT:
        short, said = one_line, said[1:]
    return Blocks(subject, "\n\n".join(asked), "\n\n".join(said), short)


def is_same(some: Blocks, others: Blocks) -> bool:
    """Whether two texts say the same, but for white space and what programs make of signs."""
    return all(
        _pure(one) == _pure(other) for one, other in zip(vars(some).values(), vars(others).values(), strict=True)
    )


def _paragraphs(text: str) -> Iterator[str]:
    yield from (one.strip() for one in BLANK_LINES.split(text.strip("\n")) if one.strip())


def _pure(text: str) -> str:
    """A text without all that mail programs change on its way."""
    bare = BULLET.sub("", BESIDE_LINK.sub("", normalize("NFC", text)))
    return NOTHING.sub("", bare.translate(ALIKE))


def _rejoined(paragraph: str) -> str:
    """A paragraph as one line where a program broke its lines; as it is where its author did."""
    lines = [BESIDE_LINK.sub("", line).strip() for line in paragraph.split("\n")]
    is_broken = len(lines) > 1 and all(len(line) >= FULL_LINE for line in lines[:-1])
    return " ".join(lines) if is_broken else "\n".join(lines)
