"""Help: what can be done by mail, for whoever asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import person_and_list
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import ADDRESS, PAGE, Sample
from tickets import links
from tickets.database.models import Event, EventKind, LetterKind, Role
from tickets.people import appointments


@dataclass(frozen=True)
class HelpView(View):
    """What its template reads."""

    address: str  # the list's
    url: str  # of the archive
    is_lawyer: bool  # the reader is one of the list


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """What the list's addresses do, and which words are commands for whoever asked."""
    if (found := person_and_list(session, event)) is None:
        return
    person, mailing_list = found
    url = links.list_url(means.portal, mailing_list)
    is_lawyer = Role.LAWYER in appointments.roles_of(session, person, mailing_list)
    view = HelpView(mailing_list.address, url, is_lawyer)
    yield for_one(draft_notice(means, LetterKind.HELP, mailing_list, view), person)


LETTERS = (
    Declaration(
        LetterKind.HELP,
        (Sample(HelpView(ADDRESS, PAGE, is_lawyer=False)), Sample(HelpView(ADDRESS, PAGE, is_lawyer=True), "lawyer")),
        (EventKind.HELP_ASKED,),
        write,
        budget=LetterBudget.AUTOMATIC,
        is_for_owners=True,
    ),
)
