"""Anonymity: what of an anonymous ticket everybody may read, and what its lawyers and its asker read instead.

A message of an anonymous ticket is masked when it is filed, whoever wrote it and whichever way it came: its own row
holds what everybody may read, so that no page, letter, digest or index can tell more by oversight. What was there
before stands in `Unmasked`, and is asked for here alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from tickets.conversations import hidden, references, threads
from tickets.database import contents
from tickets.database.models import (
    Attachment,
    Capacity,
    Delivery,
    DeliveryState,
    Letter,
    MailingList,
    Message,
    MessageKind,
    Person,
    Preview,
    Ticket,
    Unmasked,
    UnmaskedFile,
)
from tickets.form.blocks import Form, from_stored
from tickets.masking.masking import Mask, make_mask, nameless
from tickets.people import appointments
from tickets.people.sight import is_for_all, is_masked
from tickets.post import CleanFile, Post

PLAIN_TYPES = re.compile(
    r"text/(?:plain|csv|html|calendar|vcard)|image/(?:png|jpeg|gif|webp|tiff|bmp)|message/rfc822"
    r"|application/(?:pdf|rtf|zip|msword|vnd\.ms-(?:excel|powerpoint|word|outlook)"
    r"|vnd\.openxmlformats-officedocument\.(?:wordprocessingml|spreadsheetml|presentationml)\.[a-z]{4,12}"
    r"|vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation|graphics))"
)
ATTACHED = (
    select(Attachment)
    .where(col(Attachment.message_key).in_(bindparam("keys", expanding=True)))
    .order_by(col(Attachment.message_key), col(Attachment.part))
)


@dataclass(frozen=True)
class ShownFile:
    """A file as one reader may have it: the octets of the raw message's part, or of a clean copy."""

    part: int
    name: str
    type: str
    size: int
    clean_key: str | None = None
    has_pictures: bool = False  # in a clean copy: nobody but its asker has looked through them
    is_kept_back: bool = False  # others do not get it


def files_in(preview: Preview) -> tuple[ShownFile, ...]:
    """The files that the others would get."""
    return tuple(ShownFile(**file) for file in preview.files)


@dataclass(frozen=True)
class Shown:
    """A message as one reader may read it."""

    subject: str
    text: str
    quoted: str
    files: tuple[ShownFile, ...] = ()
    left_out: int = 0  # files that this reader does not get
    replacements: tuple[tuple[str, str], ...] = ()  # what others read instead of what
    signature: str = ""
    kept_back: tuple[str, ...] = ()  # what the files are called that are left out, where that is foreseen
    form: Form = ()  # how its author laid the text out
    doubts: tuple[str, ...] = ()  # words that may still name the asker, where that is foreseen

    @property
    def folded(self) -> str:
        """All that is folded away, in its order."""
        return "\n\n".join(filter(None, (self.signature, self.quoted)))


# -- masking ---------------------------------------------------------------------------


def _is_nameless(session: Session, ticket: Ticket, message: Message) -> bool:
    """Whether nobody but the lawyers learns who wrote a message: only lawyers have a name in an anonymous ticket.

    To name some of the others and hide those whose name, organisation or domain tells who asked would tell it, too.
    """
    if message.author_key == ticket.asker_key:
        return True
    lawyers = {person.id for person in appointments.lawyers(session, ticket.mailing_list_key)}
    return message.kind is not MessageKind.ANSWER and message.author_key not in lawyers


def _told(said: Message | Post, files: Iterable[str], clean_files: Mapping[int, CleanFile]) -> str:
    """All that a message and its files say, to be looked through."""
    return "\n".join([said.subject, said.text, *files, *(clean.words for clean in clean_files.values())])


