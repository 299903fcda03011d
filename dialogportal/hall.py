"""The hall: as much of the portal as a command needs that only looks.

The search index and everything that serves stand behind it, so that a command imports no more than it needs.
"""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dialogportal.premises import keep_strangers_out, private_files
from dialogportal.settings import Settings
from tickets import overview
from tickets.database.schema import NEWER_DATA, OLDER_DATA, Age
from tickets.database.store import Clock, Store, open_to_read, system_clock
from tickets.errors import BadInput, NothingYet, StorageTrouble
from tickets.portal import LAST_RESORT, SECRET_FILE, SECRET_OCTETS, load_secret, read_secret
from tickets.tokens import Signer

NOTHING = (
    "There is nothing here yet: the first thing that you enter, or `dialogportal serve`, makes the portal's memory"
)


@dataclass
class Hall:
    """An open portal: its settings, its store, its secret, and the signer who signs with that."""

    settings: Settings
    store: Store
    secret: bytes
    clock: Clock = system_clock
    is_imagined: bool = False  # there is no data, and this is how an empty portal would look
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        self.signer = Signer(self.secret)


@contextmanager
def open_hall(settings: Settings) -> Iterator[Hall]:
    """The portal for a command that only looks: it locks, makes and changes nothing.

    Raises NothingYet where there is nothing to see, and StorageTrouble for data of another release.
    """
    keep_strangers_out(settings)
    store = open_to_read(settings.database, settings.portal.data_dir)
    if store is None:
        raise NothingYet(NOTHING)
    with private_files(), closing(store):
        if refuse_other_ages(store) is Age.NOTHING:
            raise NothingYet(NOTHING)
        yield Hall(settings, store, _secret_to_read(store, settings.portal.data_dir))


def refuse_other_ages(store: Store) -> Age:
    """The age of the data, if this program can work with it. Raises StorageTrouble that says what to do."""
    age = store.age()
    if age is Age.OLDER:
        raise StorageTrouble(OLDER_DATA)
    if age is Age.NEWER:
        raise StorageTrouble(NEWER_DATA)
    return age


def secret_of(store: Store, data_dir: Path) -> bytes:
    """The signing secret, made where the portal is new. Raises BadInput where it is gone."""
    with store.reading() as session:
        is_lived_in = overview.is_lived_in(session)
    if is_lived_in and read_secret(data_dir) is None:
        raise BadInput(
            f"{data_dir / SECRET_FILE} is missing, with which all addresses and links in this portal's letters were "
            f"signed. Restore it from a backup, or copy it from the machine that has it. {LAST_RESORT}"
        )
    return load_secret(data_dir)


def _secret_to_read(store: Store, data_dir: Path) -> bytes:
    """The secret; a random one, with which nothing is signed that goes out, where the portal has none yet."""
    with store.reading() as session:
        is_lived_in = overview.is_lived_in(session)
    return secret_of(store, data_dir) if is_lived_in else read_secret(data_dir) or new_secret()


def new_secret() -> bytes:
    """A new secret to sign tokens with, from the system's random numbers."""
    return secrets.token_bytes(SECRET_OCTETS)
