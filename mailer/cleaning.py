"""Cleaning: files without what tells who made them, for those who are not to know it.

Only what can be understood down to its last part is cleaned: plain text, Office and OpenDocument files of nothing but
text, and pictures as cameras and screens make them. Of everything else there is no clean copy.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from html import unescape
from zipfile import ZipFile, ZipInfo

from mailer.fields import decode_charset
from tickets.errors import PortalError
from tickets.parts import open_part
from tickets.post import CleanFile, File

MOST_FILES = 20  # of one message
LARGEST_FILE = 10_000_000  # octets
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
THUMBNAIL = re.compile(r"docProps/thumbnail\.\w+|Thumbnails/.*", re.IGNORECASE)
THUMBNAIL_ENTRY = re.compile(r"<(?:Relationship|manifest:file-entry)\b[^<>]*thumbnail[^<>]*/>", re.IGNORECASE)
AUTHOR_ATTRIBUTE = re.compile(
    r'(\s(?:\w+:)?(?:author|initials|userId|providerId|displayName|lastModifiedBy))="[^"<>]*"'
)
AUTHOR_ELEMENT = re.compile(
    r"(<((?:\w+:)?(?:author|creator|initial-creator|creator-initials|sender-initials))(?:\s[^<>]*)?>)[^<>]*(?=</\2>)"
)
PARAGRAPH = re.compile(r"</(?:\w+:)?(?:p|h|si|row|tr|tc|table-cell|is)>|<(?:\w+:)?(?:br|tab|line-break)\b[^<>]*>")
TAG = re.compile(r"<[^<>]*>")
ATTRIBUTE = re.compile(r'="([^"<>]+)"')
PICTURE_CHUNKS = {  # of PNG: what draws the picture
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"bKGD",
}  # fmt: skip


class Unclean(PortalError):
    """A file holds what nobody here can vouch for."""


def clean_files(octets: bytes, files: Iterable[File]) -> dict[int, CleanFile]:
    """The clean copies of a message's files, by part; of a file that cannot be cleaned there is none.

    Logos and other pictures within the text are in none of them.
    """
    cleaned: dict[int, CleanFile] = {}
    for file in list(files)[:MOST_FILES]:
        if file.size > LARGEST_FILE:
            continue
        try:
            cleaned[file.part] = clean(open_part(octets, file.part))
        except (Unclean, IndexError):
            continue
    return cleaned


def clean(octets: bytes) -> CleanFile:
    """A file without what tells who made it, known by what it begins with. Raises Unclean."""
    try:
        if octets.startswith(b"PK\x03\x04"):
            return _clean_document(octets)
        if octets.startswith(b"\xff\xd8\xff"):
            return CleanFile(_clean_jpeg(octets), "")
        if octets.startswith(b"\x89PNG\r\n\x1a\n"):
            return CleanFile(_clean_png(octets), "")
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


def _clean_document(octets: bytes) -> CleanFile:
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
        elif THUMBNAIL.fullmatch(name) or name.endswith("/"):
            continue
        elif not pattern.fullmatch(name):
            raise Unclean("holds more than text")
        elif name == "mimetype":
            kept[name] = content
        else:
            xml = _clean_xml(content)
            words += [name, _words_of(xml)]
            kept[name] = xml.encode()
    return CleanFile(_pack(kept), "\n".join(words))


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
    xml = THUMBNAIL_ENTRY.sub("", AUTHOR_ELEMENT.sub(r"\1", AUTHOR_ATTRIBUTE.sub(r'\1=""', xml)))
    return xml.replace('encoding="UTF-16"', 'encoding="UTF-8"', 1)


def _words_of(xml: str) -> str:
    """All that is said in a part of a document: its text, words that formatting tears put together, and its marks."""
    text = TAG.sub("", PARAGRAPH.sub("\n", xml))
    return unescape("\n".join([text, *dict.fromkeys(ATTRIBUTE.findall(xml))]))


# -- pictures --------------------------------------------------------------------------


def _clean_jpeg(octets: bytes) -> bytes:
    """The segments that draw the picture (ITU T.81 B.1); APPn and comments go, but for JFIF and Adobe's colours."""
    kept, place = [octets[:2]], 2
    while place < len(octets):
        if octets[place] != 0xFF:
            raise Unclean("is a broken picture")
        marker = octets[place + 1]
        if marker == 0xFF:  # fill
            place += 1
            continue
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        (length,) = struct.unpack_from(">H", octets, place + 2)
        segment = octets[place : place + 2 + length]
        place += 2 + length
        is_drawing = not (0xE0 <= marker <= 0xEF or marker == 0xFE)
        is_plain = (marker == 0xE0 and segment[4:9] == b"JFIF\0" and length == 16) or (
            marker == 0xEE and segment[4:9] == b"Adobe" and length == 14
        )
        if is_drawing or is_plain:
            kept.append(segment)
        if marker == 0xDA:
            end = _end_of_scan(octets, place)
            kept.append(octets[place:end])
            place = end
    raise Unclean("is half a picture")


def _end_of_scan(octets: bytes, place: int) -> int:
    """Where entropy-coded data ends: at a marker that is neither stuffing nor a restart."""
    while (place := octets.find(b"\xff", place)) >= 0:
        following = octets[place + 1]
        if following and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return place
        place += 1 if following == 0xFF else 2
    raise Unclean("is half a picture")


def _clean_png(octets: bytes) -> bytes:
    """The chunks that draw the picture (PNG 11.2, 11.3); texts, times, profiles and EXIF go."""
    kept, place = [octets[:8]], 8
    while place < len(octets):
        length, kind = struct.unpack_from(">I4s", octets, place)
        chunk = octets[place : place + length + 12]
        if len(chunk) < length + 12:
            raise Unclean("is half a picture")
        if kind in PICTURE_CHUNKS:
            kept.append(chunk)
        elif not kind[0] & 0x20:
            raise Unclean("is a picture of an unusual kind")
        if kind == b"IEND":
            return b"".join(kept)
        place += length + 12
    raise Unclean("is half a picture")
