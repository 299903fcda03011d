"""The muffler: lines that the log would repeat are written once, counted, and summed up when they stop."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

QUIET = 60.0  # seconds without it, and it is over
LOOK_EVERY = 10.0
STILL_EVERY = 600.0  # seconds after which what goes on is told again
MOST = 500  # different lines that are counted; what comes beside them is simply written


@dataclass
class Spell:
    """A line that repeats itself."""

    began_at: float
    last_at: float
    told_at: float
    times: int = 1
    told_times: int = 1


class Muffler:
    """Decides of each line whether it is written, and hands its own summaries to `tell`."""

    def __init__(self, tell: Callable[[str, int, float], None], clock: Callable[[], float] = time.monotonic) -> None:
        """`tell` gets the line, how often it came, and in how many seconds."""
        self._tell, self._clock = tell, clock
        self._spells: dict[str, Spell] = {}
        self._lock = threading.Lock()

    def lets_through(self, line: str) -> bool:
        """Whether a line is new; else it is counted."""
        now = self._clock()
        self.look(now)
        with self._lock:
            spell = self._spells.get(line)
            if spell is None:
                if len(self._spells) < MOST:
                    self._spells[line] = Spell(now, now, now)
                return True
            spell.times, spell.last_at = spell.times + 1, now
            return False

    def look(self, now: float | None = None) -> None:
        """Sum up the lines that have stopped, and those that have gone on for long."""
        now = self._clock() if now is None else now
        with self._lock:
            over = {line: one for line, one in self._spells.items() if now - one.last_at >= QUIET}
            for line in over:
                del self._spells[line]
            lasting = [(line, one) for line, one in self._spells.items() if now - one.told_at >= STILL_EVERY]
            for _, spell in lasting:
                spell.told_at = now
        for line, spell in (*over.items(), *lasting):
            if spell.times > spell.told_times:
                spell.told_times = spell.times
                self._tell(line, spell.times, spell.last_at - spell.began_at)

    def start(self) -> None:
        """Look at intervals from now on, for as long as the process lives."""
        threading.Thread(target=self._keep_looking, name="muffler", daemon=True).start()

    def _keep_looking(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            self.look()
