"""An arrival that waits for somebody's word."""

from datetime import datetime

from sqlmodel import Session

from support.builders import store_content
from tickets.database.models import (
    Arrival,
    Disposition,
)
from tickets.reasons import Reason


def an_arrival(session: Session, now: datetime, octets: bytes = b"with a number") -> Arrival:
    arrival = Arrival(
        content_key=store_content(session, octets, now), recipient="databeskyttelse@example.dk", return_path="",
        door="smtp", received_at=now, next_attempt_at=now, disposition=Disposition.HELD, reason=Reason.HOLDS_CPR,
    )  # fmt: skip
    session.add(arrival)
    session.flush()
    return arrival
