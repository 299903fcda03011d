"""PDF files without what tells who made them: their pages written down anew, and nothing else of the file.

Pages are copied piece by piece, by what each is for. Properties, outlines, layers, attached files, forms and scripts
are not; of annotations only what is seen. What could be read neither by a person nor here is not vouched for.
"""

import io
import re
import zlib
from collections.abc import Iterator

from pypdf import PdfReader, PdfWriter
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from mailer.files.budget import Budget
from mailer.files.pdf import read_pdf
from mailer.privacy.pdf_colours import device, size_of
from mailer.privacy.pdf_marks import without_marks
from mailer.privacy.pictures import clean_picture
from mailer.privacy.traces import traces_of
from tickets.errors import Unclean
from tickets.post import CleanFile

MOST_PAGES = 300
DEEPEST = 40  # dictionaries within dictionaries
MOST_OBJECTS = 20_000
MOST_ANNOTATIONS = 1_000  # of one page
PAGE_KEYS = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit", "/Group")
RESOURCES = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet")
ANNOTATION_KEYS = (
    "/Subtype", "/Rect", "/AP", "/AS", "/F", "/C", "/IC", "/CA", "/Border", "/BS", "/BE", "/QuadPoints", "/InkList",
    "/L", "/LE", "/Vertices", "/Contents", "/DA", "/Q", "/DS", "/RD",
)  # fmt: skip
UNSEEN = ("/Link", "/Popup")  # annotations that draw nothing of their own
DROPPED = {
    "/Metadata", "/PieceInfo", "/LastModified", "/OPI", "/Ref", "/AF", "/Alternates", "/Measure", "/PtData", "/OC",
    "/StructParent", "/StructParents", "/ID", "/Parent", "/P", "/Popup", "/Name", "/Length", "/Properties",
}  # fmt: skip
FOLDERS = {  # whose entries are called as their maker liked
    "/XObject", "/Pattern", "/Shading", "/CharProcs", "/ColorSpace", "/ExtGState", "/Font", "/N", "/D", "/R",
}  # fmt: skip
WITHIN = "*"  # behind the name of a folder: what is in it
STREAMS = {  # under what a stream may hang, for that tells what it is
    "/XObject", "/SMask", "/Mask", "/Pattern", "/Shading", "/CharProcs", "/ColorSpace", "/CS", "/Function", "/TR",
    "/TR2", "/BG", "/BG2", "/UCR", "/UCR2", "/HT", "/G", "/N", "/D", "/R", "/FontFile", "/FontFile2", "/FontFile3",
    "/ToUnicode", "/Encoding", "/UseCMap", "/CIDToGIDMap", "/CIDSet", "/Lookup", "/Functions",
}  # fmt: skip
DRAWN_BY = {"/XObject", "/Pattern", "/CharProcs", "/G", "/N", "/D", "/R"}  # what hangs there is operators
DRAWINGS = {"/Form", None}  # subtypes of streams that are operators to be drawn by
PLAIN_FILTERS = {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}
PICTURE_FILTERS = {"/CCITTFaxDecode", "/JBIG2Decode"}  # that have no room for anything but the picture
CURVE = re.compile(rb"(?<![^\s])-?[\d.]+(?:[ \r\n]-?[\d.]+){5}[ \r\n]c(?![^\s])")
INLINE_PICTURE = re.compile(rb"(?<![^\s])BI\s[^()<>]{0,400}?\sID\s")
STRING = re.compile(rb"\((?:\\.|[^\\()]){0,2000}\)|<[0-9A-Fa-f\s]{1,4000}>")
BEGIN_PICTURE = re.compile(rb"(?<![^\s])BI\s")
REMARK = re.compile(rb"%[^\r\n]{1,500}")
SHORTEST_NAME = 5  # characters of a name in a PDF file that may be somebody's; the others are the format's own
UNREAD = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
TROUBLE = (
    PyPdfError, DependencyError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError,
    NotImplementedError, RecursionError, OSError, zlib.error,
)  # fmt: skip


