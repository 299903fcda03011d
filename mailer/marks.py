"""Marks: what a mail program noted of a message that its owner had deleted, not finished, or put with the spam.

Programs go on keeping such messages in the same file or folder as the others, and note it in a field, in the file's
name or by the folder. A spam filter's own word (X-Spam-Flag) is no mark: nobody put the message anywhere.
"""

import re
from contextlib import suppress
from email.message import Message
from enum import StrEnum
from pathlib import Path

from imapclient import imap_utf7

from mailer.fields import decode_octets, decode_words, raw_fields


class Mark(StrEnum):
    """Why a message is no part of a list's history, as the report tells it."""

    DELETED = "was deleted"
    DRAFT = "is a draft"
    SPAM = "was put with the spam"


FOLDERS = {
    Mark.DELETED: {
        "trash", "bin", "deleted", "deleted items", "deleted messages", "wastebasket", "papirkurv", "slettet",
        "slettet post", "slettede elementer", "slettede meddelelser", "skraldespand", "affald",
    },
    Mark.DRAFT: {
        "draft", "drafts", "outbox", "unsent messages", "postponed", "templates", "kladde", "kladder", "udkast",
        "udbakke", "skabeloner",
    },
    Mark.SPAM: {
        "spam", "junk", "junk mail", "junk e-mail", "junk email", "uønsket", "uønsket mail", "uønsket e-mail",
        "uønsket post",
    },
}  # fmt: skip
KEYWORDS = {
    Mark.DELETED: {"deleted", "$deleted", "\\deleted"},
    Mark.DRAFT: {"draft", "$draft", "\\draft"},
    Mark.SPAM: {"junk", "$junk"},
}
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
OF_MAILDIR = re.compile(r"[:;!]2,([A-Za-z]*)$")
SUFFIXES = (".gz", ".mbox", ".mbx", ".sbd")
LONGEST = 2_000  # characters of a field that are read


# -- in the header section -------------------------------------------------------------


def find_mark(message: Message) -> Mark | None:
    """What the fields of a message say that its owner's program noted; the gravest, if several."""
    found = {
        *_marks_of_mozilla(message), *_marks_of_mbox(message), *_marks_of_evolution(message),
        *_among(KEYWORDS, _words(message, "X-Keywords", r"[\s,]+")),
        *_among(FOLDERS, _words(message, "X-Gmail-Labels", r",")),
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


def _words(message: Message, name: str, between: str) -> set[str]:
    values = [decode_words(decode_octets(value)) for value in _values(message, name)]
    return {word.strip(' "').casefold() for value in values for word in re.split(between, value)}


def _among(known: dict[Mark, set[str]], words: set[str]) -> set[Mark]:
    return {mark for mark, names in known.items() if names & words}


# -- in names --------------------------------------------------------------------------


def mark_of_file(name: str) -> Mark | None:
    """What the name of a message's own file says: flags of a Maildir, or the comma of MH before what was deleted."""
    found = OF_MAILDIR.search(name)
    flags = found.group(1) if found else ""
    if "T" in flags or re.fullmatch(r"[,#][0-9]+", name):
        return Mark.DELETED
    return Mark.DRAFT if "D" in flags else None


def mark_of_folder(path: Path) -> Mark | None:
    """What the name of a folder, or of the file of one, says: trash, drafts or spam, in English or Danish."""
    names = [path.name, path.parent.name] if path.stem == "mbox" else [path.name]
    return _gravest(_among(FOLDERS, {_plain(name) for name in names}))


def _plain(name: str) -> str:
    """A folder's own name: "Slettet post" of ".INBOX.Slettet post", "Trash" of "Trash.mbox"."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    with suppress(UnicodeError):
        name = imap_utf7.decode(name.encode("ascii"))  # RFC 3501 5.1.3
    return name.rpartition(".")[2].rpartition("/")[2].strip().casefold()
