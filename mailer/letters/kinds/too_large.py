"""Too large: word to the author of a mail that stays in its mailbox, unread, because of its size."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import person_and_list
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import ADDRESS, AT, OWNER, Sample
from tickets import links
from tickets.database.models import Event, EventKind, LetterKind


@dataclass(frozen=True)
class TooLargeView(View):
    """To the author."""

    at: datetime  # when the portal found it
    address: str  # the list's
    owner: str


def _tell_author(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    if (both := person_and_list(session, event)) is None:
        return
    person, mailing_list = both
    view = TooLargeView(at=event.happened_at, address=mailing_list.address, owner=links.owner_address(mailing_list))
    yield for_one(draft_notice(means, LetterKind.TOO_LARGE, mailing_list, view), person)


LETTERS = (
    Declaration(
        LetterKind.TOO_LARGE,
        (Sample(TooLargeView(AT, ADDRESS, OWNER)),),
        (EventKind.TOO_LARGE,),
        _tell_author,
        budget=LetterBudget.AUTOMATIC,
    ),
)
