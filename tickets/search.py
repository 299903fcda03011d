"""Search: the messages people may see, found by their words; Danish stemming by Whoosh.

The index is a cache: it follows the journal, its bookmark lies in it, and it can be deleted at any time. What a
person may see is part of the query and is checked again on every hit; excerpts come from the database.
"""

import re
import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session, col, func, select
from whoosh import fields, index, query
from whoosh.analysis import LanguageAnalyzer
from whoosh.matching import FilterMatcher, Matcher
from whoosh.qparser import PhrasePlugin, PlusMinusPlugin, PrefixPlugin, QueryParser, WhitespacePlugin
from whoosh.query.wrappers import WrappingQuery
from whoosh.reading import IndexReader
from whoosh.searching import Searcher

from tickets.journal import events_after
from tickets.membership import Sight
from tickets.models import (
    Attachment,
    Event,
    Lease,
    MailingList,
    Message,
    MessageKind,
    Person,
    Status,
    Ticket,
    Visibility,
)
from tickets.store import Store

log = structlog.get_logger()

BATCH = 500  # events that share an index commit
LEASE = timedelta(seconds=30)
LEASE_NAME = "search"
LONGEST_QUERY = 200
MOST_TERMS = 20
SUBJECT_COUNTS = 3  # as often as once in the text
EXCERPT = 240  # characters
WORD = re.compile(r"\w+", re.UNICODE)
SHORTEST_BEGINNING = 3
MOST_BEGINNINGS = 2
BEGINNING = rf"(?P<text>\w{{{SHORTEST_BEGINNING},}})[*](?= |$)"
TICKET = re.compile(r"[A-Za-z]{1,8}-\d{1,9}")
BOOKMARK = "bookmark"
ANALYZER = LanguageAnalyzer("da")


def make_schema() -> fields.Schema:
    return fields.Schema(
        key=fields.ID(unique=True, stored=True),  # the message's key, or the bookmark
        ticket=fields.ID(stored=True),
        seen_by=fields.KEYWORD,  # who may see it: open-LIST, lawyers-LIST, person-KEY
        list=fields.ID,
        status=fields.ID,
        organisation=fields.ID,
        at=fields.DATETIME(sortable=True),
        words=fields.TEXT(analyzer=ANALYZER),  # subject, text, names of files and author: one field is searched fastest
        name=fields.KEYWORD(lowercase=True),  # DB-42
        event=fields.STORED,  # of the bookmark: the last event that the index holds
    )


