"""Search: the messages people may see, found by their words; Danish stemming by Whoosh.

The index is a cache: it follows the journal, its bookmark lies in it, and it can be deleted at any time. What a
person may see is part of the query and is checked again on every hit; excerpts come from the database.
"""

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

import structlog
from sqlmodel import Session, col, delete, func, select
from whoosh import index, query
from whoosh.searching import Searcher

from tickets.asking import EVERYTHING, Filters, parse_words, phrases_of, words_of
from tickets.excerpt import Excerpt, make_excerpt
from tickets.indexing import FORM, LeanCodec, describe_tickets, make_schema
from tickets.journal import events_after
from tickets.membership import Sight
from tickets.models import Event, Lease, Message, Ticket
from tickets.ranking import WORDS, Found, Ranker, Wanted
from tickets.similar import Answered, nearest, read_answered
from tickets.store import Store

log = structlog.get_logger()

BATCH = 500  # events that share an index commit
MOST_MEMORY = 24  # MB of postings, as Whoosh counts them, that are sorted at a time; the rest waits in files
LEASE = timedelta(seconds=30)
LEASE_NAME = "search"
BOOKMARK = "bookmark"


@dataclass(frozen=True)
class Hit:
    ticket: Ticket
    message: Message
    excerpt: Excerpt
    score: float


@dataclass(frozen=True)
class Results:
    total: int
    hits: tuple[Hit, ...]
    page: int
    pages: int