def clean_pdf(octets: bytes, budget: Budget) -> CleanFile:
    """The pages of a PDF file as a new one, and all that is said in it. Raises Unclean, or Unreadable if too dear."""
    try:
        copied, copier = _copy(octets, budget)
        return _vouch(copied, budget, copier)
    except TROUBLE as error:
        raise Unclean(f"is no PDF to be sure of: {type(error).__name__}") from error


def _copy(octets: bytes, budget: Budget) -> tuple[bytes, "_Copier"]:
    reader = PdfReader(io.BytesIO(octets), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unclean("is encrypted")
    root = reader.root_object
    if "/OCProperties" in root or "/XFA" in _dictionary(root.get("/AcroForm")):
        raise Unclean("shows more than its pages")
    if len(reader.pages) > MOST_PAGES:
        raise Unclean("has too many pages")
    copier = _Copier(budget)
    for page in reader.pages:
        copier.add_page(page)
    written = io.BytesIO()
    copier.writer.metadata = None
    copier.writer.pdf_header = "%PDF-1.7"
    copier.writer.write(written)
    return written.getvalue(), copier


class _Copier:
    """Copies pages into a new file. What it cannot name is not copied, or makes the whole file unclean."""

    def __init__(self, budget: Budget) -> None:
        self.writer, self.has_pictures = PdfWriter(), False
        self.traces: dict[str, None] = {}
        self._budget = budget
        self._copied: dict[tuple[int, int], IndirectObject] = {}

    def add_page(self, page: DictionaryObject) -> None:
        """Add a page of another file, with only those entries that pages are shown by."""
        new = self.writer.add_blank_page(1, 1)
        for key in PAGE_KEYS:
            if key in page:
                new[NameObject(key)] = self._copy(page[key], key, 0)
        new[NameObject("/Resources")] = self._resources(page.get("/Resources"), 0)
        pieces = page.get("/Contents", ArrayObject()).get_object()
        streams = pieces if isinstance(pieces, ArrayObject) else [pieces]
        drawn = b"\n".join(self._drawing(one.get_object()) for one in streams)
        new[NameObject("/Contents")] = self.writer._add_object(_deflated(drawn))
        annotations = page.get("/Annots", ArrayObject()).get_object()
        if not isinstance(annotations, ArrayObject) or len(annotations) > MOST_ANNOTATIONS:
            raise Unclean("has too many annotations")
        kept = [one for one in (self._annotation(_dictionary(one)) for one in annotations) if one is not None]
        if kept:
            new[NameObject("/Annots")] = ArrayObject(kept)

    def _annotation(self, annotation: DictionaryObject) -> PdfObject | None:
        """What is seen of an annotation, without its author."""
        if annotation.get("/Subtype") in UNSEEN:
            return None
        if "/AP" not in annotation:
            if annotation.get("/Subtype") == "/Widget":
                if "/V" in annotation or "/Parent" in annotation:
                    raise Unclean("has a form that is drawn by its reader")
                return None
            self.has_pictures = True
        new = DictionaryObject({NameObject("/Type"): NameObject("/Annot")})
        for key in ANNOTATION_KEYS:
            if key in annotation:
                new[NameObject(key)] = self._copy(annotation.raw_get(key), key, 0)
        return self.writer._add_object(new)

    def _resources(self, resources: PdfObject | None, depth: int) -> DictionaryObject:
        found = _dictionary(resources)
        return DictionaryObject(
            {NameObject(key): self._copy(found.raw_get(key), key, depth + 1) for key in RESOURCES if key in found}
        )

    def _copy(self, value: PdfObject, key: str, depth: int) -> PdfObject:
        """A copy of the object under a key with all that hangs on it, each object once."""
        self._budget.spend()
        if depth > DEEPEST or len(self._copied) > MOST_OBJECTS:
            raise Unclean("is too complicated")
        if isinstance(value, IndirectObject):
            name = (value.idnum, value.generation)
            if name not in self._copied:
                place = self.writer._add_object(NullObject())
                self._copied[name] = place
                found = value.get_object()
                copied = self._copy(found if found is not None else NullObject(), key, depth + 1)
                self.writer._replace_object(place, copied)
            return self._copied[name]
        if isinstance(value, StreamObject):
            return self._stream(value, key, depth)
        if isinstance(value, DictionaryObject):
            return self._entries(value, key, depth)
        if isinstance(value, ArrayObject):
            if value[:1] == ["/ICCBased"]:
                return device(value)
            return ArrayObject(self._copy(one, key, depth + 1) for one in value)
        return value

    def _entries(self, value: DictionaryObject, key: str, depth: int) -> DictionaryObject:
        new = DictionaryObject()
        is_folder = key in FOLDERS and not isinstance(value, StreamObject)
        for name in value:
            if is_folder:
                new[NameObject(name)] = self._copy(value.raw_get(name), key + WITHIN, depth + 1)
            elif name == "/Resources":
                new[NameObject(name)] = self._resources(value[name], depth + 1)
            elif name not in DROPPED:
                new[NameObject(name)] = self._copy(value.raw_get(name), str(name), depth + 1)
        if value.get("/Type") == "/Font" and not _is_legible(value):
            self.has_pictures = True
        return new

    def _stream(self, value: StreamObject, key: str, depth: int) -> StreamObject:
        kind = key.removesuffix(WITHIN)
        if kind not in STREAMS or value.get("/Subtype") == "/PS" or "/F" in value:
            raise Unclean("holds what nobody here knows")
        if value.get("/Subtype") == "/Image":
            return self._picture(value, depth)
        is_drawing = value.get("/Subtype") == "/Form" or (kind in DRAWN_BY and value.get("/Subtype") is None)
        new = _deflated(self._drawing(value) if is_drawing else self._noted(value.get_data()))
        for name, entry in self._entries(value, key, depth).items():
            if name not in ("/Filter", "/DecodeParms", "/DL"):
                new[NameObject(name)] = entry
        return new

    def _drawing(self, stream: PdfObject) -> bytes:
        """The operators of a stream, without remarks among them."""
        self._budget.spend()
        if not isinstance(stream, StreamObject):
            raise Unclean("has a page without contents")
        octets = without_marks(stream)
        if CURVE.search(octets):
            self.has_pictures = True
        for picture in BEGIN_PICTURE.finditer(octets):
            self.has_pictures = True
            if not INLINE_PICTURE.match(octets, picture.start()):
                raise Unclean("has a picture of an unusual kind among its operators")
        strings = "\n".join(_decoded(one.group()) for one in STRING.finditer(octets))
        self.traces[strings] = None
        return self._noted(octets)

    def _noted(self, octets: bytes) -> bytes:
        """The octets unchanged; what looks like words in them is noted."""
        self.traces[traces_of(octets)] = None
        return octets

    def _picture(self, value: StreamObject, depth: int) -> StreamObject:
        """A picture as it is; of a photograph, what draws it."""
        self.has_pictures = True
        filters = value.get("/Filter")
        found = filters.get_object() if filters is not None else None
        names = [str(one) for one in (found if isinstance(found, ArrayObject) else [found] if found else [])]
        octets: bytes | None = value._data  # as it lies in the file
        if names[-1:] == ["/DCTDecode"] and {*names[:-1]} <= PLAIN_FILTERS:
            value[NameObject("/Filter")] = ArrayObject(map(NameObject, names[:-1]))
            octets = clean_picture(value.get_data())
            value[NameObject("/Filter")] = NameObject("/DCTDecode")
            value.pop("/DecodeParms", None)
        elif {*names} <= PLAIN_FILTERS:
            drawn = value.get_data()
            return self._described(_deflated(self._noted(drawn[: size_of(value, len(drawn))])), value, depth)
        elif not {*names} <= PLAIN_FILTERS | PICTURE_FILTERS:
            octets = None
        if octets is None:
            raise Unclean("has a picture of an unusual kind")
        new = EncodedStreamObject()
        new._data = self._noted(octets)
        for name in ("/Filter", "/DecodeParms"):
            if name in value:
                new[NameObject(name)] = self._copy(value.raw_get(name), name, depth + 1)
        return self._described(new, value, depth)

    def _described(self, new: StreamObject, value: StreamObject, depth: int) -> StreamObject:
        """A stream with the entries of another but for those that tell how it is packed."""
        for name, entry in self._entries(value, "", depth).items():
            if name not in ("/Filter", "/DecodeParms", "/DL"):
                new[NameObject(name)] = entry
        return new


def _dictionary(value: object) -> DictionaryObject:
    found = value.get_object() if isinstance(value, PdfObject) else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _deflated(octets: bytes) -> StreamObject:
    plain = DecodedStreamObject()
    plain.set_data(octets)
    return plain.flate_encode()


def _is_legible(font: DictionaryObject) -> bool:
    """Whether what is written in this font can be read from its codes, and not only by eye."""
    if "/ToUnicode" in font:
        return True
    if font.get("/Subtype") in ("/Type0", "/Type3"):
        return False
    is_own = "+" in str(font.get("/BaseFont", ""))  # some letters of a font, numbered as its maker liked
    return "/Encoding" in font or not is_own


# -- what is said ----------------------------------------------------------------------


def _vouch(octets: bytes, budget: Budget, copier: _Copier) -> CleanFile:
    """The finished copy with all words in it, as its receiver could find them."""
    found_texts = [found for found in read_pdf(octets, budget) if isinstance(found, str)]
    texts = [one for one in found_texts if not one.startswith("%PDF-")]  # the file itself has its strings told below
    reader = PdfReader(io.BytesIO(octets), strict=False)
    for page in reader.pages:
        budget.spend()
        for annotation in page.get("/Annots", ()):
            for drawn in _appearances(_dictionary(annotation)):
                texts.append(page.extract_xform_text(drawn, (0, 90, 180, 270), 200.0))
    # Letters that are set apart look like words to a program, not to a reader
    squeezed = ("".join(text.split()) for text in texts)
    strings = list(dict.fromkeys(_strings(reader, budget)))
    told, traces = "\n".join([*texts, *squeezed, *strings]), "\n".join([*copier.traces, *strings])
    has_pictures = copier.has_pictures or UNREAD.search(told) is not None
    return CleanFile(octets, told, has_pictures=has_pictures, traces=traces)


def _appearances(annotation: DictionaryObject) -> Iterator[EncodedStreamObject]:
    for look in _dictionary(annotation.get("/AP")).values():
        found = look.get_object()
        states = found.values() if not isinstance(found, StreamObject) else [found]
        for state in states:
            if isinstance(drawn := state.get_object(), EncodedStreamObject):
                yield drawn


def _strings(reader: PdfReader, budget: Budget) -> Iterator[str]:
    """The strings beside the pages' text: of every object, and in marks among operators."""
    for number in reader.xref[0]:
        budget.spend()
        found = reader.get_object(IndirectObject(number, 0, reader))
        if found is None:
            continue
        yield from _strings_in(found, 0)
        if isinstance(found, StreamObject) and found.get("/Subtype") in DRAWINGS and "/Length1" not in found:
            octets = found.get_data()
            yield from (one.group().decode("latin-1") for one in REMARK.finditer(octets))


def _strings_in(value: object, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise Unclean("is too complicated")
    if isinstance(value, NameObject):
        yield str(value)[1:] if len(value) > SHORTEST_NAME else ""
    elif isinstance(value, TextStringObject):
        yield str(value)
    elif isinstance(value, ByteStringObject):
        yield bytes(value).decode("latin-1")
    elif isinstance(value, DictionaryObject):
        for name, inner in value.items():
            yield from _strings_in(name, depth + 1)
            if not isinstance(inner, IndirectObject):
                yield from _strings_in(inner, depth + 1)
    elif isinstance(value, ArrayObject):
        for inner in value:
            if not isinstance(inner, IndirectObject):
                yield from _strings_in(inner, depth + 1)


def _decoded(token: bytes) -> str:
    """A string as operators write it: literal or hexadecimal, in UTF-16 or in the document's encoding."""
    if token.startswith(b"<"):
        digits = b"".join(token[1:-1].split())
        octets = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        octets = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8) & 255]), token[1:-1])
        octets = re.sub(rb"\\(.)", rb"\1", octets)
    return octets.decode("utf-16", "replace") if octets[:2] == b"\xfe\xff" else octets.decode("latin-1")
