"""Compound files ([MS-CFB]): the streams of old Office files and of Outlook's items, each put together again."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailer.budget import Budget, Unreadable, Why

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END = 0xFFFFFFFA  # from here on numbers are no sectors
ENTRY = 128  # octets of the directory for each stream
STORAGE, STREAM, ROOT = 1, 2, 5
MOST_STREAMS = 5_000


@dataclass(frozen=True)
class Entry:
    """One name in the directory: a stream, or a storage of others."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def streams_of(octets: bytes, budget: Budget) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """The path and the octets of each stream.

    Raises struct.error or LookupError for what is no such file, Unreadable for one that would give more than it has.
    """
    shift, mini_shift = struct.unpack_from("<HH", octets, 30)
    directory, cutoff, mini_fat_start, difat, difat_count = (
        *struct.unpack_from("<I", octets, 48),
        *struct.unpack_from("<I", octets, 56),
        *struct.unpack_from("<I", octets, 60),
        *struct.unpack_from("<II", octets, 68),
    )
    if shift not in (9, 12) or mini_shift != 6:
        raise struct.error("has sectors of an unknown size")
    size = 1 << shift

    def sector(number: int) -> bytes:
        return octets[(number + 1) * size : (number + 2) * size]

    parts = list(struct.unpack_from("<109I", octets, 76))
    for _ in range(min(difat_count, len(octets) // size)):
        *more, difat = struct.unpack(f"<{size // 4}I", sector(difat))
        parts += more
    fat = b"".join(sector(part) for part in parts[: len(octets) // size] if part < END)
    table = memoryview(fat[: len(fat) // 4 * 4]).cast("I")

    def read(start: int) -> bytes:
        return b"".join(sector(one) for one in _chain(table, start))

    entries = [_entry(one) for one in _cut(read(directory), ENTRY)]
    mini = read(entries[0].start)
    mini_fat = read(mini_fat_start)
    mini_table = memoryview(mini_fat[: len(mini_fat) // 4 * 4]).cast("I")
    left = 2 * len(octets)
    for path, entry in _walk(entries):
        budget.spend()
        if entry.size < cutoff:
            content = b"".join(mini[one << 6 : (one + 1) << 6] for one in _chain(mini_table, entry.start))
        else:
            content = read(entry.start)
        left -= len(content)
        if left < 0:
            raise Unreadable("grows too much when it is unpacked", Why.TOO_LARGE)
        yield path, content[: entry.size]


def _chain(table: Sequence[int], start: int) -> Iterator[int]:
    """The numbers of the sectors of a stream; one that goes round ends where it has as many as there are."""
    for _ in range(len(table)):
        if start >= END:
            return
        yield start
        start = table[start]


def _cut(octets: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, min(len(octets), MOST_STREAMS * size) - size + 1, size):
        yield octets[at : at + size]


def _entry(octets: bytes) -> Entry:
    length, kind = struct.unpack_from("<HB", octets, 64)
    left, right, child = struct.unpack_from("<III", octets, 68)
    start, size = struct.unpack_from("<II", octets, 116)
    return Entry(
        octets[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace"), kind, left, right, child, start, size
    )


def _walk(entries: Sequence[Entry]) -> Iterator[tuple[tuple[str, ...], Entry]]:
    """All streams with their paths, each entry once whatever points to it."""
    waiting: list[tuple[tuple[str, ...], int]] = [((), entries[0].child)]
    seen: set[int] = set()
    while waiting:
        path, number = waiting.pop()
        if number >= len(entries) or number in seen:
            continue
        seen.add(number)
        entry = entries[number]
        own = (*path, entry.name)
        waiting += [(path, entry.left), (path, entry.right)]
        if entry.kind == STREAM:
            yield own, entry
        elif entry.kind == STORAGE:
            waiting.append((own, entry.child))
