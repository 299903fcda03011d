"""What columns are made of: their names in the database, words, long texts, and numbers of rows."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Text, text
from sqlalchemy import Enum as SqlEnum
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "fk": "%(table_name)s_%(column_0_N_name)s_lives",
    "pk": "%(table_name)s_pk",
}
metadata = SQLModel.metadata
metadata.naming_convention = NAMES
SQLModel.model_config["defer_build"] = True  # rows are not validated, and every command would wait for the validators


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


def later_list() -> Any:
    """A list as JSON that came to a table in use, whose older rows have none."""
    return Field(default_factory=list, sa_type=JSON, nullable=False, sa_column_kwargs={"server_default": text("'[]'")})


def form_column() -> Any:
    """How a text is laid out by its author, as `tickets.form` stores it; null where it has no form."""
    return Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)


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