class Search:
    """The index in a folder: `update` follows the journal into it, `find` asks it."""

    def __init__(self, store: Store, folder: Path, holder: str) -> None:
        """`holder` is who writes the index, while the lease is theirs."""
        self._store, self.folder, self.holder = store, folder, holder
        self._ranker: Ranker | None = None
        self._holds_lease = False
        self._lock = threading.Lock()
        self._asking = threading.Lock()  # for Whoosh's readers: a file they share is read from where it was left

    # -- following ---------------------------------------------------------------------

    def update(self, now: datetime) -> int:
        """Take the next events into the index; how many. 0 also where another process is the one that writes."""
        with self._store.reading() as session:
            events = events_after(session, self.bookmark, BATCH)
        if not events or not self._take_lease(now):
            return 0
        with self._store.reading() as session:
            self._write(session, events)
        self._warm()
        return len(events)

    def rebuild(self, now: datetime) -> int:
        """Throw the index away and make it anew; how many events it follows now."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._ranker = None
        done = 0
        while taken := self.update(now):
            done += taken
        return done

    @property
    def bookmark(self) -> int:
        """The last event that the index holds."""
        opened = self._open()
        if opened is None:
            return 0
        with opened.searcher() as searcher:
            found = searcher.document(key=BOOKMARK)
        return int(found["event"]) if found else 0

    @property
    def is_readable(self) -> bool:
        """Whether there is an index of our form; where there is none, the next `update` makes it."""
        return self._open() is not None

    def lag(self, session: Session) -> int:
        """How many events the index has yet to take."""
        behind = select(func.count()).select_from(Event).where(col(Event.id) > self.bookmark)
        return session.exec(behind).one()

    def _open(self) -> index.Index | None:
        """The index; None where it is missing or broken, which the next `update` mends."""
        try:
            return index.open_dir(self.folder, FORM)
        except (index.EmptyIndexError, FileNotFoundError):
            return None
        except Exception:
            log.exception("search index unreadable")
            return None

    def _make(self) -> index.Index:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return index.create_in(self.folder, make_schema(), FORM)

    def _write(self, session: Session, events: list[Event]) -> None:
        """Index the tickets of these events as they are now, but for those of which more is to come.

        Of a ticket that took in another, messages stand in the index under the other's key.
        """
        due = _newest_within(session, events)
        documents = describe_tickets(session, due)
        writer = (self._open() or self._make()).writer(codec=LeanCodec(), limitmb=MOST_MEMORY)
        old = [query.Term("ticket", str(ticket_key)) for ticket_key in due]
        old += [query.Term("key", document["key"]) for document in documents]
        writer.delete_by_query(query.Or([*old, query.Term("key", BOOKMARK)]))
        for document in documents:
            writer.add_document(**document)
        writer.add_document(key=BOOKMARK, event=events[-1].id)
        writer.commit()

    def give_back(self) -> None:
        """Let another process write the index at once, and not only when our lease has run out."""
        if not self._holds_lease:
            return
        with self._store.transaction() as session:
            session.exec(delete(Lease).where(col(Lease.name) == LEASE_NAME, col(Lease.holder) == self.holder))
        self._holds_lease = False

    def _take_lease(self, now: datetime) -> bool:
        with self._store.transaction() as session:
            lease = session.get(Lease, LEASE_NAME, with_for_update=True)
            if lease is not None and lease.holder != self.holder and lease.expires_at > now:
                return False
            session.merge(Lease(name=LEASE_NAME, holder=self.holder, expires_at=now + LEASE))
        self._holds_lease = True
        return True

    # -- finding -----------------------------------------------------------------------

    def find(
        self,
        session: Session,
        sight: Sight,
        words: str,
        filters: Filters = EVERYTHING,
        *,
        newest_first: bool = False,
        page: int = 1,
        per_page: int = 20,
    ) -> Results:
        """The messages that hold all these words, best first; "phrases", -without; at most 200 characters are read."""
        asked = parse_words(words)
        ranker = self._current()
        if ranker is None:
            return Results(0, (), 1, 1)
        page = max(page, 1)
        wanted = Wanted(words_of(sight), filters.terms())
        with self._asking:
            found, total = ranker.rank(asked, wanted, page * per_page, newest_first=newest_first)
            pages = max(1, ceil(total / per_page))
            page = min(page, pages)
            on_page = {_key(ranker.searcher, one): one for one in found[(page - 1) * per_page : page * per_page]}
            terms = _terms(asked, ranker.searcher)
        hits = _hits(session, sight, on_page, terms, phrases_of(asked))
        return Results(total - (len(on_page) - len(hits)), hits, page, pages)

    def find_similar(self, session: Session, sight: Sight, message: Message) -> tuple[Answered, ...]:
        """The answered questions nearest to this one; none where the index cannot be read, for nobody waits for it."""
        try:
            ranker = self._current()
            reader = ranker.searcher.reader() if ranker else None
            with self._asking:
                keys = nearest(reader, message.subject, message.text, words_of(sight)) if reader else []
        except Exception:
            log.exception("search index unreadable")
            keys = []
        return read_answered(session, sight, keys, message.ticket_key) if keys else ()

    def _current(self) -> Ranker | None:
        """A searcher that is kept; another thread opens the next when the index was written. None without an index."""
        with self._lock:
            if self._ranker is None or not self._ranker.searcher.up_to_date():
                opened = self._open()
                self._ranker = Ranker(opened.searcher()) if opened else None
            return self._ranker

    def _warm(self) -> None:
        """Open the new state of the index before the first reader needs it."""
        if opened := self._open():
            fresh = Ranker(opened.searcher())
            with self._lock:
                self._ranker = fresh


def _terms(asked: query.Query, searcher: Searcher) -> set[str]:
    """What the words of a hit are marked by; of beginnings, all that the index has."""
    return {text.decode() for name, text in asked.existing_terms(searcher.reader(), expand=True) if name == WORDS}


def _key(searcher: Searcher, found: Found) -> int:
    return int(searcher.stored_fields(found.document)["key"])


def _hits(
    session: Session, sight: Sight, found: Mapping[int, Found], terms: set[str], phrases: list[tuple[str, ...]]
) -> tuple[Hit, ...]:
    """The messages that were found, without those that the one who asks may not see any more."""
    wanted = select(Message, Ticket).join(Ticket, col(Ticket.id) == col(Message.ticket_key))
    rows = {message.id: (message, ticket) for message, ticket in session.exec(wanted.where(col(Message.id).in_(found)))}
    return tuple(
        Hit(rows[key][1], rows[key][0], make_excerpt(rows[key][0].text, terms, phrases), one.score)
        for key, one in found.items()
        if key in rows and sight.of_message(rows[key][1], rows[key][0])
    )


def _newest_within(session: Session, events: list[Event]) -> set[int]:
    """The tickets of which the journal says nothing after these events: each is indexed once however far behind."""
    keys = {event.ticket_key for event in events}
    query_ = select(Event.ticket_key).where(col(Event.ticket_key).in_(keys)).group_by(col(Event.ticket_key))
    return {key for key in session.exec(query_.having(func.max(Event.id) <= events[-1].id)) if key is not None}
