"""The reading child: a process that reads messages for another, within limits, and holds nothing else.

It imports neither database nor doors, answers in JSON or in octets, and ends when its socket does. What it spends on
one message is counted by the kernel, which ends it where a message costs too much.
"""

import json
import logging
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from mailer.cleaning import clean_files
from mailer.incoming import Unread, read_incoming
from tickets.post import CleanFile

QUESTION = struct.Struct(">cQd??")  # what is asked, octets of the message, its time, whether it came back, or is past
READ, CLEAN = b"r", b"c"
ANSWER = struct.Struct(">?dQ")  # whether it was done, seconds that took, octets of the JSON, clean files or traceback
CLEAN_FILE = struct.Struct(">QQQ?")  # part, octets of the file, octets of its words, whether it has pictures
READY = b"+"
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
            return True, _pack(clean_files(unread.octets))
        incoming = read_incoming(unread)
        return True, json.dumps(incoming, default=_plain, ensure_ascii=False).encode("utf-8", "replace")
    except MemoryError:
        return False, b"took more memory than one message may"
    except Exception:  # noqa: BLE001 - this is a door: whatever goes wrong is told to whoever asked
        return False, traceback.format_exc().encode("utf-8", "replace")


def _pack(files: Mapping[int, CleanFile]) -> bytes:
    pieces: list[bytes] = []
    for part, file in files.items():
        words = file.words.encode("utf-8", "replace")
        pieces += [CLEAN_FILE.pack(part, len(file.octets), len(words), file.has_pictures), file.octets, words]
    return b"".join(pieces)


def unpack(packed: bytes) -> dict[int, CleanFile]:
    """The clean files of an answer, by part. Raises ValueError or struct.error where it is none."""
    files: dict[int, CleanFile] = {}
    place = 0
    while place < len(packed):
        part, size, length, has_pictures = CLEAN_FILE.unpack_from(packed, place)
        start = place + CLEAN_FILE.size
        place = start + size + length
        if place > len(packed):
            raise ValueError("half an answer")
        words = packed[start + size : place].decode()
        files[part] = CleanFile(packed[start : start + size], words, has_pictures)
    return files


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
