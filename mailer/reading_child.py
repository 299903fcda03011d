"""The reading child: a process that reads messages for another, within limits, and holds nothing else.

It imports neither database nor doors, answers in JSON or in octets, and ends when its socket does. What it spends on
one message is counted by the kernel, which ends it where a message costs too much.
"""

import json
import logging
import resource
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from mailer.cleaning import clean_files
from mailer.framing import ANSWER, CLEAN, QUESTION, READY, pack
from mailer.incoming import Unread, read_incoming

MOST_FILES = 64  # open at the same time: what the interpreter opens to import a codec


def main(memory: int, seconds: float) -> None:
    """Answer what is asked on the standard input until that ends; `memory` is in octets over what a start takes."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent decides, and its end closes the socket
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    logging.disable()  # flufl.bounce logs, with a traceback, what its detectors stumble over and it then passes by
    _limit(memory)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    while answer_one(sys.stdin.buffer, sys.stdout.buffer, seconds):
        pass


def answer_one(questions: BinaryIO, answers: BinaryIO, seconds: float) -> bool:
    """Read one message for whoever asks; False if nobody does any more."""
    head = questions.read(QUESTION.size)
    if len(head) < QUESTION.size:
        return False
    asked, size, received, came_back, is_past = QUESTION.unpack(head)
    octets = questions.read(size)
    if len(octets) < size:
        return False
    signal.setitimer(signal.ITIMER_PROF, seconds)  # SIGPROF ends the process, also in the middle of a library's loop
    is_done, answer = _answer(asked, Unread(octets, datetime.fromtimestamp(received, UTC), came_back, is_past))
    left, _ = signal.setitimer(signal.ITIMER_PROF, 0)
    answers.write(ANSWER.pack(is_done, seconds - left, len(answer)))
    answers.write(answer)
    answers.flush()
    return True


def _answer(asked: bytes, unread: Unread) -> tuple[bool, bytes]:
    try:
        if asked == CLEAN:
            return True, pack(clean_files(unread.octets))
        incoming = read_incoming(unread)
        return True, json.dumps(incoming, default=_plain, ensure_ascii=False).encode("utf-8", "replace")
    except MemoryError:
        return False, b"took more memory than one message may"
    except Exception:  # noqa: BLE001 - this is a door: whatever goes wrong is told to whoever asked
        return False, traceback.format_exc().encode("utf-8", "replace")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else vars(value)


def _limit(memory: int) -> None:
    """Take no more memory than this over what is in use, write no files, leave no core behind."""
    statm = Path("/proc/self/statm")
    if statm.exists():  # elsewhere the kernel does not keep to RLIMIT_AS
        base = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (base + memory, base + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
