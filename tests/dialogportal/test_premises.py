"""The portal's files are its owner's alone, and nobody else's command leaves any among them."""

import os
import pwd
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dialogportal.house import House
from dialogportal.opening import open_house
from dialogportal.premises import keep_strangers_out, name_of
from dialogportal.serving import running
from dialogportal.settings import Settings
from support.builders import a_list, a_person
from support.portals import RunningPortal
from support.servers import free_port
from support.waiting import eventually
from tickets import journal
from tickets.database.models import EventKind
from tickets.database.store import system_clock
from tickets.errors import BadInput
from tickets.portal import Portal

NOBODY = pwd.getpwnam("nobody").pw_uid

pytestmark = pytest.mark.any_database
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to somebody else")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    portal = Portal(domain="example.dk", base_url="https://portal.example.dk", data_dir=tmp_path / "kept" / "data")
    return Settings(portal=portal)


@pytest.fixture
def shell(tmp_path: Path) -> RunningPortal:
    """An operator's shell, with a portal that has data."""
    shell = RunningPortal(tmp_path, "sqlite:///dialogportal.sqlite3", free_port())
    shell.run("list", "add", "Test", "--address", "test@example.dk", "--prefix", "TE")
    return shell


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    usual = os.umask(request.param)
    yield request.param
    os.umask(usual)


def modes_in(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def live(house: House) -> None:
    """Have a database, an index, a secret and a letter in the Maildir."""
    with house.store.transaction() as session:
        a_list(session)
        asker = a_person(session)
    with running(house, ("follow", "deliver")):
        with house.store.transaction() as session:
            journal.append(session, EventKind.LOGIN_ASKED, system_clock(), person_key=asker.id)
        eventually(lambda: list((house.settings.portal.data_dir / "maildir" / "new").glob("*")))
        eventually(lambda: (house.settings.portal.data_dir / "search").is_dir())


def test_everything_the_portal_makes_is_its_owners_alone(settings: Settings, umask: int) -> None:
    with open_house(settings) as house:
        live(house)
        modes = modes_in(settings.portal.data_dir)

    assert {"dialogportal.sqlite3", "dialogportal.sqlite3-wal", "dialogportal.sqlite3-shm", "secret"} <= modes.keys()
    assert {"search", "maildir/new", "maildir/tmp"} <= modes.keys()
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


def test_what_is_made_elsewhere_in_the_process_keeps_its_umask(settings: Settings, umask: int) -> None:
    with open_house(settings):
        pass

    assert os.umask(umask) == umask


def test_folders_that_were_there_stay_as_their_owner_made_them(settings: Settings) -> None:
    settings.portal.data_dir.mkdir(parents=True)
    settings.portal.data_dir.chmod(0o750)

    with open_house(settings):
        pass

    modes = modes_in(settings.portal.data_dir)
    assert modes.pop(".") == 0o750
    assert not [path for path, mode in modes.items() if mode & 0o077]


@as_root
@pytest.mark.parametrize(
    ("belonging", "words"),
    [
        *[("data", words) for words in (["reindex"], ["check"], ["search", "x"], ["list", "list"], ["serve"])],
        *[(one, ["status"]) for one in ("data", "data/secret", "data/dialogportal.sqlite3")],
    ],
)
def test_a_command_of_another_user_is_refused_and_leaves_nothing(
    shell: RunningPortal, belonging: str, words: list[str]
) -> None:
    os.chown(shell.directory / belonging, NOBODY, -1)
    before = modes_in(shell.directory / "data")
    command = [sys.executable, "-m", "dialogportal", *words, "--config", str(shell.settings)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "belongs to nobody, and you are root" in done.stderr
    assert "runuser -u nobody -- dialogportal" in done.stderr
    assert modes_in(shell.directory / "data") == before


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder of root's that everybody reaches, as those of the tests are not."""
    with tempfile.TemporaryDirectory(prefix="portal-premises-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@contextmanager
def as_nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@as_root
def test_the_owner_goes_on_where_root_was_refused(open_place: Path) -> None:
    settings = Settings(portal=Portal(data_dir=open_place / "data"))
    os.chown(open_place, NOBODY, -1)
    with as_nobody(), open_house(settings) as house:
        live(house)

    assert "belongs to nobody" in refusal_of(settings)
    with as_nobody(), open_house(settings) as house:
        assert house.search.rebuild(system_clock()) > 0
    assert {path.stat().st_uid for path in open_place.rglob("*")} == {NOBODY}


@as_root
def test_a_folder_that_root_lends_is_one_to_work_in(open_place: Path) -> None:
    os.chmod(open_place, 0o777)

    with as_nobody():
        assert refusal_of(Settings(portal=Portal(data_dir=open_place))) == ""


@as_root
def test_what_root_made_is_told_with_how_to_give_it_away(open_place: Path) -> None:
    with as_nobody():
        told = refusal_of(Settings(portal=Portal(data_dir=open_place)))

    assert f"{open_place} belongs to root, and you are nobody" in told
    assert f"chown -R nobody: {open_place}" in told


def refusal_of(settings: Settings) -> str:
    try:
        keep_strangers_out(settings)
    except BadInput as refusal:
        return str(refusal)
    return ""


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    assert "is no folder" in refusal_of(Settings(portal=Portal(data_dir=tmp_path / "data")))
    assert "is no folder" in refusal_of(Settings(portal=Portal(data_dir=tmp_path / "data" / "within")))


@as_root
def test_a_place_in_which_no_folder_can_be_made_is_told() -> None:
    with as_nobody():
        told = refusal_of(Settings(portal=Portal(data_dir=Path("/etc/dialogportal/data"))))

    assert "/etc is no folder in which nobody may write" in told


def test_a_user_without_a_name_is_called_by_number() -> None:
    assert name_of(4_000_000) == "#4000000"
