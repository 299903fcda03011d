"""The passage: whether letters get through to the relay just now, as all connections to it know together.

A relay in trouble is left alone for a second, longer after each try in vain, a minute at most. One letter tries it;
when that gets through, all that wait are due. Trouble is booked on no letter: only one that others get past, again
and again, has its own pauses.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 1.0, 60.0, 1.5  # seconds
FIRST_OWN, LONGEST_OWN = 2.0, 4_000.0  # seconds that a letter waits which others get past
JITTER = 0.2
NEVER = float("-inf")


def longer(pause: float) -> float:
    """The pause after another try in vain."""
    return min(max(pause * GROWTH, FIRST_PAUSE), LONGEST_PAUSE)


def about(seconds: float) -> float:
    """A pause, changed by up to a fifth at random: what failed at the same moment does not come back in step."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)


class Passage:
    """Whether letters get through; times are seconds of a clock that only goes forward."""

    def __init__(self) -> None:
        self._pause = 0.0
        self._closed_at = self._until = self._through_at = NEVER
        self._doubted: set[int] = set()
        self._is_being_tried = False

    @property
    def is_open(self) -> bool:
        """Whether letters go out, as far as is known."""
        return not self._pause

    def may_try(self, now: float) -> bool:
        """Whether it is time for one letter to try a relay that was left alone."""
        return not self._is_being_tried and now >= self._until

    @contextmanager
    def attempt(self, now: float) -> Iterator[bool]:
        """Within the block, try one letter; False where it may not be sent, as another is trying the relay."""
        if self.is_open:
            yield True
        elif not self.may_try(now):
            yield False
        else:
            self._is_being_tried = True
            try:
                yield True
            finally:
                self._is_being_tried = False

    def get_through(self, now: float) -> None:
        """Note that the relay dealt with a letter."""
        self._pause, self._through_at, self._until = 0.0, now, NEVER
        self._doubted.clear()

    def fail(self, begun: float, now: float) -> bool:
        """Note a failure of a try that began at `begun`; whether the relay is in trouble.

        It is not while others get through. A try that began before the relay was left alone brings no news.
        """
        if self._through_at > begun:
            return False
        if begun >= self._closed_at:
            self._pause, self._closed_at = longer(self._pause), now
            self._until = now + about(self._pause)
        return True

    def doubt(self, key: int, begun: float, now: float) -> bool:
        """Note that the relay failed at this letter; whether that is the relay's trouble.

        Two letters show that, if none got through between them; one alone may be at fault itself.
        """
        if self._through_at > begun:
            return False
        self._doubted.add(key)
        return (len(self._doubted) > 1 or not self.is_open) and self.fail(begun, now)


@dataclass
class Doubt:
    """A letter at which the relay failed."""

    sent: int  # how many letters had got through by then
    tries: int = 1
    past: int = 0  # how often others got past it


class Doubts:
    """The letters at which the relay failed, maybe through their own fault: they rest, so that others go first."""

    def __init__(self) -> None:
        self._doubts: dict[int, Doubt] = {}
        self._rests: dict[int, float] = {}

    def resting(self, now: float) -> list[int]:
        """The keys of the deliveries that are not to be tried yet."""
        return [key for key, until in self._rests.items() if until > now]

    def release(self) -> None:
        """Let all that rest be due, because something got through."""
        self._rests.clear()

    def forget(self, key: int) -> None:
        """Doubt a delivery no more; an unknown key is no error."""
        self._doubts.pop(key, None)

    def add(self, key: int, sent: int, now: float) -> float:
        """Note one more failure at a letter; the seconds that it has to wait itself, if others got past it."""
        doubt = self._doubts.setdefault(key, Doubt(sent, tries=0))
        doubt.tries += 1
        if sent != doubt.sent:
            doubt.past, doubt.sent = doubt.past + 1, sent
            return about(min(FIRST_OWN * 2.0 ** min(doubt.past - 1, 20), LONGEST_OWN))
        self._rests[key] = now + min(FIRST_PAUSE * GROWTH ** min(doubt.tries - 1, 20), LONGEST_PAUSE)
        return 0.0
