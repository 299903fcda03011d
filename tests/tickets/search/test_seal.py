"""Whatever happens to the files of the search index, it is made anew by itself, and nothing falls over meanwhile."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from support.builders import a_filed_message, a_list, a_person
from tickets.database.models import Person
from tickets.database.store import Store
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search import searching
from tickets.search.searching import Results, Search

COUNT = 6

pytestmark = pytest.mark.any_database  # of the files, which are what is searched on SQLite


class Reader:
    """A process that keeps an index over six messages, and one that only reads it."""

    def __init__(self, store: Store, folder: Path, now: datetime) -> None:
        self.store, self.folder, self.now = store, folder, now
        self.keeper, self.reader = Search(store, folder, "keeper"), Search(store, folder, "reader")

    def catch_up(self) -> None:
        while self.keeper.update(self.now):
            pass

    def ask(self, who: Search) -> Results:
        with self.store.reading() as session:
            who.lag(session)
            return who.find(session, sight_of(session, session.exec(select(Person)).first()), "logfiler")

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.suffix in (".toc", ".seg") or path.name == "SEAL")


@pytest.fixture
def reader(store: Store, portal: Portal, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(searching, "BATCH", 4)  # so that there is more than one segment
    with store.transaction() as session:
        mailing_list, mette = a_list(session), a_person(session)
        for number in range(COUNT):
            a_filed_message(session, portal, mailing_list, mette, now, text=f"Om logfiler {number} " + "ord " * 200)
    made = Reader(store, tmp_path / "search", now)
    made.catch_up()
    return made


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def spoil(path: Path) -> None:
    octets = path.read_bytes()
    middle = len(octets) // 2
    path.write_bytes(octets[: middle // 2] + b"\x93" * (middle - middle // 2) + octets[middle:])


DAMAGE: list[Callable[[Path], None]] = [
    Path.unlink, lambda path: os.truncate(path, 0), halve, spoil, lambda path: path.write_bytes(b"rubbish"),
]  # fmt: skip


@pytest.mark.alike
@pytest.mark.parametrize("which", [0, 1, 2, -1])
@pytest.mark.parametrize("damage", DAMAGE, ids=["deleted", "emptied", "halved", "spoiled", "replaced"])
def test_any_damage_to_any_file_is_mended_while_others_read(
    reader: Reader, damage: Callable[[Path], None], which: int
) -> None:
    assert {reader.ask(one).total for one in (reader.keeper, reader.reader)} == {COUNT}
    files = reader.files
    damage(files[which % len(files)])

    for one in (reader.keeper, reader.reader, Search(reader.store, reader.folder, "new")):
        meanwhile = reader.ask(one)
        assert meanwhile.total in (0, COUNT)
    reader.catch_up()

    for one in (reader.keeper, reader.reader, Search(reader.store, reader.folder, "new")):
        assert (reader.ask(one).total, reader.ask(one).state) == (COUNT, "ready")


def test_a_folder_that_is_gone_or_is_a_file_is_made_anew(reader: Reader) -> None:
    shutil.rmtree(reader.folder)
    assert reader.ask(Search(reader.store, reader.folder, "new")).state == "unfinished"
    reader.catch_up()
    assert reader.ask(reader.reader).total == COUNT

    shutil.rmtree(reader.folder)
    reader.folder.write_text("no folder")
    reader.catch_up()

    assert reader.ask(reader.reader).total == COUNT


def test_an_index_of_a_newer_whoosh_is_made_anew(reader: Reader) -> None:
    (toc,) = reader.folder.glob("*.toc")
    toc.write_bytes(toc.read_bytes().replace(b"\x00\x00\x00\x6f", b"\x7f\x00\x00\x6f", 1))

    reader.catch_up()

    assert reader.ask(Search(reader.store, reader.folder, "new")).total == COUNT


def test_an_index_that_is_being_made_says_so_until_it_has_caught_up(reader: Reader) -> None:
    shutil.rmtree(reader.folder)
    states = []

    while reader.keeper.update(reader.now):
        states.append(reader.ask(reader.reader).state)

    assert states == ["unfinished", "unfinished"]
    assert reader.ask(reader.reader).state == "ready"


def test_where_no_index_is_kept_the_reader_is_told(reader: Reader, tmp_path: Path) -> None:
    elsewhere = Search(reader.store, tmp_path / "elsewhere", "web")
    elsewhere.is_kept = False

    assert reader.ask(elsewhere).state == "absent"
    assert not (tmp_path / "elsewhere").exists()


def test_an_index_that_is_whole_is_left_alone(reader: Reader) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in reader.files}

    Search(reader.store, reader.folder, "keeper").update(reader.now)

    assert {path.name: path.stat().st_mtime_ns for path in reader.files} == before
    assert set(json.loads((reader.folder / "SEAL").read_text())) == set(before) - {"SEAL"}
