"""Every table of the portal.

Foreign keys end in `_key`; `message_id` and the like are field values of RFC 5322, without `<>`.
Times are aware and in UTC. Rows validate nothing: what comes from outside is checked before it gets here.
"""

from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint, false, text
from sqlalchemy import Enum as SqlEnum
from sqlmodel import Field, SQLModel

from tickets.envelope import KnownBy
from tickets.reasons import BounceKind, Grounds, Reason

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "fk": "%(table_name)s_%(column_0_N_name)s_lives",
    "pk": "%(table_name)s_pk",
}
metadata = SQLModel.metadata
metadata.naming_convention = NAMES


KIND_LENGTH = 32  # characters; kinds come to be all the time, and none is to need a wider column


def word(
    words: type[StrEnum], default: StrEnum | None = None, *, optional: bool = False, length: int = 16, **column: Any
) -> Any:
    """A column that holds one word of an enumeration, readable as it stands in the database."""
    values = [word.value for word in words]
    kind = SqlEnum(words, native_enum=False, length=length, values_callable=lambda _: values, validate_strings=True)
    if optional:
        return Field(default=None, sa_type=kind, nullable=True)
    if default is None:
        return Field(sa_type=kind, nullable=False)
    return Field(default=default, sa_type=kind, nullable=False, sa_column_kwargs=column)


def kind_word(kinds: type[StrEnum], default: StrEnum | None = None) -> Any:
    """A column that holds the kind of a row."""
    return word(kinds, default, length=KIND_LENGTH)


def long_text(default: str = "") -> Any:
    """A column of text of any length, never null."""
    return Field(default=default, sa_type=Text, nullable=False)


def later_text() -> Any:
    """A long text that came to a table in use, whose older rows have none."""
    return Field(default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": text("''")})


def json_list() -> Any:
    """A column that holds a list as JSON, empty by default, never null."""
    return Field(default_factory=list, sa_type=JSON, nullable=False)


def utc_now() -> datetime:
    """The time by the machine's clock, aware, in UTC."""
    return datetime.now(UTC)


class Keyed(SQLModel):
    """A row that the database numbers."""

    id: int | None = Field(default=None, primary_key=True)

    @property
    def key(self) -> int:
        """The row's number. Raises LookupError as long as it was not flushed and has none."""
        if self.id is None:
            raise LookupError(f"{type(self).__name__} has no key before it is flushed")
        return self.id


# -- mail in ---------------------------------------------------------------------------


class Disposition(StrEnum):
    """What became of an arrival; an arrival without one is waiting."""

    FILED = "filed"
    HELD = "held"
    OBEYED = "obeyed"
    COUNTED = "counted"
    DISCARDED = "discarded"
    QUARANTINED = "quarantined"


class Content(SQLModel, table=True):
    """The raw octets of a message, stored once however many recipients it came for."""

    __tablename__ = "contents"

    sha256: str = Field(primary_key=True, max_length=64)  # hexadecimal
    octets: bytes = Field(sa_type=LargeBinary)
    stored_at: datetime


class Lane(StrEnum):
    """Where an arrival waits, so that it holds up nobody else (`mailer/processing/lanes.py`)."""

    QUICK = "quick"  # what has just come, until it is known better
    COSTLY = "costly"
    STRANGERS = "strangers"


class Arrival(Keyed, table=True):
    """One message handed over for one recipient: the envelope, and what became of it."""

    __tablename__ = "arrivals"
    __table_args__ = (
        Index("arrivals_by_disposition", "disposition", "id"),
        {"sqlite_autoincrement": True},
    )

    content_key: str = Field(foreign_key="contents.sha256", index=True, max_length=64)
    recipient: str
    known_by: KnownBy = word(KnownBy, KnownBy.ENVELOPE)  # the recipient
    return_path: str  # empty for the null return path
    door: str = Field(max_length=8)  # smtp, lmtp, imap
    client: str | None = Field(default=None, max_length=64)  # address of the server that sent it, if known (SMTP)
    helo: str | None = Field(default=None, max_length=255)  # what that server called itself
    received_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    lease: str | None = None  # who is at it, if anyone
    leased_until: datetime | None = None
    lane: Lane = word(Lane, Lane.QUICK, server_default="quick")
    # With whom it takes turns there: its author, if known; strangers are one party
    party: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    disposition: Disposition | None = word(Disposition, optional=True)
    reason: Reason | None = word(Reason, optional=True, length=48)
    reason_details: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    settled_at: datetime | None = None
    is_vouched: bool = False  # an administrator released it
    voucher: dict[str, Any] | None = Field(
        default=None, sa_type=JSON(none_as_null=True), nullable=True
    )  # for its author
    author: str = ""  # From, as read; for those who look after what is held
    subject: str = ""
    message_id: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # as read: to trace it by
    message_key: int | None = Field(default=None, foreign_key="messages.id", index=True)
    traceback: str = long_text()
    defects: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)

    @property
    def grounds(self) -> Grounds | None:
        """Why it became what it became, where there is more to tell than its disposition."""
        return Grounds(self.reason, self.reason_details or {}) if self.reason else None


