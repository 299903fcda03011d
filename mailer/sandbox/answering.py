"""Answering: what every child process does that works on messages for another, within limits.

It holds nothing else, and ends when its socket does. What it spends on one message is counted by the kernel, which ends
it where a message costs too much.
"""

import json
import logging
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from mailer.sandbox.framing import ANSWER, QUESTION, READY

MOST_FILES = 64  # open at the same time: what the interpreter opens to import a codec

Answer = Callable[[bytes, dict[str, Any], bytes], bytes]  # of what is asked, what is told besides, and a message


def serve(answer: Answer, memory: int, seconds: float) -> None:
    """Answer what is asked on the standard input until that ends; `memory` is in octets over what a start takes."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent decides, and its end closes the socket
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    logging.disable()  # flufl.bounce logs, with a traceback, what its detectors stumble over and it then passes by
    _limit(memory)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    while answer_one(answer, sys.stdin.buffer, sys.stdout.buffer, seconds):
        pass


def answer_one(answer: Answer, questions: BinaryIO, answers: BinaryIO, seconds: float) -> bool:
    """Answer one question; False if nobody asks any more."""
    head = questions.read(QUESTION.size)
    if len(head) < QUESTION.size:
        return False
    asked, length, size = QUESTION.unpack(head)
    told, octets = questions.read(length), questions.read(size)
    if len(octets) < size:
        return False
    signal.setitimer(signal.ITIMER_PROF, seconds)  # SIGPROF ends the process, also in the middle of a library's loop
    is_done, answered = _attempt(answer, asked, told, octets)
    left, _ = signal.setitimer(signal.ITIMER_PROF, 0)
    answers.write(ANSWER.pack(is_done, seconds - left, len(answered)))
    answers.write(answered)
    answers.flush()
    return True


def _attempt(answer: Answer, asked: bytes, told: bytes, octets: bytes) -> tuple[bool, bytes]:
    try:
        return True, answer(asked, json.loads(told), octets)
    except MemoryError:
        return False, b"took more memory than one message may"
    except Exception:  # noqa: BLE001 - this is a door: whatever goes wrong is told to whoever asked
        return False, traceback.format_exc().encode("utf-8", "replace")


def _limit(memory: int) -> None:
    """Take no more memory than this over what is in use, write no files, leave no core behind."""
    statm = Path("/proc/self/statm")
    if statm.exists():  # elsewhere the kernel does not keep to RLIMIT_AS
        base = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (base + memory, base + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
