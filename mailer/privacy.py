"""The privacy guard: civil registration numbers, and addresses of ours that are one person's alone."""

import re
from dataclasses import dataclass, replace
from datetime import date

from tickets.portal import Portal
from tickets.post import Post
from tickets.tokens import ALPHABET, LENGTH

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


def scrub_post(post: Post, portal: Portal) -> Post:
    """The post without the addresses that only its author may know."""
    return replace(
        post,
        subject=scrub_own_addresses(post.subject, portal),
        text=scrub_own_addresses(post.text, portal),
        quoted=scrub_own_addresses(post.quoted, portal),
    )


def scrub_own_addresses(text: str, portal: Portal) -> str:
    """The text without what is meant for one reader: signed addresses and links of this portal."""
    if "+" not in text and portal.base_url not in text and "-" not in text:
        return text
    token = rf"(?<=[a-z0-9._-])[+-][{ALPHABET}oil]{{{LENGTH}}}(?=@[a-z0-9])"
    text = re.sub(token, "", text, flags=re.IGNORECASE)
    links = rf"{re.escape(portal.base_url)}/(?:unsubscribe|login|resume)/[^\s<>\"')]+"
    return re.sub(links, portal.base_url, text)
