"""The index in tables of the portal's own database, on PostgreSQL: every machine of the portal finds by the same.

A text is a `tsvector` of our own stems and citations, so that PostgreSQL's dictionaries know nothing of Danish and find
what Whoosh finds. The tables have a schema of their own, made by whoever writes the index and thrown away with it:
what lies there is no data, and no migration knows it.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

from tickets.database.store import Store
from tickets.search.engines.views import OpenedTables, quoted
from tickets.search.wording.spelling import WordTable
from tickets.text.citations import find_citations
from tickets.text.garbled import composed
from tickets.text.stems import literals_of, stems_of

SCHEMA = "search1"  # another one when what is below changes: tables of another form are not read, but made anew
MOST_COUNTED = 20  # times that a text has a term
MOST_PLACES = 250  # at which a text has a word; PostgreSQL keeps 255
LAST_PLACE = 16_000  # of a word in a text; PostgreSQL knows 16,383
LONGEST_TERM = 200  # characters
MOST_TABLES = 8  # of words, each with those that came since the last
FIELDS = ("list", "status", "answered", "organisation", "organisations", "authors", "topics", "name")
MAKE = f"""
    DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
    CREATE SCHEMA {SCHEMA};
    CREATE TABLE {SCHEMA}.state (event bigint NOT NULL, is_whole boolean NOT NULL);
    INSERT INTO {SCHEMA}.state VALUES (0, false);
    CREATE TABLE {SCHEMA}.words (id bigint GENERATED ALWAYS AS IDENTITY, word text PRIMARY KEY);
    CREATE INDEX ON {SCHEMA}.words (id);
    CREATE TABLE {SCHEMA}.texts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket bigint NOT NULL, number bigint NOT NULL,
        messages bigint[] NOT NULL, seen_by text[] NOT NULL, fields text[] NOT NULL, begun bigint NOT NULL,
        at bigint NOT NULL, is_answered boolean NOT NULL, words tsvector NOT NULL, literally tsvector NOT NULL
    );
    CREATE INDEX ON {SCHEMA}.texts (ticket);
    CREATE INDEX ON {SCHEMA}.texts (at);
    CREATE INDEX ON {SCHEMA}.texts USING gin (messages);
    CREATE INDEX ON {SCHEMA}.texts USING gin (fields);
    CREATE INDEX ON {SCHEMA}.texts USING gin (words) WITH (fastupdate = off);
    CREATE INDEX ON {SCHEMA}.texts USING gin (literally) WITH (fastupdate = off);
"""
ADD = f"""
    INSERT INTO {SCHEMA}.texts (ticket, number, messages, seen_by, fields, begun, at, is_answered, words, literally)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::text::tsvector, %s::text::tsvector)
