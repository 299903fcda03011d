"""Waiting: word to the administrators, on each working day, of what waits for them; `daily` keeps its timetable."""

from dataclasses import dataclass
from datetime import datetime

from mailer.letters.declaration import Declaration
from mailer.letters.letters import View
from mailer.letters.samples import ADDRESS, AT, AUTHORS_ADDRESS, PAGE, SUBJECT, Sample
from tickets.database.models import LetterKind
from tickets.reasons import Grounds, Reason


@dataclass(frozen=True)
class AsideRow:
    """A message that was put aside."""

    subject: str
    author: str
    address: str  # that it came to
    grounds: Grounds | None
    since: datetime | None
    url: str


@dataclass(frozen=True)
class TroubleRow:
    """What around the portal does not work."""

    name: str
    since: datetime
    said: str


@dataclass(frozen=True)
class WaitingView(View):
    """What its template reads."""

    rows: tuple[AsideRow, ...]
    count: int  # of what is put aside, named here or not
    more: int
    set_aside: int
    failed: int
    paused: int
    too_large: int
    known: int
    troubles: tuple[TroubleRow, ...]
    oldest: datetime | None
    url: str


LETTERS = (
    Declaration(
        LetterKind.WAITING,
        (
            Sample(
                WaitingView(
                    rows=(AsideRow(SUBJECT, AUTHORS_ADDRESS, ADDRESS, Grounds(Reason.STRANGER), AT, PAGE),),
                    count=3, more=2, set_aside=1, failed=2, paused=1, too_large=1, known=1,
                    troubles=(
                        TroubleRow("relay", AT, "Connection refused"),
                        TroubleRow("mailbox", AT, "Login failed"),
                    ),
                    oldest=AT, url=PAGE,
                )
            ),
            Sample(WaitingView((), 0, 0, 1, 0, 0, 0, 0, (), None, PAGE), "trouble-alone"),
        ),
    ),
)  # fmt: skip