class Opening(Keyed, table=True):
    """Somebody looked at the raw message of an arrival that was put aside."""

    __tablename__ = "openings"

    arrival_key: int = Field(foreign_key="arrivals.id", index=True)
    person_key: int = Field(foreign_key="people.id")
    opened_at: datetime


class ProposalKind(StrEnum):
    """Why a message waits for its author."""

    CPR = "cpr"  # a civil registration number stands in it
    ANONYMOUS = "anonymous"  # it was asked anonymously: the author sees first what the others would
    UNPROVEN = "unproven"  # nothing shows that its author meant it for here
    COMMAND = "command"  # it may ask for something that was not understood


class Choice(StrEnum):
    """What an author wants done with a message that waits for them."""

    SEND = "send"  # as proposed
    MEANT = "meant"  # the command in it is obeyed
    WITHDRAW = "withdraw"


class Proposal(Keyed, table=True):
    """A held message that waits for its author's word: what is proposed, until when, and what they chose."""

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("arrival_key", "kind"),)

    kind: ProposalKind = kind_word(ProposalKind)
    arrival_key: int = Field(foreign_key="arrivals.id")
    person_key: int = Field(foreign_key="people.id", index=True)
    mailing_list_key: int = Field(foreign_key="mailing_lists.id")
    findings: list[dict[str, Any]] = json_list()  # CPR numbers, and where, as its letter tells
    made_at: datetime
    told_at: datetime | None = None  # when its author was owed a letter about it
    expires_at: datetime = Field(index=True)
    choice: Choice | None = word(Choice, optional=True)
    decided_at: datetime | None = None


class Preview(SQLModel, table=True):
    """How the others would read what waits for its author's word, and what the author should look at in it."""

    __tablename__ = "previews"

    proposal_key: int | None = Field(default=None, foreign_key="proposals.id", primary_key=True)  # once it is made
    message_id: str = Field(index=True)  # as it came
    body_digest: str = Field(default="", max_length=64)
    number: int = 0  # of the ticket; 0: of a new one
    subject: str
    text: str = long_text()
    files: list[dict[str, Any]] = json_list()  # the fields of `anonymity.ShownFile`
    left_out: int = 0  # files that the others do not get
    kept_back: list[str] = json_list()  # what those are called
    doubts: list[str] = json_list()  # words that may still name somebody
    is_answer: bool = False  # of a lawyer
    corrects: bool = False  # it takes the place of an earlier text
    files_before: int = 0  # that came with the earlier text
    sent_at: datetime


class Redaction(SQLModel, table=True):
    """A message in which CPR numbers stand, and the one without them that takes its place."""

    __tablename__ = "redactions"

    original_key: str = Field(foreign_key="contents.sha256", primary_key=True, max_length=64)
    redacted_key: str = Field(foreign_key="contents.sha256", max_length=64)
    found_at: datetime = Field(index=True)


