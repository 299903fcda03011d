"""Office files without what tells who made them: the parts that are known, each written anew.

A file is an archive of parts. Those that show something are written again, those that only tell of people and places
are left out, and a file that has any other has no clean copy.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Mapping
from urllib.parse import unquote
from zipfile import ZipFile, ZipInfo

from mailer.files.budget import Budget
from mailer.privacy.office_names import PUBLIC
from mailer.privacy.office_xml import Rewriter
from mailer.privacy.pictures import clean_picture
from mailer.privacy.traces import traces_of
from tickets.errors import Unclean
from tickets.post import CleanFile

LARGEST_UNPACKED = 40_000_000
MOST_ENTRIES = 500
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, for a ZIP file
CONTENT_TYPES = "[Content_Types].xml"
MANIFEST = "META-INF/manifest.xml"
MIMETYPE = re.compile(rb"application/vnd\.oasis\.opendocument\.[a-z]{4,20}(?:-template|-master)?")

OFFICE_PARTS = re.compile(
    r"word/(?:document|styles|settings|fontTable|numbering|footnotes|endnotes|comments|commentsExtended|header|footer)"
    r"\d{0,4}\.xml"
    r"|xl/(?:(?:workbook|styles|sharedStrings|metadata|comments)\d{0,4}|(?:worksheets|chartsheets|tables|comments)/\w{1,40}"
    r"|ctrlProps/ctrlProp\d{1,4})\.xml"
    r"|ppt/(?:presentation|presProps|tableStyles|commentAuthors|authors"
    r"|(?:slides|notesSlides|slideLayouts|slideMasters|notesMasters|handoutMasters|comments)/\w{1,80})\.xml"
    r"|(?:word|xl|ppt)/(?:theme|charts|diagrams|drawings)/[A-Za-z]{1,30}\d{0,4}\.(?:xml|vml)",
    re.IGNORECASE,
)
OFFICE_PICTURES = re.compile(r"(?:word|xl|ppt)/media/[\w.-]+")
OFFICE_DROPPED = re.compile(  # what tells of people, machines and other files, and what is shown otherwise too
    r".*/|(?:docProps|docMetadata|customXml|customUI|_xmlsignatures|\[trash\]|package/services)/.*"
    r"|word/(?:people|webSettings|stylesWithEffects|commentsIds|commentsExtensible|intelligence\d?|tasks)\.xml"
    r"|word/(?:glossary|fonts|documenttasks)/.*|(?:word|xl|ppt)/printerSettings/.*|(?:word|ppt)/fonts/.*"
    r"|xl/(?:calcChain|connections)\.xml|xl/customProperty\d*\.bin"
    r"|xl/(?:persons|threadedComments|externalLinks|queryTables|pivotTables|pivotCache|revisions)/.*"
    r"|ppt/(?:viewProps|revisionInfo)\.xml|ppt/(?:tags|changesInfos)/.*"
    r"|(?:word|xl|ppt)/media/[\w.-]+\.(?:svg|wdp)",
    re.IGNORECASE,
)
OPEN_PARTS = re.compile(r"(?:Object \d{1,4}/)?(?:content|styles|settings)\.xml")
OPEN_PICTURES = re.compile(r"(?:Object \d{1,4}/)?(?:Pictures|media)/[\w.-]+")
OPEN_DROPPED = re.compile(
    r".*/|(?:Object \d{1,4}/)?(?:meta\.xml|manifest\.rdf|layout-cache)"
    r"|(?:Thumbnails|Configurations2|ObjectReplacements)/.*|META-INF/(?:document|macro|package)signatures\.xml"
)
WORD_SETTINGS = re.compile(r"word/settings\d{0,4}\.xml", re.IGNORECASE)
PLAIN_SETTINGS = frozenset({  # of a Word file: how it looks, and nothing of who works with it
    "zoom", "view", "removePersonalInformation", "removeDateAndTime", "mirrorMargins", "alignBordersAndEdges",
    "bordersDoNotSurroundHeader", "bordersDoNotSurroundFooter", "gutterAtTop", "trackRevisions", "documentProtection",
    "autoFormatOverride", "defaultTabStop", "autoHyphenation", "consecutiveHyphenLimit", "hyphenationZone",
    "doNotHyphenateCaps", "evenAndOddHeaders", "bookFoldPrinting", "bookFoldRevPrinting", "bookFoldPrintingSheets",
    "drawingGridHorizontalSpacing", "drawingGridVerticalSpacing", "displayHorizontalDrawingGridEvery",
    "displayVerticalDrawingGridEvery", "characterSpacingControl", "footnotePr", "endnotePr", "compat", "mathPr",
    "themeFontLang", "clrSchemeMapping", "shapeDefaults", "hdrShapeDefaults", "decimalSymbol", "listSeparator",
    "displayBackgroundShape", "noLineBreaksAfter", "noLineBreaksBefore", "savePreviewPicture", "updateFields",
    "defaultTableStyle", "stylePaneFormatFilter", "revisionView", "formsDesign", "embedSystemFonts",
})  # fmt: skip
NUMBERS = frozenset({"boolean", "short", "int", "long"})  # types of settings that name nothing


def clean_document(octets: bytes, budget: Budget) -> CleanFile:
    """An Office or OpenDocument file without what tells who made it. Raises Unclean, or Unreadable if too dear."""
    entries = _unpack(octets)
    if "mimetype" in entries:
        return _Open(entries, budget).clean()
    if CONTENT_TYPES in entries:
        return _Office(entries, budget).clean()
    raise Unclean("is no document")


class _Package:
    """The parts of a file, which of them are written anew, and all that they say."""

    parts = pictures = dropped = re.compile("")

    def __init__(self, entries: Mapping[str, bytes], budget: Budget) -> None:
        self.entries, self.budget = entries, budget
        self.kept = {name for name in entries if self.parts.fullmatch(name) and not self.dropped.fullmatch(name)}
        self.shown = {name for name in entries if self.pictures.fullmatch(name) and not self.dropped.fullmatch(name)}
        self.written: dict[str, bytes] = {}
        self.words: list[str] = []
        self.traces: list[str] = []

    def clean(self) -> CleanFile:
        """The file without what may tell of people; raises Unclean for a part that is not known."""
        if any(not self.is_known(name) for name in self.entries):
            raise Unclean("holds more than text")
        for name in sorted(self.shown):
            picture = clean_picture(self.entries[name])
            if picture is None:
                raise Unclean("holds a picture of an unusual kind")
            self.written[name] = picture
            self.traces.append(traces_of(picture))
        self.write()
        words, traces = "\n".join([*self.written, *self.words]), "\n".join([*self.written, *self.traces])
        return CleanFile(_pack(self.written), words, has_pictures=bool(self.shown), traces=traces)

    def is_known(self, name: str) -> bool:
        """Whether a part is known, be it kept or dropped; another makes the file unclean."""
        return name in self.kept or name in self.shown or self.dropped.fullmatch(name) is not None

    def write(self) -> None:
        """Write all parts that are kept."""
        raise NotImplementedError

    def rewrite(self, name: str, rewriter: Rewriter) -> None:
        """Write one part again, and gather its words and traces."""
        self.written[name] = rewriter.rewrite(self.entries[name])
        self.words.append(rewriter.told())
        self.traces.append(rewriter.traces())


# -- Office Open XML -------------------------------------------------------------------


class _Office(_Package):
    """A file of parts that relate to each other (ECMA-376 part 2)."""

    parts, pictures, dropped = OFFICE_PARTS, OFFICE_PICTURES, OFFICE_DROPPED

    def is_known(self, name: str) -> bool:
        """Whether a part is known, those included that hold a package together."""
        return name == CONTENT_TYPES or name.endswith(".rels") or super().is_known(name)

    def write(self) -> None:
        """Write the parts that are kept, with the lists of parts and relations that name no other."""
        present = frozenset(one.lower() for one in (*self.kept, *self.shown))
        self.rewrite(CONTENT_TYPES, ContentTypes(self.budget, present))
        for name in ("", *sorted(self.kept)):
            folder, _, own = name.rpartition("/")
            relations = Relations(self.budget, folder, present)
            if (told := posixpath.join(folder, "_rels", f"{own}.rels")) in self.entries:
                self.rewrite(told, relations)
            if name:
                kind = WordSettings if WORD_SETTINGS.fullmatch(name) else Rewriter
                self.rewrite(name, kind(self.budget, frozenset(relations.gone)))


class ContentTypes(Rewriter):
    """Which parts there are, and of what type (ECMA-376 part 2, 7.2.3)."""

    judged = frozenset({"Override"})

    def __init__(self, budget: Budget, present: Collection[str]) -> None:
        super().__init__(budget)
        self._present = present

    def is_kept(self, local: str, attributes: dict[str, str]) -> bool:
        """Whether an entry is about a part that is kept."""
        return attributes.get("PartName", "").removeprefix("/").lower() in self._present


class Relations(Rewriter):
    """What a part relates to (ECMA-376 part 2, 6.5): parts that are kept, and pages that are open to everybody."""

    judged = frozenset({"Relationship"})

    def __init__(self, budget: Budget, folder: str, present: Collection[str]) -> None:
        super().__init__(budget)
        self._folder, self._present = folder, present
        self.gone: set[str] = set()

    def is_kept(self, local: str, attributes: dict[str, str]) -> bool:
        """Whether a relation leads to a kept part or to a public address."""
        is_link = attributes.get("Type", "").endswith("/hyperlink")
        target = attributes.get("Target", "")
        if attributes.get("TargetMode", "").lower() == "external":
            is_kept = is_link and PUBLIC.match(target) is not None
        else:
            is_kept = self._place_of(target) in self._present or (is_link and target.startswith("#"))
        if not is_kept and attributes.get("Id"):
            self.gone.add(attributes["Id"])
        return is_kept

    def _place_of(self, target: str) -> str:
        path = unquote(target.partition("#")[0])
        return posixpath.normpath(posixpath.join("/", self._folder, path)).lstrip("/").lower()


class WordSettings(Rewriter):
    """Keeps of a document's settings only those that tell nothing about people."""

    tops = PLAIN_SETTINGS


