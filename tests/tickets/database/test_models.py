"""What the tables promise to those who read them."""

import enum
from datetime import datetime

import pytest
from sqlalchemy import Enum, Table
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, delete

from support.builders import a_filed_message, a_list, a_person
from tickets.database.models import (
    Arrival,
    Content,
    Delivery,
    Event,
    Status,
    Ticket,
    Visibility,
    metadata,
)
from tickets.database.store import Store
from tickets.portal import Portal

TABLES = list(metadata.tables.values())
COLUMNS = [column for table in TABLES for column in table.columns]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_foreign_keys_end_in_key_and_constraints_have_names(table: Table) -> None:
    assert all(key.parent.name.endswith(("_key", f"_{key.column.name}")) for key in table.foreign_keys)
    assert all(constraint.name for constraint in table.constraints)


def test_every_word_fits_its_column_and_stands_there_as_people_read_it() -> None:
    words = [column.type for column in COLUMNS if isinstance(column.type, Enum)]

    assert len(words) > 10
    for kind in words:
        assert kind.enum_class is not None
        assert kind.enums == [word.value for word in kind.enum_class]
        assert all(len(word) <= (kind.length or 0) for word in kind.enums)


def test_times_are_aware_everywhere() -> None:
    times = [column for column in COLUMNS if column.name.endswith(("_at", "_until", "since"))]

    assert {type(column.type).__name__ for column in times} == {"UTCDateTime"}


def test_a_word_is_readable_in_the_database(session: Session, portal: Portal) -> None:
    a_filed_message(session, portal, a_list(session), a_person(session), visibility=Visibility.CONFIDENTIAL)

    row = session.connection().exec_driver_sql("SELECT status, visibility, kind FROM tickets").one()

    assert tuple(row) == ("open", "confidential", "question")


def test_a_word_that_is_none_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="secret"), session.begin_nested():
        a_list(session, visibility="secret")


def test_a_word_comes_back_as_a_member_of_its_enumeration(store: Store, portal: Portal) -> None:
    with store.transaction() as session:
        message = a_filed_message(session, portal, a_list(session), a_person(session))

    with store.reading() as session:
        status = session.get_one(Ticket, message.ticket_key).status
    assert status is Status.OPEN
    assert isinstance(status, enum.Enum)


@pytest.mark.parametrize("table", [Arrival, Delivery, Event, Ticket])
def test_keys_that_others_remember_are_never_given_again(table: type) -> None:
    assert table.__table__.dialect_options["sqlite"]["autoincrement"] is True  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ["databeskyttelse@example.dk", "andet@example.dk"])
def test_names_and_prefixes_of_lists_are_the_portals_only_ones(session: Session, address: str) -> None:
    a_list(session)

    with pytest.raises(IntegrityError), session.begin_nested():
        a_list(session, "andet", "DB", address=address)


def test_what_others_point_at_cannot_be_deleted(session: Session, portal: Portal) -> None:
    a_filed_message(session, portal, a_list(session), a_person(session))

    with pytest.raises(IntegrityError), session.begin_nested():
        session.exec(delete(Ticket))


def test_a_list_tells_the_two_halves_of_its_address(session: Session) -> None:
    mailing_list = a_list(session)

    assert (mailing_list.local_part, mailing_list.domain) == ("databeskyttelse", "example.dk")


def test_octets_come_back_as_they_were(store: Store, now: datetime) -> None:
    octets = bytes(range(256)) * 4
    with store.transaction() as session:
        session.add(Content(sha256="0" * 64, octets=octets, stored_at=now))

    with store.reading() as session:
        assert session.get_one(Content, "0" * 64).octets == octets


def test_rows_that_hold_secrets_hold_only_their_hashes() -> None:
    tables = [metadata.tables[name] for name in ("login_links", "web_sessions")]

    assert all("secret_hash" in table.columns and "secret" not in table.columns for table in tables)


@pytest.mark.parametrize(
    ("table", "condition"), [("arrivals", "disposition IS NULL"), ("deliveries", "state = 'waiting'")]
)
def test_work_that_waits_is_found_without_looking_through_what_is_done(
    store: Store, table: str, condition: str
) -> None:
    if not store.is_sqlite:
        pytest.skip("PostgreSQL plans by the rows there are")

    with store.reading() as session:
        question = f"EXPLAIN QUERY PLAN SELECT id FROM {table} WHERE {condition} AND next_attempt_at <= '2027'"
        plan = str(session.connection().exec_driver_sql(question).all())

    assert "SEARCH" in plan
    assert "SCAN" not in plan
