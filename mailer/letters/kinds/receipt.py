"""The receipt: word to an asker that their question was filed: under which number, who sees it, what happens now.

Beyond three an hour, or ten a day, the questions stand in one letter together: each is told of, and nobody is flooded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from mailer.letters.cases import Case, answering, find_case, show
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import Draft, View
from mailer.letters.samples import AT, DECIDING, PAGE, SUBJECT, TEXT, Sample
from tickets import links
from tickets.conversations.statuses import closed_unanswered
from tickets.database import whereabouts
from tickets.database.models import (
    Delivery,
    Event,
    EventKind,
    GatheredReceipt,
    LetterKind,
    MailingList,
    Person,
    Ticket,
    Visibility,
)
from tickets.issues.items import FileView, list_files
from tickets.moderation import proposals, spreading
from tickets.people.sight import LAWYER, is_for_all, sight_of
from tickets.search.published import PublishedAnswer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_AN_HOUR = 3  # to one person, for open questions: two robots in dialogue would get more
MOST_A_DAY = 10  # for all questions
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
class ClosedView:
    """An earlier question of the asker's that was closed without an answer."""

    subject: str
    name: str
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
    others_at: datetime | None = None  # when others get it; None: at once, or never
    files: tuple[FileView, ...] = ()
    answered: tuple[AnsweredView, ...] = ()
    closed: tuple[ClosedView, ...] = ()


@dataclass(frozen=True)
class QuestionView:
    """One question of a letter that gathers receipts."""

    subject: str
    name: str
    url: str
    address: str  # the asker's own, for writing on about it
    visibility: Visibility
    due_at: datetime | None = None
    answered: tuple[AnsweredView, ...] = ()


@dataclass(frozen=True)
class ReceiptsView(View):
    """What the template of a letter that gathers receipts reads."""

    rows: tuple[QuestionView, ...]
    closed: tuple[ClosedView, ...] = ()

    def values(self) -> dict[str, object]:
        """What the templates read, with the number of rows beside it."""
        return super().values() | {"count": len(self.rows)}


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """A receipt to the asker; where they have had enough of them, the question is noted for a letter that gathers."""
    case = find_case(session, event)
    if case is None:
        return
    if _has_enough(session, case, event, now):
        _put_by(session, case, event, now)
        return
    draft = draft_notice(means, LetterKind.RECEIPT, case.mailing_list, _view(session, means, case))
    yield for_one(answering(means.portal, draft, case), case.author)


def _put_by(session: Session, case: Case, event: Event, now: datetime) -> None:
    message, mailing_list, asker = case.message.key, case.mailing_list.key, case.author.key
    if session.get(GatheredReceipt, message) is None:
        owed = GatheredReceipt(
            message_key=message, event_key=event.key, mailing_list_key=mailing_list, person_key=asker, made_at=now
        )
        session.add(owed)
        session.flush()


def draft_receipts(session: Session, means: Means, mailing_list: MailingList, cases: Sequence[Case]) -> Draft:
    """One letter with what the receipts of all these questions of one asker would have told."""
    rows = tuple(
        QuestionView(
            subject=case.ticket.subject,
            name=links.ticket_name(case.mailing_list, case.ticket),
            url=links.ticket_url(means.portal, case.mailing_list, case.ticket),
            address=links.reply_address(means.signer, case.mailing_list, case.ticket.number, case.author.key),
            visibility=case.ticket.visibility,
            due_at=case.ticket.due_at,
            answered=tuple(_answered_before(session, means, case)),
        )
        for case in cases
    )
    closed = tuple(_closed_since(session, means, mailing_list, cases[0].author))
    return draft_notice(means, LetterKind.RECEIPTS, mailing_list, ReceiptsView(rows, closed))


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
        others_at=spreading.waits_until(session, case.message),
        files=list_files(shown.files, links.message_url(means.portal, case.message)),
        answered=tuple(_answered_before(session, means, case)),
        closed=tuple(_closed_since(session, means, case.mailing_list, case.author)),
    )


def _answered_before(session: Session, means: Means, case: Case) -> Iterator[AnsweredView]:
    """Questions like this one that were answered, as a member sees them, whatever else a lawyer may see."""
    if means.find_similar is None:
        return
    sight = sight_of(session, case.author).without(LAWYER)
    for found in means.find_similar(session, sight, case.message):
        if isinstance(found, PublishedAnswer):
            one = found.publication
            answer = one.short_answer or _gist(one.answer)
            yield AnsweredView(one.subject, _gist(one.question), answer, links.publication_url(means.portal, one))
            continue
        if spreading.waits_until(session, found.answer):
            continue
        url = links.message_url(means.portal, found.answer)
        answer = found.ticket.short_answer or _gist(found.answer.text)
        yield AnsweredView(found.ticket.subject, _gist(found.question.text), answer, url)