"""
TERMS = f"SELECT DISTINCT lexeme FROM {SCHEMA}.texts, unnest(words) WHERE ticket = ANY(%s)"
ADD_WORDS = f"INSERT INTO {SCHEMA}.words (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
FORGET_WORDS = f"""
    DELETE FROM {SCHEMA}.words AS gone WHERE word = ANY(%s)
    AND NOT EXISTS (SELECT FROM {SCHEMA}.texts WHERE words @@ ('''' || gone.word || '''')::tsquery)
"""


class TableEngine:
    """An index in the database."""

    is_shared = True

    def __init__(self, store: Store) -> None:
        self._store = store
        self._words: list[WordTable] = []
        self._last_word = 0
        self._lock = threading.Lock()

    @property
    def bookmark(self) -> int:
        """The last event that the index holds."""
        return self._state()[0]

    @property
    def is_readable(self) -> bool:
        """Whether there are tables of our form."""
        return self._is_there()

    @property
    def is_finished(self) -> bool:
        """Whether the index has caught up with the journal since it was made."""
        return self._state()[1]

    def is_whole(self) -> bool:
        """Whether there are tables of our form: that what is in them is whole, the database answers for."""
        return self._is_there()

    def finish(self) -> None:
        """Note that the index has caught up."""
        if self._is_there() and not self.is_finished:
            with self._store.whisper() as session:
                session.connection().exec_driver_sql(f"UPDATE {SCHEMA}.state SET is_whole = true")

    def clear(self) -> None:
        """Throw the index away."""
        with self._store.whisper() as session:
            session.connection().exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        self.forget()

    def make(self) -> None:
        """Make empty tables in the place of whatever is there."""
        with self._store.whisper() as session:
            session.connection().exec_driver_sql(MAKE)
        self.forget()

    def writing(self) -> AbstractContextManager[Session]:
        """The transaction in which the index is written."""
        return self._store.whisper()

    def tickets_holding(self, session: Session, messages: Sequence[int | None]) -> set[int]:
        """The tickets under whose key the index has these messages."""
        asked = f"SELECT DISTINCT ticket FROM {SCHEMA}.texts WHERE messages && %s::bigint[]"
        return set(session.connection().exec_driver_sql(asked, (list(messages),)).scalars())

    def write(self, session: Session, due: set[int], texts: Iterable[dict[str, Any]], event: int) -> None:
        """Have these texts in the place of all that there is of the tickets that are due, up to this event."""
        connection, keys = session.connection(), (list(due),)
        before = set(connection.exec_driver_sql(TERMS, keys).scalars())
        connection.exec_driver_sql(f"DELETE FROM {SCHEMA}.texts WHERE ticket = ANY(%s)", keys)
        for text in texts:
            connection.exec_driver_sql(ADD, _row(text))
        after = set(connection.exec_driver_sql(TERMS, keys).scalars())
        connection.exec_driver_sql(ADD_WORDS, (sorted(filter(str.isalpha, after - before)),))
        connection.exec_driver_sql(FORGET_WORDS, (sorted(filter(str.isalpha, before - after)),))
        connection.exec_driver_sql(f"UPDATE {SCHEMA}.state SET event = %s", (event,))

    def warm(self) -> None:
        """Know the words that are new before the first reader needs them."""
        with self._store.reading() as session:
            self._read_words(session.connection())

    @contextmanager
    def opened(self, session: Session) -> Iterator[OpenedTables | None]:
        """The index as the session sees it; None where there is none."""
        connection = session.connection()
        if not _has_tables(connection):
            yield None
            return
        yield OpenedTables(connection, SCHEMA, self._read_words(connection))

    def forget(self) -> None:
        """Read the words anew when they are needed next."""
        with self._lock:
            self._words, self._last_word = [], 0

    def _state(self) -> tuple[int, bool]:
        with self._store.reading() as session:
            if not _has_tables(session.connection()):
                return 0, False
            event, is_whole = session.connection().exec_driver_sql(f"SELECT * FROM {SCHEMA}.state").one()
            return event, is_whole

    def _is_there(self) -> bool:
        with self._store.reading() as session:
            return _has_tables(session.connection())

    def _read_words(self, connection: Connection) -> list[WordTable]:
        """All words of the index, with those that came since they were last read."""
        fresh = f"SELECT id, word FROM {SCHEMA}.words WHERE id > %s ORDER BY id"
        with self._lock:
            rows = connection.exec_driver_sql(fresh, (self._last_word,)).all()
            if rows:
                self._last_word = rows[-1].id
                self._words = [*self._words, WordTable(row.word for row in rows)]
            if len(self._words) > MOST_TABLES:
                self._words = [WordTable(word for table in self._words for word in table.words)]
            return list(self._words)


def _has_tables(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.state",)).scalar())


def _row(text: dict[str, Any]) -> tuple[Any, ...]:
    """A text as `describing` tells it, as a row of the table."""
    fields = [f"{name}:{word}" for name in FIELDS for word in str(text.get(name, "")).split()]
    messages = [int(key) for key in text["messages"].split()]
    words, literally = _terms_of(text["words"]), _places_of(text["literally"])
    return (
        int(text["ticket"]), text["number"], messages, text["seen_by"].split(), fields, text["begun"], text["at"],
        text["answered"] == "1", words, literally,
    )  # fmt: skip


def _terms_of(text: str) -> str:
    """Each stem and each place of a law in a text, as often as it occurs."""
    counts = Counter(stems_of(text))
    counts.update(term for citation in find_citations(composed(text)) for term in citation.terms)
    fit = ((term, min(count, MOST_COUNTED)) for term, count in counts.items() if len(term) <= LONGEST_TERM)
    return " ".join(f"{quoted(term)}:{','.join(map(str, range(1, count + 1)))}" for term, count in fit)


def _places_of(text: str) -> str:
    """Each word of a text as it is written, with the places where it occurs."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(literals_of(text)[:LAST_PLACE], 1):
        if word != "\f" and len(word) <= LONGEST_TERM:
            places.setdefault(word, []).append(str(place))
    return " ".join(f"{quoted(word)}:{','.join(found[:MOST_PLACES])}" for word, found in places.items())
