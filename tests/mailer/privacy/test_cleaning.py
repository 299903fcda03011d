"""Cleaning: a file for others tells nothing of who made it, and still opens."""

import io
import zipfile
from email.message import EmailMessage

import pytest

from mailer.files.budget import Budget
from mailer.mime.parts import leaves_of, parse
from mailer.privacy import cleaning
from mailer.privacy.cleaning import MOST_WORDS, clean_files
from support.pictures import AUTHOR, R, a_photo, a_picture, an_office_file, an_open_document, packed, unpacked
from support.timing import costing_at_most
from tickets.errors import Unclean
from tickets.masking.masking import make_mask
from tickets.masking.names import Names
from tickets.post import CleanFile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def clean(octets: bytes) -> CleanFile:
    return cleaning.clean(octets, Budget())


@pytest.mark.parametrize("octets", [an_office_file(), an_open_document(), a_picture(), a_photo()])
def test_no_property_tells_who_made_it(octets: bytes) -> None:
    cleaned = clean(octets)

    pieces = [cleaned.octets]
    if cleaned.octets.startswith(b"PK"):
        pieces += [text.encode() for text in unpacked(cleaned.octets).values()]
    for piece in pieces:
        assert AUTHOR.encode() not in piece
        assert "Prøvested".encode() not in piece
    assert AUTHOR not in cleaned.words


def test_a_documents_words_are_all_that_is_said_in_it() -> None:
    words = clean(an_office_file(**{"word/footer1.xml": "<p><r><t>Prøve</t></r><r><t>sted</t></r></p>"})).words

    assert "Må vi?" in words
    assert "Prøvested" in words


def test_where_a_documents_links_lead_is_among_its_words() -> None:
    links = (
        '<Relationships><Relationship Id="1" Type="urn:x/hyperlink" TargetMode="External"'
        ' Target="https://proevested.example.dk/"/></Relationships>'
    )

    assert "https://proevested.example.dk/" in clean(an_office_file(**{"word/_rels/document.xml.rels": links})).words


def test_a_clean_document_has_all_its_parts_but_the_thumbnail() -> None:
    cleaned = unpacked(clean(an_office_file()).octets)

    assert "Må " in cleaned["word/document.xml"]
    assert 'w:author=""' in cleaned["word/document.xml"]
    assert "docProps/thumbnail.jpeg" not in cleaned
    assert not any(name.startswith(("customXml", "docMetadata")) for name in cleaned)
    assert "LabelInfo" not in cleaned["[Content_Types].xml"]
    assert cleaned["_rels/.rels"].endswith(
        '<Relationships><Relationship Id="2" Target="word/document.xml"/></Relationships>'
    )
    assert next(iter(unpacked(clean(an_open_document()).octets))) == "mimetype"


