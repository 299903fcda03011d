"""News sent: an editor is told to how many news of theirs went, and how it is corrected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import answering, find_case
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import PAGE, SUBJECT, Sample
from tickets import links
from tickets.acts import correcting
from tickets.database.models import Event, EventKind, LetterKind, Mode
from tickets.people import audience, persons, subscriptions


@dataclass(frozen=True)
class NewsSentView(View):
    """What its template reads."""

    subject: str
    name: str
    url: str
    at_once: int  # readers who get it as a letter of its own
    later: int  # who get it in the next digest
    is_correction: bool


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The letter to whoever wrote the news; an answer to it is written in the ticket of the news."""
    if (case := find_case(session, event)) is None:
        return
    told = audience.of_message(session, case.ticket, case.message)
    digested = [
        person
        for mode in (Mode.DAILY, Mode.WEEKLY)
        for person in subscriptions.subscribers(session, case.mailing_list.key, mode)
        if person.key not in told
    ]
    view = NewsSentView(
        subject=case.ticket.subject,
        name=links.ticket_name(case.mailing_list, case.ticket),
        url=links.message_url(means.portal, case.message),
        at_once=sum(persons.can_be_written_to(person) for person, _ in told.values()),
        later=sum(map(persons.can_be_written_to, digested)),
        is_correction=correcting.corrected_by(session, case.message) is not None,
    )
    draft = draft_notice(means, LetterKind.NEWS_SENT, case.mailing_list, view)
    yield for_one(answering(means.portal, draft, case), case.author)


LETTERS = (
    Declaration(
        LetterKind.NEWS_SENT,
        (
            Sample(NewsSentView(SUBJECT, "DB-42", PAGE, 212, 1840, is_correction=False), "many"),
            Sample(NewsSentView(SUBJECT, "DB-42", PAGE, 1, 1, is_correction=True), "correction"),
            Sample(NewsSentView(SUBJECT, "DB-42", PAGE, 0, 0, is_correction=False), "nobody"),
        ),
        (EventKind.NEWS_POSTED,),
        write,
    ),
)
