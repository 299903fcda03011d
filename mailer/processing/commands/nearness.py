"""Nearness: a line that is no command and may have been meant as one. Nothing of such a mail goes out unasked."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailer.processing.commands.arguments import read_argument
from mailer.processing.commands.lines import Line
from mailer.processing.commands.words import AROUND, HARMLESS, LONGEST_FIRST, WORDS, Verb

WORD = re.compile(r"[^\W\d_]+")
CAPITALS = re.compile(r"[A-ZÆØÅÄÖÜÉ]{3,30}")
MOST_BESIDE_SIGIL = 4  # words: more is a sentence that begins with a hash


class Miss(StrEnum):
    """What is wrong with a line that may have been meant as a command."""

    SPELLING = "spelling"  # one letter from a command
    FORM = "form"  # a command word, and something behind it that does not belong there
    UNKNOWN = "unknown"  # a word alone in capitals, or behind a sigil
    PLACE = "place"  # a command below other text
    TOO_MANY = "too_many"
    NO_TICKET = "no_ticket"  # it belongs to no ticket
    NOT_ADDRESSED = "not_addressed"  # it came to an address that others have too
    DELEGATED = "delegated"  # somebody sent it in its author's name
    FILE_ALONE = "file_alone"  # a file came with it, and no words
    ANSWER_OUT = "answer_out"  # it would undo an answer that others have
    QUESTION_OUT = "question_out"  # or a question
    IMPOSSIBLE = "impossible"  # it was understood, and cannot be done


@dataclass(frozen=True)
class NearMiss:
    """The line, what is wrong with it, and the command that may have been meant; empty if nobody can tell."""

    line: str
    miss: Miss
    meant: str = ""


def find_near_miss(line: Line, verbs: Collection[Verb], known: Collection[str], today: date) -> NearMiss | None:
    """What may have been meant by a line that is no command; None if it is text.

    `known` are words that the ticket itself uses, and the names of those in it, in small letters.
    """
    words = [one.lower().strip(",") for one in line.words]
    if not words or _is_heading(line, words):
        return None
    return (
        _in_other_form(line, words, verbs)
        or _misspelt(line, words, verbs, known, today)
        or _unknown(line, words, verbs, known)
    )


def _is_heading(line: Line, words: list[str]) -> bool:
    """Whether a word alone leads to what follows, or addresses somebody: "KONKLUSION:", "Sofie,"."""
    return len(words) == 1 and line.text.endswith((",", "?", ":", ";")) and words[0].rstrip(":") not in WORDS


def is_loud(line: Line, word: str) -> bool:
    """Whether a command word stands there as nobody begins a sentence."""
    return line.has_sigil or line.text[: len(word)].isupper()


def _in_other_form(line: Line, words: list[str], verbs: Collection[Verb]) -> NearMiss | None:
    """A command word with something behind it that is not in its form, and is no sentence."""
    lowered = line.text.lower()
    for word in LONGEST_FIRST:
        if WORDS[word] in verbs and re.match(rf"{re.escape(word)}(?![\w-])", lowered):
            rest = WORD.findall(lowered[len(word) :])
            is_bare = all(one in AROUND for one in rest)
            if is_bare or is_loud(line, word):
                return NearMiss(line.text, Miss.FORM, word.upper() if is_bare and _stands_alone(word) else "")
            return None
    return None


def _stands_alone(word: str) -> bool:
    return read_argument(WORDS[word], "", date.min, is_loud=True) is not None


def _misspelt(
    line: Line, words: list[str], verbs: Collection[Verb], known: Collection[str], today: date
) -> NearMiss | None:
    first, rest = words[0].rstrip(".!:"), line.text[len(line.words[0]) :].strip()
    if first in HARMLESS or first in known:
        return None
    for word in LONGEST_FIRST:
        if WORDS[word] not in verbs or " " in word or not is_one_off(first, word):
            continue
        if read_argument(WORDS[word], rest, today, is_loud=True) is not None:
            return NearMiss(line.text, Miss.SPELLING, f"{word.upper()} {rest}".strip())
    for word in LONGEST_FIRST:
        if WORDS[word] in verbs and " " in word and is_one_off(line.text.lower(), word):
            return NearMiss(line.text, Miss.SPELLING, word.upper())
    return None


def _unknown(line: Line, words: list[str], verbs: Collection[Verb], known: Collection[str]) -> NearMiss | None:
    if line.sigil.strip() == line.sigil != "" and len(words) <= MOST_BESIDE_SIGIL and "/" not in line.text:
        return NearMiss(line.text, Miss.UNKNOWN)
    is_lawyers = Verb.TAKE in verbs
    if not is_lawyers or len(words) != 1 or not CAPITALS.fullmatch(line.text):
        return None
    return None if words[0] in HARMLESS or words[0] in known else NearMiss(line.text, Miss.UNKNOWN)


def is_one_off(written: str, word: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two have changed places."""
    if written == word or abs(len(written) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(written), len(word)) and written[start] == word[start]:
        start += 1
    rest, wanted = written[start:], word[start:]
    if len(rest) > len(wanted):
        return rest[1:] == wanted
    if len(rest) < len(wanted):
        return rest == wanted[1:]
    return rest[1:] == wanted[1:] or (rest[:2] == wanted[1::-1] and len(wanted) > 1 and rest[2:] == wanted[2:])
