"""Documents: the words of an attached file, so that what must not be spread can be looked for in them.

Nothing is executed, no reference followed, no entity expanded. What costs more than its share is given up, and so is
what nobody here understands; both are said. Who reads a file is told by its octets; what its type or its ending calls a
text is read as text besides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mailer.files import markup
from mailer.files.budget import Budget, Inner, Obstacle, Unreadable
from mailer.files.compounds import is_compound, read_compound
from mailer.files.enclosed import MESSAGE, is_message, is_tnef, read_messages, read_tnef
from mailer.files.kinds import (
    decode_text,
    in_rare_charsets,
    is_media,
    is_other_archive,
    with_plain_lines,
    words_among,
    words_of_media,
)
from mailer.files.packages import STARTS, is_package, read_package
from mailer.files.pdf import read_pdf
from mailer.files.rtf import is_rtf, read_rtf
from mailer.files.tables import csv_lines
from mailer.mime import cms
from tickets.numbers.cpr import words_of_name

LARGEST = 30_000_000  # octets of a file that is looked into
LONGEST = 3_000_000  # characters that are taken of a text, a PDF or an old document
DEEPEST = 2  # files within files
DEEPEST_MESSAGE = 3  # messages within messages
PDF, PDF_START = b"%PDF-", 1_024  # octets before it at most
PGP = b"-----BEGIN PGP MESSAGE-----"
TABLES = {"text/csv", "text/tab-separated-values", "csv", "tsv", "tab"}
PAGES = {"text/html", "application/xhtml+xml", "htm", "html", "xhtml"}
TEXTS = {"txt", "text", "xml", "json", "log", "md", "svg", "ics", "vcf", "asc", "sql", "ini", "conf", "yaml", "yml"}
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/sql", "application/x-ndjson")

Reader = Callable[[bytes, Budget], Iterator[str | Inner]]


@dataclass(frozen=True)
class Depth:
    """How many files and messages a file lies within."""

    files: int = 0
    messages: int = 0


def words_of(octets: bytes, name: str, kind: str, budget: Budget) -> str:
    """The words of a file, a line for each line, paragraph or row; of pictures, the words among their octets.

    The files in an archive or a document count as its own words. Raises Unreadable for what is encrypted, damaged, too
    dear or of a kind that nobody here reads.
    """
    return "\n".join(read_file(Inner(name, octets, kind), budget))


def read_file(file: Inner, budget: Budget, depth: Depth = Depth()) -> Iterator[str]:
    """The words of a file as they are come by, and at the end Unreadable, if there is anything that was not read."""
    budget.spend()
    if len(file.octets) > LARGEST:
        raise Unreadable("is too large to look into", Obstacle.TOO_LARGE)
    reader, is_called_text = _reader_of(file), _is_called_text(file)
    text = decode_text(file.octets, is_called_text=is_called_text) if is_called_text or reader is None else None
    faults: list[Unreadable] = []
    if reader is not None:
        within = _deeper(depth, reader)
        yield from _read(reader(file.octets, budget), budget, within, faults)
    if text is not None:
        if is_called_text:  # a broken one of another kind, then, is no more than the text that it is
            faults = [one for one in faults if one.why is not Obstacle.DAMAGED]
        yield from _read(
            _read_text(with_plain_lines(text), file, budget), budget, replace(depth, files=depth.files + 1), faults
        )
    if reader is None and text is None:
        raise Unreadable("is of a kind that is not looked into", Obstacle.UNKNOWN)
    if faults:
        raise faults[0]


def _deeper(depth: Depth, reader: Reader) -> Depth:
    """The depth of a file within one that is read so. Raises Unreadable where that is too deep."""
    if reader is _read_messages:
        if depth.messages >= DEEPEST_MESSAGE:
            raise Unreadable("has messages within messages within messages", Obstacle.PACKED)
        return replace(depth, messages=depth.messages + 1)
    if depth.files > DEEPEST and reader is not _read_media:
        raise Unreadable("has files within files within files", Obstacle.PACKED)
    return replace(depth, files=depth.files + 1)


def _read(pieces: Iterator[str | Inner], budget: Budget, depth: Depth, faults: list[Unreadable]) -> Iterator[str]:
    """The words of some pieces of a file, and of the files among them; what is not read is noted among the faults."""
    try:
        for piece in pieces:
            if isinstance(piece, str):
                yield piece
                continue
            yield words_of_name(piece.name)
            try:
                yield from read_file(piece, budget, depth)
            except Unreadable as fault:
                faults.append(fault)
    except Unreadable as fault:
        faults.append(fault)


# -- what a file is --------------------------------------------------------------------


def _reader_of(file: Inner) -> Reader | None:
    """The reader for a file of this kind, by its octets; None for texts and for kinds that nobody reads."""
    octets = file.octets
    return next((reader for is_one, reader in READERS if is_one(octets)), None) or (
        _read_messages if is_message(octets, file.name, file.type) else _reader_of_what_lies_behind(octets)
    )


def _reader_of_what_lies_behind(octets: bytes) -> Reader | None:
    if PDF in octets[:PDF_START]:
        return _read_pdf
    if is_package(octets):
        return read_package
    return _read_media if is_media(octets) else None


def _is_called_text(file: Inner) -> bool:
    ending = _ending(file)
    if is_rtf(file.octets):
        return False
    return file.type.startswith(TEXT_TYPES) or file.type.endswith(("+xml", "+json")) or ending in TEXTS | TABLES | PAGES


def _ending(file: Inner) -> str:
    return file.name.lower().rpartition(".")[2]


# -- who reads it ----------------------------------------------------------------------


def _read_text(text: str, file: Inner, budget: Budget) -> Iterator[str | Inner]:
    if len(text) > LONGEST:
        raise Unreadable("is too large to look into", Obstacle.TOO_LARGE)
    kinds = {file.type, _ending(file)}
    start = text[:100].lstrip()
    if kinds & TABLES:
        yield csv_lines(text)
    elif kinds & PAGES or markup.is_html(text):
        yield markup.words_of_html(text)
    else:
        yield markup.words_of_markup(text)
        if start.startswith("<"):
            yield markup.words_of_xml(text, budget)
        elif start.startswith(("{", "[")):
            yield markup.words_of_json(text)
    yield markup.words_of_quoted(text)
    yield from in_rare_charsets(file.octets)
    yield from _coded(text)
    if start.startswith("%!PS"):  # a program, which draws words in any order
        raise Unreadable("is of a kind that is not looked into", Obstacle.UNKNOWN)
    if markup.is_otherwise_coded(text):
        raise Unreadable("is packed in a way that is not looked into", Obstacle.PACKED)


def _coded(text: str) -> Iterator[Inner]:
    """The files that are coded in a text. Raises Unreadable if it is one such file, in a code that nobody reads."""
    for octets in markup.coded_in(text):
        coded = Inner("", octets)
        if _reader_of(coded) is not None or markup.is_plain(octets):
            yield coded
        elif markup.is_coded(text):
            raise Unreadable("is of a kind that is not looked into", Obstacle.UNKNOWN)


def _read_messages(octets: bytes, _: Budget) -> Iterator[str | Inner]:
    return read_messages(octets)


def _read_winmail(octets: bytes, _: Budget) -> Iterator[str | Inner]:
    return read_tnef(octets)


def _read_media(octets: bytes, _: Budget) -> Iterator[str | Inner]:
    yield words_of_media(octets)


def _read_rtf(octets: bytes, _: Budget) -> Iterator[str | Inner]:
    if len(octets) > LONGEST:
        raise Unreadable("is too large to look into", Obstacle.TOO_LARGE)
    return read_rtf(octets)


def _read_pdf(octets: bytes, budget: Budget) -> Iterator[str | Inner]:
    return _no_longer(read_pdf(octets, budget))


def _read_compound(octets: bytes, budget: Budget) -> Iterator[str | Inner]:
    return _no_longer(read_compound(octets, budget))


def _no_longer(pieces: Iterator[str | Inner]) -> Iterator[str | Inner]:
    taken = 0
    for piece in pieces:
        yield piece
        taken += len(piece) if isinstance(piece, str) else 0
        if taken > LONGEST:
            raise Unreadable("is too long to look into as a whole", Obstacle.TOO_LARGE)


def _read_signed(octets: bytes, _: Budget) -> Iterator[str | Inner]:
    """The content of an opaque signature, and the names in its certificates."""
    yield words_among(octets)
    if cms.is_encrypted(octets):
        raise Unreadable("is encrypted", Obstacle.ENCRYPTED)
    content = cms.signed_content(octets)
    if content:
        is_entity = content[:12].lower().startswith((b"content-", b"mime-version"))
        yield Inner("", content, MESSAGE if is_entity else "")


def _refuse_locked(octets: bytes, _: Budget) -> Iterator[str | Inner]:
    raise Unreadable("is encrypted", Obstacle.ENCRYPTED)
    yield


def _refuse_packed(octets: bytes, _: Budget) -> Iterator[str | Inner]:
    raise Unreadable("is packed in a way that is not looked into", Obstacle.PACKED)
    yield


def _is_signed(octets: bytes) -> bool:
    return octets[:1] == b"0" and cms.content_type(octets) in (cms.SIGNED, cms.ENVELOPED, cms.AUTH_ENVELOPED)


READERS: tuple[tuple[Callable[[bytes], bool], Reader], ...] = (
    (lambda octets: octets.startswith(STARTS), read_package),
    (lambda octets: octets.startswith(PDF), _read_pdf),
    (is_compound, _read_compound),
    (is_rtf, _read_rtf),
    (is_tnef, _read_winmail),
    (_is_signed, _read_signed),
    (lambda octets: octets.lstrip().startswith(PGP), _refuse_locked),
    (is_other_archive, _refuse_packed),
)
