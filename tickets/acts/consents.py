"""Consents: before more people see a ticket, all are asked whom they would come to know; what they allow is done then.

Those are who asked it, and whoever wrote in it while nobody was told their names.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select

from tickets import journal
from tickets.acts.acting import Hand
from tickets.database import whereabouts
from tickets.database.models import (
    Act,
    ActKind,
    Consent,
    Delivery,
    Event,
    EventKind,
    Letter,
    Message,
    Person,
    Ticket,
    Visibility,
)
from tickets.errors import Conflict
from tickets.people.askers import asker_keys
from tickets.people.sight import is_for_all, is_wider
from tickets.reasons import Refusal

PATIENCE = timedelta(days=14)
PAGE = 100  # at once
CHANGES = (EventKind.MOVED, EventKind.NARROWED, EventKind.OPENED, EventKind.RECALLED)  # of who sees a ticket
BY_THEMSELVES = (ActKind.DRAFT, ActKind.PUBLISH)  # which have letters of their own
Do = Callable[[Session, Ticket, str, Hand], object]  # what was allowed, with its argument


def ask(session: Session, ticket: Ticket, kind: ActKind, argument: str, hand: Hand) -> list[Consent]:
    """Have all asked who have a say; empty where the only one is whoever wants it. Raises Conflict if it waits."""
    if any(one.kind is kind for one in waiting(session, ticket, hand.at)):
        raise Conflict(Refusal.ASKED_ALREADY)
    first = Consent(
        ticket_key=ticket.key, kind=kind, argument=argument, wanted_by_key=hand.key,
        person_key=0, made_at=hand.at, expires_at=hand.at + PATIENCE,
    )  # fmt: skip
    return _ask_like(session, ticket, first, hand.at, _concerned(session, ticket, first))


def _concerned(session: Session, ticket: Ticket, consent: Consent) -> set[int]:
    """The keys of those who have a say in what a consent wants, without the person who wants it."""
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


def waiting(session: Session, ticket: Ticket, now: datetime) -> list[Consent]:
    """What those who asked a ticket have yet to answer, and still may."""
    query = select(Consent).where(Consent.ticket_key == ticket.id, col(Consent.is_granted).is_(None))
    return list(session.exec(query.where(col(Consent.expires_at) > now).order_by(col(Consent.id))))


def newest_for(session: Session, ticket: Ticket, person_key: int) -> Consent | None:
    """What somebody was asked last about who sees a ticket, answered or not."""
    query = select(Consent).where(Consent.ticket_key == ticket.id, Consent.person_key == person_key)
    query = query.where(col(Consent.kind).not_in(BY_THEMSELVES))
    return session.exec(query.order_by(col(Consent.id).desc())).first()


def asked_by_letter(session: Session, person: Person, message_ids: Collection[str]) -> Consent | None:
    """What this person was asked in one of the letters with these ids; None if they were asked nothing in them."""
    asking = (
        select(Event)
        .join(Delivery, col(Delivery.event_key) == col(Event.id))
        .join(Letter, col(Letter.id) == col(Delivery.letter_key))
        .where(col(Letter.message_id).in_(message_ids), Delivery.person_key == person.id)
        .where(Event.kind == EventKind.CONSENT_ASKED)
    )
    found = (_asked_by(session, event, person.key) for event in session.exec(asking))
    return next((one for one in found if one is not None), None)


def _asked_by(session: Session, event: Event, person_key: int) -> Consent | None:
    """What an event has somebody asked; about what is to be published, the act of its draft tells."""
    if event.act_key is None:
        ticket = whereabouts.ticket_now(session, event)
        return newest_for(session, ticket, person_key) if ticket else None
    act = session.get_one(Act, event.act_key)
    about = (Consent.person_key == person_key, Consent.argument == str(act.after.get("publication")))
    query = select(Consent).where(*about, col(Consent.kind).in_(BY_THEMSELVES)).order_by(col(Consent.id).desc())
    return session.exec(query).first()


def has_expired(session: Session, now: datetime) -> bool:
    """Whether somebody was asked, and has not answered in time."""
    return session.exec(select(Consent.id).where(*_lapsed(now)).limit(1)).first() is not None


def expire(session: Session, now: datetime) -> int:
    """Let what nobody answered in time count as refused, and have all told whom it concerns; how much it was."""
    due = list(session.exec(select(Consent).where(*_lapsed(now)).order_by(col(Consent.id)).limit(PAGE)))
    wanted: dict[tuple[int, ActKind, datetime], Consent] = {}
    for consent in due:
        consent.is_granted, consent.decided_at = False, now
        session.add(consent)
        ticket = session.get_one(Ticket, consent.ticket_key)
        journal.append(session, EventKind.CONSENT_EXPIRED, now, ticket=ticket, person_key=consent.person_key)
        wanted.setdefault((consent.ticket_key, consent.kind, consent.made_at), consent)
    session.flush()
    for consent in wanted.values():
        if not _was_refused(session, consent, now):
            ticket = session.get_one(Ticket, consent.ticket_key)
            journal.append(session, EventKind.CONSENT_EXPIRED, now, ticket=ticket)
    return len(due)


def lapsed_at(session: Session, ticket: Ticket, at: datetime) -> Consent | None:
    """A consent that nobody answered in time, found by the moment when that was told."""
    query = select(Consent).where(Consent.ticket_key == ticket.id, Consent.decided_at == at)
    return session.exec(query.where(Consent.expires_at <= at)).first()


def _lapsed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    kinds = col(Consent.kind).in_((ActKind.VISIBILITY, ActKind.MOVE))
    return col(Consent.is_granted).is_(None), col(Consent.expires_at) <= now, kinds


def _was_refused(session: Session, consent: Consent, now: datetime) -> bool:
    """Whether somebody who was asked the same has said no before: who wanted it knows."""
    together = (Consent.ticket_key == consent.ticket_key, Consent.kind == consent.kind)
    same = session.exec(select(Consent).where(*together, Consent.made_at == consent.made_at))
    return any(one.is_granted is False and one.decided_at != now for one in same)


def decide(session: Session, consent: Consent, hand: Hand, do: Do, *, is_granted: bool) -> bool:
    """Hear the word of one who was asked, once; whether what was asked for is done now, as all have allowed it.

    Who has written since is asked too, and has as long as the others. Where the ticket went to another list, or others
    see it, since they were asked, it is no more what they allowed: all are asked anew, as it is now.
    """
    if consent.expires_at <= hand.at and not consent.is_granted and consent.kind not in BY_THEMSELVES:
        ticket = session.get_one(Ticket, consent.ticket_key)
        journal.append(session, EventKind.CONSENT_EXPIRED, hand.at, ticket=ticket, person_key=consent.person_key)
        return False
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
    if _is_otherwise(session, ticket, asked):
        _ask_anew(session, ticket, asked, hand.at)
        return False
    since = _concerned(session, ticket, consent) - {one.person_key for one in asked}
    if _ask_like(session, ticket, consent, hand.at, since) or not all(one.is_granted for one in asked):
        return False
    do(session, ticket, consent.argument, hand)
    return True


def _is_otherwise(session: Session, ticket: Ticket, asked: Sequence[Consent]) -> bool:
    """Whether a ticket changed its list or its readers since these were asked."""
    people, now = [one.person_key for one in asked], whereabouts.PERSON_NOW
    by_name = col(Event.ticket_key).in_(select(whereabouts.known_as(col(Ticket.id) == ticket.id).c.key))
    asking = (Event.kind == EventKind.CONSENT_ASKED, now.in_(people))
    newest = select(func.max(Event.id)).where(by_name, *asking).group_by(now)
    first = min((one for one in session.exec(newest) if one is not None), default=0)
    by_message = col(Event.message_key).in_(select(Message.id).where(Message.ticket_key == ticket.id))
    of_ticket = or_(by_message, and_(col(Event.message_key).is_(None), by_name))
    changed = select(Event.id).where(of_ticket, col(Event.kind).in_(CHANGES), col(Event.id) > first)
    return session.exec(changed.limit(1)).first() is not None


def _ask_anew(session: Session, ticket: Ticket, asked: Sequence[Consent], at: datetime) -> None:
    """Ask once more what was asked, if it is still to be done; earlier letters decide nothing any more."""
    for one in asked:
        one.expires_at = min(one.expires_at, at)
        session.add(one)
    told = asked[0].model_dump(include={"ticket_key", "kind", "argument", "wanted_by_key"})
    again = Consent(**told, person_key=0, made_at=at, expires_at=at + PATIENCE)
    if again.kind is ActKind.MOVE or is_wider(Visibility(again.argument), ticket.visibility):
        _ask_like(session, ticket, again, at, _concerned(session, ticket, again))
