"""Bounces: deliveries that came back, known by their return path (VERP), counted on the person they went to."""

from datetime import datetime

from sqlmodel import Session

from mailer.reports import Report
from tickets import journal
from tickets.failures import BounceKind
from tickets.models import Bounce, Delivery, DeliveryState, EventKind


def count_bounce(session: Session, delivery_key: int, report: Report, now: datetime) -> bool:
    """Note on a delivery that it came back; False if there is no such delivery any more."""
    delivery = session.get(Delivery, delivery_key)
    if delivery is None:
        return False
    session.add(
        Bounce(
            delivery_key=delivery_key,
            person_key=delivery.person_key,
            is_permanent=report.kind is BounceKind.HARD,
            status=report.status,
            received_at=now,
        )
    )
    if report.kind is BounceKind.HARD:
        delivery.state = DeliveryState.FAILED
        delivery.reply = f"came back {report.status}".strip()
    journal.append(session, EventKind.BOUNCED, now, person_key=delivery.person_key)
    return True
