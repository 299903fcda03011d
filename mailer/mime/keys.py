"""Keys: addresses and links of ours that were made for one person, taken out of what others may read.

From a text they are gone. In a file whose places are counted as many letters stand instead, so that it opens as before.
"""

import re
import zipfile
from email.errors import MessageError
from email.header import Header, decode_header, make_header
from email.message import Message
from functools import lru_cache
from io import BytesIO
from zipfile import ZipFile

from olefile import OleFileIO

from mailer.mime import cms
from mailer.mime.mailfiles import begins_as_message, split_mailbox
from mailer.mime.ownletters import recognise
from mailer.mime.parts import MESSAGE_ERRORS, attached_message, octets_of, parse, put_octets, write
from mailer.mime.pdf_streams import change_streams
from mailer.mime.sightings import ENCODED, FLAGS, PLUS, SLASH, blank, cut, in_order, sightings, sightings_plain
from tickets.alignment import ascii_domain
from tickets.portal import Portal
from tickets.post import OwnLetter
from tickets.tokens import ALPHABET, LENGTH

AT = rf"(?:@|{ENCODED}40|&#0{{0,3}}64;|&#x40;|&commat;)"
COLON = r"(?::|(?:[%=*-]|%25)3a|&#58;|&#x3a;|&colon;)"
PAGES = ("unsubscribe", "login", "proposals", "resume")
ADDRESS = re.compile(rf"(?<=[a-z0-9._-]){PLUS}[{ALPHABET}oil]{{{LENGTH}}}(?={AT})", FLAGS)  # in any case
RUN = re.compile(r"[\w-]{16,200}", FLAGS)
WIDE = re.compile(
    rb"(?:[\t\n\r -\xff]\0|[\x0b-\x0f\x28-\x2e\x60-\x64]\x20|\xff\xfe){%d,}" % LENGTH
)  # as Windows has text
LIKE_A_TOKEN = re.compile(rb"[0-9a-z]{%d}" % LENGTH, re.IGNORECASE)
ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
DEEPEST = 6  # files within files
MOST_UNPACKED = 40_000_000  # octets of an archive; what is larger, nobody could look into and was left out
RTF = "10090102"  # the stream of an item of Outlook that says all of it again, compressed ([MS-OXRTFCP])
UNPACKED_RTF = b"MELA"
DAMAGES = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, LookupError, RuntimeError)


def take_keys_out(text: str, portal: Portal) -> str:
    """The text without what is meant for one reader: signed addresses and links of this portal."""
    return _take_out_what_is_framed(cut(text, sightings(text)), portal)


def _take_out_what_is_framed(text: str, portal: Portal) -> str:
    """The text without what stands in an address or behind a page of ours, whatever its shape."""
    return _links(portal.base_url).sub(r"\1", ADDRESS.sub("", text))


def take_keys_out_of_file(octets: bytes, portal: Portal, depth: int = 0) -> bytes:
    """The file without our keys, also in messages and archives within it; the same octets if it has none.

    A letter of ours that is a message's part becomes the name of its ticket.
    """
    if depth > DEEPEST:
        return _plain(octets, portal)
    if octets.startswith(ZIP):
        return _archive(octets, portal, depth)
    if octets.startswith(OLE):
        return _compound(octets, portal)
    if begins_as_message(octets):
        pieces = split_mailbox(octets)
        return b"".join(_plain(above, portal) + _message(one, portal, depth) for above, one in pieces)
    signed = cms.signed_content(octets)
    inner = take_keys_out_of_file(signed, portal, depth + 1) if signed else signed
    return inner if inner and inner != signed else _plain(octets, portal)


@lru_cache(maxsize=10)
def _links(base_url: str) -> re.Pattern[str]:
    host = base_url.partition("://")[2].partition(":")[0]
    place = rf"(?:{'|'.join(map(re.escape, {host, ascii_domain(host)}))})(?:{COLON}[0-9]{{1,5}})?"
    slashes = rf"(?:{SLASH}){{1,4}}"
    return re.compile(rf"({place}){slashes}(?:{'|'.join(PAGES)}){slashes}(?P<secret>[^\s<>\"'()&;\\\]]*)", FLAGS)


# -- files of each make ----------------------------------------------------------------


def find_pointer(part: Message, portal: Portal) -> str | None:
    """What stands for a part that is a letter of this portal; None if it is none."""
    inner = attached_message(part) if part.get_content_maintype() == "message" else None
    letter = recognise(inner) if inner is not None else None
    return point_at(letter, portal) if letter and letter.domain == portal.domain.lower() else None


def point_at(letter: OwnLetter, portal: Portal) -> str:
    """What stands for a letter of ours that somebody attached: its ticket's number and address."""
    return f"{letter.ticket}: {portal.base_url}/t/{letter.ticket}"


