"""Cleaning: files without what tells who made them, for those who are not to know it.

Only what can be understood down to its last part is cleaned: plain text, PDF, Office and OpenDocument files of nothing
but text and pictures, and pictures as cameras and screens make them. Of everything else there is no clean copy.
"""

import re
import struct
import zipfile
import zlib

from mailer.files.budget import Budget, Unreadable
from mailer.mime.parts import leaves_of, octets_of, parse
from mailer.privacy.office_files import clean_document
from mailer.privacy.pdf_pages import clean_pdf
from mailer.privacy.pictures import clean_picture
from mailer.privacy.traces import traces_of
from mailer.reading.bodies import read_body
from mailer.reading.charsets import decode_charset
from tickets.errors import Unclean
from tickets.post import CleanFile
from tickets.text.garbled import is_torn

MOST_FILES = 20  # of one message
LARGEST_FILE = 10_000_000  # octets
LARGEST_TOGETHER = 25_000_000
MOST_WORDS = 500_000  # characters of all files together, in which the asker is looked for while others wait to write
BEGINS_OTHERWISE = re.compile(r"[\s\ufeff\u200b\u2060]*(?:<|%PDF|%!PS|\{\\rtf|BEGIN:V|[A-Za-z-]{2,40}: )")
GOES_ON_OTHERWISE = re.compile(r"^[ \t]*(?:\{\\rtf|%PDF-|%!PS|BEGIN:V(?:CARD|CALENDAR))", re.MULTILINE | re.IGNORECASE)
MARKUP = re.compile(r"<(?:!doctype|\?xml|(?:html|head|body|svg|script|style|table)[\s>])", re.IGNORECASE)
MAILS = re.compile(r"^>?From \S{1,200} {1,2}[A-Z][a-z]{2} ", re.MULTILINE)
PACKED = re.compile(  # pictures, certificates and the like, written in letters
    r"(?:[A-Za-z0-9+/]{60,100}\s{1,4}){2}|[A-Za-z0-9+/]{200}|^begin(?:-base64)? [0-7]{3} |^=ybegin |^-----BEGIN ",
    re.MULTILINE,
)
TURNED = "\u202e"  # what stands behind is shown from right to left (UAX 9)
SECONDS = 1.5  # of processor time, for all files of a message together


def clean_files(octets: bytes) -> dict[int, CleanFile]:
    """The clean copies of a message's files, by part; of a file that cannot be cleaned there is none."""
    message = parse(octets)
    parts = {leaf.index: leaf.part for leaf in leaves_of(message)[0]}
    budget = Budget(SECONDS)
    left, words_left = LARGEST_TOGETHER, MOST_WORDS
    cleaned: dict[int, CleanFile] = {}
    for file in [one for one in read_body(message).files if not one.is_inline][:MOST_FILES]:
        if file.size > min(LARGEST_FILE, left):
            continue
        try:
            clean_file = clean(octets_of(parts[file.part]), budget)
        except (Unclean, Unreadable):
            continue
        if len(clean_file.octets) <= left and len(clean_file.words) <= words_left:
            left, words_left = left - len(clean_file.octets), words_left - len(clean_file.words)
            cleaned[file.part] = clean_file
    return cleaned


def clean(octets: bytes, budget: Budget) -> CleanFile:
    """A file without what tells who made it, known by what it begins with. Raises Unclean or Unreadable."""
    cleaned = _clean(octets, budget)
    if TURNED in cleaned.words:
        raise Unclean("shows its words in another order than it has them")
    return cleaned


def _clean(octets: bytes, budget: Budget) -> CleanFile:
    try:
        if b"%PDF-" in octets[:1024]:
            return clean_pdf(octets, budget)
        if octets.startswith(b"PK\x03\x04"):
            return clean_document(octets, budget)
        if (picture := clean_picture(octets)) is not None:
            return CleanFile(picture, "", has_pictures=True, traces=traces_of(picture))
        return _clean_text(octets)
    except (zipfile.BadZipFile, zlib.error, struct.error, UnicodeError, ValueError, EOFError, OSError, RuntimeError,
            NotImplementedError, IndexError) as error:  # fmt: skip
        raise Unclean(type(error).__name__) from error


# -- text ------------------------------------------------------------------------------


def _clean_text(octets: bytes) -> CleanFile:
    """Plain text, which has no properties. Raises Unclean for a text with markup, fields or packed contents."""
    text = decode_charset(octets.removeprefix(b"\xef\xbb\xbf"), None)
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text) or "\x7f" in text:
        raise Unclean("is no text")
    if (
        BEGINS_OTHERWISE.match(text)
        or GOES_ON_OTHERWISE.search(text)
        or MARKUP.search(text)
        or MAILS.search(text)
        or PACKED.search(text)
    ):
        raise Unclean("is more than text")
    if is_torn(text):
        raise Unclean("is in a character set that it does not name")
    return CleanFile(octets, text)
