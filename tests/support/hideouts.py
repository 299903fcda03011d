"""Hideouts: files in which a number is easily overlooked, those that nobody can read, and harmless ones."""

import base64
import binascii
import io
import json
import struct
import zipfile
from email.message import EmailMessage

from pypdf import PdfWriter
from pypdf.annotations import FreeText, Link, Text
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    RectangleObject,
    StreamObject,
    TextStringObject,
)

from support.builders import a_message
from support.papers import W, a_compound, a_docx, a_pdf, an_xls, an_xlsx

NUMBER = "010190-1234"
BARE = "0101901234"
WORD_TABLE = (
    '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:t>Navn</w:t></w:p></w:tc>'
    "<w:tc><w:p><w:t>CPR</w:t></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:t>Bo</w:t></w:p></w:tc><w:tc><w:p><w:t>Ib</w:t>"
    f"</w:p></w:tc><w:tc><w:p><w:t>{BARE}</w:t></w:p></w:tc></w:tr></w:tbl>"
)
OFFICE_TABLE = (
    '<o:d xmlns:o="o"><table><table-row><table-cell o:number-columns-repeated="3"/><table-cell><p>CPR</p></table-cell>'
    f'</table-row><table-row><table-cell o:number-columns-repeated="3"/><table-cell><p>{BARE}</p></table-cell>'
    "</table-row></table></o:d>"
)


