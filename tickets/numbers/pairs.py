"""Pairs: civil registration numbers told in two places, the birthday in one and the last four digits in another.

So do forms, data and tables: `"foedselsdato":"010190","lobenr":"1234"`, or `"cpr":{"dato":"010190","nr":"1234"}`. The
text is in its normal form. Where one place masks the last four digits (`010190-xxxx`) and another the first six
(`xxxxxx-1234`), both together tell the number, too.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from tickets.numbers.columns import BIRTH, NAME, NAMED, SERIAL, SERIAL_CELL, TAIL, Extent, Headed
from tickets.numbers.number_shapes import MONTH, Candidate, is_valid, made_of, month_of

YEAR = r"(?P<year>(?:19|20)\d\d|\d\d)"
DAY = (
    r"(?:(?P<y>(?:19|20)\d\d)[ ./-]?(?P<m>\d\d)[ ./-]?(?P<d>\d\d)"
    rf"|(?P<day>\d\d?)(?:[ ./-](?P<month>\d\d?)[ ./-]|\.? ?{MONTH}[ .]{{1,2}}){YEAR}"
    r"|(?P<first>\d\d?)(?P<second>\d\d)(?P<third>(?:19|20)\d\d|\d\d))(?!\d)"
)
WHOLE_DAY = re.compile(rf"\D{{0,3}}{DAY}(?:T[\d:.Z+]{{0,20}}| 00:00:00)?\D{{0,3}}", re.IGNORECASE)
BORN = re.compile(rf"{BIRTH}[^\W\d_]{{0,20}}[^\d\n]{{0,40}}\n?[^\d\n]{{0,20}}?{DAY}", re.IGNORECASE)
SERIES = re.compile(rf"{SERIAL}[^\d\n]{{0,40}}\n?[^\d\n]{{0,20}}?(?P<last>\d{{4}})(?!\d)", re.IGNORECASE)
SIGNS = "xX*#?_\u2022\u25a0\u25aa\u25cf"  # that people write instead of digits
SIGN = rf"[{SIGNS}]"
MASKED = tuple(sign * 4 for sign in SIGNS)
FIRST_HALF = re.compile(rf"(?<![\w.,:/-]){DAY}(?: ?- ?| )?{SIGN}{{4}}(?!\w|{SIGN})", re.IGNORECASE)
LAST_HALF = re.compile(rf"(?<![\w-])(?<!{SIGN}){SIGN}{{6}}(?: ?- ?| )?(?P<last>\d{{4}})(?!\w)")
LAST = re.compile(r"\D{0,3}(\d{1,4})(?:\.0)?\D{0,3}")
DAYS_AND_YEARS = (("d", "day", "first"), ("y", "year", "third"))
OBJECT = re.compile(  # what is called so, and what stands within it: in JSON, XML or YAML
    rf"{NAME}{TAIL}[\"']?"
    r"(?: ?[:=]\s{0,20}[{\[][\s{\[]{0,20}|>\s{0,20}(?=<)|: ?\n(?=[ \t]{1,8}[\w\"']{1,20}: ))"
    r"(?P<within>[^{}]{1,200})"
)
DAY_WITHIN = re.compile(rf"(?<![\w.]){DAY}(?!-?\w)", re.IGNORECASE)
FOUR_WITHIN = re.compile(r"(?<![\w.:/+-])\d{4}(?![\w:/+-]|\.\d)")
FARTHEST = 1_000  # characters from one to the other


def is_half_masked(text: str) -> bool:
    """Whether a half of a number may be masked in the text; False is certain."""
    return any(masked in text for masked in MASKED)


def find_pairs(text: str, headed: Headed) -> Iterator[Candidate]:
    """Both places of each number that a text tells in two halves, by words or by the headings of its table.

    Below a heading that is no more than "Nr" stand numbers of many kinds: they count if most have the check digit.
    """
    yield from _in_cells(text, headed.pairs)
    numbered = list(_in_cells(text, headed.numbered))
    if 2 * sum(is_valid(one.digits) for one in numbered) > len(numbered):
        yield from numbered
    yield from _named(text)


def _in_cells(text: str, cells: Iterable[tuple[Extent, Extent]]) -> Iterator[Candidate]:
    for day, last in cells:
        born, series = WHOLE_DAY.fullmatch(text, *day), LAST.fullmatch(text, *last)
        if born and series:
            yield from _joined(born, series.group(1).zfill(4), day, last)


def find_objects(text: str) -> Iterator[Candidate]:
    """Both places of each number that is told in two halves within an object named as one."""
    for found in OBJECT.finditer(text):
        start, end = found.span("within")
        closing = NAMED.search(text, start, end)
        within = (start, closing.start() if closing else end)
        born = DAY_WITHIN.search(text, *within)
        others = (one.span() for one in FOUR_WITHIN.finditer(text, *within))
        last = next((one for one in others if born and (one[1] <= born.start() or born.end() <= one[0])), None)
        if born and last:
            yield from _joined(born, text[slice(*last)], Extent(*born.span()), Extent(*last))


def _named(text: str) -> Iterator[Candidate]:
    found = (day for day in BORN.finditer(text) if len(day.group("first") or "00") == 2)
    days = [day for day in found if not SERIAL_CELL.search(day.group())]
    days = sorted([*days, *FIRST_HALF.finditer(text)], key=_begin)
    starts = [day.start() for day in days]
    for series in (*SERIES.finditer(text), *LAST_HALF.finditer(text)) if days else ():
        at = bisect_left(starts, series.start())
        for day in days[max(0, at - 1) : at + 1]:
            if -FARTHEST < day.end() - series.start() < FARTHEST:
                first = min(day.start(one) for one in ("d", "y", "day", "first") if day.group(one))
                last = series.span("last") if series.re is SERIES else series.span()
                yield from _joined(day, series.group("last"), Extent(first, day.end()), Extent(*last))


def _begin(found: re.Match[str]) -> int:
    return found.start()


def _joined(day: re.Match[str], last: str, first: Extent, second: Extent) -> Iterator[Candidate]:
    told = day.groupdict()
    of_day, year = (int(told[one] or told[two] or told[three]) for one, two, three in DAYS_AND_YEARS)
    month = month_of(told["name"]) if told["name"] else int(told["m"] or told["month"] or told["second"])
    for place in (first, second):
        if one := made_of(place, of_day, month, year, last):
            yield one
