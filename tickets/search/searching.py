"""Search: the tickets people may see, found by their words: all of them, where none has all most, and else any.

The index is a cache: it follows the journal, its bookmark lies in it, and it can be deleted at any time. Whatever is
wrong with it, its writer makes it anew, and until then readers are told so. What a person may see is part of the query
and is checked again on every hit; excerpts come from the database.
"""

import secrets
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, delete, func, select
from whoosh import index, query
from whoosh.filedb.filestore import FileStorage
from whoosh.searching import Searcher

from tickets.database.models import Event, Lease, Message, Ticket
from tickets.database.store import Store
from tickets.errors import PortalError
from tickets.journal import events_after
from tickets.people.sight import Sight
from tickets.search.asking import EVERYTHING, Filters, Question, minutes, read_question
from tickets.search.describing import describe_tickets
from tickets.search.hits import Hit, SearchTerms, make_hits
from tickets.search.indexing import FORM, LeanCodec, make_schema
from tickets.search.published import (
    MOST,
    PublishedAnswer,
    PublishedHit,
    describe_publications,
    make_published_hits,
    read_published,
    words_for,
)
from tickets.search.ranking import Found, IndexView, Ranker, Ranking, Requirements, ids_with
from tickets.search.seal import Seal
from tickets.search.similar import MOST as MOST_SIMILAR
from tickets.search.similar import Answered, nearest, read_answered
from tickets.search.suggesting import meant_by
from tickets.search.wording.expansion import expand, loosen
from tickets.search.wording.idioms import told_plainly

log = structlog.get_logger()

BATCH = 500  # events that share an index commit
MOST_MEMORY = 24  # MB of postings, as Whoosh counts them, that are sorted at a time; the rest waits in files
LEASE = timedelta(seconds=30)
LEASE_NAME = "search"
IndexState = Literal["ready", "unfinished", "absent"]  # whether all is found, not yet, or never on this machine
FEW = 5  # tickets that have all: with fewer, those that are near are told too
BOOKMARK = "bookmark"
UNFINISHED = "UNFINISHED"  # a file that lies beside the index until it has caught up with the journal


@dataclass(frozen=True)
class Results:
    total: int
    hits: tuple[Hit, ...]
    page: int
    pages: int
    state: IndexState = "ready"
    exact: int = 0  # of the total: tickets that have all that was asked for
    is_by_name: bool = False  # a ticket was asked for by its name, as DB-24
    published: tuple[PublishedHit, ...] = ()  # answers without names, which lead the first page
    meant: str = ""  # the question without slips of the pen, where words of it are in no ticket

    @property
    def is_relaxed(self) -> bool:
        """Whether there are tickets among them that have not all that was asked for."""
        return self.exact < self.total

    @property
    def ticket_named(self) -> Ticket | None:
        """The ticket that was asked for by its name."""
        return self.hits[0].ticket if self.is_by_name and self.hits else None


