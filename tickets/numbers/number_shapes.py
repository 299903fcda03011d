"""The shapes of civil registration numbers: as they are written anywhere, and as they are behind the word for them.

All of it is about texts in their normal form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from operator import mul

from tickets.numbers.columns import NAME

# Each begins with a digit or letter and looks behind it then: so most of a text is passed over in one step
SEVENTH = r"(\d)\d{3}(?!\d)"  # and the rest
SURE = re.compile(rf"(\d\d)(?<!\d\d\d)(\d\d)(\d\d)-{{1,3}}{SEVENTH}")
FIRST = r"(\d\d)(?<!\d\d\d)(?:(?<!\d[-/]\d\d)|(?<=-\d{4}/\d\d))(?<!\d[ .]\d\d)"  # nor the end of a longer number
REST = rf"{SEVENTH}(?!-\d)(?!-[0-9A-Fa-f]{{4}}-)"
APART = re.compile(rf"{FIRST}(\d\d)(\d\d)(?: {{0,2}}-{{1,3}}(?: {{0,2}}|\t)|(?<![/\w]\d{{6}})\.){REST}(?![ .,:/]\d)")
LOOSE = re.compile(rf"{FIRST}(\d\d)(\d\d)[ ._/]?(?: ?- ?)?{REST}")
NO_AMOUNT = r"(?! ?(?:kr|kroner|stk|timer|sider|kl|personer|borgere|ansatte)\b)"
SIGNED = re.compile(  # with signs in its date, or a whole year
    r"(?P<day>[0-3]\d)(?<![^\W_]\d\d)(?<!\d[ .,:/+-]\d\d)[ ./-]?(?P<month>[01]\d)[ ./-]?"
    r"(?P<year>(?:19|20)\d\d|(?<=[ ./-])\d\d)(?P<hyphen> ?-{1,3} ?)(?P<last>\d{4})(?![\d%])(?! ?[-./:,]\d)"
    rf"{NO_AMOUNT}"
)
SHORT_SIGNED = re.compile(  # the same with a day or month of one digit: 1.1.90-1234, 1/1-90-1234
    r"(?P<day>\d\d?)[./-](?:(?<![^\W_]..)(?<!\d[ .,:/+-]..)(?<!\d\d.)|(?<![^\W_]...)(?<!\d[ .,:/+-]...)(?<=\d\d.))"
    r" ?(?P<month>1[0-2]|0?[1-9])[./-] ?(?P<year>(?:19|20)\d\d|\d\d)(?P<hyphen> ?-{1,3} ?)(?P<last>\d{4})"
    rf"(?![\w%])(?! ?[-./:,]\d)(?!-\w){NO_AMOUNT}"
)
YEAR_SIGNED = re.compile(  # a day in that order is mostly one on which something was done
    r"(?P<year>(?:19|20)\d\d)(?<!\w.{4})(?<![.+/=-].{4})(?P<sign>[ ./-]?)(?P<month>[01]\d)(?P=sign)(?P<day>[0-3]\d)"
    r"(?P<hyphen>-{1,3})(?P<last>\d{4})(?![\w%])(?! ?[-./:,]\d)"
)
PAIRED = re.compile(r"(\d\d)(?<![\w.,/+-]..)(?<!\d )(\d\d)(\d\d) ?- ?(\d)\d \d\d(?![\w.,:/%-]|[ -]\d)")  # 010190-12 34
ZONE = re.compile(" -+")  # as before a time zone: 11/6/98 -0600
# As people write one only behind the word for it
BREAK = r"\n[ \t>|]{0,8}"
GAP = rf"(?:(?:[^\w\n]|_){{1,4}}(?:{BREAK})?|{BREAK}(?:- ?)?)"
TAIL = rf"{GAP}\d\d ?\d\d"
MONTHS = ("jan", "feb", "mar", "apr", "ma[jy]", "jun", "jul", "aug", "sep", "o[kc]t", "nov", "de[cs]")
MONTH = rf"(?P<name>{'|'.join(MONTHS)})[a-z]{{0,7}}"
FREE = re.compile(
    rf"(?P<day>\d\d?)(?<!\d\d\d)(?:[ ./-](?P<month>\d\d?)[ ./-]|\.? ?{MONTH}[ .]{{1,2}})(?P<year>\d\d(?:\d\d)?){TAIL}"
    r"(?!\d)",
    re.IGNORECASE,
)
CLOSED = re.compile(rf"(?P<day>\d\d)(?<!\d\d\d)(?P<month>\d\d)(?P<year>\d\d(?:\d\d)?)(?:\d{{4}}|{TAIL})(?!\d)")
ZEROLESS = re.compile(rf"(?P<day>\d)(?<!\d\d)(?P<month>\d\d)(?P<year>\d\d(?:\d\d)?)(?:\d{{4}}|{TAIL})(?!\d)")
YEAR_FIRST = re.compile(
    rf"(?P<year>(?:19|20)\d\d)(?<!\d{{5}})[ ./-]?(?P<month>\d\d)[ ./-]?(?P<day>\d\d)(?:\d{{4}}|{TAIL})(?!\d)"
)
DIGIT_BY_DIGIT = re.compile(r"\d(?<!\d\d)(?<!\d[ .,/-]\d)(?:[ .-]{0,3}\d){9}(?!\d)(?![.,:/ -]\d)")
DATE = re.compile(r"\d\d?[ ./-]\d\d?[ ./-](?:19|20)\d\d(?!\d)|(?:19|20)\d\d[ ./-]\d\d[ ./-]\d\d(?!\d)")
AS_AMOUNT = re.compile(  # as a spreadsheet shows it: 1.01901234E+08, 101.901.234
    r"\d(?<![\d.,].)(?:[.,]\d{2,9}[eE]\+?0{0,2}[89]|\d\d\.\d{3}\.\d{3})(?!\d)(?![.,]\d)"
)
LETTERED = re.compile(  # for somebody who has no number yet
    r"(?P<day>\d\d)(?<![^\W_]\d\d)(?P<month>\d\d)(?P<year>\d\d)(?: ?-{1,3} ?)?"
    r"(?P<last>(?!\d{4})(?=[A-Za-z]{0,3}\d)[\dA-Za-z]{4})(?![^\W_])"
)
PARTING = re.compile(r"\D+")
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
REPLACEMENT = 60  # is added to the day where somebody has no number yet
# What stands before and behind a number that is part of another, such as a case's, and what that is called
BESIDE = re.compile(r"(?<!\d)(?:\d{1,4}[-/]){1,3}\Z")
BEHIND = re.compile(r"-\d{1,4}(?!\d)")
UUID_BEFORE, UUID_BEHIND = re.compile(r"[0-9A-Fa-f]{2}\Z"), re.compile(r"-[0-9A-Fa-f]{4}-")  # RFC 9562 4
LISTED = re.compile(r"\d{6}-\d{4}[-/]\Z")
CALLED = re.compile(
    r"(?:(?:sag|journal|dok|ref|akt|aftale|konto|faktura|ordre|bilag|ean|cvr|isbn|iban|tlf|telefon|mobil|lov"
    r"|bekendtg|matr|kle|projekt|bevilling|rekv|vare|version|serie|esdh|f2)[^\W\d_]{0,12}|n(?:r|o|umm?er)|j\.? ?nr)"
    r"[^\w\n]{0,4}(?:(?:\d{1,4}|[^\W\d_]{1,3})[^\w\n]{1,4})?\Z|[^\W\d_]\Z|\d[-/]\Z",
    re.IGNORECASE,
)
OTHERWISE = re.compile(  # and what those are called that only look like one
    r"\b(?:sag|journal|j|dok|dokument|ref|reference|akt|aftale|(?:konto|faktura|ordre)n?|fakturaen|kontoen|bilag|ean|cvr"
    r"|isbn|iban|tlf|tel|telefon|telefax|fax|mobil|phone|ring|call|lov|bekendtgørelse|matr|matrikel|kle|projekt"
    r"|bevilling|rekvisition|vare|version|serie|esdh|f2)s?(?:[ .-]{0,2}n(?:r|o|umm?er))?[^\w\n]{0,4}(?:på )?\Z"
    r"|\+\d{0,3}[ )]{0,3}\Z|\(\d{1,3}[ )]{1,3}\Z",
    re.IGNORECASE,
)
STAMPED = re.compile(  # a day on which something was done, and what else stands behind it
    r"\b(?:bestilt|leveret|oprettet|dateret|(?:af)?sendt|modtaget|udskrevet|gemt|kørt|den|dat[eo]|pr|kl|uid|id|build|v)"
    r"[^\w\n]{1,3}\Z",
    re.IGNORECASE,
)
PLAUSIBLE_YEARS = range(1900, 2100)
# Born before, people are few, and later, too, all have a check digit: 01.02.24-1530 is rather a time of a day in 2024,
# and 12/10/23-4567 a number of that day. Those without one are grown up.
LIKELY_YEARS = range(1930, 2008)
NAMED = re.compile(rf"{NAME}[^\d\n]{{0,25}}\Z")
FARTHEST, LONGEST_BESIDE = 50, 16  # characters that are looked at for it


@dataclass(frozen=True)
class Candidate:
    """What may be a number: where it stands, and its ten digits."""

    start: int
    end: int
    digits: str
    is_free: bool = False  # written as one is only behind the word for it


def find_sure(text: str) -> Iterator[Candidate]:
    """Numbers by their shape alone: a date that there was, a hyphen and four digits, and no part of another number."""
    for found in SURE.finditer(text):
        one = candidate_in(found)
        if one is not None and not _is_part(text, one.start, one.end):
            yield one
    yield from _candidates(APART, text)
    yield from (one for one in _candidates(PAIRED, text) if is_valid(one.digits))
    for pattern in (SIGNED, SHORT_SIGNED, YEAR_SIGNED):
        yield from filter(None, (_signed(text, found) for found in pattern.finditer(text)))


def find_loose(text: str) -> Iterator[Candidate]:
    """Ten digits that may be a number, with or without a hyphen."""
    return _candidates(LOOSE, text)


def find_free(text: str) -> Iterator[Candidate]:
    """Digits that count only where the text names them: in pairs, single, with a whole year, a month or no zero."""
    for pattern in (FREE, CLOSED, ZEROLESS, YEAR_FIRST):
        for found in pattern.finditer(text):
            if one := _dated(found):
                yield one
    for found in LETTERED.finditer(text):
        if one := _lettered(found):
            yield one
    for pattern in (DIGIT_BY_DIGIT, AS_AMOUNT):
        for found in pattern.finditer(text):
            if one := _counted(found):
                yield one


def _candidates(pattern: re.Pattern[str], text: str) -> Iterator[Candidate]:
    return filter(None, map(candidate_in, pattern.finditer(text)))


def candidate_in(found: re.Match[str]) -> Candidate | None:
    """The number in what one of these patterns found, its day, month, year and seventh digit as groups."""
    day, month, year, seventh = map(int, found.groups())
    if born_on(day, month, year, seventh) is None:
        return None
    return Candidate(*found.span(), PARTING.sub("", found.group()))


def _dated(found: re.Match[str]) -> Candidate | None:
    """A number that begins with a date in any of people's ways to write one."""
    parts = found.groupdict()
    name = parts.get("name")
    month = month_of(name) if name else int(parts["month"])
    day, year = int(parts["day"]), int(parts["year"])
    last = PARTING.sub("", found.group()[-5:])[-4:]
    return made_of(found.span(), day, month, year, last)


