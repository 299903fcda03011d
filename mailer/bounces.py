"""Bounces: deliveries that came back, counted on the person they went to.

They are known by their return path (VERP), which only we can have signed. Where a server lost it, the id of the letter
and its recipient have to do; everybody who got the letter could write such a report, so it counts half.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from mailer.diagnosis import diagnose
from mailer.relay import Fate, Outcome, Stage
from mailer.reports import Report, status_in
from tickets import journal, reachability
from tickets.failures import BounceKind
from tickets.models import Bounce, Delivery, DeliveryState, EventKind, Letter, Person

RECENT = timedelta(days=14)  # longer than any server tries


def count_bounce(session: Session, delivery_key: int, report: Report, now: datetime) -> bool:
    """Note on a delivery that it came back; False if there is no such delivery any more."""
    delivery = session.get(Delivery, delivery_key)
    if delivery is None:
        return False
    if _is_counted(session, delivery, report):
        return True
    if report.kind is BounceKind.HARD:
        delivery.state = DeliveryState.FAILED
        delivery.reply = f"came back {report.status}".strip()
    _note(session, delivery, report, report.kind, now)
    return True


def count_unsigned(session: Session, report: Report, now: datetime) -> bool:
    """Note a bounce that came without its return path; False if it is of no recent delivery that we know."""
    delivery = _find_delivery(session, report, now)
    if delivery is None:
        return False
    if not _is_counted(session, delivery, report):
        _note(session, delivery, report, BounceKind.TRANSIENT, now)
    return True


def _is_counted(session: Session, delivery: Delivery, report: Report) -> bool:
    """Whether a report says again what is known: a server may send it for days, and anybody who has it once more."""
    same = select(Bounce.id).where(Bounce.delivery_key == delivery.id, Bounce.kind == report.kind)
    return session.exec(same).first() is not None


def count_refusal(session: Session, delivery_key: int, outcome: Outcome, now: datetime) -> bool:
    """Note on a delivery that the relay refused its recipient; False if its words are about something else."""
    delivery = session.get(Delivery, delivery_key)
    kind, status = _judge(outcome)
    if delivery is None or kind is None:
        return False
    _note(session, delivery, Report(kind, delivery.recipient, status), kind, now)
    return True


def _judge(outcome: Outcome) -> tuple[BounceKind | None, str]:
    """What a refusal says of the address, and its status code; nothing, if it is about us or about this letter.

    A relay that takes nobody's mail of ours must not make everybody unreachable. After the message itself, a server
    may still say that nobody lives there, but only a status code about addresses or mailboxes says so for certain.
    """
    status = status_in(outcome.reply)
    if outcome.stage is Stage.DATA and status[1:].startswith((".1.", ".2.")):
        stage = Stage.RECIPIENT
    else:
        stage = outcome.stage or Stage.SENDER
    if stage is not Stage.RECIPIENT or outcome.fate not in (Fate.PERMANENT, Fate.TRANSIENT):
        return None, status
    kind = diagnose(status, outcome.reply, is_delay=outcome.fate is Fate.TRANSIENT)
    return (None if kind is BounceKind.POLICY else kind), status


def _note(session: Session, delivery: Delivery, report: Report, weight: BounceKind, now: datetime) -> None:
    session.add(
        Bounce(
            delivery_key=delivery.id or 0,
            person_key=delivery.person_key,
            kind=report.kind,
            status=report.status,
            received_at=now,
        )
    )
    journal.append(session, EventKind.BOUNCED, now, person_key=delivery.person_key)
    reachability.note_bounce(session, session.get_one(Person, delivery.person_key), weight, now)


def _find_delivery(session: Session, report: Report, now: datetime) -> Delivery | None:
    """The delivery of the letter that came back, to the recipient whom the report names."""
    if not report.message_ids or not report.recipient:
        return None
    query = (
        select(Delivery)
        .join(Letter, col(Letter.id) == col(Delivery.letter_key))
        .where(
            col(Letter.message_id).in_(report.message_ids),
            Delivery.recipient == report.recipient,
            Delivery.made_at > now - RECENT,
        )
    )
    return session.exec(query).first()