def zipped(**members: bytes) -> bytes:
    """An archive of files, `__` in a name for a slash and `_DOT_` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in members.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), octets)
    return out.getvalue()


def office(**members: str | bytes) -> bytes:
    """An archive that says it is an office file."""
    told = {name: text.encode() if isinstance(text, str) else text for name, text in members.items()}
    return zipped(**{"[Content_Types]_DOT_xml": b"<Types/>"}, **told)


def word(body: str, **members: str | bytes) -> bytes:
    return office(word__document_DOT_xml=f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>', **members)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def a_writer(text: str = "Notat") -> PdfWriter:
    return PdfWriter(clone_from=io.BytesIO(a_pdf(text)))


def linked_pdf() -> bytes:
    writer = a_writer()
    writer.add_annotation(0, Link(rect=(50, 50, 90, 60), url=f"https://x.example.org/borger/{NUMBER}"))
    return written(writer)


def marked_pdf() -> bytes:
    writer = a_writer()
    writer.add_outline_item("Bilag", 0)
    writer.add_outline_item(f"Borger {NUMBER}", 0, parent=writer.add_outline_item("Sager", 0))
    return written(writer)


def stamped_pdf(flags: int = 4) -> bytes:
    """A stamp whose words are drawn, and stand in no remark."""
    writer = a_writer()
    drawn = StreamObject()
    drawn.set_data(b"BT /F1 12 Tf 5 5 Td (Borger 010190-1234) Tj ET")
    drawn.update({
        NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): RectangleObject((0, 0, 200, 30)),
        NameObject("/Resources"): writer.pages[0]["/Resources"],
    })  # fmt: skip
    stamp = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Stamp"),
        NameObject("/Rect"): RectangleObject((50, 50, 250, 80)), NameObject("/F"): FloatObject(flags),
        NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(drawn)}),
    })  # fmt: skip
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(stamp)])
    return written(writer)


def noted_pdf() -> bytes:
    writer = a_writer()
    writer.add_annotation(0, Text(rect=(50, 50, 90, 60), text="Se", title_bar=f"Borger {NUMBER}"))
    return written(writer)


def typed_pdf() -> bytes:
    writer = a_writer()
    writer.add_annotation(0, FreeText(rect=(50, 50, 250, 90), text=f"Borger {NUMBER}"))
    return written(writer)


def filled_pdf() -> bytes:
    """A form whose field is called CPR, and filled in with digits alone."""
    writer = a_writer()
    field = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"),
        NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): TextStringObject("CPR-nummer"),
        NameObject("/V"): TextStringObject(BARE), NameObject("/Rect"): RectangleObject((50, 50, 200, 70)),
    })  # fmt: skip
    key = writer._add_object(field)
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([key])})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([key])
    return written(writer)


def described_pdf(*, is_packed: bool) -> bytes:
    """Properties in XML, and a property of its own kind."""
    writer = a_writer()
    stream = StreamObject()
    stream.set_data(f"<x:xmpmeta><dc:subject>Borger {NUMBER}</dc:subject></x:xmpmeta>".encode())
    told = stream.flate_encode() if is_packed else stream
    told.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(told)
    return written(writer)


def own_property_pdf() -> bytes:
    writer = a_writer()
    writer.add_metadata({"/Borger": NUMBER})
    return written(writer)


def table_pdf() -> bytes:
    """Headings above rows, as a list is printed."""
    rows = ["Navn CPR-nr Adresse", f"Bo Hansen {BARE} Rådhuspladsen", "Ea Jensen 0202901234 Strandvejen"]
    told = " Tj 0 -20 Td (".join(f"{row})" for row in rows).replace("((", "(")
    return a_pdf(told.removesuffix(")"))


def attached(name: str, octets: bytes, kind: str = "application/octet-stream") -> EmailMessage:
    message = a_message(text="Se vedhæftede.\n")
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(octets, maintype=maintype, subtype=subtype, filename=name)
    return message


def a_photo(remark: bytes) -> bytes:
    return b"\xff\xd8\xff\xe1" + (len(remark) + 8).to_bytes(2, "big") + b"Exif\0\0" + remark + b"\xff\xd9"


def a_winmail(rtf: bytes) -> bytes:
    """What Outlook wraps a formatted text in ([MS-OXTNEF])."""
    told = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(rtf)) + rtf + b"\0" * (-len(rtf) % 4)
    return struct.pack("<IHBII", 0x223E9F78, 1, 1, 0x00069003, len(told)) + told + b"\0\0"


RTF = rb"{\rtf1 Borgeren 0101{\b 90}-1234 vil}"
FORMATTED = struct.pack("<II4sI", len(RTF) + 12, len(RTF), b"MELA", 0) + RTF


def a_coded_letter() -> bytes:
    message = a_message()
    message.set_content(f"Borgeren {NUMBER} vil.\n", cte="base64")
    return bytes(message)


LETTER = a_coded_letter()
MAILBOX = b"From a@example.dk Mon Nov 23 08:00:00 2026\n" + bytes(a_message(text="Hej\n")) + b"\n" + (
    b"From b@example.dk Mon Nov 23 08:00:00 2026\n" + LETTER
)  # fmt: skip
UUENCODED = b"begin 644 brev.txt\n" + binascii.b2a_uu(f"Borgeren {NUMBER}".encode()) + b"`\nend\n"
HIDEOUTS: dict[str, bytes] = {
    # What looks like a picture, an archive or a PDF, and is a text
    "BM.csv": f"BM nummer;CPR\nBo;{BARE}\n".encode(),
    "BM.txt": f"BM notat om {NUMBER}".encode(),
    "GIF89a.csv": f"GIF89a;navn\n{NUMBER};Bo".encode(),
    "II.txt": b"II*\0 Borgeren " + NUMBER.encode() + b" vil have indsigt i sin sag, og det skal hun have.",
    "percent.txt": f"En fil kan begynde med %PDF- og handle om {NUMBER}".encode(),
    "packed.log": f"BZh er et mærke, og {NUMBER} et nummer".encode(),
    "BM": f"BM\n{NUMBER}".encode(),
    # Charsets without a mark
    "little.txt": f"Borgeren\n{NUMBER}\n".encode("utf-16-le"),
    "big.csv": f"Navn;CPR\nBo;{BARE}\n".encode("utf-16-be"),
    "four.txt": f"Borgeren\n{NUMBER}\n".encode("utf-32-le"),
    "four-big.dat": f"Borgeren\n{NUMBER}\n".encode("utf-32-be"),
    "marked.txt": f"Borgeren\n{NUMBER}\n".encode("utf-32"),
    # Tables
    "titled.csv": f"Udtræk, dannet i dag\n\nNavn,CPR\nBo,{BARE}\n".encode(),
    "tabs.txt": f"Navn\tCPR-nr\tBy\nBo\t{BARE}\tPrøvested\n".encode(),
    "bars.txt": f"| Navn | Personnummer |\n|---|---|\n| Bo | {BARE} |\n".encode(),
    "spaces.txt": f"Navn          CPR-nummer\nBo Hansen     {BARE}\n".encode(),
    "pnr.csv": f"PNR;Navn\n{BARE};Bo\n".encode(),
    "lost zero.csv": b"Navn;Personnr.\nBo;101901234\n",
    "two cells.csv": "Navn;F\u00f8dselsdato;CPR (sidste fire)\nBo;010190;1234\n".encode(),
    "table.html": (
        f"<table><tr><th>Navn</th><th>CPR</th></tr><tr><td>Bo</td><td><p>{BARE}</p></td></tr></table>".encode()
    ),
    "wide.html": (
        f'<table><tr><th colspan="2">Navn</th><th>CPR</th></tr><tr><td>Bo</td><td>Ib</td><td>{BARE}</td></tr></table>'
    ).encode(),
    "table.rtf": rb"{\rtf1 \trowd Navn\cell CPR-nr\cell\row \trowd Bo\cell 0101901234\cell\row}",
    "merged.docx": word(WORD_TABLE),
    "repeated.ods": office(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_DOT_xml=OFFICE_TABLE),
    "lines.xlsx": an_xlsx(("Navn\nog adresse", "CPR"), ("Bo", 101901234)),
    "ark.xls": a_compound(Workbook=an_xls(("Navn", "CPR"), ("Bo", 101901234)).ljust(5_000, b"\0")),
    "format.xls": a_compound(Workbook=an_xls(("Navn",), (101901234,), format="000000\\-0000").ljust(5_000, b"\0")),
    "spaced.xlsx": an_xlsx(("Navn", "CPR"), ("Bo", "010190 12 34")),
    "table.pdf": table_pdf(),
    # Data
    "borger.xml": (
        f"<B><PersonCivilRegistrationIdentifier>{BARE}</PersonCivilRegistrationIdentifier><x>5</x></B>".encode()
    ),
    "prefixed.xml": f'<?xml version="1.0"?><n:B xmlns:n="n"><n:CprNr>{BARE}</n:CprNr></n:B>'.encode(),
    "attribute.xml": f'<borger navn="Bo" personnummer="{BARE}"/>'.encode(),
    "typed.xml": f'<id type="CPR">{BARE}</id>'.encode(),
    "beside.xml": f"<m><recipientID>{BARE}</recipientID><idType>CPR</idType></m>".encode(),
    "registry.xml": f'<id root="1.2.208.176.1.2" extension="{BARE}"/>'.encode(),
    "next.xml": f"<a><nr>{NUMBER}</nr><no>5</no></a>".encode(),
    "borger.json": json.dumps({"borger": {"navn": "Bo", "borgerCpr": 101901234}}).encode(),
    "escaped.json": rb'{"tekst": "Borgeren 010190\u002d1234"}',
    "rows.json": json.dumps([["Navn", "CPR"], ["Bo", 101901234]]).encode(),
    "contact.vcf": f"BEGIN:VCARD\r\nFN:Bo\r\nX-CPR:{BARE}\r\nEND:VCARD\r\n".encode(),
    "coded.vcf": b"BEGIN:VCARD\r\nNOTE;ENCODING=BASE64:"
    + base64.b64encode(f"Borgeren har nummeret {NUMBER} og vil have indsigt".encode())
    + b"\r\nEND:VCARD\r\n",
    "dato.txt": b"CPR-nr. 01-01-1990-1234",
    "pairs.txt": b"CPR-nr. 010190 12 34",
    # Archives of whatever kind, and documents whose parts lie elsewhere
    "book.epub": office(mimetype=b"application/epub+zip", OEBPS__1_DOT_xhtml=f"<html><p>Borger {NUMBER}</p></html>"),
    "print.xps": office(
        **{"Documents__1__Pages__1_DOT_fpage": f'<FixedPage><Glyphs UnicodeString="{NUMBER}"/></FixedPage>'}
    ),
    "drawing.vsdx": office(visio__pages__page1_DOT_xml=f"<PageContents><Text>Borger {NUMBER}</Text></PageContents>"),
    "else.zip": office(noter_DOT_txt=f"Borgeren {NUMBER}"),
    "moved.docx": office(
        _rels___DOT_rels="<r/>",
        dele__hoved_DOT_xml=f'<w:document xmlns:w="{W}"><w:p><w:t>{NUMBER}</w:t></w:p></w:document>',
    ),
    "moved.xlsx": office(
        **{
            "data__tekst_DOT_xml": "<sst><si><t>CPR</t></si></sst>",
            "data__ark_DOT_xml": '<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c></row>'
            '<row><c r="A2"><v>101901234</v></c></row></sheetData></worksheet>',
        }
    ),
    "chunk.docx": word("<w:altChunk/>", **{"word__afchunk_DOT_htm": "<html><body>010190<b>-1234</b></body></html>"}),
    "chunk mail.docx": word("<w:altChunk/>", **{"word__afchunk_DOT_mht": LETTER}),
    "chunk text.docx": word("<w:altChunk/>", **{"word__afchunk_DOT_txt": f"Borger {NUMBER}"}),
    "chunk word.docx": word("<w:altChunk/>", **{"afchunk_DOT_docx": a_docx(NUMBER)}),
    "control.docx": word(f'<w:sdt><w:sdtPr><w:alias w:val="CPR-nr."/></w:sdtPr><w:p><w:t>{BARE}</w:t></w:p></w:sdt>'),
    "property.docx": word(
        "<w:p/>", docProps__custom_DOT_xml=f'<P><property name="CPR"><lpwstr>{BARE}</lpwstr></property></P>'
    ),
    "pivot.xlsx": office(xl__pivotCache__d1_DOT_xml='<d><cacheField name="CPR"><n v="0101901234"/></cacheField></d>'),
    "prefix.zip": b"MZ\x90\0 en udpakker \xff\xfe\0\1\2\3" * 20 + zipped(brev_DOT_txt=f"Borger {NUMBER}".encode()),
    "old.msg": a_compound(**{"__attach/__substg1.0_37010102": zipped(a_DOT_txt=NUMBER.encode())}),
    "package.doc": a_compound(**{"Pool/Package": a_docx(NUMBER), "WordDocument": bytes(5_000)}),
    "native.doc": a_compound(
        **{
            "Pool/\x01Ole10Native": bytes(4)
            + b"\2\0a.zip\0C:\\a.zip\0\0\0\3\0\4\0\0\0a.z\0"
            + (len(zipped(a_DOT_txt=NUMBER.encode())).to_bytes(4, "little"))
            + zipped(a_DOT_txt=NUMBER.encode())
        }
    ),
    "object.rtf": rb"{\rtf1 {\object{\*\objdata 01050000 "
    + binascii.hexlify(a_compound(Package=a_docx(NUMBER)))
    + b"}}}",
    "formatted.msg": a_compound(**{"__substg1.0_10090102": FORMATTED}),
    "winmail.dat": a_winmail(FORMATTED),
    # Messages
    "videresendt": LETTER,
    "videresendt.bin": LETTER,
    "indbakke.mbox": MAILBOX,
    "indbakke": MAILBOX,
    "mail.zip": zipped(brev_DOT_eml=LETTER),
    "brev i mail.eml": bytes(attached("brev.docx", a_docx(NUMBER))),
    # Codes
    "kode.bin": base64.encodebytes(a_docx(NUMBER)),
    "kort.bin": base64.b64encode(NUMBER.encode()),
    "omslag.txt": b"Se filen:\n\n" + base64.encodebytes(a_pdf(f"Borger {NUMBER}")) + b"\nHilsen\n",
    "data.html": b'<a href="data:application/pdf;base64,' + base64.b64encode(a_pdf(f"Borger {NUMBER}")) + b'">Se</a>',
    "uu.txt": UUENCODED,
    "hex.bin": binascii.hexlify(a_docx(NUMBER)),
    "quoted.bin": b"Borgeren 010190=2D1234 vil\n",
    # PDF
    "link.pdf": linked_pdf(),
    "bookmark.pdf": marked_pdf(),
    "stamp.pdf": stamped_pdf(),
    "hidden stamp.pdf": stamped_pdf(2),
    "author.pdf": noted_pdf(),
    "typed.pdf": typed_pdf(),
    "form.pdf": filled_pdf(),
    "xmp.pdf": described_pdf(is_packed=False),
    "packed xmp.pdf": described_pdf(is_packed=True),
    "property.pdf": own_property_pdf(),
    # Pictures and sound that say more than they show
    "foto.jpg": a_photo(f"Borger {NUMBER}".encode()),
    "foto wide.jpg": a_photo(f"Borger {NUMBER}".encode("utf-16-le")),
    "foto bagved.jpg": a_photo(b"x") + f"Borger {NUMBER}".encode(),
    "lyd.mp3": b"ID3\3\0\0\0\0\0\x40TIT2\0\0\0\x20\0\0\0Borger 010190-1234" + bytes(50),
    "billede.docx": word("<w:p/>", word__media__image1_DOT_jpg=a_photo(f"Borger {NUMBER}".encode())),
}


def locked_document(name: str, content: bytes) -> bytes:
    return a_compound(**{name: content})


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "ark.xlsb": (office(xl__workbook_DOT_bin=bytes(range(256)) * 4), "unknown"),
    "kort.dwg": (b"AC1032" + bytes(range(256)) * 9, "unknown"),
    "ukendt": (bytes(range(256)) * 9, "unknown"),
    "billede.png": (bytes(range(256)) * 9, "unknown"),
    "notat.txt": (bytes(range(256)) * 9, "unknown"),
    "tegning.eps": (b"%!PS-Adobe-3.0\n(0101)-3(90-1234) show\n", "unknown"),
    "kode.txt": (base64.b64encode(bytes(range(255, -1, -1)) * 9), "unknown"),
    "apple.txt": (b'(This file must be converted with BinHex 4.0)\n\n:#hGPBR9dD@acAh"X!$m\n', "packed"),
    "samling.zip": (zipped(a_DOT_txt=b"Hej", b_DOT_bin=bytes(range(256)) * 9), "unknown"),
    "indlejret.docx": (word("<w:p/>", word__embeddings__x_DOT_bin=bytes(range(256)) * 9), "unknown"),
    "pakket.tar": (b"brev.txt".ljust(257, b"\0") + b"ustar\x0000" + bytes(900), "packed"),
    "pakket.txt.gz": (b"\x1f\x8b\x08" + bytes(99), "packed"),
    "pakket.txt": (b"Rar!\x1a\x07\x01" + bytes(range(256)), "packed"),
    "laast.odt": (
        office(
            mimetype=b"application/vnd.oasis.opendocument.text",
            **{"META-INF__manifest_DOT_xml": "<m><encryption-data/></m>", "content_DOT_xml": bytes(range(256))},
        ),
        "encrypted",
    ),
    "laast.doc": (locked_document("WordDocument", bytes(10) + b"\0\1" + bytes(99)), "encrypted"),
    "laast.xls": (locked_document("Workbook", b"\x09\x08\2\0xx\x2f\0\2\0xx"), "encrypted"),
    "laast.ppt": (locked_document("Current User", bytes(12) + b"\xdf\xc4\xd1\xf3"), "encrypted"),
    "laast.asc": (b"\n-----BEGIN PGP MESSAGE-----\n\nx\n", "encrypted"),
    "brudt.xls": (a_compound(Workbook=b"\x09\x08" + bytes(5_000)), "damaged"),
    "brudt.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
    "enheder.svg": (b'<!DOCTYPE svg [<!ENTITY a "010190">]><svg>&a;-1234</svg>', "damaged"),
}
A_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
HARMLESS: dict[str, bytes] = {
    "logo.png": A_PICTURE,
    "foto.jpg": a_photo(bytes(range(256))),
    "foto.heic": b"\0\0\0\x18ftypheic" + bytes(range(256)) * 9,
    "logo.bmp": b"BM" + (400).to_bytes(4, "little") + bytes(4) + b"\x36\0\0\0\x28\0\0\0" + bytes(range(256)),
    "logo.emf": b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(range(256)),
    "besked.mp3": b"\xff\xfb\x90\x44" + bytes(range(256)) * 9,
    "besked.wav": b"RIFF\0\0\0\0WAVEfmt " + bytes(range(256)) * 9,
    "besked.m4a": b"\0\0\0\x20ftypM4A " + bytes(range(256)) * 9,
    "besked.amr": b"#!AMR\n" + bytes(range(256)) * 9,
    "film.mov": b"\0\0\0\x08wide\0\0\0\0mdat" + bytes(range(256)) * 9,
    "tomt.bin": b"",
    "notat.txt": "Kære alle\r\nMødet er den 01-01-2026 kl. 12.00.\x0c\r\n".encode("cp1252"),
    "notat": "Møde æøå".encode("utf-16"),
    "liste.csv": b"Navn;Konto\nBo;0101901234\n",
    "cpr.txt": b"CPR-loven, lovbekendtg\xf8relse nr. 1010 af 23. juni 2023",
    "nøgle.asc": b"-----BEGIN PGP SIGNATURE-----\n\n"
    + base64.encodebytes(bytes(range(256)))
    + b"=abcd\n-----END PGP SIGNATURE-----",
    "kort.vcf": b"BEGIN:VCARD\r\nPHOTO;ENCODING=b:" + base64.b64encode(A_PICTURE) + b"\r\nEND:VCARD\r\n",
    "side.html": b'<p>Hej</p><img src="data:image/png;base64,' + base64.b64encode(A_PICTURE) + b'">',
    "brev.docx": word(
        "<w:p><w:t>Hej</w:t></w:p>",
        word__media__image1_DOT_png=A_PICTURE,
        word__fonts__font1_DOT_odttf=bytes(range(256)) * 9,
        docProps__thumbnail_DOT_emf=b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(range(256)),
        word__theme__theme1_DOT_xml="<t/>",
    ),
    "ark.xlsx": office(
        xl__worksheets__sheet1_DOT_xml="<worksheet/>",
        xl__printerSettings__printerSettings1_DOT_bin=bytes(range(256)) * 9,
    ),
    "ark.xls": a_compound(Workbook=an_xls(("Navn", "Konto"), ("Bo", 101901234)).ljust(5_000, b"\0")),
    "brev.odt": office(
        mimetype=b"application/vnd.oasis.opendocument.text",
        **{
            "content_DOT_xml": "<d/>",
            "layout-cache": bytes(range(256)) * 9,
            "Thumbnails__thumbnail_DOT_png": A_PICTURE,
            "ObjectReplacements__Object 1": b"VCLMTF" + bytes(range(256)),
            "Configurations2__accelerator__x_DOT_xml": b"",
        },
    ),
    "mail.eml": bytes(a_message(text="Hej\n")),
    "billeder.zip": zipped(a_DOT_png=A_PICTURE, mappe__b_DOT_jpg=a_photo(b"x")),
    "data.json": b'{"konto": 101901234, "hash": "' + b"0aF9" * 30 + b'"}',
}
