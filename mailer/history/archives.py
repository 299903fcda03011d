"""Archives: the files in which mail programs and lists keep messages, as raw messages one after the other."""

import gzip
import mmap
import os
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

from mailer.history.marks import Mark, mark_of_file, mark_of_folder
from mailer.mime.header_section import fields_in
from tickets.errors import BadInput

SEPARATOR = re.compile(
    rb"\nFrom [^\r\n]{0,200}\d:\d\d[^\r\n]{0,60}\d{4}[^\r\n]{0,40}\r?\n(?=[!-9;-~]{1,100}[ \t]*:|>From )"
)
ASCTIME = re.compile(rb"(\w{3} +\w{3} +\d{1,2} +\d{1,2}:\d\d(?::\d\d)?)(?: +[A-Z]{2,5})?( +\d{4})")
ESCAPED = re.compile(rb"(?m)^>(>{0,50}From )")
GZIP = b"\x1f\x8b"
BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*")  # what some programs put before the first line
MISTAKEN = {  # what people name as well, by how it begins
    b"\xd0\xcf\x11\xe0": "is an item of Outlook (.msg): save it as .eml",
    b"!BDN": "is a data file of Outlook (.pst): export its folders as mbox",
    b"PK\x03\x04": "is a ZIP archive: unpack it first",
    b"\xff\xfe": "is a text in UTF-16: save the mail as it was sent (.eml)",
}


@dataclass(frozen=True)
class Raw:
    """A message as it lies in an archive; when it was put there, and its mark, where the archive says so."""

    octets: bytes
    put_at: datetime | None = None
    mark: Mark | None = None


class Archive(Protocol):
    """Raw messages, each known by its position or, in a report, by its name."""

    def __len__(self) -> int: ...

    def __getitem__(self, position: int) -> Raw: ...

    def name_of(self, position: int) -> str:
        """How people find a message of the archive, by its position from 0."""


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The archive at this place: an mbox or one message, also compressed with gzip or in a pipe, or a Maildir.

    Raises BadInput if it is none of them.
    """
    if path.is_dir():
        yield Maildir(path)
        return
    with _opened(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
        before = BEFORE.match(octets)
        start = before.end() if before else 0
        if octets[start : start + 5] == b"From ":
            yield Mbox(octets, start, mark_of_folder(path.absolute()))
        else:
            yield Single(_checked(octets[start:], path), path)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The archive as a file that can be read in any order, unpacked if it was packed."""
    with ExitStack() as stack:
        try:
            file: IO[bytes] = stack.enter_context(path.open("rb"))
            if not path.is_file():  # a pipe is read once
                file = _copy(file, stack.enter_context(TemporaryFile()))
            if file.read(2) == GZIP:
                file.seek(0)
                file = _copy(gzip.GzipFile(fileobj=file), stack.enter_context(TemporaryFile()))
            if not file.seek(0, os.SEEK_END):
                raise BadInput(f"{path} is empty")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(f"{path} is damaged: {error}") from error
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error
        yield file


def _copy(file: IO[bytes] | gzip.GzipFile, copy: IO[bytes]) -> IO[bytes]:
    shutil.copyfileobj(file, copy)
    copy.flush()
    copy.seek(0)
    return copy


def _checked(octets: bytes, path: Path) -> bytes:
    """A message that has header fields. Raises BadInput if it has none, so that no picture is taken for mail."""
    for beginning, told in MISTAKEN.items():
        if octets.startswith(beginning):
            raise BadInput(f"{path} {told}")
    if not any(fields_in(octets)):
        raise BadInput(f"{path} is no mail: it has no header fields, such as From: or Subject:")
    return octets


class Single:
    """One message, as programs save it (.eml)."""

    def __init__(self, octets: bytes, path: Path) -> None:
        self._octets, self._path = octets, path
        self._mark = mark_of_file(path.name) or mark_of_folder(path.absolute().parent)

    def __len__(self) -> int:
        return 1

    def __getitem__(self, position: int) -> Raw:
        return Raw(self._octets, mark=self._mark)

    def name_of(self, position: int) -> str:
        """The name of the file."""
        return self._path.name


class Mbox:
    """Messages in one file, each behind a line that begins with "From " (RFC 4155)."""

    def __init__(self, octets: mmap.mmap, start: int = 0, mark: Mark | None = None) -> None:
        """`mark` is that of all in it."""
        self._octets, self._mark = octets, mark
        self._starts = [start, *(found.start() + 1 for found in SEPARATOR.finditer(octets, start))]
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
        return Raw(octets, _date_of_separator(line), self._mark)

    def name_of(self, position: int) -> str:
        """The number of the message in its file, from 1."""
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


def folders_within(path: Path) -> list[str]:
    """The names of a Maildir's own folders (Maildir++), such as .Sent: each is an archive of its own."""
    return sorted(inner.parent.name for inner in path.glob(".*/cur")) if path.is_dir() else []


class Maildir:
    """Messages in the files of a folder, those that were read and those that were not."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._mark = folder, mark_of_folder(folder.absolute())
        places = [folder / name for name in ("cur", "new")]
        if not any(place.is_dir() for place in places):
            hint = "; name the files in it one by one" if any(folder.glob("*.eml")) else ""
            raise BadInput(f"{folder} is no Maildir: it has neither of the folders cur and new{hint}")
        files = [file for place in places if place.is_dir() for file in place.iterdir() if file.is_file()]
        self._files = sorted((file for file in files if file.name[0] != "."), key=lambda file: file.name)

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, position: int) -> Raw:
        file = self._files[position]
        try:
            put_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            return Raw(file.read_bytes(), put_at, self._mark or mark_of_file(file.name))
        except OSError as error:
            raise BadInput(f"{file} cannot be read: {error.strerror}") from error

    def name_of(self, position: int) -> str:
        """The path of the message's file within the Maildir."""
        return str(self._files[position].relative_to(self._folder))
