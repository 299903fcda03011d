"""Chores: work that is looked for again and again, until the portal stops."""

import threading
from collections.abc import Callable

import structlog

from tickets.errors import StorageTrouble
from tickets.store import Store

log = structlog.get_logger()

LOOK_EVERY = 1.0  # seconds
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


def _try(name: str, work: Work, stop: threading.Event) -> int:
    """Work that fails stays owed: it is logged and tried again."""
    try:
        return work()
    except StorageTrouble as trouble:
        log.error("database in trouble", chore=name, trouble=str(trouble))
    except Exception:
        log.exception("chore failed", chore=name)
    stop.wait(AFTER_TROUBLE)
    return 0