def mask_message(
    session: Session,
    ticket: Ticket,
    message: Message,
    author: str = "",
    clean_files: Mapping[int, CleanFile] | None = None,
) -> None:
    """Let a message of an anonymous ticket say nothing that names the asker; keep aside what it said.

    `author` is the name in From. Files are for everybody only where there is a clean one in which nobody is named.
    """
    unmasked = _keep_aside(session, ticket, message, author)
    query = select(Attachment).where(Attachment.message_key == message.key).order_by(col(Attachment.part))
    rows = list(session.exec(query))
    authors, copies = hidden.authors_of(session, ticket), clean_files or {}
    mask = _mask_for(session, ticket, message, authors, _told(message, (row.name for row in rows), copies))
    is_askers = message.author_key == ticket.asker_key
    files = _choose_files(mask, {row.part: row.name for row in rows}, copies, is_askers=is_askers)
    masked = _mask_words(mask, unmasked, is_hidden=message.author_key in authors.nameless)
    unmasked.replacements = [list(pair) for pair in masked.replacements]
    message.subject, message.text = masked.subject, masked.text
    message.quoted = message.signature = message.sign_off = message.thread_index = ""
    message.form = None
    for row in rows:
        _mask_file(session, message, row, *files[row.part])
    if message.parent_key is None:
        prefix = session.get_one(MailingList, ticket.mailing_list_key).prefix
        ticket.subject = threads.plain_subject(message.subject, prefix) or threads.first_words(message.text)
    session.flush()


def _keep_aside(session: Session, ticket: Ticket, message: Message, author: str) -> Unmasked:
    """What a message says before it is masked, and the names of its author, if others do not learn who that is."""
    unmasked = Unmasked(
        message_key=message.key,
        author=author,
        subject=message.subject,
        text=message.text,
        quoted=message.quoted,
        signature=message.signature,
        sign_off=message.sign_off,
        form=message.form,
    )
    message.is_nameless = _is_nameless(session, ticket, message)
    if message.is_nameless:
        author_then = session.get_one(Person, message.author_key)
        unmasked.names = hidden.names_of(session, author_then, ticket.mailing_list_key).kept
    session.add(unmasked)
    session.flush()
    return unmasked


def _mask_for(session: Session, ticket: Ticket, message: Message, authors: hidden.Authors, told: str) -> Mask:
    """The mask for a message that says all this, for those whom nobody is to know.

    In a message that somebody else wrote without a name, everybody is hidden: it does not depend on who asked.
    """
    names = hidden.known_names(session, ticket, authors)
    if message.author_key in authors.nameless and message.author_key != ticket.asker_key:
        return make_mask(names, hidden.everybody_but(session, authors.visible))
    asker = authors.nameless[ticket.asker_key]
    return make_mask(replace(names, tickets=references.find_telling(session, asker, told)))


def _mask_file(session: Session, message: Message, row: Attachment, name: str, clean: CleanFile | None) -> None:
    """Keep a file's name aside and give it another for everybody, who get the clean copy."""
    session.add(
        UnmaskedFile(
            message_key=message.key,
            part=row.part,
            name=row.name,
            clean_key=contents.lay_down(session, clean.octets, message.filed_at) if clean else None,
            clean_size=len(clean.octets) if clean else 0,
        )
    )
    row.name, row.type = name, _plain_type(row.type)


def foresee(
    session: Session,
    mailing_list: MailingList,
    author: Person,
    post: Post,
    ticket: Ticket | None,
    clean_files: Mapping[int, CleanFile],
) -> Shown:
    """How everybody would read a post, if it were filed as a new ticket of its author, or in this one."""
    is_askers = ticket is None or ticket.asker_key == author.id
    if ticket:
        names = hidden.known_names(session, ticket, hidden.authors_of(session, ticket))
    else:
        names = hidden.names_elsewhere(session, author, mailing_list.key)
    if is_askers:
        names = hidden.with_signers(hidden.with_letter(names, post.author.name, post), post)
    named = {file.part: file.name for file in post.attached}
    asker = session.get_one(Person, ticket.asker_key) if ticket else author
    told = _told(post, named.values(), clean_files)
    mask = make_mask(replace(names, tickets=references.find_telling(session, asker, told)))
    shown = _mask_words(mask, post, is_hidden=is_askers)
    types = {file.part: _plain_type(file.type) for file in post.attached}
    files = [
        ShownFile(part, name, types[part], len(clean.octets), _key_of(clean), clean.has_pictures)
        for part, (name, clean) in _choose_files(mask, named, clean_files, is_askers=is_askers).items()
        if clean
    ]
    sent = {file.part for file in files}
    kept_back = tuple(name for part, name in named.items() if part not in sent)
    doubts = mask.find_doubts(f"{shown.subject}\n{shown.text}")
    subject = threads.plain_subject(shown.subject, mailing_list.prefix)
    if ticket is None and references.is_own_subject(session, author, subject):
        doubts = (subject, *doubts)
    return replace(shown, files=tuple(files), left_out=len(kept_back), kept_back=kept_back, doubts=doubts)


