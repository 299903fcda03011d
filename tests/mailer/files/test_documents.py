"""The words of files, and what is not looked into."""

import inspect
import io
import random
import sys
from contextlib import suppress

import pytest
from pypdf import PdfWriter
from pypdf.annotations import Text
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, RectangleObject, TextStringObject

from mailer.files.budget import Budget, Obstacle, Unreadable
from mailer.files.documents import LARGEST, LONGEST, words_of
from support.documents import KINDS, NUMBER, encrypted_docx, encrypted_pdf, read_through, words, zipped
from support.hideouts import HIDEOUTS
from support.papers import W, a_compound, a_docx, a_pdf, an_odt, an_xlsx, packed
from support.timing import costing_at_most
from tickets.numbers.cpr import find_cpr


def word(paragraph: str) -> bytes:
    return packed(word__document_xml=f'<w:document xmlns:w="{W}"><w:body><w:p>{paragraph}</w:p></w:body></w:document>')


def sheet(inner: str) -> bytes:
    return packed(xl__worksheets__sheet1_xml=f"<worksheet>{inner}</worksheet>")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_its_words(name: str) -> None:
    assert NUMBER in words(KINDS[name], name)


def test_a_number_without_its_hyphen_is_known_by_its_column() -> None:
    assert "CPR 0101901234" in words(an_xlsx(("Navn", "CPR-nr."), ("Bo", 101901234)), "ark.xlsx")
    assert "CPR 0101901234" in words(b"Navn;Cpr-nummer\nBo;0101901234\n", "liste.csv")
    assert "CPR" not in words(an_xlsx(("Navn", "Konto"), ("Bo", 101901234)), "ark.xlsx")


def old_document(words: bytes) -> bytes:
    return a_compound(WordDocument=bytes(600) + words + bytes(4_000))


HIDING = {
    "formatted.rtf": rb"{\rtf1\ansi Borgeren 0101{\b 90}{\rtlch\insrsid1234567 -12}{\i 34} vil}",
    "tied.rtf": rb"{\rtf1\ansi Borgeren 010190\_1234\~vil}",
    "coded.rtf": rb"{\rtf1\ansi Borgeren \u48?1\'30190\'2d1234}",
    "link.rtf": rb'{\rtf1 Se {\field{\*\fldinst{HYPERLINK "https://x.example.org/010190-1234"}}{\fldrslt sagen}}}',
    "tied.doc": old_document("Borgeren 010190\x1e1234 ".encode("utf-16-le")),
    "tied-2.doc": old_document("Borgeren 010190\u20111234 ".encode("utf-16-le")),
    "parted.doc": old_document("Borgeren 0101\x1f90-1234 ".encode("utf-16-le")),
    "title.html": b'<p title="Borger 010190-1234">x</p>',
    "remark.html": b"<p>x</p><!-- 010190&#45;1234 -->",
    "parted.svg": b"<svg><text>0101<tspan>90-1234</tspan></text></svg>",
    "folded.ics": b"BEGIN:VCALENDAR\r\nSUMMARY:Om 0101\r\n 90-1234\r\n",
    "coded.vcf": b"BEGIN:VCARD\r\nNOTE;ENCODING=QUOTED-PRINTABLE:010190=2D1234\r\n",
    "tied.docx": word("<w:r><w:t>010190</w:t><w:noBreakHyphen/><w:t>1234</w:t></w:r>"),
    "changed.docx": word("<w:r><w:t>0101</w:t><w:delText>x</w:delText><w:t>90-1234</w:t></w:r>"),
    "described.docx": word(f'<w:drawing><w:docPr descr="Borger {NUMBER}"/></w:drawing>'),
    "properties.docx": packed(word__document_xml="<w/>", customXml__item1_xml=f"<c>{NUMBER}</c>"),
    "spaced.odt": an_odt("010190<text:s/>-<text:s/>1234"),
    "sheet.xlsx": packed(xl__workbook_xml=f'<w><sheet name="{NUMBER}"/></w>'),
    "footer.xlsx": sheet(f"<headerFooter><oddHeader>{NUMBER}</oddHeader></headerFooter>"),
    "formula.xlsx": sheet(f'<sheetData><row><c r="A1"><f>A("{NUMBER}")</f><v>1</v></c></row></sheetData>'),
}


@pytest.mark.parametrize("name", HIDING)
def test_a_number_is_found_however_a_program_parts_or_hides_it(name: str) -> None:
    assert find_cpr(words(HIDING[name], name))


