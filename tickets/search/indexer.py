"""Indexer: a process of its own that follows the journal into the search index, while another fills the database."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import structlog

from tickets.database.store import Store, system_clock
from tickets.search.searching import BATCH, Search

GRACE = 20.0  # seconds that it gets to end


class Indexer:
    """The process, which starts where it is worth it and ends with the block. It is told what there is to do.

    Where it fails, or another process has the index, the rest stays owed to whoever writes the index next.
    """

    def __init__(self, store: Store, search: Search) -> None:
        self._store, self._search = store, search
        self._process: subprocess.Popen[str] | None = None
        self._owed = 0

    def start(self) -> None:
        """Start the child process, in a session of its own so that no signal to the terminal reaches it."""
        self._process = subprocess.Popen(
            # -P: nothing that lies in the current directory is imported
            [sys.executable, "-P", "-m", "tickets.search.indexer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        # Not among the arguments, which every user of the machine can read: the URL may hold a password
        about = {"url": self._store.url, "folder": str(self._search.folder), "holder": self._search.holder}
        self._tell(self._process, json.dumps(about))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        process = self._process
        if process is None:
            return
        if error is not None:
            process.terminate()
        for _done in self.finish():
            pass
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close(process.stdout)

    def owe(self, events: int) -> None:
        """So many events more are committed."""
        self._owed += events
        if self._process and self._owed >= BATCH:
            self._tell(self._process, str(self._owed))
            self._owed = 0

    def finish(self) -> Iterator[tuple[int, float]]:
        """Nothing more comes: yield, of each batch since the start, how many events it took in and how many seconds."""
        if self._process is None or self._process.stdout is None or self._process.stdout.closed:
            return
        _close(self._process.stdin)
        for line in self._process.stdout:
            events, seconds = line.split()
            yield int(events), float(seconds)

    def _tell(self, process: "subprocess.Popen[str]", line: str) -> None:
        try:
            if process.stdin and not process.stdin.closed:
                print(line, file=process.stdin, flush=True)
        except BrokenPipeError:  # it ended: what it has not done is found out in the end
            _close(process.stdin)


def _close(pipe: IO[str] | None) -> None:
    try:
        if pipe:
            pipe.close()
    except BrokenPipeError:  # what was not sent is of no use to a process that ended
        return


def follow(search: Search, told: Iterable[str], answers: IO[str]) -> None:
    """Index what there is, batch by batch as soon as one is full, and the rest when nothing more is told."""
    owed = 0
    for line in told:
        owed += int(line)
        while owed >= BATCH:
            owed -= _update(search, answers) or owed
    while _update(search, answers):
        pass


def _update(search: Search, answers: IO[str]) -> int:
    begun = time.perf_counter()
    if done := search.update(system_clock()):
        print(done, time.perf_counter() - begun, file=answers, flush=True)
    return done


def main() -> None:
    """Bring the index up to date, as the first line of standard input tells in JSON, until that input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    told = json.loads(sys.stdin.readline())
    store = Store(told["url"])
    try:
        follow(Search(store, Path(told["folder"]), told["holder"]), sys.stdin, sys.stdout)
    finally:
        store.close()


if __name__ == "__main__":
    main()
