"""The registry: every kind of letter as its file in `kinds` declares it, and what is looked up by kind or event."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mailer.letters import kinds
from mailer.letters.declaration import Declaration, LetterBudget
from tickets.database.models import EventKind, LetterKind


@cache
def declarations() -> Mapping[LetterKind, Declaration]:
    """All kinds of letters, by the names of their modules."""
    return {one.kind: one for one in _declared()}


def _declared() -> Iterator[Declaration]:
    for name in sorted(found.name for found in iter_modules(kinds.__path__)):
        yield from import_module(f"{kinds.__name__}.{name}").LETTERS


@cache
def declarations_by_event() -> Mapping[EventKind, tuple[Declaration, ...]]:
    """The letters that each event causes, in the order in which they are owed."""
    causes = {event for one in declarations().values() for event in one.events}
    return {event: tuple(one for one in declarations().values() if event in one.events) for event in causes}


@cache
def kinds_within(budget: LetterBudget) -> tuple[LetterKind, ...]:
    """The kinds that share a budget."""
    return tuple(one.kind for one in declarations().values() if one.budget is budget)


@cache
def kinds_for_owners() -> tuple[LetterKind, ...]:
    """The kinds about no ticket whose answers are for those who run the list."""
    return tuple(one.kind for one in declarations().values() if one.is_for_owners)
