"""Mailboxes: who a field of addresses names (RFC 5322 3.4), told leniently, but never as anybody else.

Whoever is taken for the author may do what the author may. An address that two programs could read as two different
ones is therefore nobody's: quoted local parts, two @, invisible letters, letters of mixed scripts.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from mailer.reading.fields import clean_text, decode_octets, raw_fields
from tickets.alignment import normal_address
from tickets.post import Mailbox

MOST_MAILBOXES = 2_000  # of one field
GROUP = "is a group"
MARK = re.compile(r'\\.|["()<>,;:]|[^\\"()<>,;:]+|\\', re.DOTALL)
FOLD = re.compile(r"\r?\n(?=[ \t])")
ATOM = r"[\w!#$%&'*+/=?^`{|}~.-]"
ADDRESS = re.compile(rf"{ATOM}{{1,64}}@\w[\w.-]{{0,253}}")
LONE_ADDRESS = re.compile(rf"(?<![^ \t<>()\[\],;:\"']){ATOM}{{1,64}}@\w[\w.-]{{0,253}}(?![^ \t<>()\[\],;:\"'])")
OBSCURED = re.compile(  # "mette at example.dk (Mette Eksempel)", as archives in text write it
    rf"[ \t]{{0,9}}({ATOM}{{1,64}}) at (\w[\w.-]{{0,253}})[ \t]{{0,9}}(?:\(([^()@<>]{{0,200}})\))?[ \t\r\n]{{0,9}}"
)


@dataclass
class AddressEntry:
    """An entry of an address field, between two commas, while it is read."""

    words: list[str] = field(default_factory=list)
    angles: list[list[str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    has_quotes: bool = False

    @property
    def phrase(self) -> str:
        """The words in front of an address, its display name (RFC 5322 3.4)."""
        return "".join(self.words).strip()


@dataclass(frozen=True)
class NamedMailboxes:
    """The mailboxes of one field, and why they are not to be relied on; empty if they are."""

    mailboxes: tuple[Mailbox, ...] = ()
    fault: str = ""


def mailboxes(message: Message, name: str) -> tuple[Mailbox, ...]:
    """The mailboxes of all fields of this name, groups opened, addresses in lower case; what is no address left out."""
    return tuple(box for raw in raw_fields(message, name) for box in read_mailboxes(decode_octets(raw)).mailboxes)


def find_authors(message: Message) -> NamedMailboxes:
    """The authors that the one From field of a message names, or none and the reason why."""
    raws = raw_fields(message, "From")
    if len(raws) != 1:
        return NamedMailboxes((), "has more than one From" if raws else "has no From")
    named = read_mailboxes(decode_octets(raws[0]))
    if named.fault:
        return NamedMailboxes((), f"has a From that {named.fault}")
    return named if named.mailboxes else NamedMailboxes((), "has a From without an address")


def read_mailboxes(raw: str) -> NamedMailboxes:
    """The mailboxes in a field's value. A value that is not well formed still names one, if it holds one address."""
    raw = FOLD.sub("", raw)
    entries, fault = _split(raw)
    found: list[Mailbox] = []
    before: list[str] = []  # of a name with a comma that nobody quoted
    for entry in entries:
        address, wrong = _address_of(entry)
        fault = fault or wrong
        if address:
            name = entry.phrase if entry.angles else " ".join(entry.comments)
            found.append(Mailbox(clean_text(", ".join([*before, name])), address))
            before = []
        elif not wrong:
            before = [*before[-3:], entry.phrase] if entry.phrase else before
    if not found and (obscured := OBSCURED.fullmatch(raw)):
        return _read_obscured(*obscured.groups(""))
    if fault and fault != GROUP and raw.count("@") == 1:
        return _read_lone(raw, fault)
    return NamedMailboxes(tuple(found), fault)


def _read_obscured(local: str, domain: str, name: str) -> NamedMailboxes:
    address = _usable(f"{local}@{domain}")
    return NamedMailboxes((Mailbox(clean_text(name), address),) if address else ())


def addresses_in(text: str) -> Iterator[str]:
    """The addresses that stand in a text as words, such as in the name before an address; in lower case."""
    return filter(None, (_usable(found.group().strip("'")) for found in LONE_ADDRESS.finditer(text)))


def _read_lone(raw: str, fault: str) -> NamedMailboxes:
    """The one address of a value that is not well formed: there is no other that it could be taken for."""
    lone = LONE_ADDRESS.search(raw)
    address = _usable(lone.group().strip("'")) if lone else ""
    if not lone or not address:
        return NamedMailboxes((), fault)
    return NamedMailboxes((Mailbox(clean_text(raw[: lone.start()].strip(" \t<>()\"',")), address),))


def _split(raw: str) -> tuple[list[AddressEntry], str]:
    """The entries between the commas of a value, and what is wrong with the value as a whole."""
    entries = [AddressEntry()]
    is_quoted, comments, is_angle, has_colon, fault = False, 0, False, False, ""
    for mark in MARK.findall(raw):
        entry = entries[-1]
        if is_quoted:
            is_quoted = mark != '"'
            entry.words.append(mark.removeprefix("\\") if is_quoted else "")
        elif comments:
            comments += {"(": 1, ")": -1}.get(mark, 0)
            entry.comments += [mark] if comments else []
        elif is_angle and mark not in ('"', "(", "<"):
            is_angle = mark != ">"
            entry.angles[-1].append(mark if is_angle else "")
        elif mark == '"':
            is_quoted, entry.has_quotes = True, True
            fault = fault or ("quotes within an address" if is_angle else "")
        elif mark == "(":
            comments = 1
            entry.words.append(" ")
            fault = fault or ("has a comment within an address" if is_angle else "")
        elif mark == "<":
            entry.angles.append([])
            is_angle = True
        elif mark in (",", ";"):
            fault = fault or (GROUP if mark == ";" and has_colon else "")
            if len(entries) == MOST_MAILBOXES:
                return entries, fault or f"names more than {MOST_MAILBOXES}"
            entries.append(AddressEntry())
        elif mark != ">":
            has_colon = has_colon or mark == ":"
            entry.words.append(mark)
    return entries, fault or ("breaks off" if is_quoted or comments or is_angle else "")


def _address_of(entry: AddressEntry) -> tuple[str, str]:
    """The address of an entry, or what is wrong with it; two empty texts if it has none."""
    angles = [text for pieces in entry.angles if (text := "".join(pieces).strip())]
    if len(angles) > 1:
        return "", "has two addresses where one may be"
    written = angles[0] if angles else entry.phrase.rpartition(":")[2].strip()
    if "@" not in written:
        return "", ""
    if not angles and entry.has_quotes:
        return "", "quotes a part of an address"
    address = _usable(written)
    return address, "" if address else "has an address that can be read in more than one way"


def _usable(written: str) -> str:
    """An address in its one spelling; empty if it is none, or might be taken for another."""
    if any(not one.isascii() and unicodedata.normalize("NFC", one).isascii() for one in written):
        return ""  # such as the sign for kelvin, which is a plain K once it is composed
    written = unicodedata.normalize("NFC", written)
    if not ADDRESS.fullmatch(written) or ".." in written.rpartition("@")[2]:
        return ""
    if written.isascii():
        return written.lower()
    is_sound = all(one.isascii() or (one.isalnum() and not one.lower().isascii()) for one in written)
    is_alike = all(map(_is_of_one_script, re.split(r"[@.]", written.lower())))
    return normal_address(written) if is_sound and is_alike else ""


def _is_of_one_script(text: str) -> bool:
    return len({unicodedata.name(one, "?").partition(" ")[0] for one in text if one.isalpha()}) <= 1