class OwnerMail(SQLModel, table=True):
    """What a member wrote to those who run a list, until the letter with it is owed to them."""

    __tablename__ = "owner_mails"

    arrival_key: int = Field(foreign_key="arrivals.id", primary_key=True)
    mailing_list_key: int = Field(foreign_key="mailing_lists.id")
    person_key: int = Field(foreign_key="people.id")
    subject: str
    text: str = long_text()
    files: list[list[Any]] = json_list()  # part, name, type, size
    sent_at: datetime


# -- people ----------------------------------------------------------------------------


class OrganisationKind(StrEnum):
    """What sort of body an organisation is."""

    MUNICIPALITY = "municipality"
    REGION = "region"
    ASSOCIATION = "association"
    OTHER = "other"


class Role(StrEnum):
    """What a person does here beyond being a member."""

    MEMBER = "member"
    LAWYER = "lawyer"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Mode(StrEnum):
    """How a subscriber gets a list: every letter, a digest of each working day or of the week, or nothing."""

    EACH = "each"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class Organisation(Keyed, table=True):
    """The body a person belongs to, known by its mail domains."""

    __tablename__ = "organisations"

    name: str = Field(unique=True)
    kind: OrganisationKind = kind_word(OrganisationKind, OrganisationKind.OTHER)
    code: str | None = Field(default=None, max_length=4)  # municipality code (CPR office), four digits
    region: str | None = None
    is_approved: bool = True


class MailDomain(SQLModel, table=True):
    """A domain whose addresses belong to an organisation's people."""

    __tablename__ = "mail_domains"

    domain: str = Field(primary_key=True)  # lower case, A-labels
    organisation_key: int = Field(foreign_key="organisations.id", index=True)


class Person(Keyed, table=True):
    """Somebody with a mail address. A guest is one whom an administrator let in without an organisation."""

    __tablename__ = "people"

    email: str = Field(unique=True)  # lower case
    name: str = ""
    language: str | None = Field(default=None, max_length=2)  # da or en; None: the list's
    organisation_key: int | None = Field(default=None, foreign_key="organisations.id", index=True)
    is_guest: bool = False
    joined_at: datetime

    @property
    def is_stranger(self) -> bool:
        """Whether nobody let them in: known by what was imported alone, or removed."""
        return self.organisation_key is None and not self.is_guest


class OtherAddress(SQLModel, table=True):
    """Another address of a person: what comes from it is theirs. Letters go to the one in `people`."""

    __tablename__ = "other_addresses"

    email: str = Field(primary_key=True)  # lower case, A-labels
    person_key: int = Field(foreign_key="people.id", index=True)
    added_at: datetime


class MergedPerson(SQLModel, table=True):
    """Somebody who turned out to be another: what was signed for the one is the other's."""

    __tablename__ = "merged_people"

    former_key: int = Field(foreign_key="people.id", primary_key=True)
    person_key: int = Field(foreign_key="people.id", index=True)
    merged_at: datetime


class Appointment(Keyed, table=True):
    """A role that a person has on one list, or on all of them (no list)."""

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("person_key", "role", "mailing_list_key"),)

    person_key: int = Field(foreign_key="people.id")
    role: Role = word(Role)
    mailing_list_key: int | None = Field(default=None, foreign_key="mailing_lists.id", index=True)


class Absence(Keyed, table=True):
    """Somebody is away; another does their work meanwhile."""

    __tablename__ = "absences"

    person_key: int = Field(foreign_key="people.id", index=True)
    stand_in_key: int = Field(foreign_key="people.id")
    since: datetime
    until: datetime


class Subscription(SQLModel, table=True):
    """How a person gets a list, if at all, and since when letters for it are paused."""

    __tablename__ = "subscriptions"

    person_key: int = Field(foreign_key="people.id", primary_key=True)
    mailing_list_key: int = Field(foreign_key="mailing_lists.id", primary_key=True, index=True)
    mode: Mode = word(Mode, Mode.WEEKLY)
    since: datetime
    bounce_score: float = 0.0  # as `reachability` counts
    bounced_at: datetime | None = None  # when a bounce was last counted; None: letters arrive, as far as is known
    warned_at: datetime | None = None  # when the subscriber was told that a pause is near
    paused_at: datetime | None = None  # too many letters came back: nothing is mailed until it is resumed

    def forget_bounces(self) -> None:
        """Begin anew, as if no letter had come back."""
        self.bounce_score, self.bounced_at, self.warned_at, self.paused_at = 0.0, None, None, None


