"""The index is made in a process of its own, and whatever that leaves is made by the next who writes it."""

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from support.builders import a_filed_message, a_list, a_person
from support.children import running
from tickets.database.models import MailingList, Person
from tickets.database.store import Store, system_clock
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search import indexer, searching
from tickets.search.indexer import Indexer, follow
from tickets.search.searching import Search


@pytest.fixture
def ours(store: Store, tmp_path: Path) -> Search:
    with store.transaction() as session:
        a_list(session)
        a_person(session)
    return Search(store, tmp_path / "index", "tests")


def file(store: Store, portal: Portal, now: datetime, count: int) -> None:
    with store.transaction() as session:
        mailing_list, mette = session.exec(select(MailingList)).one(), session.exec(select(Person)).one()
        for number in range(count):
            a_filed_message(session, portal, mailing_list, mette, now, text=f"logfiler nummer {number}")


def found(store: Store, ours: Search) -> int:
    with store.reading() as session:
        mette = session.exec(select(Person)).one()
        return ours.find(session, sight_of(session, mette), "logfiler").total


def test_what_is_filed_meanwhile_is_found_in_the_end(store: Store, portal: Portal, now: datetime, ours: Search) -> None:
    with Indexer(store, ours) as process:
        process.start()
        file(store, portal, now, 3)
        process.owe(3)
        done = list(process.finish())

    assert sum(events for events, _ in done) == 3
    assert found(store, ours) == 3
    assert ours.update(now) == 0


def test_a_full_batch_is_indexed_before_all_is_told(
    store: Store, portal: Portal, now: datetime, ours: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (searching, indexer):
        monkeypatch.setattr(module, "BATCH", 2)
    found_meanwhile = []

    def told() -> Iterator[str]:
        for count in (1, 2, 1):
            file(store, portal, now, count)
            yield f"{count}\n"
            found_meanwhile.append(found(store, ours))

    follow(ours, told(), io.StringIO())

    assert found_meanwhile == [0, 2, 4]


def test_without_a_process_all_stays_owed(store: Store, portal: Portal, now: datetime, ours: Search) -> None:
    with Indexer(store, ours) as process:
        file(store, portal, now, 3)
        process.owe(1_000)

        assert list(process.finish()) == []

    assert ours.update(now) == 3


def test_a_process_that_was_killed_leaves_the_rest_to_whoever_comes_next(
    store: Store, portal: Portal, now: datetime, ours: Search
) -> None:
    with Indexer(store, ours) as process:
        process.start()
        file(store, portal, now, 3)
        running("tickets.search.indexer")[-1].kill()
        process.owe(1_000)
        process.owe(1_000)
        done = list(process.finish())

    assert done == []
    while ours.update(now):
        pass
    assert found(store, ours) == 3


def test_an_index_that_another_writes_is_left_alone(store: Store, portal: Portal, now: datetime, ours: Search) -> None:
    file(store, portal, now, 2)
    assert ours.update(system_clock())
    another = Search(store, ours.folder, "another")

    with Indexer(store, another) as process:
        process.start()
        file(store, portal, now, 1)
        process.owe(1_000)
        done = list(process.finish())

    assert done == []
    assert found(store, ours) == 2
