"""Numbers in fields: where civil registration numbers stand in the header section of a message, or of a part of it.

In what people fill in they are looked for as in any text. What programs write is full of digits: there a number counts
if it stands for itself, is called one, or is known from the text. In an address it may be bare.
"""

import re
from collections.abc import Collection, Iterator
from email.message import Message

from mailer.mime.parts import MOST_PARTS
from mailer.reading.fields import clean_text
from tickets.numbers.columns import NAME, Extent
from tickets.numbers.cpr import MASK, find_cpr, find_in_addresses, mask_cpr, merged

FILLED_IN = {  # by people, and kept with a message though nobody is shown them
    "subject", "from", "to", "cc", "bcc", "reply-to", "sender", "thread-topic", "keywords", "comments",
    "organization", "content-description", "resent-from", "resent-to", "resent-cc", "resent-sender",
}  # fmt: skip
SHOWN = {"subject", "from"}  # of the message itself: looked at by its reader
IDS = {"message-id", "in-reply-to", "references", "resent-message-id", "content-id", "x-original-message-id"}
NAMES_FILE = {"content-type", "content-disposition"}  # which the files are asked about
ALONE_BEFORE = re.compile(r"(?:^|[\s\"'<>(\[,:;=@])\Z")
CALLED = re.compile(rf"{NAME}[^\w\n]{{0,3}}\Z")
LONGEST_WORD = 30  # characters
ALONE_BEHIND = re.compile(r"[\s\"'<>)\],:;@.!?]|$")


def find_in_field(name: str, value: str, known: Collection[str] = frozenset()) -> list[Extent]:
    """Where numbers stand in the text of a field."""
    lower = name.lower()
    called = f"{name}: "
    places = [
        Extent(max(0, place.start - len(called)), place.end - len(called))
        for place in find_cpr(called + value, known)
        if place.end > len(called)
    ]
    if lower not in FILLED_IN:
        is_called = "cpr" in lower
        places = [one for one in places if is_called or _stands_out(value, one) or _is_known(value, one, known)]
    return merged([*places, *find_in_addresses(value, has_check_digit=lower in IDS)])


def mask_field(name: str, value: str, known: Collection[str] = frozenset()) -> str:
    """The text of a field with a row of dots for each number."""
    for place in reversed(find_in_field(name, value, known)):
        value = f"{value[: place.start]}{MASK}{value[place.end :]}"
    return value


def fields_with_numbers(message: Message, known: Collection[str] = frozenset()) -> Iterator[str]:
    """The names of the fields in which numbers stand, of the message and of its parts; each once."""
    named: set[str] = set()
    for part in _parts(message):
        for name, value in part.raw_items():
            is_looked_at = name.lower() in (SHOWN if part is message else NAMES_FILE) or name.lower() in named
            if not is_looked_at and (find_cpr(name) or find_in_field(name, clean_text(str(value)), known)):
                named.add(name.lower())
                yield mask_cpr(name)


def words_of_fields(message: Message) -> Iterator[str]:
    """Each field with a number in it, of a message and its parts, and the number behind the word CPR."""
    for part in _parts(message):
        for name, raw in part.raw_items():
            value = clean_text(str(raw))
            if find_cpr(name):
                yield name
            for place in find_in_field(name, value):
                yield f"{name}: {value}\nCPR {value[place.start : place.end]}"


def _parts(message: Message) -> Iterator[Message]:
    """The message and its parts, without going into attached messages: those are files."""
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list) and part.get_content_maintype() != "message":
            waiting += [one for one in reversed(inner) if isinstance(one, Message)]


def _stands_out(value: str, place: Extent) -> bool:
    """Whether blanks and signs alone stand around a place, or the word for CPR numbers just before it."""
    before, behind = value[max(0, place.start - LONGEST_WORD) : place.start], value[place.end : place.end + 1]
    if CALLED.search(before):
        return True
    return ALONE_BEFORE.search(before) is not None and ALONE_BEHIND.match(behind) is not None


def _is_known(value: str, place: Extent, known: Collection[str]) -> bool:
    return "".join(filter(str.isdecimal, value[place.start : place.end])) in known
