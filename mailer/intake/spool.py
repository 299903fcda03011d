"""The spool: messages while they come in, on disk once they are large, and how many octets are in memory at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile

IN_MEMORY = 262_144  # octets of a message that may take a while to come
MOST_OCTETS = 40_000_000  # of whole messages that are stored at the same time, unless one alone has more
END = b".\r\n"
LINE_END = b"\r\n"


class Spool:
    """A message while it comes behind DATA, from the line end before it to the one behind its last dot.

    Its file has no name, and is gone with the session or the process.
    """

    def __init__(self, folder: Path, most: int | None) -> None:
        self.size = 0
        self._most = most
        self._trouble: OSError | None = None
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by `close`

    @property
    def is_too_large(self) -> bool:
        """Whether more octets came than are allowed."""
        return self._most is not None and self.size > self._most

    def add(self, piece: bytes) -> None:
        """Keep a piece; nothing more of a message that is too large, or for which the disk has no room."""
        self.size += len(piece)
        if self.is_too_large or self._trouble:
            self._file.truncate(0)
            return
        try:
            self._file.write(piece)
        except OSError as trouble:
            self._trouble = trouble

    def octets(self) -> bytes:
        """The message with dots taken off (RFC 5321 4.5.2). Raises OSError if the disk had no room for it."""
        if self._trouble:
            raise self._trouble
        self._file.seek(len(LINE_END))
        octets: bytes = self._file.read(self.size - len(LINE_END) - len(END))
        self.close()
        return octets.removeprefix(b".").replace(b"\r\n.", LINE_END)

    def close(self) -> None:
        """Let go of the file, and of what was in it."""
        self._file.close()


class Scales:
    """Lets only so many octets into memory at once; later ones wait, in order."""

    def __init__(self, most: int = MOST_OCTETS) -> None:
        self._most, self._held = most, 0
        self._queue = asyncio.Lock()
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def holding(self, octets: int) -> AsyncIterator[None]:
        """Within the block, so many octets are in memory."""
        async with self._queue:
            while self._held and self._held + octets > self._most:
                self._changed.clear()
                await self._changed.wait()
            self._held += octets
        try:
            yield
        finally:
            self._held -= octets
            self._changed.set()
