"""Marks: what a mail program noted of a message that its owner had deleted, not finished, or put with the spam.

Programs go on keeping such messages in the same file or folder as the others, and note it in a field, in the file's
name or by the folder. A spam filter's own word (X-Spam-Flag) is no mark: nobody put the message anywhere.
"""

import re
import unicodedata
from collections.abc import Container
from contextlib import suppress
from email.message import Message
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

from imapclient import imap_utf7

from mailer.reading.fields import decode_octets, decode_words, raw_fields


class Mark(StrEnum):
    """Why a message is no part of a list's history, as the report tells it."""

    DELETED = "was deleted"
    DRAFT = "is a draft"
    SPAM = "was put with the spam"


# Each name as `_folded` has it, without the words of SAYS_MAIL.
FOLDERS = {
    Mark.DELETED: {
        "trash", "trash can", "trash bin", "bin", "recycle bin", "recycled", "rubbish", "rubbish bin", "garbage",
        "wastebasket", "deleted", "soft deleted", "expunged", "recoverable", "recoverable deletions",
        "recoverable purges", "deletions", "purges", "papirkurv", "papirkurven", "slettet", "slettede",
        "skraldespand", "skraldespanden",
        "affald", "papierkorb", "geloscht", "geloschte", "papperskorg", "papperskorgen", "borttaget", "borttagna",
        "soppel", "soppelkasse",
    },
    Mark.DRAFT: {
        "draft", "drafts", "outbox", "unsent", "postponed", "template", "templates", "kladde", "kladder", "kladdene",
        "udkast", "udbakke", "skabelon", "skabeloner", "entwurf", "entwurfe", "utkast", "utkorg", "usendt", "usendte",
    },
    Mark.SPAM: {
        "spam", "junk", "bulk", "uonsket", "uonskede", "skrap", "skrappost", "soppelpost", "unerwunscht", "quarantine",
        "karantane", "karantene", "karantan", "quarantane",
    },
}  # fmt: skip
ON_DISKS = {"bin", "template", "templates", "skabelon", "skabeloner", "outbox", "affald"}  # of folders of other things
SAYS_MAIL = {
    "mail", "mails", "e", "email", "emails", "epost", "post", "message", "messages", "msgs", "item", "items",
    "element", "elementer", "elemente", "objekte", "objekt", "poster", "meddelelse", "meddelelser", "besked",
    "beskeder", "folder", "mappe", "inbox", "indbakke", "gmail", "google", "my", "mine",
}  # fmt: skip
JOINED = re.compile(
    r"(junk|spam|uonskede?|bulk|trash|drafts?|kladder?|slettede?|slettet|deleted|quarantine|karantane)"
    r"(?:e?mails?|e?post|box|can|bin|items?|messages?|elementer|meddelelser|folder|mapper?)"
)
IN_CAMELS = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")  # where "DeletedItems" is two words
KEYWORDS = {
    Mark.DELETED: {"deleted", "$deleted", "\\deleted"},
    Mark.DRAFT: {"draft", "$draft", "\\draft"},
    Mark.SPAM: {"junk", "$junk", "\\junk", "$spam"},
}
KEYWORD_FIELDS = re.compile(r"(?i)x-(?:keywords|mozilla-keys|(?:imap-?|message-)?flags)")
FLAG_FIELDS = re.compile(r"(?i)keywords|(?:imap-?)?flags")  # in which authors write words of their own, too
LABEL_FIELDS = re.compile(r"(?i)x-(?!spam|original)(?:[a-z]+-){0,2}(?:folder|mailbox|labels?)(?:-name|-path)?")
# The first is of Mozilla's field for the lower bits, the second for the upper ones (nsMsgMessageFlags).
MOZILLA = (
    ("X-Mozilla-Status", {Mark.DELETED: 0x0008, Mark.DRAFT: 0x0800}),  # expunged; queued, and never sent
    ("X-Mozilla-Status2", {Mark.DELETED: 0x0020_0000, Mark.DRAFT: 0x0100_0000}),  # deleted on the server; a template
)
EVOLUTION = {Mark.DELETED: 0x02, Mark.DRAFT: 0x04, Mark.SPAM: 0x80}  # CamelMessageFlags
OF_DRAFTS = ("X-Mozilla-Draft-Info", "X-Draft-Info", "X-Draft-From", "X-Apple-Auto-Saved", "X-Unsent")
LETTERS = re.compile(r"[ADFHNOPQRSTUW]{1,14}")  # of mbox: what is no row of flags is somebody's word
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{1,8}")
OF_EVOLUTION = re.compile(r"[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4})")
OF_RMAIL = re.compile(r"[A-Z-]{7,12}")
# A colon is no letter of file names everywhere: programs and servers of files write another sign for it.
OF_MAILDIR = re.compile(r"[:;!]2,([A-Za-z]*)$|^[0-9]{1,20}\.[^/]*[^A-Za-z0-9]2[,_]([A-Za-z]*)$")
OF_MH = re.compile(r"[,#][0-9]{1,10}")
SUFFIXES = (
    ".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".lzo", ".br", ".z",
    ".eml", ".mbox", ".mboxrd", ".mbx", ".imapmbox", ".sbd",
)  # fmt: skip
AS_SUFFIX = re.compile(r"\.[^\W\d_]{1,12}")
SIGNS = re.compile(r"[\W_]+")
PLAIN_LETTERS = str.maketrans({"ø": "o", "æ": "a", "ö": "o", "ä": "a", "å": "a"})
DOUBLED = re.compile("oe|ae|aa")  # as ø, æ and å are written where they are not to be had
LONGEST = 2_000  # characters of a field that are read


