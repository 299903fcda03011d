"""Holds again: a correction was taken back, and everybody who got it is told once which answer holds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.letters.cases import Case, find_case, show
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice
from mailer.letters.letters import Draft, View
from mailer.letters.samples import AT, PAGE, SUBJECT, Sample
from tickets import links
from tickets.database.models import (
    Act,
    ActKind,
    Capacity,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Letter,
    LetterKind,
    Person,
    Urgency,
)
from tickets.people.sight import knows_asker

GOT = (DeliveryState.WAITING, DeliveryState.SENT)


@dataclass(frozen=True)
class HoldsAgainView(View):
    """The answer that holds."""

    subject: str
    name: str
    url: str
    at: datetime  # when it was written
    text: str


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The earlier answer, to all who were sent what was to take its place, as each may read it."""
    act, case = session.get(Act, event.act_key), find_case(session, event)
    if act is None or case is None or act.kind is not ActKind.CORRECT or act.undoes_key is None:
        return
    for capacity, people in _readers_of(session, act.before["message"]).items():
        yield Owed(_draft(session, means, case, capacity), [(person, capacity) for person in people])


def _readers_of(session: Session, message_key: int) -> dict[Capacity, list[Person]]:
    """Who is sent a letter with a message, or was, by the capacity in which."""
    query = (
        select(Person, Delivery.capacity)
        .join(Delivery, col(Delivery.person_key) == col(Person.id))
        .join(Letter, col(Letter.id) == col(Delivery.letter_key))
        .where(
            Letter.message_key == message_key,
            col(Letter.kind).in_((LetterKind.ANSWER, LetterKind.NEWS)),
            col(Delivery.state).in_(GOT),
        )
    )
    found: dict[Capacity, list[Person]] = {}
    for person, capacity in session.exec(query.order_by(col(Delivery.id))):
        found.setdefault(Capacity(capacity), []).append(person)
    return found


def _draft(session: Session, means: Means, case: Case, capacity: Capacity) -> Draft:
    shown = show(session, case, sees_asker=knows_asker(case.ticket, capacity))
    view = HoldsAgainView(
        subject=case.ticket.subject,
        name=links.ticket_name(case.mailing_list, case.ticket),
        url=links.thread_url(means.portal, case.mailing_list, case.ticket, case.message),
        at=case.message.sent_at,
        text=shown.text,
    )
    draft = draft_notice(means, LetterKind.HOLDS_AGAIN, case.mailing_list, view)
    reference = links.ticket_reference(means.portal, case.mailing_list, case.ticket)
    return replace(
        draft, ticket=case.ticket, message=case.message, in_reply_to=case.message.own_id,
        references=(reference, case.message.own_id), is_list_mail=capacity is Capacity.SUBSCRIBER,
    )  # fmt: skip


LETTERS = (
    Declaration(
        LetterKind.HOLDS_AGAIN,
        (Sample(HoldsAgainView(SUBJECT, "DB-42", PAGE, AT, "Kære Mette\n\nJa, når den er anonymiseret.")),),
        (EventKind.CORRECTED,),
        write,
        Urgency.TICKET,
    ),
)
