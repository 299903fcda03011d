"""Unheaded columns: bare digits below each other that are all civil registration numbers, whatever the heading says.

One such number is as likely an invoice's. Of ten digits by chance three in a thousand are a day that there was with a
right check digit: where nearly all of a column are, they are no invoices.
"""

import re
from collections.abc import Iterator

from tickets.numbers.number_shapes import Candidate, is_valid, made_of

BARE = re.compile(r"\d(?<![\w.,/+-].)\d{8,9}(?![\w/+-]|[.,]\d)")
SEPARATORS = "\t|;,"
LONGEST_LINE = 2_000  # characters; a longer one is none of a table
MOST_IN_LINE = 20
FEWEST = 3  # different numbers of a column
OTHERS = 10  # one in so many of a column may have no check digit

Column = tuple[str, int]  # a separator and how many of it stand before; or the end of a line at which it stands


def find_unheaded(text: str) -> Iterator[Candidate]:
    """The numbers of each column of bare digits, a zero in front of those that lost one."""
    if len(BARE.findall(text)) < FEWEST:
        return
    columns: dict[Column, list[Candidate]] = {}
    others: dict[Column, int] = {}
    for column, span, digits in _bare_cells(text):
        one = made_of(span, int(digits[:2]), int(digits[2:4]), int(digits[4:6]), digits[6:])
        if one and is_valid(digits):
            columns.setdefault(column, []).append(one)
        else:
            others[column] = others.get(column, 0) + 1
    for column, found in columns.items():
        if len({one.digits for one in found}) >= FEWEST and others.get(column, 0) * OTHERS <= len(found):
            yield from found


def _bare_cells(text: str) -> Iterator[tuple[Column, tuple[int, int], str]]:
    """Bare digits, the column in which they stand and their place."""
    start = 0
    for line in text.split("\n"):
        if len(line) <= LONGEST_LINE:
            for found in list(BARE.finditer(line))[:MOST_IN_LINE]:
                if column := _column_of(line, *found.span()):
                    yield column, (start + found.start(), start + found.end()), found.group().zfill(10)
        start += len(line) + 1


def _column_of(line: str, start: int, end: int) -> Column | None:
    """Which column of its line this is; None if it stands among words."""
    before, behind = line[:start].rstrip(" \"'="), line[end:].lstrip(" \"'")
    for separator in SEPARATORS:
        if before[-1:] in ("", separator) and behind[:1] in ("", separator) and before[-1:] + behind[:1]:
            return separator, before.count(separator)
    if not before.strip("-*>\u2022 "):
        return "start", 0
    return ("end", 0) if not behind else None
