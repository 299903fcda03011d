"""A PDF file for others is its pages and nothing else, and they look as they did."""

import io
import struct
import zlib

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from mailer.files.budget import Budget, Unreadable
from mailer.privacy.pdf_pages import clean_pdf
from support.papers import a_pdf
from tickets.errors import Unclean
from tickets.masking.masking import make_mask
from tickets.masking.names import Names
from tickets.post import CleanFile

AUTHOR = "Mette Klitgaard"
TOWN = "Prøvested"


def a_file(text: str = "Må vi udlevere logfiler?") -> PdfWriter:
    writer = PdfWriter()
    writer.append(io.BytesIO(a_pdf(text)))
    return writer


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def clean(octets: bytes) -> CleanFile:
    return clean_pdf(octets, Budget())


def inside(octets: bytes) -> str:
    """All that can be found in a PDF file: its octets, and every stream of it unpacked."""
    reader = PdfReader(io.BytesIO(octets))
    objects = [one for one in map(reader.get_object, reader.xref[0]) if one is not None]
    streams = [one.get_data().decode("latin-1") for one in objects if isinstance(one, StreamObject)]
    return "\n".join([octets.decode("latin-1"), *streams, *map(repr, objects)])


def a_photo() -> bytes:
    def segment(marker: int, content: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content

    exif = segment(0xE1, b"Exif\0\0" + AUTHOR.encode())
    return b"\xff\xd8" + exif + segment(0xDB, b"\0" * 65) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\x34\xff\xd9"


def with_picture(octets: bytes, kind: str) -> PdfWriter:
    writer = a_file()
    picture = StreamObject()
    picture.set_data(octets)
    entries = {"/Type": "/XObject", "/Subtype": "/Image", "/ColorSpace": "/DeviceGray", "/Filter": kind}
    picture.update({NameObject(name): NameObject(value) for name, value in entries.items()})
    picture.update({NameObject(name): NumberObject(8) for name in ("/Width", "/Height", "/BitsPerComponent")})
    picture[NameObject("/Metadata")] = TextStringObject(AUTHOR)
    resources = writer.pages[0]["/Resources"]
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/XObject")] = DictionaryObject({NameObject("/Im0"): writer._add_object(picture)})
    return writer


def test_properties_outlines_and_attached_files_are_left_behind() -> None:
    writer = a_file()
    writer.add_metadata({"/Author": AUTHOR, "/Company": TOWN})
    writer.xmp_metadata = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc>{AUTHOR}</dc></x:xmpmeta>'.encode()
    writer.add_outline_item(AUTHOR, 0)
    writer.add_attachment("prøvested.txt", AUTHOR.encode())
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject("/JS"): TextStringObject(AUTHOR)})
    writer.pages[0][NameObject("/PieceInfo")] = TextStringObject(AUTHOR)
    octets = written(writer)
    assert AUTHOR in inside(octets)

    cleaned = clean(octets)

    assert AUTHOR not in inside(cleaned.octets)
    assert TOWN not in inside(cleaned.octets)
    assert AUTHOR not in cleaned.words
    reader = PdfReader(io.BytesIO(cleaned.octets), strict=True)
    assert reader.metadata in (None, {})
    assert {*reader.root_object} == {"/Type", "/Pages"}
    assert "Må vi udlevere logfiler?" in reader.pages[0].extract_text()
    assert not cleaned.has_pictures


def test_a_remark_stays_without_its_author() -> None:
    writer = a_file()
    remark = Text(rect=(10, 10, 30, 30), text="Er det rigtigt?", title_bar=AUTHOR)
    remark[NameObject("/NM")] = TextStringObject(AUTHOR)
    writer.add_annotation(0, remark)

    cleaned = clean(written(writer))

    assert AUTHOR not in inside(cleaned.octets)
    assert "Er det rigtigt?" in inside(cleaned.octets)
    assert "Er det rigtigt?" in cleaned.words


@pytest.mark.parametrize(
    "writer",
    [
        a_file(f"Notat fra {TOWN} Kommune"),
        a_file("Notat fra P r ø v e s t e d"),
    ],
)
def test_who_is_named_on_a_page_is_among_the_words(writer: PdfWriter) -> None:
    assert TOWN in clean(written(writer)).words


def drawing(operators: bytes) -> PdfWriter:
    """A file with more operators on its page."""
    writer = a_file()
    stream = StreamObject()
    stream.set_data(zlib.compress(operators))
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    old = writer.pages[0].raw_get("/Contents")
    writer.pages[0][NameObject("/Contents")] = ArrayObject([writer._add_object(stream), old])
    return writer


@pytest.mark.parametrize(
    "marked",
    [
        f"/Span <</ActualText <FEFF{TOWN.encode('utf-16-be').hex()}>>> BDC EMC",
        "/P <</Author (Mette (jurist))/MCID 0>> BDC EMC", "/Mette BMC EMC", "/Mette MP", "/X <</Who /Mette>> DP",
        "/P <</Mette 1/MCID 3>> BDC EMC", "/Span <</E (Mette)>>BDC EMC",
    ],
)  # fmt: skip
def test_marks_among_operators_are_not_copied(marked: str) -> None:
    cleaned = clean(written(drawing(f"{marked}\n0 0 10 10 re f\n".encode())))

    told = inside(cleaned.octets)
    assert not [name for name in ("Mette", TOWN, TOWN.encode("utf-16-be").hex()) if name in told]
    assert PdfReader(io.BytesIO(cleaned.octets)).pages[0].extract_text() == "Må vi udlevere logfiler?"
    assert "10 10 re" in told


