"""PDF: what such a file shows, tells of itself and carries along.

One without a password, or with an empty one, opens as it does for any reader. PDFium runs no script of a file here, and
follows none of its links.
"""

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import closing

from pypdfium2 import PdfDocument, PdfiumError, PdfPage
from pypdfium2.raw import (
    FLAT_NORMALDISPLAY,
    FLATTEN_SUCCESS,
    FPDF_ANNOT_FLAG_PRINT,
    FPDF_ERR_PASSWORD,
    FPDF_GetXFAPacketContent,
    FPDF_GetXFAPacketCount,
    FPDFAction_GetFilePath,
    FPDFAction_GetURIPath,
    FPDFAnnot_GetFormFieldAlternateName,
    FPDFAnnot_GetFormFieldName,
    FPDFAnnot_GetFormFieldValue,
    FPDFAnnot_GetLink,
    FPDFAnnot_GetStringValue,
    FPDFAnnot_SetFlags,
    FPDFLink_GetAction,
    FPDFPage_CloseAnnot,
    FPDFPage_Flatten,
    FPDFPage_GetAnnot,
    FPDFPage_GetAnnotCount,
)

from mailer.files.budget import Budget, Inner, Obstacle, Unreadable
from mailer.files.pdf_objects import words_of_objects

MOST_PAGES = 2_000
MOST_NOTES = 2_000  # comments and fields on a page
MOST_BOOKMARKS = 5_000
MOST_FILES = 100
MOST_FORMS = 50  # packets of an XML form
LONGEST_NOTE = 100_000  # octets
SPACED = re.compile(r"(?<!\d)(?<!\d )\d(?: ?\d){5} ?- ?\d(?: ?\d){3}(?! ?\d)")  # a number whose digits are set apart
SAID = (b"Contents", b"T", b"Subj", b"RC", b"NM")  # of a comment: its words, author, subject, formatted words and name


def read_pdf(octets: bytes, budget: Budget) -> Iterator[str | Inner]:
    """Its texts, and the files in it with their names. Raises Unreadable."""
    try:
        with closing(PdfDocument(octets)) as document:
            yield from document.get_metadata_dict(skip_empty=True).values()
            yield "\n".join(_bookmarks(document))
            document.init_forms()
            for number in range(len(document)):
                budget.spend()
                if number >= MOST_PAGES:
                    raise Unreadable("has too many pages to look into", Obstacle.TOO_LARGE)
                yield from _words_on(document, number)
            for number in range(min(document.count_attachments(), MOST_FILES)):
                file = document.get_attachment(number)
                yield Inner(file.get_name(), bytes(file.get_data()))
            yield from _forms(document)
    except PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise Unreadable("is encrypted", Obstacle.ENCRYPTED) from error
        raise Unreadable("is damaged or no PDF", Obstacle.DAMAGED) from error
    yield words_of_objects(octets, budget)


def _bookmarks(document: PdfDocument) -> Iterator[str]:
    for count, bookmark in enumerate(document.get_toc(max_depth=20)):
        if count >= MOST_BOOKMARKS:
            raise Unreadable("has too many bookmarks to look into", Obstacle.TOO_LARGE)
        yield bookmark.get_title()


def _words_on(document: PdfDocument, number: int) -> Iterator[str]:
    """The text of a page, its comments, where its links go, what was filled in, and what is stamped on it."""
    with closing(document[number]) as page:
        shown = _text_of(page)
        yield shown
        yield "\n".join("".join(one.split()) for one in SPACED.findall(shown))
        notes = min(FPDFPage_GetAnnotCount(page), MOST_NOTES)
        for at in range(notes):
            note = FPDFPage_GetAnnot(page, at)
            yield from _words_in(document, page, note)
            FPDFAnnot_SetFlags(note, FPDF_ANNOT_FLAG_PRINT)  # hidden ones are stamped on it, too
            FPDFPage_CloseAnnot(note)
        is_stamped = notes > 0 and FPDFPage_Flatten(page, FLAT_NORMALDISPLAY) == FLATTEN_SUCCESS
    if is_stamped:
        with closing(document[number]) as page:
            stamped = _text_of(page)
        yield stamped if stamped != shown else ""


def _text_of(page: PdfPage) -> str:
    with closing(page.get_textpage()) as text:
        told = text.get_text_range()
    return str(told).replace("\x02", "-").replace("\ufffe", "-").replace("\r\n", "\n")  # a hyphen at a line's end


def _words_in(document: PdfDocument, page: PdfPage, note: object) -> Iterator[str]:
    yield "\n".join(_wide(FPDFAnnot_GetStringValue, note, key) for key in SAID)
    action = FPDFLink_GetAction(FPDFAnnot_GetLink(note))
    if action:
        yield _narrow(FPDFAction_GetURIPath, document, action)
        yield _narrow(FPDFAction_GetFilePath, action)
    if page.formenv:
        called = (FPDFAnnot_GetFormFieldName, FPDFAnnot_GetFormFieldAlternateName)
        names = " ".join(_wide(get, page.formenv, note) for get in called)
        yield f"{names}: {_wide(FPDFAnnot_GetFormFieldValue, page.formenv, note)}"


def _wide(get: Callable[..., int], *of: object) -> str:
    """A text as PDFium hands texts out, which is asked for its size first."""
    size = get(*of, None, 0)
    if not 2 < size <= LONGEST_NOTE:
        return ""
    units = (ctypes.c_ushort * (size // 2 + 1))()
    get(*of, units, size)
    return bytes(units)[: size - 2].decode("utf-16-le", "replace")


def _narrow(get: Callable[..., int], *of: object) -> str:
    """An address as PDFium hands addresses out."""
    size = get(*of, None, 0)
    if not 1 < size <= LONGEST_NOTE:
        return ""
    octets = ctypes.create_string_buffer(size)
    get(*of, octets, size)
    return octets.raw[: size - 1].decode("utf-8", "replace")


def _forms(document: PdfDocument) -> Iterator[Inner]:
    """The XML of a form that is filled in elsewhere than on the pages (XFA)."""
    for number in range(min(max(FPDF_GetXFAPacketCount(document), 0), MOST_FORMS)):
        size = ctypes.c_ulong()
        FPDF_GetXFAPacketContent(document, number, None, 0, size)
        if 0 < size.value <= 10_000_000:
            octets = ctypes.create_string_buffer(size.value)
            FPDF_GetXFAPacketContent(document, number, octets, size.value, size)
            yield Inner("", octets.raw)
