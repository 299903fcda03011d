"""Probing: texts that name many who may have asked an anonymous question.

What is masked in such a text tells who did, and what is left tells who did not. So they are not shown, whoever is
named in them: that must not depend on who asked.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from sqlmodel import Session, select

from tickets.database.models import Person
from tickets.masking.organisations import MUNICIPALITIES, called
from tickets.text.folding import plain

WORDS = re.compile(r"[^\W_]+")
MOST_PLACES = 2  # municipalities that a helpful answer names
MOST_PEOPLE = 3  # and people, by their first names


def names_many(session: Session, text: str) -> bool:
    """Whether a text names more municipalities, or more of those who are known here, than a helpful answer does."""
    words = WORDS.findall(plain(text))
    named = {*words, *(f"{one} {other}" for one, other in pairwise(words))}
    if sum(not places.isdisjoint(named) for places in _municipalities()) > MOST_PLACES:
        return True
    return len(_first_names(session) & named) > MOST_PEOPLE


@cache
def _municipalities() -> tuple[frozenset[str], ...]:
    """What each municipality is called, folded, its parts joined as words are."""
    with MUNICIPALITIES.open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    return tuple(frozenset(_spelled(called(f"{name} Kommune").places)) for name in names)


def _spelled(places: frozenset[str]) -> Iterator[str]:
    for place in places:
        yield " ".join(WORDS.findall(place))


def _first_names(session: Session) -> set[str]:
    words = (WORDS.findall(plain(name)) for name in session.exec(select(Person.name).distinct()))
    return {one[0] for one in words if one}
