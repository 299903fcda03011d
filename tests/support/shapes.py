"""Shapes: anonymous questions as mail programs and people write them, each telling who asks in another way."""

import io
import struct
import zipfile
from email.message import EmailMessage

from pypdf import PdfWriter
from pypdf.annotations import Text

from support.papers import a_pdf

QUESTION = "Må vi udlevere logfiler til en leverandør uden for EU?"


def document(text: str, picture: bytes = b"") -> bytes:
    """A Word file whose properties name its author, perhaps with a picture."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        if picture:
            archive.writestr("word/media/image1.jpg", picture)
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("docProps/core.xml", '<c xmlns:dc="dc"><dc:creator>Mette Klitgaard</dc:creator></c>')
        archive.writestr("docProps/app.xml", "<p><Company>Prøvested Kommune</Company></p>")
        archive.writestr("word/document.xml", f'<w:p xmlns:w="w"><w:r><w:t>{text}</w:t></w:r></w:p>')
    return octets.getvalue()


def photo() -> bytes:
    """A JPEG with the asker's name in its EXIF data."""
    exif = b"Exif\0\0Mette Klitgaard, Proevested"
    segments = [(0xE1, exif), (0xDB, b"\0" * 65), (0xDA, b"\1\1\0\0\x3f\0")]
    packed = b"".join(b"\xff" + bytes([kind]) + struct.pack(">H", len(one) + 2) + one for kind, one in segments)
    return b"\xff\xd8" + packed + b"\x12\x34\xff\xd9"


def pdf(text: str) -> bytes:
    """A PDF whose properties, outline, remark and attached file name its author."""
    writer = PdfWriter()
    writer.append(io.BytesIO(a_pdf(text)))
    writer.add_metadata({"/Author": "Mette Klitgaard", "/Company": "Prøvested Kommune"})
    writer.add_outline_item("Mette Klitgaard", 0)
    writer.add_attachment("proevested.txt", b"Mette Klitgaard")
    writer.add_annotation(0, Text(rect=(1, 1, 9, 9), text="Ja?", title_bar="Mette Klitgaard"))
    octets = io.BytesIO()
    writer.write(octets)
    return octets.getvalue()


def gif() -> bytes:
    """A GIF whose remark names its author."""
    head = b"GIF89a\1\0\1\0\x80\0\0" + b"\0\0\0\xff\xff\xff"
    comment = b"\x21\xfe\x0fMette Klitgaard\0"
    return head + comment + b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0\x3b"


def raw(
    text: str,
    *,
    subject: str = "Logfiler",
    charset: str = "utf-8",
    html: str = "",
    file: tuple[str, bytes] | None = None,
    **fields: str,
) -> bytes:
    message = EmailMessage()
    message["From"] = fields.pop("From", "Mette Klitgaard <mette.klitgaard@proevested.example.dk>")
    message["To"] = "databeskyttelse+anonym@example.dk"
    message["Subject"] = subject
    message["Message-ID"] = "<20261123075500.4711@mail.proevested.example.dk>"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    if text:
        message.set_content(text, charset=charset)
    if html and text:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    if file:
        message.add_attachment(file[1], maintype="application", subtype="octet-stream", filename=file[0])
    return bytes(message)


