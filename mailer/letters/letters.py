"""Letters: what the portal writes, as messages; rendered once and copied for each recipient.

What differs from copy to copy stands in the shared octets as a mark: a reader's own address for answering on a
ticket, or their own link for leaving. `Copier` puts them in.
"""

import re
import secrets
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass, fields
from datetime import datetime
from email.errors import MultipartInvariantViolationDefect
from email.generator import BytesGenerator
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import format_datetime
from io import BytesIO
from urllib.parse import quote

import css_inline

from mailer.letters.phrases import ascii_only, clean, mailbox, phrase, sendable
from templates.language import Language, load_language
from tickets import links
from tickets.database.models import Capacity, Delivery, Letter, LetterKind, MailingList, Message, Ticket
from tickets.errors import PortalError
from tickets.people.askers import Nameless
from tickets.portal import Portal
from tickets.thread_ids import extend_index
from tickets.tokens import Signer

NO_ANSWERS = "DR, RN, NRN, OOF, AutoReply"  # [MS-OXCMAIL] 2.1.3.2.20: to what a machine wrote
NO_ABSENCE = "OOF, AutoReply"  # to what a person wrote; their reading receipts stay theirs
INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
OURS = "Dialogportal"
LONGEST_FILE_NAME = 60  # characters, from its end: a line has at most 998 octets (RFC 5322 2.1.1)
SOFT_BREAK = b"=\r\n"
LONGEST_LINE = 70  # octets, with room for an escape


class Ready(Compat32):
    """Writes fields as they are given: encoded and folded already."""

    def fold(self, name: str, value: str) -> str:
        """One field and its line end; the value is folded already."""
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """One field as octets; raises UnicodeEncodeError if the value is not ASCII."""
        return self.fold(name, value).encode("ascii")


POLICY = Ready(linesep="\r\n", mangle_from_=False)


class LetterBroken(PortalError):
    """A letter was composed with other fields than it should have, and must not leave."""


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    type: str
    octets: bytes


@dataclass(frozen=True)
class View:
    """The fields that a template reads under their own names, beside the list's name and the word for the nameless."""

    def values(self) -> dict[str, object]:
        """The fields by their names."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Parts:
    """A letter in words: its subject in one line, its text, and the same as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Draft:
    """What a letter is to be: its template and view, and the fields that come from what it is about."""

    kind: LetterKind
    template: str
    view: View
    message_id: str
    mailing_list: MailingList | None = None
    ticket: Ticket | None = None
    message: Message | None = None
    author: str | None = None  # who From names: the list if None, nobody by name if empty
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    is_list_mail: bool = False
    archived_at: str = ""
    reply_to: str = ""  # where an answer goes, if not to the ticket or to those who run the list
    auto_submitted: str = ""  # empty: a person wrote it
    address: str = ""  # of ours, that it is from and to; empty: the list's
    enclosures: tuple[Enclosure, ...] = ()
    nameless: Nameless = Nameless.MUNICIPALITY  # what they are called on the list who are not named


# -- composing -------------------------------------------------------------------------


def compose(portal: Portal, draft: Draft, language: str, now: datetime) -> bytes:
    """The message of a draft, both parts, CRLF line ends; without what is each recipient's own.

    Raises LetterBroken if a field was smuggled in through a value.
    """
    words = load_language(language, portal.timezone)
    list_name = draft.mailing_list.name if draft.mailing_list else OURS
    parts = write_parts(words, draft.template, draft.view, list_name, draft.nameless)
    message = _multipart("alternative", _part("plain", parts.text), _part("html", parts.html))
    if draft.enclosures:
        del message["MIME-Version"]
        message = _multipart("mixed", message, *map(_enclose, draft.enclosures))
    for name, value in _fields(portal, draft, words, parts.subject, now).items():
        message[name] = value
    octets = _octets_of(message)
    _check(octets, message)
    return octets


def write_parts(
    words: Language, template: str, view: View, list_name: str, nameless: Nameless = Nameless.MUNICIPALITY
) -> Parts:
    """Both parts of a letter in one language. Raises jinja2's UndefinedError if the view lacks a value."""
    values = {"list": list_name, "nameless": nameless} | view.values()
    subject, text = _read_text(words.render(f"mail/{template}.txt", **values))
    html = words.render(f"mail/{template}.html", **{"title": subject} | values)
    return Parts(subject, text, INLINER.inline(sendable(html)))


class LetterGenerator(BytesGenerator):
    """Writes a message whose lines end as they shall; the library would take each line apart and end it anew."""

    def _write_lines(self, lines: str) -> None:
        self.write(lines)


def _octets_of(message: MIMEMultipart) -> bytes:
    written = BytesIO()
    LetterGenerator(written, mangle_from_=False, policy=POLICY).flatten(message)
    return written.getvalue()


