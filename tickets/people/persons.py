"""Persons: who is known here, by which address, and how a stranger becomes one of them."""

from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import Session, col, select

from tickets import journal
from tickets.alignment import mailbox_of, normal_address
from tickets.database.models import EventKind, MailingList, MergedPerson, Organisation, OtherAddress, Person
from tickets.errors import NotFound
from tickets.people.organisations import organisation_of
from tickets.text.folding import plain

WITH_EMAIL = select(Person).where(col(Person.email) == bindparam("email"))
WITH_OTHER = (
    select(Person)
    .join(OtherAddress, col(OtherAddress.person_key) == col(Person.id))
    .where(col(OtherAddress.email) == bindparam("email"))
)

NOWHERE = "invalid"  # the domain of those who were removed (RFC 2606 2): nobody's, and nothing is mailed to it


def person_with(session: Session, email: str) -> Person | None:
    """The person who has this address, be it their first or another; however it is written."""
    named = {"email": normal_address(email)}
    return session.execute(WITH_EMAIL, named).scalars().first() or session.execute(WITH_OTHER, named).scalars().first()


def person_by_key(session: Session, key: int) -> Person | None:
    """The person for whom something was signed, or whom they are now (`merging`)."""
    merged = session.get(MergedPerson, key)
    return session.get(Person, merged.person_key if merged else key)


def person_writing_as(session: Session, email: str) -> Person | None:
    """The person who writes from this address: its owner, or else the owner of its mailbox by another plus address.

    Who vouches for mail vouches for a domain: that mette+kl@ is from there is as sure as that mette@ is.
    """
    if person := person_with(session, email) or person_with(session, mailbox_of(email)):
        return person
    first = select(Person).where(shares_mailbox(email)).order_by(col(Person.id)).limit(1)
    return session.exec(first).first()


def keys_of_mailbox(session: Session, person: Person) -> list[int]:
    """The person, and everybody else who writes from their mailbox."""
    return [person.key, *session.exec(select(col(Person.id)).where(shares_mailbox(person.email)))]


def shares_mailbox(email: str) -> ColumnElement[bool]:
    """The condition that a person writes from the mailbox that this address is of (RFC 5233)."""
    local, _, domain = mailbox_of(email).rpartition("@")
    known = col(Person.email)
    is_addition = and_(known.startswith(f"{local}+", autoescape=True), known.endswith(f"@{domain}", autoescape=True))
    return or_(known == f"{local}@{domain}", is_addition)


def find_people(session: Session, words: str, most: int) -> list[tuple[Person, str]]:
    """Those whose name, address or organisation has these words, by address, with what their organisation is called.

    They are compared here, for SQLite knows no small å.
    """
    wanted = plain(words).split()
    query = (
        select(Person, Organisation.name)
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(~col(Person.email).endswith(f"@{NOWHERE}"))
        .order_by(Person.email)
    )
    rows = ((person, name or "") for person, name in session.exec(query))
    found = (row for row in rows if all(word in plain(f"{row[0].name} {row[0].email} {row[1]}") for word in wanted))
    return list(islice(found, most))


def can_be_written_to(person: Person) -> bool:
    """Whether a person has an address; one known from an old archive may have none."""
    return not person.email.endswith(f"@{NOWHERE}")


def name_of(person: Person) -> str:
    """What others call a person: their address as long as they have no name, nothing once they were removed."""
    return person.name or (person.email if can_be_written_to(person) else "")


def get_person(session: Session, email: str) -> Person:
    """The person with this address. Raises NotFound."""
    person = person_with(session, email)
    if person is None:
        raise NotFound(f"Nobody here has the address {email}")
    return person


def welcome(session: Session, email: str, name: str, at: datetime, *, as_guest: bool = False) -> Person | None:
    """The person with this address; a first mail from an approved organisation makes its author a member.

    None for a stranger, unless an administrator lets them in as a guest. Subscribes nobody.
    """
    return admit(session, person_with(session, email), email, name, at, as_guest=as_guest)


def is_welcome(session: Session, person: Person | None, email: str, *, as_guest: bool = False) -> bool:
    """Whether `admit` would let in whoever has this address: they are here, of an approved organisation, or a guest."""
    if as_guest or (person is not None and not person.is_stranger):
        return True
    return organisation_of(session, email) is not None


def admit(
    session: Session, person: Person | None, email: str, name: str, at: datetime, *, as_guest: bool = False
) -> Person | None:
    """The same as `welcome`, for a caller who has looked up already who has the address."""
    if person is not None and person.name and (person.organisation_key or person.is_guest):
        return person
    organisation = organisation_of(session, email)
    if person is None:
        if organisation is None and not as_guest:
            return None
        person = Person(email=normal_address(email), name=name, joined_at=at)
        session.add(person)
    if organisation and person.organisation_key is None:
        person.organisation_key = organisation.id
    if as_guest and person.organisation_key is None:
        person.is_guest = True
    if person.is_stranger:
        return None
    if name and not person.name:
        person.name = name
    is_new = person.id is None
    session.flush()
    if is_new:
        journal.append(session, EventKind.JOINED, at, person_key=person.id)
    return person


def language_of(person: Person, mailing_list: MailingList | None, otherwise: str) -> str:
    """What the person reads: their own choice, else the list's, else the portal's."""
    return person.language or (mailing_list.language if mailing_list else otherwise)