# -- lists and tickets -----------------------------------------------------------------


class Visibility(StrEnum):
    """Who may see a ticket, or one message in it, mildest first; `people.sight` says what each shows to whom."""

    OPEN = "open"
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
    topics: list[str] = Field(
        default_factory=list, sa_type=JSON, nullable=False, sa_column_kwargs={"server_default": text("'[]'")}
    )
    short_answer: str = Field(
        default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": text("''")}
    )  # in one line, as everybody may read it


class Alias(SQLModel, table=True):
    """The number of a ticket that was merged into another; it goes on leading there."""

    __tablename__ = "aliases"

    mailing_list_key: int = Field(foreign_key="mailing_lists.id", primary_key=True)
    number: int = Field(primary_key=True)
    ticket_key: int = Field(foreign_key="tickets.id", index=True)


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
    body_digest: str = Field(max_length=64)  # SHA-256 of the decoded body: tells a copy from a clash
    defects: list[str] = json_list()
    content_key: str = Field(foreign_key="contents.sha256", index=True, max_length=64)
    sent_at: datetime  # Date, or when it arrived if that makes no sense
    filed_at: datetime
    visibility: Visibility | None = word(Visibility, optional=True)  # narrower than its ticket's; None: as its ticket's
    # who wrote it would tell who asked: found when it was masked, wherever its author may be now
    is_nameless: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
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


class Attachment(SQLModel, table=True):
    """A file in a filed message; its octets stay in the raw message, at `part`."""

    __tablename__ = "attachments"

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    part: int = Field(primary_key=True)  # position among the parts, as `email.message.Message.walk` goes
    name: str
    type: str  # of our own list, never the author's word alone
    size: int  # octets, decoded


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
    replacements: list[list[str]] = json_list()  # pairs: what was found, and what others read instead


class UnmaskedFile(SQLModel, table=True):
    """What a file in an anonymous ticket was called, and the clean copy that others get, if there is one."""

    __tablename__ = "unmasked_files"

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    part: int = Field(primary_key=True)
    name: str
    clean_key: str | None = Field(default=None, foreign_key="contents.sha256", max_length=64)
    clean_size: int = 0  # octets


# -- acts ------------------------------------------------------------------------------


class ActKind(StrEnum):
    """What people do to a ticket beside writing in it."""

    TAKE = "take"
    ASSIGN = "assign"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    PENDING = "pending"
    TOPICS = "topics"
    SHORT = "short"
    CORRECT = "correct"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    VISIBILITY = "visibility"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SAME = "same"
    WITHDRAW = "withdraw"


class Way(StrEnum):
    """How an act reached the portal."""

    MAIL = "mail"
    WEB = "web"
    SHELL = "shell"
    CLOCK = "clock"  # nobody did it: its time had come


class Act(Keyed, table=True):
    """Something that was done to a ticket: by whom, how, and what it changed, so that it can be undone."""

    __tablename__ = "acts"
    __table_args__ = (Index("acts_by_mail", "mailing_list_key", "message_id"), {"sqlite_autoincrement": True})

    ticket_key: int = Field(foreign_key="tickets.id", index=True)
    mailing_list_key: int = Field(foreign_key="mailing_lists.id")  # where it was done
    kind: ActKind = kind_word(ActKind)
    person_key: int | None = Field(
        default=None, foreign_key="people.id", index=True
    )  # None: the portal or its operator
    at: datetime
    way: Way = word(Way)
    message_id: str = ""  # of the mail that asked for it
    message_key: int | None = Field(default=None, foreign_key="messages.id")  # of the message it is about
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, nullable=False)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, nullable=False)
    undoes_key: int | None = Field(default=None, foreign_key="acts.id", index=True)


