"""Headings: what stands above the question, the answer and what was taken out, in a letter and in replies to it."""

import re
from enum import Enum

from tickets.text.folding import plain

LETTERS = re.compile(r"[^\W\d_]+")
LONGEST = 100  # characters of a line that is one


class Heading(Enum):
    """What stands below a heading of the letter."""

    QUESTION = "question"
    ANSWER = "answer"
    REMOVED = "removed"


HEADINGS = {
    "Spørgsmål, som alle læser det": Heading.QUESTION,
    "Svar, som alle læser det": Heading.ANSWER,
    "Det er taget ud": Heading.REMOVED,
    "Question as everybody reads it": Heading.QUESTION,
    "Answer as everybody reads it": Heading.ANSWER,
    "This was taken out": Heading.REMOVED,
}  # as the templates of the letter have them
WHOLE = [Heading.QUESTION, Heading.ANSWER, Heading.REMOVED]


def heading_in(line: str) -> Heading | None:
    """The heading that a line is, however it is written: bold, in capitals, with a colon."""
    return BY_LETTERS.get(letters_of(line)) if len(line) <= LONGEST else None


def tame(text: str) -> str:
    """A text in which no line passes for a heading."""
    return "\n".join(f"Citat: {line.strip()}" if heading_in(line) else line for line in text.split("\n"))


def letters_of(line: str) -> str:
    """The letters of a line, folded, and nothing else of it."""
    return "".join(LETTERS.findall(plain(line)))


BY_LETTERS = {letters_of(words): heading for words, heading in HEADINGS.items()}
