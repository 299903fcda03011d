"""Office files: a clean copy opens, says the same, and tells nothing of people, places, machines and printers."""

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from odf import opendocument, teletype
from odf.draw import Frame, Page, TextBox
from odf.style import MasterPage, PageLayout
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from pptx import Presentation

from mailer.files.budget import Budget, Unreadable
from mailer.privacy.cleaning import clean
from mailer.privacy.office_names import CONTAINERS
from mailer.privacy.office_xml import Rewriter
from support.papers import a_pdf
from tickets.errors import Unclean
from tickets.masking.masking import make_mask
from tickets.masking.names import Names
from tickets.post import CleanFile

TELLING = ("mette", "klitgaard", "mekl", "srv-esdh", "printer-3", "c:\\users", "/home/", "prøvested", "{0815")
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
OUTSIDE = ' TargetMode="External"'
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P_ = "http://schemas.openxmlformats.org/presentationml/2006/main"


def saved(document: object) -> bytes:
    octets = io.BytesIO()
    document.save(octets)  # type: ignore[attr-defined]
    return octets.getvalue()


def parts_of(octets: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(octets: bytes, *changes: tuple[str, str, str], more: dict[str, str | bytes] | None = None) -> bytes:
    """A file with words in its parts replaced, once each, and with more parts."""
    entries = parts_of(octets)
    for name, old, new in changes:
        assert old.encode() in entries[name], (name, entries[name][:2000])
        entries[name] = entries[name].replace(old.encode(), new.encode(), 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (entries | (more or {})).items():
            archive.writestr(name, content)
    return out.getvalue()


def related(part: str, *relations: tuple[str, str, str]) -> tuple[str, str, str]:
    """A change that relates a part to others: id, type and target, which lies outside if it is an address."""
    folder, _, own = part.rpartition("/")
    told = "".join(
        f'<Relationship Id="{one}" Type="{R}/{kind}" Target="{target}"{OUTSIDE if ":" in target else ""}/>'
        for one, kind, target in relations
    )
    return f"{folder}/_rels/{own}.rels".lstrip("/"), "</Relationships>", f"{told}</Relationships>"


def left_of(octets: bytes) -> list[str]:
    """Which of the words that tell something are left in a file."""
    texts = [f"{name} {content.decode('utf-8', 'replace')}".lower() for name, content in parts_of(octets).items()]
    return sorted({word for word in TELLING for text in texts if word in text})


def cleaned(octets: bytes) -> CleanFile:
    return clean(octets, Budget(30))


# -- Word ------------------------------------------------------------------------------


def a_letter() -> bytes:
    document = Document()
    document.core_properties.author = "Mette Klitgaard"
    document.add_heading("Notat", 1)
    document.add_paragraph("Må vi ").add_run("videregive logfiler?").bold = True
    document.add_table(2, 2).cell(0, 0).text = 'Æ & <ø> "å"'
    document.add_comment(document.paragraphs[1].runs, "Ja, det må vi", author="Mette Klitgaard", initials="MEKL")
    document.sections[0].header.paragraphs[0].text = "Til høring"
    return saved(document)


def said_in_letter(octets: bytes) -> list[str]:
    document = Document(io.BytesIO(octets))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    headers = [one.text for one in document.sections[0].header.paragraphs]
    return [*(one.text for one in document.paragraphs), *cells, *headers, *(one.text for one in document.comments)]


def in_letter(xml: str) -> bytes:
    """A letter with this behind its second paragraph's first words."""
    return changed(a_letter(), ("word/document.xml", ">Må vi ", f">Må vi </w:t></w:r>{xml}<w:r><w:t>"))


INSERTED = '<w:ins w:id="1" {}><w:r><w:t>nu </w:t></w:r></w:ins>'


@pytest.mark.parametrize(
    "xml",
    [
        INSERTED.format('w:author="Mette Klitgaard"'),
        INSERTED.format("w:author='Mette Klitgaard'"),
        INSERTED.format("w:author = 'Mette Klitgaard'"),
        INSERTED.format("w:author\n=\n\t\"Mette Klitgaard\" w:rsidR='00C0FFEE'"),
        INSERTED.format('w:author="M&#101;tte &#x4B;litgaard"'),
        f'<x:ins xmlns:x="{W}" x:id="1" x:author="Mette Klitgaard"><x:r><x:t>nu </x:t></x:r></x:ins>',
        "<?author Mette Klitgaard?>",
        "<!-- skrevet af Mette Klitgaard -->",
        '<w:permStart w:id="1" w:ed="PRØVESTED\\mekl"/><w:permEnd w:id="1"/>',
        '<w:fldSimple w:instr=" AUTHOR "><w:r><w:t>Mette Klitgaard</w:t></w:r></w:fldSimple>',
        '<w:fldSimple w:instr=\' DOCPROPERTY "Sagsbehandler" \'><w:r><w:t>Mette Klitgaard</w:t></w:r></w:fldSimple>',
        '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText> FILE</w:instrText><w:instrText>NAME \\p </w:instrText>'
        '<w:fldChar w:fldCharType="separate"/><w:t>C:\\Users\\mekl\\a.docx</w:t>'
        '<w:fldChar w:fldCharType="end"/></w:r>',
        '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText> HYPERLINK "\\\\\\\\srv-es</w:instrText>'
        '<w:instrText>dh\\\\a" </w:instrText><w:fldChar w:fldCharType="separate"/><w:t>her</w:t>'
        '<w:fldChar w:fldCharType="end"/></w:r>',
        '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/ns1:coreProperties[1]/ns0:creator[1]" w:storeItemID="{1}"/></w:sdtPr>'
        "<w:sdtContent><w:r><w:t>Mette Klitgaard</w:t></w:r></w:sdtContent></w:sdt>",
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" alt="C:\\Users\\mekl\\logo.png"'
        ' href="file:///srv-esdh/a"/></w:pict></w:r>',
    ],
)  # fmt: skip
def test_what_names_its_author_in_a_letter_goes_however_it_is_written(xml: str) -> None:
    octets = in_letter(xml)
    assert left_of(octets)

    copy = cleaned(octets).octets

    assert left_of(copy) == []
    said = [text.replace("nu ", "").replace("her", "") for text in said_in_letter(copy)]
    assert said == said_in_letter(a_letter())


def test_the_parts_of_a_letter_that_tell_of_people_and_places_go() -> None:
    octets = changed(
        a_letter(),
        (
            "word/settings.xml",
            "</w:settings>",
            f'<w:attachedTemplate xmlns:r="{R}" r:id="rId90"/><w:docVars><w:docVar w:name="Sag" w:val="Mette"/>'
            "</w:docVars><w:rsids><w:rsidRoot w:val='0815ABCD'/></w:rsids><w:mailMerge>"
            "<w:query w:val='C:\\Users\\mekl'/>"
            '</w:mailMerge><w15:docId xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
            ' w15:val="{0815-4711}"/></w:settings>',
        ),
        related(
            "word/document.xml",
            ("rId91", "people", "people.xml"),
            ("rId92", "printerSettings", "printerSettings/printerSettings1.bin"),
            ("rId93", "hyperlink", "file:///\\\\srv-esdh\\sag"),
            ("rId94", "hyperlink", "https://www.example.org/vejledning"),
            ("rId95", "hyperlink", "http://srv-esdh/sag"),
        ),
        (
            "word/document.xml",
            ">Må vi ",
            f'>Må vi </w:t></w:r><w:hyperlink xmlns:r="{R}" r:id="rId93"/>'
            f'<w:hyperlink xmlns:r="{R}" r:id="rId94"/><w:r><w:t>',
        ),
        (
            "[Content_Types].xml",
            "</Types>",
            '<Override PartName="/word/people.xml" ContentType="x/mette"/><Default Extension="bin" ContentType="x/x"/>'
            "</Types>",
        ),
        more={
            "word/people.xml": f'<p:people xmlns:p="{W}"><p:person p:author="Mette Klitgaard"/></p:people>',
            "word/printerSettings/printerSettings1.bin": "Printer-3, Prøvested",
            "word/_rels/settings.xml.rels": f'{RELATIONS}<Relationship Id="rId90" Type="{R}/attachedTemplate" Target='
            f'"file:///C:\\Users\\mekl\\Kommune.dotm"{OUTSIDE}/></Relationships>',
            "docProps/custom.xml": "<p>Mette</p>",
            "docMetadata/LabelInfo.xml": "<p>Prøvested</p>",
            "_xmlsignatures/sig1.xml": "<CN>Mette Klitgaard</CN>",
            "package/services/metadata/core-properties/1.psmdcp": "<c>Mette</c>",
        },
    )

    copy = cleaned(octets)

    assert left_of(copy.octets) == []
    assert said_in_letter(copy.octets) == said_in_letter(a_letter())
    links = [one.target_ref for one in Document(io.BytesIO(copy.octets)).part.rels.values() if one.is_external]
    assert links == ["https://www.example.org/vejledning"]
    assert "https://www.example.org/vejledning" in copy.words


def test_what_a_design_is_called_goes_and_a_link_to_nowhere_stays() -> None:
    octets = changed(
        a_letter(),
        ("word/theme/theme1.xml", 'name="Office Theme"', 'name="Prøvested"'),
        ("word/theme/theme1.xml", '<a:fontScheme name="Office"', "<a:fontScheme name='Prøvested Kommune'"),
        ("word/document.xml", ">Må vi ", f'>Må vi </w:t></w:r><w:drawing xmlns:r="{R}" r:id=""/><w:r><w:t>'),
        related("word/document.xml", ("", "people", "people.xml")),
    )

    copy = cleaned(octets).octets

    assert left_of(copy) == []
    assert b'<w:drawing r:id=""' in parts_of(copy)["word/document.xml"]
    assert said_in_letter(copy) == said_in_letter(a_letter())


@pytest.mark.parametrize(
    "xml",
    [
        "<w:r><w:t>Prøve</w:t></w:r><w:r><w:t>sted</w:t></w:r>",
        "<w:r><w:t><![CDATA[Prøvested]]></w:t></w:r>",
        "<w:bookmarkStart w:id='1' w:name = 'Prøvested'/><w:bookmarkEnd w:id='1'/>",
        '<x:kunde xmlns:x="https://proevested.example.dk/skema"/>',
        '<x:Prøvested xmlns:x="urn:x"/>',
        "<w:del w:id='1'><w:r><w:delText>Prøvested</w:delText></w:r></w:del>",
    ],
)
def test_what_is_left_of_a_letter_is_searched_for_the_names(xml: str) -> None:
    mask = make_mask(Names(organisation="Prøvested Kommune", domains=("proevested.example.dk",)))

    assert mask.is_named_in(cleaned(in_letter(xml)).words)
    assert not mask.is_named_in(cleaned(a_letter()).words)


# -- Excel -----------------------------------------------------------------------------


def a_workbook() -> bytes:
    workbook = Workbook()
    workbook.properties.creator = "Mette Klitgaard"
    sheet = workbook.active
    assert sheet is not None
    for row in (["Sag", "Dage", "Æ & <ø>"], ["Logfiler", 30, None], ["I alt", "=SUM(B2:B2)", True]):
        sheet.append(row)
    sheet["A2"].comment = Comment("Mette Klitgaard:\nTjek fristen", "Mette Klitgaard")
    sheet["C1"].hyperlink = "https://www.example.org/vejledning"
    sheet.print_area = "A1:C3"
    workbook.create_sheet("Bilag")["B2"] = "Ja"
    return saved(workbook)


def said_in_workbook(octets: bytes) -> list[tuple[str, str, object]]:
    cells = (cell for sheet in load_workbook(io.BytesIO(octets)) for row in sheet for cell in row)
    return [(cell.parent.title, cell.coordinate, cell.value) for cell in cells if cell.value is not None]


def test_what_names_people_and_places_in_a_workbook_goes_and_its_cells_stay() -> None:
    x15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"
    octets = changed(
        a_workbook(),
        (
            "xl/workbook.xml",
            "<workbookPr",
            "<fileSharing userName='Mette Klitgaard' reservationPassword='0815'/><mc:AlternateContent xmlns:mc="
            '"http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x15">'
            f"<x15ac:absPath url='https://proevested.example.dk/personal/mekl/' xmlns:x15ac=\"{x15}\"/></mc:Choice>"
            "</mc:AlternateContent><workbookPr",
        ),
        (
            "xl/workbook.xml",
            "</definedNames>",
            "<definedName name='Kilde'>'[1]Prøvested'!$A$1</definedName></definedNames><externalReferences>"
            f'<externalReference xmlns:r="{R}" r:id="rId90"/></externalReferences><customWorkbookViews>'
            '<customWorkbookView name="Mette Klitgaard - Personlig visning" guid="{0815}"/></customWorkbookViews>'
            f'<pivotCaches><pivotCache cacheId="1" xmlns:r="{R}" r:id="rId91"/></pivotCaches>',
        ),
        (
            "xl/worksheets/sheet1.xml",
            "</sheetData>",
            '<row r="9"><c r="A9"><f>[1]Prøvested!A1*2</f><v>60</v></c><c r="B9" t="str">'
            '<f t="shared" si="0" ref="B9:C9">\'[1]Ark 1\'!B1</f><v>31</v></c><c r="C9"><f t="shared" si="0"/>'
            "<v>32</v></c></row></sheetData>"
            '<protectedRanges><protectedRange name="x" sqref="A1" securityDescriptor="O:PRØVESTED\\mekl"/>'
            '</protectedRanges><scenarios><scenario name="Høj" user = "Mette Klitgaard" comment="Oprettet af Mette"/>'
            "</scenarios>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            "</worksheet>",
            f'<pageSetup paperSize="9" xmlns:r="{R}" r:id="rId92"/></worksheet>',
        ),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet ",
            '<?mso Mette?><worksheet xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision"'
            ' xr:uid="{0815-4711}" ',
        ),
        related(
            "xl/workbook.xml",
            ("rId90", "externalLink", "externalLinks/externalLink1.xml"),
            ("rId91", "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
            ("rId93", "connections", "connections.xml"),
            ("rId94", "person", "persons/person.xml"),
        ),
        related("xl/worksheets/sheet1.xml", ("rId92", "printerSettings", "../printerSettings/printerSettings1.bin")),
        more={
            "xl/externalLinks/externalLink1.xml": "<x>Prøvested</x>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": "<x>file:///C:\\Users\\mekl</x>",
            "xl/pivotCache/pivotCacheDefinition1.xml": "<x refreshedBy='Mette Klitgaard'/>",
            "xl/connections.xml": "<x connection='Data Source=srv-esdh;User ID=mekl'/>",
            "xl/persons/person.xml": "<x displayName='Mette Klitgaard'/>",
            "xl/printerSettings/printerSettings1.bin": "Printer-3",
            "docProps/custom.xml": "<x>Mette</x>",
        },
    )

    copy = cleaned(octets).octets

    assert left_of(copy) == []
    assert said_in_workbook(copy) == [
        *said_in_workbook(a_workbook())[:8], ("Sheet", "A9", 60), ("Sheet", "B9", "31"), ("Sheet", "C9", 32),
        *said_in_workbook(a_workbook())[8:],
    ]  # fmt: skip
    sheet = load_workbook(io.BytesIO(copy))["Sheet"]
    assert "Tjek fristen" in str(sheet["A2"].comment and sheet["A2"].comment.text)
    assert sheet["C1"].hyperlink.target == "https://www.example.org/vejledning"
    assert sheet.print_area == "'Sheet'!$A$1:$C$3"
    assert [one for one in CONTAINERS if one in parts_of(copy)["xl/workbook.xml"].decode()] == []


@pytest.mark.parametrize("between", ["</t></r><r><t>Tjek", "Tjek"])
def test_a_remark_that_begins_with_its_authors_name_loses_it(between: str) -> None:
    plain = parts_of(a_workbook())["xl/comments/comment1.xml"].decode()
    marked = plain.replace("Klitgaard:\nTjek", f"Klitgaard:{between}").replace("<text><t>", "<text><r><t>")
    octets = changed(a_workbook(), more={"xl/comments/comment1.xml": marked.replace("</t></text>", "</t></r></text>")})

    copy = cleaned(octets).octets

    assert left_of(copy) == []
    comment = load_workbook(io.BytesIO(copy))["Sheet"]["A2"].comment
    assert comment is not None
    assert comment.text.strip() == "Tjek fristen"


def test_a_table_in_a_workbook_keeps_the_name_that_formulas_call_it_by() -> None:
    table = f'<table name="Sager" displayName="Sager" ref="A1:B2"{{}} xmlns="{S}"/>'

    rewritten = Rewriter(Budget(30)).rewrite(table.format(' tableType="queryTable" connectionId="1"').encode())

    assert rewritten.decode().endswith(table.format(""))


# -- PowerPoint ------------------------------------------------------------------------


def slides() -> bytes:
    presentation = Presentation()
    presentation.core_properties.author = "Mette Klitgaard"
    slide = presentation.slides.add_slide(presentation.slide_layouts[0])
    slide.shapes.title.text = "Må vi & <I>?"
    slide.notes_slide.notes_text_frame.text = "Husk pausen"
    return saved(presentation)


def said_on_slides(octets: bytes) -> list[str]:
    slides = list(Presentation(io.BytesIO(octets)).slides)
    shown = [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]
    return [*shown, *(slide.notes_slide.notes_text_frame.text for slide in slides)]


def test_what_names_people_in_slides_goes_and_their_words_stay() -> None:
    octets = changed(
        slides(),
        related(
            "ppt/presentation.xml",
            ("rId90", "commentAuthors", "commentAuthors.xml"),
            ("rId91", "authors", "authors.xml"),
            ("rId92", "changesInfo", "changesInfos/changesInfo1.xml"),
            ("rId93", "tags", "tags/tag1.xml"),
        ),
        (
            "ppt/presentation.xml",
            "</p:presentation>",
            f'<p:custDataLst><p:tags xmlns:r="{R}" r:id="rId93"/></p:custDataLst></p:presentation>',
        ),
        ("ppt/presentation.xml", "<p:presentation ", "<?author Mette?><p:presentation "),
        more={
            "ppt/commentAuthors.xml": f"<p:cmAuthorLst xmlns:p='{P_}'><p:cmAuthor id='0' name='Mette Klitgaard'"
            " initials = 'MEKL' lastIdx='1' clrIdx='0'/></p:cmAuthorLst>",
            "ppt/authors.xml": "<a:authorLst xmlns:a='http://schemas.microsoft.com/office/powerpoint/2018/8/main'>"
            "<a:author id='{1}' name='Mette Klitgaard' initials='MK' userId='S::mekl@proevested.example.dk::0815'"
            " providerId='AD'/></a:authorLst>",
            "ppt/changesInfos/changesInfo1.xml": "<x name='Mette Klitgaard'/>",
            "ppt/tags/tag1.xml": "<x name='USER' val='Mette Klitgaard'/>",
            "ppt/revisionInfo.xml": "<x>Mette</x>",
        },
    )

    copy = cleaned(octets).octets

    assert left_of(copy) == []
    assert said_on_slides(copy) == said_on_slides(octets)
    assert b'name="" initials="" lastIdx="1"' in parts_of(copy)["ppt/commentAuthors.xml"]
    assert b"custDataLst" not in parts_of(copy)["ppt/presentation.xml"]


# -- OpenDocument ----------------------------------------------------------------------


def an_open_text() -> bytes:
    document = opendocument.OpenDocumentText()
    document.text.addElement(P(text='Må vi & <I> "videregive" logfiler?'))
    return saved(document)


def an_open_sheet() -> bytes:
    document = opendocument.OpenDocumentSpreadsheet()
    table, row, cell = Table(name="Frister"), TableRow(), TableCell(valuetype="float", value="30")
    cell.addElement(P(text="30"))
    row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    return saved(document)


def open_slides() -> bytes:
    document = opendocument.OpenDocumentPresentation()
    layout = PageLayout(name="Side")
    document.automaticstyles.addElement(layout)
    document.masterstyles.addElement(MasterPage(name="Master", pagelayoutname=layout))
    page, frame, box = Page(masterpagename="Master"), Frame(width="5cm", height="5cm"), TextBox()
    box.addElement(P(text="Husk pausen"))
    frame.addElement(box)
    page.addElement(frame)
    document.presentation.addElement(page)
    return saved(document)


def said_openly(octets: bytes) -> str:
    return str(teletype.extractText(opendocument.load(io.BytesIO(octets)).body))


O_ = "urn:oasis:names:tc:opendocument:xmlns"
NAMED_OPENLY = (
    f'<text:p xmlns:text="{O_}:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:office="{O_}:office:1.0"'
    f' xmlns:meta="{O_}:meta:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ooo="http://openoffice.org/2009/office"'
    " ooo:rsid='0815abcd'><text:author-name>Mette Klitgaard</text:author-name><text:author-initials>MEKL"
    "</text:author-initials><text:sender-firstname>Mette</text:sender-firstname><text:sender-email>mekl@x.example.org"
    "</text:sender-email><text:sender-company>Prøvested</text:sender-company><text:initial-creator>Mette"
    "</text:initial-creator><text:printed-by>Mette</text:printed-by><text:file-name>/home/mekl/a.odt</text:file-name>"
    "<text:template-name>Prøvested</text:template-name><text:user-defined text:name='Sagsbehandler'>Mette"
    "</text:user-defined><text:a xlink:href = 'file:///home/mekl/a.odt'/>"
    "<text:a xlink:href='../../../home/mekl/b.odt'/>"
    "<office:annotation><dc:creator>Mette Klitgaard</dc:creator><meta:creator-initials>MEKL</meta:creator-initials>"
    "</office:annotation><?author Mette?><!-- Mette --></text:p>"
)
SETTINGS = (
    f'<office:document-settings xmlns:office="{O_}:office:1.0" xmlns:config="{O_}:config:1.0"><office:settings>'
    '<config:config-item-set config:name="ooo:configuration-settings"><config:config-item config:name="PrinterName"'
    ' config:type="string">Printer-3</config:config-item><config:config-item config:name="PrinterSetup"'
    ' config:type="base64Binary">UHJpbnRlci0z</config:config-item><config:config-item config:name="Rsid"'
    ' config:type="int">0815</config:config-item><config:config-item config:name="AddParaTableSpacing"'
    ' config:type="boolean">true</config:config-item></config:config-item-set></office:settings>'
    "</office:document-settings>"
)


@pytest.mark.parametrize(
    ("make", "behind"),
    [(an_open_text, "<office:text>"), (an_open_sheet, "<table:table-cell "), (open_slides, "<draw:text-box>")],
)
def test_what_names_people_and_machines_in_an_open_document_goes_and_its_words_stay(
    make: Callable[[], bytes], behind: str
) -> None:
    octets = make()
    content = parts_of(octets)["content.xml"].decode()
    at = content.index(">", content.index(behind)) + 1
    octets = changed(
        octets,
        (
            "META-INF/manifest.xml",
            "</manifest:manifest>",
            '<manifest:file-entry manifest:full-path="Thumbnails/mette.png" manifest:media-type="image/png"/>'
            "</manifest:manifest>",
        ),
        more={
            "content.xml": content[:at] + NAMED_OPENLY + content[at:],
            "settings.xml": SETTINGS,
            "meta.xml": "<x>Mette Klitgaard</x>",
            "Thumbnails/mette.png": b"Pr\xc3\xb8vested",
            "META-INF/documentsignatures.xml": "<CN>Mette Klitgaard</CN>",
            "manifest.rdf": "<x>Mette</x>",
        },
    )

    copy = cleaned(octets).octets

    assert left_of(copy) == []
    assert said_openly(copy) == said_openly(make())
    settings = parts_of(copy)["settings.xml"].decode()
    assert "AddParaTableSpacing" in settings
    assert "Printer" not in settings
    assert "Rsid" not in settings


# -- what is refused -------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [
        b'<!DOCTYPE w:document [<!ENTITY a "b">]><w:document xmlns:w="urn:w">&a;</w:document>',
        b'<!DOCTYPE w:document SYSTEM "http://example.org/x.dtd"><w:document xmlns:w="urn:w"/>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b"<w:document>no namespace</w:document>",
        b"<x>&undeclared;</x>",
        b"<x",
        b"<x>" * 100_000,
        b'<x xmlns="urn:' + b"x" * 100_000 + b'"/>',
    ],
)
def test_xml_as_no_office_program_writes_it_has_no_clean_copy(part: bytes) -> None:
    with pytest.raises(Unclean):
        cleaned(changed(a_letter(), more={"word/header1.xml": part}))