SHEETS = {
    "two columns": an_xlsx(("Navn", "CPR", "Løbenr."), ("Bo", "010190", 1234)),
    "an exponent": sheet(
        '<sheetData><row><c r="A1"><v>CPR</v></c></row><row><c r="A2"><v>2.901901234E9</v></c></row></sheetData>'
    ),
    "an equals sign": b'CPR-nummer;navn\r\n="0101901234";Bo\r\n',
    "a mark of order": b'\xef\xbb\xbf"CPR";"navn"\r\n"0101901234";"Bo"\r\n',
    "a table in a text": word(
        "<w:tbl><w:tr><w:tc><w:p><w:t>Navn</w:t></w:p></w:tc><w:tc><w:p><w:t>CPR</w:t></w:p></w:tc></w:tr>"
        "<w:tr><w:tc><w:p><w:t>Bo</w:t></w:p></w:tc><w:tc><w:p><w:t>0101901234</w:t></w:p></w:tc></w:tr></w:tbl>"
    ),
    "a format": packed(
        xl__styles_xml='<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000\\-0000"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="164"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="164"/></cellXfs></styleSheet>',
        xl__worksheets__sheet1_xml='<worksheet><sheetData><row><c r="A1" s="1"><v>101901234</v></c></row></sheetData>'
        "</worksheet>",
    ),
}


@pytest.mark.parametrize("case", SHEETS)
def test_digits_of_a_table_are_named_by_heading_and_format(case: str) -> None:
    assert len(find_cpr(words(SHEETS[case], "liste.csv"))) == 1


def test_digits_of_a_table_that_nothing_names_are_none() -> None:
    for told in (
        an_xlsx(("Dato", "Bilag"), ("010190", 1234), ("Faktura", 101901234)),
        packed(
            xl__styles_xml='<s><cellXfs><xf numFmtId="0"/></cellXfs></s>',
            xl__worksheets__sheet1_xml='<w><sheetData><row><c r="A1" s="0"><v>101901234</v></c></row></sheetData></w>',
        ),
        rb"{\rtf1{\fonttbl{\f0 Arial;}}{\*\rsidtbl\rsid101901234}\insrsid0101901234 Om cpr}",
    ):
        assert find_cpr(words(told, "ark")) == []


@pytest.mark.parametrize("token", [b"{", b"{\\b ", b"\\u48?", b"\\'2d", b"}", b"\\", b"x"])
def test_a_megabyte_of_formatting_is_read_in_linear_time(token: bytes) -> None:
    with costing_at_most(4):
        words(b"{\\rtf1 " + token * (1_000_000 // len(token)), "a.rtf")


@pytest.mark.parametrize("charset", ["cp1252", "utf-16-le"])
def test_old_word_files_give_their_words_among_others(charset: str) -> None:
    octets = old_document(f"Borgeren {NUMBER} ".encode(charset) + b"\xff" * 99)

    assert NUMBER in words(octets, "brev.doc", "application/msword")


def test_pictures_have_no_words() -> None:
    assert words(b"\x89PNG\r\n", "logo.png", "image/png") == ""


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_anybody_can_open_is_read_whatever_it_is_encrypted_with(algorithm: str) -> None:
    assert NUMBER in words(encrypted_pdf("", algorithm), "a.pdf")
    with pytest.raises(Unreadable, match="encrypted"):
        words(encrypted_pdf("hemmeligt", algorithm), "a.pdf")


def test_what_was_filled_in_noted_and_attached_in_a_pdf_is_read() -> None:
    out, writer = io.BytesIO(), PdfWriter(clone_from=io.BytesIO(a_pdf("Blanket")))
    writer.add_metadata({"/Title": "Om titlen"})
    writer.add_attachment("bilag.docx", a_docx(f"Borgeren {NUMBER}"))
    field = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"),
        NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): TextStringObject("nummer"),
        NameObject("/V"): TextStringObject("udfyldt"), NameObject("/Rect"): RectangleObject((50, 50, 200, 70)),
    })  # fmt: skip
    field_key = writer._add_object(field)
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([field_key])})
    note = Text(rect=(50, 50, 200, 70), text="bemærket")
    writer.add_annotation(0, note)
    writer.pages[0][NameObject("/Annots")].append(field_key)
    writer.write(out)

    told = words(out.getvalue(), "blanket.pdf")

    assert [word for word in ("Blanket", "Om titlen", "udfyldt", "bemærket", NUMBER) if word not in told] == []


