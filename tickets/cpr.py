"""Civil registration numbers (CPR): where they stand in a text, and the text without them."""

import re
from dataclasses import dataclass
from datetime import date

MASK = "●●●●●●-●●●●"

CPR = re.compile(r"(?<![\d-])(\d{2})(\d{2})(\d{2})[-\u2010-\u2013](\d)\d{3}(?![\d-])")
NAMED_CPR = re.compile(
    r"\b(?:cpr|personnr|personnummer)[a-zæøå.-]{0,12}[\s:.]{1,4}(\d{2})(\d{2})(\d{2})[ ]?(\d)\d{3}(?!\d)", re.IGNORECASE
)


@dataclass(frozen=True)
class Place:
    """Where a number stands: characters from `start` up to `end`."""

    start: int
    end: int


def find_cpr(text: str) -> list[Place]:
    """Where civil registration numbers stand in a text: DDMMYY-SSSS whose date there was; behind "cpr" also unparted.

    The seventh digit tells the century. The check digit is no test: since 2007 numbers are given out without it.
    """
    places = {
        Place(found.start(1), found.end())
        for pattern in (CPR, NAMED_CPR)
        for found in pattern.finditer(text)
        if _is_birthday(*map(int, found.groups()))
    }
    return sorted(places, key=lambda place: place.start)


def mask_cpr(text: str) -> str:
    """The text with a row of dots for each number."""
    pieces: list[str] = []
    end = 0
    for place in find_cpr(text):
        if place.start >= end:
            pieces += [text[end : place.start], MASK]
            end = place.end
    return "".join([*pieces, text[end:]])


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
