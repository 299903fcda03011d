"""The journal: what happened, in order, for those who follow it.

`append` keeps events aside until the transaction is about to commit. Their ids then become visible in order:
SQLite has one writer at a time; on PostgreSQL an advisory lock, taken last, makes it so. What was written is never
changed and never deleted: `whereabouts` knows what its keys stand for later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import bindparam, event, func, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, col, delete, select

from tickets.database.models import Bookmark, Event, EventKind, Message, SetAside, Ticket
from tickets.database.store import LONGEST_BATCH, Store
from tickets.errors import StorageTrouble
from tickets.reasons import Grounds, Reason, as_grounds

log = structlog.get_logger()

ADVISORY_LOCK = 20180526
TRIES = 3
FETCHED = 20  # events at once
LAST = select(func.max(Event.id))
FORGET = delete(SetAside).where(
    col(SetAside.follower) == bindparam("who"),
    col(SetAside.event_key) <= bindparam("reached"),
    ~col(SetAside.is_given_up),
)
AFTER = select(Event).where(col(Event.id) > bindparam("event_key")).order_by(col(Event.id)).limit(bindparam("most"))


def append(
    session: Session,
    kind: EventKind,
    at: datetime,
    *,
    ticket: Ticket | None = None,
    message: Message | None = None,
    message_key: int | None = None,
    list_key: int | None = None,
    person_key: int | None = None,
    arrival_key: int | None = None,
    act_key: int | None = None,
    is_quiet: bool = False,
) -> None:
    """Write down one thing that happened; it gets its id when the transaction commits.

    The rows it speaks of have their keys already, if they are not there yet. The list is the ticket's where there
    is one.
    """
    _pending(session).append(
        {
            "kind": kind,
            "happened_at": at,
            "is_quiet": is_quiet,
            "mailing_list_key": ticket.mailing_list_key if ticket else list_key,
            "ticket_key": ticket.id if ticket else None,
            "message_key": message.id if message else message_key,
            "person_key": person_key,
            "arrival_key": arrival_key,
            "act_key": act_key,
        }
    )


def last_event(session: Session) -> int:
    """The id of the newest event, 0 before the first."""
    return session.execute(LAST).scalar_one() or 0


# -- numbering -------------------------------------------------------------------------


def _pending(session: OrmSession) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = session.info.setdefault("events", [])
    return events


@event.listens_for(OrmSession, "before_commit")
def _number(session: OrmSession) -> None:
    if session.in_nested_transaction() or not _pending(session):
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(func.pg_advisory_xact_lock(ADVISORY_LOCK).select())
    session.execute(insert(Event), _pending(session))
    session.info["events"] = []


@event.listens_for(OrmSession, "after_transaction_create")
def _remember(session: OrmSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault("events_before", WeakKeyDictionary())[transaction] = len(_pending(session))


@event.listens_for(OrmSession, "after_rollback")
def _take_back(session: OrmSession) -> None:
    savepoint = session.get_nested_transaction()
    before = session.info["events_before"][savepoint] if savepoint else 0
    del _pending(session)[before:]


# -- following -------------------------------------------------------------------------


def _no_objection(_event: Event, _now: datetime) -> Reason | None:
    return None


@dataclass(frozen=True)
class Follower:
    """Somebody who acts on every event once: a name for the bookmark, and what to do.

    `handle` runs in a savepoint of the transaction that moves the bookmark. A follower that sends mail starts
    at the end of the journal; one that can be rebuilt starts at its beginning. An event that meets an `objection`
    is set aside with it, and handled only when the operator says `retry`.
    """

    name: str
    handle: Callable[[Session, Event, datetime], None]
    starts_at_end: bool = True
    objection: Callable[[Event, datetime], Reason | None] = _no_objection


def place_bookmark(session: Session, follower: Follower) -> Bookmark:
    """The follower's bookmark, laid where it starts if it has none; two who do so at once lay one."""
    if session.get(Bookmark, follower.name) is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        start = last_event(session) if follower.starts_at_end else 0
        laid = dialect.insert(Bookmark).values(follower=follower.name, event_key=start)
        session.execute(laid.on_conflict_do_nothing())
    return session.get_one(Bookmark, follower.name)


