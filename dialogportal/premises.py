"""The premises: the portal's files on this machine, their owner, and who may read them."""

import os
import pwd
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy import make_url

from dialogportal.settings import Settings
from tickets.errors import BadInput
from tickets.portal import SECRET_FILE

OURS_ALONE = 0o077  # what is taken from group and others of everything that is made
OTHERS = stat.S_IRWXG | stat.S_IRWXO
ROOT = 0
MOST_FILES = 20_000  # that are looked at
MOST_NAMED = 3


@contextmanager
def private_files() -> Iterator[None]:
    """Within the block, every new file is its owner's alone, whichever library makes it: 0700 and 0600."""
    usual = os.umask(OURS_ALONE)
    try:
        yield
    finally:
        os.umask(usual)


def keep_strangers_out(settings: Settings) -> None:
    """Raise BadInput unless this account owns the data and can write it: its files would be in the way."""
    data_dir = settings.portal.data_dir
    for path in (data_dir, data_dir / SECRET_FILE, *_database_files(settings)):
        if (owner := _owner(path)) not in (None, os.geteuid()) and not _is_lent(path):
            raise BadInput(_told_to_strangers(path, owner or ROOT, data_dir))
    place = nearest(data_dir)
    if not (os.path.isdir(place) and _may_write(place)):
        told = f"{place} is no folder in which {name_of(os.geteuid())} may write"
        raise BadInput(f"{told}. Look at its owner and mode, and at [portal] data_dir")


def nearest(path: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    path = path.absolute()
    return next(one for one in (path, *path.parents) if os.path.exists(one))


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=True)


def _database_files(settings: Settings) -> list[Path]:
    """The file of SQLite, and what lies beside it; none of PostgreSQL."""
    url = make_url(settings.database.url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return []
    path = settings.portal.data_dir / url.database
    return [path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))]


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _is_lent(path: Path) -> bool:
    """Whether root made the folder for another account to work in."""
    return os.path.isdir(path) and _owner(path) == ROOT and _may_write(path)


def _told_to_strangers(path: Path, owner: int, data_dir: Path) -> str:
    its, mine = name_of(owner), name_of(os.geteuid())
    if owner == ROOT:
        return f"{path} belongs to root, and you are {mine}. Give it to {mine}, as root: chown -R {mine}: {data_dir}"
    becoming = f"runuser -u {its} --" if os.geteuid() == ROOT else f"sudo -u {its}"
    return (
        f"{path} belongs to {its}, and you are {mine}, whose files the portal could not write any more. "
        f"Run it as {its}: {becoming} dialogportal …"
    )


def name_of(uid: int) -> str:
    """The name of an account; its number, if it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"  # as sudo and chown take it


# -- looking at what is there ----------------------------------------------------------


def of_others(paths: Iterable[Path]) -> list[Path]:
    """Those files that belong to another account than this one."""
    return [path for path in paths if _owner(path) not in (None, os.geteuid())]


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Those files that group or others may read, write or enter."""
    return [path for path in paths if _mode(path) & OTHERS]


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def files_of(settings: Settings) -> list[Path]:
    """The data folder with what lies in it, but for the search index, and the database wherever it lies."""
    data_dir = settings.portal.data_dir
    inside = (path for path in _walk(data_dir) if index_of(settings) not in (path, *path.parents))
    return [*dict.fromkeys([data_dir, *_database_files(settings), *inside])]


def index_of(settings: Settings) -> Path:
    """The folder of the search index, which may be deleted at any time."""
    return settings.portal.data_dir / "search"


def index_files(settings: Settings) -> list[Path]:
    """The folder of the search index and everything in it; nothing before there is one."""
    folder = index_of(settings)
    return [folder, *_walk(folder)] if folder.exists() else []


def _walk(folder: Path) -> list[Path]:
    return list(islice(folder.rglob("*"), MOST_FILES))


def secrets_of(settings: Settings) -> list[Path]:
    """The files outside the data folder in which a password or a key stands."""
    mailbox, listen = settings.mailbox, settings.listen
    named = (
        settings.database.password_file,
        settings.relay.password_file,
        mailbox and mailbox.password_file,
        listen.key,
    )
    return [path for path in named if path]


def some_of(paths: list[Path]) -> str:
    """The first of these paths, and how many more there are."""
    more = len(paths) - MOST_NAMED
    return ", ".join(map(str, paths[:MOST_NAMED])) + (f" and {more} more" if more > 0 else "")
