"""The index in a folder of files, by Whoosh: for a portal on one machine."""

import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session
from whoosh import index, query
from whoosh.filedb.filestore import FileStorage
from whoosh.searching import Searcher

from tickets.database.store import Store
from tickets.search.indexing import FORM, LeanCodec, make_schema
from tickets.search.ranking import Found, IndexView, Ranker, Requirements, ids_with
from tickets.search.seal import Seal
from tickets.search.similar import nearest

log = structlog.get_logger()

MOST_MEMORY = 24  # MB of postings, as Whoosh counts them, that are sorted at a time; the rest waits in files
BOOKMARK = "bookmark"
UNFINISHED = "UNFINISHED"  # a file that lies beside the index until it has caught up with the journal


class OpenedFiles:
    """One state of the files."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker

    def view(self, wanted: Requirements) -> IndexView:
        """The index as somebody sees it."""
        return self._ranker.view(wanted)

    def messages_in(self, found: Sequence[Found]) -> dict[Found, list[int]]:
        """The keys of the messages in whose text each ticket was found."""
        stored = self._ranker.searcher.stored_fields
        return {one: [int(key) for key in stored(one.document)["messages"].split()] for one in found}

    def nearest(self, subject: str, text: str, seen_by: frozenset[str]) -> list[int]:
        """The keys of answered tickets that are like this question and may be seen, the nearest first."""
        return nearest(self._ranker.searcher.reader(), subject, text, seen_by)


class FileEngine:
    """An index in a folder. Its files are sealed: whatever is wrong with one, all are made anew."""

    is_shared = False

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self.folder = store, folder
        self._ranker: Ranker | None = None
        self._seal = Seal(folder)
        self._lock = threading.Lock()
        self._asking = threading.Lock()  # for Whoosh's readers: a file they share is read from where it was left

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
        """Whether there is an index of our form."""
        searcher = self._open()
        if searcher is None:
            return False
        searcher.close()
        return True

    @property
    def is_finished(self) -> bool:
        """Whether the index has caught up with the journal since it was made."""
        return not (self.folder / UNFINISHED).exists()

    def is_whole(self) -> bool:
        """Whether the index can be read, and every file is as it was written."""
        return self._seal.holds() and self.is_readable

    def finish(self) -> None:
        """Note that the index has caught up."""
        (self.folder / UNFINISHED).unlink(missing_ok=True)

    def clear(self) -> None:
        """Throw away whatever lies where the index belongs; what cannot be deleted is put aside."""
        self._ranker = None
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.is_symlink() or self.folder.exists():
            self.folder.rename(self.folder.with_name(f"{self.folder.name}.broken-{secrets.token_hex(4)}"))

    def make(self) -> None:
        """Make an empty index in the place of whatever is there."""
        if self.folder.exists():
            log.warning("search index is made anew", folder=str(self.folder))
        self.clear()
        self.folder.mkdir(parents=True)
        (self.folder / UNFINISHED).touch()
        index.create_in(self.folder, make_schema(), FORM)

    def writing(self) -> AbstractContextManager[Session]:
        """A session to read from what is written into the index."""
        return self._store.reading()

    def tickets_holding(self, session: Session, messages: Sequence[int | None]) -> set[int]:
        """The tickets under whose key the index has these messages."""
        with self._index().reader() as reader:
            leaves = [leaf for leaf, _ in reader.leaf_readers()]
            return {
                int(leaf.stored_fields(document)["ticket"])
                for leaf in leaves
                for key in messages
                for document in ids_with(leaf, "messages", str(key))
            }

    def write(self, session: Session, due: set[int], texts: Iterable[dict[str, Any]], event: int) -> None:
        """Have these texts in the place of all that there is of the tickets that are due, up to this event."""
        writer = self._index().writer(codec=LeanCodec(), limitmb=MOST_MEMORY)
        old = [query.Term("ticket", str(ticket_key)) for ticket_key in due]
        try:
            writer.delete_by_query(query.Or([*old, query.Term("ticket", BOOKMARK)]))
            for text in texts:
                writer.add_document(**text)
            writer.add_document(ticket=BOOKMARK, event=event)
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        self._seal.write()

    def warm(self) -> None:
        """Open the new state of the index before the first reader needs it."""
        if searcher := self._open():
            fresh = Ranker(searcher, self._ranker)
            with self._lock:
                self._ranker = fresh

    @contextmanager
    def opened(self, session: Session) -> Iterator[OpenedFiles | None]:
        """The index, for as long as the block lasts; None without one that can be read."""
        ranker = self._current()
        if ranker is None:
            yield None
            return
        with self._asking:
            yield OpenedFiles(ranker)

    def forget(self) -> None:
        """Open the index anew when it is asked next."""
        with self._lock:
            self._ranker = None

    def _current(self) -> Ranker | None:
        """A searcher that is kept; another thread opens the next when the index was written. None without an index."""
        with self._lock:
            if self._ranker is None or not self._ranker.searcher.up_to_date():
                searcher = self._open()
                self._ranker = Ranker(searcher, self._ranker) if searcher else None
            return self._ranker

    def _open(self) -> Searcher | None:
        """The index as it is now; None where it is missing or broken, which the next `make` mends."""
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
