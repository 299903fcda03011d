"""Undo: who answers is told until when they can take it back, and who has what was taken back, that it was."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import Case, find_case
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_each, for_one
from mailer.letters.kinds.short_asked import is_to_ask
from mailer.letters.letters import Draft, View
from mailer.letters.samples import AT, AUTHOR, LATER, ORGANISATION, PAGE, SUBJECT, Sample
from tickets import links
from tickets.conversations import anonymity
from tickets.database.models import Act, Event, EventKind, LetterKind, MessageKind, Person, Ticket
from tickets.moderation import spreading
from tickets.people import appointments, persons
from tickets.people.askers import asker_keys


@dataclass(frozen=True)
class AnsweredNowView(View):
    """To who answered: what became of it."""

    subject: str
    name: str
    url: str
    others_at: datetime  # when others get it
    asks_short: bool  # the answer in one line is asked for


@dataclass(frozen=True)
class RecalledView(View):
    """To who has what its author took back, or gave again."""

    subject: str
    name: str
    url: str
    is_question: bool
    is_undone: bool  # it was given again
    is_askers: bool  # the reader asked it
    author: str
    organisation: str


# -- to who answered -------------------------------------------------------------------


def tell_author(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Until when the answer can be taken back, unless others have it already or nobody else gets it."""
    case = find_case(session, event)
    others_at = spreading.waits_until(session, case.message) if case else None
    if case is None or others_at is None or case.message.kind is not MessageKind.ANSWER:
        return
    view = AnsweredNowView(
        subject=case.ticket.subject,
        name=links.ticket_name(case.mailing_list, case.ticket),
        url=links.message_url(means.portal, case.message),
        others_at=others_at,
        asks_short=is_to_ask(session, case.ticket),
    )
    draft = draft_notice(means, LetterKind.ANSWERED_NOW, case.mailing_list, view)
    yield for_one(_about(means, draft, case), case.author)


def _about(means: Means, draft: Draft, case: Case) -> Draft:
    reference = links.ticket_reference(means.portal, case.mailing_list, case.ticket)
    return replace(draft, ticket=case.ticket, references=(reference,))


# -- to who has it ---------------------------------------------------------------------


def tell_readers(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """A line to everybody who has a letter about it, but whoever did it."""
    case, act = find_case(session, event), session.get(Act, event.act_key)
    if case is None or act is None:
        return
    keys = spreading.owed_to(session, case.message) - {act.person_key, case.message.author_key}
    askers = asker_keys(session, case.ticket)
    lawyers = {person.key for person in appointments.lawyers(session, case.ticket.mailing_list_key)}
    for is_askers, among in ((True, keys & askers), (False, (keys & lawyers) - askers)):
        people = [session.get_one(Person, key) for key in sorted(among)]
        if people:
            view = _view(session, means, case, act, is_askers=is_askers)
            yield for_each(
                _about(means, draft_notice(means, LetterKind.RECALLED, case.mailing_list, view), case), people
            )


def _view(session: Session, means: Means, case: Case, act: Act, *, is_askers: bool) -> RecalledView:
    return RecalledView(
        subject=_subject(session, case.ticket, is_askers=is_askers),
        name=links.ticket_name(case.mailing_list, case.ticket),
        url=links.ticket_url(means.portal, case.mailing_list, case.ticket),
        is_question=case.message.kind is MessageKind.QUESTION,
        is_undone=act.undoes_key is not None,
        is_askers=is_askers,
        author=persons.name_of(case.author),
        organisation=case.organisation,
    )


def _subject(session: Session, ticket: Ticket, *, is_askers: bool) -> str:
    return anonymity.own_subject(session, ticket) if is_askers else ticket.subject


# -- samples ---------------------------------------------------------------------------


def _recalled(name: str, *, is_question: bool = False, is_undone: bool = False, is_askers: bool = False) -> Sample:
    view = RecalledView(SUBJECT, "DB-42", PAGE, is_question, is_undone, is_askers, AUTHOR, ORGANISATION)
    return Sample(view, name)


LETTERS = (
    Declaration(
        LetterKind.ANSWERED_NOW,
        (
            Sample(AnsweredNowView(SUBJECT, "DB-42", PAGE, AT, asks_short=False)),
            Sample(AnsweredNowView(SUBJECT, "DB-42", PAGE, LATER, asks_short=True), "short"),
        ),
        (EventKind.ANSWERED,),
        tell_author,
    ),
    Declaration(
        LetterKind.RECALLED,
        (
            _recalled("answer-asker", is_askers=True),
            _recalled("answer-lawyer"),
            _recalled("question", is_question=True),
            _recalled("answer-undone", is_undone=True, is_askers=True),
            _recalled("question-undone", is_question=True, is_undone=True),
        ),
        (EventKind.RECALLED,),
        tell_readers,
    ),
)
