"""Ways into the archive, and what is being written there."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, LargeBinary, text
from sqlmodel import Field, SQLModel

from tickets.database.models.columns import Keyed, kind_word, long_text


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


class LoginCode(Keyed, table=True):
    """Six digits that go with a mailed link, for the browser in which it was asked for and no other.

    Only hashes are kept. What was tried wrongly counts for a day, and is then forgotten.
    """

    __tablename__ = "login_codes"

    person_key: int = Field(foreign_key="people.id", index=True)
    browser_hash: str = Field(max_length=64, index=True)  # of the secret in the cookie of who asked
    code_hash: str = Field(default="", max_length=64)  # empty until it is mailed
    asked_at: datetime
    expires_at: datetime
    wrong: int = 0  # tries
    spent_at: datetime | None = None


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
    browser: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": text("''")})  # Firefox, Windows


class DraftKind(StrEnum):
    """What somebody is writing on a page."""

    ASK = "ask"
    REPLY = "reply"
    ANSWER = "answer"  # by a lawyer, at the desk
    NOTE = "note"


class WebDraft(SQLModel, table=True):
    """What somebody writes on a page, until it is an arrival; then for a while what became of it."""

    __tablename__ = "drafts"

    token: str = Field(primary_key=True, max_length=24)  # of the form, and of the Message-ID
    kind: DraftKind = kind_word(DraftKind)
    person_key: int | None = Field(default=None, foreign_key="people.id", index=True)
    ticket_key: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    network: str = Field(default="", max_length=64)  # from which it came, while its author was not logged in
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, nullable=False)  # as the form had them
    began_at: datetime
    saved_at: datetime = Field(index=True)
    sent_at: datetime | None = None
    arrival_key: int | None = Field(default=None, foreign_key="arrivals.id")


class DraftFile(Keyed, table=True):
    """A file that goes with a draft."""

    __tablename__ = "draft_files"

    draft_token: str = Field(foreign_key="drafts.token", index=True, max_length=24)
    name: str = Field(max_length=255)
    type: str = Field(max_length=127)
    octets: bytes = Field(sa_type=LargeBinary)


class StandardAnswer(Keyed, table=True):
    """What the lawyers of a list answer again and again, with places for what differs."""

    __tablename__ = "standard_answers"

    mailing_list_key: int = Field(foreign_key="mailing_lists.id", index=True)
    title: str = Field(max_length=120)
    text: str = long_text()
    changed_by_key: int = Field(foreign_key="people.id")
    changed_at: datetime
