"""Acting: how an act is done: what it changes is noted, the journal is told once, and what was before can come back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from tickets import journal
from tickets.database.models import Act, ActKind, EventKind, Message, Person, Status, Ticket, Visibility, Way
from tickets.errors import Conflict
from tickets.reasons import Refusal

MOMENTS = ("pending_until", "reopened_at", "answered_at", "due_at")
WORDS = {"status": Status, "visibility": Visibility}


@dataclass(frozen=True)
class Hand:
    """Who acts, when and by which way; nobody where the portal or its operator does."""

    person: Person | None
    at: datetime
    way: Way
    message_id: str = ""  # of the mail that asks for it

    @property
    def key(self) -> int | None:
        """The row of the person who acts; None for the command line and for the portal itself."""
        return self.person.id if self.person else None


def change(session: Session, ticket: Ticket, kind: ActKind, hand: Hand, event: EventKind, **fields: Any) -> Act | None:
    """Give a ticket's fields these values, as one act; None if it has them already."""
    before = {name: getattr(ticket, name) for name in fields}
    changed = [name for name, value in fields.items() if before[name] != value]
    if not changed:
        return None
    for name in changed:
        setattr(ticket, name, fields[name])
    ticket.changed_at = hand.at
    session.add(ticket)
    was, has = (spell_fields(values, changed) for values in (before, fields))
    return record(session, ticket, kind, hand, event, before=was, after=has)


def record(
    session: Session,
    ticket: Ticket,
    kind: ActKind,
    hand: Hand,
    event: EventKind | None,
    *,
    message: Message | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undoes: Act | None = None,
) -> Act:
    """Note an act in the ticket's history, and tell the journal of it, unless what it did has an event of its own."""
    act = Act(
        ticket_key=ticket.key,
        mailing_list_key=ticket.mailing_list_key,
        kind=kind,
        person_key=hand.key,
        at=hand.at,
        way=hand.way,
        message_id=hand.message_id,
        message_key=message.id if message else None,
        before=before or {},
        after=after or {},
        undoes_key=undoes.id if undoes else None,
    )
    session.add(act)
    session.flush()
    if event is not None:
        journal.append(session, event, hand.at, ticket=ticket, message=message, person_key=hand.key, act_key=act.id)
    return act


def restore(session: Session, ticket: Ticket, act: Act, hand: Hand, event: EventKind) -> Act:
    """Give back what an act changed. Raises Conflict where something newer has changed it since."""
    values = read_fields(act.before)
    if any(getattr(ticket, name) != value for name, value in read_fields(act.after).items()):
        raise Conflict(Refusal.CHANGED_SINCE)
    for name, value in values.items():
        setattr(ticket, name, value)
    ticket.changed_at = hand.at
    session.add(ticket)
    return record(session, ticket, act.kind, hand, event, before=dict(act.after), after=dict(act.before), undoes=act)


def was_obeyed(session: Session, ticket: Ticket, message_id: str, person: Person) -> bool:
    """Whether a mail with this id asked for something of the ticket or its list before, and got it."""
    here = or_(col(Act.ticket_key) == ticket.id, col(Act.mailing_list_key) == ticket.mailing_list_key)
    query = select(Act.id).where(here, Act.message_id == message_id)
    return session.exec(query.where(col(Act.person_key) == person.id)).first() is not None


def is_undoing(session: Session, act_key: int | None) -> bool:
    """Whether the act with this key undoes another."""
    act = session.get(Act, act_key) if act_key else None
    return act is not None and act.undoes_key is not None


def history_of(session: Session, ticket: Ticket) -> list[Act]:
    """What was done to a ticket, oldest first, what was undone among it."""
    return list(session.exec(select(Act).where(Act.ticket_key == ticket.id).order_by(col(Act.id))))


def spell_fields(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values of a ticket's fields in the form that JSON holds."""
    return {name: _spelt(values[name]) for name in names}


def _spelt(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def read_fields(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a ticket's fields, from the form that JSON holds."""
    return {name: _as_field(name, value) for name, value in values.items() if name in Ticket.model_fields}


def _as_field(name: str, value: Any) -> Any:
    if name in MOMENTS and value is not None:
        return datetime.fromisoformat(value)
    return WORDS[name](value) if name in WORDS else value