def follow(store: Store, follower: Follower, now: datetime, seconds: float = LONGEST_BATCH) -> int:
    """Let the follower take the next events, for so long; how many it got past.

    None where another process does so just now: it need not be waited for. An event that fails is tried again before
    any later one; after three times it is set aside and the follower goes on. Trouble with the database is not the
    event's fault and raises StorageTrouble.
    """
    if not _has_more(store, follower):
        return 0
    with store.transaction() as session:
        bookmark = session.get(Bookmark, follower.name, with_for_update={"skip_locked": True})
        if bookmark is None:
            return 0
        reached, passed, batch = bookmark.event_key, 0, store.begin_batch(seconds)
        for entry in _upcoming(session, reached):
            if objection := follower.objection(entry, now):
                set_aside(session, follower.name, entry.key, objection)
            elif (failure := _try(session, follower, entry, now)) and not _count_failure(
                session, follower.name, entry, failure
            ):
                break
            reached, passed = entry.key, passed + 1
            if batch.is_over:
                break
        bookmark.event_key = reached
        session.add(bookmark)
        _forget_failures(session, bookmark)
    return passed


def _has_more(store: Store, follower: Follower) -> bool:
    """Whether the journal goes on behind the follower's bookmark, which is laid if it has none."""
    with store.reading() as session:
        known = session.get(Bookmark, follower.name)
        if known:
            return last_event(session) > known.event_key
    with store.transaction() as session:
        return last_event(session) > place_bookmark(session, follower).event_key


def _upcoming(session: Session, event_key: int) -> Iterator[Event]:
    """The events after this one, fetched a few at a time: most batches are over soon."""
    while entries := events_after(session, event_key, FETCHED):
        yield from entries
        event_key = entries[-1].key


def events_after(session: Session, event_key: int, limit: int) -> list[Event]:
    """The events behind a bookmark, oldest first, at most `limit`."""
    return list(session.execute(AFTER, {"event_key": event_key, "most": limit}).scalars())


def _try(session: Session, follower: Follower, entry: Event, now: datetime) -> Grounds | None:
    """Hand an event to its follower in a savepoint: None, or what went wrong."""
    try:
        with session.begin_nested():
            follower.handle(session, entry, now)
    except (StorageTrouble, OperationalError):
        raise
    except Exception as error:
        log.exception("event failed", follower=follower.name, event_key=entry.id)
        return Grounds(Reason.EVENT_FAILED, {"error": repr(error)})
    return None


def _count_failure(session: Session, follower: str, entry: Event, grounds: Grounds) -> bool:
    """Whether the event has failed often enough to be set aside."""
    event_key = entry.key
    found = session.get(SetAside, (follower, event_key))
    failure = found or SetAside(follower=follower, event_key=event_key, reason=grounds.reason)
    failure.attempts += 1
    failure.reason, failure.reason_details = grounds.reason, dict(grounds.details)
    failure.is_given_up = failure.attempts >= TRIES
    session.add(failure)
    return failure.is_given_up


def _forget_failures(session: Session, bookmark: Bookmark) -> None:
    """Strike out the failures of events that went well in the end."""
    session.flush()
    session.connection().execute(FORGET, {"who": bookmark.follower, "reached": bookmark.event_key})


def set_aside(session: Session, follower: str, event_key: int, why: Reason | Grounds) -> None:
    """Lay an event aside for the operator, who may have it tried again."""
    grounds = as_grounds(why)
    failure = SetAside(follower=follower, event_key=event_key, attempts=TRIES, is_given_up=True, reason=grounds.reason)
    failure.reason_details = dict(grounds.details)
    session.merge(failure)


def retry_set_aside(session: Session, follower: Follower, now: datetime) -> int:
    """Hand every event that was set aside to the follower again; how many went well this time."""
    query = select(SetAside).where(SetAside.follower == follower.name, SetAside.is_given_up)
    done = 0
    for failure in list(session.exec(query.order_by(col(SetAside.event_key)))):
        entry = session.get(Event, failure.event_key)
        trouble = _try(session, follower, entry, now) if entry else None
        if trouble:
            failure.reason, failure.reason_details = trouble.reason, dict(trouble.details)
            session.add(failure)
        else:
            session.delete(failure)
            done += 1
    return done


def handle_late(session: Session, follower: Follower, event_key: int, now: datetime) -> None:
    """Hand a follower an event that it put off; one that fails or meets its objection is set aside."""
    entry = session.get(Event, event_key)
    if entry is None:
        return
    if trouble := follower.objection(entry, now) or _try(session, follower, entry, now):
        set_aside(session, follower.name, event_key, trouble)


def lag(session: Session) -> Iterator[tuple[str, int]]:
    """Each follower that keeps its bookmark here, and how many events it has yet to take."""
    for bookmark in session.exec(select(Bookmark).order_by(Bookmark.follower)):
        behind = select(func.count()).select_from(Event).where(col(Event.id) > bookmark.event_key)
        yield bookmark.follower, session.exec(behind).one()


@contextmanager
def quiet(session: Session) -> Iterator[None]:
    """Everything appended inside is quiet: indexed, never mailed. For imports."""
    before = len(_pending(session))
    yield
    for entry in _pending(session)[before:]:
        entry["is_quiet"] = True
