"""Organisations, people, and what they are to lists."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from tickets.database.models.columns import Keyed, kind_word, later_list, word


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
    """How a person gets a list, if at all, what of it, and whether letters for it are paused."""

    __tablename__ = "subscriptions"

    person_key: int = Field(foreign_key="people.id", primary_key=True)
    mailing_list_key: int = Field(foreign_key="mailing_lists.id", primary_key=True, index=True)
    mode: Mode = word(Mode, Mode.WEEKLY)
    since: datetime
    topics: list[str] = later_list()  # of which the digest tells; none: of all
    rests_before: date | None = None  # the reader is away: nothing is mailed before this day
    bounce_score: float = 0.0  # as `reachability` counts
    bounced_at: datetime | None = None  # when a bounce was last counted; None: letters arrive, as far as is known
    warned_at: datetime | None = None  # when the subscriber was told that a pause is near
    paused_at: datetime | None = None  # too many letters came back: nothing is mailed until it is resumed

    def forget_bounces(self) -> None:
        """Begin anew, as if no letter had come back."""
        self.bounce_score, self.bounced_at, self.warned_at, self.paused_at = 0.0, None, None, None
