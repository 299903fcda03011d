"""Search: the messages people may see, found by their words; Danish stemming by Whoosh.

The index is a cache: it follows the journal, its bookmark lies in it, and it can be deleted at any time. What a
person may see is part of the query and is checked again on every hit; excerpts come from the database.
"""

import re
import shutil
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session, col, func, select
from whoosh import fields, index, query
from whoosh.analysis import LanguageAnalyzer
from whoosh.qparser import MultifieldParser, PhrasePlugin, PlusMinusPlugin, WhitespacePlugin
from whoosh.searching import Searcher

from tickets.journal import events_after
from tickets.membership import Sight
from tickets.models import (
    Attachment,
    Event,
    EventKind,
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
NO_SCORE = 1e-6  # what scores nothing at all, Whoosh leaves out of a union of several terms
LEASE_NAME = "search"
LONGEST_QUERY = 200
MOST_TERMS = 20
EXCERPT = 240  # characters
WORD = re.compile(r"\w+", re.UNICODE)
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
        subject=fields.TEXT(analyzer=ANALYZER, field_boost=2.0),
        text=fields.TEXT(analyzer=ANALYZER),
        author=fields.TEXT,
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
            bookmark = self.bookmark
            events = events_after(session, bookmark, BATCH)
        if not events or not self._take_lease(now):
            return 0
        with self._store.reading() as session:
            self._write(session, events, is_empty=bookmark == 0)
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
        with self._open().searcher() as searcher:
            found = searcher.document(key=BOOKMARK)
        return int(found["event"]) if found else 0

    def lag(self, session: Session) -> int:
        """How many events the index has yet to take."""
        behind = select(func.count()).select_from(Event).where(col(Event.id) > self.bookmark)
        return session.exec(behind).one()

    def _open(self) -> index.Index:
        """The index; made anew where it is missing or broken."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return index.open_dir(self._folder)
        except index.EmptyIndexError:
            return index.create_in(self._folder, make_schema())
        except Exception:
            log.exception("search index unreadable, made anew")
            shutil.rmtree(self._folder)
            self._folder.mkdir(parents=True)
            return index.create_in(self._folder, make_schema())

    def _write(self, session: Session, events: list[Event], *, is_empty: bool) -> None:
        """Index the messages of these events' tickets as they are now.

        In a new index there is nothing to delete, which is dear. Of a ticket that took in another, messages are
        indexed under the other's key.
        """
        writer = self._open().writer()
        merged = {event.ticket_key for event in events if event.kind is EventKind.MERGED}
        for ticket_key in {event.ticket_key for event in events if event.ticket_key is not None}:
            if not is_empty:
                writer.delete_by_term("ticket", str(ticket_key))
            for document in _documents(session, ticket_key):
                if ticket_key in merged:
                    writer.delete_by_term("key", document["key"])
                writer.add_document(**document)
        writer.delete_by_term("key", BOOKMARK)
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
        terms = [
            query.Term(name, str(value))
            for name, value in (("list", list_key), ("status", status), ("organisation", organisation_key))
            if value is not None
        ]
        searcher = self._current()
        order: dict[str, Any] = {"sortedby": "at", "reverse": True} if newest_first else {}
        wanted = query.And([asked, _seen_by(sight), *terms])
        found = searcher.search_page(wanted, max(page, 1), pagelen=per_page, **order)
        hits = []
        looked_for = {text for field, text in asked.all_terms() if field == "text"}
        for hit in found:
            row = session.exec(
                select(Message, Ticket)
                .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
                .where(Message.id == int(hit["key"]))
            ).first()
            if row and sight.of_message(row[1], row[0]):
                hits.append(Hit(row[1], row[0], make_excerpt(row[0].text, looked_for), float(hit.score or 0)))
        return Results(len(found), tuple(hits), found.pagenum, max(found.pagecount, 1))

    def _current(self) -> Searcher:
        """A searcher that is kept; another thread opens the next when the index was written."""
        with self._lock:
            if self._searcher is None or not self._searcher.up_to_date():
                self._searcher = self._open().searcher()
            return self._searcher

    def _warm(self) -> None:
        """Open the new state of the index before the first reader needs it."""
        fresh = self._open().searcher()
        fresh.search(query.Term("text", "og"), limit=1)
        with self._lock:
            self._searcher = fresh


def _parse(words: str) -> query.Query | None:
    """Words, "phrases", + and -, and nothing dearer: no wildcards, ranges or brackets."""
    words = " ".join(words[:LONGEST_QUERY].split()[:MOST_TERMS])
    parser = MultifieldParser(
        ["subject", "text", "author"],
        schema=make_schema(),
        plugins=[WhitespacePlugin(), PhrasePlugin(), PlusMinusPlugin()],
    )
    if number := TICKET.fullmatch(words):
        return query.Term("name", number.group().lower())
    asked = parser.parse(words)
    return None if asked == query.NullQuery or not any(True for _ in asked.all_terms()) else asked


def _seen_by(sight: Sight) -> query.Query:
    """The required term of every query: that the one who asks may see it."""
    terms = [f"open-{key}" for key in sight.member_of | sight.public]
    terms += [f"lawyers-{key}" for key in sight.lawyer_of]
    if sight.person_key is not None:
        terms.append(f"person-{sight.person_key}")
    return query.Or([query.Term("seen_by", term, boost=NO_SCORE) for term in terms]) if terms else query.NullQuery


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
            "subject": ticket.subject if message.parent_key is None else "",
            "text": " ".join([message.text, *_file_names(session, message)]),
            "author": author.name if shows_asker or author.id != asker.id else "",
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
    return list(session.exec(select(Attachment.name).where(Attachment.message_key == message.id)))


def make_excerpt(text: str, stems: set[Any]) -> Excerpt:
    """The piece of a text around its first hit, with the hits told apart."""
    looked_for = {stem.decode() if isinstance(stem, bytes) else str(stem) for stem in stems}
    text = " ".join(text.split())
    hits = [word.span() for word in WORD.finditer(text) if _stem(word.group()) in looked_for]
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


def _stem(word: str) -> str:
    return next((str(token.text) for token in ANALYZER(word)), "")
