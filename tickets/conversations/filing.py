"""Filing: a post becomes a message of a ticket, with everything that follows from it in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, col, delete, select, update

from tickets import journal, links
from tickets.conversations import anonymity, deadlines, numbering, statuses, threads
from tickets.conversations.numbering import identify
from tickets.database.models import (
    Act,
    Alias,
    Citation,
    CoAsker,
    Consent,
    EventKind,
    Identifier,
    Letter,
    MailingList,
    MergedTicket,
    Message,
    MessageKind,
    Person,
    Publication,
    Split,
    Status,
    Ticket,
    TicketKind,
    Visibility,
    Watcher,
    metadata,
)
from tickets.database.store import lay_down
from tickets.errors import Conflict
from tickets.form.blocks import as_stored
from tickets.form.fitting import fit
from tickets.moderation import spreading
from tickets.people import appointments
from tickets.people.askers import asker_keys
from tickets.people.audience import told_of
from tickets.people.sight import MEMBER, OF_KIND, is_masked, sight_of, strictest, tells_of
from tickets.portal import Portal
from tickets.post import CleanFile, Post
from tickets.reasons import Refusal
from tickets.text.thanks import is_mere_thanks
from tickets.thread_ids import extend_index, is_same_conversation

MOST_CITED = 100  # ids that one message may answer

Fields = dict[str, Any]

IDENTIFIERS, CITATIONS, ATTACHMENTS = (metadata.tables[name] for name in ("identifiers", "citations", "attachments"))
INSERTS = {table: table.insert() for table in (IDENTIFIERS, CITATIONS, ATTACHMENTS)}


@dataclass(frozen=True)
class Filing:
    """What filing a post needs to know beside the post: whose it is, where its octets are, what it starts."""

    author: Person
    content_key: str
    at: datetime
    is_lawyer: bool = False
    kind: TicketKind = TicketKind.QUESTION  # of a new ticket
    visibility: Visibility = Visibility.OPEN  # of a new ticket
    arrival_key: int | None = None
    message_kind: MessageKind | None = None  # of a further message whose author said what it is
    narrowed_to: Visibility | None = None  # who sees the message, if not all who see its ticket
    undo: timedelta = timedelta(0)  # how long others wait for it
    keeps_form: bool = False  # its text is shown with the form that its author gave it
    clean_files: Mapping[int, CleanFile] = field(default_factory=dict)  # by part; only for anonymous tickets


EVENTS = {
    MessageKind.QUESTION: EventKind.ASKED,
    MessageKind.ANSWER: EventKind.ANSWERED,
    MessageKind.FOLLOW_UP: EventKind.FOLLOWED_UP,
    MessageKind.REPLY: EventKind.REPLIED,
    MessageKind.NEWS: EventKind.NEWS_POSTED,
    MessageKind.HOLDING: EventKind.REPLIED,
    MessageKind.NOTE: EventKind.NOTED,
    MessageKind.AUTOMATIC: EventKind.FILED_QUIETLY,
    MessageKind.THANKS: EventKind.FILED_QUIETLY,
    MessageKind.RECALLED: EventKind.RECALLED,
}
QUIET = (MessageKind.AUTOMATIC, MessageKind.THANKS, MessageKind.RECALLED)  # nobody is told of them
WAITING = (Status.OPEN, Status.PENDING)
PAIRS: tuple[Any, ...] = (CoAsker, Watcher)  # of a ticket and a person


def file_post(
    session: Session,
    portal: Portal,
    mailing_list: MailingList,
    post: Post,
    filing: Filing,
    ticket: Ticket | None = None,
) -> Message:
    """File a post as the next message of its ticket, or as the first of a new one.

    Within the caller's transaction. Replies that came before it are gathered into its ticket.
    """
    is_new = ticket is None
    ticket = ticket or _open_ticket(session, portal, mailing_list, post, filing)
    message = _add_message(session, portal, mailing_list, post, filing, ticket, is_new=is_new)
    if not is_new:
        _advance(session, ticket, message, filing)
    if is_masked(ticket.visibility):
        anonymity.mask_message(session, ticket, message, post.author.name, filing.clean_files)
    if MEMBER in told_of(ticket, message):
        spreading.hold_back(session, message, filing.at, filing.undo)
    journal.append(
        session, EVENTS[message.kind], filing.at, ticket=ticket, message=message,
        person_key=filing.author.id, arrival_key=filing.arrival_key,
    )  # fmt: skip
    for reply in threads.find_early_replies(session, message):
        _gather(session, mailing_list, ticket, message, reply, filing.at)
    return message


def _open_ticket(session: Session, portal: Portal, mailing_list: MailingList, post: Post, filing: Filing) -> Ticket:
    ticket = new_ticket(mailing_list, numbering.next_number(session, mailing_list), post, filing)
    if ticket.kind is TicketKind.QUESTION:
        ticket.due_at = deadlines.due_after(portal, mailing_list, filing.at)
    lay_down(session, ticket)
    numbering.give_reference(session, portal, mailing_list, ticket)
    return ticket


def new_ticket(mailing_list: MailingList, number: int, post: Post, filing: Filing) -> Ticket:
    """The ticket that begins with this post."""
    return Ticket(
        mailing_list_key=mailing_list.key,
        number=number,
        kind=filing.kind,
        subject=threads.plain_subject(post.subject, mailing_list.prefix) or threads.first_words(post.text),
        status=Status.CLOSED if filing.kind is TicketKind.NEWS else Status.OPEN,
        visibility=filing.visibility,
        asker_key=filing.author.key,
        asked_at=filing.at,
        changed_at=filing.at,
    )


def _add_message(
    session: Session,
    portal: Portal,
    mailing_list: MailingList,
    post: Post,
    filing: Filing,
    ticket: Ticket,
    *,
    is_new: bool,
) -> Message:
    parent = None if is_new else threads.find_parent(session, mailing_list, ticket, post)
    kind = _first_kind(filing) if is_new else filing.message_kind or _next_kind(session, post, ticket, filing)
    message = Message(**describe_message(portal, post, filing, ticket, kind), parent_key=parent.id if parent else None)
    if not is_new:
        message.thread_index = _continue_index(portal, ticket, parent, message)
    lay_down(session, message)
    for table, rows in describe_particulars(post, ticket, message.key, message.own_id).items():
        insert_rows(session, table, rows)
    return message


def _continue_index(portal: Portal, ticket: Ticket, parent: Message | None, message: Message) -> str:
    """The message's place in the conversation that its parent is of, which its own mail program may not have known."""
    known = links.thread_index(portal, ticket, parent)
    if message.thread_index and is_same_conversation(message.thread_index, known):
        return message.thread_index
    return extend_index(known, message.filed_at)