# -- OpenDocument ----------------------------------------------------------------------


class _Open(_Package):
    """A file of parts that a manifest lists (OpenDocument 1.3 part 2)."""

    parts, pictures, dropped = OPEN_PARTS, OPEN_PICTURES, OPEN_DROPPED

    def is_known(self, name: str) -> bool:
        """Whether a part is known, the manifest included (OpenDocument 1.3 part 2)."""
        return name in ("mimetype", MANIFEST) or super().is_known(name)

    def write(self) -> None:
        """Write the parts that are kept, the media type first; raises Unclean if that is no document's."""
        if not MIMETYPE.fullmatch(self.entries["mimetype"].strip()):
            raise Unclean("is no document")
        self.written["mimetype"] = self.entries["mimetype"].strip()
        for name in sorted(self.kept):
            self.rewrite(name, OpenSettings(self.budget) if name.endswith("settings.xml") else Rewriter(self.budget))
        if MANIFEST in self.entries:
            self.rewrite(MANIFEST, Manifest(self.budget, self.kept | self.shown))


class OpenSettings(Rewriter):
    """Settings of how a file looks, without those of printers, of people and of how it was left."""

    judged = frozenset({"config-item-set", "config-item"})

    def is_kept(self, local: str, attributes: dict[str, str]) -> bool:
        """Whether a setting is a number or switch of the document, and none of its windows."""
        name = attributes.get("name", "").lower()
        if local == "config-item-set":
            return not name.endswith("view-settings")
        return attributes.get("type") in NUMBERS and "rsid" not in name


