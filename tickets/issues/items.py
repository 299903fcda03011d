"""Items: what is told of each ticket in an issue, and of its messages and files, as templates read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tickets.conversations.anonymity import ShownFile
from tickets.database.models import MessageKind
from tickets.form.blocks import Form


@dataclass(frozen=True)
class FileView:
    """A file of a message as it is listed."""

    name: str
    size: int  # octets
    url: str
    is_kept_back: bool = False  # the others do not get it
    is_enclosed: bool = False  # it goes with the letter; else it is on the portal alone


def list_files(files: Iterable[ShownFile], url: str) -> tuple[FileView, ...]:
    """The files of a message, each with a link below `url`, where it is shown."""
    return tuple(FileView(one.name, one.size, f"{url}/{one.part}", one.is_kept_back) for one in files)


@dataclass(frozen=True)
class MessageView:
    """What is told of a message."""

    kind: MessageKind
    who: str  # empty where that would tell who asked anonymously
    at: datetime
    text: str
    files: tuple[FileView, ...] = ()
    form: Form = ()  # how its author laid the text out
    corrects: bool = False  # an earlier one, which no longer holds


@dataclass(frozen=True)
class Shared:
    """What other members contributed: how many organisations, and their words."""

    count: int
    are_municipalities: bool
    told: tuple[MessageView, ...]


@dataclass(frozen=True)
class ExchangeView:
    """What was said about what was asked."""

    asked: tuple[MessageView, ...]
    said: tuple[MessageView, ...] = ()
    shared: Shared | None = None
    waits: bool = False


@dataclass(frozen=True)
class Item:
    """What is told of a ticket: whole, or in one line."""

    subject: str
    name: str
    url: str
    reply: str  # nobody's own address
    short_answer: str = ""
    topics: tuple[str, ...] = ()
    exchanges: tuple[ExchangeView, ...] = ()
    first_asked: datetime | None = None  # where the question itself is not shown
    days: int | None = None  # that it has waited for an answer, if it is open still
    is_ours: bool = False  # somebody of the reader's own organisation asked
    is_whole: bool = True


@dataclass(frozen=True)
class Section:
    """The items of one sort, and how many more there are of it."""

    name: str
    items: tuple[Item, ...]
    more: int = 0

    @property
    def whole(self) -> tuple[Item, ...]:
        """The items that are told in full."""
        return tuple(item for item in self.items if item.is_whole)

    @property
    def count(self) -> int:
        """How many items there are, with those for which there was no room."""
        return len(self.items) + self.more


@dataclass(frozen=True)
class PublishedItem:
    """A question and its answer without names, on a page of their own; nothing leads to who asked."""

    subject: str
    short_answer: str
    url: str
    is_corrected: bool = False


@dataclass(frozen=True)
class Lead:
    """What the subject says: the best item, and how many more there are."""

    text: str
    more_answers: int = 0
    more: int = 0  # of other sorts, where there are no more answers


@dataclass(frozen=True)
class Period:
    """The time that is told of: its first and last day, and the ISO week of most of it; of a day none."""

    begins: datetime
    ends: datetime
    week: int | None


@dataclass(frozen=True)
class EditionView:
    """An issue as some of its readers get it."""

    lead: Lead
    period: Period
    introduction: str
    sections: tuple[Section, ...]  # those that have items
    others: int  # items on topics that the reader did not choose
    published: tuple[PublishedItem, ...]
    url: str  # of the archive
    issue: str  # of its own page

    @property
    def has_news(self) -> bool:
        """Whether anything in it is new: what is open still is no news by itself."""
        return bool(self.published) or any(section.name != "still_open" for section in self.sections)