class Search:
    """The index in a folder: `update` follows the journal into it, `find` asks it."""

    def __init__(self, store: Store, folder: Path, holder: str) -> None:
        """`holder` is who writes the index, while the lease is theirs."""
        self._store, self.folder, self.holder = store, folder, holder
        self._ranker: Ranker | None = None
        self._seal = Seal(folder)
        self.is_kept = True  # by somebody on this machine: `update` is called again and again
        self._holds_lease = False
        self._lock = threading.Lock()
        self._asking = threading.Lock()  # for Whoosh's readers: a file they share is read from where it was left

    # -- following ---------------------------------------------------------------------

    def update(self, now: datetime) -> int:
        """Take the next events into the index; how many. 0 also where another process is the one that writes.

        An index that is damaged is thrown away, and made anew from the first event on.
        """
        is_whole = self._seal.holds() and self.is_readable
        with self._store.reading() as session:
            events = events_after(session, self.bookmark if is_whole else 0, BATCH)
        if not events:
            (self.folder / UNFINISHED).unlink(missing_ok=True)
        if not events or not self._take_lease(now):
            return 0
        if not is_whole:
            self._make()
        with self._store.reading() as session:
            self._write(session, events)
        self._warm()
        return len(events)

    def rebuild(self, now: datetime) -> int:
        """Throw the index away and make it anew; how many events it follows now."""
        self._clear()
        done = 0
        while taken := self.update(now):
            done += taken
        return done

    @property
    def bookmark(self) -> int:
        """The last event that the index holds."""
        searcher = self._open()
        if searcher is None:
            return 0
        try:
            with searcher:
                found = searcher.document(ticket=BOOKMARK)
        except Exception as error:  # noqa: BLE001 - so too
            log.error("search index unreadable", fault=repr(error))
            return 0
        return int(found["event"]) if found else 0

    @property
    def is_readable(self) -> bool:
        """Whether there is an index of our form; where there is none, the next `update` makes it."""
        searcher = self._open()
        if searcher is None:
            return False
        searcher.close()
        return True

    def lag(self, session: Session) -> int:
        """How many events the index has yet to take."""
        behind = select(func.count()).select_from(Event).where(col(Event.id) > self.bookmark)
        return session.exec(behind).one()

    def _open(self) -> Searcher | None:
        """The index as it is now; None where it is missing or broken, which the next `update` mends."""
        try:
            return self._index().searcher()
        except (index.EmptyIndexError, FileNotFoundError):
            return None
        except Exception as error:  # noqa: BLE001 - whatever a broken file makes Whoosh say, it is made anew
            log.error("search index unreadable", fault=repr(error))
            return None

    def _index(self) -> index.Index:
        """The index, not mapped into memory: whoever cuts off a file that is would end the process."""
        return index.FileIndex(FileStorage(str(self.folder), supports_mmap=False), indexname=FORM)

    def _clear(self) -> None:
        """Throw away whatever lies where the index belongs; what cannot be deleted is put aside."""
        self._ranker = None
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.is_symlink() or self.folder.exists():
            self.folder.rename(self.folder.with_name(f"{self.folder.name}.broken-{secrets.token_hex(4)}"))

    def _make(self) -> None:
        if self.folder.exists():
            log.warning("search index is made anew", folder=str(self.folder))
        self._clear()
        self.folder.mkdir(parents=True)
        (self.folder / UNFINISHED).touch()
        index.create_in(self.folder, make_schema(), FORM)

    def _write(self, session: Session, events: list[Event]) -> None:
        """Index the tickets of these events as they are now, but for those of which more is to come.

        Messages that moved stand in the index under the key of another ticket, which is indexed too.
        """
        opened = self._index()
        due = _newest_within(session, events)
        messages = session.exec(select(Message.id).where(col(Message.ticket_key).in_(due))).all()
        due |= _tickets_holding(opened, messages)
        writer = opened.writer(codec=LeanCodec(), limitmb=MOST_MEMORY)
        old = [query.Term("ticket", str(ticket_key)) for ticket_key in due]
        try:
            writer.delete_by_query(query.Or([*old, query.Term("ticket", BOOKMARK)]))
            for text in (*describe_tickets(session, due), *describe_publications(session, due)):
                writer.add_document(**text)
            writer.add_document(ticket=BOOKMARK, event=events[-1].id)
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        self._seal.write()

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
            if lease is not None and lease.holder != self.holder and now < lease.expires_at < now + 2 * LEASE:
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
        """The tickets that have all that is asked for, best first, then those that are near, where few have.

        What may be asked is told by `read_question`; at most 200 characters are read.
        """
        try:
            return self._find(session, sight, words, filters, newest_first, max(page, 1), per_page)
        except (SQLAlchemyError, PortalError):
            raise
        except Exception as error:  # noqa: BLE001 - so too
            log.error("search index unreadable", fault=repr(error))
            with self._lock:
                self._ranker = None
            return self._nothing(session)

    def _find(
        self, session: Session, sight: Sight, words: str, filters: Filters,
        newest_first: bool, page: int, per_page: int,
    ) -> Results:  # fmt: skip
        ranker, asked = self._current(), read_question(told_plainly(words))
        question = asked
        if ranker is None:
            return self._nothing(session)
        with self._asking:
            view = ranker.view(_wanted(sight, question, filters))
            question, ranking = _rank(view, question, page * per_page, newest_first=newest_first)
            pages = max(1, ceil(ranking.total / per_page))
            page = min(page, pages)
            on_page = ranking.found[(page - 1) * per_page : page * per_page]
            told = {one: _messages_in(ranker.searcher, one) for one in on_page}
            marks = SearchTerms(view.weights_of((*question.wanted, *question.needed)), question.phrases)
        hits = make_hits(session, sight, told, marks)
        state: IndexState = "unfinished" if (self.folder / UNFINISHED).exists() else "ready"
        gone = len(on_page) - len(hits)
        exact = ranking.exact - sum(one.is_exact for one in on_page) + sum(hit.is_exact for hit in hits)
        by_name = bool(question.ticket)
        published = self._find_published(session, sight, asked, filters, ranker) if page == 1 and not by_name else ()
        meant = meant_by(words, question, hits)
        return Results(ranking.total - gone, hits, page, pages, state, exact, by_name, published, meant)

    def _find_published(
        self, session: Session, sight: Sight, question: Question, filters: Filters, ranker: Ranker
    ) -> tuple[PublishedHit, ...]:
        """The published answers that have all that is asked for; of none it is told who asked, or how it stands."""
        if filters.status is not None or filters.organisation_key is not None:
            return ()
        with self._asking:
            view = ranker.view(replace(_wanted(sight, question, filters), seen_by=words_for(sight)))
            question = expand(question, view)
            ranking = view.rank(question, MOST)
            weights = view.weights_of((*question.wanted, *question.needed))
        return make_published_hits(session, sight, ranking.found, weights, question.phrases)

    def _nothing(self, session: Session) -> Results:
        """What is found without an index that can be read."""
        if session.exec(select(col(Event.id)).limit(1)).first() is None:
            return Results(0, (), 1, 1)
        return Results(0, (), 1, 1, "unfinished" if self.is_kept else "absent")

    def find_similar(self, session: Session, sight: Sight, message: Message) -> tuple[Answered | PublishedAnswer, ...]:
        """The answered questions nearest to this one, published answers first, each ticket once.

        None where the index cannot be read, for nobody waits for it.
        """
        return self.find_like(session, sight, message.subject, message.text, message.ticket_key)

    def find_like(
        self, session: Session, sight: Sight, subject: str, text: str, but_not: int = 0
    ) -> tuple[Answered | PublishedAnswer, ...]:
        """The same for a question that is not filed yet; without the ticket `but_not`."""
        try:
            ranker = self._current()
            reader = ranker.searcher.reader() if ranker else None
            with self._asking:
                about = (reader, subject, text)
                keys = nearest(*about, sight.words()) if reader else []
                first = nearest(*about, words_for(sight)) if reader else []
        except Exception:
            log.exception("search index unreadable")
            keys, first = [], []
        published = read_published(session, sight, first, but_not) if first else ()
        told = {one.publication.ticket_key for one in published}
        others = [key for key in keys if key not in told]
        answered = read_answered(session, sight, others, but_not) if others else ()
        found: list[Answered | PublishedAnswer] = [*published, *answered]
        return tuple(found[:MOST_SIMILAR])

    def _current(self) -> Ranker | None:
        """A searcher that is kept; another thread opens the next when the index was written. None without an index."""
        with self._lock:
            if self._ranker is None or not self._ranker.searcher.up_to_date():
                searcher = self._open()
                self._ranker = Ranker(searcher, self._ranker) if searcher else None
            return self._ranker

    def _warm(self) -> None:
        """Open the new state of the index before the first reader needs it."""
        if searcher := self._open():
            fresh = Ranker(searcher, self._ranker)
            with self._lock:
                self._ranker = fresh


