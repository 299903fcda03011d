"""Framing: how what a child process is asked, and what it answers, follow each other on their socket."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

from tickets.post import CleanFile, KeptFile

READY = b"+"  # what a child says first
READ, CLEAN, REDACT, HEAD, SENDER, ENVELOPE, SERVER = b"r", b"c", b"x", b"t", b"s", b"e", b"w"  # of a reading child
KEEP = b"k"  # of a keeping child
OPEN, HASH, VERIFY = b"o", b"h", b"v"  # of a verifying child
QUESTION = struct.Struct(">cQQ")  # what is asked, octets of the JSON about the message, octets of the message
ANSWER = struct.Struct(">?dQ")  # whether it was done, seconds that took, octets of the JSON, clean files or traceback
CLEAN_FILE = struct.Struct(">QQQQ?")  # part, octets of the file, of its words, of its traces, whether it has pictures

SIZE = struct.Struct(">Q")
KEPT_FILE = struct.Struct(
    ">qqQ??Q"
)  # part, its place, octets there, whether in base64, whether octets follow, how many


@dataclass(frozen=True)
class Failure:
    """How a step went wrong, for those who mend it."""

    traceback: str


def pack_redacted(octets: bytes, post: bytes) -> bytes:
    """A redacted message as an answer, with the JSON of what is read in it."""
    return SIZE.pack(len(post)) + post + octets


def unpack_redacted(packed: bytes) -> tuple[bytes, bytes]:
    """The redacted message of an answer, and the JSON of what is read in it. Raises struct.error where it is none."""
    start = SIZE.size + SIZE.unpack_from(packed)[0]
    return packed[start:], packed[SIZE.size : start]


def pack(files: Mapping[int, CleanFile]) -> bytes:
    """Clean files, by part, as an answer."""
    pieces: list[bytes] = []
    for part, file in files.items():
        words, traces = file.words.encode("utf-8", "replace"), file.traces.encode("utf-8", "replace")
        head = CLEAN_FILE.pack(part, len(file.octets), len(words), len(traces), file.has_pictures)
        pieces += [head, file.octets, words, traces]
    return b"".join(pieces)


def unpack(packed: bytes) -> dict[int, CleanFile]:
    """The clean files of an answer, by part. Raises ValueError or struct.error where it is none."""
    files: dict[int, CleanFile] = {}
    place = 0
    while place < len(packed):
        part, *sizes, has_pictures = CLEAN_FILE.unpack_from(packed, place)
        place += CLEAN_FILE.size
        octets, words, traces = (packed[start:end] for start, end in pairwise(accumulate(sizes, initial=place)))
        place += sum(sizes)
        if place > len(packed):
            raise ValueError("half an answer")
        files[part] = CleanFile(octets, words.decode(), has_pictures, traces.decode())
    return files


def pack_kept(files: Mapping[int, KeptFile]) -> bytes:
    """How files are kept, by part, as an answer."""
    pieces: list[bytes] = []
    for part, file in files.items():
        start, octets = -1 if file.start is None else file.start, file.octets or b""
        pieces += [
            KEPT_FILE.pack(part, start, file.length, file.is_base64, file.octets is not None, len(octets)),
            octets,
        ]
    return b"".join(pieces)


def unpack_kept(packed: bytes) -> dict[int, KeptFile]:
    """How files are kept, by part. Raises ValueError or struct.error where the answer is none."""
    files: dict[int, KeptFile] = {}
    place = 0
    while place < len(packed):
        part, start, length, is_base64, has_octets, size = KEPT_FILE.unpack_from(packed, place)
        place += KEPT_FILE.size
        octets = packed[place : place + size]
        if len(octets) < size:
            raise ValueError("half an answer")
        place += size
        files[part] = KeptFile(start if start >= 0 else None, length, is_base64, octets if has_octets else None)
    return files
