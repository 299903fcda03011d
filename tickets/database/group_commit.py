"""Group commit: many who each need something durable share one commit."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

import structlog
from sqlmodel import Session

from tickets.errors import PortalError, StorageTrouble

log = structlog.get_logger()

LARGEST_GROUP = 100

T = TypeVar("T")
Begin = Callable[[], AbstractContextManager[Session]]


class GroupCommit(Generic[T]):
    """Writes what is submitted from one thread: whatever comes while one commit is under way shares the next.

    Durability costs one commit per group instead of one per item, and nobody is answered before it.
    """

    def __init__(self, begin: Begin, write: Callable[[Session, list[T]], Sequence[object] | None]) -> None:
        """`begin` opens the transaction of a group: a store's `prompt`, or its `whisper`.

        What `write` returns of each item is the result of its future.
        """
        self._begin, self._write = begin, write
        self._queue: queue.SimpleQueue[tuple[T, Future[Any]] | None] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._run, name="group commit", daemon=True)
        self._worker.start()

    def submit(self, item: T) -> "Future[Any]":
        """Hand over an item; the future is done when it is durable, or carries what prevented that."""
        future: Future[Any] = Future()
        self._queue.put((item, future))
        return future

    def close(self) -> None:
        """Commit what was submitted, then end."""
        self._queue.put(None)
        self._worker.join()

    def _run(self) -> None:
        while self._commit_next():
            pass

    def _commit_next(self) -> bool:
        """Wait for an item and commit it with what came meanwhile; keep nothing of it. False at the end."""
        if (first := self._queue.get()) is None:
            return False
        group = [first]
        while len(group) < LARGEST_GROUP and not self._queue.empty():
            if (another := self._queue.get()) is None:
                self._queue.put(None)
                break
            group.append(another)
        # Who has hung up by now is left out; who hangs up from here on cannot cancel any more.
        self._commit([one for one in group if one[1].set_running_or_notify_cancel()])
        return True

    def _commit(self, group: list[tuple[T, "Future[Any]"]]) -> None:
        if not group:
            return
        try:
            with self._begin() as session:
                results = self._write(session, [item for item, _ in group])
        except StorageTrouble as trouble:  # nobody's fault, and trying each alone would take as long again for each
            for _, future in group:
                future.set_exception(trouble)
        except Exception as error:
            log.exception("not stored", group=len(group))
            self._commit_apart(group, error)
        else:
            for (_, future), result in zip(group, results or [None] * len(group), strict=True):
                future.set_result(result)

    def _commit_apart(self, group: list[tuple[T, "Future[Any]"]], error: Exception) -> None:
        """One bad item fails alone: commit each of a failed group by itself."""
        if len(group) > 1:
            for one in group:
                self._commit([one])
        else:
            group[0][1].set_exception(error if isinstance(error, PortalError) else PortalError("Not stored"))
