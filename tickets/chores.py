"""Chores: work that is looked for again whenever something was written, and every second besides."""

import threading
from collections.abc import Callable

import structlog

from tickets.errors import StorageTrouble
from tickets.store import Store

log = structlog.get_logger()

LOOK_EVERY = 1.0  # seconds
AFTER_TROUBLE = 5.0


def keep(store: Store, name: str, work: Callable[[], int], stop: threading.Event) -> None:
    """Do `work` until told to stop; it returns how much it did, and 0 when there is nothing to do.

    Work that fails stays owed: it is logged and tried again. Set `stop`, then ring the store's bell.
    """
    while not stop.is_set():
        seen = store.writes
        try:
            done = work()
        except StorageTrouble as trouble:
            log.error("database in trouble", chore=name, trouble=str(trouble))
            stop.wait(AFTER_TROUBLE)
        except Exception:
            log.exception("chore failed", chore=name)
            stop.wait(AFTER_TROUBLE)
        else:
            if not done:
                store.wait(seen, LOOK_EVERY)
