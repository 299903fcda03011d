"""Octets to post: what a message says, whoever made it and however badly; never fails, lists defects."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import Message
from email.parser import BytesHeaderParser

from mailer.authorship.server_word import last_results
from mailer.authorship.vouching import Voucher
from mailer.files.markup import words_in_html
from mailer.mime.header_section import LONGEST_HEADER, header_size, is_ambiguous
from mailer.mime.parts import BoundedMessage, parse
from mailer.privacy.findings import Finding, find_in_files, find_in_post, find_unseen
from mailer.reading import bodies
from mailer.reading.fields import clean_text, date_field, message_ids, raw_fields, shown_fields, text_field
from mailer.reading.mailboxes import NamedMailboxes, find_authors, mailboxes
from mailer.reading.munging import find_author_behind
from mailer.reading.redirection import Stations, find_redirector, find_stations
from mailer.reading.robots import find_mediator, find_robot
from mailer.texts import prefixes
from mailer.texts.html_forms import find_form
from mailer.texts.leadins import MARK
from mailer.texts.quoting import fold, fold_forward
from mailer.texts.sign_offs import find_sign_off
from tickets.numbers.cpr import numbers_in
from tickets.post import Mailbox, Post
from tickets.reasons import Grounds
from tickets.thread_ids import read_index
from tickets.tokens import LENGTH

REPLY_ADDRESS = re.compile(rf"[+-][0-9a-z]{{{LENGTH}}}@")  # of the shape that our own have


@dataclass(frozen=True)
class Reading:
    """A message as it was read: the post, and what its surroundings say of it."""

    post: Post
    authors: tuple[Mailbox, ...]  # empty also where From could be read in two ways
    received_count: int = 0
    list_ids: tuple[str, ...] = ()
    authentication_results: tuple[str, ...] = ()  # those that the last server wrote
    findings: tuple[Finding, ...] = ()  # where civil registration numbers stand
    mediator: Grounds | None = None  # what shows that a mailing list sent it on
    text: str = ""  # all that it says, unfolded, in its own order
    is_ambiguous: bool = False  # programs may disagree on what its header section says
    is_overlong: bool = False  # its header section is longer than what is read of one
    encryption: str = ""  # how it is encrypted: S/MIME, PGP or Microsoft Purview; empty if it is not
    sender: str = ""  # who submitted it, if another than its author (RFC 5322 3.6.2)
    redirector: str = ""  # who sent it on in its author's name, as far as it says so
    stations: Stations = field(default_factory=Stations)
    author_behind: Mailbox | None = None  # who wrote it, where From names the list that sent it on
    fields: tuple[tuple[str, str], ...] = ()  # what tells whoever looks after it what it is about


NOTHING = Reading(Post("", Mailbox("", ""), "", ""), ())  # of a message of which not even the top can be read


def read_message(octets: bytes, received_at: datetime, voucher: Voucher | None = None) -> Reading:
    """Read a message and look into its files. What cannot be read is left out and named among the post's defects.

    What a voucher does not cover is left out too: anybody may have put it there.
    """
    defects: list[str] = []
    message, body = _parse(octets, defects, voucher)
    reading = _read(octets, message, body, received_at, defects)
    today = received_at.date()
    in_html = words_in_html(body.markup)
    known = numbers_in(in_html) | numbers_in(f"{reading.post.subject}\n{reading.text}")
    shown = list(find_in_post(reading.post, today, known))
    unseen = find_unseen(message, in_html if known else "", today, shown, known)
    findings = (*shown, *unseen, *find_in_files(message, body.files, today, defects, known))
    post = replace(reading.post, defects=tuple(dict.fromkeys(defects)))
    return replace(reading, post=post, findings=findings)


def read_post(octets: bytes, received_at: datetime) -> Post:
    """What a message says, its files not looked into."""
    defects: list[str] = []
    message, body = _parse(octets, defects)
    return _read(octets, message, body, received_at, defects).post


def _read(octets: bytes, message: Message, body: bodies.Body, received_at: datetime, defects: list[str]) -> Reading:
    """A message as a post with what its surroundings say of it, its files not looked into."""
    named = find_authors(message)
    if named.fault:
        defects.append(named.fault)
    author = _author(message, named)
    everything = _join(body.text.replace(MARK, ""), body.forwarded, body.returned)
    return Reading(
        post=_make_post(octets, message, body, author, everything, received_at, defects),
        authors=named.mailboxes,
        received_count=len(raw_fields(message, "Received")),
        list_ids=tuple(_list_id(raw) for raw in raw_fields(message, "List-Id")),
        authentication_results=last_results(message),
        mediator=find_mediator(message),
        text=everything,
        is_ambiguous=is_ambiguous(octets),
        is_overlong=header_size(octets) > LONGEST_HEADER,
        encryption=body.encryption,
        sender=_find_sender(message, author.email),
        redirector=find_redirector(message, author.email),
        stations=find_stations(message),
        author_behind=find_author_behind(message, author),
        fields=shown_fields(message),
    )


def _make_post(
    octets: bytes,
    message: Message,
    body: bodies.Body,
    author: Mailbox,
    everything: str,
    received_at: datetime,
    defects: list[str],
) -> Post:
    """The post that a message is, its old text and its signature apart; `everything` is all that it says."""
    sent_at = date_field(message, received_at)
    if sent_at is None:
        defects.append("has no believable Date")
    in_reply_to, references = message_ids(message, "In-Reply-To"), message_ids(message, "References")
    post = Post(
        message_id=identify(message, octets, defects),
        author=author,
        subject=text_field(message, "Subject"),
        text="",
        in_reply_to=in_reply_to,
        references=references,
        thread_index=read_index(text_field(message, "Thread-Index")),
        recipients=tuple(box.email for name in ("To", "Cc") for box in mailboxes(message, name)),
        sent_at=sent_at,
        files=body.files,
        letters=body.letters,
        defects=tuple(defects),
    )
    # What looks old in a message that answers nothing was put there by its author
    folded = fold(body.text, author.name) if _is_answer(post) else fold_forward(body.text, author.name)
    own = _join(folded.text, body.forwarded)
    return replace(
        post,
        text=own,
        quoted=_join(folded.quoted, body.returned),
        signature=folded.signature,
        sign_off=find_sign_off(own),
        form=find_form(body.html, own) if body.html and not body.forwarded else (),
        robot=find_robot(message, everything, own),
    )


def _is_answer(post: Post) -> bool:
    """Whether a post answers a message, by what it cites, where it was sent, or its subject."""
    cites = bool(post.cited or any(map(REPLY_ADDRESS.search, post.recipients)))
    return not prefixes.is_forward(post.subject) and (cites or prefixes.is_answer(post.subject))


def _leave_out(message: Message, voucher: Voucher | None, defects: list[str]) -> Message:
    """The message without what is not covered; without its Message-ID it is known by the signature over it."""
    if voucher is None or not voucher.uncovered:
        return message
    for name in voucher.uncovered:
        del message[name]
    if "message-id" in voucher.uncovered:
        message["Message-ID"] = f"<{voucher.mark}@unsigned.invalid>"
    defects.append(f"has fields that nobody vouches for: {', '.join(voucher.uncovered)}")
    return message


def _join(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _author(message: Message, named: NamedMailboxes) -> Mailbox:
    """The first author; of a From that cannot be relied on, what it says, and no address."""
    raws = raw_fields(message, "From")
    return named.mailboxes[0] if named.mailboxes else Mailbox(clean_text(raws[0])[:200] if raws else "", "")


def _find_sender(message: Message, author: str) -> str:
    return next((box.email for box in mailboxes(message, "Sender") if box.email != author), "")


def _parse(octets: bytes, defects: list[str], voucher: Voucher | None = None) -> tuple[Message, bodies.Body]:
    """The message and its body; of one that is nested beyond reading, the header section alone."""
    try:
        message = _leave_out(parse(octets), voucher, defects)
        body = bodies.read_body(message)
    except RecursionError:
        defects.append("is nested too deep to be read")
        head = BytesHeaderParser(_class=BoundedMessage).parsebytes(octets[:LONGEST_HEADER])
        message = _leave_out(head, voucher, defects)
        body = bodies.Body("", (), ())
    if header_size(octets) > LONGEST_HEADER:
        defects.append(f"has a header section of more than {LONGEST_HEADER // 1024} kB")
    defects += [_told(defect) for defect in message.defects]
    defects += body.defects
    return message, body


def _told(defect: Exception) -> str:
    """A defect that the standard library found, in its own words."""
    kind = type(defect)
    return (kind.__doc__ or kind.__name__).partition("\n")[0].rstrip(".")


def identify(message: Message, octets: bytes, defects: list[str]) -> str:
    """The message's own id; for one without, an id made of what it consists of, so that a copy is still known."""
    for message_id in message_ids(message, "Message-ID"):
        return message_id
    defects.append("has no Message-ID")
    return missing_id(hashlib.sha256(octets).hexdigest())


def missing_id(digest: str) -> str:
    """The id of a message that has none of its own, by its octets' SHA-256 in hexadecimal."""
    return f"{digest[:40]}@missing.invalid"


def _list_id(raw: str) -> str:
    inner = re.search(r"<([^<>]*)>", raw)
    return (inner.group(1) if inner else raw).strip().lower()
