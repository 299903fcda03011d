"""The registry: what an operator enters, changes and removes of organisations, people and lists."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update

from tickets.database.models import (
    Absence,
    Appointment,
    Delivery,
    DeliveryState,
    Digest,
    DraftFile,
    Letter,
    MailDomain,
    MailingList,
    Message,
    Organisation,
    OrganisationKind,
    OtherAddress,
    OwnerMail,
    Person,
    Role,
    StandardAnswer,
    Subscription,
    Ticket,
    WebDraft,
)
from tickets.errors import BadInput, Conflict, NotFound
from tickets.people import appointments, lists, logins, organisations, persons, reachability

# -- organisations ---------------------------------------------------------------------


def add_organisation(
    session: Session, name: str, domains: Iterable[str], kind: OrganisationKind | None = None
) -> Organisation:
    """Enter an organisation, or the mail domains of one that came with the product.

    Raises Conflict if it has domains already, or another has one of these.
    """
    name = _some(name, "An organisation needs a name")
    try:
        organisation = organisations.organisation_named(session, name)
    except NotFound:
        organisation = Organisation(name=name, kind=kind or _kind_of(name))
        session.add(organisation)
        session.flush()
    else:
        if domains_of(session, organisation):
            raise Conflict(
                f"{organisation.name} is entered already; `dialogportal organisation change` gives it more domains"
            )
    organisations.give_domains(session, organisation, domains)
    return organisation


def _kind_of(name: str) -> OrganisationKind:
    """What an organisation is by its name, where nobody said."""
    return OrganisationKind.MUNICIPALITY if name.casefold().endswith(" kommune") else OrganisationKind.OTHER


def change_organisation(
    session: Session,
    organisation: Organisation,
    new_name: str | None = None,
    add: Iterable[str] = (),
    drop: Iterable[str] = (),
    approved: bool | None = None,
) -> None:
    """Rename an organisation, change its mail domains, or say whether its people are members. Raises Conflict."""
    if new_name is not None:
        _rename(session, organisation, _some(new_name, "An organisation needs a name"))
    if approved is not None:
        organisation.is_approved = approved
    for domain in map(organisations.normal_domain, drop):
        known = session.get(MailDomain, domain)
        if known is None or known.organisation_key != organisation.id:
            raise NotFound(f"{organisation.name} has no mail domain {domain}")
        session.delete(known)
    session.flush()
    organisations.give_domains(session, organisation, add)


def _rename(session: Session, organisation: Organisation, name: str) -> None:
    is_taken = select(Organisation.id).where(Organisation.name == name, Organisation.id != organisation.id)
    if session.exec(is_taken).first():
        raise Conflict(f"There is an organisation called {name} already; `organisation merge` makes two one")
    organisation.name = name


def merge_organisations(session: Session, other: Organisation, organisation: Organisation) -> None:
    """Make the other's people and mail domains the organisation's; the other is gone. Raises BadInput for one alone."""
    if other.id == organisation.id:
        raise BadInput(f"{organisation.name} is one organisation already")
    mine, theirs = {"organisation_key": organisation.key}, other.key
    session.exec(update(Person).where(col(Person.organisation_key) == theirs).values(**mine))
    session.exec(update(MailDomain).where(col(MailDomain.organisation_key) == theirs).values(**mine))
    organisation.code, organisation.region = organisation.code or other.code, organisation.region or other.region
    session.delete(other)
    session.flush()


def remove_organisation(session: Session, organisation: Organisation) -> None:
    """Take an organisation out. Raises Conflict while it has people."""
    people = session.exec(select(func.count()).where(Person.organisation_key == organisation.id)).one()
    if people:
        raise Conflict(
            f"{organisation.name} has {people} people here; remove them first, or `organisation change --closed`"
        )
    session.exec(delete(MailDomain).where(col(MailDomain.organisation_key) == organisation.id))
    session.delete(organisation)


def domains_of(session: Session, organisation: Organisation) -> list[str]:
    """The domains of an organisation's addresses, sorted."""
    query = select(MailDomain.domain).where(MailDomain.organisation_key == organisation.id)
    return sorted(session.exec(query))


# -- people ----------------------------------------------------------------------------


def add_person(
    session: Session,
    email: str,
    name: str,
    at: datetime,
    role: Role = Role.MEMBER,
    language: str | None = None,
    mailing_list: MailingList | None = None,
) -> Person:
    """Enter a person by hand; one whose domain is no organisation's becomes a guest.

    A role other than administrator holds on the list, or on all lists if none is named. Raises Conflict if the
    address is known.
    """
    email = normal_email(email)
    if persons.person_with(session, email):
        raise Conflict(f"{email} is entered already; `dialogportal person change` changes them")
    person = persons.welcome(session, email, _some(name, "A person needs a name"), at, as_guest=True)
    assert person is not None
    person.language = language
    appointments.appoint(session, person, role, mailing_list)
    return person


def place(session: Session, person: Person, organisation: Organisation) -> None:
    """Make somebody one of an organisation. Raises Conflict if their mail domain is another's."""
    owner = organisations.owner_of(session, person.email)
    if owner is not None and owner.id != organisation.id:
        raise Conflict(f"{person.email} is of {owner.name}, whose mail domain that is, and not of {organisation.name}")
    person.organisation_key, person.is_guest = organisation.key, False
    session.add(person)


