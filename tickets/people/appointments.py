"""Appointments: which roles people have, on one list or on all."""

from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, delete, select

from tickets.database.models import Appointment, MailingList, Person, Role, metadata

APPOINTMENTS = metadata.tables["appointments"]
FOR_LIST = or_(APPOINTMENTS.c.mailing_list_key.is_(None), APPOINTMENTS.c.mailing_list_key == bindparam("list_key"))
ROLES = select(APPOINTMENTS.c.role).where(APPOINTMENTS.c.person_key == bindparam("person_key"), FOR_LIST)
APPOINTED = (
    select(Person)
    .join(APPOINTMENTS, APPOINTMENTS.c.person_key == col(Person.id))
    .where(APPOINTMENTS.c.role == bindparam("role"), FOR_LIST)
    .order_by(col(Person.id))
    .distinct()
)


def roles_of(session: Session, person: Person, mailing_list: MailingList) -> set[Role]:
    """The person's roles on this list, those on all lists among them."""
    found = session.connection().execute(ROLES, {"person_key": person.id, "list_key": mailing_list.id})
    return set(found.scalars())


def has_role(session: Session, person: Person, role: Role, mailing_list: MailingList) -> bool:
    """Whether a person is appointed to a role on this list."""
    return role in roles_of(session, person, mailing_list)


def is_appointed(session: Session, person: Person, role: Role, mailing_list: MailingList | None) -> bool:
    """Whether a person has this very appointment: on the list itself, or on all of them if none is named."""
    list_key = mailing_list.id if mailing_list and role is not Role.ADMINISTRATOR else None
    query = select(Appointment.id).where(
        Appointment.person_key == person.id, Appointment.role == role, Appointment.mailing_list_key == list_key
    )
    return session.exec(query).first() is not None


def all_of(session: Session, person: Person) -> list[tuple[Role, MailingList | None]]:
    """All that a person is appointed to, with the list it is for; None for all of them."""
    query = (
        select(Appointment.role, MailingList)
        .outerjoin(MailingList, col(MailingList.id) == col(Appointment.mailing_list_key))
        .where(Appointment.person_key == person.id)
        .order_by(col(Appointment.id))
    )
    return [(Role(role), mailing_list) for role, mailing_list in session.exec(query)]


def is_administrator(session: Session, person: Person) -> bool:
    """Whether a person runs the whole portal."""
    query = select(Appointment.id).where(Appointment.person_key == person.id, Appointment.role == Role.ADMINISTRATOR)
    return session.exec(query).first() is not None


def lawyers(session: Session, list_key: int) -> list[Person]:
    """The lawyers of a list, who answer its questions."""
    return appointed(session, Role.LAWYER, list_key)


def administrators(session: Session) -> list[Person]:
    """Those who run the whole portal."""
    return appointed(session, Role.ADMINISTRATOR, None)


def appointed(session: Session, role: Role, list_key: int | None) -> list[Person]:
    """Everybody with this role on the list, or on all lists."""
    return list(session.execute(APPOINTED, {"role": role, "list_key": list_key}).scalars())


def appoint(session: Session, person: Person, role: Role, mailing_list: MailingList | None = None) -> None:
    """Give a person a role, on one list or on all. Membership needs no appointment."""
    if role is Role.MEMBER:
        return
    list_key = mailing_list.id if mailing_list and role is not Role.ADMINISTRATOR else None
    if not is_appointed(session, person, role, mailing_list):
        session.add(Appointment(person_key=person.key, role=role, mailing_list_key=list_key))
        session.flush()


def dismiss(session: Session, person: Person, role: Role, mailing_list: MailingList | None = None) -> None:
    """Take a role away, on one list or everywhere."""
    doomed = delete(Appointment).where(col(Appointment.person_key) == person.id, col(Appointment.role) == role)
    if mailing_list:
        doomed = doomed.where(col(Appointment.mailing_list_key) == mailing_list.id)
    session.exec(doomed)
