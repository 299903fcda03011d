"""Organisations, people and lists: who belongs here, who may see what, who is told."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import Session, col, delete, false, select

from tickets import journal
from tickets.alignment import ascii_domain, normal_address
from tickets.database.models import (
    Appointment,
    Capacity,
    EventKind,
    Letter,
    LetterKind,
    MailDomain,
    MailingList,
    MergedPerson,
    Message,
    MessageKind,
    Mode,
    Organisation,
    OtherAddress,
    Person,
    Role,
    Subscription,
    Ticket,
    Visibility,
    metadata,
)
from tickets.errors import BadInput, Conflict, NotFound

APPOINTMENTS = metadata.tables["appointments"]
FOR_LIST = or_(APPOINTMENTS.c.mailing_list_key.is_(None), APPOINTMENTS.c.mailing_list_key == bindparam("list_key"))
ROLES = select(APPOINTMENTS.c.role).where(APPOINTMENTS.c.person_key == bindparam("person_key"), FOR_LIST)
ORGANISATIONS = metadata.tables["organisations"]
APPROVAL = select(ORGANISATIONS.c.is_approved).where(ORGANISATIONS.c.id == bindparam("key"))
WITH_EMAIL = select(Person).where(col(Person.email) == bindparam("email"))
WITH_OTHER = (
    select(Person)
    .join(OtherAddress, col(OtherAddress.person_key) == col(Person.id))
    .where(col(OtherAddress.email) == bindparam("email"))
)
APPOINTED = (
    select(Person)
    .join(APPOINTMENTS, APPOINTMENTS.c.person_key == col(Person.id))
    .where(APPOINTMENTS.c.role == bindparam("role"), FOR_LIST)
    .order_by(col(Person.id))
    .distinct()
)
SUBSCRIBERS = (  # who is a member still
    select(Person)
    .join(Subscription, col(Subscription.person_key) == col(Person.id))
    .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
    .where(
        col(Subscription.mailing_list_key) == bindparam("list_key"),
        col(Subscription.mode) == bindparam("mode"),
        col(Subscription.paused_at).is_(None),
        or_(col(Person.is_guest), col(Organisation.is_approved)),
    )
    .order_by(col(Person.id))
)
AMONG_SUBSCRIBERS = SUBSCRIBERS.with_only_columns(col(Person.id)).where(
    col(Person.id).in_(bindparam("keys", expanding=True))
)

NOWHERE = "invalid"  # the domain of those who were removed (RFC 2606 2): nobody's, and nothing is mailed to it
LONGEST_NAME = 29  # leaves room for a token: a local part has 64 octets (RFC 5321 4.5.3.1.1)


# -- who may see what ------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """What one person may see. Pages, searches, letters and downloads all ask this, and nothing else."""

    person_key: int | None
    member_of: frozenset[int]  # keys of lists
    lawyer_of: frozenset[int]
    public: frozenset[int]

    def of_list(self, list_key: int) -> bool:
        return list_key in self.member_of | self.lawyer_of | self.public

    def of_ticket(self, ticket: Ticket) -> bool:
        if ticket.mailing_list_key in self.lawyer_of or self._asked(ticket):
            return True
        is_for_all = ticket.visibility is not Visibility.CONFIDENTIAL
        return is_for_all and ticket.mailing_list_key in self.member_of | self.public

    def of_message(self, ticket: Ticket, message: Message) -> bool:
        if message.kind is MessageKind.NOTE:
            return ticket.mailing_list_key in self.lawyer_of
        if message.kind is MessageKind.AUTOMATIC:
            return ticket.mailing_list_key in self.lawyer_of or message.author_key == self.person_key
        return self.of_ticket(ticket)

    def of_asker(self, ticket: Ticket) -> bool:
        """Whether the asker's name and organisation may be shown."""
        if ticket.mailing_list_key in self.lawyer_of or self._asked(ticket):
            return True
        return ticket.visibility is Visibility.OPEN and self.of_ticket(ticket)

    def tickets(self) -> ColumnElement[bool]:
        """The condition on `Ticket` that says what `of_ticket` says."""
        for_all = and_(
            col(Ticket.visibility) != Visibility.CONFIDENTIAL,
            col(Ticket.mailing_list_key).in_(self.member_of | self.public),
        )
        own = col(Ticket.asker_key) == self.person_key if self.person_key is not None else false()
        return or_(for_all, own, col(Ticket.mailing_list_key).in_(self.lawyer_of))

    def _asked(self, ticket: Ticket) -> bool:
        return self.person_key is not None and ticket.asker_key == self.person_key


