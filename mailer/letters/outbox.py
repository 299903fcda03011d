"""The outbox: letters laid down to be delivered, rendered once and owed to each reader once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from mailer.letters.letters import Draft, compose
from mailer.letters.registry import declarations
from tickets.database.models import (
    Capacity,
    DailyReport,
    DeliveryState,
    Digest,
    Event,
    Identifier,
    Person,
    Proposal,
    metadata,
)
from tickets.people import persons
from tickets.people.askers import nameless_on
from tickets.people.sight import is_for_all
from tickets.portal import Portal

DELIVERIES, LETTERS = metadata.tables["deliveries"], metadata.tables["letters"]
ADD_LETTER = insert(LETTERS).returning(LETTERS.c.id)
ADD_DELIVERIES = {
    "sqlite": sqlite.insert(DELIVERIES).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(DELIVERIES).on_conflict_do_nothing(),
}
Reader = tuple[Person, Capacity]
Cause = Event | Digest | Proposal | DailyReport


def owe(session: Session, portal: Portal, draft: Draft, readers: Iterable[Reader], cause: Cause, now: datetime) -> None:
    """Render the letter once per language and owe it to everybody who reads that one, but not to the removed."""
    if draft.mailing_list and _may_have_nameless(draft):
        draft = replace(draft, nameless=nameless_on(session, draft.mailing_list))
    by_language: dict[str, list[Reader]] = {}
    for person, capacity in readers:
        if not persons.can_be_written_to(person):
            continue
        language = persons.language_of(person, draft.mailing_list, portal.language)
        by_language.setdefault(language, []).append((person, capacity))
    for language, same_language in by_language.items():
        letter_key = _add_letter(session, portal, draft, language, now)
        _add_deliveries(session, draft, letter_key, same_language, cause, now)
    _know_answers(session, draft)


def _may_have_nameless(draft: Draft) -> bool:
    """Whether somebody in the letter may have no name: not, where it is about a ticket that all see as it is."""
    return draft.ticket is None or not is_for_all(draft.ticket.visibility)


def _add_letter(session: Session, portal: Portal, draft: Draft, language: str, now: datetime) -> int:
    """Lay the rendered letter down; its key."""
    row = {
        "kind": draft.kind,
        "language": language,
        "mailing_list_key": draft.mailing_list.id if draft.mailing_list else None,
        "ticket_key": draft.ticket.id if draft.ticket else None,
        "message_key": draft.message.id if draft.message else None,
        "message_id": draft.message_id,
        "octets": compose(portal, draft, language, now),
        "made_at": now,
    }
    return int(session.connection().execute(ADD_LETTER, row).scalar_one())


def _add_deliveries(
    session: Session, draft: Draft, letter_key: int, readers: Iterable[Reader], cause: Cause, now: datetime
) -> None:
    """Add one delivery per reader; who is owed this kind of letter for this cause already is not owed it twice."""
    rows: list[Mapping[str, Any]] = [
        {
            "letter_key": letter_key,
            **_name(cause),
            "kind": draft.kind,
            "person_key": person.id,
            "recipient": person.email,
            "urgency": declarations()[draft.kind].urgency,
            "capacity": capacity,
            "state": DeliveryState.WAITING,
            "made_at": now,
            "next_attempt_at": now,
            "attempts": 0,
            "reply": "",
        }
        for person, capacity in readers
    ]
    session.connection().execute(ADD_DELIVERIES[session.get_bind().dialect.name], rows)


def _name(cause: Cause) -> dict[str, int | str]:
    """The column in which a delivery refers to its cause, and the cause's key."""
    match cause:
        case Event():
            return {"event_key": cause.key}
        case Digest():
            return {"digest_key": cause.key}
        case Proposal():
            return {"proposal_key": cause.key}
        case DailyReport():
            return {"report_day": cause.day}


def _know_answers(session: Session, draft: Draft) -> None:
    """Let an answer to a letter of its own id, such as a receipt, find its ticket; a post's own id is known already."""
    if draft.ticket and draft.message and draft.message_id != draft.message.own_id:
        session.add(
            Identifier(
                mailing_list_key=draft.ticket.mailing_list_key,
                message_id=draft.message_id,
                ticket_key=draft.ticket.key,
                message_key=draft.message.id,
            )
        )
