"""The queue: what waits, and for whom; what is tried at once or once more."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from mailer.delivery import queue
from support.builders import a_person
from tickets.database.models import Delivery, DeliveryState, Letter, LetterKind
from tickets.database.store import Store
from tickets.errors import NotFound

FULL = "452 4.2.2 Mailbox full"


@pytest.fixture
def letters(store: Store, now) -> dict[str, int]:
    """Numbers of deliveries to people of two domains, by what is wrong with them."""
    with store.transaction() as session:
        return {
            "new": owe(session, now, "mette@oedis.example.dk"),
            "full": owe(session, now, "ole@oedis.example.dk", attempts=3, reply=FULL, ahead=timedelta(hours=1)),
            "other": owe(session, now, "eva@aaby.example.dk", attempts=1, reply=FULL, ahead=timedelta(hours=1)),
            "refused": owe(session, now, "ib@aaby.example.dk", state=DeliveryState.FAILED, settled_at=now),
            "spent": owe(session, now, "pia@aaby.example.dk", state=DeliveryState.FAILED, octets=b"", settled_at=now),
        }


def owe(session: Session, now, email: str, octets: bytes = b"x", ahead: timedelta = timedelta(), **more) -> int:
    person = a_person(session, email)
    letter = Letter(kind=LetterKind.HELP, language="da", message_id=email, octets=octets, made_at=now)
    session.add(letter)
    session.flush()
    delivery = Delivery(
        letter_key=letter.key, cause=f"event-{person.key}", kind=letter.kind, person_key=person.key, recipient=email,
        urgency=1, capacity="self", made_at=now - timedelta(days=1), next_attempt_at=now + ahead, **more,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    return delivery.key


def state_of(store: Store, number: int) -> Delivery:
    with store.reading() as session:
        return session.exec(select(Delivery).where(Delivery.id == number)).one()


def test_what_waits_is_told_by_domain_and_last_words(store: Store, letters, now) -> None:
    with store.reading() as session:
        waiting = queue.waiting_letters(session)

    assert {(one.domain, one.reply, one.letters) for one in waiting} == {
        ("oedis.example.dk", "", 1), ("oedis.example.dk", FULL, 1), ("aaby.example.dk", FULL, 1),
    }  # fmt: skip
    assert {one.oldest_at for one in waiting} == {now - timedelta(days=1)}


def test_one_domain_is_tried_at_once_or_all(store: Store, letters, now) -> None:
    with store.transaction() as session:
        assert queue.flush(session, now, "OEDIS.example.dk") == 1
    assert state_of(store, letters["full"]).next_attempt_at == now
    assert state_of(store, letters["other"]).next_attempt_at > now

    with store.transaction() as session:
        assert queue.flush(session, now) == 1
    assert state_of(store, letters["other"]).next_attempt_at == now


def test_a_letter_that_was_refused_has_another_five_days(store: Store, letters, now) -> None:
    with store.transaction() as session:
        assert queue.requeue(session, [letters["refused"]], now) == 1

    again = state_of(store, letters["refused"])
    assert (again.state, again.attempts, again.made_at, again.settled_at) == (DeliveryState.WAITING, 0, now, None)


@pytest.mark.parametrize("which", ["new", "spent"])
def test_what_was_not_refused_or_is_gone_cannot_be_sent_again(store: Store, letters, now, which: str) -> None:
    with store.transaction() as session, pytest.raises(NotFound, match=str(letters[which])):
        queue.requeue(session, [letters["refused"], letters[which]], now)

    assert state_of(store, letters["refused"]).state is DeliveryState.FAILED


def test_all_that_a_domain_refused_since_is_sent_again(store: Store, letters, now) -> None:
    with store.transaction() as session:
        assert queue.requeue_domain(session, "aaby.example.dk", now + timedelta(1), now) == 0
        assert queue.requeue_domain(session, "aaby.example.dk", now - timedelta(1), now) == 1

    assert state_of(store, letters["refused"]).state is DeliveryState.WAITING