def _signed(text: str, found: re.Match[str]) -> Candidate | None:
    """A number whose date has signs in it or a whole year; none that can be a period, a time or is called otherwise."""
    day, month, year, last = (int(found[one]) for one in ("day", "month", "year", "last"))
    one = made_of(found.span(), day, month, year, found["last"])
    before = text[max(0, found.start() - FARTHEST) : found.start()]
    if one is None or (year > 99 and last in PLAUSIBLE_YEARS) or OTHERWISE.search(before):
        return None
    if found.re is YEAR_SIGNED and (STAMPED.search(before) or (year >= 2000 and not found["sign"])):
        return None
    born = born_on(day, month, year % 100, last // 1_000)
    is_zone = ZONE.fullmatch(found["hyphen"]) is not None
    is_likely = born is not None and born.year in LIKELY_YEARS and not is_zone
    return one if is_likely or is_valid(one.digits) else None


def _lettered(found: re.Match[str]) -> Candidate | None:
    """A number with letters among its last four signs, of any century."""
    day, month, year = (int(found[one]) for one in ("day", "month", "year"))
    days = (made_of(found.span(), day, month, year, seventh) for seventh in ("0000", "4000"))
    return next((replace(one, digits=one.digits[:6] + found["last"].upper()) for one in days if one), None)


def month_of(name: str) -> int:
    """The number of a month, from 1, by its name as MONTH found it."""
    return next(at for at, one in enumerate(MONTHS, 1) if re.match(one, name, re.IGNORECASE))


def made_of(span: tuple[int, int], day: int, month: int, year: int, last: str) -> Candidate | None:
    """The candidate of a day, a month, a year (two or four digits) and four digits; None if nobody can have it."""
    born = born_on(day - REPLACEMENT if day > REPLACEMENT else day, month, year % 100, int(last[0]))
    if born is None or (year > 99 and born.year != year):
        return None
    return Candidate(*span, f"{day:02}{month:02}{year % 100:02}{last}", is_free=True)


def _counted(found: re.Match[str]) -> Candidate | None:
    """A number of ten digits, whatever parts them, also one written as an amount."""
    told: str = found.group()
    if DATE.match(told):
        return None
    amount = str(int(float(told.replace(",", ".")))) if "e" in told.lower() else PARTING.sub("", told)
    digits = amount.zfill(10)
    return made_of(found.span(), int(digits[:2]), int(digits[2:4]), int(digits[4:6]), digits[6:])


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether digits are part of a longer number, or are called another number, such as a case's."""
    before = text[max(0, start - FARTHEST) : start]
    if UUID_BEHIND.match(text, end) and UUID_BEFORE.search(before[-2:]):
        return True
    is_behind = before[-1:] in ("-", "/") and before[-2:-1].isdecimal() and not LISTED.search(before[-12:])
    is_before = text[end : end + 1] == "-" and text[end + 1 : end + 2].isdecimal()
    if not (is_behind or is_before):
        return False
    beside = BESIDE.search(before[-LONGEST_BESIDE:]) if is_behind else None
    if (is_behind and not beside) or (is_before and not BEHIND.match(text, end)):
        return True
    called = before[: -len(beside.group())] if beside else before
    return CALLED.search(called) is not None and NAMED.search(called) is None


def is_valid(digits: str) -> bool:
    """Whether the last digit is the check digit (modulus 11) of the others."""
    return bool(sum(map(mul, map(int, digits), WEIGHTS)) % 11 == 0)


def born_on(day: int, month: int, year: int, seventh: int) -> date | None:
    """The birthday that the first seven digits of a number tell; None if there was no such day."""
    try:
        return date(_century(year, seventh) + year, month, day)
    except ValueError:
        return None


def _century(year: int, seventh: int) -> int:
    """The century by the table of the CPR office."""
    if seventh <= 3:
        return 1900
    if seventh in (4, 9):
        return 2000 if year <= 36 else 1900
    return 2000 if year <= 57 else 1800