# -- in the header section -------------------------------------------------------------


def find_mark(message: Message) -> Mark | None:
    """What the fields of a message say that its owner's program noted; the gravest, if several."""
    found = {
        *_marks_of_mozilla(message), *_marks_of_mbox(message), *_marks_of_evolution(message),
        *_marks_of_keywords(message), *_marks_of_labels(message), *_marks_of_rmail(message),
    }  # fmt: skip
    if _is_draft(message):
        found.add(Mark.DRAFT)
    return _gravest(found)


def _gravest(marks: set[Mark]) -> Mark | None:
    return next((mark for mark in Mark if mark in marks), None)


def _values(message: Message, name: str) -> list[str]:
    return [value[:LONGEST].strip() for value in raw_fields(message, name)]


def _with_bits(bits: dict[Mark, int], flags: int) -> set[Mark]:
    return {mark for mark, bit in bits.items() if flags & bit}


def _marks_of_mozilla(message: Message) -> set[Mark]:
    return {
        mark
        for name, bits in MOZILLA
        for value in _values(message, name)
        if HEXADECIMAL.fullmatch(value)
        for mark in _with_bits(bits, int(value, 16))
    }


def _marks_of_evolution(message: Message) -> set[Mark]:
    found = [OF_EVOLUTION.match(value) for value in _values(message, "X-Evolution")]
    return {mark for one in found if one for mark in _with_bits(EVOLUTION, int(one.group(1), 16))}


def _marks_of_mbox(message: Message) -> set[Mark]:
    """The flags of mutt, pine and dovecot: D for deleted, T for a draft."""
    rows = [*_values(message, "Status"), *_values(message, "X-Status")]
    letters = {letter for row in rows if LETTERS.fullmatch(row) for letter in row}
    return {mark for letter, mark in (("D", Mark.DELETED), ("T", Mark.DRAFT)) if letter in letters}


def _is_draft(message: Message) -> bool:
    """Whether it has a field that programs take out when they send it."""
    if any(value not in ("", "0") for name in OF_DRAFTS for value in _values(message, name)):
        return True
    return any("mail-draft" in value for value in _values(message, "X-Uniform-Type-Identifier"))  # Apple Mail