@pytest.mark.parametrize(
    "name",
    ["word/vbaProject.bin", "word/embeddings/a.xlsx", "word/afchunk.mht", "word/other.xml", "Mette.xml", "xl/a/b.xml"],
)
def test_a_part_that_is_not_known_leaves_a_file_without_a_clean_copy(name: str) -> None:
    with pytest.raises(Unclean):
        cleaned(changed(a_letter(), more={name: "<x/>"}))


def test_a_part_in_another_encoding_is_written_anew_in_utf_8() -> None:
    styles = parts_of(a_letter())["word/styles.xml"].decode().replace("UTF-8", "UTF-16")
    octets = changed(a_letter(), more={"word/styles.xml": styles.encode("utf-16")})

    copy = cleaned(octets).octets

    assert parts_of(copy)["word/styles.xml"].startswith(b'<?xml version="1.0" encoding="UTF-8"')
    assert said_in_letter(copy) == said_in_letter(a_letter())


def test_writing_a_part_anew_has_its_price_and_no_more() -> None:
    with pytest.raises(Unreadable):
        Rewriter(Budget(0.05)).rewrite(b"<x>" + b'<y a="1"/>' * 2_000_000 + b"</x>")


def test_what_is_written_is_what_was_read() -> None:
    part = (
        '<a:x a:b="&lt;&amp;&quot;\'&#10;&#9;" c="" xmlns:a="urn:a" xmlns="urn:b"><y xml:space="preserve"> &amp; &lt;'
        "]]&gt; &#13;\n"
        'æ😀</y><z/><a:z xmlns=""><q/></a:z></a:x>'
    )

    once = Rewriter(Budget(30)).rewrite(part.encode())

    assert once.decode().partition("\n")[2] == part
    assert Rewriter(Budget(30)).rewrite(once) == once


