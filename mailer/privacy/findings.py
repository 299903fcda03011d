"""Findings: where in a message civil registration numbers stand, or may, told without the numbers."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from email.message import Message
from enum import StrEnum

from mailer.files.budget import Budget, Inner, Unreadable
from mailer.files.documents import read_file
from mailer.mime.parts import leaves_of, octets_of
from mailer.reading.field_numbers import fields_with_numbers
from tickets.numbers.columns import Extent
from tickets.numbers.cpr import find_cpr, find_in_name, mask_address, mask_name
from tickets.numbers.stamps import is_in_stamp, is_stamp
from tickets.post import File, Post

LONGEST_REST = 100  # characters of a text, which a number may end in that begins in the subject
MOST_TOLD = 500  # lines: who reads of so many needs no more, and all numbers are masked


class Where(StrEnum):
    """The part of a message in which a number stands."""

    SUBJECT = "subject"
    TEXT = "text"
    QUOTED = "quoted"
    AUTHOR = "author"  # the name in From
    FIELD = "field"  # another field, such as a recipient's name
    HIDDEN = "hidden"  # what the HTML has and does not show: a picture's description, a link's target, a remark
    NAME = "name"  # of an attachment
    FILE = "file"  # an attachment itself
    UNREAD = "unread"  # an attachment that cannot be looked into: nobody knows whether one stands in it


@dataclass(frozen=True)
class Finding:
    """A place where a number stands: the line, counted from 1, if it is in a text; the file, if it is about one."""

    where: Where
    line: int = 0
    name: str = ""  # numbers in it masked
    part: int | None = None  # of the file, as `File` counts
    why: str = ""  # a file is unread: a word of `Why`


def find_in_post(post: Post, today: date, known: Collection[str] = frozenset()) -> Iterator[Finding]:
    """Where numbers stand in the visible parts of a message; the `known` ones count in any form."""
    if not is_stamp(post.subject, today) and lines_with_numbers(post.subject, today, known):
        yield Finding(Where.SUBJECT)
    elif find_across(post.subject, post.text):
        yield from (Finding(Where.SUBJECT), Finding(Where.TEXT, 1))
    if find_cpr(post.author.name) or mask_address(post.author.email) != post.author.email:
        yield Finding(Where.AUTHOR)
    for where, text in ((Where.TEXT, post.text), (Where.QUOTED, post.folded)):
        for line in lines_with_numbers(text, today, known):
            yield Finding(where, line)
    for file in post.files:
        if not is_stamp(file.name, today) and find_in_name(file.name, known):
            yield Finding(Where.NAME, name=mask_name(file.name, known), part=file.part)


def find_across(subject: str, text: str) -> Extent | None:
    """The place of a number that begins at the end of the subject and ends at the beginning of the text."""
    end = len(subject)
    joined = f"{subject}\n{text[:LONGEST_REST]}"
    return next((place for place in find_cpr(joined) if place.start < end < place.end - 1), None)


def find_unseen(
    message: Message, in_html: str, today: date, found: Iterable[Finding], known: Collection[str] = frozenset()
) -> Iterator[Finding]:
    """Where numbers stand in parts that nobody is shown and that are kept; `found` are the visible places.

    `in_html` is all that the HTML says, if a number may stand in it. It is not kept anyway where the text has a number.
    """
    for name in fields_with_numbers(message, known):
        yield Finding(Where.FIELD, name=name)
    if not any(one.where in (Where.TEXT, Where.QUOTED) for one in found) and lines_with_numbers(
        "\n".join([in_html, message.preamble or "", message.epilogue or ""]), today, known
    ):
        yield Finding(Where.HIDDEN)


def find_in_files(
    message: Message, files: Iterable[File], today: date, defects: list[str], known: Collection[str] = frozenset()
) -> Iterator[Finding]:
    """The files in which numbers stand, and those that cannot be looked into; why is named among the defects."""
    parts = {leaf.index: leaf.part for leaf in leaves_of(message)[0]} if files else {}
    budget = Budget()
    for file in files:
        if file.part not in parts:
            continue
        name = mask_name(file.name, known)
        inner = Inner(file.name, octets_of(parts[file.part]), file.type)
        try:
            line = _first_line(read_file(inner, budget), budget, today, known)
        except Unreadable as unread:
            defects.append(f"has a file that {unread}: {name}")
            yield Finding(Where.UNREAD, name=name, part=file.part, why=unread.why)
        else:
            if line:
                yield Finding(Where.FILE, line, name, file.part)


def _first_line(texts: Iterable[str], budget: Budget, today: date, known: Collection[str]) -> int:
    """The line of the first number in a file, and in the files in it; 0 if there is none.

    A number that was found counts more than what could not be read. Raises Unreadable.
    """
    before = 0
    for words in texts:
        lines = lines_with_numbers(words, today, known)
        if lines:
            return before + lines[0]
        before += words.count("\n") + 1
        budget.spend()
    return 0


def is_unread_alone(findings: Iterable[Finding]) -> bool:
    """Whether no number was found, and only files that nobody could look into are why a message waits."""
    return all(finding.where is Where.UNREAD for finding in findings)


def lines_with_numbers(text: str, today: date, known: Collection[str] = frozenset()) -> list[int]:
    """The first lines in which numbers begin, counted from 1, each once; none in what a scanner called a file."""
    lines: list[int] = []
    line, start = 1, 0
    for place in find_cpr(text, known):
        line, start = line + text.count("\n", start, place.start), place.start
        if (not lines or lines[-1] != line) and not is_in_stamp(text, place.start, place.end, today):
            lines.append(line)
            if len(lines) >= MOST_TOLD:
                break
    return lines