def sight_of(session: Session, person: Person | None, *lists: MailingList) -> Sight:
    """What this person may see, on these lists or, where none are named, on all; None is the public."""
    lists = lists or tuple(session.exec(select(MailingList)))
    public = frozenset(row.id or 0 for row in lists if row.is_public)
    if person is None:
        return Sight(None, frozenset(), frozenset(), public)
    member_of = frozenset(row.id or 0 for row in lists if is_member(session, person, row))
    lawyer_of = frozenset(row.id or 0 for row in lists if has_role(session, person, Role.LAWYER, row))
    return Sight(person.id, member_of, lawyer_of, public)


def is_member(session: Session, person: Person, mailing_list: MailingList) -> bool:
    """A person of an approved organisation or a guest; on a restricted list, only who gets it or has a role.

    A role on all lists is one on a restricted list too, an administrator's as well.
    """
    if not (person.is_guest or _is_approved(session, person.organisation_key)):
        return False
    if not mailing_list.is_restricted:
        return True
    return mode_of(session, person, mailing_list) is not Mode.NONE or bool(roles_of(session, person, mailing_list))


def _is_approved(session: Session, organisation_key: int | None) -> bool:
    if organisation_key is None:
        return False
    return bool(session.connection().execute(APPROVAL, {"key": organisation_key}).scalar())


def roles_of(session: Session, person: Person, mailing_list: MailingList) -> set[Role]:
    """The person's roles on this list, those on all lists among them."""
    found = session.connection().execute(ROLES, {"person_key": person.id, "list_key": mailing_list.id})
    return set(found.scalars())


def has_role(session: Session, person: Person, role: Role, mailing_list: MailingList) -> bool:
    return role in roles_of(session, person, mailing_list)


def is_administrator(session: Session, person: Person) -> bool:
    query = select(Appointment.id).where(Appointment.person_key == person.id, Appointment.role == Role.ADMINISTRATOR)
    return session.exec(query).first() is not None


# -- who is told -----------------------------------------------------------------------

TELLS_ALL_LAWYERS = {MessageKind.QUESTION, MessageKind.ANSWER, MessageKind.NEWS, MessageKind.NOTE}
TELLS_THE_ASKER = {MessageKind.ANSWER, MessageKind.REPLY}
TELLS_NOBODY = {MessageKind.AUTOMATIC, MessageKind.THANKS}
TELLS_SUBSCRIBERS = set(MessageKind) - TELLS_NOBODY - {MessageKind.NOTE}


def audience(session: Session, ticket: Ticket, message: Message) -> dict[int, tuple[Person, Capacity]]:
    """Who gets a letter about a message, by key, each once and in the closest capacity; never its author."""
    told: dict[int, tuple[Person, Capacity]] = {}
    if message.kind in TELLS_NOBODY:
        return told
    if message.kind in TELLS_THE_ASKER and not (asker := session.get_one(Person, ticket.asker_key)).is_stranger:
        _tell(told, [asker], Capacity.ASKER)
    _tell(told, _lawyers_told(session, ticket, message), Capacity.LAWYER)
    if message.kind in TELLS_SUBSCRIBERS and ticket.visibility is not Visibility.CONFIDENTIAL:
        _tell(told, subscribers(session, ticket.mailing_list_key, Mode.EACH), Capacity.SUBSCRIBER)
    told.pop(message.author_key, None)
    return told


def _lawyers_told(session: Session, ticket: Ticket, message: Message) -> Iterable[Person]:
    """The assignee, while that is one of the list's lawyers; else all of them."""
    everybody = lawyers(session, ticket.mailing_list_key)
    assigned = [person for person in everybody if person.id == ticket.assignee_key]
    return everybody if message.kind in TELLS_ALL_LAWYERS else assigned or everybody


def _tell(told: dict[int, tuple[Person, Capacity]], people: Iterable[Person], capacity: Capacity) -> None:
    for person in people:
        told.setdefault(person.id or 0, (person, capacity))


def lawyers(session: Session, list_key: int) -> list[Person]:
    return appointed(session, Role.LAWYER, list_key)


def administrators(session: Session) -> list[Person]:
    return appointed(session, Role.ADMINISTRATOR, None)


