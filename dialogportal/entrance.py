"""The entrance: how a command comes into the house, to write in it or only to look.

Data in use is brought up to date by `serve` and `dialogportal migrate` alone.
"""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dialogportal.premises import keep_strangers_out, private_files
from dialogportal.serving import House, opened_data, secret_of
from dialogportal.settings import Settings
from tickets import overview
from tickets.database.schema import NEWER_DATA, OLDER_DATA, Age
from tickets.database.store import Database, Store, open_store, open_to_read
from tickets.errors import NothingYet, StorageTrouble
from tickets.portal import SECRET_OCTETS, read_secret

NOTHING = (
    "There is nothing here yet: the first thing that you enter, or `dialogportal serve`, makes the portal's memory"
)


@contextmanager
def house_to_write(settings: Settings) -> Iterator[House]:
    """The portal for a command that changes something; the first makes an empty database.

    Raises StorageTrouble for data of another release.
    """
    with opened_data(settings) as store:
        if refuse_other_ages(store) is Age.NOTHING:
            store.migrate()
        yield House(settings, store, secret_of(store, settings.portal.data_dir))


@contextmanager
def house_to_read(settings: Settings) -> Iterator[House]:
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
        yield House(settings, store, _secret_to_read(store, settings.portal.data_dir))


@contextmanager
def house_to_look_round(settings: Settings) -> Iterator[House]:
    """The same; where there is nothing yet, as it would be if there were an empty database."""
    try:
        with house_to_read(settings) as house:
            yield house
    except NothingYet:
        with TemporaryDirectory() as folder, closing(open_store(Database(), Path(folder))) as store:
            yield House(settings, store, _new_secret(), is_imagined=True)


def refuse_other_ages(store: Store) -> Age:
    """How old the data is, if this program can work with it. Raises StorageTrouble that says what to do."""
    age = store.age()
    if age is Age.OLDER:
        raise StorageTrouble(OLDER_DATA)
    if age is Age.NEWER:
        raise StorageTrouble(NEWER_DATA)
    return age


def _secret_to_read(store: Store, data_dir: Path) -> bytes:
    """The secret; where the portal is so new that it has none, another, by which nothing is signed that goes out."""
    with store.reading() as session:
        is_lived_in = overview.is_lived_in(session)
    return secret_of(store, data_dir) if is_lived_in else read_secret(data_dir) or _new_secret()


def _new_secret() -> bytes:
    return secrets.token_bytes(SECRET_OCTETS)
