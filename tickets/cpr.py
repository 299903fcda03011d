"""Civil registration numbers (CPR): where they stand in a text, and the text without them."""

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from datetime import date
from operator import mul
from typing import NamedTuple

MASK = "●●●●●●-●●●●"

HYPHEN = "[-\u00ad\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]"
SPACE = "[ \xa0\u2007\u2009\u202f]"
# Each begins with a digit or letter and looks behind it then: so most of a text is passed over in one step
NO_DIGIT_BEFORE = r"(?<!\d\d\d)(?:(?<!\d[-/]\d\d)|(?<=-\d{4}/\d\d))"  # but for another number and a slash
FIRST_OF_ALL = rf"(\d\d){NO_DIGIT_BEFORE}"
FIRST = rf"{FIRST_OF_ALL}(?<!\d[ .\xa0]\d\d)"  # nor is it the end of a longer number
REST = r"(\d)\d{3}(?!\d)(?!-\d)(?!-[0-9A-Fa-f]{4}-)"  # as in a UUID
WRAPPED = rf"{HYPHEN}{SPACE}?\r?\n[ \t>|]{{0,8}}"  # mail programs part lines behind a hyphen
APART = rf"{SPACE}{{0,2}}{HYPHEN}{{1,3}}{SPACE}{{0,2}}"
CPR = re.compile(rf"{FIRST_OF_ALL}(\d\d)(\d\d)(?:{HYPHEN}{{1,3}}|{WRAPPED}){REST}")
APART_CPR = re.compile(rf"{FIRST}(\d\d)(\d\d)(?:{APART}|(?<![/\w]\d{{6}})\.){REST}(?![ .,:/]\d)")
LOOSE_CPR = re.compile(rf"{FIRST}(\d\d)(\d\d)(?:{SPACE}|[._/])?(?:{SPACE}?{HYPHEN}{SPACE}?)?{REST}")
PAIR = rf"(?:{SPACE}|[./]|{HYPHEN})"
PAIRS_CPR = re.compile(rf"{FIRST}{PAIR}(\d\d){PAIR}(\d\d){PAIR}{{1,3}}(\d)\d{SPACE}?\d\d(?!\d)(?!-\d)")
NAME = r"[cCpP](?<![^\W_].)(?i:(?<=c)\.?p\.?r|(?<=p)erson-?n(?:r|um(?:mer|re)))"
JUST_BEFORE = re.compile(rf"{NAME}(?:[^\d\n]{{0,25}}\n?|[^\d\n]{{0,60}}\n{{1,3}})[^\w\n]{{0,8}}\Z")
BEFORE = re.compile(rf"{NAME}[^\n]*\Z")
BEHIND = re.compile(rf"(?:[^\w\n]|_){{1,4}}{NAME}")
FARTHEST = 120  # characters from the word to a number that it may be about, and from one of a list to the next
SOMEBODY = re.compile(r"\b(?:borger|patient|klient|ansøger|født)[^\W\d_]{0,6}[^\w\n]{1,4}\Z", re.IGNORECASE)
LONGEST_SOMEBODY = 20
SPACED = re.compile(rf"\d{{6}}{SPACE}")
PARTING = re.compile(r"\D+")
MOST_ROUNDS = 4  # that a text is looked through: what one leaves, the next mostly finds
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
ESCAPED = re.compile(r"%[2-7][0-9A-Fa-f]")  # in links (RFC 3986 2.1): a space before a number looks like 20


class Place(NamedTuple):
    """Where a number stands: characters from `start` up to `end`."""

    start: int
    end: int


def find_cpr(text: str) -> list[Place]:
    """Where civil registration numbers stand in a text: a date that there was, a hyphen and four digits.

    Written in another way they are ones only if the text names them so: just before or behind, or, if the check digit
    is right, earlier in the line; then those that follow in a list are too. The check digit is no other test: since
    2007 numbers are given out without it. What nobody sees parts no number, and what a link escapes is read.
    """
    read = _unescaped(text) if "%" in text else text
    places = {*_find(text), *(_find(read) if read != text else ())}
    if INVISIBLE.search(read):
        places |= set(_find_behind_invisible(read))
    return sorted(places, key=lambda place: (place.start, -place.end))


def mask_cpr(text: str) -> str:
    """The text with a row of dots for each number; also for what is seen as one only when its neighbour is gone."""
    for _ in range(MOST_ROUNDS):
        masked = _mask(text)
        if masked == text:
            return text
        text = masked
    return text


def _mask(text: str) -> str:
    pieces: list[str] = []
    end = 0
    for place in find_cpr(text):
        if place.start >= end:
            pieces += [text[end : place.start], MASK]
        elif place.end > end:
            pieces += [MASK]
        end = max(end, place.end)
    return "".join([*pieces, text[end:]])


def _unescaped(text: str) -> str:
    """The text, as long as before, with hyphens and spaces where a link has its escapes."""
    return ESCAPED.sub("   ", text.replace("%2D", "---").replace("%2d", "---").replace("%C2%A0", " " * 6))


def _find_behind_invisible(text: str) -> Iterator[Place]:
    pieces: list[str] = []
    places, shifts = [0], [0]  # from here on in what is left, so much was taken away
    last = length = 0
    for found in INVISIBLE.finditer(text):
        pieces.append(text[last : found.start()])
        length += found.start() - last
        last = found.end()
        places.append(length)
        shifts.append(last - length)
    for place in _find("".join([*pieces, text[last:]])):
        start, end = (at + shifts[bisect_right(places, at) - 1] for at in (place.start, place.end - 1))
        yield Place(start, end + 1)


def _find(text: str) -> Iterator[Place]:
    sure: dict[tuple[int, int], str] = {}
    for pattern in (CPR, APART_CPR):
        for found in pattern.finditer(text):
            if found.span() not in sure and _has_birthday(found):
                sure[found.span()] = found.group()
    yield from map(Place._make, sure)
    loose = [found for found in LOOSE_CPR.finditer(text) if found.span() in sure or _has_birthday(found)]
    if any(found.span() not in sure for found in loose):
        yield from _find_loose(text, loose, set(map(_digits, sure.values())))
    for found in PAIRS_CPR.finditer(text):
        if _has_birthday(found) and JUST_BEFORE.search(_before(text, found)):
            yield Place(*found.span())


def _find_loose(text: str, loose: Iterable[re.Match[str]], known: Container[str]) -> Iterator[Place]:
    named_end = -FARTHEST
    for found in loose:
        is_named = found.start() - named_end < FARTHEST or _is_named(text, found)
        if is_named:
            named_end = found.end()
        if is_named or _digits(found.group()) in known:
            yield Place(*found.span())


def _before(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - FARTHEST) : found.start()]


def _is_named(text: str, found: re.Match[str]) -> bool:
    before = _before(text, found)
    if JUST_BEFORE.search(before) or BEHIND.match(text, found.end(), found.end() + 12):
        return True
    is_likely = SPACED.match(found.group()) or BEFORE.search(before) or SOMEBODY.search(before[-LONGEST_SOMEBODY:])
    return is_likely is not None and _has_check_digit(found.group())


def _digits(number: str) -> str:
    return f"{int(PARTING.sub('', number)):010}"


def _has_check_digit(number: str) -> bool:
    """Whether the last digit is what modulus 11 makes of the others."""
    return bool(sum(map(mul, map(int, _digits(number)), WEIGHTS)) % 11 == 0)


def _has_birthday(found: re.Match[str]) -> bool:
    return born_on(*map(int, found.groups())) is not None


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
