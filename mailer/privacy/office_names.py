"""Names in office files: which elements and attributes tell who wrote, where it lies, and on which machine.

They are local names, for a namespace has more than one name, too (ECMA-376 part 1 and part 4, OpenDocument 1.3 part 3).
"""

import re

KNOWN_NAMESPACES = (
    "http://schemas.openxmlformats.org/", "http://schemas.microsoft.com/", "http://purl.oclc.org/ooxml/",
    "http://www.w3.org/", "urn:schemas-microsoft-com:", "urn:oasis:names:tc:opendocument:", "http://purl.org/dc/",
    "urn:org:documentfoundation:names:", "http://openoffice.org/", "http://docs.oasis-open.org/ns/office/",
)  # fmt: skip

# -- elements

REMOVED = frozenset({
    # Word: where it was made, of what, for whom, in how many sittings
    "docVars", "attachedTemplate", "mailMerge", "rsids", "docId", "fldData", "saveThroughXslt", "attachedSchema",
    "smartTagType", "schemaLibrary", "writeProtection", "binData", "binary-data",
    # Excel
    "absPath", "fileSharing", "revisionPtr", "customWorkbookViews", "customSheetViews", "webPublishing",
    "webPublishItems", "webPublishObjects", "fileRecoveryPr", "dataConsolidate", "customProperties", "oleSize",
    # PowerPoint
    "custDataLst", "revLst",
    # OpenDocument
    "scripts", "event-listeners", "dde-connection-decls", "database-source-sql", "database-source-table",
    "database-source-query", "table-source", "connection-resource",
})  # fmt: skip
EMPTIED = frozenset({  # they stay, without the text in them, as all that begin with `sender-` do
    "author", "creator", "initial-creator", "lastModifiedBy", "printed-by", "author-name", "author-initials",
    "creator-initials", "file-name", "template-name", "database-name",
})  # fmt: skip
CONTAINERS = frozenset({  # they may not be empty
    "pivotCaches", "externalReferences", "AlternateContent", "Choice", "extLst", "embeddedFontLst", "embeddedFont",
    "custShowLst",
})  # fmt: skip
BREAKS = frozenset({  # the words of one are no part of the words of the next
    "p", "h", "br", "tab", "line-break", "si", "is", "row", "tr", "tc", "c", "v", "f", "table-cell", "instrText",
    "definedName", "text-box",
})  # fmt: skip
POINTERS = frozenset({"hyperlink", "pageSetup", "blip", "imagedata"})  # they stay where they point to nothing

# -- attributes

REMOVED_ATTRIBUTES = frozenset({
    "uid", "gfxdata", "ed", "securityDescriptor", "user", "docId", "documentId", "uidLastSave", "connectionId",
    "queryTableFieldId", "tableType", "sourceFile", "destinationFile", "database-name", "datasource", "data-source",
    "command", "personId",
})  # fmt: skip
EMPTIED_ATTRIBUTES = frozenset({
    "author", "initials", "userId", "providerId", "lastModifiedBy", "userName", "refreshedBy", "creator", "saved-by",
    "author-name", "author-initials",
})  # fmt: skip
EMPTIED_OF = frozenset({  # what other elements need under the same name
    ("cmAuthor", "name"), ("author", "name"), ("person", "displayName"), ("author", "displayName"),
    ("cmAuthor", "displayName"), ("scenario", "comment"),
    # What a municipality's own design is called
    ("theme", "name"), ("clrScheme", "name"), ("fontScheme", "name"), ("fmtScheme", "name"),
})  # fmt: skip
ALWAYS_LOCAL = frozenset({"PartName", "Target", "full-path", "formatCode"})  # they look like places, and are none

# -- what is said

PATH = re.compile(  # of a disk, of a server in the house, of somebody's folder
    r"(?:^|[\s\"'(=;,\[])(?:(?:file|smb|nfs|afp):|[A-Za-z]:[\\/]|\\{2,4}[\w.$-]{1,80}[\\/]|//[\w.-]{1,80}/"
    r"|%\w{1,30}%[\\/]|/(?:Users|home|Volumes)/)",
    re.IGNORECASE,
)
NAMING = (
    r"(?:author|manager|company|savedby|user|owner|editor"
    r"|bruger|sagsbehandler|medarbejder|forfatter|afsender|initial)"
)
NAMING_FIELD = re.compile(  # ECMA-376 17.16.5, and what they are called in Danish
    r"\s*(?:(?:AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS|USERADDRESS|FILENAME|TEMPLATE|FORFATTER|SENESTGEMTAF|BRUGERNAVN"
    r"|BRUGERINITIALER|BRUGERADRESSE|FILNAVN|SKABELON)\b"
    rf"|(?:DOCPROPERTY|INFO)\s+\"?(?:\w{{0,40}}{NAMING}|FileName|Directory|Template))",
    re.IGNORECASE,
)
NAMING_PROPERTY = re.compile(rf"creator|{NAMING}", re.IGNORECASE)
WITHIN = re.compile(r"(?:#|\./|(?:Object|Pictures|media|ObjectReplacements)\b)[^:\\]*")  # the file itself
PUBLIC = re.compile(
    r"(?:mailto:|tel:|(?:https?|ftp)://[^\s/?#\\]{1,200}\.(?!(?:local|lan|intra|intranet|internal|corp|home)\b)[a-z-]{2,24}"
    r"(?::\d{1,5})?(?:[/?#]|$))",
    re.IGNORECASE,
)


def is_elsewhere(target: str) -> bool:
    """Whether a link leads out of its file to a place that is not open to everybody."""
    return bool(target) and not WITHIN.fullmatch(target) and not PUBLIC.match(target)
