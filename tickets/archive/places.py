"""Places: which tickets and published answers name an article of a law, as far as their reader sees that.

A follower of the journal notes what messages name, from the first event on: laws that are added to the table are found
in what comes after.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, col, delete, func, or_, select

from tickets.archive import rows
from tickets.database.models import Event, EventKind, LawPlace, Message, Publication, Ticket
from tickets.journal import Follower
from tickets.law.laws import Place, places_in
from tickets.people.sight import Sight

SAYS_THE_SAME = {  # of what happens to a ticket: no word of a message is another then
    EventKind.STATUS_CHANGED, EventKind.ASSIGNED, EventKind.TOPICS_CHANGED, EventKind.SHORTENED, EventKind.FOLLOWED,
    EventKind.CAME_BACK, EventKind.DUE, EventKind.LATE,
}  # fmt: skip
LONGEST_TEXT = 50_000  # characters of a message that are looked through
MOST_PUBLISHED = 200  # of the newest published answers in which a place is looked for


def make_follower() -> Follower:
    """Who keeps the table of places: it begins with the first event, so that a used database has all of them."""
    return Follower("law", note, starts_at_end=False)


def note(session: Session, event: Event, _now: datetime) -> None:
    """Note anew what the messages of the event's ticket name."""
    if event.ticket_key is None or event.kind in SAYS_THE_SAME:
        return
    texts = select(Message.id, func.substr(Message.text, 1, LONGEST_TEXT)).where(Message.ticket_key == event.ticket_key)
    if event.message_key is not None and event.act_key is None:
        texts = texts.where(Message.id == event.message_key)
    found = list(session.exec(texts))
    session.exec(delete(LawPlace).where(col(LawPlace.message_key).in_([key for key, _ in found])))
    named = [
        {"message_key": key, "law": place.law.word, "number": place.number}
        for key, text in found
        for place in places_in(text)
    ]
    if named:
        session.execute(insert(LawPlace), named)


def tickets(session: Session, sight: Sight, place: Place, page: int = 1) -> rows.Page:
    """A page of the tickets in which a message that may be seen names the place."""
    naming = (
        select(Message.ticket_key)
        .join(LawPlace, col(LawPlace.message_key) == col(Message.id))
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .where(sight.messages(), LawPlace.law == place.law.word, LawPlace.number == place.number)
    )
    return rows.among(session, sight, naming, page=page)


def counts(session: Session, sight: Sight, law: str) -> dict[str, int]:
    """In how many tickets a reader sees each article or section of a law named, by its number."""
    query = (
        select(LawPlace.number, func.count(func.distinct(Message.ticket_key)))
        .join(Message, col(Message.id) == col(LawPlace.message_key))
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .where(sight.messages(), LawPlace.law == law)
        .group_by(col(LawPlace.number))
    )
    return dict(session.exec(query).all())


def counts_of_laws(session: Session, sight: Sight) -> dict[str, int]:
    """In how many tickets a reader sees each law named, by its word."""
    query = (
        select(LawPlace.law, func.count(func.distinct(Message.ticket_key)))
        .join(Message, col(Message.id) == col(LawPlace.message_key))
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .where(sight.messages())
        .group_by(col(LawPlace.law))
    )
    return dict(session.exec(query).all())


def published(session: Session, sight: Sight, place: Place) -> list[Publication]:
    """The published answers that name the place and may be seen, the newest first."""
    digits = "".join(letter for letter in place.number if letter.isdecimal())
    says = or_(col(Publication.answer).contains(digits), col(Publication.question).contains(digits))
    query = select(Publication).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    newest = query.where(sight.publications(), says).order_by(col(Publication.published_at).desc())
    return [one for one in session.exec(newest.limit(MOST_PUBLISHED)) if place in _places_of(one)]


def _places_of(publication: Publication) -> Iterable[Place]:
    return places_in("\n\n".join((publication.question, publication.answer, publication.short_answer)))
