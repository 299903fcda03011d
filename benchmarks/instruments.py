"""What the benchmarks measure with: Postfix's load programs, a clocked relay, the processes' own accounts."""

import asyncio
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

PATIENCE = 300.0
GRACE = 20.0  # for a program to end by itself
LMTP = ("-L",)  # what makes smtp-source speak it


def end_in_order() -> None:
    """Let an interrupted benchmark leave by way of every `finally`, so that nothing it started is left running."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: sys.exit(1))


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(fact: Callable[[], bool], pause: float = 0.02) -> None:
    """Wait until a fact holds, looking every `pause` seconds; raises when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE} s: {fact}")
        time.sleep(pause)


def postfix_program(name: str) -> str:
    """One of Postfix's own programs, which Debian keeps out of an ordinary user's PATH."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f"{name} is missing: apt-get install postfix")
    return found


def send_load(
    port: int, sessions: int, messages: int, sender: str, recipient: str, options: Sequence[str] = (), size: int = 4096
) -> float:
    """Hand over messages with smtp-source, its connections kept open; how many seconds that took."""
    command = [
        postfix_program("smtp-source"), *options, "-d", "-s", str(sessions), "-m", str(messages), "-l", str(size),
        "-f", sender, "-t", recipient, "-S", "Hvor længe må vi gemme logfiler", f"127.0.0.1:{port}",
    ]  # fmt: skip
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return time.perf_counter() - begun


@contextmanager
def running(
    command: Sequence[str | Path],
    cwd: Path,
    log: Path,
    stdout: int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program and its children, in a process group of their own so that none of them outlives the block."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=stdout, stderr=errors, env=environment, start_new_session=True
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_serving(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the port answers; RuntimeError with the end of the log if the process ends instead."""
    wait_for(lambda: process.poll() is not None or answers(port), pause=0.1)
    if process.poll() is not None:
        raise RuntimeError(f"{process.args!r} ended at once: {log.read_text(errors='replace')[-2000:]}")


class CountingRelay:
    """Postfix's smtp-sink: takes everything, counts messages, costs next to nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self._count = 0
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [postfix_program("smtp-sink"), *as_nobody, "-c", f"127.0.0.1:{self.port}", "1000"],
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._read, daemon=True).start()
        wait_for(lambda: answers(self.port))

    @property
    def count(self) -> int:
        """How many messages the relay has taken."""
        return self._count

    def _read(self) -> None:
        assert self._process.stdout is not None
        while chunk := self._process.stdout.read1(4096):  # type: ignore[attr-defined]
            if numbers := re.findall(rb"mesg=(\d+)", chunk):
                self._count = int(numbers[-1])

    def close(self) -> None:
        """End the relay's process."""
        self._process.terminate()
        self._process.wait()


class ClockedRelay:
    """A relay that notes when each message was complete, for latencies."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.port = 0

        async def serve() -> None:
            server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.create_task(serve())
            self._loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        ready.wait()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 clocked ESMTP\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-clocked\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.times.append(time.perf_counter())
                writer.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    def close(self) -> None:
        """Have the relay's loop end."""
        self._loop.call_soon_threadsafe(self._loop.stop)


def answers(port: int) -> bool:
    """Whether something listens at a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def family(pid: int) -> list[psutil.Process]:
    """A process and all that descend from it."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def memory(pid: int) -> tuple[int, float]:
    """How many processes, and their proportional memory together in MB."""
    processes = family(pid)
    return len(processes), sum(one.memory_full_info().pss for one in processes) / 1e6


def peak_memory(pid: int) -> float:
    """The largest resident memory of each process so far, added up, in MB."""
    peaks = [re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{one.pid}/status").read_text()) for one in family(pid)]
    return sum(int(peak.group(1)) for peak in peaks if peak) / 1000


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all that descend from it, in seconds."""
    return float(sum(one.cpu_times().user + one.cpu_times().system for one in family(pid)))


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies, as 0.99; needs two values."""
    return statistics.quantiles(values, n=100)[round(share * 100) - 1]