def lay_down(session: Session, shown: Shown, clean_files: Mapping[int, CleanFile], now: datetime) -> None:
    """Lay down the clean copies that were foreseen, so that the author can look at what the others would get."""
    for file in shown.files:
        contents.lay_down(session, clean_files[file.part].octets, now)


def own_subject(session: Session, ticket: Ticket) -> str:
    """A ticket's subject as its asker wrote it, for them and the lawyers alone."""
    first = threads.first_message(session, ticket)
    unmasked = session.get(Unmasked, first.id) if first else None
    prefix = session.get_one(MailingList, ticket.mailing_list_key).prefix
    return (threads.plain_subject(unmasked.subject, prefix) if unmasked else "") or ticket.subject


def masked(session: Session, ticket: Ticket, words: str) -> str:
    """Words about a ticket as everybody may read them, whoever wrote them."""
    if not is_masked(ticket.visibility):
        return words
    return make_mask(hidden.known_names(session, ticket, hidden.authors_of(session, ticket))).apply(words).text


def _mask_words(mask: Mask, said: Post | Unmasked, *, is_hidden: bool) -> Shown:
    letter = mask.apply_to_letter(said.text, said.sign_off) if is_hidden else mask.apply_to_others(said.text)
    masked = mask.apply(said.subject)
    replacements = tuple(dict.fromkeys((*masked.replacements, *letter.replacements)))
    return Shown(masked.text, letter.text, "", replacements=replacements)


def _choose_files(
    mask: Mask,
    names: Mapping[int, str],
    clean_files: Mapping[int, CleanFile],
    *,
    is_askers: bool,
) -> dict[int, tuple[str, CleanFile | None]]:
    """What each file is called for everybody, and the copy they get, if there is one that names nobody.

    No program looks through pictures: they go where their asker saw before that they would.
    """
    chosen: dict[int, tuple[str, CleanFile | None]] = {}
    for number, (part, name) in enumerate(names.items(), start=1):
        clean = clean_files.get(part)
        is_seen = clean is not None and (is_askers or not clean.has_pictures)
        is_fit = clean is not None and is_seen and not mask.is_named_in_file(clean)
        chosen[part] = (mask.file_name(name, number), clean) if is_fit else (nameless(name, number), None)
    return chosen


def _plain_type(kind: str) -> str:
    """The type of a file, unless somebody made it up: it may be called after them."""
    return kind if PLAIN_TYPES.fullmatch(kind) else "application/octet-stream"


def _key_of(clean: CleanFile) -> str:
    return sha256(clean.octets).hexdigest()


def mask_ticket(session: Session, ticket: Ticket) -> None:
    """Mask what is not masked yet of a ticket that became anonymous, and take back what others were to get of it."""
    known = select(Unmasked.message_key).join(Message, col(Message.id) == col(Unmasked.message_key))
    done = set(session.exec(known.where(Message.ticket_key == ticket.id)))
    messages = session.exec(select(Message).where(Message.ticket_key == ticket.id).order_by(col(Message.id)))
    unmasked = [message for message in messages if message.id not in done]
    for message in unmasked:
        message.is_nameless = _is_nameless(session, ticket, message)
    for message in sorted(unmasked, key=lambda one: not one.is_nameless):  # who they are is learnt first
        mask_message(session, ticket, message)
    ticket.topics = [masked(session, ticket, one) for one in ticket.topics]
    ticket.short_answer = masked(session, ticket, ticket.short_answer)
    if unmasked:
        letters = select(Letter.id).where(Letter.ticket_key == ticket.id)
        session.exec(
            update(Delivery)
            .where(
                col(Delivery.letter_key).in_(letters),
                col(Delivery.capacity) == Capacity.SUBSCRIBER,
                col(Delivery.state) == DeliveryState.WAITING,
            )
            .values(state=DeliveryState.WITHDRAWN)
        )


def unmask_ticket(session: Session, ticket: Ticket) -> None:
    """Let everybody read a ticket as it was written, now that those who asked it have allowed that."""
    query = select(Unmasked, Message).join(Message, col(Message.id) == col(Unmasked.message_key))
    for unmasked, message in session.exec(query.where(Message.ticket_key == ticket.id)).all():
        message.subject, message.text, message.quoted = unmasked.subject, unmasked.text, unmasked.quoted
        message.signature, message.sign_off = unmasked.signature, unmasked.sign_off
        message.form = unmasked.form
        message.is_nameless = False
        _give_back_files(session, message)
        if message.parent_key is None and message.author_key == ticket.asker_key:
            prefix = session.get_one(MailingList, ticket.mailing_list_key).prefix
            ticket.subject = threads.plain_subject(message.subject, prefix) or threads.first_words(message.text)
        session.delete(unmasked)
    session.flush()


