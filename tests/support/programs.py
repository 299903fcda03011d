"""A program of whatever age: imported once, and forked for each of its commands, since importing it takes seconds."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from support.servers import free_port
from support.waiting import eventually

FORKING = """
import dialogportal, importlib, json, os, pkgutil, runpy, sys

for module in pkgutil.walk_packages(dialogportal.__path__, "dialogportal."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)

def carry_out(words, printed, log):
    for number, path in ((1, printed), (2, log)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    sys.argv = ["dialogportal", *words]
    try:
        runpy.run_module("dialogportal", run_name="__main__", alter_sys=True)
        return 0
    except SystemExit as end:
        return end.code or 0

print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    if isinstance(order, int):
        print(os.waitstatus_to_exitcode(os.waitpid(order, 0)[1]), flush=True)
    elif pid := os.fork():
        print(pid, flush=True)
    else:
        status = 70
        try:
            os.setsid()
            status = carry_out(*order)
        finally:
            sys.stdout.flush(), sys.stderr.flush()
            os._exit(status)
"""


class Program:
    """The code in a folder, ready to be told what an operator types; its processes end with the block."""

    def __init__(self, code: Path) -> None:
        surroundings = os.environ | {"PYTHONPATH": str(code), "PYTHONWARNINGS": "ignore"}
        self._forking = subprocess.Popen(
            [sys.executable, "-c", FORKING], cwd=code, env=surroundings,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        assert self._answer() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self._forking.communicate()

    def begin(self, words: tuple[str, ...], printed: Path, log: Path) -> int:
        """Begin a command in a process of its own, whose number is returned."""
        return int(self._order([words, str(printed), str(log)]))

    def end(self, pid: int) -> int:
        """The status with which a command has ended, or ends."""
        return int(self._order(pid))

    def _order(self, order: Any) -> str:
        assert self._forking.stdin is not None
        self._forking.stdin.write(json.dumps(order) + "\n")
        self._forking.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._forking.stdout is not None
        return self._forking.stdout.readline().strip()


class Household:
    """A portal's place on the disk, which programs of any age take over from each other."""

    def __init__(self, place: Path, database: str) -> None:
        self.place, self.smtp_port = place, free_port()
        self._settings, self._log = place / "dialogportal.toml", place / "log"
        self._settings.write_text(
            f'[portal]\ndomain = "example.dk"\ndata_dir = "{place / "data"}"\n[database]\nurl = "{database}"\n'
            f'[listen]\nsmtp = "127.0.0.1:{self.smtp_port}"\n[web]\nlisten = "127.0.0.1:{free_port()}"\n'
        )

    def run(self, program: Program, *words: str) -> str:
        """What a command of the program prints about this portal."""
        printed = self.place / "printed"
        status = program.end(self._begin(program, words, printed))
        assert status == 0, f"{words}: {printed.read_text()}{self._log.read_text()}"
        return printed.read_text()

    def ask(self, program: Program, *words: str) -> Any:
        """The facts that a command of the program prints as JSON."""
        return json.loads(self.run(program, *words, "--json"))

    @contextmanager
    def served_by(self, program: Program) -> Iterator[None]:
        """The program serves this portal until the block ends."""
        ready = self.place / "ready"
        pid = self._begin(program, ("serve",), ready)
        try:
            eventually(lambda: "\n" in ready.read_text() or not is_running(pid), 60)
            assert is_running(pid), self._log.read_text()
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            program.end(pid)

    def _begin(self, program: Program, words: tuple[str, ...], printed: Path) -> int:
        printed.write_text("")
        return program.begin((*words, "--config", str(self._settings)), printed, self._log)


def is_running(pid: int) -> bool:
    """Whether a process has not ended, though nobody may have asked for its status."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