def _plain(octets: bytes, portal: Portal) -> bytes:
    if octets.startswith(PDF):
        unpacked = change_streams(octets, lambda plain: _in_place_of_tokens(plain, portal), MOST_UNPACKED)
        return _in_place(unpacked, portal)
    if b"\0" in octets:
        return _in_place(octets, portal)
    return take_keys_out(octets.decode("latin-1"), portal).encode("latin-1")


def _take_plain_out(octets: bytes, portal: Portal) -> bytes:
    """A message without keys above, between and below its parts."""
    text = octets.decode("latin-1")
    return _take_out_what_is_framed(cut(text, sightings_plain(text)), portal).encode("latin-1")


def _in_place_of_tokens(octets: bytes, portal: Portal) -> bytes:
    """The same where there may be keys; a close look at packed octets, mostly pictures, would take long."""
    return _in_place(octets, portal) if LIKE_A_TOKEN.search(octets) else octets


def _in_place(octets: bytes, portal: Portal) -> bytes:
    text = octets.decode("latin-1")
    cleaned = _blanked(text, portal).encode("latin-1")
    return WIDE.sub(lambda found: _blanked(found[0].decode("utf-16-le"), portal).encode("utf-16-le"), cleaned)


def _blanked(text: str, portal: Portal) -> str:
    links = [RUN.match(text, found.start("secret")) for found in _links(portal.base_url).finditer(text)]
    framed = [found.span() for found in (*ADDRESS.finditer(text), *links) if found]
    return blank(text, in_order([*sightings(text), *framed]))


def _message(octets: bytes, portal: Portal, depth: int) -> bytes:
    try:
        message = parse(octets)
        changes = [_clean_part(part, portal, depth) for part in message.walk()]
        return _take_plain_out(write(message) if any(changes) else octets, portal)
    except MESSAGE_ERRORS:
        return b""  # what nobody can look into is kept back


def _clean_part(part: Message, portal: Portal, depth: int) -> bool:
    """Take the keys out of one part of a message; whether there were any."""
    if (pointer := find_pointer(part, portal)) is not None:
        put_octets(part, pointer.encode(), "text/plain; charset=utf-8")
        return True
    is_changed = _clean_fields(part, portal)
    if part.is_multipart():
        return is_changed
    octets = octets_of(part)
    cleaned = take_keys_out_of_file(octets, portal, depth + 1)
    if cleaned != octets:
        put_octets(part, cleaned)
    return is_changed or cleaned != octets


def _clean_fields(part: Message, portal: Portal) -> bool:
    fields = [(name, str(value)) for name, value in part.raw_items()]
    cleaned = [(name, _clean_field(value, portal)) for name, value in fields]
    if cleaned == fields:
        return False
    for name in dict(fields):
        del part[name]
    for name, value in cleaned:
        part.set_raw(name, value)
    return True


def _clean_field(value: str, portal: Portal) -> str:
    if "=?" in value:
        try:
            said = str(make_header(decode_header(value)))
        except (MessageError, LookupError, ValueError):
            said = ""
        if (cleaned := take_keys_out(said, portal)) != said:
            return Header(cleaned, "utf-8").encode()
    return take_keys_out(value, portal)


def _archive(octets: bytes, portal: Portal, depth: int) -> bytes:
    """The archive, written anew if a file in it has keys; as it is if nobody can open it."""
    try:
        with ZipFile(BytesIO(octets)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > MOST_UNPACKED:
                return octets
            files = [(info, archive.read(info)) for info in infos]
    except (*DAMAGES, NotImplementedError):
        return _plain(octets, portal)
    cleaned = [(info, take_keys_out_of_file(content, portal, depth + 1)) for info, content in files]
    if cleaned == files:
        return octets
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for info, content in cleaned:
            archive.writestr(info, content, info.compress_type)
    return packed.getvalue()


def _compound(octets: bytes, portal: Portal) -> bytes:
    """An item of Outlook or an old office file without keys; a compressed copy of its text is emptied."""
    opened = BytesIO(octets)
    try:
        with OleFileIO(opened, write_mode=True) as compound:
            streams = {"/".join(path): compound.openstream(path).read() for path in compound.listdir()}
            cleaned = {path: _in_place(content, portal) for path, content in streams.items()}
            if cleaned == streams:
                return octets
            for path, content in cleaned.items():
                emptied = _empty_rtf(len(content)) if path.endswith(RTF) else content
                if emptied != streams[path]:
                    compound.write_stream(path, emptied)
            return opened.getvalue()
    except DAMAGES:
        return _in_place(octets, portal)


def _empty_rtf(size: int) -> bytes:
    """A compressed RTF of this size without any text."""
    text = b"{\\rtf1}".ljust(max(size - 16, 0))
    head = (size - 4).to_bytes(4, "little") + len(text).to_bytes(4, "little") + UNPACKED_RTF + bytes(4)
    return (head + text)[:size]
