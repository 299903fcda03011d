"""The digest: what happened on a list since the last one; `digests` has its timetable and what stands in it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailer.letters.cases import FileView
from mailer.letters.declaration import Declaration
from mailer.letters.letters import View
from mailer.letters.samples import ADDRESS, AT, AUTHOR, LEAVE, ORGANISATION, PAGE, SUBJECT, Sample
from tickets.database.models import LetterKind, MessageKind, Urgency
from tickets.form.blocks import Form


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
class DigestView(View):
    """What its template reads."""

    lead: Lead
    period: Period
    introduction: str
    sections: tuple[Section, ...]  # those that have items
    others: int  # items on topics that the reader did not choose
    url: str  # of the archive
    issue: str  # of its own page
    settings: str
    address: str  # the list's
    unsubscribe: str
    published: tuple[PublishedItem, ...] = ()

    @property
    def has_news(self) -> bool:
        """Whether anything in it is new: what is open still is no news by itself."""
        return bool(self.published) or any(section.name != "still_open" for section in self.sections)


def sample_view(introduction: str = "") -> DigestView:
    """A digest as it might be."""
    question = MessageView(
        MessageKind.QUESTION,
        f"{AUTHOR}, {ORGANISATION}",
        AT,
        "En nabo beder om aktindsigt i en afgørelse. Må vi udlevere den?",
    )
    answer = MessageView(MessageKind.ANSWER, "Anders Jurist, Foreningen", AT, "Ja, når den er anonymiseret.")
    guide = FileView("Vejledning.pdf", 48_200, f"{PAGE}/2")
    word = MessageView(MessageKind.REPLY, "Ole Følger, Øby Kommune", AT, "Hos os sletter vi efter en måned.", (guide,))
    asked_on = MessageView(MessageKind.FOLLOW_UP, f"{AUTHOR}, {ORGANISATION}", AT, "Gælder det også fuldmagter?")
    reply = "databeskyttelse+db-42@example.dk"
    shared = ExchangeView((question,), (answer,), Shared(2, are_municipalities=True, told=(word, word)))
    answered = Item(
        SUBJECT, "DB-42", PAGE, reply, "Ja, når navne og adresser er fjernet.", ("aktindsigt",), (shared,), is_ours=True
    )
    reopened = Item(
        "Må vi optage møder?", "DB-43", PAGE, reply, exchanges=(ExchangeView((asked_on,), waits=True),),
        first_asked=AT - timedelta(days=90),
    )  # fmt: skip
    waiting = Item(
        "Hvem skriver under?", "DB-44", PAGE, reply, exchanges=(ExchangeView((question,), waits=True),), days=12
    )
    news = MessageView(
        MessageKind.NEWS, "Anders Jurist, Foreningen", AT, "Vejledningen er ude.\n\nDen gælder fra 1. januar."
    )
    told = Item("Ny vejledning om aktindsigt", "DB-45", PAGE, reply, exchanges=(ExchangeView((news,)),))
    sections = (
        Section("news", (told,)),
        Section("answered", (answered, Item("Hvor længe?", "DB-40", PAGE, reply, "Et år.", is_whole=False)), 1),
        Section("reopened", (reopened,)),
        Section("still_open", (waiting,), 2),
    )
    published = (
        PublishedItem("Må vi udlevere en afgørelse?", "Ja, når den er anonymiseret.", PAGE),
        PublishedItem("Hvor længe må vi gemme logfiler?", "", PAGE, is_corrected=True),
    )
    return DigestView(
        Lead("Ja, når navne og adresser er fjernet", more_answers=2), Period(AT - timedelta(days=7), AT, 47),
        introduction, sections, 0, PAGE, PAGE, PAGE, ADDRESS, LEAVE, published,
    )  # fmt: skip


LETTERS = (
    Declaration(
        LetterKind.DIGEST,
        (
            Sample(sample_view("Kære alle\n\nI denne uge er der kommet en ny vejledning.")),
            Sample(replace(sample_view(), period=Period(AT - timedelta(days=1), AT, None)), "daily"),
            Sample(replace(sample_view(), others=3), "topics"),
        ),
        urgency=Urgency.BULK,
        is_for_owners=True,
    ),
)
