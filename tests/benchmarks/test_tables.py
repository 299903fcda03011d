"""The tables of the benchmarks say the truth about a figure; the measuring itself is no test."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.comparison import Better, Comparison, table_of
from benchmarks.corpus import WORDS, archive, queries
from benchmarks.instruments import running, wait_for
from benchmarks.measuring import by_turns
from support.checkout import HOUSE


def rate(ours: float, theirs: float, **wanted: float) -> Comparison:
    return Comparison("copies", ours, "Peer", theirs, "/s", **wanted)


def duration(ours: float, theirs: float, **wanted: float) -> Comparison:
    return Comparison("median", ours, "Peer", theirs, " ms", Better.LESS, **wanted)


def test_the_ratio_is_how_many_times_better_we_are() -> None:
    assert rate(1_500, 75).ratio == 20
    assert duration(100, 1_900).ratio == 19


@pytest.mark.parametrize(
    ("row", "is_short"),
    [
        (rate(1_500, 75, bound=1_500, times=20), False),
        (rate(1_499, 70, bound=1_500, times=20), True),
        (rate(1_600, 81, bound=1_500, times=20), True),
        (rate(1, 1_000), False),
        (duration(249.9, 100, bound=250), False),
        (duration(250, 1_900, bound=250), True),
        (duration(100, 300, times=4), True),
    ],
)
def test_a_figure_that_misses_what_is_wanted_says_short(row: Comparison, is_short: bool) -> None:
    assert row.falls_short is is_short
    assert row.cells[-1] == ("short" if is_short else "")


def test_a_row_shows_both_sides_the_ratio_and_what_is_wanted() -> None:
    row = Comparison(
        "memory", 940.4, "Mailman 3", 1_880.8, " MB", Better.LESS, bound=1_250, times=2, remark="15 processes"
    )

    table = table_of([row, rate(3, 2)], "title")

    assert row.cells == ("memory", "940 MB", "Mailman 3 1,881 MB (15 processes)", "2.0 ×", "< 1,250 MB and ≥ 2 ×", "")
    assert (len(table.rows), len(table.columns)) == (2, len(row.cells))


def test_sides_are_measured_by_turns_and_each_has_its_median() -> None:
    turns: list[str] = []
    values = {"ours": iter([5.0, 1.0, 3.0]), "theirs": iter([2.0, 9.0, 4.0])}

    def measure(side: str) -> float:
        turns.append(side)
        return next(values[side])

    medians = by_turns(lambda: measure("ours"), lambda: measure("theirs"), rounds=3)

    assert medians == [3.0, 4.0]
    assert turns == ["ours", "theirs"] * 3


def test_without_a_corpus_an_archive_with_replies_is_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_CORPUS", raising=False)

    name, messages = archive(40, random.Random(1))

    assert name == "40 invented messages"
    assert len(messages) == 40
    assert all(message.startswith(b"From ") for message in messages)
    assert sum(b"\nIn-Reply-To: " in message for message in messages) == 30
    assert {word for words in queries(messages, 50, random.Random(1)) for word in words.split()} <= set(WORDS)


def test_no_process_outlives_the_block_that_started_it(tmp_path: Path) -> None:
    note = tmp_path / "child"
    parent = (
        "import subprocess; from pathlib import Path; child = subprocess.Popen(['sleep', '600']); "
        f"Path({str(note)!r}).write_text(str(child.pid)); child.wait()"
    )

    with running([sys.executable, "-c", parent], tmp_path, tmp_path / "log") as process:
        wait_for(lambda: note.exists() and note.read_text() != "")

    assert process.returncode is not None
    wait_for(lambda: not _runs(int(note.read_text())))


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_measure_that_does_not_exist_is_refused_with_the_choice() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers", "sing"], capture_output=True, text=True, check=False,
        cwd=HOUSE, env=os.environ,
    )  # fmt: skip

    assert done.returncode == 2
    assert "choose from accepts, intake, flow, latency, archive" in done.stderr
