"""Registered: what commands print of organisations, people, lists and subscriptions."""

from typing import Any

from sqlmodel import Session, col, func, select

from mailer.sections import WEEKDAYS
from tickets import overview
from tickets.database.models import Appointment, Bounce, MailingList, Mode, Organisation, Person, Role
from tickets.people import appointments, merging, persons, reachability, registry

ORGANISATION_COLUMNS = ("name", "code", "kind", "domains", "people", "approved")
PERSON_COLUMNS = ("email", "name", "organisation", "language", "roles", "bounces", "paused")


def organisation_rows(facts: list[dict[str, Any]]) -> list[list[object]]:
    """Organisations as rows of a sheet."""
    return [[fact[column] for column in ORGANISATION_COLUMNS] for fact in facts]


def person_rows(facts: list[dict[str, Any]]) -> list[list[object]]:
    """People as rows of a sheet, but for those who were removed."""
    known = [fact for fact in facts if not fact["email"].endswith(f"@{persons.NOWHERE}")]
    return [[fact[column] for column in PERSON_COLUMNS] for fact in known]


def describe_organisations(session: Session) -> list[dict[str, Any]]:
    """What `organisation list --json` prints: all there are."""
    people = overview.count_people(session)
    return [describe_organisation(session, one, people.get(one.key, 0)) for one in overview.organisations(session)]


def describe_organisation(session: Session, organisation: Organisation, people: int | None = None) -> dict[str, Any]:
    """The same of one; its people are counted, if they were not."""
    if people is None:
        people = overview.count_people(session).get(organisation.key, 0)
    return {
        "name": organisation.name,
        "code": organisation.code,
        "kind": organisation.kind,
        "domains": registry.domains_of(session, organisation),
        "people": people,
        "approved": organisation.is_approved,
    }


def describe_people(session: Session, only: Person | None = None) -> list[dict[str, Any]]:
    """What `person list --json` prints: everybody, or one alone, with roles, other addresses and bounces."""
    bounces = dict(session.exec(select(Bounce.person_key, func.count()).group_by(col(Bounce.person_key))).all())
    roles = _roles(session)
    paused = [(person.id, mailing_list.name) for person, mailing_list, _ in reachability.paused(session)]
    query = select(Person, Organisation.name).outerjoin(
        Organisation, col(Organisation.id) == col(Person.organisation_key)
    )
    if only is not None:
        query = query.where(Person.id == only.id)
    return [
        {
            "email": person.email,
            "name": person.name,
            "organisation": organisation,
            "language": person.language,
            "roles": roles.get(person.key, []),
            "bounces": bounces.get(person.key, 0),
            "paused": [name for key, name in paused if key == person.id],
        }
        for person, organisation in session.exec(query.order_by(Person.email))
    ]


def describe_person(session: Session, person: Person) -> dict[str, Any]:
    """What a change to a person prints of them."""
    session.flush()
    (facts,) = describe_people(session, person)
    return facts | {"other_addresses": merging.addresses_of(session, person)}


def _roles(session: Session) -> dict[int, list[str]]:
    names = {row.id: row.name for row in session.exec(select(MailingList))}
    roles: dict[int, list[str]] = {}
    for one in session.exec(select(Appointment)):
        told = f"{one.role} of {names[one.mailing_list_key]}" if one.mailing_list_key else str(one.role)
        roles.setdefault(one.person_key, []).append(told)
    return roles


def describe_list(session: Session, mailing_list: MailingList) -> dict[str, Any]:
    """What `--json` prints of a list."""
    day = WEEKDAYS[mailing_list.digest_weekday]
    return {
        "name": mailing_list.name,
        "address": mailing_list.address,
        "prefix": mailing_list.prefix,
        "digest": f"{day} {mailing_list.digest_hour:02}:{mailing_list.digest_minute:02}",
        "public": mailing_list.is_public,
        "restricted": mailing_list.is_restricted,
        "language": mailing_list.language,
        "answer_days": mailing_list.answer_days,
        "description": mailing_list.description,
        "lawyers": [person.email for person in appointments.lawyers(session, mailing_list.key)],
        "editors": [person.email for person in appointments.appointed(session, Role.EDITOR, mailing_list.key)],
    }


def describe_subscription(person: Person, mailing_list: MailingList, mode: Mode) -> dict[str, Any]:
    """What `--json` prints of how somebody gets a list."""
    return {"email": person.email, "list": mailing_list.name, "mode": mode}
