"""Mail in: what came, what became of it, and what is asked of its author."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from tickets.database.models.columns import Keyed, json_list, kind_word, long_text, word
from tickets.envelope import KnownBy
from tickets.reasons import Grounds, Reason


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


class Part(SQLModel, table=True):
    """Where a file in a content lies as any reader may have it; nowhere, if nobody could look into it.

    Either it lies in the content itself as it is, or contents of its own are kept of it.
    """

    __tablename__ = "parts"

    content_key: str = Field(foreign_key="contents.sha256", primary_key=True, max_length=64)
    number: int = Field(primary_key=True)  # of the part in its message (`post.WHOLE`: the content is the file)
    kept_key: str | None = Field(default=None, foreign_key="contents.sha256", index=True, max_length=64)
    start: int | None = None  # octets of the content before it
    length: int = 0  # octets that it takes up there
    is_base64: bool = False  # how it is written there (RFC 2045 6.8); else as it is


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
    door: str = Field(max_length=8)  # smtp, lmtp, imap, web
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
    # While it is put aside: pairs of name and value that tell what it is about, decoded
    fields: list[list[str]] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)

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
    AUDIENCE = "audience"  # everybody would get it, and it looks as if it were for one
    NEWS = "news"  # it goes out at a time of its own


class Choice(StrEnum):
    """What an author wants done with a message that waits for them."""

    SEND = "send"  # as proposed
    MEANT = "meant"  # the command in it is obeyed
    WITHDRAW = "withdraw"
    ONLY = "only"  # for whom it answers alone; last: addresses that are out hold the places of those before


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
