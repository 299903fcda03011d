"""The words of files, and what is not looked into."""

import io
import time
import zipfile

import pytest
from papers import a_docx, a_pdf, an_odt, an_xlsx, packed
from pypdf import PdfWriter

from mailer.documents import LARGEST, Budget, Unreadable, words_of

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


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_its_words(name: str) -> None:
    assert NUMBER in words(KINDS[name], name)


def test_a_number_without_its_hyphen_is_known_by_its_column() -> None:
    assert "CPR 0101901234" in words(an_xlsx(("Navn", "CPR-nr."), ("Bo", 101901234)), "ark.xlsx")
    assert "CPR 0101901234" in words(b"Navn;Cpr-nummer\nBo;0101901234\n", "liste.csv")
    assert "CPR" not in words(an_xlsx(("Navn", "Konto"), ("Bo", 101901234)), "ark.xlsx")


@pytest.mark.parametrize("charset", ["cp1252", "utf-16-le"])
def test_old_word_files_give_their_words_among_others(charset: str) -> None:
    octets = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + f"Borgeren {NUMBER} ".encode(charset) + b"\xff" * 99

    assert NUMBER in words(octets, "brev.doc", "application/msword")


def test_pictures_have_no_words() -> None:
    assert words(b"\x89PNG\r\n", "logo.png", "image/png") == ""


def encrypted_pdf() -> bytes:
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("hemmeligt", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def encrypted_docx() -> bytes:
    octets = bytearray(a_docx("x"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.index(mark) + at] |= 1
    return bytes(octets)


BOMB = packed(word__document_xml=f"<w>{'0' * 20_000_000}</w>")
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("octets", "name", "why"),
    [
        (encrypted_pdf(), "a.pdf", "encrypted"),
        (encrypted_docx(), "a.docx", "encrypted"),
        (BOMB, "a.docx", "grows too much"),
        (packed(word__document_xml=LAUGHS), "a.docx", "document type"),
        (packed(word__document_xml="<w><p>"), "a.docx", "damaged"),
        (a_docx("x")[:-30], "a.docx", "damaged"),
        (b"%PDF-1.4 nonsense", "a.pdf", "damaged"),
        (b" " * (LARGEST + 1), "a.txt", "too large"),
        (packed(**{f"x{number}": "" for number in range(2_001)}), "a.docx", "too many"),
    ],
)
def test_what_cannot_be_looked_into_is_told(octets: bytes, name: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        words(octets, name)


def test_an_archive_that_lies_about_its_size_stays_in_bounds() -> None:
    octets = bytearray(BOMB)
    start = octets.index(b"PK\x01\x02") + 24
    octets[start : start + 4] = (1_000).to_bytes(4, "little")
    begun = time.process_time()

    with pytest.raises(Unreadable):
        words(bytes(octets), "a.docx")

    assert time.process_time() - begun < 1


def test_a_budget_that_is_spent_leaves_files_unread() -> None:
    with pytest.raises(Unreadable, match="too long"):
        words_of(b"x", "a.txt", "text/plain", Budget(seconds=-1))


@pytest.mark.parametrize("size", [0, 1, 50, 500])
def test_no_damage_escapes(size: int) -> None:
    for name, octets in KINDS.items():
        for at in range(0, len(octets), 97):
            broken = octets[:at] + b"\xff" * size + octets[at + size :]
            try:
                words(broken, name)
            except Unreadable:
                continue


def test_other_archives_are_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("noget.txt", "Borgeren " * 100, zipfile.ZIP_DEFLATED)

    assert "Borgeren" not in words(out.getvalue(), "a.zip")
