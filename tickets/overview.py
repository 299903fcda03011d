"""The overview: how the portal is doing, in numbers; whatever is held, set aside or given up is among them."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from tickets import journal
from tickets.database.models import (
    Arrival,
    Delivery,
    DeliveryState,
    Disposition,
    Leftover,
    MailingList,
    Organisation,
    Person,
    Postponement,
    SetAside,
    Status,
    Ticket,
    TicketKind,
)
from tickets.moderation import holding, proposals, spreading, troubles
from tickets.people import reachability


def count_everything(session: Session, now: datetime) -> dict[str, dict[str, int]]:
    """How much there is of everything, and for how many hours the oldest message has waited for an administrator.

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
        "left_in_mailbox": _counts(session, select(Leftover.why, func.count()).group_by(Leftover.why)),
        "subscriptions": {"paused": reachability.count_paused(session)},
        "postponed": {"messages": session.exec(postponed).one()},
        "scheduled": {"news": proposals.count_news(session)[0]},
        "undo_window": {"messages": spreading.count_waiting(session)[0]},
        "set_aside": {"events": session.exec(given_up).one()},
    }


def count_reasons(session: Session) -> dict[str, dict[str, int]]:
    """Why messages were put aside, and events set aside: how many each, by the code of the reason."""
    is_aside = (col(Arrival.disposition).in_(holding.ASIDE), col(Arrival.reason).is_not(None))
    put_aside = select(Arrival.reason, func.count()).where(*is_aside)
    set_aside = select(SetAside.reason, func.count()).where(col(SetAside.is_given_up))
    return {
        "put_aside_for": _counts(session, put_aside.group_by(col(Arrival.reason))),
        "set_aside_for": _counts(session, set_aside.group_by(col(SetAside.reason))),
    }


def is_lived_in(session: Session) -> bool:
    """Whether the portal has a list or knows anybody: letters may be out there that it signed."""
    return any(
        session.exec(query.limit(1)).first() is not None for query in (select(MailingList.id), select(Person.id))
    )


def tell_of_troubles(session: Session) -> dict[str, dict[str, str]]:
    """The present troubles by name: since when, and in which words."""
    return {
        one.name: {"since": one.since.isoformat(timespec="seconds"), "said": one.said}
        for one in troubles.current(session)
    }


def oldest_waiting(session: Session) -> dict[str, datetime]:
    """Since when the oldest arrival and the oldest letter wait, where any does."""
    arrived = session.exec(select(func.min(Arrival.received_at)).where(col(Arrival.disposition).is_(None))).one()
    made = session.exec(select(func.min(Delivery.made_at)).where(Delivery.state == DeliveryState.WAITING)).one()
    return {name: at for name, at in (("arrivals", arrived), ("deliveries", made)) if at is not None}


def _hours_aside(session: Session, now: datetime) -> int:
    """How long the oldest of the messages that wait for an administrator has been put aside."""
    oldest = holding.oldest_aside(session)
    return int((now - oldest).total_seconds() // 3600) if oldest else 0


def count_people(session: Session) -> dict[int, int]:
    """How many people each organisation has here, by its key."""
    query = select(Person.organisation_key, func.count()).group_by(col(Person.organisation_key))
    return {key: count for key, count in session.exec(query) if key is not None}


def organisations(session: Session) -> list[Organisation]:
    """All organisations by name, approved or not."""
    return list(session.exec(select(Organisation).order_by(Organisation.name)))


def _counts(session: Session, query: Any) -> dict[Any, int]:
    return dict(session.exec(query).all())
