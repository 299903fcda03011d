"""Files as office programs make them, the least that makes them real."""

import io
import struct
import zipfile
import zlib

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
T = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
O = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"  # noqa: E741


def packed(**members: str) -> bytes:
    """An archive; `__` in a name stands for a slash, `_xml` for the ending."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


def a_pdf(text: str, author: str = "") -> bytes:
    stream = zlib.compress(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode("latin-1"))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Author ({author}) >>".encode("latin-1"),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer


def a_docx(*runs: str) -> bytes:
    """One paragraph of these runs: what a spelling mark parts is one word to its reader."""
    told = "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs)
    return packed(word__document_xml=f'<w:document xmlns:w="{W}"><w:body><w:p>{told}</w:p></w:body></w:document>')


def an_xlsx(*rows: tuple[str | int, ...]) -> bytes:
    """Words among the shared strings, numbers as numbers."""
    strings = [cell for row in rows for cell in row if isinstance(cell, str)]

    def a_cell(cell: str | int, at: str) -> str:
        if isinstance(cell, int):
            return f'<c r="{at}"><v>{cell}</v></c>'
        return f'<c r="{at}" t="s"><v>{strings.index(cell)}</v></c>'

    told = "".join(
        f'<row r="{number}">{"".join(a_cell(cell, f"{chr(65 + at)}{number}") for at, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    return packed(
        xl__sharedStrings_xml=f'<sst xmlns="{S}">{"".join(f"<si><t>{one}</t></si>" for one in strings)}</sst>',
        xl__worksheets__sheet1_xml=f'<worksheet xmlns="{S}"><sheetData>{told}</sheetData></worksheet>',
    )


def an_xls(*rows: tuple[str | int, ...], format: str = "General") -> bytes:
    """The stream of an old workbook ([MS-XLS]): words among its shared strings, numbers in one format."""

    def a_record(kind: int, *values: bytes) -> bytes:
        content = b"".join(values)
        return struct.pack("<HH", kind, len(content)) + content

    def beginning(kind: int) -> bytes:
        return a_record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0x07CC, 0, 6))

    strings = [cell for row in rows for cell in row if isinstance(cell, str)]
    shared = [struct.pack("<HB", len(one), 0) + one.encode("latin-1") for one in strings]
    style = struct.pack("<HHHBBBBIIH", 0, 164, 1, 0, 0, 0, 0, 0, 0, 0)
    cells = [
        a_record(0xFD, struct.pack("<HHHI", y, x, 0, strings.index(cell)))
        if isinstance(cell, str)
        else a_record(0x203, struct.pack("<HHHd", y, x, 0, float(cell)))
        for y, row in enumerate(rows)
        for x, cell in enumerate(row)
    ]
    before = beginning(5) + a_record(0x41E, struct.pack("<HHB", 164, len(format), 0), format.encode())
    before += a_record(0xE0, style)
    behind = a_record(0xFC, struct.pack("<II", len(strings), len(strings)), *shared) + a_record(0x0A)
    start = len(before) + 4 + 12 + len(behind)
    named = a_record(0x85, struct.pack("<IBBBB", start, 0, 0, 4, 0), b"Ark1")
    return before + named + behind + beginning(0x10) + b"".join(cells) + a_record(0x0A)


def a_compound(**streams: bytes) -> bytes:
    """A compound file, as old Office files and items of Outlook are; `/` in a name stands for a storage's end.

    What is shorter than 4,096 octets lies in the small stream, as it must.
    """
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    parents = {name.rsplit("/", up)[0] for name in streams for up in range(1, name.count("/") + 1)}
    names = sorted({*streams, *parents})
    outer = {name: name.rpartition("/")[0] if "/" in name else "" for name in names}
    sectors: list[bytes] = []
    fat: list[int] = []
    small, small_fat = b"", list[int]()

    def lay(content: bytes) -> int:
        start, count = len(sectors), -(-len(content) // 512)
        sectors.extend(content[at : at + 512].ljust(512, b"\0") for at in range(0, len(content), 512))
        fat.extend([*range(start + 1, start + count), end])
        return start

    lay(bytes(512))  # where the table of sectors will be
    entries: list[tuple[str, int, int, int, int, int]] = []  # name, kind, right, child, start, size
    for name in names:
        content, is_storage = streams.get(name), name not in streams
        inner = [one for one in names if outer[one] == name]
        after = [one for one in names if outer[one] == outer[name] and one > name]
        right, child = (names.index(one[0]) + 1 if one else free for one in (after, inner))
        start = 0
        if content is not None and len(content) < 4096:
            start, count = len(small_fat), -(-len(content) // 64)
            small += content.ljust(count * 64, b"\0")
            small_fat.extend([*range(start + 1, start + count), end])
        elif content is not None:
            start = lay(content)
        told = name.rpartition("/")[2]
        entries.append((told, 1 if is_storage else 2, right, child if is_storage else free, start, len(content or b"")))
    small_start = lay(small) if small else end
    table_start = lay(struct.pack(f"<{len(small_fat)}I", *small_fat).ljust(512, b"\xff")) if small else end
    top = names.index(next(one for one in names if "/" not in one)) + 1
    entries.insert(0, ("Root Entry", 5, free, top, small_start, len(small)))
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, free, right, child)
        + bytes(36)
        + struct.pack("<III", start, size, 0)
        for name, kind, right, child, start, size in entries
    )
    first = lay(directory)
    fat[0] = 0xFFFFFFFD
    sectors[0] = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    head += bytes(10) + struct.pack("<IIIIIIIII", 1, first, 0, 4096, table_start, bool(small), end, 0, 0)
    return head.ljust(512, b"\xff") + b"".join(sectors)


def an_odt(text: str) -> bytes:
    return packed(
        content_xml=f'<office:document-content xmlns:office="{O}" xmlns:text="{T}"><office:body><office:text>'
        f"<text:p>{text}</text:p></office:text></office:body></office:document-content>"
    )