def describe_message(portal: Portal, post: Post, filing: Filing, ticket: Ticket, kind: MessageKind) -> Fields:
    """What the database holds of a post, but for its own key and its parent's."""
    own_id = links.make_own_id(portal)
    return {
        "mailing_list_key": ticket.mailing_list_key,
        "ticket_key": ticket.key,
        "author_key": filing.author.key,
        "kind": kind,
        "message_id": post.message_id,
        "own_id": own_id,
        "path": links.make_path(own_id),
        "subject": post.subject,
        "text": post.text,
        "quoted": post.quoted,
        "signature": post.signature,
        "sign_off": post.sign_off,
        "thread_index": post.thread_index,
        "form": as_stored(fit(post.form, post.text)) if filing.keeps_form else None,
        "body_digest": post.body_digest,
        "defects": list(post.defects),
        "content_key": filing.content_key,
        "sent_at": post.sent_at or filing.at,
        "filed_at": filing.at,
        "visibility": OF_KIND.get(kind) or filing.narrowed_to,
    }


def describe_particulars(post: Post, ticket: Ticket, key: int, own_id: str) -> dict[Table, list[Fields]]:
    """What hangs on a message, by table: the ids it goes by, those it cites, its files."""
    return {
        IDENTIFIERS: [identify(ticket, message_id, key) for message_id in (post.message_id, own_id)],
        CITATIONS: [
            {
                "message_key": key,
                "position": position,
                "mailing_list_key": ticket.mailing_list_key,
                "message_id": cited,
            }
            for position, cited in enumerate(post.cited[:MOST_CITED])
        ],
        ATTACHMENTS: [
            {"message_key": key, "part": file.part, "name": file.name, "type": file.type, "size": file.size}
            for file in post.attached
        ],
    }


