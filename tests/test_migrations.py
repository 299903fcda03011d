"""The migrations and the models are two tellings of one schema."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import alembic.command
import postgres
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import DATABASE
from sqlalchemy import inspect
from sqlmodel import Session, select

from tickets.errors import StorageTrouble
from tickets.models import Delivery, Organisation, OrganisationKind, metadata
from tickets.store import Store, alembic_config, resolve_url

numbers = count(1)


@pytest.fixture
def bare_url(template: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    if DATABASE == "sqlite":
        yield resolve_url("sqlite:///bare.sqlite3", tmp_path)
    else:
        name = f"bare{next(numbers)}"
        yield resolve_url(postgres.create_database(template, name), tmp_path)
        postgres.drop_database(template, name)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


def migrate(url: str) -> None:
    with opened(url) as store:
        store.migrate()


def count_organisations(url: str) -> int:
    with opened(url) as store, store.reading() as session:
        return len(session.exec(select(Organisation)).all())


def test_all_migrations_together_give_the_schema_of_the_models(bare_url: str) -> None:
    migrate(bare_url)

    with opened(bare_url) as store, store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_foreign_keys_and_indexes_of_some_rows_are_those_of_the_models(bare_url: str) -> None:
    """Whose names and conditions the comparison above does not look at."""
    migrate(bare_url)

    with opened(bare_url) as migrated:
        found = inspect(migrated.engine)
        for table in metadata.tables.values():
            names = {constraint.name for constraint in table.foreign_key_constraints}
            partial = {index.name for index in table.indexes if index.dialect_options["sqlite"]["where"] is not None}
            assert {key["name"] for key in found.get_foreign_keys(table.name)} == names
            assert {index["name"] for index in found.get_indexes(table.name) if _is_partial(index)} == partial


def _is_partial(index: Any) -> bool:
    return any(option.endswith("_where") for option in index.get("dialect_options", {}))


def test_the_municipalities_and_regions_come_with_the_product(session: Session) -> None:
    organisations = list(session.exec(select(Organisation)))

    kinds = [organisation.kind for organisation in organisations]
    names = {organisation.name for organisation in organisations}
    assert kinds.count(OrganisationKind.MUNICIPALITY) == 98
    assert kinds.count(OrganisationKind.REGION) == 5
    assert {"Københavns Kommune", "Ærø Kommune", "Bornholms Regionskommune"} <= names


def test_migrating_twice_changes_nothing(bare_url: str) -> None:
    migrate(bare_url)
    migrate(bare_url)

    assert count_organisations(bare_url) == 103


def test_processes_that_start_at_once_migrate_once(bare_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(migrate, bare_url) for _ in range(4)]:
            done.result()

    assert count_organisations(bare_url) == 103


def test_an_upgrade_that_is_cut_short_leaves_nothing_and_can_be_done_again(bare_url: str) -> None:
    def be_cut_short(store: Store) -> None:
        with store.engine.begin() as connection:
            alembic.command.upgrade(alembic_config(connection), "head")
            raise LookupError

    with opened(bare_url) as store:
        with pytest.raises(LookupError):
            be_cut_short(store)
        assert inspect(store.engine).get_table_names() == []

    migrate(bare_url)
    assert count_organisations(bare_url) == 103


def test_an_upgrade_keeps_what_is_there(bare_url: str) -> None:
    with opened(bare_url) as store, store.engine.begin() as connection:
        alembic.command.upgrade(alembic_config(connection), "0001")
        connection.exec_driver_sql(
            "INSERT INTO organisations (name, kind, is_approved) VALUES ('Forening', 'association', true)"
        )

    migrate(bare_url)

    assert count_organisations(bare_url) == 104


def test_a_database_of_a_newer_release_is_refused_in_words(bare_url: str) -> None:
    migrate(bare_url)
    with opened(bare_url) as store, store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StorageTrouble, match="newer release"):
        migrate(bare_url)


WAITING = """
    INSERT INTO organisations (id, name, kind, is_approved) VALUES (900, 'Forening', 'association', true);
    INSERT INTO people (id, email, name, organisation_key, is_guest, joined_at)
    VALUES (1, 'mette@oeby.example.dk', 'Mette', 900, false, '2026-01-05 08:00:00+00:00');
    INSERT INTO letters (id, kind, language, message_id, octets, made_at)
    VALUES (1, 'login', 'da', '1@x', '', '2026-01-05 08:00:00+00:00');
    INSERT INTO deliveries
        (letter_key, cause, kind, person_key, recipient, capacity, state, made_at, next_attempt_at, attempts, reply)
    SELECT 1, 'event-1', kind, 1, 'mette@oeby.example.dk', 'self', 'waiting',
        '2026-01-05 08:00:00+00:00', '2026-01-05 08:00:00+00:00', 0, ''
    FROM (SELECT 'login' AS kind UNION SELECT 'receipt' UNION SELECT 'answer' UNION SELECT 'digest') AS kinds
"""


def test_letters_that_wait_when_urgency_comes_get_the_one_of_their_kind(bare_url: str) -> None:
    with opened(bare_url) as store, store.engine.begin() as connection:
        alembic.command.upgrade(alembic_config(connection), "0013")
        for statement in WAITING.split(";"):
            connection.exec_driver_sql(statement)

    migrate(bare_url)

    with opened(bare_url) as store, store.reading() as session:
        found = session.exec(select(Delivery.kind, Delivery.urgency, Delivery.domain)).all()
    assert set(found) == {(kind, kind.urgency, "oeby.example.dk") for kind, _, _ in found}
    assert len(found) == 4
