"""Published answers in the search index: a text of their own, which who may not see the ticket finds as well.

They are seen by words that no text of a ticket has, so that they are counted and ordered among themselves, and told
above the tickets.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from tickets.database.models import Publication, Ticket
from tickets.people.askers import asked_too
from tickets.people.sight import Sight, publications_standing, words_of_publication
from tickets.search.asking import minutes
from tickets.search.ranking import Found
from tickets.text.excerpt import Excerpt, make_excerpt
from tickets.text.stems import literals_of

OF_PUBLISHED = "published-"
MOST = 5  # above the tickets
COUNTED = (3, 3, 3)  # subject, short answer, topics: as often as once in the text
PARTED = "\f"  # no phrase goes over it


@dataclass(frozen=True)
class PublishedHit:
    """A published answer that was found, and the piece of it that says most of what was asked for."""

    publication: Publication
    excerpt: Excerpt


@dataclass(frozen=True)
class PublishedAnswer:
    """A published answer to a question like one that is asked."""

    publication: Publication


def words_for(sight: Sight) -> frozenset[str]:
    """The words of the index of which a published answer has at least one if this person sees it."""
    return frozenset(f"{OF_PUBLISHED}{word}" for word in sight.words())


def describe_publications(session: Session, ticket_keys: Collection[int]) -> list[dict[str, Any]]:
    """What the index is to hold of the published answers of these tickets; nothing of what is published no more."""
    query = select(Publication, Ticket).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    rows = list(session.exec(query.where(col(Ticket.id).in_(ticket_keys), publications_standing())))
    askers = asked_too(session, [ticket.key for _, ticket in rows])
    return [_describe(one, ticket, askers.get(ticket.key, ())) for one, ticket in rows]


def _describe(publication: Publication, ticket: Ticket, askers: Collection[int]) -> dict[str, Any]:
    """The text and whose it is; nothing that the page does not tell, but for the key by which it is found again."""
    of_all = (publication.subject, publication.short_answer, " ".join(publication.topics))
    told = [publication.question, publication.answer]
    more = [one for one, count in zip(of_all, COUNTED, strict=True) for _ in range(count)]
    at = minutes(publication.published_at or publication.drafted_at)
    return {
        "ticket": str(ticket.id),
        "number": publication.id,
        "messages": "",
        "seen_by": " ".join(f"{OF_PUBLISHED}{word}" for word in words_of_publication(publication, ticket, askers)),
        "list": str(publication.mailing_list_key),
        "status": "answered",
        "answered": "1",
        "topics": " ".join(word for topic in publication.topics for word in literals_of(topic) if word.isalnum()),
        "begun": at,
        "at": at,
        "words": "\n".join([*more, *told]),
        "literally": PARTED.join([*of_all, *told]),
    }


def make_published_hits(
    session: Session,
    sight: Sight,
    found: Sequence[Found],
    weights: Mapping[str, float],
    phrases: Sequence[tuple[str, ...]],
) -> tuple[PublishedHit, ...]:
    """The published answers that were found, by their keys, as far as they may be seen still."""
    query = select(Publication).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    rows = session.exec(query.where(col(Publication.id).in_([one.ticket for one in found]), sight.publications()))
    seen = {one.key: one for one in rows}
    return tuple(
        PublishedHit(seen[one.ticket], make_excerpt(_told(seen[one.ticket]), weights.keys(), phrases))
        for one in found
        if one.ticket in seen
    )


def _told(publication: Publication) -> str:
    return "\n\n".join(filter(None, (publication.answer, publication.question)))


def read_published(
    session: Session, sight: Sight, ticket_keys: Sequence[int], but_not: int
) -> tuple[PublishedAnswer, ...]:
    """What is published of these tickets and may be seen; without the ticket `but_not`."""
    query = select(Publication).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    of_these = col(Publication.ticket_key).in_([one for one in ticket_keys if one != but_not])
    seen = {one.ticket_key: one for one in session.exec(query.where(of_these, sight.publications()))}
    return tuple(PublishedAnswer(seen[key]) for key in ticket_keys if key in seen)
