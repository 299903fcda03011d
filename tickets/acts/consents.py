"""Consents: before more people see a ticket, all who asked it are asked; what they allow is done then."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session, col, select

from tickets import journal
from tickets.acts.acting import Hand
from tickets.database.models import ActKind, Consent, EventKind, Ticket
from tickets.errors import Conflict
from tickets.people.askers import askers_of

PATIENCE = timedelta(days=14)
Do = Callable[[Session, Ticket, str, Hand], object]  # what was allowed, with its argument


def ask(session: Session, ticket: Ticket, kind: ActKind, argument: str, hand: Hand) -> list[Consent]:
    """Have all who asked a ticket asked; empty where the only one is whoever wants it. Raises Conflict if it waits."""
    if any(one.kind is kind for one in waiting(session, ticket)):
        raise Conflict("Those who asked it are asked already, and have not answered")
    people = [person for person in askers_of(session, ticket) if person.id != hand.key]
    asked = [
        Consent(
            ticket_key=ticket.key, kind=kind, argument=argument, wanted_by_key=hand.key,
            person_key=person.key, made_at=hand.at, expires_at=hand.at + PATIENCE,
        )
        for person in people
    ]  # fmt: skip
    session.add_all(asked)
    session.flush()
    for one in asked:
        journal.append(session, EventKind.CONSENT_ASKED, hand.at, ticket=ticket, person_key=one.person_key)
    return asked


def waiting(session: Session, ticket: Ticket) -> list[Consent]:
    """What those who asked a ticket have yet to answer."""
    query = select(Consent).where(Consent.ticket_key == ticket.id, col(Consent.is_granted).is_(None))
    return list(session.exec(query.order_by(col(Consent.id))))


def newest_for(session: Session, ticket: Ticket, person_key: int) -> Consent | None:
    """What somebody was asked last about a ticket, answered or not."""
    query = select(Consent).where(Consent.ticket_key == ticket.id, Consent.person_key == person_key)
    return session.exec(query.order_by(col(Consent.id).desc())).first()


def decide(session: Session, consent: Consent, hand: Hand, do: Do, *, is_granted: bool) -> bool:
    """Hear the word of one who was asked, once; whether what was asked for is done now, as all have allowed it."""
    if consent.is_granted is not None or consent.expires_at <= hand.at:
        return False
    consent.is_granted, consent.decided_at = is_granted, hand.at
    session.add(consent)
    session.flush()
    ticket = session.get_one(Ticket, consent.ticket_key)
    if not is_granted:
        journal.append(session, EventKind.CONSENT_REFUSED, hand.at, ticket=ticket, person_key=consent.wanted_by_key)
        return False
    together = (Consent.ticket_key == consent.ticket_key, Consent.kind == consent.kind)
    others = session.exec(select(Consent).where(*together, Consent.made_at == consent.made_at))
    if not all(one.is_granted for one in others):
        return False
    do(session, ticket, consent.argument, hand)
    return True
