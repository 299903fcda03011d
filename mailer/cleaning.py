"""Cleaning: files without what tells who made them, for those who are not to know it.

Only what can be understood down to its last part is cleaned: plain text, PDF, Office and OpenDocument files of nothing
but text and pictures, and pictures as cameras and screens make them. Of everything else there is no clean copy.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from html import unescape
from zipfile import ZipFile, ZipInfo

from mailer.bodies import read_body
from mailer.budget import Budget, Unreadable
from mailer.fields import decode_charset
from mailer.pdf_pages import clean_pdf
from mailer.pictures import clean_picture
from tickets.errors import Unclean
from tickets.parts import leaves_of, octets_of, parse
from tickets.post import CleanFile

MOST_FILES = 20  # of one message
LARGEST_FILE = 10_000_000  # octets
LARGEST_TOGETHER = 25_000_000
MOST_WORDS = 500_000  # characters of all files together, in which the asker is looked for while others wait to write
SECONDS = 1.5  # of processor time, for all files of a message together
LARGEST_UNPACKED = 40_000_000
MOST_ENTRIES = 500
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, for a ZIP file

NEUTRAL = {  # what stands in place of the properties of a document
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "meta.xml": b'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta xmlns:office='
    b'"urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"/>',
}
OFFICE = re.compile(r"(?:\[Content_Types\]\.xml|(?:(?:_rels|word|xl|ppt|docProps|customXml)/.*)?[\w.-]*\.(?:xml|rels))")
OPEN_DOCUMENT = re.compile(r"mimetype|(?:META-INF/)?[\w.-]+\.(?:xml|rdf)")
PICTURE = re.compile(r"(?:(?:word|xl|ppt)/media|Pictures|media)/[\w.-]+")
DROPPED = re.compile(  # previews, labels of the organisation, what a SharePoint or a printer left, windows' places
    r"docProps/thumbnail\.\w+|Thumbnails/.*|customXml/.*|docMetadata/.*|(?:xl|ppt)/printerSettings/.*|Configurations2/.*"
    r"|layout-cache|.*/",
    re.IGNORECASE,
)
ENTRY = re.compile(r"<(?:Relationship|Override|manifest:file-entry)\b[^<>]*>")
OF_DROPPED = re.compile(
    r"thumbnail|customXml/|docMetadata/|printerSettings|Configurations2/|\"layout-cache", re.IGNORECASE
)
PAGE_SETUP = re.compile(r"<pageSetup\b[^<>]*>")
PRINTER = re.compile(r'\sr:id="[^"<>]*"')
AUTHOR_ATTRIBUTE = re.compile(
    r'(\s(?:\w+:)?(?:author|initials|userId|providerId|displayName|lastModifiedBy))="[^"<>]*"'
)
AUTHOR_ELEMENT = re.compile(
    r"(<((?:\w+:)?(?:author|creator|initial-creator|creator-initials|sender-initials))(?:\s[^<>]*)?>)[^<>]*(?=</\2>)"
)
PARAGRAPH = re.compile(r"</(?:\w+:)?(?:p|h|si|row|tr|tc|table-cell|is)>|<(?:\w+:)?(?:br|tab|line-break)\b[^<>]*>")
TAG = re.compile(r"<[^<>]*>")
ATTRIBUTE = re.compile(r'="([^"<>]+)"')


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
    try:
        if b"%PDF-" in octets[:1024]:
            return clean_pdf(octets, budget)
        if octets.startswith(b"PK\x03\x04"):
            return _clean_document(octets, budget)
        if (picture := clean_picture(octets)) is not None:
            return CleanFile(picture, "", has_pictures=True)
        return _clean_text(octets)
    except (zipfile.BadZipFile, zlib.error, struct.error, UnicodeError, ValueError, EOFError, OSError, RuntimeError,
            NotImplementedError, IndexError) as error:  # fmt: skip
        raise Unclean(type(error).__name__) from error


# -- text ------------------------------------------------------------------------------


def _clean_text(octets: bytes) -> CleanFile:
    """Plain text has no properties; what has markup or fields is something else."""
    text = decode_charset(octets.removeprefix(b"\xef\xbb\xbf"), None)
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text) or "\x7f" in text:
        raise Unclean("is no text")
    if re.match(r"\s*(?:<|%PDF|\{\\rtf|BEGIN:V|[A-Za-z-]{2,40}: )", text):
        raise Unclean("is more than text")
    return CleanFile(octets, text)


# -- documents -------------------------------------------------------------------------


def _clean_document(octets: bytes, budget: Budget) -> CleanFile:
    entries = _unpack(octets)
    is_open = "mimetype" in entries
    pattern = OPEN_DOCUMENT if is_open else OFFICE
    if not is_open and "[Content_Types].xml" not in entries:
        raise Unclean("is no document")
    words: list[str] = []
    kept: dict[str, bytes] = {}
    for name, content in entries.items():
        if name in NEUTRAL:
            kept[name] = NEUTRAL[name]
        elif DROPPED.fullmatch(name):
            continue
        elif PICTURE.fullmatch(name):
            kept[name] = _clean_part(content)
        elif not pattern.fullmatch(name):
            raise Unclean("holds more than text")
        elif name == "mimetype":
            kept[name] = content
        else:
            budget.spend()
            xml = _clean_xml(content)
            words += [name, _words_of(xml)]
            kept[name] = xml.encode()
    return CleanFile(_pack(kept), "\n".join(words), has_pictures=any(map(PICTURE.fullmatch, kept)))


def _clean_part(octets: bytes) -> bytes:
    picture = clean_picture(octets)
    if picture is None:
        raise Unclean("holds a picture of an unusual kind")
    return picture


def _unpack(octets: bytes) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    left = LARGEST_UNPACKED
    with ZipFile(io.BytesIO(octets)) as archive:
        infos = archive.infolist()
        if len(infos) > MOST_ENTRIES or len({info.filename for info in infos}) < len(infos):
            raise Unclean("has too many parts")
        for info in infos:
            with archive.open(info) as opened:
                content = opened.read(left + 1)
            left -= len(content)
            if left < 0:
                raise Unclean("is too large when unpacked")
            entries[info.filename] = content
    return entries


def _pack(entries: Mapping[str, bytes]) -> bytes:
    """The entries as a ZIP file that tells no times, systems or remarks."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(
            entries.items(), key=lambda entry: entry[0] not in ("mimetype", "[Content_Types].xml")
        ):
            info = ZipInfo(name, BEGINNING)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return packed.getvalue()


def _clean_xml(content: bytes) -> str:
    xml = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml or "<![CDATA[" in xml or "<!--" in xml:
        raise Unclean("is XML of an unusual kind")
    xml = AUTHOR_ELEMENT.sub(r"\1", AUTHOR_ATTRIBUTE.sub(r'\1=""', xml))
    xml = ENTRY.sub(lambda entry: "" if OF_DROPPED.search(entry.group()) else entry.group(), xml)
    xml = PAGE_SETUP.sub(lambda setup: PRINTER.sub("", setup.group()), xml)
    return xml.replace('encoding="UTF-16"', 'encoding="UTF-8"', 1)


def _words_of(xml: str) -> str:
    """All that is said in a part of a document: its text, words that formatting tears put together, and its marks."""
    text = TAG.sub("", PARAGRAPH.sub("\n", xml))
    return unescape("\n".join([text, *dict.fromkeys(ATTRIBUTE.findall(xml))]))
