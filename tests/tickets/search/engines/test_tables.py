"""On PostgreSQL the index lies in the database: every machine finds by it, and nothing outlives its ticket."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_list, a_person
from tickets.database.models import Message
from tickets.database.store import Store
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search.engines.tables import SCHEMA
from tickets.search.searching import Results, Search


class Machines:
    """A machine that keeps the index, and one that only serves pages and has a folder of its own."""

    def __init__(self, store: Store, portal: Portal, folder: Path, now: datetime) -> None:
        self.store, self.portal, self.now = store, portal, now
        self.keeper, self.web = Search(store, folder / "here", "keeper"), Search(store, folder / "there", "web")
        self.web.is_kept = False
        with store.transaction() as session:
            self.mailing_list, self.mette = a_list(session), a_person(session)

    def file(self, **fields: object) -> Message:
        with self.store.transaction() as session:
            return a_filed_message(session, self.portal, self.mailing_list, self.mette, self.now, **fields)

    def index(self) -> None:
        while self.keeper.update(self.now):
            pass

    def find(self, words: str) -> Results:
        with self.store.reading() as session:
            return self.web.find(session, sight_of(session, self.mette), words)

    def words(self) -> set[str]:
        with self.store.reading() as session:
            return set(session.connection().exec_driver_sql(f"SELECT word FROM {SCHEMA}.words").scalars())

    def change(self, what: Callable[[Session], object]) -> None:
        with self.store.transaction() as session:
            what(session)


@pytest.fixture
def machines(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> Machines:
    if store.is_sqlite:
        pytest.skip("of PostgreSQL")
    return Machines(store, portal, tmp_path, now)


def test_what_one_machine_indexed_every_machine_finds(machines: Machines) -> None:
    machines.file(text="Må vi filme ved svømmehallen?")
    before = machines.find("svømmehal")
    machines.index()

    results = machines.find("svømehallen")

    assert (before.state, before.total) == ("unfinished", 0)
    assert (results.state, results.total, results.meant) == ("ready", 1, "svømmehallen")


def test_an_index_that_was_thrown_away_is_made_anew(machines: Machines) -> None:
    machines.file(text="svømmehal")
    machines.index()
    machines.change(lambda session: session.connection().exec_driver_sql(f"DROP SCHEMA {SCHEMA} CASCADE"))

    gone = machines.find("svømmehal")
    machines.index()

    assert (gone.state, gone.total) == ("unfinished", 0)
    assert machines.find("svømmehal").total == 1


def test_a_transaction_that_fails_leaves_the_index_and_its_bookmark_as_they_were(machines: Machines) -> None:
    machines.file(text="svømmehal")
    machines.index()
    bookmark = machines.keeper.bookmark
    machines.file(text="isstadion", subject="\x01")
    machines.change(
        lambda session: session.connection().exec_driver_sql(f"ALTER TABLE {SCHEMA}.texts RENAME COLUMN at TO away")
    )

    with pytest.raises(Exception, match="at"):
        machines.keeper.update(machines.now)

    assert machines.keeper.bookmark == bookmark


def test_words_that_no_text_has_any_more_are_forgotten(machines: Machines) -> None:
    reply = machines.file(text="svømmehal kamera", message_id="child@x", in_reply_to=("parent@x",))
    machines.index()
    before = machines.words()

    machines.change(lambda session: setattr(session.get_one(Message, reply.id), "text", "kamera"))
    machines.file(text="kamera", message_id="parent@x")  # into which the other is merged, so that it is indexed again
    machines.index()

    assert before - machines.words() == {"svømmehal"}


def test_quotes_and_backslashes_are_words_like_others(machines: Machines) -> None:
    machines.file(text="O'Brien skrev \\'); DROP TABLE tickets; -- i § 7 a'")
    machines.index()

    assert [machines.find(words).total for words in ("o'brien", "'", "\\", '"drop table"', "§ 7 a", "'' | !x & *")] == [
        1, 0, 0, 1, 1, 0,
    ]  # fmt: skip