def change_email(session: Session, person: Person, email: str, at: datetime) -> None:
    """Give a person another address; their organisation follows from it. Raises Conflict if it is another's.

    Letters that wait go there; what came back from the old address, and a pause for it, is not the new one's. Whoever
    has the old one's mailbox is logged out, and its links open nothing any more.
    """
    email = normal_email(email)
    other = persons.person_with(session, email)
    if other and other.id != person.id:
        raise Conflict(f"{email} is the address of {other.name}")
    if email != person.email:
        reachability.resume(session, person, at)
        session.exec(delete(OtherAddress).where(col(OtherAddress.email) == email))  # one of theirs
        logins.end_all(session, person)
    person.email = email
    organisation = organisations.organisation_of(session, email)
    person.organisation_key = organisation.id if organisation else None
    person.is_guest = organisation is None


def rename_person(person: Person, name: str) -> None:
    """Give a person another name; raises if it is empty."""
    person.name = _some(name, "A person needs a name")


def remove_person(session: Session, email: str, at: datetime) -> Person:
    """Forget a person; one who wrote here stays as an author without name or address.

    What still waited to be sent to them is withdrawn; of what was sent, it is forgotten where.
    """
    person = persons.get_person(session, email)
    logins.end_all(session, person)
    begun = select(WebDraft.token).where(WebDraft.person_key == person.id)
    session.exec(delete(DraftFile).where(col(DraftFile.draft_token).in_(begun)))
    for table in (OtherAddress, Appointment, Subscription, Absence, WebDraft):
        session.exec(delete(table).where(col(table.person_key) == person.id))
    session.exec(delete(Absence).where(col(Absence.stand_in_key) == person.id))
    session.exec(update(Ticket).where(col(Ticket.assignee_key) == person.id).values(assignee_key=None))
    person.email, person.name = f"removed-{person.id}@{persons.NOWHERE}", ""
    theirs = col(Delivery.person_key) == person.id
    session.exec(update(Delivery).where(theirs).values(recipient=person.email))
    _withdraw(session, theirs, "the recipient was removed", at)
    person.organisation_key, person.is_guest = None, False
    session.add(person)
    return person


def normal_email(email: str) -> str:
    """An address in lower case. Raises BadInput if it is none that mail can be sent to."""
    local, _, domain = email.strip().rpartition("@")
    if not local or not local.isascii() or any(character in local for character in ' <>()[],;:"\\'):
        raise BadInput(f"{email!r} is not a mail address; one looks like mette@odense.example.dk")
    return f"{local.lower()}@{organisations.normal_domain(domain)}"


def messages_of(session: Session, person: Person) -> int:
    """How many messages a person has written, on all lists."""
    return session.exec(select(func.count()).where(Message.author_key == person.id)).one()


# -- lists -----------------------------------------------------------------------------


def add_list(session: Session, mailing_list: MailingList) -> MailingList:
    """Enter a list whose address was checked. Raises Conflict if name, address or prefix are taken."""
    mailing_list.prefix = mailing_list.prefix.strip().upper()
    mailing_list.name = _some(mailing_list.name, "A list needs a name")
    if not mailing_list.prefix.isascii() or not mailing_list.prefix.isalpha() or len(mailing_list.prefix) > 8:
        raise BadInput(f"{mailing_list.prefix!r} is no prefix for tickets: use one to eight letters, as DB in DB-42")
    for other in session.exec(select(MailingList)):
        if other.name.casefold() == mailing_list.name.casefold():
            raise Conflict(f"There is a list called {other.name} already")
        if other.prefix == mailing_list.prefix:
            raise Conflict(f"The prefix {other.prefix} is that of {other.name}; choose another")
        if other.address == mailing_list.address:
            raise Conflict(f"The address {other.address} is that of {other.name}; choose another")
    session.add(mailing_list)
    session.flush()
    return mailing_list


def rename_list(session: Session, mailing_list: MailingList, name: str) -> None:
    """Call a list something else. Raises Conflict if another is called so, BadInput if it is no name for one."""
    name = _some(name, "A list needs a name")
    if len(name) > lists.LONGEST_NAME:
        raise BadInput(f"A list's name has at most {lists.LONGEST_NAME} characters")
    for other in session.exec(select(MailingList).where(MailingList.id != mailing_list.id)):
        if other.name.casefold() == name.casefold():
            raise Conflict(f"There is a list called {other.name} already")
    mailing_list.name = name


def remove_list(session: Session, mailing_list: MailingList, at: datetime) -> None:
    """Take a list out, and back what it still had to send. Raises Conflict once it has tickets, which stay findable."""
    tickets = session.exec(select(func.count()).where(Ticket.mailing_list_key == mailing_list.id)).one()
    if tickets:
        raise Conflict(
            f"{mailing_list.name} has {tickets} tickets, which would be lost; leave it and make it restricted"
        )
    its_letters = select(Letter.id).where(Letter.mailing_list_key == mailing_list.id)
    _withdraw(session, col(Delivery.letter_key).in_(its_letters), "the list was removed", at)
    session.exec(update(Letter).where(col(Letter.mailing_list_key) == mailing_list.id).values(mailing_list_key=None))
    for table in (Appointment, Subscription, Digest, OwnerMail, StandardAnswer):
        session.exec(delete(table).where(col(table.mailing_list_key) == mailing_list.id))
    session.delete(mailing_list)


def _withdraw(session: Session, condition: ColumnElement[bool], reason: str, at: datetime) -> None:
    """Have these deliveries never sent, if they still wait; a lease that is gone makes a late result refused."""
    withdrawn = {"state": DeliveryState.WITHDRAWN, "settled_at": at, "lease": None, "leased_until": None}
    waiting = update(Delivery).where(condition, col(Delivery.state) == DeliveryState.WAITING)
    session.exec(waiting.values(reply=reason, **withdrawn))


def _some(text: str, complaint: str) -> str:
    if not text.strip():
        raise BadInput(complaint)
    return " ".join(text.split())
