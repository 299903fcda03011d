"""What administrators changed of organisations, people and lists."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from tickets.database.models.acts import Way
from tickets.database.models.columns import Keyed, kind_word, word


class ChangeKind(StrEnum):
    """What an administrator did to what is registered here."""

    ORGANISATION_ADDED = "organisation_added"
    ORGANISATION_CHANGED = "organisation_changed"
    ORGANISATION_MERGED = "organisation_merged"
    ORGANISATION_REMOVED = "organisation_removed"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PERSON_MERGED = "person_merged"
    PERSON_RESUMED = "person_resumed"  # whose letters came back
    PERSON_REMOVED = "person_removed"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    ADDRESS_ADDED = "address_added"
    ADDRESS_DROPPED = "address_dropped"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    LIST_ADDED = "list_added"
    LIST_CHANGED = "list_changed"
    LIST_REMOVED = "list_removed"


class AdministrativeChange(Keyed, table=True):
    """A change to what is registered: who did it and how. Of people it has their keys, and never what they are called.

    What an organisation or a list is called stands in `details`, for it may be gone.
    """

    __tablename__ = "administrative_changes"

    kind: ChangeKind = kind_word(ChangeKind)
    at: datetime = Field(index=True)
    way: Way = word(Way)
    person_key: int | None = Field(default=None, foreign_key="people.id")  # who did it; None: the operator
    subject_key: int | None = Field(default=None, foreign_key="people.id")  # to whom
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, nullable=False)
