"""Web forms: what a person wrote on a page is taken in as mail is, and goes the same way from here."""

from datetime import datetime

from sqlmodel import Session

from mailer.intake.arrivals import Handover, store_handovers
from tickets.envelope import WEB


def hand_in(
    session: Session, octets: bytes, author: str, recipient: str, now: datetime, client: str | None = None
) -> int:
    """Store a message that a page composed for somebody who is logged in, in the caller's transaction; its number."""
    handover = Handover(octets, author, (recipient,), WEB, now, client)
    ((number,),) = store_handovers(session, [handover])
    return number
