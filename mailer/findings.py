"""Findings: where in a message civil registration numbers stand, told without the numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tickets.cpr import find_cpr, mask_cpr
from tickets.post import Post


class Where(StrEnum):
    """The part of a message in which a number stands."""

    SUBJECT = "subject"
    TEXT = "text"
    QUOTED = "quoted"
    AUTHOR = "author"  # the name in From
    NAME = "name"  # of an attachment
    FILE = "file"  # an attachment itself


@dataclass(frozen=True)
class Finding:
    """A place where a number stands: the line, counted from 1, if it is in a text; the file, if it is about one."""

    where: Where
    line: int = 0
    name: str = ""  # numbers in it masked
    part: int | None = None  # of the file, as `File` counts


def find_in_post(post: Post) -> Iterator[Finding]:
    """Where numbers stand in what is shown of a message."""
    if find_cpr(post.subject):
        yield Finding(Where.SUBJECT)
    if find_cpr(post.author.name):
        yield Finding(Where.AUTHOR)
    for where, text in ((Where.TEXT, post.text), (Where.QUOTED, post.quoted)):
        for line in lines_with_numbers(text):
            yield Finding(where, line)
    for file in post.files:
        if find_cpr(file.name):
            yield Finding(Where.NAME, name=mask_cpr(file.name), part=file.part)


def lines_with_numbers(text: str) -> list[int]:
    """The lines in which numbers begin, counted from 1, each once."""
    lines: list[int] = []
    line, start = 1, 0
    for place in find_cpr(text):
        line, start = line + text.count("\n", start, place.start), place.start
        if not lines or lines[-1] != line:
            lines.append(line)
    return lines
