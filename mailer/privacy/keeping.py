"""Keeping: how the files of a message are kept, so that whoever saves one later need not take the message apart.

No reader gets what is another's alone: our keys are taken out of a file before it is kept.
"""

import binascii
from collections.abc import Collection
from email.message import Message

from mailer.mime.keys import take_keys_out_of_file
from mailer.mime.parts import leaves_of, octets_of, parse
from tickets.portal import Portal
from tickets.post import WHOLE, KeptFile


def keep_files(octets: bytes, numbers: Collection[int], portal: Portal) -> dict[int, KeptFile]:
    """How the files at these positions of a raw message are kept; missing ones are left out.

    A file that lies in the message as any reader may have it is kept there, and takes no room of its own.
    """
    if WHOLE in numbers:
        return {WHOLE: _keep(octets, octets, octets, portal, is_base64=False)}
    parts = {leaf.index: leaf.part for leaf in leaves_of(parse(octets))[0]}
    return {number: _keep_part(octets, parts[number], portal) for number in numbers if number in parts}


def _keep_part(octets: bytes, part: Message, portal: Portal) -> KeptFile:
    file = octets_of(part)
    written = part.get_payload()
    if isinstance(written, str):
        lines = written.encode("utf-8", "surrogateescape")
        return _keep(octets, lines, file, portal, is_base64=lines != file)
    return _keep(octets, file, file, portal, is_base64=False)


def _keep(octets: bytes, written: bytes, file: bytes, portal: Portal, *, is_base64: bool) -> KeptFile:
    """How a file is kept that stands in a message in this form."""
    cleaned = take_keys_out_of_file(file, portal)
    start = octets.find(written) if cleaned == file else -1
    if start < 0 or (is_base64 and not _says(written, file)):
        return KeptFile(octets=cleaned)
    return KeptFile(start, len(written), is_base64)


def _says(written: bytes, file: bytes) -> bool:
    """Whether these lines of base64 stand for a file."""
    try:
        return binascii.a2b_base64(written) == file
    except binascii.Error:
        return False
