"""Enclosed messages: a message that is a file, alone, in a mailbox or in a winmail.dat, as words and files."""

from collections.abc import Iterator

from mailer.files.budget import Inner, Obstacle, Unreadable
from mailer.files.kinds import words_among
from mailer.files.markup import words_of_html, words_of_markup
from mailer.mime import tnef
from mailer.mime.mailfiles import begins_as_message, split_mailbox
from mailer.mime.parts import leaves_of, octets_of, parse
from mailer.reading.bodies import read_body
from mailer.reading.field_numbers import words_of_fields
from mailer.reading.fields import text_field

MESSAGE = "message/rfc822"
ENDINGS = (".eml", ".mht", ".mhtml")
MOST_MESSAGES = 500
SEPARATOR = b"From "
LONGEST_REST = 100  # characters of a text, which a number may end in that begins in the subject
TNEF = b"\x78\x9f\x3e\x22"


def is_message(octets: bytes, name: str, kind: str) -> bool:
    """Whether a file is called a message, or begins as one."""
    return kind == MESSAGE or name.lower().endswith(ENDINGS) or begins_as_message(octets)


def read_messages(octets: bytes) -> Iterator[str | Inner]:
    """The words and the files of a message, or of each one in a mailbox."""
    for count, (above, message) in enumerate(split_mailbox(octets)):
        if count >= MOST_MESSAGES:
            raise Unreadable("has too many messages in it", Obstacle.TOO_LARGE)
        if not above.startswith(SEPARATOR):
            yield above.decode("utf-8", "replace")
        yield from _read_message(message)


def _read_message(octets: bytes) -> Iterator[str | Inner]:
    try:
        message = parse(octets)
        body = read_body(message)
    except RecursionError as error:
        raise Unreadable("is wrapped too often to be read", Obstacle.PACKED) from error
    subject = text_field(message, "Subject")
    yield "\n".join([*words_of_fields(message), subject, body.text[:LONGEST_REST]])
    markup = words_of_html(body.markup) if body.markup else ""
    yield "\n".join([body.text, body.forwarded, body.returned, markup])
    parts = {leaf.index: leaf.part for leaf in leaves_of(message)[0]}
    for file in body.files:
        yield Inner(file.name, octets_of(parts[file.part]), file.type)


def is_tnef(octets: bytes) -> bool:
    """Whether a file is a winmail.dat ([MS-OXTNEF] 2.1)."""
    return octets.startswith(TNEF)


def read_tnef(octets: bytes) -> Iterator[str | Inner]:
    """The words and the files of a winmail.dat."""
    yield words_among(octets)
    wrapping = tnef.unwrap(octets)
    if wrapping is None:
        if not tnef.is_whole(octets):
            raise Unreadable("is damaged", Obstacle.DAMAGED)
        return
    yield wrapping.text
    yield words_of_markup(wrapping.html.decode("utf-8", "replace"))
    yield Inner("", wrapping.rtf)
    for file in wrapping.files:
        yield Inner(file.name, file.octets, file.type)