# -- names in what things are called ---------------------------------------------------


@pytest.mark.parametrize(
    "xml",
    [
        '<w:r xmlns:mette="http://schemas.microsoft.com/office/mette"><w:t>nu</w:t></w:r>', "<w:Mette/>",
        '<w:r w:Klitgaard="1"><w:t>nu</w:t></w:r>', f'<mette:r xmlns:mette="{W}"><mette:t>nu</mette:t></mette:r>',
        '<w:r><w:rPr><w:rStyle w:val="MKL1234"/></w:rPr><w:t>nu</w:t></w:r>',
        '<w:r><w:rPr><w:rStyle w:val="MK"/></w:rPr><w:t>nu</w:t></w:r>',
        '<w:r><w:rPr><w:rStyle w:val="xMettex"/></w:rPr><w:t>nu</w:t></w:r>',
        "<w:r><w:t>TWV0dGUgS2xpdGdhYXJk</w:t></w:r>",
        '<w:r><w:t>M</w:t></w:r><w:r><w:t xml:space="preserve">ette </w:t></w:r>',
    ],
)  # fmt: skip
def test_a_name_in_what_things_are_called_is_found(xml: str) -> None:
    mask = make_mask(Names(people=("Mette Klitgaard",)))

    assert mask.is_named_in_file(cleaned(in_letter(xml)))
    assert not mask.is_named_in_file(cleaned(a_letter()))