def insert_rows(session: Session, table: Table, rows: list[Fields]) -> None:
    """Insert rows of one table in a single statement; nothing for an empty list."""
    if rows:
        session.connection().execute(INSERTS[table], rows)


def _next_kind(session: Session, post: Post, ticket: Ticket, filing: Filing) -> MessageKind:
    is_askers = filing.author.id in asker_keys(session, ticket)
    return kind_of(post, ticket, is_lawyer=filing.is_lawyer, is_askers=is_askers)


def kind_of(post: Post, ticket: Ticket, *, is_lawyer: bool, is_askers: bool) -> MessageKind:
    """What a further message of a ticket is, from who wrote it, or that it says thank you and no more.

    While a ticket waits for an answer, whatever a lawyer writes may be that.
    """
    if post.robot:
        return MessageKind.AUTOMATIC
    may_be_answer = is_lawyer and not is_askers and ticket.status in WAITING
    if not may_be_answer and not post.attached and is_mere_thanks(post.text):
        return MessageKind.THANKS
    if is_askers:
        return MessageKind.FOLLOW_UP
    return MessageKind.ANSWER if is_lawyer else MessageKind.REPLY


def _first_kind(filing: Filing) -> MessageKind:
    return MessageKind.NEWS if filing.kind is TicketKind.NEWS else MessageKind.QUESTION


def _advance(session: Session, ticket: Ticket, message: Message, filing: Filing) -> None:
    """Let the ticket's status follow a message; robots, thanks and notes change nothing, news waits for none."""
    if message.kind in (MessageKind.NOTE, *QUIET):
        return
    ticket.changed_at = filing.at
    if ticket.kind is TicketKind.NEWS:
        return
    if message.kind is MessageKind.ANSWER:
        ticket.answered_at = filing.at
        ticket.assignee_key = ticket.assignee_key or message.author_key
        statuses.change_status(session, ticket, Status.ANSWERED, filing.at, filing.author)
    elif message.kind is MessageKind.FOLLOW_UP:
        statuses.change_status(session, ticket, Status.OPEN, filing.at, filing.author)


# -- replies that came first -----------------------------------------------------------


def _gather(
    session: Session, mailing_list: MailingList, ticket: Ticket, parent: Message, reply: Message, at: datetime
) -> None:
    """Bring a reply that was filed before its parent to where it belongs, if that leaks and takes away nothing."""
    if reply.mailing_list_key != ticket.mailing_list_key:
        return
    if reply.ticket_key == ticket.id:
        if reply.parent_key is None or _answers_directly(session, reply, parent):
            reply.parent_key = parent.id
        return
    early = session.get_one(Ticket, reply.ticket_key)
    author = session.get_one(Person, reply.author_key)
    if may_take_in(ticket, early, reply) and sight_of(session, author, mailing_list).of_ticket(ticket):
        reply.parent_key = parent.id
        merge(session, mailing_list, early, ticket, at)


def may_take_in(ticket: Ticket, early: Ticket, reply: Message) -> bool:
    """Whether a ticket that began with this reply loses nothing by becoming part of the other."""
    is_nameless = is_masked(early.visibility)  # nobody else's ticket could go on hiding its asker
    is_its_own = early.asker_key == ticket.asker_key or (early.answered_at is None and not is_nameless)
    if early.asker_key == ticket.asker_key and tells_of(early.visibility, ticket.visibility):
        return False
    return is_its_own and reply.parent_key is None and early.asker_key == reply.author_key


