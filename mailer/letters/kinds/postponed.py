"""Postponed: word to an author, once an hour, that what they write over their quota is filed, and when it is sent on.

Distribution asks for it where it puts a post off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from mailer.letters.cases import Case, answering, find_case, show
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import AT, LATER, OWNER, PAGE, SUBJECT, Sample
from tickets import links
from tickets.database.models import Delivery, Event, LetterKind
from tickets.people.quotas import WITHIN


@dataclass(frozen=True)
class Turn:
    """When a post is sent on, and how many its author may write within an hour."""

    due_at: datetime
    quota: int


@dataclass(frozen=True)
class PostponedView(View):
    """What its template reads."""

    ticket_subject: str
    subject: str  # of the mail
    name: str
    url: str
    at: datetime
    quota: int  # mails of one kind within an hour
    due_at: datetime
    owner: str


def write(session: Session, means: Means, event: Event, turn: Turn, now: datetime) -> Iterator[Owed]:
    """Word of when it is the turn of what an event tells of, unless its author had such word within the hour."""
    case = find_case(session, event)
    if case is None or _was_told(session, case, now):
        return
    view = PostponedView(
        ticket_subject=case.ticket.subject,
        subject=show(session, case, sees_asker=True).subject,
        name=links.ticket_name(case.mailing_list, case.ticket),
        url=links.message_url(means.portal, case.message),
        at=case.message.sent_at,
        quota=turn.quota,
        due_at=turn.due_at,
        owner=links.owner_address(case.mailing_list),
    )
    draft = draft_notice(means, LetterKind.POSTPONED, case.mailing_list, view)
    yield for_one(answering(means.portal, draft, case), case.author)


def _was_told(session: Session, case: Case, now: datetime) -> bool:
    told = (col(Delivery.person_key) == case.author.id, col(Delivery.kind) == LetterKind.POSTPONED)
    lately = select(col(Delivery.id)).where(*told, col(Delivery.made_at) > now - WITHIN).limit(1)
    return session.execute(lately).first() is not None


LETTERS = (
    Declaration(LetterKind.POSTPONED, (Sample(PostponedView(SUBJECT, SUBJECT, "DB-42", PAGE, AT, 10, LATER, OWNER)),)),
)
