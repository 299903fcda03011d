"""Papers: the files that people of the town attach, made from texts in `year/files`."""

import mimetypes
from pathlib import Path

FOLDER = Path(__file__).parent / "year" / "files"
TOP, LEFT, LEADING = 780, 72, 16  # points on a page of A4


def read_paper(name: str) -> tuple[bytes, str]:
    """A file by its name and what type it is; a PDF is made from the text of the same name."""
    path = FOLDER / name
    octets = make_pdf(path.with_suffix(".txt").read_text("utf-8")) if path.suffix == ".pdf" else path.read_bytes()
    return octets, mimetypes.guess_type(name)[0] or "application/octet-stream"


def make_pdf(text: str) -> bytes:
    """One page of text as a PDF (ISO 32000-1 7.5): five objects, their table, the trailer."""
    content = b"BT /F1 11 Tf %d TL %d %d Td %b ET" % (LEADING, LEFT, TOP, b" ".join(map(_show, text.splitlines())))
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
    )
    octets, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(octets))
        octets += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(octets)
    octets += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    octets += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(octets)


def _show(line: str) -> bytes:
    """The operator that shows a line and moves to the next."""
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"(%b) Tj T*" % escaped.encode("cp1252", "replace")
