"""What people did to tickets, and what waits for an asker's word."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from tickets.database.models.columns import Keyed, kind_word, word


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
    AWAY = "away"  # not to the ticket: somebody stands in for whoever wrote that there
    DRAFT = "draft"  # an answer is to be published: first it is shown to whoever wants that
    PUBLISH = "publish"
    RECALL = "recall"  # before the others got it


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
    """What somebody is asked before others see more of a ticket: what would be done, and what they said."""

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
