"""What is in a message's body: the text its author wrote, and the files that came along."""

import re
import unicodedata
from dataclasses import dataclass
from email.message import Message

from mailer.fields import clean_text, decode_charset
from mailer.leadins import MARK
from mailer.plaintext import html_to_text, mark_as_html
from tickets.parts import Leaf, leaves_of, octets_of
from tickets.post import File

LONGEST_TEXT = 2_000_000  # characters that are read of a body
LONGEST_NAME = 120
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
KNOWN_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")


@dataclass(frozen=True)
class Body:
    text: str
    files: tuple[File, ...]
    defects: tuple[str, ...]


def read_body(message: Message) -> Body:
    """The text and the files of a message; text parts are preferred to HTML where they say something."""
    leaves, defects = leaves_of(message)
    texts = [leaf for leaf in leaves if _is_text(leaf.part)]
    plain = {leaf.index: _read_text(leaf.part) for leaf in texts if leaf.part.get_content_type() == "text/plain"}
    spoken_for = {
        leaf.alternative for leaf in texts if leaf.alternative is not None and plain.get(leaf.index, "").strip()
    }
    unread: dict[int | None, Leaf] = {
        leaf.alternative: leaf
        for leaf in texts
        if leaf.index not in plain and leaf.alternative is not None and leaf.alternative in spoken_for
    }
    read: list[str] = []
    for leaf in texts:
        if leaf.index in plain:
            html = unread.get(leaf.alternative)
            read.append(mark_as_html(plain[leaf.index], _read_text(html.part)) if html else plain[leaf.index])
        elif leaf.alternative not in spoken_for:
            read.append(html_to_text(_read_text(leaf.part)))
    files = tuple(_describe(leaf) for leaf in leaves if not _is_text(leaf.part))
    text = "\n\n".join(one.strip("\n") for one in read if one.strip())
    return Body(text[:LONGEST_TEXT], files, tuple(defects))


def _is_text(part: Message) -> bool:
    is_file = part.get_content_disposition() == "attachment" or bool(_given_name(part))
    return part.get_content_type() in ("text/plain", "text/html") and not is_file


def _read_text(part: Message) -> str:
    text = decode_charset(octets_of(part)[: LONGEST_TEXT * 4], part.get_content_charset())
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace(MARK, "")
    if part.get_content_type() == "text/plain" and str(part.get_param("format", "")).lower() == "flowed":
        text = _unflow(text, deletes_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text[:LONGEST_TEXT]


def _unflow(text: str, *, deletes_space: bool) -> str:
    """Join the lines that a space at their end declares to go on (RFC 3676 4)."""
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        flows = line.endswith(" ") and line != "-- " and not line.startswith(">")
        line = line[1:] if line.startswith(" ") else line
        if goes_on and not line.startswith(">"):
            lines[-1] += line
        else:
            lines.append(line)
        if flows and deletes_space:
            lines[-1] = lines[-1][:-1]
        goes_on = flows
    return "\n".join(lines)


def _describe(leaf: Leaf) -> File:
    kind = leaf.part.get_content_type().lower()
    kind = kind if KNOWN_TYPE.fullmatch(kind) else "application/octet-stream"
    fallback = f"del-{leaf.index}" if kind != "message/rfc822" else f"besked-{leaf.index}.eml"
    return File(leaf.index, safe_name(_given_name(leaf.part)) or fallback, kind, len(octets_of(leaf.part)))


def _given_name(part: Message) -> str:
    try:
        return clean_text(part.get_filename() or "")
    except (UnicodeError, LookupError, ValueError, TypeError):
        return ""


def safe_name(name: str) -> str:
    """A file name without path, controls or marks that turn the writing round; its ending kept when cut."""
    name = unicodedata.normalize("NFC", UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2])).strip(" ._")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: LONGEST_NAME - 12]}{dot}{ending[:10]}" if dot else name[:LONGEST_NAME]
