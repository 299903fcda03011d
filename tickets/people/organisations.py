"""Organisations: the bodies that people belong to, and the mail domains by which they are known."""

import re
from collections.abc import Collection, Iterable
from unicodedata import normalize

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from tickets.alignment import ascii_domain, normal_address
from tickets.database.models import MailDomain, Organisation, Person, metadata
from tickets.errors import BadInput, Conflict, NotFound
from tickets.text.folding import plain

ORGANISATIONS = metadata.tables["organisations"]
COMMUNAL = re.compile(r" (?:regions)?kommune$")  # folded
APPROVAL = select(ORGANISATIONS.c.is_approved).where(ORGANISATIONS.c.id == bindparam("key"))


def normal_domain(text: str) -> str:
    """A mail domain in lower case and A-labels. Raises BadInput if it is none."""
    domain = ascii_domain(normalize("NFC", text.strip().lstrip("@").rstrip(".")))
    if not re.fullmatch(r"(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)+", domain):
        raise BadInput(f"{text!r} is not a mail domain; one looks like odense.example.dk")
    return domain


def organisation_named(session: Session, name: str) -> Organisation:
    """The organisation of this name, code or place: Københavns Kommune is "København", "københavns" and 101.

    Raises NotFound, and Conflict if several are called so.
    """
    found = find_organisations(list(session.exec(select(Organisation))), name)
    if len(found) > 1:
        raise Conflict(f"{name!r} may be {' or '.join(one.name for one in found)}: write the whole name")
    if not found:
        raise NotFound(f"No organisation is called {name!r}; `dialogportal organisation list` shows them")
    return found[0]


def find_organisations(everybody: Collection[Organisation], name: str) -> list[Organisation]:
    """Those that are called so: by code or whole name, else by their place."""
    if number := re.fullmatch(r"0*(\d{1,4})(?:[.,]0+)?", name.strip()):  # as spreadsheets write a number
        return [one for one in everybody if one.code == number[1].zfill(4)]
    whole = _folded(name)
    if found := [one for one in everybody if _folded(one.name) == whole]:
        return found
    wanted = _places(whole)
    if wanted:
        return [one for one in everybody if wanted & (_places(_folded(one.name)) or {_folded(one.name)})]
    return [one for one in everybody if {whole, whole.removesuffix("s")} & _places(_folded(one.name))]


def _folded(name: str) -> str:
    return " ".join(plain(name).split())


def _places(folded: str) -> set[str]:
    """What a municipality's place is called, with and without the s of a genitive; none of whatever is none."""
    place = COMMUNAL.sub("", folded)
    return {place, place.removesuffix("s")} if place != folded else set()


def organisation_of(session: Session, email: str) -> Organisation | None:
    """The approved organisation whose mail domain the address has."""
    query = (
        select(Organisation)
        .join(MailDomain, col(MailDomain.organisation_key) == col(Organisation.id))
        .where(MailDomain.domain == normal_address(email).rpartition("@")[2], Organisation.is_approved)
    )
    return session.exec(query).first()


def owner_of(session: Session, email: str) -> Organisation | None:
    """The organisation that has the mail domain of the address, approved or not."""
    domain = session.get(MailDomain, normal_address(email).rpartition("@")[2])
    return session.get(Organisation, domain.organisation_key) if domain else None


def people_of(session: Session, organisation: Organisation) -> list[Person]:
    """Everybody of an organisation, by their addresses."""
    return list(session.exec(select(Person).where(Person.organisation_key == organisation.id).order_by(Person.email)))


def organisation_name(session: Session, person: Person) -> str:
    """What the person's organisation is called; empty for a guest."""
    organisation = session.get(Organisation, person.organisation_key) if person.organisation_key else None
    return organisation.name if organisation else ""


def is_approved(session: Session, organisation_key: int | None) -> bool:
    """Whether the people of an organisation are members; no organisation is not approved."""
    if organisation_key is None:
        return False
    return bool(session.connection().execute(APPROVAL, {"key": organisation_key}).scalar())


def give_domains(session: Session, organisation: Organisation, domains: Iterable[str]) -> None:
    """Enter mail domains for an organisation; people already known there become its members.

    Raises BadInput for what is no domain and Conflict for another's.
    """
    for domain in map(normal_domain, domains):
        known = session.get(MailDomain, domain)
        if known and known.organisation_key != organisation.id:
            owner = session.get_one(Organisation, known.organisation_key)
            raise Conflict(f"The mail domain {domain} belongs to {owner.name} already")
        if not known:
            session.add(MailDomain(domain=domain, organisation_key=organisation.key))
        strangers = select(Person).where(
            col(Person.organisation_key).is_(None), col(Person.email).endswith(f"@{domain}", autoescape=True)
        )
        for person in session.exec(strangers):
            person.organisation_key = organisation.id
    session.flush()