COLLEAGUE = "Fra: Peter Nabo <peter@proevested.example.dk>\nSendt: 23. november 2026\nTil: Mette Klitgaard\n"
OUTLOOK = """Med venlig hilsen

Mette Klitgaard
Databeskyttelsesrådgiver
Prøvested Kommune
Tlf. 65 51 12 34
www.proevested.example.dk"""
FOOTER = "Prøvested Kommune behandler oplysninger om dig som beskrevet i vores politik. " * 3
SHAPES = {
    "Outlook's signature": raw(f"Hej KL\n\n{QUESTION}\n\n{OUTLOOK}"),
    "a signature mark": raw(f"{QUESTION}\n\n-- \nMette Klitgaard\nPrøvested Kommune"),
    "a short closing": raw(f"{QUESTION}\n\nMvh Mette"),
    "a name as closing": raw(f"{QUESTION}\n\nMette"),
    "initials as closing": raw(f"{QUESTION} – spørger /MK\n/MK"),
    "closing in English": raw(f"{QUESTION}\n\nKind regards,\nMette Klitgaard\nData Protection Officer"),
    "a phone's footer": raw(f"{QUESTION}\n\nMette\n\nSendt fra min iPhone"),
    "Outlook on a phone": raw(f"{QUESTION}\n\nMvh Mette Klitgaard\nHent Outlook til iOS<https://aka.ms/o0ukef>"),
    "a long signature with questions": raw(
        f"{QUESTION}\n\nMed venlig hilsen\nMette Klitgaard\nPrøvested Kommune\nKender du vores selvbetjening?\n"
        + "Læs mere på proevested.example.dk\n" * 20
    ),
    "a confidentiality footer": raw(f"{QUESTION}\n\nVenlig hilsen\nMette\n\n{FOOTER}"),
    "a greeting that names": raw(f"Kære kolleger i KL, her er Mette fra Prøvested\n\n{QUESTION}"),
    "a greeting and more in one line": raw(f"Hej, jeg hedder Mette Klitgaard og er i Prøvested. {QUESTION}"),
    "the organisation in the text": raw(f"I Prøvested Kommune undrer vi os. {QUESTION}"),
    "the organisation's genitive": raw(f"Prøvesteds borgere og Prøvested Kommunes ansatte: {QUESTION}"),
    "upper case": raw(f"PRØVESTED KOMMUNE / METTE KLITGAARD: {QUESTION}"),
    "compounds": raw(f"Prøvestedborgere, Prøvested-borgere, prøvestedkommune, MidtPrøvested: {QUESTION}"),
    "hyphenation": raw(f"Vi i Prøve-\nsted Kommune og Klit-\ngaard spørger: {QUESTION}"),
    "soft hyphens": raw(f"Vi i Prøve\u00adsted og Met\u200bte spørger: {QUESTION}"),
    "other letters": raw(f"Vi i Ｐｒｏevested og Pröv\u0065\u0301sted: {QUESTION}"),
    "written without ø": raw(f"Vi i Proevested: {QUESTION}"),
    "a zip code": raw(f"Vi i 5999 Prøvested og DK-5999 Prøvested: {QUESTION}"),
    "wrapped names": raw(f"Vi er Mette\nKlitgaard fra Prøvested\nKommune. {QUESTION}"),
    "a web address": raw(f"Se https://www.proevested.example.dk/gdpr?id=1 og intra.pvk.example.org. {QUESTION}"),
    "a web address elsewhere": raw(f"Se https://sag.example.net/sites/proevested-dpo/x.aspx og {QUESTION}"),
    "a mail address": raw(f"mailto:mette.klitgaard@proevested.example.dk; dpo@jura.pvk.example.org. {QUESTION}"),
    "a private address": raw(f"Skriv til mette.klitgaard@gmail.example.com. {QUESTION}"),
    "a phone number": raw(f"Ring på 6551 1234, 65511234 eller +45 65 51 12 34. {QUESTION}"),
    "a colleague": raw(f"Min kollega Peter Nabo (peter@proevested.example.dk) og jeg spørger: {QUESTION}"),
    "a name in another order": raw(f"Klitgaard, Mette og M. Klitgaard og mette_klitgaard spørger: {QUESTION}"),
    "a subject that names": raw(QUESTION, subject="[EKSTERN] Prøvested Kommune: Logfiler (Mettes spørgsmål)"),
    "quoted history": raw(f"{QUESTION}\n\n{COLLEAGUE}Emne: Logfiler\n\nMette, spørg KL.\n\nPeter Nabo\nPrøvested"),
    "a quote with answers between": raw(
        "> Hej Mette\n> Hvad gør Prøvested?\n\nDet spørger jeg KL om:\n\n"
        f"> Peter Nabo\n> Rådhuspladsen 2, Prøvested\n\n{QUESTION}"
    ),
    "a forward and nothing else": raw(f"{COLLEAGUE}Emne: Spørg\n\n{QUESTION}"),
    "a reply chain": raw(
        f"{QUESTION}\n\nDen man. 23. nov. 2026 kl. 08.00 skrev Peter Nabo <peter@proevested.example.dk>:\n"
        "> Prøvested?\n>> Mette?"
    ),
    "Latin-1": raw(f"Vi i Prøvested Kommune på æøå: {QUESTION}\n\nMed venlig hilsen\nMette", charset="iso-8859-1"),
    "HTML alone": raw("", html=f"<p>Hej</p><p>I <b>Prøve</b>sted Kommune: {QUESTION}</p><p>Mvh<br>Mette Klitgaard</p>"),
    "a logo with a text": raw(
        "", html=f'<p>{QUESTION}</p><p>Mvh</p><img alt="Prøvested Kommune" src="cid:logo@proevested.example.dk">'
    ),
    "a display name with more": raw(
        QUESTION, From='"Mette Klitgaard (Prøvested Kommune)" <mette.klitgaard@proevested.example.dk>'
    ),
    "fields of the gateway": raw(
        QUESTION,
        Received="from mail.proevested.example.dk (10.0.0.1) by gw.proevested.example.dk",
        Organization="Prøvested Kommune",
        User_Agent="Prøvested Outlook",
        Thread_Topic="Prøvested: Logfiler",
        X_Originating_IP="10.0.0.1",
        Reply_To="mette@pvk.example.org",
    ),
    "company numbers": raw(f"Prøvested har CVR-nr. 12 34 56 78 og EAN 5790001234567. {QUESTION}"),
    "a PDF with an author": raw(QUESTION, file=("notat.pdf", a_pdf("Logfiler", author="Mette Klitgaard"))),
    "a document with an author": raw(QUESTION, file=("prøvested.docx", document("Må vi?"))),
    "a document that names": raw(QUESTION, file=("notat.docx", document("Prøve</w:t></w:r><w:r><w:t>sted Kommune"))),
    "a photo with EXIF": raw(QUESTION, file=("mette.jpg", photo())),
    "a visiting card": raw(QUESTION, file=("kort.vcf", b"BEGIN:VCARD\nFN:Mette Klitgaard\nEND:VCARD")),
    "a message attached": raw(QUESTION, file=("sag.eml", b"From: mette.klitgaard@proevested.example.dk\n\nHej")),
    "a text that names": raw(QUESTION, file=("noter.txt", "Prøvested Kommune, Mette Klitgaard".encode())),
    "a PDF with all that tells": raw(QUESTION, file=("notat.pdf", pdf("Notat om logfiler"))),
    "a PDF that names": raw(QUESTION, file=("notat.pdf", pdf("Notat fra Prøvested Kommune"))),
    "a document with a photo": raw(QUESTION, file=("notat.docx", document("Se her", photo()))),
    "a GIF with a remark": raw(QUESTION, file=("skema.gif", gif())),
    "a file whose name tells": raw(QUESTION, file=("Klitgaard_Proevested.txt", b"Notat om logfiler")),
    "a short closing with a phone": raw(f"{QUESTION}\n\nVh Mette K. – 6551 1234"),
    "a signature in a table": raw(
        "",
        html=f"<p>{QUESTION}</p><table><tr><td>Med venlig hilsen</td></tr><tr><td><b>Mette</b> Klitgaard</td></tr>"
        "<tr><td>Prøvested Kommune</td><td>Flakhaven 2</td></tr></table>",
    ),
    "initials in a greeting": raw(f"Hej KL, MK her igen (MK). {QUESTION}\n\nmvh MEKL"),
    "initials beside names": raw(f"M. Klitgaard, Mette K. og P. Nabo spørger: {QUESTION}"),
    "the link of a library": raw(
        f"Se https://x.sharepoint.com/sites/Pr%C3%B8vested%20Kommune/a.docx og https://proevested-my.sharepoint.com/b, "
        f"https://xn--prvested-64a.example.net og proevested.onmicrosoft.com. {QUESTION}"
    ),
    "entities in plain text": raw(f"Vi i Pr&oslash;vested og Pr&#248;vested spørger: {QUESTION}"),
    "letters of ASCII": raw(f"Vi i Provested Kommune spørger: {QUESTION}"),
    "the address of the signature": raw(f"Vi sidder på Rådhuspladsen 2, 5999 Prøvested. {QUESTION}\n\n{OUTLOOK}"),
    "a signature in one line": raw(
        f"{QUESTION}\n\nMette Klitgaard | Jurist | Rådhuspladsen 2 | 5999 Prøvested | T: 65 51 12 34 | pvk.example.org"
    ),
    "codes of users and cases": raw(f"Bruger PVKMKL1, sag PVK-2026-1, kommunekode 999. {QUESTION}"),
    "phones tied by spaces": raw(f"Tlf. 65\xa051\xa012\xa034, lokal 4711. {QUESTION}"),
    "sent on behalf": raw(
        QUESTION, Sender="Postkassen <dpo@pvk.example.org>", Reply_To="Mette Klitgaard <mette@pvk.example.org>"
    ),
}