def test_a_report_of_a_hundred_pages_is_read_to_its_end_within_the_budget() -> None:
    out, writer = io.BytesIO(), PdfWriter()
    for number in range(100):
        writer.append(io.BytesIO(a_pdf(f"Side {number}. " + "Kommunen skal sikre passende foranstaltninger. " * 40)))
    writer.append(io.BytesIO(a_pdf(f"Borgeren {NUMBER}")))
    writer.write(out)

    assert NUMBER in words(out.getvalue(), "rapport.pdf")


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
        (b" " * (LONGEST + 1), "a.txt", "too large"),
        (b"\xd0\xcf\x11\xe0" + bytes(99) + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted"),
        (b"-----BEGIN PGP MESSAGE-----\n\nx", "a.pdf.pgp", "encrypted"),
        (b"7z\xbc\xaf\x27\x1c\x00", "a.7z", "packed"),
        (zipped("a.zip", zipped("b.zip", zipped("c.zip", a_docx("x")))), "d.zip", "files within files"),
        (zipped("brev.pdf", encrypted_pdf()), "d.zip", "encrypted"),
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
    with costing_at_most(1), pytest.raises(Unreadable):
        words(bytes(octets), "a.docx")


def test_a_budget_that_is_spent_leaves_files_unread() -> None:
    with pytest.raises(Unreadable, match="too long"):
        words_of(b"x", "a.txt", "text/plain", Budget(seconds=-1))


@pytest.mark.parametrize("size", [0, 1, 50, 500])
def test_no_damage_escapes(size: int) -> None:
    for name, octets in KINDS.items():
        for at in range(0, len(octets), 97):
            broken = octets[:at] + b"\xff" * size + octets[at + size :]
            assert read_through(broken, name)[1] in ("", *Obstacle)


@pytest.mark.parametrize("seed", range(4))
def test_no_mutant_escapes(seed: int) -> None:
    chance = random.Random(seed)
    files = [*KINDS.values(), *HIDEOUTS.values(), encrypted_pdf(""), zipped("a.docx", KINDS["brev.docx"])]
    for _ in range(500):
        octets = bytearray(chance.choice(files))
        for _ in range(chance.choice((1, 2, 5, 20))):
            at, size = chance.randrange(len(octets) + 1), chance.randrange(40)
            octets[at : at + chance.choice((0, size))] = bytes(chance.choices(b"0123456789<>[]()/ R\0\xff", k=size))
        name = chance.choice(("a.pdf", "a.txt", "a.csv", "a"))
        assert read_through(bytes(octets), name)[1] in ("", *Obstacle)


@pytest.mark.parametrize("name", KINDS)
def test_what_lies_in_an_archive_is_read(name: str) -> None:
    assert NUMBER in words(zipped(f"mappe/{name}", KINDS[name]), "samlet.zip")
    assert NUMBER in words(zipped("word/document.xml", b"<w/>", f"word/embeddings/{name}", KINDS[name]), "brev.docx")


def test_the_name_of_a_file_in_an_archive_is_read() -> None:
    assert NUMBER in words(zipped(f"{NUMBER}.png", b"\x89PNG\r\n"), "billeder.zip")


ITEMS = {
    "a body": {"__substg1.0_1000001F": f"Borgeren {NUMBER} vil".encode("utf-16-le")},
    "an old body": {"__substg1.0_1000001E": f"Borgeren {NUMBER} vil".encode()},
    "html": {"__substg1.0_10130102": b"<p>Borgeren 0101<b>90</b>-1234</p>" + b" " * 5000},
    "a file": {"__attach/__substg1.0_37010102": a_pdf(f"Borgeren {NUMBER}"), "__x": b"x" * 9000},
    "a long file": {"__attach/__substg1.0_37010102": zipped("a.txt", b"x" * 99_000, "b.docx", a_docx(NUMBER))},
    "an item in it": {"__attach/__substg1.0_3701000D/__substg1.0_0037001F": f"Om {NUMBER}".encode("utf-16-le")},
    "a recipient": {"__recip/__substg1.0_3001001F": f"Borger {NUMBER}".encode("utf-16-le")},
    "a document": {"WordDocument": bytes(4000) + "Borgeren 010190\x1e1234".encode("utf-16-le") + bytes(5000)},
}


@pytest.mark.parametrize("case", ITEMS)
def test_items_of_outlook_are_looked_into_with_the_files_in_them(case: str) -> None:
    assert find_cpr(words(a_compound(**ITEMS[case]), "besked.msg", "application/vnd.ms-outlook"))


def test_an_item_with_a_locked_file_in_it_cannot_be_looked_into() -> None:
    item = a_compound(**{"__attach/__substg1.0_37010102": encrypted_pdf()})

    with pytest.raises(Unreadable):
        words(item, "besked.msg")


def test_an_item_of_too_many_streams_to_tell_apart_is_read_as_it_lies_and_said_not_to_be_understood() -> None:
    item = a_compound(**{f"s{number:03}": NUMBER.encode() for number in range(300)})
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 200)  # a thousand streams in a row would do it, too
    try:
        told, why = read_through(item, "besked.msg")
        assert (bool(find_cpr(told)), why) == (True, "damaged")
    finally:
        sys.setrecursionlimit(usual)


def test_compound_files_that_are_broken_or_go_round_end_in_no_time() -> None:
    whole = a_compound(**ITEMS["a long file"], WordDocument=b"x" * 20_000)
    chance = random.Random(20_261_125)
    with costing_at_most(20):
        for _ in range(300):
            broken = bytearray(whole)
            for _ in range(6):
                broken[chance.randrange(30, len(broken))] = chance.randrange(256)
            with suppress(Unreadable):
                words(bytes(broken), "besked.msg")