class Manifest(Rewriter):
    """Which parts there are (OpenDocument 1.3 part 2, 4)."""

    judged = frozenset({"file-entry"})

    def __init__(self, budget: Budget, present: Collection[str]) -> None:
        super().__init__(budget)
        self._present = present

    def is_kept(self, local: str, attributes: dict[str, str]) -> bool:
        """Whether an entry is about a file or folder that is kept."""
        path = attributes.get("full-path", "")
        is_folder = path.endswith("/") and any(name.startswith(path) for name in self._present)
        return path == "/" or is_folder or path in self._present


# -- archives --------------------------------------------------------------------------


def _unpack(octets: bytes) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    left = LARGEST_UNPACKED
    with ZipFile(io.BytesIO(octets)) as archive:
        infos = archive.infolist()
        if len(infos) > MOST_ENTRIES or len({info.filename.lower() for info in infos}) < len(infos):
            raise Unclean("has too many parts")
        for info in infos:
            with archive.open(info) as opened:
                content = opened.read(left + 1)
            left -= len(content)
            if left < 0:
                raise Unclean("is too large when unpacked")
            entries[info.filename] = content
    return entries


def _pack(entries: Mapping[str, bytes]) -> bytes:
    """The entries as a ZIP file that tells no times, systems or remarks."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(entries, key=lambda name: name not in ("mimetype", CONTENT_TYPES)):
            info = ZipInfo(name, BEGINNING)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, entries[name])
    return packed.getvalue()