@pytest.mark.parametrize(
    "octets",
    [
        an_office_file(**{"word/media/image1.emf": b"\1\0\0\0"}),
        an_office_file(**{"xl/vbaProject.bin": b"\0"}),
        an_office_file(**{"word/embeddings/sheet.xlsx": b"PK"}),
        an_office_file(**{"word/header1.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
        an_open_document(**{"Pictures/logo.svg": "<svg><title>Prøvested</title></svg>"}),
        packed(**{"notat.txt": "Må vi?"}),
        b"PK\x03\x04 and nothing more",
        b"%PDF-1.7 Author (Mette)",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"BEGIN:VCARD\nFN:Mette\nEND:VCARD",
        b"From: Mette <mette@proevested.example.dk>\n\nHej",
        b"{\\rtf1 {\\author Mette}}",
        b"<html><meta name=author content=Mette></html>",
        b"GIF89a\0",
        "Mødet på rådhuset".encode("cp850"),
        "Mødet på rådhuset".encode("mac-roman"),
        b"\0\0\0\x1cftypheic",
        a_photo()[:60],
        a_picture()[:40],
    ],
)  # fmt: skip
def test_what_cannot_be_understood_has_no_clean_copy(octets: bytes) -> None:
    with pytest.raises(Unclean):
        clean(octets)


@pytest.mark.parametrize(
    ("document", "at"),
    [
        (an_office_file(**{"word/media/image1.png": a_picture()}), "word/media/image1.png"),
        (an_open_document(**{"Pictures/1.jpg": a_photo()}), "Pictures/1.jpg"),
    ],
)
def test_the_pictures_in_a_document_are_cleaned_too_and_told_of(document: bytes, at: str) -> None:
    cleaned = clean(document)

    with zipfile.ZipFile(io.BytesIO(cleaned.octets)) as archive:
        assert AUTHOR.encode() not in archive.read(at)
        assert archive.read(at)
    assert cleaned.has_pictures
    assert not clean(an_office_file()).has_pictures


def test_what_a_printer_left_in_a_sheet_is_dropped() -> None:
    sheet = f'<worksheet xmlns:r="{R}"><pageSetup paperSize="9" r:id="rId1"/></worksheet>'
    rels = '<Relationships><Relationship Id="rId1" Target="../printerSettings/printerSettings1.bin"/></Relationships>'
    more = {"xl/printerSettings/printerSettings1.bin": b"Printer i Pr\xc3\xb8vested", "xl/worksheets/s.xml": sheet}

    cleaned = unpacked(clean(an_office_file(**more | {"xl/worksheets/_rels/s.xml.rels": rels})).octets)

    assert '<pageSetup paperSize="9"/>' in cleaned["xl/worksheets/s.xml"]
    assert cleaned["xl/worksheets/_rels/s.xml.rels"].endswith("<Relationships/>")
    assert "xl/printerSettings/printerSettings1.bin" not in cleaned


def test_a_document_that_grows_without_end_is_not_unpacked() -> None:
    with pytest.raises(Unclean):
        clean(an_office_file(**{"word/bomb.xml": b"0" * 50_000_000}))


def test_plain_text_stays_as_it_is() -> None:
    octets = "Må vi?\r\n\tJa; æøå\n".encode()

    assert (clean(octets).octets, clean(octets).words) == (octets, octets.decode())


def test_pictures_lose_nothing_that_is_drawn() -> None:
    assert b"IDAT" in clean(a_picture()).octets
    assert b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9" in clean(a_photo()).octets


def test_the_clean_files_of_a_message_are_known_by_their_parts() -> None:
    message = EmailMessage()
    message.set_content("Se vedhæftet")
    for content, name in ((an_office_file(), "notat.docx"), (b"\0\1", "ukendt.bin")):
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    octets = bytes(message)
    parts = [leaf.index for leaf in leaves_of(parse(octets))[0]]

    assert list(clean_files(octets)) == parts[1:2]


def test_a_file_with_more_words_than_can_be_looked_through_has_no_clean_copy_and_the_next_has() -> None:
    message = EmailMessage()
    message.set_content("Se vedhæftet")
    for content in (b"hej " * (MOST_WORDS // 4 + 1), b"Hej"):
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename="notat.txt")

    assert list(clean_files(bytes(message))) == [3]


@pytest.mark.parametrize(
    "text",
    [
        '{"navn": "Pr\\u00f8vested"}', '{"hvem": "\\u004dette"}', "M=C3=A5 Pr=C3=B8vested?", "TWV0dGUgS2xpdGdhYXJk",
        "navn:: TWV0dGU=", "4d 65 74 74 65", "4d65747465", "\\x4dette", "\\115ette", "%4Dette", "+AE0AZQB0AHQAZQ-",
        "&#77;ette", "Vi i Prøve sted", "/365T=&4@2VQI=&=A87)D",
    ],
)  # fmt: skip
def test_a_name_in_a_text_file_is_found_whatever_it_is_written_in(text: str) -> None:
    mask = make_mask(Names(people=(AUTHOR,), organisation="Prøvested Kommune"))

    assert mask.is_named_in_file(clean(f"Hej\n{text}\n".encode()))


@pytest.mark.parametrize(
    "octets",
    [
        "\ufeff\ufeff<html>Mette</html>".encode(), b"\xef\xbb\xbf\xef\xbb\xbf<!DOCTYPE html>", b"Hej\n<svg width='1'>",
        b"From mette@proevested.example.dk Mon Jan  5 10:00:00 2026\nHej", b"-----BEGIN CERTIFICATE-----\nTWV0\n",
        b"begin 644 a.txt\n#0V%T\n", b"%!PS-Adobe-3.0\n", b"Logo:\n" + (b"QUJD" * 19 + b"\n") * 3, b"a" * 300,
    ],
)  # fmt: skip
def test_what_has_something_else_in_it_is_no_plain_text(octets: bytes) -> None:
    with pytest.raises(Unclean):
        clean(octets)


def test_ordinary_text_files_are_plain_text() -> None:
    for text in (
        "Navn;Antal\nA;1\n",
        "-" * 100 + "\n" + "=" * 100,
        '{"a": [1, 2]}',
        "[del]\nnavn = 1",
        "Se a < b og c > d",
    ):
        assert clean(text.encode()).octets == text.encode()


@pytest.mark.parametrize(
    "token", ["+AA", "QUJD\n", "4d ", "\\u00f8", "=4D", "a/b/", "M" + "A" * 60 + "\n", "<b ", "a.b."]
)
def test_a_name_is_looked_for_in_linear_time(token: str) -> None:
    mask = make_mask(Names(people=(AUTHOR,), organisation="Prøvested Kommune"))

    words = (token * 25_000)[:25_000]

    with costing_at_most(1.5):
        mask.is_named_in_file(CleanFile(b"", words, traces=words))


@pytest.mark.parametrize(
    "text",
    [
        "Notat\n{\\rtf1 Pr\\'f8vested}", "Se her:\r\n\r\n{\\rtf1 M\\u101?tte}", "Kort\nBEGIN:VCARD\nFN:Mette",
        "Møde\n\n  BEGIN:VCALENDAR\nORGANIZER:x\nEND:VCALENDAR", "Tegning\n%!PS-Adobe-3.0",
        "Vi i \u202edetsevørP spørger",
    ],
)  # fmt: skip
def test_a_text_that_goes_on_as_something_else_has_no_clean_copy(text: str) -> None:
    with pytest.raises(Unclean):
        clean(text.encode())


@pytest.mark.parametrize(
    "text", ["Notat om rtf og BEGIN", "Skriv BEGIN:VCARD først i filen", "Se {\\rtf1} midt i linjen"]
)
def test_a_text_that_tells_of_other_kinds_is_one(text: str) -> None:
    assert clean(text.encode()).words == text


def signs(word: str, private: int = 0xF000) -> str:
    return "".join(f'<w:r><w:sym w:font="Arial" w:char="{private + ord(letter):04X}"/></w:r>' for letter in word)


@pytest.mark.parametrize(
    "body",
    [
        signs("Mette"), signs("Mette", 0), f"<w:r><w:t>Met</w:t></w:r>{signs('te')}", signs("KLITGAARD"),
    ],
)  # fmt: skip
def test_a_name_in_signs_of_a_font_is_seen(body: str) -> None:
    mask = make_mask(Names(people=("Mette Klitgaard",)))

    assert mask.is_named_in_file(clean(a_letter_of(body)))


def test_words_that_are_shown_backwards_have_no_clean_copy() -> None:
    with pytest.raises(Unclean):
        clean(a_letter_of("<w:r><w:t>\u202eetteM</w:t></w:r>"))


def a_letter_of(body: str) -> bytes:
    document = f'<w:document xmlns:w="{W}"><w:body><w:p>{body}</w:p></w:body></w:document>'
    return an_office_file(**{"word/document.xml": document})


@pytest.mark.parametrize(
    ("style", "is_named"),
    [
        ('w:customStyle="1" w:styleId="PrvestedOverskrift"', True),
        ('w:customStyle="1" w:styleId="OverskriftMEKL"', True),
        ('w:customStyle="true" w:styleId="Prvested1"', True),
        ('w:customStyle="1" w:styleId="KommunensOverskrift"', False),
        ('w:styleId="Overskrift1"', False),
    ],
)  # fmt: skip
def test_a_style_that_is_called_after_somebody_is_seen(style: str, is_named: bool) -> None:
    styles = f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" {style}><w:name w:val="Tekst"/></w:style></w:styles>'
    mask = make_mask(Names(people=("Mette Klitgaard",), organisation="Prøvested Kommune"))

    assert mask.is_named_in_file(clean(an_office_file(**{"word/styles.xml": styles}))) is is_named
