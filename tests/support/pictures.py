"""Pictures and office files that tell more than they show."""

import io
import struct
import zipfile
import zlib

AUTHOR = "Mette Klitgaard"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
T = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>'


def packed(**entries: bytes | str) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        archive.comment = AUTHOR.encode()
        for name, content in entries.items():
            archive.writestr(name, content)
    return octets.getvalue()


def unpacked(octets: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def an_office_file(**more: bytes | str) -> bytes:
    properties = {
        "[Content_Types].xml": TYPES.replace(
            b"</Types>", b'<Override PartName="/docMetadata/LabelInfo.xml" ContentType="x"/></Types>'
        ),
        "_rels/.rels": '<Relationships><Relationship Id="1" Target="docProps/thumbnail.jpeg"/>'
        '<Relationship Id="2" Target="word/document.xml"/><Relationship Id="3" Target="docMetadata/LabelInfo.xml"/>'
        "</Relationships>",
        "docProps/core.xml": f"<c><creator>{AUTHOR}</creator></c>",
        "docProps/app.xml": "<p><Company>Prøvested Kommune</Company></p>",
        "docProps/custom.xml": f'<p><property name="Sagsbehandler">{AUTHOR}</property></p>',
        "docProps/thumbnail.jpeg": b"\xff\xd8\xff",
        "docMetadata/LabelInfo.xml": '<label siteId="0815" name="Prøvested"/>',
        "customXml/item1.xml": "<p>https://proevested.example.dk/sites/dpo</p>",
        "word/document.xml": f'<p xmlns="{W}" xmlns:w="{W}"><ins w:author="{AUTHOR}" ><t>Må </t></ins><t>vi?</t></p>',
        "word/comments.xml": f'<w:comment xmlns:w="{W}" w:author="{AUTHOR}" w:initials="MK"><w:t>Ja</w:t></w:comment>',
    }
    return packed(**properties | more)  # type: ignore[arg-type]


def an_open_document(**more: bytes | str) -> bytes:
    usual = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "meta.xml": f"<m><initial-creator>{AUTHOR}</initial-creator></m>",
        "content.xml": f'<p xmlns="{T}">Må vi?<a><creator>{AUTHOR}</creator></a></p>',
        "META-INF/manifest.xml": '<m><file-entry full-path="Thumbnails/thumbnail.png"/></m>',
        "Thumbnails/thumbnail.png": b"\x89PNG",
    }
    return packed(**usual | more)  # type: ignore[arg-type]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def a_picture() -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"tEXt", f"Author\0{AUTHOR}".encode()),
            chunk(b"eXIf", AUTHOR.encode()), chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IEND", b""),
            AUTHOR.encode(),
        ]
    )  # fmt: skip


def a_photo() -> bytes:
    jfif, scan = b"JFIF\0\1\1\0\0\1\0\1\0\0", b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"".join(
        [
            b"\xff\xd8", segment(0xE0, jfif), segment(0xE1, b"Exif\0\0" + AUTHOR.encode()),
            segment(0xED, b"Photoshop 3.0\0" + AUTHOR.encode()), segment(0xFE, AUTHOR.encode()),
            segment(0xDB, b"\0" * 65), segment(0xDA, b"\1\1\0\0\x3f\0"), scan, b"\xff\xd9", AUTHOR.encode(),
        ]
    )  # fmt: skip