def appointed(session: Session, role: Role, list_key: int | None) -> list[Person]:
    """Everybody with this role on the list, or on all lists."""
    return list(session.execute(APPOINTED, {"role": role, "list_key": list_key}).scalars())


def subscribers(session: Session, list_key: int, mode: Mode) -> list[Person]:
    """Everybody who gets the list in this mode, unless paused, and is still a member of it."""
    return list(session.execute(SUBSCRIBERS, {"list_key": list_key, "mode": mode}).scalars())


# -- organisations ---------------------------------------------------------------------


def normal_domain(text: str) -> str:
    """A mail domain in lower case and A-labels. Raises BadInput if it is none."""
    domain = ascii_domain(normalize("NFC", text.strip().lstrip("@").rstrip(".")))
    if not re.fullmatch(r"(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)+", domain):
        raise BadInput(f"{text!r} is not a mail domain; one looks like odense.example.dk")
    return domain


def organisation_named(session: Session, name: str) -> Organisation:
    """By name, upper or lower case, with or without "Kommune". Raises NotFound."""
    wanted = [name.strip().casefold(), f"{name.strip()} kommune".casefold()]
    for organisation in session.exec(select(Organisation)):
        if organisation.name.casefold() in wanted:
            return organisation
    raise NotFound(f"No organisation is called {name!r}; `dialogportal organisation list` shows them")


def organisation_of(session: Session, email: str) -> Organisation | None:
    """The approved organisation whose mail domain the address has."""
    query = (
        select(Organisation)
        .join(MailDomain, col(MailDomain.organisation_key) == col(Organisation.id))
        .where(MailDomain.domain == normal_address(email).rpartition("@")[2], Organisation.is_approved)
    )
    return session.exec(query).first()


def organisation_name(session: Session, person: Person) -> str:
    """What the person's organisation is called; empty for a guest."""
    organisation = session.get(Organisation, person.organisation_key) if person.organisation_key else None
    return organisation.name if organisation else ""


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
            session.add(MailDomain(domain=domain, organisation_key=organisation.id or 0))
        strangers = select(Person).where(
            col(Person.organisation_key).is_(None), col(Person.email).endswith(f"@{domain}", autoescape=True)
        )
        for person in session.exec(strangers):
            person.organisation_key = organisation.id
    session.flush()


# -- people ----------------------------------------------------------------------------


def person_with(session: Session, email: str) -> Person | None:
    """The person who has this address, be it their first or another; however it is written."""
    named = {"email": normal_address(email)}
    return session.execute(WITH_EMAIL, named).scalars().first() or session.execute(WITH_OTHER, named).scalars().first()


def person_by_key(session: Session, key: int) -> Person | None:
    """The person for whom something was signed, or whom they are now (`merging`)."""
    merged = session.get(MergedPerson, key)
    return session.get(Person, merged.person_key if merged else key)


def person_writing_as(session: Session, email: str) -> Person | None:
    """Whoever writes from this address: the person who has it, or of whose address it is a part (RFC 5233).

    Who vouches for mail vouches for a domain: that mette+kl@ is from there is as sure as that mette@ is.
    """
    if person := person_with(session, email):
        return person
    local, _, domain = email.rpartition("@")
    user, plus, _ = local.partition("+")
    return person_with(session, f"{user}@{domain}") if user and plus else None


def can_be_written_to(person: Person) -> bool:
    return not person.email.endswith(f"@{NOWHERE}")


def name_of(person: Person) -> str:
    """What others call a person: their address as long as they have no name, nothing once they were removed."""
    return person.name or (person.email if can_be_written_to(person) else "")


def get_person(session: Session, email: str) -> Person:
    """Raises NotFound."""
    person = person_with(session, email)
    if person is None:
        raise NotFound(f"Nobody here has the address {email}")
    return person


def welcome(session: Session, email: str, name: str, at: datetime, *, as_guest: bool = False) -> Person | None:
    """The person with this address; a first mail from an approved organisation makes its author a member.

    None for a stranger, unless an administrator lets them in as a guest. Subscribes nobody.
    """
    return admit(session, person_with(session, email), email, name, at, as_guest=as_guest)


def admit(
    session: Session, person: Person | None, email: str, name: str, at: datetime, *, as_guest: bool = False
) -> Person | None:
    """What `welcome` does, where it is known already who has the address, if anybody."""
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


