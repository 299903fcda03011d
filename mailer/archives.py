"""Archives: the files in which mail programs and lists keep messages, as raw messages one after the other."""

import gzip
import mmap
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol

from tickets.errors import BadInput

SEPARATOR = re.compile(
    rb"\nFrom [^\r\n]{0,200}\d:\d\d[^\r\n]{0,60}\d{4}[^\r\n]{0,40}\r?\n(?=[!-9;-~]{1,100}[ \t]*:|>From )"
)
ASCTIME = re.compile(rb"(\w{3} +\w{3} +\d{1,2} +\d{1,2}:\d\d(?::\d\d)?)(?: +[A-Z]{2,5})?( +\d{4})")
ESCAPED = re.compile(rb"(?m)^>(>{0,50}From )")
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Raw:
    """A message as it lies in an archive, and when it was put there, if the archive says so."""

    octets: bytes
    put_at: datetime | None = None


class Archive(Protocol):
    """Raw messages, each known by its position or, in a report, by its name."""

    def __len__(self) -> int: ...

    def __getitem__(self, position: int) -> Raw: ...

    def name_of(self, position: int) -> str: ...


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The archive at this place: an mbox, also compressed with gzip, or a Maildir.

    Raises BadInput if it is neither.
    """
    if path.is_dir():
        yield Maildir(path)
        return
    with _opened(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
        yield Mbox(octets)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The mbox as a file that can be read in any order, unpacked if it was packed."""
    with ExitStack() as stack:
        try:
            file: IO[bytes] = stack.enter_context(path.open("rb"))
            if file.read(2) == GZIP:
                file.seek(0)
                file = _unpack(file, stack.enter_context(TemporaryFile()))
            file.seek(0)
            if file.read(5) != b"From ":
                raise BadInput(f"{path} is no mbox: it does not begin with “From ”")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(f"{path} is damaged: {error}") from error
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error
        yield file


def _unpack(file: IO[bytes], unpacked: IO[bytes]) -> IO[bytes]:
    with gzip.open(file) as packed:
        shutil.copyfileobj(packed, unpacked)
    unpacked.flush()
    return unpacked


class Mbox:
    """Messages in one file, each behind a line that begins with "From " (RFC 4155)."""

    def __init__(self, octets: mmap.mmap) -> None:
        self._octets = octets
        self._starts = [0, *(found.start() + 1 for found in SEPARATOR.finditer(octets))]
        self._ends = [*self._starts[1:], len(octets)]

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, position: int) -> Raw:
        """The message, its lines that begin with "From " as they were; without the blank line behind it."""
        line, _, octets = self._octets[self._starts[position] : self._ends[position]].partition(b"\n")
        octets = ESCAPED.sub(rb"\1", octets)
        for blank in (b"\r\n\r\n", b"\n\n"):
            if octets.endswith(blank):
                octets = octets[: -len(blank) // 2]
                break
        return Raw(octets, _date_of_separator(line))

    def name_of(self, position: int) -> str:
        return f"message {position + 1}"


def _date_of_separator(line: bytes) -> datetime | None:
    """The moment in a line such as "From mette@… Sat Feb 24 02:21:37 1996"; taken as UTC (RFC 4155)."""
    if not (found := ASCTIME.search(line)):
        return None
    try:
        at = parsedate_to_datetime(b"".join(found.groups()).decode())
    except ValueError:
        return None
    return at.replace(tzinfo=UTC)


class Maildir:
    """Messages in the files of a folder, those that were read and those that were not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        places = [folder / name for name in ("cur", "new")]
        if not any(place.is_dir() for place in places):
            raise BadInput(f"{folder} is no Maildir: it has neither of the folders cur and new")
        files = [file for place in places if place.is_dir() for file in place.iterdir()]
        self._files = sorted((file for file in files if file.name[0] != "."), key=lambda file: file.name)

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, position: int) -> Raw:
        file = self._files[position]
        try:
            return Raw(file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC))
        except OSError as error:
            raise BadInput(f"{file} cannot be read: {error.strerror}") from error

    def name_of(self, position: int) -> str:
        return str(self._files[position].relative_to(self._folder))
