"""Packages: archives (ZIP), and the office files and books that are such archives of XML."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from xml.parsers.expat import ExpatError, ParserCreate

from mailer.files.budget import Budget, Inner, Obstacle, Unreadable
from mailer.files.kinds import words_of_media
from mailer.files.office import words_of_members

MOST_UNPACKED = 30_000_000  # octets that an archive's members may have together
MOST_MEMBERS = 2_000
MOST_RATIO = 250  # of what a member has to what it takes in the archive
PIECE = 65_536
STARTS = (b"PK\x03\x04", b"PK\x05\x06")
END, FARTHEST_END = b"PK\x05\x06", 66_000  # the directory's end, and how far from the file's own it may be
OFFICE = re.compile(
    r"\[Content_Types\]\.xml|mimetype|(?:word|xl|ppt)/.+|(?:docProps|customXml)/.+\.xml|(?:content|styles|meta)\.xml"
)
XML = re.compile(r".+\.(?:xml|rels|vml|rdf|fpage|fdoc|fdseq|opf|ncx|xba|xlb|xdl)", re.IGNORECASE)
MEDIA = re.compile(
    r".+\.(?:png|jpe?g|gif|tiff?|bmp|emf|wmf|wdp|mp[34]|m4a|wav|avi|mov|wmv|od?ttf|fntdata|svm)", re.IGNORECASE
)
MACHINES = re.compile(  # what office programs keep for themselves; words stand in it as they are
    r"(?:\w+/)*(?:printerSettings/printerSettings\d*\.bin|fonts/.+\.(?:odttf|fntdata)|activeX/activeX\d+\.bin)"
    r"|Resources/(?:Fonts/)?.+\.odttf|layout-cache|ObjectReplacements/.+|Configurations2/.+\.bin"
)
DAMAGES = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ExpatError, EOFError, OSError, ValueError,
    LookupError, NotImplementedError,
)  # fmt: skip


def is_package(octets: bytes) -> bool:
    """Whether this is an archive, also one that stands behind something else."""
    return octets.startswith(STARTS) or (END in octets[-FARTHEST_END:] and zipfile.is_zipfile(io.BytesIO(octets)))


def read_package(octets: bytes, budget: Budget) -> Iterator[str | Inner]:
    """The names of the files in it, their words, and the files themselves where they are no part of a document."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            _check(members)
            yield "\n".join([archive.comment.decode("utf-8", "replace"), *(one.filename for one in members)])
            is_office = any(map(OFFICE.fullmatch, (one.filename for one in members)))
            parts = [one for one in members if is_office and one.file_size and XML.fullmatch(one.filename)]
            _refuse_locked(archive, parts)
            yield from words_of_members(((_root(archive, one), _pieces(archive, one)) for one in parts), budget)
            for member in members:
                if member not in parts:
                    yield from _member(archive, member, is_office=is_office)
            start = min((one.header_offset for one in members), default=0)
            if start:
                yield Inner("", octets[:start])
    except DAMAGES as error:
        raise Unreadable("is damaged", Obstacle.DAMAGED) from error
    except RuntimeError as error:
        raise Unreadable("is encrypted", Obstacle.ENCRYPTED) from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive whose directory is out of bounds; while it is read, it is kept to that."""
    if len(members) > MOST_MEMBERS:
        raise Unreadable("has too many files in it", Obstacle.TOO_LARGE)
    if any(one.flag_bits & 1 for one in members):
        raise Unreadable("is encrypted", Obstacle.ENCRYPTED)
    read = [one for one in members if not MEDIA.fullmatch(one.filename)]
    if sum(one.file_size for one in read) > MOST_UNPACKED:
        raise Unreadable("is too large to look into", Obstacle.TOO_LARGE)
    if any(one.file_size > 100_000 and one.file_size > one.compress_size * MOST_RATIO for one in read):
        raise Unreadable("grows too much when it is unpacked", Obstacle.TOO_LARGE)


def _refuse_locked(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Refuse a document (OpenDocument 1.2, 3.4.1) or book whose files are encrypted each for itself."""
    for one in parts:
        if one.filename == "META-INF/manifest.xml" and b"encryption-data" in archive.read(one):
            raise Unreadable("is encrypted", Obstacle.ENCRYPTED)


def _root(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """The name of the element with which an XML file of the archive begins."""
    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = _begin
    parser.StartDoctypeDeclHandler = _refuse_declarations
    with archive.open(member) as stream, suppress(ExpatError):  # whoever reads all of it tells that it is damaged
        try:
            parser.Parse(stream.read(PIECE // 16))
        except _BeginsWithError as begun:
            return begun.element
    return ""


class _BeginsWithError(Exception):
    """The first element of an XML file is known, so that its rest need not be parsed."""

    def __init__(self, element: str = "") -> None:
        super().__init__(element)
        self.element = element


def _begin(name: str, _: dict[str, str]) -> None:
    raise _BeginsWithError(name.rpartition(" ")[2])


def _refuse_declarations(name: str, system: str | None, public: str | None, has_inner: int) -> None:
    if has_inner:  # whoever reads all of it refuses it
        raise _BeginsWithError


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    left = MOST_UNPACKED
    with archive.open(member) as stream:
        while piece := stream.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise Unreadable("is too large to look into", Obstacle.TOO_LARGE)
            yield piece


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, is_office: bool) -> Iterator[str | Inner]:
    if is_office and MACHINES.fullmatch(member.filename):
        with archive.open(member) as stream:
            yield words_of_media(stream.read(MOST_UNPACKED))
        return
    with archive.open(member) as stream:
        yield Inner(member.filename, stream.read(MOST_UNPACKED))
