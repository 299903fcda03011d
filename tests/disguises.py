"""Disguises: numbers that a reader sees at once and a search for ten digits does not, and what only looks like them."""

import json

from builders import a_message
from hideouts import BARE, NUMBER, a_compound, a_writer, word, written
from papers import S, an_xlsx, packed
from pypdf.generic import NameObject, StreamObject

TEXTS: dict[str, str] = {
    # Parted by the end of a line, before, behind or instead of the hyphen, or anywhere
    "break before the hyphen": "CPR 010190\n-1234",
    "break before the hyphen, unnamed": "Borgeren 010190\n-1234 vil.",
    "break before the hyphen, quoted": "> Borgeren 010190\n> -1234 vil.",
    "break on both sides": "Borgeren 010190\n-\n1234 vil.",
    "break before a dash": "CPR 010190\r\n\u2013 1234 vil.",
    "blank line": "Borgeren 010190-\n\n1234 vil.",
    "break within the four": "010190-12\n34",
    "break within the four, quoted": "> 010190-12\n> 34",
    "break within the date": "0101\n90-1234",
    "break within the date, named": "CPR 0101\n901234",
    "vertical tab": "010190-\v1234",
    "form feed": "010190\f-1234",
    "line separator": "010190\u2028-1234",
    "next line": "010190\x85-1234",
    "soft line break": "010190=\n-1234",
    "soft line break within": "0101=\n90-1234",
    "carriage return": "010190\r-1234",
    "tab": "010190-\t1234",
    "as Python writes it": r"Borgeren 010190\n-1234",
    # Digits, hyphens and spaces of every script
    "superscript": "CPR \u2070\u00b9\u2070\u00b9\u2079\u2070\u207b\u00b9\u00b2\u00b3\u2074",
    "subscript": "\u2080\u2081\u2080\u2081\u2089\u2080\u208b\u2081\u2082\u2083\u2084",
    "full width": "ＣＰＲ　０１０１９０１２３４",
    "mathematical": "".join(chr(0x1D7CE + int(one)) if one.isdigit() else one for one in NUMBER),
    "arabic": "".join(chr(0x660 + int(one)) if one.isdigit() else one for one in NUMBER),
    "circled": "⓪①⓪①⑨⓪-①②③④",
    "keycaps": "".join(f"{one}\ufe0f\u20e3" if one.isdigit() else one for one in NUMBER),
    "tilde": "CPR 010190~1234",
    "arrow": "CPR 010190\u21921234",
    "hyphen bullet and swung dash": "010190\u20531234",
    "figure space": "CPR 010190\u20071234",
    "zero width": "0\u200b1\u200b0\u200b1\u200b9\u200b0\u200b-\u200b1\u200b2\u200b3\u200b4",
    "turned round": "Borgeren \u202e4321-091010\u202c vil.",
    "escaped twice": "https://x.example.org/?u=010190%252D1234",
    "entity": "010190&#x2011;1234",
    "backslash": r"010190\u002d1234",
    "backslash before the hyphen": r"010190\-1234",
    # Letters for digits
    "letter O": "CPR O1O19O-1234",
    "letter l": "CPR-nr. 0l0l90-l234",
    "letter I and O": "cpr: OIOI901234",
    "letters unnamed": "Borgeren O10190-1234 vil.",
    "cyrillic word": "\u0421\u0420R 0101901234",
    # Behind the word
    "single digits": "CPR 0 1 0 1 9 0 1 2 3 4",
    "single digits with dots": "cpr: 0.1.0.1.9.0.1.2.3.4",
    "single digits with hyphens": "CPR 0-1-0-1-9-0-1-2-3-4",
    "spaced word": "C P R 0101901234",
    "spaced word and digits": "C.P.R. nr 0 1 0 1 9 0 - 1 2 3 4",
    "hyphened word": "C-P-R 0101901234",
    "month": "cpr 1. jan. 1990 1234",
    "whole month": "CPR-nr.: 1. januar 1990 - 1234",
    "english month": "CPR 1 January 1990-1234",
    "year first": "cpr 19900101-1234",
    "year first, hyphens": "CPR 1990-01-01-1234",
    "year first, short": "CPR-nr. 900101-1234",
    "threes": "CPR 010 190 12 34",
    "brackets": "CPR (010190) 1234",
    "brackets and hyphen": "CPR [010190]-[1234]",
    "quotes": "CPR \"010190\"-\"1234\"",
    "stars": "CPR *010190*-**1234**",
    "exponent": "CPR 1.01901234E+08",
    "exponent with comma": "cpr-nr 1,01901234E+8",
    "bold on both sides": "*010190*-*1234*",
    "as code": "`010190`-`1234`",
    "apostrophe": "CPR '0101901234",
    "thousands": "CPR 101.901.234",
    # More beside it
    "suffix": "Borgeren 010190-1234-5 vil.",
    "prefix": "Borgeren 12-010190-1234 vil.",
    "year in front": "Borgeren 2026-010190-1234 vil.",
    "slash in front": "Borgeren 10/010190-1234 vil.",
    "named with year in front": "cpr 2026-010190-1234",
    "underscores": "brev_010190-1234_2.pdf",
    "dot in front": "1.010190-1234",
    # Two places
    "date and serial": "Fødselsdato: 010190\nLøbenr.: 1234",
    "json pair": '{"foedselsdato":"010190","lobenr":"1234"}',
    "json pair, whole date": '{"fodselsdato": "1990-01-01", "navn": "Bo", "loebenummer": 1234}',
    "xml pair": "<b><foedselsdato>010190</foedselsdato><loebenr>1234</loebenr></b>",
    "attributes": '<b fdato="010190" kontrolcifre="1234"/>',
    "last four": "Født 01.01.1990, de sidste fire cifre er 1234.",
    "month's name": "Sidste fire: 1234. Fødselsdag: 1. januar 1990",
    "address": "https://x.example.org/?fdato=010190&lobenr=1234",
    "english": "Date of birth: 01-01-1990, last four digits: 1234",
    "table": "Fødselsdato;Løbenr\n010190;1234",
    "table with a name between": "Født\tNavn\tLøbenr.\n010190\tBo\t1234",
    "table of bars": "| Fødselsdag | Sidste 4 |\n|---|---|\n| 01-01-1990 | 1234 |",
    # Headings
    "borger-id": "Borger-id: 0101901234",
    "borgernr": "Navn;Borgernr.\nBo;0101901234",
    "personnr.": "Navn;Personnr.\nBo;0101901234",
    "personid": "Navn\tPerson-ID\nBo\t0101901234",
    "patient": "Patient-id 0101901234",
    # Struck out in a text
    "struck digits": "0101~~55~~90-1234",
    "struck hyphen": "010190~~-~~1234 og CPR",
    "rule": "010190\n________________________________\n1234",
}  # fmt: skip

