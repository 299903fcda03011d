"""Facets: by what a search may be narrowed, and to how many of the tickets that are seen, counted in the database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from tickets.database.models import MailingList, Organisation, Person, Ticket
from tickets.people.sight import Sight, is_masked

COUNTED: tuple[Any, ...] = (
    col(MailingList.prefix), col(MailingList.name), col(Ticket.status), col(Ticket.answered_at), col(Ticket.asked_at),
    col(Ticket.topics), col(Ticket.visibility), col(Organisation.id).label("organisation"),
    col(Organisation.name).label("called"),
)  # fmt: skip
MOST_CHOICES = 6  # of a facet
FEWEST_CHOICES = 2


class FacetKind(StrEnum):
    """What tickets are told apart by."""

    LIST = "list"
    STATUS = "status"
    ANSWER = "answer"
    TOPIC = "topic"
    ORGANISATION = "organisation"
    YEAR = "year"


@dataclass(frozen=True)
class FacetChoice:
    """One of the ways to narrow a search, and how many of its tickets are left."""

    value: str  # as a search takes it
    name: str
    count: int


@dataclass(frozen=True)
class Facet:
    """All ways to narrow a search by one thing, those with most tickets first."""

    kind: FacetKind
    choices: tuple[FacetChoice, ...]


def count_facets(session: Session, sight: Sight, ticket_keys: Sequence[int]) -> tuple[Facet, ...]:
    """The facets of these tickets, as far as they are seen; none by which all of them are the same.

    Of who asked, nothing is counted where somebody who sees the ticket may not know it.
    """
    query = (
        select(*COUNTED)
        .join(MailingList, col(MailingList.id) == col(Ticket.mailing_list_key))
        .join(Person, col(Person.id) == col(Ticket.asker_key))
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(col(Ticket.id).in_(ticket_keys), sight.tickets())
    )
    rows = session.connection().execute(query).all() if ticket_keys else []
    counts = Counter(one for row in rows for one in _told_of(row))
    found = (Facet(kind, tuple(_most_of(kind, counts))) for kind in FacetKind)
    return tuple(facet for facet in found if len(facet.choices) >= FEWEST_CHOICES)


def _told_of(row: Row[Any]) -> Iterator[tuple[Any, ...]]:
    yield FacetKind.LIST, row.prefix, row.name
    yield FacetKind.STATUS, str(row.status), str(row.status)
    yield FacetKind.ANSWER, *(("yes", "yes") if row.answered_at else ("no", "no"))
    yield FacetKind.YEAR, str(row.asked_at.year), str(row.asked_at.year)
    yield from ((FacetKind.TOPIC, topic, topic) for topic in dict.fromkeys(row.topics))
    if row.organisation is not None and not is_masked(row.visibility):
        yield FacetKind.ORGANISATION, str(row.organisation), row.called


def _most_of(kind: FacetKind, counts: Counter[tuple[Any, ...]]) -> Iterable[FacetChoice]:
    choices = (FacetChoice(value, name, count) for (of, value, name), count in counts.items() if of is kind)
    return sorted(choices, key=lambda one: (-one.count, one.name))[:MOST_CHOICES]