class Consent(Keyed, table=True):
    """What an asker is asked before others see more of their ticket: what would be done, and what they said."""

    __tablename__ = "consents"

    ticket_key: int = Field(foreign_key="tickets.id", index=True)
    kind: ActKind = kind_word(ActKind)
    argument: str = ""
    wanted_by_key: int | None = Field(default=None, foreign_key="people.id")
    person_key: int = Field(foreign_key="people.id", index=True)  # who is asked
    made_at: datetime
    expires_at: datetime = Field(index=True)
    is_granted: bool | None = None
    decided_at: datetime | None = None


# -- journal ---------------------------------------------------------------------------


class EventKind(StrEnum):
    """One thing that happened; keys say to what and by whom."""

    ASKED = "asked"
    ANSWERED = "answered"
    FOLLOWED_UP = "followed_up"
    REPLIED = "replied"
    NEWS_POSTED = "news_posted"
    NOTED = "noted"
    FILED_QUIETLY = "filed_quietly"
    MERGED = "merged"
    STATUS_CHANGED = "status_changed"
    ASSIGNED = "assigned"
    CAME_BACK = "came_back"  # what was laid aside: its day has come
    DUE = "due"  # a question is to be answered today
    LATE = "late"  # it should have been
    WEEK_BEGAN = "week_began"  # and somebody has questions to answer
    TOPICS_CHANGED = "topics_changed"
    CORRECTED = "corrected"  # an answer took the place of an earlier one, or gave it back
    SHORTENED = "shortened"  # the answer was told in one line
    SPLIT = "split"
    MOVED = "moved"
    NARROWED = "narrowed"  # fewer see it
    OPENED = "opened"  # more see it
    CONSENT_ASKED = "consent_asked"  # an asker is asked whether others may see more
    CONSENT_REFUSED = "consent_refused"
    COMMAND_UNCLEAR = "command_unclear"  # an author is asked what a line of theirs means
    FOLLOWED = "followed"  # somebody follows a ticket, or does no longer
    JOINED = "joined"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    HELP_ASKED = "help_asked"
    LOGIN_ASKED = "login_asked"
    HELD = "held"
    CPR_FOUND = "cpr_found"
    ENCRYPTED = "encrypted"
    NEWS_HELD = "news_held"  # its author is no editor
    EXPOSING = "exposing"  # a mail would tell everybody of a hidden question
    ASKED_OPENLY = "asked_openly"  # before it was asked anonymously or in confidence
    UNADDRESSED = "unaddressed"  # an author is asked whether a mail was meant for here
    SENT_ON = "sent_on"  # by a person in another's name
    DIGEST_DRAFTED = "digest_drafted"  # its editors get it as it is now
    OWNERS_WRITTEN = "owners_written"  # a member wrote to those who run the list
    QUARANTINED = "quarantined"
    TOO_LARGE = "too_large"  # a mail that stays in its mailbox
    BOUNCED = "bounced"
    WARNED = "warned"  # of a pause that is near
    PAUSED = "paused"
    RESUMED = "resumed"
    PREVIEWED = "previewed"  # an asker is shown how others would read an anonymous question
    PROPOSAL_DECIDED = "proposal_decided"
    PROPOSAL_EXPIRED = "proposal_expired"
    PROPOSAL_UNCLEAR = "proposal_unclear"  # its author wrote, but no word that decides


class Event(Keyed, table=True):
    """An entry of the journal: keys only, no personal data. Ids become visible in order."""

    __tablename__ = "events"
    __table_args__ = {"sqlite_autoincrement": True}

    kind: EventKind = kind_word(EventKind)
    happened_at: datetime
    is_quiet: bool = False  # imported: indexed, never mailed
    mailing_list_key: int | None = None
    ticket_key: int | None = Field(default=None, index=True)
    message_key: int | None = None
    person_key: int | None = None
    arrival_key: int | None = None
    act_key: int | None = None