@dataclass(frozen=True)
class Excerpt:
    """A piece of a message; every other part of `parts` is a hit, the first is not."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(self.parts)


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
        self._store, self._folder, self._holder = store, folder, holder
        self._searcher: Searcher | None = None
        self._lock = threading.Lock()

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
        shutil.rmtree(self._folder, ignore_errors=True)
        self._searcher = None
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

    def lag(self, session: Session) -> int:
        """How many events the index has yet to take."""
        behind = select(func.count()).select_from(Event).where(col(Event.id) > self.bookmark)
        return session.exec(behind).one()

    def _open(self) -> index.Index | None:
        """The index; None where it is missing or broken, which the next `update` mends."""
        try:
            return index.open_dir(self._folder)
        except (index.EmptyIndexError, FileNotFoundError):
            return None
        except Exception:
            log.exception("search index unreadable")
            return None

    def _make(self) -> index.Index:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        return index.create_in(self._folder, make_schema())

    def _write(self, session: Session, events: list[Event]) -> None:
        """Index the tickets of these events as they are now, but for those of which more is to come.

        Of a ticket that took in another, messages stand in the index under the other's key.
        """
        due = _newest_within(session, events)
        documents = [document for ticket_key in due for document in _documents(session, ticket_key)]
        writer = (self._open() or self._make()).writer()
        old = [query.Term("ticket", str(ticket_key)) for ticket_key in due]
        old += [query.Term("key", document["key"]) for document in documents]
        writer.delete_by_query(query.Or([*old, query.Term("key", BOOKMARK)]))
        for document in documents:
            writer.add_document(**document)
        writer.add_document(key=BOOKMARK, event=events[-1].id)
        writer.commit()

    def _take_lease(self, now: datetime) -> bool:
        with self._store.transaction() as session:
            lease = session.get(Lease, LEASE_NAME, with_for_update=True)
            if lease is not None and lease.holder != self._holder and lease.expires_at > now:
                return False
            session.merge(Lease(name=LEASE_NAME, holder=self._holder, expires_at=now + LEASE))
        return True

    # -- finding -----------------------------------------------------------------------

    def find(
        self,
        session: Session,
        sight: Sight,
        words: str,
        *,
        list_key: int | None = None,
        status: Status | None = None,
        organisation_key: int | None = None,
        newest_first: bool = False,
        page: int = 1,
        per_page: int = 20,
    ) -> Results:
        """The messages that hold all these words, best first; "phrases", -without; at most 200 characters are read."""
        asked = _parse(words)
        if asked is None:
            return Results(0, (), 1, 1)
        conditions = {"list": list_key, "status": status, "organisation": organisation_key}
        terms = tuple((name, str(value)) for name, value in conditions.items() if value is not None)
        searcher = self._current()
        if searcher is None:
            return Results(0, (), 1, 1)
        order: dict[str, Any] = {"sortedby": "at", "reverse": True} if newest_first else {}
        # Whoosh's way of leaving out what cannot score high enough forgets which messages were deleted.
        found = searcher.search_page(
            Permitted(asked, _seen_by(sight), terms), max(page, 1), pagelen=per_page, optimize=False, **order
        )
        on_page = list(found)
        hits = _hits(session, sight, on_page, _stems(asked, searcher))
        total = len(found) - (len(on_page) - len(hits))
        return Results(total, hits, max(found.pagenum, 1), max(found.pagecount, 1))

    def _current(self) -> Searcher | None:
        """A searcher that is kept; another thread opens the next when the index was written. None without an index."""
        with self._lock:
            if self._searcher is None or not self._searcher.up_to_date():
                opened = self._open()
                self._searcher = opened.searcher() if opened else None
            return self._searcher

    def _warm(self) -> None:
        """Open the new state of the index before the first reader needs it."""
        if opened := self._open():
            fresh = opened.searcher()
            fresh.search(query.Term("words", "og"), limit=1)
            with self._lock:
                self._searcher = fresh


class Beginning(PrefixPlugin.PrefixNode):  # type: ignore[misc]
    """`data*`: the words that begin so; among stems, those that begin as the stem of this beginning does."""

    def query(self, parser: QueryParser) -> query.Query:
        text = self.text.lower()
        stem = _stem(text)
        begins_with = stem if text.startswith(stem) and len(stem) >= SHORTEST_BEGINNING else text
        return query.Prefix("words", begins_with)


class BeginningPlugin(PrefixPlugin):  # type: ignore[misc]
    nodetype = Beginning


def _parse(words: str) -> query.Query | None:
    """Words, "phrases", beginnings*, + and -, and nothing dearer: no other wildcards, ranges or brackets."""
    terms = words[:LONGEST_QUERY].split()[:MOST_TERMS]
    too_dear = [term for term in terms if term.endswith("*")][MOST_BEGINNINGS:]
    words = " ".join(term for term in terms if term not in too_dear)
    if number := TICKET.fullmatch(words):
        return query.Term("name", number.group().lower())
    plugins = [WhitespacePlugin(), PhrasePlugin(), PlusMinusPlugin(), BeginningPlugin(BEGINNING)]
    asked = QueryParser("words", schema=make_schema(), plugins=plugins).parse(words)
    return asked if any(not isinstance(leaf, query.Not) for leaf in asked.leaves()) else None


def _seen_by(sight: Sight) -> frozenset[str]:
    """The words of `seen_by` of which a message has at least one, if the one who asks may see it."""
    words = {f"open-{key}" for key in sight.member_of | sight.public} | {f"lawyers-{key}" for key in sight.lawyer_of}
    return frozenset(words if sight.person_key is None else words | {f"person-{sight.person_key}"})


class Permitted(WrappingQuery):  # type: ignore[misc]
    """What a query finds of the messages that one may see, and that have these other terms; scored by the query alone.

    As sets of documents these conditions cost a fraction of what they do as queries.
    """

    def __init__(self, child: query.Query, seen_by: frozenset[str], terms: tuple[tuple[str, str], ...]) -> None:
        super().__init__(child)
        self._seen_by, self._terms = seen_by, terms

    def _rewrap(self, child: query.Query) -> "Permitted":
        return Permitted(child, self._seen_by, self._terms)

    def matcher(self, searcher: Searcher, context: Any = None) -> Matcher:
        reader = searcher.reader()
        ids: set[int] = set().union(*(_ids(reader, "seen_by", word) for word in self._seen_by))
        for name, word in self._terms:
            ids.intersection_update(_ids(reader, name, word))
        return FilterMatcher(self.child.matcher(searcher, context), ids)


def _ids(reader: IndexReader, name: str, word: str) -> Iterable[int]:
    """The documents of one segment that have this term."""
    if (name, word) not in reader:
        return ()
    return reader.postings(name, word).all_ids()  # type: ignore[no-any-return]


def _stems(asked: query.Query, searcher: Searcher) -> set[str]:
    """What the words of a hit are marked by; of beginnings, all that the index has."""
    return {text.decode() for _, text in asked.existing_terms(searcher.reader(), expand=True)}


def _hits(session: Session, sight: Sight, found: Sequence[Any], stems: set[str]) -> tuple[Hit, ...]:
    """The messages that were found, without those that the one who asks may not see any more."""
    wanted = select(Message, Ticket).join(Ticket, col(Ticket.id) == col(Message.ticket_key))
    keys = [int(hit["key"]) for hit in found]
    rows = {message.id: (message, ticket) for message, ticket in session.exec(wanted.where(col(Message.id).in_(keys)))}
    return tuple(
        Hit(rows[key][1], rows[key][0], make_excerpt(rows[key][0].text, stems), float(hit.score or 0))
        for key, hit in zip(keys, found, strict=True)
        if key in rows and sight.of_message(rows[key][1], rows[key][0])
    )


def _newest_within(session: Session, events: list[Event]) -> set[int]:
    """The tickets of which the journal says nothing after these events: each is indexed once however far behind."""
    keys = {event.ticket_key for event in events}
    query_ = select(Event.ticket_key).where(col(Event.ticket_key).in_(keys)).group_by(col(Event.ticket_key))
    return {key for key in session.exec(query_.having(func.max(Event.id) <= events[-1].id)) if key is not None}


def _documents(session: Session, ticket_key: int) -> list[dict[str, Any]]:
    ticket = session.get(Ticket, ticket_key)
    if ticket is None:
        return []
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    asker = session.get_one(Person, ticket.asker_key)
    rows = session.exec(
        select(Message, Person)
        .join(Person, col(Person.id) == col(Message.author_key))
        .where(Message.ticket_key == ticket_key, Message.kind != MessageKind.AUTOMATIC)
    )
    shows_asker = ticket.visibility is not Visibility.ANONYMOUS
    return [
        {
            "key": str(message.id),
            "ticket": str(ticket.id),
            "seen_by": " ".join(_readers(ticket, message)),
            "list": str(ticket.mailing_list_key),
            "status": str(ticket.status),
            "organisation": str(asker.organisation_key) if shows_asker and asker.organisation_key else "",
            "at": message.sent_at.replace(tzinfo=None),
            "words": "\n".join(
                [
                    *[ticket.subject if message.parent_key is None else ""] * SUBJECT_COUNTS,
                    message.text,
                    *_file_names(session, message),
                    author.name if shows_asker or author.id != asker.id else "",
                ]
            ),
            "name": f"{mailing_list.prefix}-{ticket.number}".lower(),
        }
        for message, author in rows
    ]


def _readers(ticket: Ticket, message: Message) -> list[str]:
    lawyers = f"lawyers-{ticket.mailing_list_key}"
    if message.kind is MessageKind.NOTE:
        return [lawyers]
    if ticket.visibility is Visibility.CONFIDENTIAL:
        return [lawyers, f"person-{ticket.asker_key}"]
    return [lawyers, f"person-{ticket.asker_key}", f"open-{ticket.mailing_list_key}"]


def _file_names(session: Session, message: Message) -> list[str]:
    """What files are called, whole and in the words that dots and the like tie together."""
    names = list(session.exec(select(Attachment.name).where(Attachment.message_key == message.id)))
    return [*names, *(re.sub(r"[\W_]+", " ", name) for name in names)]


def make_excerpt(text: str, stems: set[str]) -> Excerpt:
    """The piece of a text around its first hit, with the hits told apart."""
    text = " ".join(text.split())
    hits = [word.span() for word in WORD.finditer(text) if _stem(word.group()) in stems]
    start = max(0, hits[0][0] - EXCERPT // 3) if hits else 0
    start = text.rfind(" ", 0, start) + 1
    end = min(len(text), start + EXCERPT)
    parts, at = [], start
    for begin, finish in hits:
        if start <= begin and finish <= end:
            parts += [text[at:begin], text[begin:finish]]
            at = finish
    parts.append(text[at:end])
    parts[0] = ("… " if start else "") + parts[0]
    parts[-1] += " …" if end < len(text) else ""
    return Excerpt(tuple(parts))


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return next((str(token.text) for token in ANALYZER(word)), "")
