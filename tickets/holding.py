"""What is held or quarantined: put aside whole, with its reason, until an administrator has looked."""

from datetime import datetime

from sqlmodel import Session, col, select

from tickets.errors import BadInput, NotFound
from tickets.models import Arrival, Disposition

HOLDS_CPR = "holds a CPR number"


def held(session: Session) -> list[Arrival]:
    """Everything that waits for an administrator's word, oldest first."""
    return _with(session, Disposition.HELD)


def quarantined(session: Session) -> list[Arrival]:
    """Everything that the portal itself could not process, oldest first."""
    return _with(session, Disposition.QUARANTINED)


def release(session: Session, arrival_key: int, now: datetime) -> Arrival:
    """Vouch for a held arrival: it is processed again, and its author let in.

    Raises NotFound if nothing of that number is held, BadInput if a CPR number would be spread.
    """
    arrival = _get_held(session, arrival_key)
    if arrival.reason == HOLDS_CPR:
        raise BadInput(
            f"Number {arrival_key} holds a CPR number, which nobody may send on: ask its author to write again "
            f"without it, then `dialogportal discard {arrival_key}`"
        )
    arrival.is_vouched = True
    _await(arrival, now)
    return arrival


def discard(session: Session, arrival_key: int, now: datetime) -> Arrival:
    """Drop a held arrival. Raises NotFound if nothing of that number is held."""
    arrival = _get_held(session, arrival_key)
    arrival.disposition = Disposition.DISCARDED
    arrival.reason = f"discarded by an administrator ({arrival.reason})"
    arrival.settled_at = now
    return arrival


def retry_quarantined(session: Session, now: datetime) -> int:
    """Have everything in quarantine processed again; how many."""
    arrivals = quarantined(session)
    for arrival in arrivals:
        _await(arrival, now)
    return len(arrivals)


def _await(arrival: Arrival, now: datetime) -> None:
    arrival.disposition = None
    arrival.settled_at = None
    arrival.attempts = 0
    arrival.next_attempt_at = now


def _with(session: Session, disposition: Disposition) -> list[Arrival]:
    query = select(Arrival).where(Arrival.disposition == disposition).order_by(col(Arrival.id))
    return list(session.exec(query))


def _get_held(session: Session, arrival_key: int) -> Arrival:
    arrival = session.get(Arrival, arrival_key)
    if arrival is None or arrival.disposition is not Disposition.HELD:
        raise NotFound(f"Nothing with number {arrival_key} is held; `dialogportal held` shows what is")
    return arrival
