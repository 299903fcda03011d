"""Consents: before more people see a ticket, all are asked whom they would come to know; what they allow is done then.

Those are who asked it, and whoever wrote in it while nobody was told their names.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from tickets import journal
from tickets.acts.acting import Hand
from tickets.database.models import ActKind, Consent, EventKind, Message, Ticket, Visibility
from tickets.errors import Conflict
from tickets.people.askers import asker_keys
from tickets.people.sight import is_for_all

PATIENCE = timedelta(days=14)
Do = Callable[[Session, Ticket, str, Hand], object]  # what was allowed, with its argument


def ask(session: Session, ticket: Ticket, kind: ActKind, argument: str, hand: Hand) -> list[Consent]:
    """Have all asked who have a say; empty where the only one is whoever wants it. Raises Conflict if it waits."""
    if any(one.kind is kind for one in waiting(session, ticket)):
        raise Conflict("Those who asked it are asked already, and have not answered")
    first = Consent(
        ticket_key=ticket.key, kind=kind, argument=argument, wanted_by_key=hand.key,
        person_key=0, made_at=hand.at, expires_at=hand.at + PATIENCE,
    )  # fmt: skip
    return _ask_like(session, ticket, first, hand.at, _concerned(session, ticket, first))


def _concerned(session: Session, ticket: Ticket, consent: Consent) -> set[int]:
    """The keys of those who have a say in what is wanted, but for whoever wants it."""
    keys = asker_keys(session, ticket)
    if consent.kind is ActKind.MOVE or is_for_all(Visibility(consent.argument)):
        hidden = select(Message.author_key).where(Message.ticket_key == ticket.id, col(Message.is_nameless))
        keys |= set(session.exec(hidden))
    return keys - {consent.wanted_by_key}


def _ask_like(
    session: Session, ticket: Ticket, consent: Consent, at: datetime, person_keys: Iterable[int]
) -> list[Consent]:
    told = consent.model_dump(include={"ticket_key", "kind", "argument", "wanted_by_key", "made_at", "expires_at"})
    asked = [Consent(**told, person_key=key) for key in sorted(person_keys)]
    session.add_all(asked)
    session.flush()
    for one in asked:
        journal.append(session, EventKind.CONSENT_ASKED, at, ticket=ticket, person_key=one.person_key)
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
    """Hear the word of one who was asked, once; whether what was asked for is done now, as all have allowed it.

    Who has written since is asked too, and has as long as the others.
    """
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
    asked = session.exec(select(Consent).where(*together, Consent.made_at == consent.made_at)).all()
    since = _concerned(session, ticket, consent) - {one.person_key for one in asked}
    if _ask_like(session, ticket, consent, hand.at, since) or not all(one.is_granted for one in asked):
        return False
    do(session, ticket, consent.argument, hand)
    return True
