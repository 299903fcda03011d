"""Own letters: what a portal wrote, known again where somebody attaches it: it stands for its ticket, and is not shown.

It may say what not everybody may read, and holds the addresses that were made for its reader.
"""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from io import BytesIO

from olefile import OleFileIO

from mailer.mime.header_section import header_of
from mailer.mime.mailfiles import begins_as_message, split_mailbox
from mailer.mime.parts import parse
from tickets.post import OwnLetter
from tickets.thread_ids import is_own_id

ID = re.compile(r"<\s*([^<>\s@]{1,64})@([^<>\s@]{1,255})\s*>")
REFERENCE = re.compile(r"([a-z]{1,8}-[0-9]{1,9})\.ticket")
FIELDS = ("Message-ID", "In-Reply-To", "References")
STREAMS = {"1035": "Message-ID", "1042": "In-Reply-To", "1039": "References"}  # of an item of Outlook ([MS-OXPROPS])
OUTLOOKS = "__substg1.0_"
OLE = b"\xd0\xcf\x11\xe0"
MOST_TEXT = 20_000


def recognise(message: Message) -> OwnLetter | None:
    """The letter of a portal about a ticket that a message is, by the shape of its ids; None if it is none."""
    return _recognise({name: str(message.get(name, ""))[:MOST_TEXT] for name in FIELDS})


def recognise_file(octets: bytes) -> OwnLetter | None:
    """The letter of a portal that a file is, as a message or an item of Outlook; None if it is none."""
    if octets.startswith(OLE):
        return _recognise(_ids_of_item(octets))
    if not begins_as_message(octets):
        return None
    first = split_mailbox(octets)[0][1]
    return recognise(parse(header_of(first)))


def _recognise(ids: dict[str, str]) -> OwnLetter | None:
    own = next(_pairs([ids.get("Message-ID", "")]), None)
    if own is None or not is_own_id("@".join(own), own[1]):
        return None
    for local, domain in _pairs(ids.values()):
        if domain == own[1] and (found := REFERENCE.fullmatch(local)):
            return OwnLetter(found.group(1).upper(), domain)
    return None


def _pairs(fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The ids in these fields, each as its two halves."""
    for field in fields:
        yield from ((found[1], found[2]) for found in ID.finditer(field.lower()))


def _ids_of_item(octets: bytes) -> dict[str, str]:
    """The ids in an item of Outlook, by the name of their field; none if it cannot be read."""
    found: dict[str, str] = {}
    try:
        with OleFileIO(BytesIO(octets)) as item:
            for path in item.listdir():
                name = path[-1].removeprefix(OUTLOOKS)
                if len(path) == 1 and name[:4] in STREAMS:
                    kind = "utf-16-le" if name.endswith("1F") else "latin-1"
                    found[STREAMS[name[:4]]] = item.openstream(path).read(MOST_TEXT).decode(kind, "replace")
    except (OSError, ValueError, LookupError):
        return {}
    return found