def _answers_directly(session: Session, reply: Message, parent: Message) -> bool:
    first_cited = session.get(Citation, (reply.id, 0))
    return first_cited is not None and first_cited.message_id == parent.message_id and reply.id != parent.id


def merge(
    session: Session, mailing_list: MailingList, source: Ticket, target: Ticket, at: datetime, act: Act | None = None
) -> None:
    """Make one ticket of two: the source's number goes on leading to the target, the stricter visibility wins.

    `act` is what somebody did to have it so. Raises Conflict where an anonymous asker would become one of several
    authors, with a name.
    """
    if is_masked(source.visibility) and source.asker_key != target.asker_key:
        raise Conflict(Refusal.ANONYMOUS_STANDS_ALONE)
    source_key, target_key = source.key, target.key
    session.flush()
    for table in (Message, Identifier, Letter, Alias, Act, Consent, Publication):
        session.exec(update(table).where(col(table.ticket_key) == source_key).values(ticket_key=target_key))
    session.add(MergedTicket(former_key=source_key, ticket_key=target_key))
    _carry_people(session, source_key, target_key)
    if source.number > 0:  # else nobody has heard it
        session.add(Alias(mailing_list_key=source.mailing_list_key, number=source.number, ticket_key=target_key))
    target.visibility = strictest(source.visibility, target.visibility)
    target.changed_at = max(source.changed_at, target.changed_at)
    target.assignee_key = target.assignee_key or source.assignee_key
    session.delete(source)
    session.flush()
    _name_anew(session, mailing_list, target, at)
    if is_masked(target.visibility):
        anonymity.mask_ticket(session, target)
    by, act_key = (act.person_key, act.id) if act else (None, None)
    journal.append(session, EventKind.MERGED, at, ticket=target, person_key=by, act_key=act_key)


def _carry_people(session: Session, source_key: int, target_key: int) -> None:
    """Let those who follow, or asked too, do so where the ticket is now; and what was split off it lead there."""
    for table in PAIRS:
        for row in session.exec(select(table).where(col(table.ticket_key) == source_key)).all():
            if session.get(table, (target_key, row.person_key)) is None:
                session.add(table(**row.model_dump() | {"ticket_key": target_key}))
            session.delete(row)
    for row in session.exec(select(Split).where(Split.from_key == source_key)).all():
        if row.ticket_key != target_key and session.get(Split, (row.ticket_key, target_key)) is None:
            session.add(Split(ticket_key=row.ticket_key, from_key=target_key))
        session.delete(row)
    session.exec(delete(Split).where(col(Split.ticket_key) == source_key))
    session.flush()


def _name_anew(session: Session, mailing_list: MailingList, ticket: Ticket, at: datetime) -> None:
    """After a merge: say again what each message is, now that there is one asker, and let the status follow."""
    lawyer_keys = {person.id for person in appointments.lawyers(session, ticket.mailing_list_key)}
    askers = asker_keys(session, ticket)
    query = select(Message).where(Message.ticket_key == ticket.id, col(Message.parent_key).is_not(None))
    for message in session.exec(query.execution_options(populate_existing=True)):
        if message.kind not in (MessageKind.NOTE, MessageKind.HOLDING, *QUIET):
            is_lawyer = message.author_key in lawyer_keys
            kind = MessageKind.ANSWER if is_lawyer else MessageKind.REPLY
            message.kind = MessageKind.FOLLOW_UP if message.author_key in askers else kind
        if message.kind is MessageKind.ANSWER and ticket.kind is TicketKind.QUESTION:
            author = session.get_one(Person, message.author_key)
            ticket.answered_at = message.filed_at
            ticket.assignee_key = ticket.assignee_key or author.id
            statuses.change_status(session, ticket, Status.ANSWERED, at, author)
    session.flush()
