"""A line that comes again and again is written once, counted, and told of when it is over."""

from dialogportal.muffler import QUIET, STILL_EVERY, Muffler


class Log:
    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[tuple[str, int]] = []
        self.muffler = Muffler(lambda line, times, _: self.told.append((line, times)), lambda: self.now)

    def write(self, line: str, times: int = 1) -> int:
        """How many of them get into the log."""
        return sum(self.muffler.lets_through(line) for _ in range(times))


def test_a_storm_is_one_line_at_its_beginning_and_one_with_the_count_at_its_end() -> None:
    log = Log()

    assert log.write("database in trouble", 4_000) == 1
    log.now += QUIET
    log.muffler.look()

    assert log.told == [("database in trouble", 4_000)]


def test_what_comes_once_is_told_of_once() -> None:
    log = Log()

    assert log.write("mailbox was renumbered") == 1
    log.now += QUIET
    log.muffler.look()

    assert log.told == []


def test_different_lines_hide_each_other_in_nothing() -> None:
    log = Log()

    assert log.write("Task queue depth is %d", 10) + log.write("disk almost full", 10) == 2


def test_a_storm_that_lasts_is_told_of_in_between() -> None:
    log = Log()
    while log.now <= STILL_EVERY:
        log.write("disk almost full", 3)
        log.now += 1

    assert len(log.told) == 1


def test_after_a_quiet_while_it_is_news_again() -> None:
    log = Log()
    log.write("disk almost full", 3)
    log.now += QUIET

    assert log.write("disk almost full") == 1
