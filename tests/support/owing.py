"""Letters that are owed, and whoever delivers them while a test looks on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.delivery.delivery import Deliverer
from mailer.letters.registry import declarations
from mailer.sections import Relay
from support.builders import a_list, a_person, an_organisation
from tickets.database.models import Capacity, Delivery, DeliveryState, Letter, LetterKind, MailingList, Mode, Person
from tickets.database.store import Clock, Store, system_clock
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer

CONNECTIONS = 4


def owe(store: Store, people: int, now: datetime, kind: LetterKind = LetterKind.ANSWER) -> list[str]:
    """One letter owed to so many subscribers; their addresses."""
    with store.transaction() as session:
        mailing_list, organisation = a_list(session), an_organisation(session)
        addresses = [f"p{number}@proevested.example.dk" for number in range(people)]
        owed = [a_person(session, address, "P", organisation) for address in addresses]
        letter = a_letter(session, mailing_list, kind, now)
        for person in owed:
            subscriptions.subscribe(session, person, mailing_list, Mode.EACH, now)
            session.add(a_delivery(letter, person, now))
    return addresses


def owe_another(store: Store, now: datetime, people: int = 1) -> None:
    """The first of the subscribers, or so many, are owed one letter more."""
    with store.transaction() as session:
        letter = a_letter(session, session.exec(select(MailingList)).one(), LetterKind.ANSWER, now)
        addresses = [f"p{number}@proevested.example.dk" for number in range(people)]
        for person in session.exec(select(Person).where(col(Person.email).in_(addresses))):
            another = a_delivery(letter, person, now)
            session.add(another)


def a_letter(session: Session, mailing_list: MailingList, kind: LetterKind, now: datetime) -> Letter:
    octets = b"Subject: Svar\r\n\r\nKort svar.\r\n"
    letter = Letter(
        kind=kind, language="da", mailing_list_key=mailing_list.id, message_id="1@x", octets=octets, made_at=now
    )
    session.add(letter)
    session.flush()
    return letter


def a_delivery(letter: Letter, person: Person, now: datetime) -> Delivery:
    capacity = Capacity.SELF if letter.kind is LetterKind.LOGIN else Capacity.SUBSCRIBER
    return Delivery(
        letter_key=letter.key, kind=letter.kind, person_key=person.key,
        recipient=person.email, urgency=declarations()[letter.kind].urgency, capacity=capacity,
        made_at=now, next_attempt_at=now,
    )  # fmt: skip


def deliveries(store: Store) -> list[Delivery]:
    with store.reading() as session:
        found = list(session.exec(select(Delivery).order_by(Delivery.recipient)))
        session.expunge_all()
    return found


def waiting(store: Store) -> list[str]:
    return [one.recipient for one in deliveries(store) if one.state is DeliveryState.WAITING]


def is_done(store: Store) -> bool:
    return all(one.lease is None and one.attempts > 0 for one in deliveries(store))


@contextmanager
def delivering(
    store: Store, portal: Portal, signer: Signer, port: int, clock: Clock = system_clock, connections: int = CONNECTIONS
) -> Iterator[None]:
    """Letters go to the relay at this port until the block ends."""
    relay = Relay(host="127.0.0.1", port=port, connections=connections)
    stop = threading.Event()
    thread = threading.Thread(target=Deliverer(store, portal, signer, relay, clock).run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        store.ring()
        thread.join(15)
        assert not thread.is_alive()
