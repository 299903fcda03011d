"""Answers that are published: a question and its answer without names, on a page of their own."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from tickets.database.models.columns import Keyed, json_list, long_text, word
from tickets.database.models.tickets import Visibility


class Fault(StrEnum):
    """Why a lawyer's reply to a draft published nothing, and the draft was shown again."""

    NAMED = "named"  # what was written names somebody
    LOST = "lost"  # a heading, or all that stood below one
    OUTSIDE = "outside"  # words beside the two blocks
    UNCLEAR = "unclear"  # neither a word that decides nor a changed block


class Publication(Keyed, table=True):
    """A question and its answer without names: a draft, what stands on its page, or what stood there."""

    __tablename__ = "publications"

    ticket_key: int = Field(foreign_key="tickets.id", index=True)
    mailing_list_key: int = Field(foreign_key="mailing_lists.id", index=True)  # whose readers see it
    path: str = Field(default="", index=True, max_length=80)  # of its page, for all its versions; empty: none yet
    subject: str
    question: str = long_text()
    answer: str = long_text()
    short_answer: str = long_text()
    topics: list[str] = json_list()
    removed: list[list[str]] = json_list()  # pairs: what was taken out, and what stands there instead
    doubts: list[str] = json_list()  # words that may still tell who asked
    insisted: list[str] = json_list()  # what a lawyer wrote in again, and was warned of
    fault: Fault | None = word(Fault, optional=True)
    visibility: Visibility = word(Visibility)  # of its ticket, when those who asked were told or asked
    wanted_by_key: int | None = Field(default=None, foreign_key="people.id")  # None: the operator
    drafted_at: datetime
    agreed_at: datetime | None = None  # by whoever wanted it
    due_at: datetime | None = None  # when it is published unless an asker says no; None: they have to say yes
    published_at: datetime | None = None  # the first of its versions
    withdrawn_at: datetime | None = None
    corrections: list[str] = json_list()  # ISO 8601: when a version took the place of another
