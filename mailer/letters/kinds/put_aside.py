"""Put aside: word to whoever sent it that a mail waits or cannot be read, and what to do instead."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import PutAside, find_put_aside
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, Write, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import ADDRESS, AT, SUBJECT, Sample
from tickets.database.models import Event, EventKind, LetterKind
from tickets.numbers.cpr import mask_cpr


@dataclass(frozen=True)
class EncryptedView(View):
    """To an author: nobody could open their mail."""

    at: datetime
    address: str


@dataclass(frozen=True)
class NewsHeldView(View):
    """To a member: only editors send news."""

    subject: str
    at: datetime
    address: str


@dataclass(frozen=True)
class ExposingView(View):
    """To an author whose mail seems to be about what not everybody may see."""

    subject: str
    at: datetime
    address: str


@dataclass(frozen=True)
class SentOnView(View):
    """To whoever redirected another's mail: how to send it so that it is filed.

    Nothing of the mail itself is repeated: anybody can write their name into a field.
    """

    at: datetime
    address: str


def _encrypted(aside: PutAside) -> View:
    return EncryptedView(aside.arrival.received_at, aside.mailing_list.address)


def _news_held(aside: PutAside) -> View:
    return NewsHeldView(mask_cpr(aside.arrival.subject), aside.arrival.received_at, aside.mailing_list.address)


def _exposing(aside: PutAside) -> View:
    return ExposingView(mask_cpr(aside.arrival.subject), aside.arrival.received_at, aside.mailing_list.address)


def _sent_on(aside: PutAside) -> View:
    return SentOnView(aside.arrival.received_at, aside.mailing_list.address)


def _writing(kind: LetterKind, view_of: Callable[[PutAside], View]) -> Write:
    def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
        if aside := find_put_aside(session, event):
            yield for_one(draft_notice(means, kind, aside.mailing_list, view_of(aside)), aside.person)

    return write


def _declare(kind: LetterKind, event: EventKind, view_of: Callable[[PutAside], View], sample: View) -> Declaration:
    return Declaration(kind, (Sample(sample),), (event,), _writing(kind, view_of), budget=LetterBudget.AUTOMATIC)


LETTERS = (
    _declare(
        LetterKind.ENCRYPTED, EventKind.ENCRYPTED, _encrypted,
        EncryptedView(AT, ADDRESS),
    ),
    _declare(LetterKind.NEWS_HELD, EventKind.NEWS_HELD, _news_held, NewsHeldView(SUBJECT, AT, ADDRESS)),
    _declare(LetterKind.EXPOSING, EventKind.EXPOSING, _exposing, ExposingView(SUBJECT, AT, ADDRESS)),
    _declare(LetterKind.SENT_ON, EventKind.SENT_ON, _sent_on, SentOnView(AT, ADDRESS)),
)  # fmt: skip
