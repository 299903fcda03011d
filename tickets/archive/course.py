"""The course of a ticket: what became of it and when, as far as its reader sees it; nobody is named."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from tickets.acts.acting import read_fields
from tickets.database import whereabouts
from tickets.database.models import Act, Event, EventKind, Status, Ticket

FOR_ALL = {
    EventKind.ASKED: "asked", EventKind.ANSWERED: "answered", EventKind.NEWS_POSTED: "told",
    EventKind.CORRECTED: "corrected", EventKind.SHORTENED: "shortened", EventKind.MERGED: "merged",
    EventKind.SPLIT: "split", EventKind.MOVED: "moved", EventKind.NARROWED: "narrowed", EventKind.OPENED: "opened",
    EventKind.PUBLISHED: "published", EventKind.UNPUBLISHED: "unpublished", EventKind.CAME_BACK: "reopened",
}  # fmt: skip
FOR_LAWYERS = {EventKind.ASSIGNED: "assigned", EventKind.TOPICS_CHANGED: "topics"}
BY_STATUS = {Status.OPEN: "reopened", Status.CLOSED: "closed", Status.PENDING: "pending", Status.ANSWERED: "answered"}
SPOKEN = {EventKind.ASKED, EventKind.ANSWERED, EventKind.FOLLOWED_UP, EventKind.REPLIED, EventKind.FILED_QUIETLY}


@dataclass(frozen=True)
class Step:
    """One thing that became of a ticket: a word that pages have words for, when, and until when it is laid aside."""

    word: str
    at: datetime
    until: datetime | None = None


def course_of(session: Session, ticket: Ticket, seen: Collection[int], *, is_lawyer: bool) -> list[Step]:
    """What became of a ticket, oldest first, without what was undone.

    Of what was written only the messages with these keys are told of.
    """
    query = select(Event, Act).outerjoin(Act, col(Act.id) == col(Event.act_key))
    names = select(whereabouts.known_as(col(Ticket.id) == ticket.id).c.key)  # its own key, and those merged into it
    rows = list(session.exec(query.where(col(Event.ticket_key).in_(names)).order_by(col(Event.id))))
    undone = {act.undoes_key for _, act in rows if act}
    lasting = [row for row in rows if row[1] is None or not (row[1].undoes_key or row[1].id in undone)]
    told = [row for row in lasting if row[0].message_key is None or row[0].message_key in seen]
    return list(dict.fromkeys(_steps(told, FOR_ALL | FOR_LAWYERS if is_lawyer else FOR_ALL, _spoken_in(rows))))


def _spoken_in(rows: Iterable[tuple[Event, Act | None]]) -> dict[datetime, EventKind]:
    """What was written at which moment."""
    return {event.happened_at: event.kind for event, _ in rows if event.kind in SPOKEN}


def _steps(
    rows: Iterable[tuple[Event, Act | None]], words: dict[EventKind, str], spoken: dict[datetime, EventKind]
) -> Iterator[Step]:
    for event, act in rows:
        if event.kind is EventKind.STATUS_CHANGED:
            yield from _status_step(event, act, spoken.get(event.happened_at))
        elif event.kind in words:
            yield Step(words[event.kind], event.happened_at)


def _status_step(event: Event, act: Act | None, spoken: EventKind | None) -> Iterator[Step]:
    """What a change of status was: an act says it; else what was written then, or that its time had come."""
    if act is not None:
        fields = read_fields(act.after)
        if "status" in fields:
            yield Step(BY_STATUS[fields["status"]], event.happened_at, fields.get("pending_until"))
    elif spoken is None:
        yield Step("closed", event.happened_at)
    elif spoken is EventKind.FOLLOWED_UP:
        yield Step("reopened", event.happened_at)
