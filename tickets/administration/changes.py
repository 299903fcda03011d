"""Changes: who changed what of organisations, people and lists, whichever way they came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from tickets.acts.acting import Hand
from tickets.database.models import AdministrativeChange, ChangeKind, Person, Way
from tickets.people import persons


@dataclass(frozen=True)
class Noted:
    """A change as administrators read it: what was done, how, by whom and to whom, as these are called now."""

    kind: ChangeKind
    at: datetime
    way: Way
    by: str  # empty for the operator
    whom: str  # empty if it was about nobody, or about somebody who was removed
    details: dict[str, Any]


def note(session: Session, hand: Hand, kind: ChangeKind, subject: Person | None = None, **details: Any) -> None:
    """Write down what an administrator did; of people no names and no addresses."""
    if subject is not None and subject.id is None:
        session.flush()
    session.add(
        AdministrativeChange(
            kind=kind,
            at=hand.at,
            way=hand.way,
            person_key=hand.key,
            subject_key=subject.id if subject else None,
            details=details,
        )
    )


def newest(session: Session, most: int, skip: int = 0) -> list[Noted]:
    """The changes, newest first."""
    by, whom = aliased(Person), aliased(Person)
    query = (
        select(AdministrativeChange, by, whom)
        .outerjoin(by, by.id == col(AdministrativeChange.person_key))  # type: ignore[arg-type]
        .outerjoin(whom, whom.id == col(AdministrativeChange.subject_key))  # type: ignore[arg-type]
        .order_by(col(AdministrativeChange.id).desc())
    )
    return [
        Noted(one.kind, one.at, one.way, _called(doer), _called(subject), one.details)
        for one, doer, subject in session.exec(query.offset(skip).limit(most))
    ]


def _called(person: Person | None) -> str:
    return persons.name_of(person) if person else ""
