"""The desk: word to lawyers that a question is due, or came back; and, when a week begins, of all that waits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from mailer.letters.cases import case_about, show, ticket_of
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import AT, AUTHOR, LIST, ORGANISATION, PAGE, SUBJECT, TEXT, Sample
from tickets import links
from tickets.conversations import threads
from tickets.database.models import (
    Capacity,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Message,
    Person,
    Status,
    Ticket,
    Urgency,
)
from tickets.desk import absences
from tickets.desk.agenda import AgendaItem, AgendaSection, agenda_of
from tickets.people import persons
from tickets.people.appointments import lawyers


@dataclass(frozen=True)
class ReminderView(View):
    """A question that waits for its answer."""

    cause: EventKind
    subject: str
    name: str
    url: str
    asker: str
    organisation: str
    asked_at: datetime
    due_at: datetime | None
    assignee: str  # empty: nobody has it
    text: str


@dataclass(frozen=True)
class AgendaRow:
    """A question on the agenda."""

    subject: str
    name: str
    list: str
    url: str
    asked_at: datetime
    due_at: datetime | None
    assignee: str
    is_late: bool
    is_back: bool


@dataclass(frozen=True)
class AgendaView(View):
    """What waits when a week begins, by why it concerns its reader."""

    sections: tuple[tuple[AgendaSection, tuple[AgendaRow, ...]], ...]
    count: int
    url: str


# -- a question is due -----------------------------------------------------------------


def remind(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The question to who has it, or who stands in for them; to all lawyers if nobody does, or it is late."""
    if (found := ticket_of(session, event)) is None or found[1].status is not Status.OPEN:
        return
    mailing_list, ticket = found
    message = threads.first_message(session, ticket)
    if message is None:
        return
    draft = draft_notice(
        means, LetterKind.REMINDER, mailing_list, _reminder(session, means, mailing_list, ticket, message, event)
    )
    reference = links.ticket_reference(means.portal, mailing_list, ticket)
    draft = replace(
        draft, ticket=ticket, message=message, in_reply_to=message.own_id, references=(reference, message.own_id)
    )
    everybody = lawyers(session, mailing_list.key)
    wanted = everybody if event.kind is EventKind.LATE else [one for one in everybody if one.id == ticket.assignee_key]
    present = {one.key for one in absences.present(session, wanted or everybody, now)}
    yield Owed(draft, [(one, Capacity.LAWYER) for one in everybody if one.id in present])


def _reminder(
    session: Session, means: Means, mailing_list: MailingList, ticket: Ticket, message: Message, event: Event
) -> ReminderView:
    case = case_about(session, message.key)
    assert case is not None
    return ReminderView(
        cause=event.kind,
        subject=ticket.subject,
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        asker=persons.name_of(case.author),
        organisation=case.organisation,
        asked_at=ticket.asked_at,
        due_at=ticket.due_at,
        assignee=_name_of(session, ticket.assignee_key),
        text=show(session, case, sees_asker=True).text,
    )


def _name_of(session: Session, key: int | None) -> str:
    person = session.get(Person, key) if key else None
    return persons.name_of(person) if person else ""


# -- a week begins ---------------------------------------------------------------------


def tell_agenda(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """What waits to a lawyer; nothing if nothing does any more."""
    person = session.get(Person, event.person_key) if event.person_key else None
    if person is None or not (agenda := agenda_of(session, person, now)):
        return
    sections = tuple(
        (section, tuple(_row(session, means, item) for item in items)) for section, items in agenda.items()
    )
    view = AgendaView(sections, sum(len(rows) for _, rows in sections), means.portal.base_url)
    yield for_one(draft_notice(means, LetterKind.AGENDA, None, view), person)


def _row(session: Session, means: Means, item: AgendaItem) -> AgendaRow:
    return AgendaRow(
        subject=item.ticket.subject,
        name=links.ticket_name(item.mailing_list, item.ticket),
        list=item.mailing_list.name,
        url=links.ticket_url(means.portal, item.mailing_list, item.ticket),
        asked_at=item.ticket.asked_at,
        due_at=item.ticket.due_at,
        assignee=_name_of(session, item.ticket.assignee_key),
        is_late=item.is_late,
        is_back=item.is_back,
    )


# -- samples ---------------------------------------------------------------------------

WEEK = timedelta(days=7)
CAUSES = (EventKind.CAME_BACK, EventKind.DUE, EventKind.LATE)


def _sample(cause: EventKind, assignee: str) -> Sample:
    view = ReminderView(cause, SUBJECT, "DB-42", PAGE, AUTHOR, ORGANISATION, AT - WEEK, AT, assignee, TEXT)
    return Sample(view, f"{cause}{'' if assignee else '-nobodys'}")


def _sample_row(*, is_late: bool = False, is_back: bool = False, assignee: str = "Anders Jurist") -> AgendaRow:
    due_at = AT - timedelta(days=1) if is_late else AT + WEEK
    return AgendaRow(SUBJECT, "DB-42", LIST, PAGE, AT - WEEK, due_at, assignee, is_late, is_back)


AGENDA = (
    (AgendaSection.MINE, (_sample_row(is_late=True), _sample_row(is_back=True))),
    (AgendaSection.UNASSIGNED, (_sample_row(assignee=""),)),
    (AgendaSection.LATE, (_sample_row(is_late=True, assignee="Sofie Berg"),)),
    (AgendaSection.RETURNED, (_sample_row(is_back=True, assignee="Sofie Berg"),)),
)
LETTERS = (
    Declaration(
        LetterKind.REMINDER,
        tuple(_sample(cause, assignee) for cause in CAUSES for assignee in ("Anders Jurist", "")),
        CAUSES,
        remind,
        Urgency.TICKET,
    ),
    Declaration(
        LetterKind.AGENDA,
        (Sample(AgendaView(AGENDA, 5, PAGE)), Sample(AgendaView(AGENDA[:1], 1, PAGE), "mine-alone")),
        (EventKind.WEEK_BEGAN,),
        tell_agenda,
    ),
)