def test_a_picture_in_letters_goes_from_an_open_document() -> None:
    text = opendocument.OpenDocumentText()
    text.text.addElement(P(text="Må vi?"))
    drawn = 'xmlns:d="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    picture = "<d:image><office:binary-data>TWV0dGU=</office:binary-data></d:image>"
    inline = f"<d:frame {drawn}>{picture}</d:frame></text:p>"

    clean_one = cleaned(changed(saved(text), ("content.xml", "</text:p>", inline)))

    assert b"TWV0dGU" not in parts_of(clean_one.octets)["content.xml"]
    assert teletype.extractText(opendocument.load(io.BytesIO(clean_one.octets)).text) == "Må vi?"


PEOPLE = (
    "Mette Klitgaard", "Carl Andersen", "Bo Munk", "Line Winther", "Sofie Borup", "Mona Carlsen", "Dorte Larsen",
    "Anne Petersen",
    "Mona Krag", "Birgit Sand", "Lone Eg", "Xenia Lund", "Thea Madsen", "Ole Kjær", "Erik Nielsen", "Ulla Skov",
)  # fmt: skip


@pytest.mark.parametrize("person", PEOPLE)
def test_an_ordinary_file_names_nobody_by_accident(person: str) -> None:
    workbook, slides = Workbook(), Presentation()
    workbook.active.append(["Afdeling", "Antal", 12, 3.5])
    slides.slides.add_slide(slides.slide_layouts[0]).shapes.title.text = "Status"
    mask = make_mask(Names(people=(person,), organisation="Prøvested Kommune"))

    for octets in (saved(workbook), saved(slides), saved(Document()), a_pdf("Må vi?"), an_open_text()):
        assert not mask.is_named_in_file(cleaned(octets))


def an_open_text() -> bytes:
    text = opendocument.OpenDocumentText()
    text.text.addElement(P(text="Må vi?"))
    return saved(text)