def _marks_of_keywords(message: Message) -> set[Mark]:
    """Flags among the keywords; where authors write words (Keywords, RFC 5322 3.6.5), only what is a flag's name."""
    words = {word for name in _fields_like(message, KEYWORD_FIELDS) for word in _words(message, name, r"[\s,()]+")}
    said = {word for name in _fields_like(message, FLAG_FIELDS) for word in _words(message, name, r"[\s,()]+")}
    flags = {word for word in said if word[:1] in ("$", "\\")}
    return {mark for mark, names in KEYWORDS.items() if names & (words | flags)}


def _marks_of_labels(message: Message) -> set[Mark]:
    """The folders that a message lay in, as programs note them when they put all into one file."""
    labels = {label for name in _fields_like(message, LABEL_FIELDS) for label in _words(message, name, r",")}
    return {mark for label in labels for mark in _marks_of_name(label.lstrip("\\"))}


def _fields_like(message: Message, names: re.Pattern[str]) -> set[str]:
    return {name.lower() for name in message if names.fullmatch(name)}


def _marks_of_rmail(message: Message) -> set[Mark]:
    rows = [row for row in _values(message, "X-RMAIL-ATTRIBUTES") if OF_RMAIL.fullmatch(row)]
    return {Mark.DELETED for row in rows if "D" in row}


def _words(message: Message, name: str, between: str) -> set[str]:
    values = [decode_words(decode_octets(value)) for value in _values(message, name)]
    return {word.strip(' "').casefold() for value in values for word in re.split(between, value)}


# -- in names --------------------------------------------------------------------------


def mark_of_file(name: str) -> Mark | None:
    """What the name of a message's own file says: flags of a Maildir, the comma of MH, or a suffix (.eml.deleted)."""
    name = _without_suffixes(unquote(name))
    suffix = Path(name).suffix
    if AS_SUFFIX.fullmatch(suffix) and (found_by_suffix := _marks_of_name(suffix[1:], ON_DISKS)):
        return _gravest(found_by_suffix)
    found = OF_MAILDIR.search(name)
    flags = (found[1] or found[2] or "") if found else ""
    if "T" in flags or OF_MH.fullmatch(name):
        return Mark.DELETED
    return Mark.DRAFT if "D" in flags else None


def mark_of_folder(path: Path) -> Mark | None:
    """What the name of a folder, of the file of one, or of a folder around it says: trash, drafts or spam."""
    own = path.parent if path.stem == "mbox" else path
    found = set(_marks_of_name(own.name))
    for folder in own.parents:
        is_mail = folder.name.startswith(".") or folder.suffix.casefold() in SUFFIXES
        found |= _marks_of_name(folder.name, set() if is_mail else ON_DISKS)
    return _gravest(found)


def _marks_of_name(name: str, besides: Container[str] = ()) -> set[Mark]:
    """What a folder's name says, or that of one that it lies in: INBOX.Trash.2024, [Gmail]/Papirkurv."""
    with suppress(UnicodeError):
        name = imap_utf7.decode(name.encode("ascii"))  # RFC 3501 5.1.3
    name = _without_suffixes(unquote(name))
    parts = (name, *re.split(r"[./\\]", name))
    names = {_folded(one) for part in parts for one in (part, IN_CAMELS.sub(" ", part))}
    return {mark for mark, known in FOLDERS.items() for one in names & known if one not in besides}


def _without_suffixes(name: str) -> str:
    while (suffix := Path(name).suffix.casefold()) in SUFFIXES:
        name = name[: -len(suffix)]
    return name


def _folded(name: str) -> str:
    """A name without case, accents, signs, numbers and what only says that it is of mail: "Slettede e-mails (2)"."""
    plain = unicodedata.normalize("NFC", name).casefold().translate(PLAIN_LETTERS)
    plain = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    words = SIGNS.sub(" ", DOUBLED.sub(lambda found: found[0][0], plain)).split()
    said = [JOINED.sub(r"\1", word) for word in words if word not in SAYS_MAIL and not word.isdecimal()]
    return " ".join(said)
