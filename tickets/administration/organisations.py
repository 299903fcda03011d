"""Organisations: entered, changed, merged and taken out by an administrator."""

from collections.abc import Iterable

from sqlmodel import Session

from tickets.acts.acting import Hand
from tickets.administration.changes import note
from tickets.database.models import ChangeKind, Organisation, OrganisationKind
from tickets.people import registry


def add(
    session: Session, hand: Hand, name: str, domains: Iterable[str] = (), kind: OrganisationKind | None = None
) -> Organisation:
    """Enter an organisation, or the mail domains of one that came with the product. Raises Conflict, BadInput."""
    organisation = registry.add_organisation(session, name, domains, kind)
    domains = registry.domains_of(session, organisation)
    note(session, hand, ChangeKind.ORGANISATION_ADDED, name=organisation.name, domains=domains)
    return organisation


def change(
    session: Session,
    hand: Hand,
    organisation: Organisation,
    new_name: str | None = None,
    add: Iterable[str] = (),
    drop: Iterable[str] = (),
    approved: bool | None = None,
) -> bool:
    """Rename an organisation, change its mail domains or whether its people are members; whether anything changed."""
    before = _facts(session, organisation)
    registry.change_organisation(session, organisation, new_name, add, drop, approved)
    after = _facts(session, organisation)
    changed = {key: [before[key], value] for key, value in after.items() if before[key] != value}
    if changed:
        note(session, hand, ChangeKind.ORGANISATION_CHANGED, name=organisation.name, changed=changed)
    return bool(changed)


def _facts(session: Session, organisation: Organisation) -> dict[str, object]:
    return {
        "name": organisation.name,
        "domains": registry.domains_of(session, organisation),
        "approved": organisation.is_approved,
    }


def merge(session: Session, hand: Hand, other: Organisation, organisation: Organisation) -> None:
    """Make two organisations one: people and mail domains of the other are this one's, and the other is gone."""
    name = other.name
    registry.merge_organisations(session, other, organisation)
    note(session, hand, ChangeKind.ORGANISATION_MERGED, name=organisation.name, other=name)


def remove(session: Session, hand: Hand, organisation: Organisation) -> None:
    """Take out an organisation that has no people here. Raises Conflict."""
    name = organisation.name
    registry.remove_organisation(session, organisation)
    note(session, hand, ChangeKind.ORGANISATION_REMOVED, name=name)
