"""Lists, tickets and what is said in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from tickets.database.models.columns import (
    Keyed,
    form_column,
    json_list,
    kind_word,
    later_list,
    later_text,
    long_text,
    word,
)

TO_LAY_OUT = text("NOT is_ready")
COPY_TO_LAY_OUT = text("NOT is_ready AND clean_key IS NOT NULL")


class Visibility(StrEnum):
    """Who may see a ticket, or one message in it, mildest first; `people.sight` says what each shows to whom."""

    OPEN = "open"
    PUBLISHED = "published"  # of a question and its answer without names; no ticket has it
    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    PERSONAL = "personal"  # of a message: its author and the lawyers of the list
    INTERNAL = "internal"  # the lawyers of the list


class MailingList(Keyed, table=True):
    """A mediator that distributes posts (RFC 5598 5.3), with a ticket for each conversation."""

    __tablename__ = "mailing_lists"

    name: str = Field(unique=True, max_length=29)  # shown to people, and in From
    address: str = Field(unique=True)  # lower case
    prefix: str = Field(unique=True, max_length=8)  # upper case: DB in DB-42
    description: str = ""
    language: str = Field(default="da", max_length=2)
    visibility: Visibility = word(Visibility, Visibility.OPEN)  # of a question that asks for none
    is_public: bool = False  # the archive is open to all
    is_restricted: bool = False  # only subscribers and the appointed are members
    digest_weekday: int = 0  # Monday is 0
    digest_hour: int = 8
    digest_minute: int = 0
    answer_days: int | None = None  # working days in which a question is to be answered; None: nobody is told any
    last_number: int = 0  # of the newest ticket
    created_at: datetime

    @property
    def local_part(self) -> str:
        """What stands before the last @ of the list's address (RFC 5321 4.1.2)."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """What stands behind the last @ of the list's address."""
        return self.address.rpartition("@")[2]


class TicketKind(StrEnum):
    """Whether a ticket asks the lawyers something, or tells the members something."""

    QUESTION = "question"
    NEWS = "news"  # has a number and a thread, but nobody waits for an answer


class Status(StrEnum):
    """How far a ticket has come (`tickets/conversations/statuses.py` tells what changes it)."""

    OPEN = "open"
    PENDING = "pending"
    ANSWERED = "answered"
    CLOSED = "closed"


class Ticket(Keyed, table=True):
    """A conversation with a number and a status."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("mailing_list_key", "number"),
        Index("tickets_by_status", "mailing_list_key", "kind", "status", "changed_at"),
        Index("tickets_by_change", "kind", "changed_at", "id"),
        Index("tickets_by_change_in_list", "mailing_list_key", "kind", "changed_at", "id"),
        Index("tickets_by_answer", "kind", "answered_at", "id"),
        Index("tickets_counted", "mailing_list_key", "kind", "status", "visibility", "asker_key"),
        {"sqlite_autoincrement": True},
    )

    mailing_list_key: int = Field(foreign_key="mailing_lists.id")
    number: int
    kind: TicketKind = kind_word(TicketKind, TicketKind.QUESTION)
    subject: str
    status: Status = word(Status, Status.OPEN)
    visibility: Visibility = word(Visibility, Visibility.OPEN)
    asker_key: int = Field(foreign_key="people.id", index=True)
    assignee_key: int | None = Field(default=None, foreign_key="people.id", index=True)
    asked_at: datetime
    changed_at: datetime  # of the newest message or change of status
    answered_at: datetime | None = None
    reopened_at: datetime | None = None
    due_at: datetime | None = None  # when it is to be answered at the latest; None: at no time that was told
    reminders: int = Field(
        default=0, sa_column_kwargs={"server_default": text("0")}
    )  # that went out about that time: to the assignee, then to all lawyers
    pending_until: datetime | None = None  # of a pending one: when it comes back; None: when somebody writes
    topics: list[str] = later_list()
    short_answer: str = Field(
        default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": text("''")}
    )  # in one line, as everybody may read it


class Alias(SQLModel, table=True):
    """The number of a ticket that was merged into another; it goes on leading there."""

    __tablename__ = "aliases"

    mailing_list_key: int = Field(foreign_key="mailing_lists.id", primary_key=True)
    number: int = Field(primary_key=True)
    ticket_key: int = Field(foreign_key="tickets.id", index=True)


class MergedTicket(SQLModel, table=True):
    """The key of a ticket that was merged into another: what the journal says of it is of that one since."""

    __tablename__ = "merged_tickets"

    former_key: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # no ticket has it
    ticket_key: int = Field(index=True)  # where it was merged into; that may have been merged since


class Split(SQLModel, table=True):
    """A ticket that began with messages of another: what answers letters about them belongs to it."""

    __tablename__ = "splits"

    ticket_key: int = Field(foreign_key="tickets.id", primary_key=True)
    from_key: int = Field(foreign_key="tickets.id", primary_key=True, index=True)


class CoAsker(SQLModel, table=True):
    """Somebody whose question was merged into another's: they asked it too."""

    __tablename__ = "co_askers"

    ticket_key: int = Field(foreign_key="tickets.id", primary_key=True)
    person_key: int = Field(foreign_key="people.id", primary_key=True, index=True)


class Watch(StrEnum):
    """What a member wants of one ticket, whatever they get of its list."""

    FOLLOW = "follow"  # every letter about it
    MUTE = "mute"  # none


class Watcher(SQLModel, table=True):
    """A member who follows a ticket, or does not want to hear of it; some because they have the same question."""

    __tablename__ = "watchers"

    ticket_key: int = Field(foreign_key="tickets.id", primary_key=True)
    person_key: int = Field(foreign_key="people.id", primary_key=True, index=True)
    watch: Watch = word(Watch)
    has_same: bool = False
    since: datetime


