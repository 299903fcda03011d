"""Mail out: letters, to whom they are owed, and what came back."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from tickets.database.models.columns import Keyed, kind_word, word
from tickets.database.models.people import Mode
from tickets.reasons import BounceKind


class Urgency(IntEnum):
    """Which letters leave first where many wait."""

    LOGIN = 0  # somebody sits and waits for it, and it is good for minutes
    PERSONAL = 1
    TICKET = 2
    BULK = 3


class LetterKind(StrEnum):
    """What a letter is about; all else that is to be known of a kind is declared in `mailer/letters/kinds`."""

    RECEIPT = "receipt"
    RECEIPTS = "receipts"  # of the questions beyond those that have a letter each
    QUESTION = "question"
    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    REPLY = "reply"
    NEWS = "news"
    NOTE = "note"
    DIGEST = "digest"
    DIGEST_DRAFT = "digest_draft"  # to the editors, before it goes out
    DIGEST_SENT = "digest_sent"  # to the editors, when one of them sent it
    LOGIN = "login"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    HELP = "help"
    CPR = "cpr"
    ENCRYPTED = "encrypted"
    SCHEDULED = "scheduled"  # to its author: when news goes out
    NEWS_SENT = "news_sent"  # to its author: to how many it went
    NEWS_HELD = "news_held"  # to its author, who is no editor
    EXPOSING = "exposing"  # to an author whose mail is about what not everybody may see
    ASKED_OPENLY = "asked_openly"  # to an author who asks unseen what they asked openly
    UNPROVEN = "unproven"  # to its author: was it meant for here?
    UNCLEAR = "unclear"  # to its author: what does this line ask for?
    AUDIENCE = "audience"  # to its author: is it for everybody?
    CONSENT = "consent"  # to who asked a ticket: may others see more of it?
    REFUSED = "refused"  # to the lawyer who wanted that
    PUBLICATION = "publication"  # to the lawyer who wants it published: is it right so?
    PUBLISHING = "publishing"  # to who asked: it is to be published
    PUBLISHED = "published"  # to that lawyer: what became of it
    LAPSED = "lapsed"  # to who was asked that, and did not answer
    ASSIGNED = "assigned"  # to whom a ticket was given
    DONE = "done"  # to who did something that others notice: how to undo it
    HOLDS_AGAIN = "holds_again"  # to who got a correction that was taken back
    STANDS_IN = "stands_in"  # to who does the work of a lawyer who is away
    RELOCATED = "relocated"  # to who asked: where it is now
    ANSWERED_NOW = "answered_now"  # to who answered: until when it can be taken back
    RECALLED = "recalled"  # to who has a letter that its author took back
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
    UNREACHED = "unreached"  # to the colleagues of somebody whom a letter did not reach
    OVERDUE = "overdue"  # to the administrators: letters have waited for hours
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
    overdue_told_at: datetime | None = None  # when the administrators were told how long it waits


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


class GatheredReceipt(SQLModel, table=True):
    """A question that has no receipt of its own: it stands in the next letter that gathers some."""

    __tablename__ = "gathered_receipts"

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    event_key: int = Field(foreign_key="events.id")
    mailing_list_key: int = Field(foreign_key="mailing_lists.id")  # as it was asked
    person_key: int = Field(foreign_key="people.id")
    made_at: datetime
    told_at: datetime | None = Field(default=None, index=True)