class Bookmark(SQLModel, table=True):
    """How far a follower has read."""

    __tablename__ = "bookmarks"

    follower: str = Field(primary_key=True, max_length=32)
    event_key: int


class SetAside(SQLModel, table=True):
    """An event that a follower could not take; it waits for the operator while the follower goes on."""

    __tablename__ = "set_aside"

    follower: str = Field(primary_key=True, max_length=32)
    event_key: int = Field(primary_key=True)
    attempts: int = 0
    is_given_up: bool = False
    reason: Reason = word(Reason, length=48)
    reason_details: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)


class Postponement(SQLModel, table=True):
    """A message that its author wrote over their limit: it is filed, and sent on later."""

    __tablename__ = "postponements"

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    event_key: int
    due_at: datetime
    sent_on_at: datetime | None = None


# -- mail out --------------------------------------------------------------------------


class Urgency(IntEnum):
    """Which letters leave first where many wait."""

    LOGIN = 0  # somebody sits and waits for it, and it is good for minutes
    PERSONAL = 1
    TICKET = 2
    BULK = 3


class LetterKind(StrEnum):
    """What a letter is about; all else that is to be known of a kind is declared in `mailer/letters/kinds`."""

    RECEIPT = "receipt"
    QUESTION = "question"
    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    REPLY = "reply"
    NEWS = "news"
    NOTE = "note"
    DIGEST = "digest"
    DIGEST_DRAFT = "digest_draft"  # to the editors, before it goes out
    LOGIN = "login"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    HELP = "help"
    CPR = "cpr"
    ENCRYPTED = "encrypted"
    NEWS_HELD = "news_held"  # to its author, who is no editor
    EXPOSING = "exposing"  # to an author whose mail is about what not everybody may see
    ASKED_OPENLY = "asked_openly"  # to an author who asks unseen what they asked openly
    UNPROVEN = "unproven"  # to its author: was it meant for here?
    UNCLEAR = "unclear"  # to its author: what does this line ask for?
    CONSENT = "consent"  # to who asked a ticket: may others see more of it?
    REFUSED = "refused"  # to the lawyer who wanted that
    ASSIGNED = "assigned"  # to whom a ticket was given
    DONE = "done"  # to who did something that others notice: how to undo it
    RELOCATED = "relocated"  # to who asked: where it is now
    SHORT_ASKED = "short_asked"  # to who answered: the answer in one line?
    SENT_ON = "sent_on"  # to who sent another's mail on
    TO_OWNERS = "to_owners"  # what a member wrote to those who run the list
    CPR_HELD = "cpr_held"  # to the lawyers
    PREVIEW = "preview"  # of an anonymous question, to its asker
    POSTPONED = "postponed"  # to an author who is over their quota
    SEVERAL = "several"  # mails wait for their author, beyond those that have a letter each
    UNDECIDED = "undecided"  # which words decide
    DECIDED = "decided"
    QUARANTINED = "quarantined"  # to the administrators
    DELAYED = "delayed"  # to the author of what is in quarantine
    TOO_LARGE = "too_large"  # to the author of what stays in its mailbox
    WARNED = "warned"
    PAUSED = "paused"
    WAITING = "waiting"
    REMINDER = "reminder"  # to lawyers: a question is due, or came back
    AGENDA = "agenda"  # to a lawyer, when a week begins
    TRIAL = "trial"  # to an operator who wants to see whether one arrives; owed to nobody


class Capacity(StrEnum):
    """As what somebody gets a letter: it decides which fields and footers the copy has."""

    ASKER = "asker"
    LAWYER = "lawyer"
    SUBSCRIBER = "subscriber"
    SELF = "self"  # one-to-one: receipts, login links, commands


