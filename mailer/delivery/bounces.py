"""Bounces: deliveries that came back, counted on the person they went to and the list that wrote.

A delivery is known by its return path (VERP), which only we can have signed. A report that came elsewhere proves
nothing, for everybody who got the letter could have written it: administrators see it, and nobody is counted. What
comes back from an address that a person had counts nothing for the one they have now.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from mailer.delivery.relay import Fate, Outcome, Stage
from mailer.reading.diagnosis import diagnose
from mailer.reading.reports import Report, status_in
from tickets import journal
from tickets.database.models import Bounce, Delivery, DeliveryState, EventKind, Letter, Person
from tickets.people import reachability
from tickets.reasons import BounceKind

RECENT = timedelta(days=14)  # longer than any server tries
FOR_GOOD = (BounceKind.HARD, BounceKind.TRANSIENT)  # the letter did not arrive, and is not tried again


def count_bounce(session: Session, delivery: Delivery, report: Report, now: datetime) -> None:
    """Note on a delivery that it came back, once for each kind of failure, however often a server says it."""
    same = select(Bounce.id).where(Bounce.delivery_key == delivery.id, Bounce.kind == report.kind)
    if session.exec(same).first() is not None:
        return
    if report.kind is BounceKind.HARD:
        delivery.state = DeliveryState.FAILED
        delivery.reply = f"came back {report.status}".strip()
    _note(session, delivery, report, now)


def is_about_a_letter_of_ours(session: Session, report: Report, now: datetime) -> bool:
    """Whether a report is about a letter that left lately, or about nothing but a recipient of ours."""
    query = select(Delivery.id).join(Letter, col(Letter.id) == col(Delivery.letter_key))
    if report.message_ids:
        query = query.where(col(Letter.message_id).in_(report.message_ids))
    else:
        query = query.where(Delivery.recipient == report.recipient)
    return session.exec(query.where(Delivery.made_at > now - RECENT).limit(1)).first() is not None


def count_refusal(session: Session, delivery_key: int, outcome: Outcome, now: datetime) -> bool:
    """Note on a delivery that the relay refused its recipient; False if its words are about something else."""
    delivery = session.get(Delivery, delivery_key)
    kind, status = _judge(outcome)
    if delivery is None or kind is None:
        return False
    _note(session, delivery, Report(kind, delivery.recipient, status), now)
    return True


def _judge(outcome: Outcome) -> tuple[BounceKind | None, str]:
    """What a refusal says of the address, and its status code; None and the code if it is about us or the letter.

    A relay that takes nobody's mail of ours must not make everybody unreachable. After the message itself, a server may
    still say that nobody lives there, but only a status code about addresses or mailboxes says so for certain.
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


def _note(session: Session, delivery: Delivery, report: Report, now: datetime) -> None:
    person = session.get_one(Person, delivery.person_key)
    is_theirs = delivery.recipient == person.email
    is_news = is_theirs and report.kind in FOR_GOOD and not _is_known(session, person, now)
    session.add(
        Bounce(
            delivery_key=delivery.key,
            person_key=delivery.person_key,
            kind=report.kind,
            status=report.status,
            received_at=now,
        )
    )
    list_key = session.get_one(Letter, delivery.letter_key).mailing_list_key
    journal.append(session, EventKind.BOUNCED, now, list_key=list_key, person_key=person.id)
    if is_news:
        journal.append(session, EventKind.UNREACHED, now, list_key=list_key, person_key=person.id)
    if is_theirs:
        reachability.note_bounce(session, person, list_key, report.kind, now)


def _is_known(session: Session, person: Person, now: datetime) -> bool:
    """Whether lately a letter to somebody was given up already."""
    lately = select(Bounce.id).where(Bounce.person_key == person.id, col(Bounce.received_at) > now - RECENT)
    return session.exec(lately.where(col(Bounce.kind).in_(FOR_GOOD))).first() is not None