BODIES: dict[str, str] = {
    "del": "<p>Borgeren 0101<del>55</del>90-1234 vil.</p>",
    "s": "<p>Borgeren 0101<s>x</s>90-12<s>7</s>34 vil.</p>",
    "line-through": '<p>0101<span style="text-decoration:line-through">7</span>90-1234</p>',
    "font-size": '<p>0101<span style="font-size:0">55</span>90-1234</p>',
    "font-size 0px": '<p>0101<span style="color:red; FONT-SIZE: 0px !important">x y z</span>90-1234</p>',
    "hidden": "<p>0101<span hidden>55</span>90-1234</p>",
    "display": '<p>010190<span style="display: none">-55</span>-1234</p>',
    "visibility": '<p>0101<i style="visibility:hidden">55</i>90-1234</p>',
    "opacity": '<p>0101<i style="opacity:0">5</i>90-1234</p>',
    "class": "<style>.x{color:red;display:none}</style><p>0101<i class=x>55</i>90-1234</p>",
    "white": '<p>0101<font color="#ffffff">5</font>90-1234</p>',
    "off the page": '<p>0101<i style="position:absolute;left:-999px">5</i>90-1234</p>',
    "details": "<details><summary>Se</summary>010190-1234</details>",
    "the rest is hidden": "<p>Sag 010190<span style='display:none'>-1234</span></p>",
    "the rest is small": "<p>Sag 010190<span style='font-size:0'>-1234</span></p>",
    "comment": "<p>010190<!-- x -->-1234</p>",
    "alt": '<p>010190<img alt="-" src="x.png">1234</p>',
    "alt digits": '<p><img alt="010190" src="a.png">-<img alt="1234" src="b.png"></p>',
    "hr": "<p>010190<hr>1234</p>",
    "ruby": "<p><ruby>0101<rt>x</rt>90-1234<rt>y</rt></ruby></p>",
    "input": '<p><input value="010190">-<input value="1234"></p>',
    "input whole": '<p><input type="text" value="010190-1234"></p>',
    "after": "<style>.h::after{content:'-'}</style><p><b class=h>010190</b>1234</p>",
    "after with digits": "<style>.h:after{content:'-1234'}</style><p><b class=h>010190</b></p>",
    "bdo": "<p><bdo dir=rtl>4321-091010</bdo></p>",
    "rtl style": '<p><span style="unicode-bidi:bidi-override;direction:rtl">4321-091010</span></p>',
    "sup": "<p>0101<sup>90</sup>-<sub>1234</sub></p>",
    "wbr": "<p>010190<wbr>-<wbr>1234</p>",
    "br": "<p>010190<br>-1234</p>",
    "paragraphs": "<p>010190</p><p>-1234</p>",
    "divs": "<div>010190-</div><div>1234</div>",
    "spans": "<p><span>01</span><span>01</span><span>90</span><span>-</span><span>12</span><span>34</span></p>",
    "cells": "<table><tr><td>0</td><td>1</td><td>0</td><td>1</td><td>9</td><td>0</td><td>-</td><td>1</td><td>2</td>"
    "<td>3</td><td>4</td></tr></table>",
    "cells of a pair": "<table><tr><th>Fødselsdato</th><th>Løbenr</th></tr>"
    "<tr><td>010190</td><td>1234</td></tr></table>",
    "entities": "<p>&#48;&#49;&#48;&#49;&#57;&#48;&#8209;&#49;&#50;&#51;&#52;</p>",
    "link": '<p><a href="tel:0101901234">CPR</a></p>',
    "data attribute": '<p data-cpr="0101901234">Hej</p>',
    "textarea": "<p><textarea>010190-1234</textarea></p>",
    "option": "<select><option>010190-1234</option></select>",
    "svg": "<svg><text>010190</text><text>-1234</text></svg>",
    "meta": '<meta name="subject" content="010190-1234"><p>Hej</p>',
    "template": "<template>010190-1234</template><p>Hej</p>",
    "script": "<script>var a = '010190' + '-1234';</script><p>Hej</p>",
}  # fmt: skip


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def sheet(cells: str) -> bytes:
    return packed(xl__worksheets__sheet1_xml=f'<worksheet xmlns="{S}"><sheetData>{cells}</sheetData></worksheet>')