class DeliveryState(StrEnum):
    """What became of a letter to one recipient."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # refused for good, given up, or bounced
    WITHDRAWN = "withdrawn"  # its recipient may no longer see it


class Letter(Keyed, table=True):
    """A rendered message, shared by all its recipients but for the marked personal places."""

    __tablename__ = "letters"

    kind: LetterKind = kind_word(LetterKind)
    language: str = Field(max_length=2)
    mailing_list_key: int | None = Field(default=None, foreign_key="mailing_lists.id")
    ticket_key: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    message_key: int | None = Field(default=None, foreign_key="messages.id")
    message_id: str = Field(index=True)
    octets: bytes = Field(sa_type=LargeBinary)  # CRLF line ends; personal places marked as `letters` tells
    made_at: datetime


def _domain(context: Any) -> str:
    return domain_of(context.get_current_parameters()["recipient"])


def domain_of(address: str) -> str:
    """What stands behind the last @ of an address; the whole, if there is none."""
    return address.rpartition("@")[2]


def _once(column: str) -> Index:
    """That a person is owed a kind of letter about the same thing once."""
    known = text(f"{column} IS NOT NULL")
    name = f"deliveries_{column}_once"
    return Index(name, column, "kind", "person_key", unique=True, sqlite_where=known, postgresql_where=known)


class Delivery(Keyed, table=True):
    """One letter owed to one recipient."""

    __tablename__ = "deliveries"
    __table_args__ = (
        *(_once(column) for column in ("event_key", "digest_key", "proposal_key", "report_day")),
        Index("deliveries_to_person", "person_key", "kind", "made_at"),
        Index("deliveries_by_state", "state", "urgency", "domain", "next_attempt_at"),
        {"sqlite_autoincrement": True},
    )

    letter_key: int = Field(foreign_key="letters.id", index=True)
    # What it is owed about: one of these, or none that is known
    event_key: int | None = Field(default=None, foreign_key="events.id")
    digest_key: int | None = Field(default=None, foreign_key="digests.id")
    proposal_key: int | None = Field(default=None, foreign_key="proposals.id")  # the first of a round
    report_day: str | None = Field(default=None, foreign_key="daily_reports.day", max_length=10)
    kind: LetterKind = kind_word(LetterKind)
    person_key: int = Field(foreign_key="people.id")
    recipient: str  # while it waits the address then known; once it was tried, where that went
    urgency: int = Field(sa_column=Column(SmallInteger, nullable=False, server_default="3"))  # `Urgency`
    domain: str = Field(
        sa_column=Column(String, nullable=False, default=_domain, server_default=text("''"))
    )  # whose turn it is
    capacity: Capacity = word(Capacity)
    state: DeliveryState = word(DeliveryState, DeliveryState.WAITING)
    made_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    lease: str | None = None
    leased_until: datetime | None = None
    settled_at: datetime | None = None
    reply: str = ""  # the relay's last words


class Bounce(Keyed, table=True):
    """A delivery that came back."""

    __tablename__ = "bounces"

    delivery_key: int = Field(foreign_key="deliveries.id", index=True)
    person_key: int = Field(foreign_key="people.id", index=True)
    kind: BounceKind = kind_word(BounceKind)
    status: str = ""  # enhanced status code (RFC 3463), if the report has one
    received_at: datetime


class Digest(Keyed, table=True):
    """The letter of a list for one period, put together once, even if there was nothing to say, and sent once.

    What it tells of is fixed when it is put together. Until it is sent, the editors of the list may change how.
    """

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("mailing_list_key", "period"),)

    mailing_list_key: int = Field(foreign_key="mailing_lists.id")
    period: str = Field(max_length=10)  # ISO week: 2026-W48; of a daily one its day: 2026-11-23
    mode: Mode = word(Mode, Mode.WEEKLY, server_default="weekly")  # of those who get it
    due_at: datetime
    until_event: int  # the journal up to here is told
    items: int  # 0: nothing to say, nothing sent
    # Keys of tickets by section, of new messages by ticket, and of the newest message of all
    contents: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, nullable=False, sa_column_kwargs={"server_default": text("'{}'")}
    )
    introduction: str = Field(
        default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": text("''")}
    )  # an editor's words on top
    featured: list[int] = Field(
        default_factory=list, sa_type=JSON, nullable=False, sa_column_kwargs={"server_default": text("'[]'")}
    )  # numbers of tickets
    left_out: list[int] = Field(
        default_factory=list, sa_type=JSON, nullable=False, sa_column_kwargs={"server_default": text("'[]'")}
    )  # numbers of tickets
    is_stopped: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # until an editor sends it
    sent_at: datetime | None = None  # None: it waits for its time, or for an editor


class DeskWeek(SQLModel, table=True):
    """A week whose beginning the lawyers were told of."""

    __tablename__ = "desk_weeks"

    period: str = Field(primary_key=True, max_length=10)  # ISO week: 2026-W48
    made_at: datetime


class DailyReport(SQLModel, table=True):
    """The word of a working day to the administrators about what waits for them; made once, even without a letter."""

    __tablename__ = "daily_reports"

    day: str = Field(primary_key=True, max_length=10)  # local: 2026-11-23
    made_at: datetime
    items: int  # 0: nothing waits, nothing sent


# -- web -------------------------------------------------------------------------------


class LoginLink(SQLModel, table=True):
    """A mailed way in, spent by one POST. Only the hash of its secret is kept."""

    __tablename__ = "login_links"

    secret_hash: str = Field(primary_key=True, max_length=64)
    person_key: int = Field(foreign_key="people.id", index=True)
    made_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None
    path: str | None = Field(default=None, max_length=300)  # of the page it leads to; None: the front page


class LoginAim(Keyed, table=True):
    """The page that somebody wanted who asked for a way in; forgotten when the link to it is made."""

    __tablename__ = "login_aims"

    person_key: int = Field(foreign_key="people.id", index=True)
    path: str = Field(max_length=300)
    asked_at: datetime


class LoginRequest(Keyed, table=True):
    """A link that was asked for within the hour, and from which network: for the limits alone, then forgotten."""

    __tablename__ = "login_requests"

    person_key: int = Field(foreign_key="people.id", index=True)
    network: str = Field(max_length=64)
    asked_at: datetime = Field(index=True)


class WebSession(SQLModel, table=True):
    """A browser in which somebody is logged in. Only the hash of its secret is kept."""

    __tablename__ = "web_sessions"

    secret_hash: str = Field(primary_key=True, max_length=64)
    person_key: int = Field(foreign_key="people.id", index=True)
    made_at: datetime
    expires_at: datetime


# -- housekeeping ----------------------------------------------------------------------


class Lease(SQLModel, table=True):
    """Who alone may do a thing (write the search index, keep the digest timetable), until when."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True, max_length=32)
    holder: str
    expires_at: datetime


