"""The overview: how the portal is doing, in numbers; whatever is held, set aside or given up is among them."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from tickets import holding, journal, reachability
from tickets.models import (
    Arrival,
    Delivery,
    DeliveryState,
    Disposition,
    MailingList,
    Organisation,
    Person,
    Postponement,
    SetAside,
    Status,
    Ticket,
    TicketKind,
)


def count_everything(session: Session, now: datetime) -> dict[str, dict[str, int]]:
    """How much there is of everything, and how long the oldest message that waits for an administrator has.

    Arrivals by disposition, deliveries by state, tickets by status, and events that followers have yet to take.
    """
    questions = select(Ticket.status, func.count()).where(Ticket.kind == TicketKind.QUESTION).group_by(Ticket.status)
    arrivals = _counts(session, select(Arrival.disposition, func.count()).group_by(col(Arrival.disposition)))
    deliveries = _counts(session, select(Delivery.state, func.count()).group_by(Delivery.state))
    tickets = _counts(session, questions)
    given_up = select(func.count()).select_from(SetAside).where(col(SetAside.is_given_up))
    postponed = select(func.count()).select_from(Postponement).where(col(Postponement.sent_on_at).is_(None))
    return {
        "arrivals": {"waiting": arrivals.get(None, 0)} | {str(word): arrivals.get(word, 0) for word in Disposition},
        "put_aside": {
            "for_administrators": holding.count_aside(session),
            "for_their_senders": holding.count_asked(session),
            "oldest_hours": _hours_aside(session, now),
        },
        "deliveries": {str(word): deliveries.get(word, 0) for word in DeliveryState},
        "tickets": {str(word): tickets.get(word, 0) for word in Status},
        "followers": dict(journal.lag(session)),
        "subscriptions": {"paused": reachability.count_paused(session)},
        "postponed": {"messages": session.exec(postponed).one()},
        "set_aside": {"events": session.exec(given_up).one()},
    }


def is_lived_in(session: Session) -> bool:
    """Whether the portal has a list or knows anybody: letters may be out there that it signed."""
    return any(
        session.exec(query.limit(1)).first() is not None for query in (select(MailingList.id), select(Person.id))
    )


def _hours_aside(session: Session, now: datetime) -> int:
    """How long the oldest of the messages that wait for an administrator has been put aside."""
    oldest = holding.oldest_aside(session)
    return int((now - oldest).total_seconds() // 3600) if oldest else 0


def count_people(session: Session) -> dict[int, int]:
    """How many people each organisation has here, by its key."""
    query = select(Person.organisation_key, func.count()).group_by(col(Person.organisation_key))
    return {key: count for key, count in session.exec(query) if key is not None}


def organisations(session: Session) -> list[Organisation]:
    return list(session.exec(select(Organisation).order_by(Organisation.name)))


def _counts(session: Session, query: Any) -> dict[Any, int]:
    return dict(session.exec(query).all())
