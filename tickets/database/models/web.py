"""Ways into the archive."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from tickets.database.models.columns import Keyed


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
