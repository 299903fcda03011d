"""Search: the tickets people may see, found by their words: all of them, where none has all most, and else any.

The index is a cache: it follows the journal, its bookmark lies in it, and it can be deleted at any time. Whatever is
wrong with it, its writer makes it anew, and until then readers are told so. What a person may see is part of the query
and is checked again on every hit; excerpts come from the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from math import ceil
from pathlib import Path
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, delete, func, select

from tickets.database.models import Event, Lease, Message, Ticket
from tickets.database.store import Store
from tickets.errors import PortalError
from tickets.journal import events_after
from tickets.people.sight import Sight
from tickets.search.asking import EVERYTHING, Filters, Question, minutes, read_question
from tickets.search.describing import describe_tickets
from tickets.search.engines.engine import OpenIndex, SearchEngine, SeenIndex
from tickets.search.engines.files import FileEngine
from tickets.search.engines.tables import TableEngine
from tickets.search.facets import Facet, count_facets
from tickets.search.hits import Hit, SearchTerms, make_hits
from tickets.search.published import (
    MOST,
    PublishedAnswer,
    PublishedHit,
    describe_publications,
    make_published_hits,
    read_published,
    words_for,
)
from tickets.search.ranking import Found, Ranking, Requirements
from tickets.search.similar import MOST as MOST_SIMILAR
from tickets.search.similar import Answered, read_answered
from tickets.search.suggesting import meant_by
from tickets.search.wording.expansion import expand, loosen
from tickets.search.wording.idioms import told_plainly

log = structlog.get_logger()

BATCH = 500  # events that share an index commit
LEASE = timedelta(seconds=30)
LEASE_NAME = "search"
IndexState = Literal["ready", "unfinished", "absent"]  # whether all is found, not yet, or never on this machine
MOST_COUNTED = 2_000  # tickets, by list, status and so on
FEW = 5  # tickets that have all: with fewer, those that are near are told too


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
    facets: tuple[Facet, ...] = ()  # by what it may be narrowed
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
    """The index of a portal: `update` follows the journal into it, `find` asks it."""

    def __init__(self, store: Store, folder: Path, holder: str) -> None:
        """`holder` is who writes the index, while the lease is theirs; `folder` is for an index in files."""
        self._store, self.folder, self.holder = store, folder, holder
        self._engine: SearchEngine = FileEngine(store, folder) if store.is_sqlite else TableEngine(store)
        self.is_kept = True  # by somebody on this machine: `update` is called again and again
        self._holds_lease = False

    # -- following ---------------------------------------------------------------------

    def update(self, now: datetime) -> int:
        """Take the next events into the index; how many. 0 also where another process is the one that writes.

        An index that is damaged is thrown away, and made anew from the first event on.
        """
        engine = self._engine
        is_whole = engine.is_whole()
        with self._store.reading() as session:
            events = events_after(session, engine.bookmark if is_whole else 0, BATCH)
        if not events:
            engine.finish()
        if not events or not self._take_lease(now):
            return 0
        if not is_whole:
            engine.make()
        with engine.writing() as session:
            self._write(session, events)
        engine.warm()
        return len(events)

    def rebuild(self, now: datetime) -> int:
        """Throw the index away and make it anew; how many events it follows now."""
        self._engine.clear()
        done = 0
        while taken := self.update(now):
            done += taken
        return done

    @property
    def bookmark(self) -> int:
        """The last event that the index holds."""
        return self._engine.bookmark

    @property
    def is_readable(self) -> bool:
        """Whether there is an index of our form; where there is none, the next `update` makes it."""
        return self._engine.is_readable

    @property
    def is_shared(self) -> bool:
        """Whether the index lies in the database, where every machine of the portal finds it."""
        return self._engine.is_shared

    def lag(self, session: Session) -> int:
        """How many events the index has yet to take."""
        behind = select(func.count()).select_from(Event).where(col(Event.id) > self.bookmark)
        return session.exec(behind).one()

    def _write(self, session: Session, events: list[Event]) -> None:
        """Index the tickets of these events as they are now, but for those of which more is to come.

        Messages that moved stand in the index under the key of another ticket, which is indexed too.
        """
        due = _newest_within(session, events)
        messages = session.exec(select(Message.id).where(col(Message.ticket_key).in_(due))).all()
        due |= self._engine.tickets_holding(session, messages)
        texts = chain(describe_tickets(session, due), describe_publications(session, due))
        self._engine.write(session, due, texts, max(filter(None, (one.id for one in events))))

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
        except Exception as error:  # noqa: BLE001 - whatever a broken file makes an engine say, it is made anew
            log.error("search index unreadable", fault=repr(error))
            self._engine.forget()
            return self._nothing(session)

    def _find(
        self, session: Session, sight: Sight, words: str, filters: Filters,
        newest_first: bool, page: int, per_page: int,
    ) -> Results:  # fmt: skip
        asked = read_question(told_plainly(words))
        with self._engine.opened(session) as opened:
            if opened is None:
                return self._nothing(session)
            view = opened.view(_wanted(sight, asked, filters))
            question, ranking = _rank(view, asked, page * per_page, newest_first=newest_first)
            pages = max(1, ceil(ranking.total / per_page))
            page = min(page, pages)
            on_page = ranking.found[(page - 1) * per_page : page * per_page]
            told = opened.messages_in(on_page)
            marks = SearchTerms(view.weights_of((*question.wanted, *question.needed)), question.phrases)
            leading = page == 1 and not question.ticket
            first = self._rank_published(opened, sight, asked, filters) if leading else None
        hits = make_hits(session, sight, told, marks)
        state: IndexState = "ready" if self._engine.is_finished else "unfinished"
        gone = len(on_page) - len(hits)
        exact = ranking.exact - sum(one.is_exact for one in on_page) + sum(hit.is_exact for hit in hits)
        published = make_published_hits(session, sight, *first) if first else ()
        facets = count_facets(session, sight, ranking.keys[:MOST_COUNTED]) if hits else ()
        meant = meant_by(words, question, hits)
        return Results(
            ranking.total - gone, hits, page, pages, state, exact, bool(question.ticket), published, facets, meant
        )

    def _rank_published(
        self, opened: OpenIndex, sight: Sight, question: Question, filters: Filters
    ) -> tuple[Sequence[Found], Mapping[str, float], list[tuple[str, ...]]] | None:
        """The published answers that have all that is asked for; of none it is told who asked, or how it stands."""
        if filters.status is not None or filters.organisation_key is not None:
            return None
        view = opened.view(replace(_wanted(sight, question, filters), seen_by=words_for(sight)))
        question = expand(question, view)
        ranking = view.rank(question, MOST)
        weights = view.weights_of((*question.wanted, *question.needed)) if ranking.found else {}
        return ranking.found, weights, question.phrases

    def _nothing(self, session: Session) -> Results:
        """What is found without an index that can be read."""
        if session.exec(select(col(Event.id)).limit(1)).first() is None:
            return Results(0, (), 1, 1)
        return Results(0, (), 1, 1, "unfinished" if self.is_kept or self.is_shared else "absent")

    def find_similar(self, session: Session, sight: Sight, message: Message) -> tuple[Answered | PublishedAnswer, ...]:
        """The answered questions nearest to this one, published answers first, each ticket once.

        None where the index cannot be read, for nobody waits for it.
        """
        return self.find_like(session, sight, message.subject, message.text, message.ticket_key)

    def find_like(
        self, session: Session, sight: Sight, subject: str, text: str, but_not: int = 0
    ) -> tuple[Answered | PublishedAnswer, ...]:
        """The same for a question that is not filed yet; without the ticket `but_not`."""
        about = (subject, text)
        try:
            with self._engine.opened(session) as opened:
                keys = opened.nearest(*about, sight.words()) if opened else []
                first = opened.nearest(*about, words_for(sight)) if opened else []
        except (SQLAlchemyError, PortalError):
            raise
        except Exception:
            log.exception("search index unreadable")
            keys, first = [], []
        published = read_published(session, sight, first, but_not) if first else ()
        told = {one.publication.ticket_key for one in published}
        others = [key for key in keys if key not in told]
        answered = read_answered(session, sight, others, but_not) if others else ()
        found: list[Answered | PublishedAnswer] = [*published, *answered]
        return tuple(found[:MOST_SIMILAR])


def _wanted(sight: Sight, question: Question, filters: Filters) -> Requirements:
    after, before = (minutes(at) if at else None for at in (question.after, question.before))
    return Requirements(sight.words(), (*filters.terms(), *question.terms), after, before)


def _rank(view: SeenIndex, question: Question, most: int, *, newest_first: bool) -> tuple[Question, Ranking]:
    """The tickets that have all; where they are few, those that are near too. With the question as it was asked."""
    question = expand(question, view)
    ranking = view.rank(question, most, newest_first=newest_first)
    if ranking.exact >= FEW or question.ticket:
        return question, ranking
    question = loosen(question, view)
    return question, view.rank(question, most, newest_first=newest_first, is_strict=False)


def _newest_within(session: Session, events: list[Event]) -> set[int]:
    """The tickets of which the journal says nothing after these events: each is indexed once however far behind."""
    keys = {event.ticket_key for event in events}
    query_ = select(Event.ticket_key).where(col(Event.ticket_key).in_(keys)).group_by(col(Event.ticket_key))
    return {key for key in session.exec(query_.having(func.max(Event.id) <= events[-1].id)) if key is not None}