class Trouble(SQLModel, table=True):
    """What around the portal does not work now: since when, and what it said last. What works has no row."""

    __tablename__ = "troubles"

    name: str = Field(primary_key=True, max_length=32)  # as in `troubles`
    since: datetime
    said: str = long_text()


class MailboxMark(SQLModel, table=True):
    """How far a mailbox has been fetched (RFC 3501 2.3.1.1)."""

    __tablename__ = "mailbox_marks"

    mailbox: str = Field(primary_key=True)  # user@host/folder
    uid_validity: int
    last_uid: int
    began_at: datetime | None = None  # how new the newest message was when it was first looked at
    newest_at: datetime | None = None  # how new the newest is that was seen since
    renumbered_to: int | None = None  # up to this, messages were numbered anew
    known_until: datetime | None = None  # of those numbered anew, what is not newer was seen under its old number


class Why(StrEnum):
    """Why a message stays in its mailbox."""

    UNREADABLE = "unreadable"  # the server does not hand it out; it is tried again
    TOO_LARGE = "too_large"
    KNOWN = "known"  # seen before the mailbox was numbered anew


class Leftover(SQLModel, table=True):
    """A message that stays in its mailbox, and why."""

    __tablename__ = "leftovers"

    mailbox: str = Field(primary_key=True)  # user@host/folder
    uid: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    why: Why = word(Why)
    octets: int = 0  # as far as the server says
    since: datetime
    attempts: int = 0
    next_attempt_at: datetime
    said: str = long_text()