def _multipart(subtype: str, *parts: MIMEBase) -> MIMEMultipart:
    message = MIMEMultipart(subtype, boundary=f"=_{secrets.token_hex(12)}", policy=POLICY)
    for part in parts:
        message.attach(part)
    return message


def _enclose(file: Enclosure) -> MIMENonMultipart:
    """A file as a part to be saved and not shown, its name in the form of RFC 2231."""
    maintype, _, subtype = file.type.partition("/")
    if maintype in ("message", "multipart") or not subtype:
        maintype, subtype = "application", "octet-stream"
    part = MIMENonMultipart(maintype, subtype, policy=POLICY)
    part["Content-Transfer-Encoding"] = "base64"
    name = quote(clean(file.name)[-LONGEST_FILE_NAME:], safe="")
    part["Content-Disposition"] = f"attachment;\r\n filename*=utf-8''{name}"
    part.set_payload(encodebytes(file.octets).replace(b"\n", b"\r\n").decode("ascii"))
    return part


def _part(subtype: str, text: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", subtype, charset="utf-8", policy=POLICY)
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = sendable(text).replace("\r\n", "\n").replace("\r", "\n")
    part.set_payload(b2a_qp(lines.encode()).replace(b"\n", b"\r\n").decode("ascii"))
    return part


def _read_text(rendered: str) -> tuple[str, str]:
    """Subject and text of a text template: its first line, and what follows the blank one."""
    first, _, text = rendered.partition("\n")
    return clean(first), text.strip("\n") + "\n"


def _fields(portal: Portal, draft: Draft, words: Language, subject: str, now: datetime) -> dict[str, str]:
    mailing_list = draft.mailing_list
    address = draft.address or (mailing_list.address if mailing_list else f"postmaster@{portal.domain}")
    name = mailing_list.name if mailing_list else OURS
    sender = words.render("mail/from.txt", author=draft.author, list=name, nameless=draft.nameless)
    fields: dict[str, str] = {
        "From": mailbox("From", sender, address),
        "To": mailbox("To", name, address),
        "Subject": phrase("Subject", subject),
        "Reply-To": f"<{draft.reply_to}>" if draft.reply_to else "",
        "Date": format_datetime(portal.local(now)),
        "Message-ID": f"<{draft.message_id}>",
        "In-Reply-To": f"<{draft.in_reply_to}>" if draft.in_reply_to.isascii() and draft.in_reply_to else "",
        "References": phrase("References", " ".join(f"<{one}>" for one in draft.references if one.isascii())),
        **_conversation_fields(portal, draft),
        "Auto-Submitted": draft.auto_submitted,
        "X-Auto-Response-Suppress": NO_ANSWERS if draft.auto_submitted else NO_ABSENCE,
    }
    if draft.is_list_mail and mailing_list:
        fields |= _list_fields(portal, mailing_list, words)
        fields["Archived-At"] = f"<{draft.archived_at}>" if draft.archived_at else ""
    return {name: value for name, value in fields.items() if value}


def _conversation_fields(portal: Portal, draft: Draft) -> dict[str, str]:
    """The fields by which Outlook shows a letter below the message before it ([MS-OXOMSG] 2.2.1.2, 2.2.1.3)."""
    if draft.ticket is None or draft.message is None:
        return {}
    index = links.thread_index(portal, draft.ticket, draft.message)
    return {
        "Thread-Topic": phrase("Thread-Topic", clean(draft.ticket.subject)),
        "Thread-Index": extend_index(index, draft.message.filed_at),
    }


def _list_fields(portal: Portal, mailing_list: MailingList, words: Language) -> dict[str, str]:
    """The fields of list mail but for leaving, which is each reader's own (RFC 2919, RFC 2369)."""
    return {
        "List-Id": f"{ascii_only(mailing_list.name)} <{links.list_id(mailing_list)}>".strip(),
        "List-Post": f"<mailto:{mailing_list.address}>",
        "List-Help": f"<mailto:{words.desk(mailing_list.address, 'help')}>",
        "List-Owner": f"<mailto:{links.owner_address(mailing_list)}>",
        "List-Archive": f"<{links.list_url(portal, mailing_list)}>",
        "Precedence": "list",
    }


def _check(octets: bytes, intended: MIMEMultipart) -> None:
    parsed = BytesHeaderParser().parsebytes(octets.partition(b"\r\n\r\n")[0])
    # Python 3.11.2, Debian 12's, takes it for a defect that the body was not read.
    defects = [one for one in parsed.defects if not isinstance(one, MultipartInvariantViolationDefect)]
    if parsed.keys() != intended.keys() or defects:
        raise LetterBroken(f"A letter has the fields {parsed.keys()} instead of {intended.keys()}")


# -- personal places -------------------------------------------------------------------


@dataclass(frozen=True)
class Placeholders:
    """The marks of personal places in the letter with this Message-ID."""

    mark: str

    def reply(self, number: int) -> str:
        """The reader's own address for answering on the ticket of this number."""
        return f"{self.mark}r{number}z"

    @property
    def unsubscribe(self) -> str:
        """The reader's own link for leaving the list."""
        return f"{self.mark}u0z"

    @property
    def watch(self) -> str:
        """The reader's own link for following the letter's ticket, or hearing no more of it."""
        return f"{self.mark}w0z"


def marks_for(signer: Signer, message_id: str) -> Placeholders:
    """The marks that stand in a letter for each reader's own links."""
    return Placeholders(signer.mark(message_id))


def _pattern(mark: bytes) -> bytes:
    """An expression for a mark with its kind and number, wherever quoted-printable breaks the line in it."""
    broken = rb"(?:=\r\n)?"
    return broken.join(bytes([octet]) for octet in mark) + broken + rb"([ruw])" + broken + rb"((?:\d(?:=\r\n)?)+)z"


class Copier:
    """Makes the copies of one letter, by filling in its personal places."""

    def __init__(
        self, portal: Portal, signer: Signer, letter: Letter, mailing_list: MailingList | None, number: int
    ) -> None:
        """`number` is that of the letter's ticket, 0 if it is about none."""
        self._portal, self._signer, self._list, self._number = portal, signer, mailing_list, number
        self._owner = links.owner_address(mailing_list) if mailing_list else ""
        fields = letter.octets.partition(b"\r\n\r\n")[0]
        self._is_list_mail = b"\r\nList-Id:" in fields
        self._has_reply_to = b"\r\nReply-To:" in fields
        mark = signer.mark(letter.message_id).encode()
        pieces = re.split(_pattern(mark), letter.octets)
        self._pieces = pieces[0::3]
        self._places = [
            (kind, int(number.replace(b"=\r\n", b""))) for kind, number in zip(pieces[1::3], pieces[2::3], strict=True)
        ]

    @property
    def shared_lines(self) -> bytes:
        """The whole lines with which the body of every copy begins."""
        body = self._pieces[0].partition(b"\r\n\r\n")[2]
        return body[: body.rfind(b"\r\n") + 2] if b"\r\n" in body else b""

    def copy(self, delivery: Delivery) -> bytes:
        """The message for this delivery: its own fields on top, its own places filled in."""
        places = {place: self._fill(*place, delivery) for place in set(self._places)}
        copied = [self._own_fields(delivery)]
        for piece, place in zip(self._pieces, self._places, strict=False):
            copied += [piece, SOFT_BREAK, places[place], SOFT_BREAK]
        copied.append(self._pieces[-1])
        return b"".join(copied)

    def _own_fields(self, delivery: Delivery) -> bytes:
        if self._list is None or self._has_reply_to:
            return b""
        # An answer to what is about no ticket must not become a question to everybody
        answer = self._reply_address(self._number, delivery) if self._number else self._owner
        lines = [f"Reply-To: <{answer}>"]
        if delivery.capacity is Capacity.SUBSCRIBER and self._is_list_mail:
            url, leave = self._leave_url(delivery.person_key), self._reply_address(0, delivery)
            lines += [
                f"List-Unsubscribe: <{url}>,\r\n <mailto:{leave}?subject=afmeld>",
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            ]
        return "".join(f"{line}\r\n" for line in lines).encode("ascii")

    def _fill(self, kind: bytes, number: int, delivery: Delivery) -> bytes:
        return SOFT_BREAK.join(_lines(self._place(kind, number, delivery).encode("ascii")))

    def _place(self, kind: bytes, number: int, delivery: Delivery) -> str:
        number = self._number or number  # a ticket may have another number by now, on another list
        if kind == b"r":
            return self._reply_address(number, delivery)
        if kind == b"w":
            assert self._list is not None
            return links.watch_url(self._portal, self._signer, self._list, number, delivery.person_key)
        return self._leave_url(delivery.person_key)

    def _reply_address(self, number: int, delivery: Delivery) -> str:
        assert self._list is not None
        is_internal = number and delivery.kind is LetterKind.NOTE
        address = links.internal_address if is_internal else links.reply_address
        return address(self._signer, self._list, number, delivery.person_key)

    def _leave_url(self, person_key: int) -> str:
        assert self._list is not None
        return links.unsubscribe_url(self._portal, self._signer, self._list.key, person_key)


def _lines(octets: bytes) -> list[bytes]:
    """Pieces that fit into lines of quoted-printable (RFC 2045 6.7)."""
    return [octets[start : start + LONGEST_LINE].replace(b"=", b"=3D") for start in range(0, len(octets), LONGEST_LINE)]
