"""What happened, for those who follow it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from tickets.database.models.columns import Keyed, kind_word, word
from tickets.reasons import Reason


class EventKind(StrEnum):
    """One thing that happened; keys say to what and by whom."""

    ASKED = "asked"
    ANSWERED = "answered"
    FOLLOWED_UP = "followed_up"
    REPLIED = "replied"
    NEWS_POSTED = "news_posted"
    NOTED = "noted"
    FILED_QUIETLY = "filed_quietly"
    SPREAD = "spread"  # the others get it too: its author had time to take it back
    RECALLED = "recalled"  # its author took it back, or gives it again
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
    PUBLISHING_TOLD = "publishing_told"  # an asker is told that an answer is to be published
    PUBLISHING = "publishing"  # whoever wants an answer published is told how that stands
    PUBLISHED = "published"  # a question and its answer, without names
    UNPUBLISHED = "unpublished"
    CONSENT_EXPIRED = "consent_expired"  # without a word; whose it was, or nobody: who wanted it
    COMMAND_UNCLEAR = "command_unclear"  # an author is asked what a line of theirs means
    AUDIENCE_UNCLEAR = "audience_unclear"  # an author is asked for whom a mail is
    WENT_AWAY = "went_away"  # somebody stands in for a lawyer, or does no longer
    FOLLOWED = "followed"  # somebody follows a ticket, or does no longer
    JOINED = "joined"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    HELP_ASKED = "help_asked"
    LOGIN_ASKED = "login_asked"
    HELD = "held"
    CPR_FOUND = "cpr_found"
    ENCRYPTED = "encrypted"
    NEWS_SCHEDULED = "news_scheduled"  # it goes out at a time of its own, or says none that can be
    NEWS_HELD = "news_held"  # its author is no editor
    EXPOSING = "exposing"  # a mail would tell everybody of a hidden question
    ASKED_OPENLY = "asked_openly"  # before it was asked anonymously or in confidence
    UNADDRESSED = "unaddressed"  # an author is asked whether a mail was meant for here
    SENT_ON = "sent_on"  # by a person in another's name
    DIGEST_DRAFTED = "digest_drafted"  # its editors get it as it is now
    DIGEST_SENT = "digest_sent"  # by an editor's word
    OWNERS_WRITTEN = "owners_written"  # a member wrote to those who run the list
    QUARANTINED = "quarantined"
    TOO_LARGE = "too_large"  # a mail that stays in its mailbox
    BOUNCED = "bounced"
    UNREACHED = "unreached"  # a letter to somebody was given up: their colleagues hear of it
    LETTERS_OVERDUE = "letters_overdue"  # some have waited for hours
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
    __table_args__ = ({"sqlite_autoincrement": True},)

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


class UndoWindow(SQLModel, table=True):
    """The time in which the author of a question or an answer may take it back: others get it only then."""

    __tablename__ = "undo_windows"
    __table_args__ = (Index("undo_windows_open", "ended_at", "until"),)

    message_key: int = Field(foreign_key="messages.id", primary_key=True)
    opened_at: datetime
    until: datetime
    ended_at: datetime | None = None  # when the others were to get it, or its author took it back