def drawn(*operators: str) -> bytes:
    """A PDF whose page is drawn by these operators."""
    writer = a_writer()
    stream = StreamObject()
    stream.set_data(f"BT /F1 12 Tf 72 700 Td {' '.join(operators)} ET".encode("latin-1"))
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    return written(writer)


HYPHENS = {"tab": "<w:r><w:tab/></w:r>", "noBreakHyphen": "<w:r><w:noBreakHyphen/></w:r>",
           "sym": '<w:r><w:sym w:font="Symbol" w:char="F02D"/></w:r>',
           "softHyphen": "<w:r><w:t>-</w:t><w:softHyphen/></w:r>",
           "br": "<w:r><w:br/></w:r>" + run("-"), "cr": "<w:r><w:cr/></w:r>" + run("-"),
           "ptab": '<w:r><w:ptab w:alignment="left"/></w:r>'}  # fmt: skip
NOT_HIDDEN, WHITE, TINY = '<w:vanish w:val="0"/>', '<w:color w:val="FFFFFF"/>', '<w:sz w:val="2"/>'
FILES: dict[str, bytes] = {
    **{f"text {name}.txt": text.encode() for name, text in TEXTS.items()},
    **{f"body {name}.html": f"<html><body>{body}</body></html>".encode() for name, body in BODIES.items()},
    **{f"{name}.docx": word(f"<w:p>{run('010190')}{hyphen}{run('1234')}</w:p>") for name, hyphen in HYPHENS.items()},
    "sym digits.docx": word(
        f"<w:p>{run('010190-')}" + "".join(f'<w:r><w:sym w:char="F03{one}"/></w:r>' for one in "1234") + "</w:p>"
    ),
    "vanish.docx": word(f"<w:p>{run('0101')}{run('55', '<w:vanish/>')}{run('90-1234')}</w:p>"),
    "vanish whole.docx": word(f"<w:p>{run('0101')}{run('90-1234', '<w:vanish/>')}</w:p>"),
    "vanish off.docx": word(f"<w:p>{run('0101')}{run('90-', NOT_HIDDEN)}{run('1234')}</w:p>"),
    "strike.docx": word(f"<w:p>{run('0101')}{run('55', '<w:strike/>')}{run('90-1234')}</w:p>"),
    "white.docx": word(f"<w:p>{run('0101')}{run('55', WHITE)}{run('90-1234')}</w:p>"),
    "tiny.docx": word(f"<w:p>{run('0101')}{run('55', TINY)}{run('90-1234')}</w:p>"),
    "deleted.docx": word(
        f"<w:p>{run('0101')}<w:del><w:r><w:delText>55</w:delText></w:r></w:del>{run('90-1234')}</w:p>"
    ),
    "deleted text.docx": word(f"<w:p>{run('0101')}<w:del>{run('55')}</w:del>{run('90-1234')}</w:p>"),
    "deleted rest.docx": word(f"<w:p>{run('010190')}<w:del><w:r><w:delText>-1234</w:delText></w:r></w:del></w:p>"),
    "moved.docx": word(f"<w:p>{run('0101')}<w:moveFrom>{run('55')}</w:moveFrom>{run('90-1234')}</w:p>"),
    "two paragraphs.docx": word(f"<w:p>{run('010190')}</w:p><w:p>{run('-1234')}</w:p>"),
    "vanish.rtf": rb"{\rtf1 Borgeren 0101{\v 55}90-1234 vil}",
    "vanish until.rtf": rb"{\rtf1 Borgeren 0101\v 55\v0 90-1234 vil}",
    "deleted.rtf": rb"{\rtf1 Borgeren 0101{\deleted 55}90-1234 vil}",
    "strike.rtf": rb"{\rtf1 Borgeren 0101{\strike 55}90-1234 vil}",
    "whole when hidden.rtf": rb"{\rtf1 Borgeren 0101{\v 90-1234}}",
    "optional hyphen.rtf": rb"{\rtf1 Borgeren 01\-01\-90-1234}",
    "space.rtf": rb"{\rtf1 CPR 010190\emspace 1234}",
    "line.rtf": rb"{\rtf1 Borgeren 010190\line -1234}",
    "cell.xlsx": an_xlsx(("010190\n-1234",)),
    "wrapped cell.xlsx": an_xlsx(("CPR 010190\n1234",)),
    "two columns.xlsx": an_xlsx(("Fødselsdato", "Løbenr"), ("010190", "1234")),
    "two columns of numbers.xlsx": an_xlsx(("Født", "Navn", "Lbnr."), (10190, "Bo", 1234)),
    "borger-id.xlsx": an_xlsx(("Navn", "Borger-id"), ("Bo", 101901234)),
    "personnr.xlsx": an_xlsx(("Navn", "Personnr."), ("Bo", 101901234)),
    "formula.xlsx": sheet('<row r="1"><c r="A1"><f>"010190"&amp;"-"&amp;"1234"</f></c></row>'),
    "concatenate.xlsx": sheet('<row r="1"><c r="A1"><f>CONCATENATE("010190","-","1234")</f></c></row>'),
    "concat.xlsx": sheet('<row r="1"><c r="A1"><f>_xlfn.CONCAT("010190-";1234)</f></c></row>'),
    "joined cells.xlsx": sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>010190</t></is></c><c r="B1"><v>1234</v></c>'
        '<c r="C1"><f>A1&amp;"-"&amp;B1</f></c></row>'
    ),
    "exponent.csv": b"Navn;CPR\nBo;1.01901234E+08\n",
    "danish exponent.csv": b"Navn;CPR\nBo;1,01901234E+08\n",
    "pair.csv": "Fødselsdato;Løbenr\n010190;1234\n".encode(),
    "far pair.csv": "Fødselsdato;Navn;By;Løbenummer\n01-01-1990;Bo;Prøvested;1234\n".encode(),
    "borger-id.csv": b"Navn;Borger-id\nBo;0101901234\n",
    "id.csv": b"Navn;BorgerID\nBo;101901234\n",
    "personnr.csv": b"Navn;Personnr.\nBo;0101901234\n",
    "pair.json": json.dumps({"borger": {"foedselsdato": "010190", "lobenr": "1234"}}, indent=1).encode(),
    "far pair.json": json.dumps([{"dob": "1990-01-01", "navn": "Bo" * 200, "lbnr": 1234}]).encode(),
    "pair.xml": b"<b>\n <fdato>010190</fdato>\n <navn>Bo</navn>\n <loebenr>1234</loebenr>\n</b>",
    "uid.vcf": b"BEGIN:VCARD\r\nFN:Bo\r\nUID:0101901234\r\nEND:VCARD\r\n",
    "uid urn.vcf": b"BEGIN:VCARD\r\nFN:Bo\r\nUID:urn:cpr:0101901234\r\nEND:VCARD\r\n",
    "bday.vcf": b"BEGIN:VCARD\r\nFN:Bo\r\nBDAY:19900101\r\nX-LOBENR:1234\r\nEND:VCARD\r\n",
    "bday note.vcf": b"BEGIN:VCARD\r\nFN:Bo\r\nBDAY;VALUE=date:1990-01-01\r\nNOTE:1234\r\nEND:VCARD\r\n",
    "bday uid.vcf": b"BEGIN:VCARD\r\nFN:Bo\r\nBDAY:19900101\r\nUID:19900101-1234\r\nEND:VCARD\r\n",
    "folded.vcf": b"BEGIN:VCARD\r\nNOTE:Borgeren 0101\r\n 90-1234\r\nEND:VCARD\r\n",
    "two lines.pdf": drawn("(Borgeren 010190) Tj 0 -20 Td (-1234 vil) Tj"),
    "hyphen at the end.pdf": drawn("(Borgeren 010190-) Tj 0 -20 Td (1234 vil) Tj"),
    "within.pdf": drawn("(Borgeren 010190-12) Tj 0 -20 Td (34 vil) Tj"),
    "kerned.pdf": drawn("[(01)-300(01)-300(90)-300(-)-300(12)-300(34)] TJ"),
    "pieces.pdf": drawn("(0101) Tj (90) Tj (-) Tj (1234) Tj"),
    "placed.pdf": drawn("(-1234) Tj -40 0 Td (010190) Tj"),
    "spaced.pdf": drawn("20 Tc (010190-1234) Tj"),
    "ebcdic.txt": f"Borgeren {NUMBER} vil have indsigt.".encode("cp037"),
    "ebcdic.csv": b"\x15".join(line.encode("cp500") for line in ("Navn;CPR", "Bo;0101901234")),
    "utf-7.txt": b"Borgeren +ADAAMQAwADEAOQAw-+AC0-+ADEAMgAzADQ- vil.",
    "utf-7 hyphen.txt": b"Borgeren 010190+AC0-1234 vil.",
    "breakable.doc": a_compound(WordDocument=bytes(600) + b"Borgeren 010190\x1e1234 vil".ljust(5_000, b"\0")),
    "fields.eml": b"X-Borger: 010190-1234\r\n" + bytes(a_message(text="Hej\n")),
    "described.eml": f"Content-Description: Borger {NUMBER}\r\n".encode() + bytes(a_message(text="Hej\n")),
}  # fmt: skip
HARMLESS_TEXTS: tuple[str, ...] = (
    "Sag 2026-010190-1234 er afsluttet.", "Sagsnr.: 26/010190-1234", "Jf. j.nr. 2026-010190-1234",
    "IBAN DK50 0040 0101 9012 34", "Konto 1234-0101901234", "Tlf. 01 01 90 12, lokal 34", "EAN 5790101901234",
    "KLE 01.01.90-K08-1234", "Journalnr. 01.01.90-1234", "Dokumentnr. 2026-010190-1234", "Ring på 010190 eller 1234",
    "Faktura 0101901234", "Mødet 01-01-2026\n12.34: pause", "Der kom 010190\n- 1234 svarede ikke", "Løbenr. 1234",
    "Fødselsdato: 01-01-1990", "Journal 010190 side 12\n34 bilag", "Ordre OIO190-12345", "Solid-O10190-1234567",
    "Version 0.1.0.1.9.0.1.2.3.4", "Bilag 01\n01 90 12 34", "Lov nr. 1234 af 1. januar 1990", "UID:20261123-1234",
    "Født 1. januar 1990 i postnummer 1234", "4f010190-1234-4f5e-8d1c-0101901239ab", "Borgerne 1-2-3-4-5-6-7-8-9-0",
    "cpr-opslag 1. januar 2026 1234 gange", "Borgerservice, 12 34 56 78", "Borger-id 12345", "+45 01019012",
    "Budget 010126\t1500\n020226\t2500", "Kl. 10 11 12 - 1300", "- 120101\n- 1234\n- 150203", "Klient nr. 12345678",
    "Født i 1990. Løbenr. 1234", "Fødevarestyrelsen, løbenummer 1234, 01-01-2024", "Deres ref: 2026-010190-1234",
    "Aktindsigt i 2024-010190-1234", "ESDH 2026-010190-1234", "Fødselsdato ikke oplyst. Kontrolnr. 1234",
    "CPR-kontoret, Postboks 1234, 010190 Kbh", "Tlf. 010190\n\n1234 Byen", "nr. 1 2 3 4 5 6 7 8 9 0",
    "isbn 978-87-010190-1234-5", "https://x.example.org/sag/2026-010190-1234",
)  # fmt: skip
FIELDS: tuple[tuple[str, str], ...] = (
    ("X-Borger", NUMBER), ("X-CPR", BARE), ("X-Sag", f"CPR {BARE}"), (f"X-{NUMBER}", "x"),
    ("X-Note", "=?utf-8?q?010190=2D1234?="),
    ("Content-Language", NUMBER), ("List-ID", f"<{NUMBER}.example.dk>"), ("List-ID", f"Om {NUMBER} <x.example.dk>"),
    ("Resent-To", f"Bo {NUMBER} <bo@example.dk>"), ("Disposition-Notification-To", f"{NUMBER} <bo@example.dk>"),
    ("References", f"<1@example.dk> <{NUMBER}@example.dk>"), ("Message-ID", f"<{NUMBER}@example.dk>"),
    ("In-Reply-To", f"<{NUMBER}@example.dk>"), ("Delivered-To", f"{BARE}@example.dk"),
    ("To", f"Bo <bo@example.dk>, <{BARE}@example.dk>"), ("Cc", f"{NUMBER}@example.dk"), ("Cc", f"{BARE}+x@example.dk"),
    ("From", f"Mette <{BARE}@example.dk>"), ("From", f"Mette <{NUMBER}@example.dk>"),
    ("X-Original-To", f"{BARE}@example.dk"), ("Return-Path", f"<{BARE}@example.dk>"),
    ("Received", f"from a by b for <{BARE}@example.dk>; Mon, 23 Nov 2026 07:00:00 +0000"),
    ("X-Spam-Report", f"see {NUMBER}, please"),
)  # fmt: skip