def appoint(session: Session, person: Person, role: Role, mailing_list: MailingList | None = None) -> None:
    """Give a person a role, on one list or on all. Membership needs no appointment."""
    if role is Role.MEMBER:
        return
    list_key = mailing_list.id if mailing_list and role is not Role.ADMINISTRATOR else None
    has_it = select(Appointment).where(
        Appointment.person_key == person.id, Appointment.role == role, Appointment.mailing_list_key == list_key
    )
    if session.exec(has_it).first() is None:
        session.add(Appointment(person_key=person.id or 0, role=role, mailing_list_key=list_key))
        session.flush()


def dismiss(session: Session, person: Person, role: Role, mailing_list: MailingList | None = None) -> None:
    """Take a role away, on one list or everywhere."""
    doomed = delete(Appointment).where(col(Appointment.person_key) == person.id, col(Appointment.role) == role)
    if mailing_list:
        doomed = doomed.where(col(Appointment.mailing_list_key) == mailing_list.id)
    session.exec(doomed)


def language_of(person: Person, mailing_list: MailingList | None, otherwise: str) -> str:
    """What the person reads: their own choice, else the list's, else the portal's."""
    return person.language or (mailing_list.language if mailing_list else otherwise)


# -- lists and subscriptions -----------------------------------------------------------


def find_list(session: Session, text: str) -> MailingList:
    """By name, address or prefix, upper or lower case. Raises NotFound."""
    wanted = text.strip().casefold()
    for mailing_list in session.exec(select(MailingList)):
        if wanted in (mailing_list.name.casefold(), mailing_list.address, mailing_list.prefix.casefold()):
            return mailing_list
    raise NotFound(f"No list is called {text!r}; `dialogportal list list` shows them")


def choose_mode(session: Session, person: Person, mailing_list: MailingList, mode: Mode, at: datetime) -> None:
    """Let a person get the list as they themselves ask, by mail or on a page: a member as they like.

    Anybody may leave. Raises NotFound for who is no member: on a restricted list subscribing would make them one.
    """
    if mode is not Mode.NONE and not is_member(session, person, mailing_list):
        raise NotFound(f"{mailing_list.name} is not for {person.email}")
    subscribe(session, person, mailing_list, mode, at)


def subscribe(session: Session, person: Person, mailing_list: MailingList, mode: Mode, at: datetime) -> None:
    """Let a person get the list in this mode, whoever they are; NONE is to leave it. A pause of theirs ends."""
    subscription = session.get(Subscription, (person.id, mailing_list.id))
    if subscription is None:
        subscription = Subscription(person_key=person.id or 0, mailing_list_key=mailing_list.id or 0, since=at)
    subscription.mode = mode
    subscription.forget_bounces()
    session.add(subscription)
    session.flush()
    kind = EventKind.UNSUBSCRIBED if mode is Mode.NONE else EventKind.SUBSCRIBED
    journal.append(session, kind, at, list_key=mailing_list.id, person_key=person.id)


def mode_of(session: Session, person: Person, mailing_list: MailingList) -> Mode:
    subscription = session.get(Subscription, (person.id, mailing_list.id))
    return subscription.mode if subscription else Mode.NONE


def still_entitled(session: Session, letter: Letter, ticket: Ticket | None, owed: dict[int, Capacity]) -> set[int]:
    """Which of these people (key, and the capacity they are owed the letter in) may still get it; `ticket` is its.

    What was allowed when the letter was made may not be when it leaves: people leave lists, tickets are closed off.
    """
    list_key = letter.mailing_list_key or 0
    entitled = {key for key, capacity in owed.items() if capacity is Capacity.SELF}
    if ticket:
        entitled |= {key for key, capacity in owed.items() if capacity is Capacity.ASKER and key == ticket.asker_key}
    if Capacity.LAWYER in owed.values():
        entitled |= {person.id or 0 for person in lawyers(session, list_key)}
    if Capacity.SUBSCRIBER in owed.values() and not (ticket and ticket.visibility is Visibility.CONFIDENTIAL):
        mode = Mode.WEEKLY if letter.kind is LetterKind.DIGEST else Mode.EACH
        among = {"list_key": list_key, "mode": mode, "keys": list(owed)}
        entitled |= set(session.execute(AMONG_SUBSCRIBERS, among).scalars())
    return entitled & owed.keys()