def _wanted(sight: Sight, question: Question, filters: Filters) -> Requirements:
    after, before = (minutes(at) if at else None for at in (question.after, question.before))
    return Requirements(sight.words(), (*filters.terms(), *question.terms), after, before)


def _rank(view: IndexView, question: Question, most: int, *, newest_first: bool) -> tuple[Question, Ranking]:
    """The tickets that have all; where they are few, those that are near too. With the question as it was asked."""
    question = expand(question, view)
    ranking = view.rank(question, most, newest_first=newest_first)
    if ranking.exact >= FEW or question.ticket:
        return question, ranking
    question = loosen(question, view)
    return question, view.rank(question, most, newest_first=newest_first, is_strict=False)


def _messages_in(searcher: Searcher, found: Found) -> list[int]:
    """The keys of the messages in whose text a ticket was found."""
    return [int(key) for key in searcher.stored_fields(found.document)["messages"].split()]


def _tickets_holding(opened: index.FileIndex, messages: Iterable[int | None]) -> set[int]:
    """The tickets under whose key the index has these messages."""
    with opened.reader() as reader:
        leaves = [leaf for leaf, _ in reader.leaf_readers()]
        return {
            int(leaf.stored_fields(document)["ticket"])
            for leaf in leaves
            for key in messages
            for document in ids_with(leaf, "messages", str(key))
        }


def _newest_within(session: Session, events: list[Event]) -> set[int]:
    """The tickets of which the journal says nothing after these events: each is indexed once however far behind."""
    keys = {event.ticket_key for event in events}
    query_ = select(Event.ticket_key).where(col(Event.ticket_key).in_(keys)).group_by(col(Event.ticket_key))
    return {key for key in session.exec(query_.having(func.max(Event.id) <= events[-1].id)) if key is not None}
