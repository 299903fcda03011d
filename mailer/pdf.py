"""PDF: what such a file shows, tells of itself and carries along.

One without a password, or with an empty one, opens as it does for any reader. PDFium runs no script of a file here, and
follows none of its links.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import closing

from pypdfium2 import PdfDocument, PdfiumError, PdfPage
from pypdfium2.raw import (
    FPDF_ERR_PASSWORD,
    FPDFAnnot_GetFormFieldValue,
    FPDFAnnot_GetStringValue,
    FPDFPage_CloseAnnot,
    FPDFPage_GetAnnot,
    FPDFPage_GetAnnotCount,
)

from mailer.budget import Budget, Unreadable, Why

MOST_PAGES = 2_000
MOST_NOTES = 2_000  # comments and fields on a page
MOST_FILES = 100
LONGEST_NOTE = 100_000  # octets


def read_pdf(octets: bytes, budget: Budget) -> Iterator[str | tuple[str, bytes]]:
    """Its texts, and the files in it with their names. Raises Unreadable."""
    try:
        with closing(PdfDocument(octets)) as document:
            yield from document.get_metadata_dict(skip_empty=True).values()
            document.init_forms()
            for number in range(len(document)):
                budget.spend()
                if number >= MOST_PAGES:
                    raise Unreadable("has too many pages to look into", Why.TOO_LARGE)
                with closing(document[number]) as page:
                    yield from _words_on(page)
            for number in range(min(document.count_attachments(), MOST_FILES)):
                file = document.get_attachment(number)
                yield file.get_name(), bytes(file.get_data())
    except PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise Unreadable("is encrypted", Why.ENCRYPTED) from error
        raise Unreadable("is damaged or no PDF", Why.DAMAGED) from error


def _words_on(page: PdfPage) -> Iterator[str]:
    """The text of a page, its comments, and what was filled in."""
    with closing(page.get_textpage()) as text:
        yield text.get_text_range().replace("\x02", "-")  # a hyphen at a line's end
    for at in range(min(FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        note = FPDFPage_GetAnnot(page, at)
        yield _wide(FPDFAnnot_GetStringValue, note, b"Contents")
        if page.formenv:
            yield _wide(FPDFAnnot_GetFormFieldValue, page.formenv, note)
        FPDFPage_CloseAnnot(note)


def _wide(get: Callable[..., int], *of: object) -> str:
    """A text as PDFium hands texts out, which is asked for its size first."""
    size = get(*of, None, 0)
    if not 2 < size <= LONGEST_NOTE:
        return ""
    units = (ctypes.c_ushort * (size // 2 + 1))()
    get(*of, units, size)
    return bytes(units)[: size - 2].decode("utf-16-le", "replace")
