"""Subscriptions: who is a member of a list, who gets it, and in which mode."""

from datetime import datetime

from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, select

from tickets import journal
from tickets.database.models import EventKind, MailingList, Mode, Organisation, Person, Subscription
from tickets.errors import NotFound
from tickets.people.appointments import roles_of
from tickets.people.organisations import is_approved

SUBSCRIBERS = (  # who is a member still
    select(Person)
    .join(Subscription, col(Subscription.person_key) == col(Person.id))
    .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
    .where(
        col(Subscription.mailing_list_key) == bindparam("list_key"),
        col(Subscription.mode) == bindparam("mode"),
        col(Subscription.paused_at).is_(None),
        col(Subscription.rests_before).is_(None),
        or_(col(Person.is_guest), col(Organisation.is_approved)),
    )
    .order_by(col(Person.id))
)
AMONG_SUBSCRIBERS = SUBSCRIBERS.with_only_columns(col(Person.id)).where(
    col(Person.id).in_(bindparam("keys", expanding=True))
)


def is_member(session: Session, person: Person, mailing_list: MailingList) -> bool:
    """A person of an approved organisation or a guest; on a restricted list, only who gets it or has a role.

    A role on all lists is one on a restricted list too, an administrator's as well.
    """
    if not (person.is_guest or is_approved(session, person.organisation_key)):
        return False
    if not mailing_list.is_restricted:
        return True
    return mode_of(session, person, mailing_list) is not Mode.NONE or bool(roles_of(session, person, mailing_list))


def mode_of(session: Session, person: Person, mailing_list: MailingList) -> Mode:
    """How a person gets a list; NONE if they never subscribed."""
    subscription = session.get(Subscription, (person.id, mailing_list.id))
    return subscription.mode if subscription else Mode.NONE


def is_resting(session: Session, person: Person, mailing_list: MailingList) -> bool:
    """Whether a person wants nothing of the list before a day that is still to come."""
    subscription = session.get(Subscription, (person.id, mailing_list.id))
    return subscription is not None and subscription.rests_before is not None


def choose_mode(session: Session, person: Person, mailing_list: MailingList, mode: Mode, at: datetime) -> None:
    """Let a person get the list as they themselves ask, by mail or on a page: a member as they like.

    Anybody may leave. Raises NotFound for who is no member: on a restricted list subscribing would make them one.
    """
    if mode is not Mode.NONE and not is_member(session, person, mailing_list):
        raise NotFound(f"{mailing_list.name} is not for {person.email}")
    subscribe(session, person, mailing_list, mode, at)


def subscribe(
    session: Session, person: Person, mailing_list: MailingList, mode: Mode, at: datetime, *, is_quiet: bool = False
) -> None:
    """Let a person get the list in this mode, whoever they are; NONE is to leave it. A pause of any sort ends.

    They are told by a letter, unless it is quiet.
    """
    subscription = session.get(Subscription, (person.id, mailing_list.id))
    if subscription is None:
        subscription = Subscription(person_key=person.key, mailing_list_key=mailing_list.key, since=at)
    subscription.mode, subscription.rests_before = mode, None
    subscription.forget_bounces()
    session.add(subscription)
    session.flush()
    kind = EventKind.UNSUBSCRIBED if mode is Mode.NONE else EventKind.SUBSCRIBED
    journal.append(session, kind, at, list_key=mailing_list.id, person_key=person.id, is_quiet=is_quiet)


def subscribers(session: Session, list_key: int, mode: Mode) -> list[Person]:
    """Everybody who gets the list in this mode, unless paused, and is still a member of it."""
    return list(session.execute(SUBSCRIBERS, {"list_key": list_key, "mode": mode}).scalars())
