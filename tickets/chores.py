"""Chores: work that is looked for again and again, until the portal stops."""

import threading
import time
from collections.abc import Callable

import structlog

from tickets.database.store import Store
from tickets.errors import StorageTrouble

log = structlog.get_logger()

LOOK_EVERY = 1.0  # seconds
CALM, LATEST = 0.3, 4.0
AFTER_TROUBLE = 5.0

Work = Callable[[], int]  # does what there is to do, and returns how much that was


def keep(store: Store, name: str, work: Work, stop: threading.Event) -> None:
    """Do `work` as soon as anything was written, and every second besides. Set `stop`, then ring the store's bell."""
    while not stop.is_set():
        seen = store.writes
        if not _try(name, work, stop):
            store.wait(seen, LOOK_EVERY)


def repeat(name: str, work: Work, stop: threading.Event, every: float = LOOK_EVERY) -> None:
    """Do `work` and rest for so many seconds: for what is dear to begin with and may come a little later."""
    while not stop.is_set():
        _try(name, work, stop)
        stop.wait(every)


def follow_calmly(store: Store, name: str, work: Work, stop: threading.Event) -> None:
    """Do `work` once nothing was written for a moment, or after a few seconds: for what must not hold up the mail."""
    while not stop.is_set():
        due, seen = time.monotonic() + LATEST, -1
        while store.writes != seen and time.monotonic() < due and not stop.is_set():
            seen = store.writes
            stop.wait(CALM)
        if not _try(name, work, stop):
            store.wait(seen, LOOK_EVERY)


def _try(name: str, work: Work, stop: threading.Event) -> int:
    """Work that fails stays owed: it is logged and tried again. Of a database in trouble its store tells."""
    try:
        return work()
    except StorageTrouble:
        pass
    except Exception:
        log.exception("chore failed", chore=name)
    stop.wait(AFTER_TROUBLE)
    return 0
