"""The digest: what happened on a list since the last one; `digest` keeps its timetable, `bulletin` collects it."""

from dataclasses import dataclass
from datetime import datetime

from mailer.letters.declaration import Declaration
from mailer.letters.letters import View
from mailer.letters.samples import AT, AUTHOR, LEAVE, ORGANISATION, PAGE, SUBJECT, TEXT, Sample
from tickets.database.models import LetterKind, MessageKind, Urgency


@dataclass(frozen=True)
class Told:
    """What is told of a message."""

    kind: MessageKind
    who: str  # empty where that would tell who asked anonymously
    at: datetime
    text: str


@dataclass(frozen=True)
class ExchangeView:
    """What was said about what was asked."""

    asked: tuple[Told, ...]
    said: tuple[Told, ...]
    waits: bool


@dataclass(frozen=True)
class Item:
    """What is told of a ticket."""

    subject: str
    name: str
    exchanges: tuple[ExchangeView, ...]
    url: str
    reply: str


@dataclass(frozen=True)
class Counts:
    """How many tickets each section is about; also the sections' order."""

    news: int = 0
    answered: int = 0
    new: int = 0
    reopened: int = 0
    discussed: int = 0
    still_open: int = 0


@dataclass(frozen=True)
class DigestView(View):
    """What its template reads."""

    counts: Counts
    sections: tuple[tuple[str, tuple[Item, ...]], ...]  # by name; those that have items
    more_open: int
    url: str
    unsubscribe: str


def _sample() -> Sample:
    question = Told(MessageKind.QUESTION, f"{AUTHOR}, {ORGANISATION}", AT, TEXT)
    answer = Told(MessageKind.ANSWER, "Anders Jurist, Foreningen", AT, "Ja, når den er anonymiseret.")
    reply = "databeskyttelse+k3v9@example.dk"
    answered = Item(SUBJECT, "DB-42", (ExchangeView((question,), (answer,), waits=False),), PAGE, reply)
    asked = Item("Må vi optage møder?", "DB-43", (ExchangeView((question,), (), waits=True),), PAGE, reply)
    sections = (("answered", (answered,)), ("reopened", (asked,)), ("still_open", (asked,)))
    return Sample(DigestView(Counts(answered=1, reopened=1, still_open=12), sections, 2, PAGE, LEAVE))


LETTERS = (Declaration(LetterKind.DIGEST, (_sample(),), urgency=Urgency.BULK, is_for_owners=True),)
