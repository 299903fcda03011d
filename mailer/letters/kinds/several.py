"""Several: one letter to an author that names the mails of theirs which wait, beyond those that have a letter each."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Declaration, Means, draft_notice
from mailer.letters.letters import Draft, View
from mailer.letters.proposing import find_facts
from mailer.letters.samples import AT, LATER, LIST, PAGE, SUBJECT, Sample
from tickets.database.models import LetterKind, MailingList, Proposal


@dataclass(frozen=True)
class WaitingMail:
    """One mail of them."""

    subject: str
    at: datetime
    list: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class SeveralView(View):
    """What its template reads."""

    rows: tuple[WaitingMail, ...]

    def values(self) -> dict[str, object]:
        """What the templates read, with the number of rows beside it."""
        return super().values() | {"count": len(self.rows)}


def draft_several(session: Session, means: Means, waiting: list[Proposal]) -> Draft:
    """The letter about these proposals to one author."""
    rows = tuple(_describe(session, means, proposal) for proposal in waiting)
    return draft_notice(means, LetterKind.SEVERAL, None, SeveralView(rows))


def _describe(session: Session, means: Means, proposal: Proposal) -> WaitingMail:
    facts = find_facts(session, means, proposal)
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    return WaitingMail(facts.subject, facts.at, mailing_list.name, facts.url, facts.expires_at)


LETTERS = (
    Declaration(
        LetterKind.SEVERAL,
        tuple(
            Sample(SeveralView((WaitingMail(SUBJECT, AT, LIST, PAGE, LATER),) * count), str(count)) for count in (1, 3)
        ),
    ),
)
