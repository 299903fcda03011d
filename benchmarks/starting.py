"""`python -m benchmarks.starting`: the processor time that commands take which only look, start and end included."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial

from benchmarks.measuring import by_turns
from benchmarks.town import AUTHOR, PROJECT, Town

LOOKING = ("--help", "status", "held", "list list", "person list", "search aktindsigt", f"trace {AUTHOR}", "check")
FLOOR = (
    "import tickets.database.models"  # what SQLModel takes, and the tables: no command that looks into them takes less
)


def measure_starts() -> Iterator[tuple[str, float, float]]:
    """Of each command the seconds of processor time, and of the floor beside it, by turns."""
    with closing(Town(1)) as town:
        town.add_list("start", "ST", 0)
        settings = ("--config", str(town.settings))
        commands = [
            ("-m", "dialogportal", *words.split(), *(() if words.startswith("-") else settings)) for words in LOOKING
        ]
        programs = [("-c", FLOOR), *commands]
        floor, *taken = by_turns(*(partial(processor_seconds, *words) for words in programs), rounds=3)
        for words, seconds in zip(LOOKING, taken, strict=True):
            yield words, seconds, floor


def processor_seconds(*words: str) -> float:
    """What a Python program takes of the processor, whatever else the machine does meanwhile."""
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PROJECT
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print how long commands take to start, in seconds."""
    for words, seconds, floor in measure_starts():
        print(f"{words:40} {seconds:.2f} s; the tables alone {floor:.2f} s")


if __name__ == "__main__":
    main()
