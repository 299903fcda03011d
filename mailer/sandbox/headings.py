"""Headings: what stands at the top of a message that could not be read: who seems to have written it, and what is kept.

Only the header section is read, and no more of it than costs little.
"""

from datetime import datetime

from mailer.privacy.redaction import list_fields
from mailer.reading.mailboxes import find_authors
from mailer.sandbox.message import Reading, read_message
from templates.language import load_language
from tickets.mime.parts import header_size, parse
from tickets.portal import Portal

LONGEST = 65_536  # octets
KEPT = {"to", "cc", "date", "subject", "message-id", "received"}  # not From: nobody wrote what stands for it


def read_heading(octets: bytes, received_at: datetime) -> Reading:
    """What the header section says of a message; its body is taken for empty."""
    return read_message(_heading(octets), received_at)


def read_author(octets: bytes) -> str:
    """The address of the one author whom the header section names; empty if it names none, or several."""
    authors = find_authors(parse(_heading(octets))).mailboxes
    return authors[0].email if len(authors) == 1 else ""


def make_mark(octets: bytes, author: str, portal: Portal) -> bytes:
    """What takes the place of a message that nobody could read, once that is too old: a note of what was there.

    It names no author, so that nothing can be filed of it.
    """
    words = load_language(portal.language, portal.timezone)
    note = words.render("mail/gone.txt", author=author, size=len(octets))
    lines = [
        *list_fields(_heading(octets), KEPT), "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit", "", *note.strip("\n").split("\n"), "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _heading(octets: bytes) -> bytes:
    return octets[: min(header_size(octets), LONGEST)] + b"\r\n\r\n"
