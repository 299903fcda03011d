"""The receipt: word to an asker that their question was filed: under which number, who sees it, what happens now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from mailer.letters.cases import Case, FileView, answering, find_case, list_files, show
from mailer.letters.declaration import Budget, Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import AT, PAGE, SUBJECT, TEXT, Sample
from tickets import links
from tickets.database.models import Delivery, Event, EventKind, LetterKind, Visibility
from tickets.moderation import proposals
from tickets.people.sight import LAWYER, is_for_all, sight_of

MOST_AN_HOUR = 3  # to one person, for open questions: two robots in dialogue would get more
GREETING = re.compile(r"(?:kære|hej|goddag|dear|hi|hello)\b[^\n]{0,60}\n+(?=\s*\S)", re.IGNORECASE)  # a line to itself
LATELY = select(func.count()).where(
    col(Delivery.person_key) == bindparam("person_key"),
    col(Delivery.kind) == LetterKind.RECEIPT,
    col(Delivery.made_at) > bindparam("since"),
)


@dataclass(frozen=True)
class AnsweredView:
    """A question like the asker's that was answered before."""

    subject: str
    question: str
    answer: str
    url: str


@dataclass(frozen=True)
class ReceiptView(View):
    """What the template of a receipt reads."""

    subject: str
    name: str
    url: str
    visibility: Visibility
    at: datetime
    text: str
    due_at: datetime | None = None  # by when it is answered
    files: tuple[FileView, ...] = ()
    answered: tuple[AnsweredView, ...] = ()


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """A receipt to the asker, unless they have had enough of them."""
    case = find_case(session, event)
    if case is None or _has_enough(session, case, event, now):
        return
    draft = draft_notice(means, LetterKind.RECEIPT, case.mailing_list, _view(session, means, case))
    yield for_one(answering(means.portal, draft, case), case.author)


def _view(session: Session, means: Means, case: Case) -> ReceiptView:
    shown = show(session, case, sees_asker=True)
    return ReceiptView(
        subject=case.ticket.subject,
        name=links.ticket_name(case.mailing_list, case.ticket),
        url=links.ticket_url(means.portal, case.mailing_list, case.ticket),
        visibility=case.ticket.visibility,
        at=case.message.sent_at,
        text=shown.text,
        due_at=case.ticket.due_at,
        files=list_files(shown.files, links.message_url(means.portal, case.message)),
        answered=tuple(_answered_before(session, means, case)),
    )


def _answered_before(session: Session, means: Means, case: Case) -> Iterator[AnsweredView]:
    """Questions like this one that were answered, as a member sees them, whatever else a lawyer may see."""
    if means.find_similar is None:
        return
    sight = sight_of(session, case.author).without(LAWYER)
    for found in means.find_similar(session, sight, case.message):
        url = links.message_url(means.portal, found.answer)
        answer = found.ticket.short_answer or _gist(found.answer.text)
        yield AnsweredView(found.ticket.subject, _gist(found.question.text), answer, url)


def _gist(text: str) -> str:
    """A text in one line, without its opening greeting."""
    greeting = GREETING.match(text := text.lstrip())
    return " ".join(text[greeting.end() if greeting else 0 :].split())


def _has_enough(session: Session, case: Case, event: Event, now: datetime) -> bool:
    """Whether one more would be too much. Never where the asker has to know it: no robot asks in private or decides."""
    if not is_for_all(case.ticket.visibility):
        return False
    lately = {"person_key": case.message.author_key, "since": now - timedelta(hours=1)}
    if session.execute(LATELY, lately).scalar_one() < MOST_AN_HOUR:
        return False
    return not (event.arrival_key and proposals.was_released(session, event.arrival_key))


def _sample(visibility: Visibility) -> Sample:
    before = AnsweredView("Aktindsigt i byggesager", "Må naboen få indsigt?", "Ja, når den er afgjort.", PAGE)
    files = (FileView("Afgørelse.pdf", 48_200, f"{PAGE}/2"),)
    due_at = AT + timedelta(days=7) if visibility is not Visibility.ANONYMOUS else None
    return Sample(ReceiptView(SUBJECT, "DB-42", PAGE, visibility, AT, TEXT, due_at, files, (before,)), visibility.value)


LETTERS = (
    Declaration(
        LetterKind.RECEIPT, tuple(map(_sample, Visibility)), (EventKind.ASKED,), write, budget=Budget.AUTOMATIC
    ),
)
