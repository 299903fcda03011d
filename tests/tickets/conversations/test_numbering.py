"""Tickets are counted without gaps, and who files many messages at once keeps nobody else waiting."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from support.builders import a_filed_message, a_list, a_person
from support.databases import DATABASE
from tickets.conversations import filing, numbering
from tickets.database.models import Alias, Identifier, Person, Ticket
from tickets.database.store import Store
from tickets.people import lists
from tickets.portal import Portal

LIST, METTE = "DB", "mette@proevested.example.dk"


@pytest.fixture
def town(store: Store) -> Store:
    """A list, another, and somebody who asks."""
    with store.transaction() as session:
        a_list(session)
        a_list(session, "skoler", "SK")
        a_person(session)
    return store


def open_ticket(session: Session, portal: Portal, prefix: str = LIST, subject: str = "Må vi?") -> Ticket:
    author = session.exec(select(Person).where(Person.email == METTE)).one()
    message = a_filed_message(session, portal, lists.find_list(session, prefix), author, subject=subject)
    return session.get_one(Ticket, message.ticket_key)


def names(store: Store) -> dict[str, str]:
    """The references that lead to tickets, and what these are about."""
    with store.reading() as session:
        query = select(Identifier.message_id, Ticket.subject).join(Ticket, col(Ticket.id) == Identifier.ticket_key)
        return {name: subject for name, subject in session.exec(query) if ".ticket@" in name}


def fail(session: Session, deed: Callable[[], object]) -> None:
    """Do it in a savepoint, and fail in the end."""
    savepoint = session.begin_nested()
    deed()
    savepoint.rollback()


def test_numbers_that_are_put_off_are_given_at_the_end_in_the_order_of_filing(town: Store, portal: Portal) -> None:
    with town.transaction() as session:
        numbering.put_off(session)
        tickets = [open_ticket(session, portal, prefix) for prefix in ("DB", "SK", "DB", "DB", "SK")]
        assert all(ticket.number < 0 for ticket in tickets)

    assert [ticket.number for ticket in tickets] == [1, 1, 2, 3, 2]
    assert set(names(town)) == {f"{name}.ticket@example.dk" for name in ("db-1", "db-2", "db-3", "sk-1", "sk-2")}
    with town.transaction() as session:
        assert open_ticket(session, portal).number == 4


def test_what_fails_leaves_no_gap(town: Store, portal: Portal) -> None:
    with town.transaction() as session:
        numbering.put_off(session)
        open_ticket(session, portal, subject="Den første")
        fail(session, lambda: open_ticket(session, portal, subject="Den, der fejler"))
        open_ticket(session, portal, subject="Den anden")

    assert names(town) == {"db-1.ticket@example.dk": "Den første", "db-2.ticket@example.dk": "Den anden"}


def test_a_transaction_that_fails_uses_no_number_up(town: Store, portal: Portal) -> None:
    with town.transaction() as session:
        numbering.put_off(session)
        open_ticket(session, portal)
        session.rollback()

    with town.transaction() as session:
        numbering.put_off(session)
        ticket = open_ticket(session, portal)

    assert ticket.number == 1


def test_a_number_that_is_wanted_at_once_is_given_at_once(town: Store, portal: Portal) -> None:
    with town.transaction() as session:
        numbering.put_off(session)
        first, second = open_ticket(session, portal), open_ticket(session, portal)

        assert numbering.number_of(session, second) == 2
        assert first.number == 1
        third = open_ticket(session, portal)

    assert third.number == 3
    assert len(names(town)) == 3


def test_a_number_that_was_wanted_by_what_failed_is_given_again(town: Store, portal: Portal) -> None:
    with town.transaction() as session:
        numbering.put_off(session)
        first = open_ticket(session, portal, subject="Den første")
        fail(session, lambda: numbering.number_of(session, open_ticket(session, portal)))

    assert first.number == 1
    assert names(town) == {"db-1.ticket@example.dk": "Den første"}


def test_a_ticket_that_was_taken_in_before_it_had_a_number_leads_nowhere(
    town: Store, portal: Portal, now: datetime
) -> None:
    with town.transaction() as session:
        numbering.put_off(session)
        early, target = open_ticket(session, portal), open_ticket(session, portal, subject="Blåbær")
        filing.merge(session, lists.find_list(session, LIST), early, target, now)

    assert names(town) == {"db-1.ticket@example.dk": "Blåbær"}
    with town.reading() as session:
        assert session.exec(select(Alias)).all() == []


@pytest.mark.skipif(DATABASE == "sqlite", reason="SQLite has one writer at a time")
def test_others_file_in_the_list_while_a_batch_is_under_way(town: Store, portal: Portal) -> None:
    filed = threading.Event()

    def file_another() -> None:
        with town.transaction() as session:
            open_ticket(session, portal, subject="Kortvarig")
        filed.set()

    with town.transaction() as session:
        numbering.put_off(session)
        open_ticket(session, portal, subject="Langvarig")
        threading.Thread(target=file_another).start()
        assert filed.wait(20)

    assert names(town) == {"db-1.ticket@example.dk": "Kortvarig", "db-2.ticket@example.dk": "Langvarig"}