def _give_back_files(session: Session, message: Message) -> None:
    for file in session.exec(select(UnmaskedFile).where(UnmaskedFile.message_key == message.id)).all():
        if attachment := session.get(Attachment, (file.message_key, file.part)):
            attachment.name = file.name
        session.delete(file)


# -- reading ---------------------------------------------------------------------------


def show(session: Session, ticket: Ticket, messages: Iterable[Message], *, sees_asker: bool) -> dict[int, Shown]:
    """Messages of one ticket, by key, as a reader sees them who may or may not know who asked."""
    by_key = {message.key: message for message in messages}
    keys = list(by_key)
    files: dict[int, list[Attachment]] = {key: [] for key in keys}
    for file in session.execute(ATTACHED, {"keys": keys}).scalars():
        files[file.message_key].append(file)
    unmasked: dict[int, Unmasked] = {}
    masked_files: dict[tuple[int, int], UnmaskedFile] = {}
    if not is_for_all(ticket.visibility):  # such messages may have been masked
        found = session.exec(select(UnmaskedFile).where(col(UnmaskedFile.message_key).in_(keys)))
        masked_files = {(row.message_key, row.part): row for row in found}
        if sees_asker:
            known = session.exec(select(Unmasked).where(col(Unmasked.message_key).in_(keys)))
            unmasked = {row.message_key: row for row in known}
    shown_files = {key: _files(ticket, files[key], masked_files, sees_asker=sees_asker) for key in keys}
    return {
        key: _show(message, unmasked.get(key), shown_files[key], len(files[key])) for key, message in by_key.items()
    }


def files_for_others(
    session: Session, tickets: Mapping[int, Ticket], messages: Iterable[Message]
) -> dict[int, tuple[ShownFile, ...]]:
    """The files of messages as those get them who may not know who asked, by the message's key; of any tickets.

    The tickets are by key, and those of all messages. Two statements, however many messages there are.
    """
    ticket_of = {message.key: tickets[message.ticket_key] for message in messages}
    files: dict[int, list[Attachment]] = {key: [] for key in ticket_of}
    for file in session.execute(ATTACHED, {"keys": list(ticket_of)}).scalars():
        files[file.message_key].append(file)
    found = session.exec(select(UnmaskedFile).where(col(UnmaskedFile.message_key).in_(list(ticket_of))))
    masked_files = {(row.message_key, row.part): row for row in found}
    return {key: _files(ticket_of[key], rows, masked_files, sees_asker=False) for key, rows in files.items()}


def _show(message: Message, unmasked: Unmasked | None, files: tuple[ShownFile, ...], there_are: int) -> Shown:
    left_out = there_are - len(files)
    if unmasked is None:
        form = from_stored(message.form)
        return Shown(
            message.subject, message.text, message.quoted, files, left_out, signature=message.signature, form=form
        )
    pairs = tuple((found, instead) for found, instead in unmasked.replacements)
    form = from_stored(unmasked.form)
    return Shown(
        unmasked.subject, unmasked.text, unmasked.quoted, files, left_out, pairs, unmasked.signature, form=form
    )


def _files(
    ticket: Ticket, files: Iterable[Attachment], masked: Mapping[tuple[int, int], UnmaskedFile], *, sees_asker: bool
) -> tuple[ShownFile, ...]:
    shown: list[ShownFile] = []
    for file in files:
        known = masked.get((file.message_key, file.part))
        if sees_asker or (known is None and not is_masked(ticket.visibility)):
            is_kept_back = is_masked(ticket.visibility) and not (known and known.clean_key)
            name = known.name if known else file.name
            shown.append(ShownFile(file.part, name, file.type, file.size, is_kept_back=is_kept_back))
        elif known and known.clean_key:
            shown.append(ShownFile(file.part, file.name, file.type, known.clean_size, known.clean_key))
    return tuple(shown)


def names_asker(ticket: Ticket, message: Message) -> bool:
    """Whether others may not know who wrote a message, since it would tell who asked, or who did not."""
    return message.author_key == ticket.asker_key or message.is_nameless
