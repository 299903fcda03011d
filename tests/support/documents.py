"""Documents of every kind that hold a number, plain, packed and encrypted."""

import io
import zipfile

from pypdf import PdfWriter

from mailer.files.budget import Budget, Inner, Unreadable
from mailer.files.documents import read_file, words_of
from support.papers import a_docx, a_pdf, an_odt, an_xlsx

NUMBER = "010190-1234"


KINDS = {
    "brev.txt": f"Borgeren\n{NUMBER}\n".encode("utf-16"),
    "brev.html": b"<p>Borgeren <b>010190</b>-1234</p>",
    "liste.csv": f"navn;nummer\nBo;{NUMBER}\n".encode(),
    "brev.pdf": a_pdf(f"Borgeren {NUMBER}"),
    "brev.docx": a_docx("Borgeren 0101", "90-1234"),
    "ark.xlsx": an_xlsx(("Navn", "Nummer"), ("Bo", NUMBER)),
    "brev.odt": an_odt("Borgeren 010190-<text:span>1234</text:span>"),
}


def words(octets: bytes, name: str, kind: str = "application/octet-stream") -> str:
    return words_of(octets, name, kind, Budget())


def read_through(octets: bytes, name: str, kind: str = "application/octet-stream") -> tuple[str, str]:
    """What is read of a file, and why the rest is not."""
    told: list[str] = []
    try:
        for words in read_file(Inner(name, octets, kind), Budget()):
            told.append(words)
    except Unreadable as unread:
        return "\n".join(told), unread.why
    return "\n".join(told), ""


def encrypted_pdf(password: str = "hemmeligt", algorithm: str = "AES-256") -> bytes:
    out, writer = io.BytesIO(), PdfWriter(clone_from=io.BytesIO(a_pdf(f"Borgeren {NUMBER}")))
    writer.encrypt(password, owner_password="ejer", algorithm=algorithm)
    writer.write(out)
    return out.getvalue()


def encrypted_docx() -> bytes:
    octets = bytearray(a_docx("x"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.index(mark) + at] |= 1
    return bytes(octets)


def zipped(*members: str | bytes) -> bytes:
    """An archive of names and octets, in turn."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in zip(members[::2], members[1::2], strict=True):
            archive.writestr(str(name), octets)
    return out.getvalue()