def _closed_since(session: Session, means: Means, mailing_list: MailingList, asker: Person) -> Iterator[ClosedView]:
    """Questions of theirs that others have closed without an answer since the last receipt."""
    receipts = col(Delivery.kind).in_((LetterKind.RECEIPT, LetterKind.RECEIPTS))
    last = select(func.max(col(Delivery.made_at))).where(col(Delivery.person_key) == asker.id, receipts)
    told_at = session.execute(last).scalar_one()
    if told_at is None:
        return
    theirs = (col(Ticket.asker_key) == asker.id, col(Ticket.mailing_list_key) == mailing_list.id)
    by_others = (
        col(Event.kind) == EventKind.STATUS_CHANGED,
        func.coalesce(whereabouts.PERSON_NOW, 0) != asker.id,
        col(Event.happened_at) > told_at,
    )
    known = whereabouts.known_as(*theirs, *closed_unanswered())
    query = select(Ticket).join(known, known.c.ticket_key == col(Ticket.id))
    query = query.join(Event, col(Event.ticket_key) == known.c.key).where(*by_others).order_by(col(Ticket.id))
    found = {ticket.key: ticket for ticket in session.execute(query).scalars()}
    for ticket in found.values():
        name, url = links.ticket_name(mailing_list, ticket), links.ticket_url(means.portal, mailing_list, ticket)
        yield ClosedView(ticket.subject, name, url)


def _gist(text: str) -> str:
    """A text in one line, without its opening greeting."""
    greeting = GREETING.match(text := text.lstrip())
    return " ".join(text[greeting.end() if greeting else 0 :].split())


def _has_enough(session: Session, case: Case, event: Event, now: datetime) -> bool:
    """Whether one more would be too much.

    In an hour never where the asker has to know it at once: no robot asks in private or decides.
    """
    if _count(session, case, now - DAY) >= MOST_A_DAY:
        return True
    if not is_for_all(case.ticket.visibility) or _count(session, case, now - HOUR) < MOST_AN_HOUR:
        return False
    return not (event.arrival_key and proposals.was_released(session, event.arrival_key))


def _count(session: Session, case: Case, since: datetime) -> int:
    return int(session.execute(LATELY, {"person_key": case.message.author_key, "since": since}).scalar_one())


BEFORE = AnsweredView("Aktindsigt i byggesager", "Må naboen få indsigt?", "Ja, når den er afgjort.", PAGE)
CLOSED = ClosedView("Hvem skriver under?", "DB-31", PAGE)
DUE = AT + timedelta(days=7)


def _sample(visibility: Visibility) -> Sample:
    closed = (CLOSED,) if visibility is Visibility.OPEN else ()
    files = (FileView("Afgørelse.pdf", 48_200, f"{PAGE}/2"),)
    due_at = DUE if visibility is not Visibility.ANONYMOUS else None
    others_at = AT + timedelta(minutes=10) if visibility is Visibility.OPEN else None
    view = ReceiptView(SUBJECT, "DB-42", PAGE, visibility, AT, TEXT, due_at, others_at, files, (BEFORE,), closed)
    return Sample(view, visibility.value)


QUESTIONS = (
    QuestionView(SUBJECT, "DB-42", PAGE, DECIDING, Visibility.OPEN, DUE, (BEFORE,)),
    QuestionView(
        "Hvor længe skal vi gemme optagelser fra genbrugspladsen?", "DB-43", PAGE, DECIDING, Visibility.OPEN, DUE
    ),
    QuestionView("Sagen om den fratrådte", "DB-44", PAGE, DECIDING, Visibility.CONFIDENTIAL),
)
LETTERS = (
    Declaration(LetterKind.RECEIPT, tuple(map(_sample, Visibility)), (EventKind.ASKED,), write),
    Declaration(
        LetterKind.RECEIPTS,
        (Sample(ReceiptsView(QUESTIONS[:1]), "1"), Sample(ReceiptsView(QUESTIONS, (CLOSED,)), "3")),
        is_for_owners=True,
    ),
)