@pytest.mark.parametrize(
    "left", ["% Mette Klitgaard", "(Mette) pop", "<4d65747465> pop", "(\\115ette) pop", "/Mette gs"]
)
def test_what_is_said_among_operators_is_told(left: str) -> None:
    assert is_named_in(clean(written(drawing(f"{left}\n".encode()))))


def is_named_in(cleaned: CleanFile) -> bool:
    return make_mask(Names(people=(AUTHOR,), organisation=f"{TOWN} Kommune")).is_named_in_file(cleaned)


def with_resource(folder: str, value: PdfObject) -> PdfWriter:
    writer = a_file()
    resources = writer.pages[0]["/Resources"]
    resources[NameObject(folder)] = DictionaryObject({NameObject("/R0"): writer._add_object(value)})  # type: ignore[index]
    return writer


def a_stream(octets: bytes, **entries: PdfObject) -> StreamObject:
    stream = StreamObject()
    stream.set_data(zlib.compress(octets))
    stream.update({NameObject(f"/{name}"): value for name, value in entries.items()})
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    return stream


def test_a_profile_of_colours_is_not_copied() -> None:
    writer = a_file()
    profile = writer._add_object(a_stream(b"desc" + AUTHOR.encode(), N=NumberObject(3)))
    colours = ArrayObject([NameObject("/ICCBased"), profile])
    folder = DictionaryObject({NameObject("/C0"): colours})
    writer.pages[0]["/Resources"][NameObject("/ColorSpace")] = folder  # type: ignore[index]

    told = inside(clean(written(writer)).octets)

    assert AUTHOR not in told
    assert "'/C0': '/DeviceRGB'" in told


def test_octets_behind_a_picture_are_not_copied() -> None:
    pixels = bytes(range(64))
    picture = {"Subtype": NameObject("/Image"), "ColorSpace": NameObject("/DeviceGray")}
    sizes = {name: NumberObject(8) for name in ("Width", "Height", "BitsPerComponent")}
    stream = a_stream(pixels + AUTHOR.encode(), **picture, **sizes)
    stream.set_data(stream.get_data() + AUTHOR.encode())

    cleaned = clean(written(with_resource("/XObject", stream)))

    assert AUTHOR not in inside(cleaned.octets)
    assert pixels.decode("latin-1") in inside(cleaned.octets)


@pytest.mark.parametrize(
    "font",
    [
        {"BaseFont": NameObject("/ABCDEF+MetteFont")}, {"Name": NameObject("/F1"), "X": TextStringObject("Klitgaard")},
        {"ToUnicode": a_stream(b"/CMapName /MetteMap def")}, {"Encoding": a_stream(b"/CMapName /Mette-H def")},
        {"FontDescriptor": DictionaryObject({NameObject("/FontFile2"): a_stream("\1Mette".encode("utf-16-be"))})},
        {"FontDescriptor": DictionaryObject({NameObject("/FontFile"): a_stream(b"%!PS /FullName (MetteSans) def")})},
    ],
)  # fmt: skip
def test_who_is_named_in_a_font_is_told(font: dict[str, PdfObject]) -> None:
    usual = {"Type": NameObject("/Font"), "Subtype": NameObject("/Type1"), "BaseFont": NameObject("/Arial")} | font
    value = DictionaryObject({NameObject(f"/{name}"): entry for name, entry in usual.items()})

    assert is_named_in(clean(written(with_resource("/Font", value))))
    assert not is_named_in(clean(written(a_file())))


def test_what_is_written_into_a_form_is_among_the_words() -> None:
    writer = a_file()
    writer.add_annotation(0, FreeText(rect=(50, 50, 200, 150), text=f"Hilsen {AUTHOR}"))

    assert AUTHOR in clean(written(writer)).words


def test_a_photograph_is_cleaned_and_told_of() -> None:
    cleaned = clean(written(with_picture(a_photo(), "/DCTDecode")))

    assert AUTHOR not in inside(cleaned.octets)
    assert b"\x12\x34\xff\xd9" in cleaned.octets
    assert cleaned.has_pictures


def test_drawn_letters_count_as_a_picture() -> None:
    writer = a_file()
    drawn = a_pdf("x) Tj ET 0 0 m 10 10 20 20 30.5 30 c f BT (y")
    assert clean(drawn).has_pictures
    assert not clean(written(writer)).has_pictures


@pytest.mark.parametrize(
    "octets",
    [
        b"%PDF-1.7 /Author (Mette) %%EOF",
        a_pdf("Hej")[:200],
        written(with_picture(b"jp2", "/JPXDecode")),
        written(with_picture(b"\xff\xd8 no photograph", "/DCTDecode")),
    ],
)
def test_what_cannot_be_vouched_for_is_unclean(octets: bytes) -> None:
    with pytest.raises(Unclean):
        clean(octets)


def test_a_file_with_layers_is_unclean_for_some_of_them_may_be_hidden() -> None:
    writer = a_file()
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject()

    with pytest.raises(Unclean):
        clean(written(writer))


def test_an_encrypted_file_is_unclean() -> None:
    writer = a_file()
    writer.encrypt("hemmelig", algorithm="RC4-128")

    with pytest.raises(Unclean):
        clean(written(writer))


def test_a_stream_nobody_knows_is_unclean() -> None:
    writer = a_file()
    stream = StreamObject()
    stream.set_data(AUTHOR.encode())
    group = DictionaryObject({NameObject("/Hidden"): writer._add_object(stream)})
    writer.pages[0][NameObject("/Group")] = group

    with pytest.raises(Unclean):
        clean(written(writer))


def test_the_same_file_is_cleaned_to_the_same_octets() -> None:
    octets = written(with_picture(a_photo(), "/DCTDecode"))

    assert clean(octets).octets == clean(octets).octets


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises((Unreadable, Unclean)):
        clean_pdf(a_pdf("Hej"), Budget(0))
