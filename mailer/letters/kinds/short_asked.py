"""The short answer: who answers a question is asked once to tell it in one line, unless they did."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.letters.cases import find_case
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import PAGE, SUBJECT, Sample
from tickets import links
from tickets.database.models import Event, EventKind, Letter, LetterKind, Ticket
from tickets.moderation import spreading

ASKING = (LetterKind.SHORT_ASKED, LetterKind.ANSWERED_NOW)  # the other asks too, where it is to be asked


@dataclass(frozen=True)
class ShortAskedView(View):
    """What was answered."""

    subject: str
    name: str
    url: str


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The question to the lawyer who answered, the first time that the ticket has no short answer."""
    case = find_case(session, event)
    if case is None or spreading.waits_until(session, case.message) or not is_to_ask(session, case.ticket):
        return
    view = ShortAskedView(
        subject=case.ticket.subject,
        name=links.ticket_name(case.mailing_list, case.ticket),
        url=links.ticket_url(means.portal, case.mailing_list, case.ticket),
    )
    draft = draft_notice(means, LetterKind.SHORT_ASKED, case.mailing_list, view)
    reference = links.ticket_reference(means.portal, case.mailing_list, case.ticket)
    yield for_one(replace(draft, ticket=case.ticket, references=(reference,)), case.author)


def is_to_ask(session: Session, ticket: Ticket) -> bool:
    """Whether a ticket has no short answer, and nobody was asked for one."""
    asked = select(Letter.id).where(Letter.ticket_key == ticket.id, col(Letter.kind).in_(ASKING))
    return not ticket.short_answer and session.exec(asked).first() is None


LETTERS = (
    Declaration(
        LetterKind.SHORT_ASKED,
        (Sample(ShortAskedView(SUBJECT, "DB-42", PAGE)),),
        (EventKind.ANSWERED,),
        write,
        budget=LetterBudget.AUTOMATIC,
    ),
)
