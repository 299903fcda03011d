"""What is held or quarantined: put aside whole, with its reason, until an administrator has looked."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from tickets.errors import BadInput, NotFound
from tickets.models import Arrival, Choice, Disposition, Proposal

HOLDS_CPR = "holds a CPR number"


def held(session: Session) -> list[Arrival]:
    """Everything that waits for an administrator's word, oldest first."""
    return _with(session, Disposition.HELD)


def quarantined(session: Session) -> list[Arrival]:
    """Everything that the portal itself could not process, oldest first."""
    return _with(session, Disposition.QUARANTINED)


def release(session: Session, arrival_key: int, now: datetime) -> Arrival:
    """Vouch for a held arrival: it is processed again, and its author let in.

    Raises NotFound if nothing of that number is held, BadInput if its author alone may say that it is sent.
    """
    arrival = _get_held(session, arrival_key)
    is_undecided = (Proposal.arrival_key == arrival_key, col(Proposal.choice).is_(None))
    if session.exec(select(Proposal.id).where(*is_undecided)).first() is not None:
        raise BadInput(
            f"Number {arrival_key} waits for its author, who was asked by letter whether it is to be sent; "
            f"nobody else may. `dialogportal discard {arrival_key}` drops it"
        )
    if arrival.reason == HOLDS_CPR:
        raise BadInput(
            f"Number {arrival_key} holds a CPR number, which nobody may send on: ask its author to write again "
            f"without it, then `dialogportal discard {arrival_key}`"
        )
    arrival.is_vouched = True
    process_again(arrival, now)
    return arrival


def discard(session: Session, arrival_key: int, now: datetime) -> Arrival:
    """Drop a held arrival; its author is asked no more. Raises NotFound if nothing of that number is held."""
    undecided = update(Proposal).where(col(Proposal.arrival_key) == arrival_key, col(Proposal.choice).is_(None))
    session.execute(undecided.values(choice=Choice.WITHDRAW, decided_at=now))
    arrival = _get_held(session, arrival_key)
    drop(arrival, "discarded by an administrator", now)
    return arrival


def retry_quarantined(session: Session, now: datetime) -> int:
    """Have everything in quarantine processed again; how many."""
    arrivals = quarantined(session)
    for arrival in arrivals:
        process_again(arrival, now)
    return len(arrivals)


def drop(arrival: Arrival, why: str, now: datetime) -> None:
    """Be done with a held arrival, unfiled; why it was held stays told."""
    arrival.disposition = Disposition.DISCARDED
    arrival.reason = f"{why} ({arrival.reason})"
    arrival.settled_at = now


def process_again(arrival: Arrival, now: datetime) -> None:
    """Let an arrival wait for the processor as if it had just come."""
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
