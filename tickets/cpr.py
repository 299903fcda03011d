"""Civil registration numbers (CPR): where they stand in a text, and the text without them."""

import re
from dataclasses import dataclass
from datetime import date

MASK = "●●●●●●-●●●●"

HYPHEN = "[-\u00ad\u2010-\u2015\u2212]"
DAY = r"(?<!\d)(?<!\d[-/])(\d{2})(\d{2})(\d{2})"
REST = r"(\d)\d{3}(?!\d)(?!-\d)"
CPR = re.compile(f"{DAY}{HYPHEN}{REST}")
LOOSE_CPR = re.compile(rf"(?<!\d[ .])(?<!\d\xa0){DAY}[ \xa0._]?(?:[ \xa0]?{HYPHEN}[ \xa0]?)?{REST}")
NAME = r"(?:cpr|person-?nr|person-?nummer)"
JUST_BEFORE = re.compile(rf"(?<![^\W_]){NAME}[^\d\n]{{0,25}}\n?[^\w\n]{{0,8}}\Z", re.IGNORECASE)
BEFORE = re.compile(rf"(?<![^\W_]){NAME}[^\n]*\Z", re.IGNORECASE)
BEHIND = re.compile(rf"(?:[^\w\n]|_){{1,4}}{NAME}", re.IGNORECASE)
FARTHEST = 120  # characters from the word to a number that it may be about
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Place:
    """Where a number stands: characters from `start` up to `end`."""

    start: int
    end: int


def find_cpr(text: str) -> list[Place]:
    """Where civil registration numbers stand in a text: a date that there was, a hyphen and four digits.

    Written in another way they are ones only if the text names them so: just before or behind, or, if the check digit
    is right, earlier in the line. The check digit is no other test: since 2007 numbers are given out without it.
    """
    places = [Place(*found.span()) for found in CPR.finditer(text) if _is_birthday(*map(int, found.groups()))]
    for found in LOOSE_CPR.finditer(text):
        if _is_birthday(*map(int, found.groups())) and _is_named(text, found):
            places.append(Place(*found.span()))
    return sorted(set(places), key=lambda place: (place.start, -place.end))


def mask_cpr(text: str) -> str:
    """The text with a row of dots for each number."""
    pieces: list[str] = []
    end = 0
    for place in find_cpr(text):
        if place.start >= end:
            pieces += [text[end : place.start], MASK]
            end = place.end
    return "".join([*pieces, text[end:]])


def _is_named(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - FARTHEST) : found.start()]
    if JUST_BEFORE.search(before) or BEHIND.match(text, found.end(), found.end() + 12):
        return True
    return _has_check_digit(found.group()) and BEFORE.search(before) is not None


def _has_check_digit(number: str) -> bool:
    """Whether the last digit is what modulus 11 makes of the others."""
    digits = [int(letter) for letter in number if letter.isdecimal()]
    return sum(digit * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11 == 0


def _is_birthday(day: int, month: int, year: int, seventh: int) -> bool:
    try:
        date(_century(year, seventh) + year, month, day)
    except ValueError:
        return False
    return True


def _century(year: int, seventh: int) -> int:
    """The century by the table of the CPR office."""
    if seventh <= 3:
        return 1900
    if seventh in (4, 9):
        return 2000 if year <= 36 else 1900
    return 2000 if year <= 57 else 1800