class MessageKind(StrEnum):
    """What part a message has in its ticket, by who wrote it."""

    QUESTION = "question"
    ANSWER = "answer"  # from a lawyer of the list
    FOLLOW_UP = "follow_up"  # from the asker
    REPLY = "reply"  # from another member
    NEWS = "news"
    HOLDING = "holding"  # from a lawyer, who answers later
    NOTE = "note"  # for the lawyers alone
    RECALLED = "recalled"  # an answer that its author took back: for the lawyers alone
    AUTOMATIC = "automatic"  # from a robot: filed, never sent on
    THANKS = "thanks"  # polite words and no more, whoever wrote them: filed, never sent on


class Message(Keyed, table=True):
    """A post as it was filed in a ticket."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("mailing_list_key", "message_id"),
        Index("messages_by_ticket", "ticket_key", "id"),
    )

    mailing_list_key: int = Field(foreign_key="mailing_lists.id")
    ticket_key: int = Field(foreign_key="tickets.id")
    parent_key: int | None = Field(default=None, foreign_key="messages.id")  # None: the root
    author_key: int = Field(foreign_key="people.id", index=True)
    kind: MessageKind = kind_word(MessageKind)
    message_id: str  # the author's; never shown to others
    own_id: str = Field(unique=True)  # ours, on our domain: all letters about this post carry it
    path: str = Field(unique=True, max_length=32)  # lasting, made from own_id
    subject: str
    text: str = long_text()  # what the author wrote now
    quoted: str = long_text()  # older mail, folded away
    signature: str = later_text()  # folded away too
    sign_off: str = later_text()  # the last lines of the text, from its leave-taking on, where there is one in it
    form: list[dict[str, Any]] | None = form_column()  # of the text, where an editor or a lawyer wrote it with one
    body_digest: str = Field(max_length=64)  # SHA-256 of the decoded body: tells a copy from a clash
    defects: list[str] = json_list()
    content_key: str = Field(foreign_key="contents.sha256", index=True, max_length=64)
    sent_at: datetime  # Date, or when it arrived if that makes no sense
    filed_at: datetime
    visibility: Visibility | None = word(Visibility, optional=True)  # narrower than its ticket's; None: as its ticket's
    # who wrote it would tell who asked: found when it was masked, wherever its author may be now
    is_nameless: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    # its place in a conversation of Outlook's (`thread_ids`); empty where that is not known, or would tell who asked
    thread_index: str = later_text()
    replaced_by_key: int | None = None  # of an answer that was corrected: the message that holds now


class Identifier(SQLModel, table=True):
    """A Message-ID that was received or sent in a list, and where an answer to it belongs."""

    __tablename__ = "identifiers"

    mailing_list_key: int = Field(foreign_key="mailing_lists.id", primary_key=True)
    message_id: str = Field(primary_key=True)
    ticket_key: int = Field(foreign_key="tickets.id", index=True)
    message_key: int | None = Field(default=None, foreign_key="messages.id")  # None: of the ticket as a whole


class Citation(SQLModel, table=True):
    """A Message-ID that a filed message answers or refers to, known here or not."""

    __tablename__ = "citations"
    __table_args__ = (Index("citations_of", "mailing_list_key", "message_id"),)

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    position: int = Field(primary_key=True)  # 0 is In-Reply-To, then References newest first
    mailing_list_key: int = Field(foreign_key="mailing_lists.id")
    message_id: str


class LawPlace(SQLModel, table=True):
    """An article or a section of a law that a message names, as everybody may read it who sees the message."""

    __tablename__ = "law_places"
    __table_args__ = (Index("law_places_named", "law", "number"),)

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    law: str = Field(primary_key=True, max_length=40)  # by its word in `laws.toml`
    number: str = Field(primary_key=True, max_length=8)


class Attachment(SQLModel, table=True):
    """A file in a filed message; `contents` knows where its octets lie."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("attachments_to_lay_out", "message_key", sqlite_where=TO_LAY_OUT, postgresql_where=TO_LAY_OUT),
    )

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    part: int = Field(primary_key=True)  # position among the parts, as `email.message.Message.walk` goes
    name: str
    type: str  # of our own list, never the author's word alone
    size: int  # octets, decoded
    is_ready: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # `parts` has it


class Unmasked(SQLModel, table=True):
    """What a message of an anonymous ticket said before it was masked: for the list's lawyers and the asker alone."""

    __tablename__ = "unmasked"

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    author: str = ""  # the name in From
    # of a hidden author, as they were then: pairs of a kind and a name
    names: list[list[str]] | None = Field(default_factory=list, sa_type=JSON, nullable=True)
    subject: str
    text: str = long_text()
    quoted: str = long_text()
    signature: str = later_text()
    sign_off: str = later_text()
    form: list[dict[str, Any]] | None = form_column()
    replacements: list[list[str]] = json_list()  # pairs: what was found, and what others read instead


class UnmaskedFile(SQLModel, table=True):
    """What a file in an anonymous ticket was called, and the clean copy that others get, if there is one."""

    __tablename__ = "unmasked_files"
    __table_args__ = (
        Index("clean_copies_to_lay_out", "message_key", sqlite_where=COPY_TO_LAY_OUT, postgresql_where=COPY_TO_LAY_OUT),
    )

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    part: int = Field(primary_key=True)
    name: str
    clean_key: str | None = Field(default=None, foreign_key="contents.sha256", max_length=64)
    clean_size: int = 0  # octets
    is_ready: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # `parts` has the clean copy
