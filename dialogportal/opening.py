"""Opening: the house for whoever changes something in it, its database made or brought up to date.

Data in use is brought up to date by `serve` and `dialogportal migrate` alone.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dialogportal.entrance import settings_of_a_portal
from dialogportal.hall import refuse_other_ages, secret_of
from dialogportal.house import House
from dialogportal.premises import keep_strangers_out, private_files
from dialogportal.settings import Settings
from tickets.database.schema import Age
from tickets.database.store import Clock, Store, open_unmigrated, system_clock
from tickets.database.upgrading import migrate


@contextmanager
def house_to_write(config: Path | None) -> Iterator[House]:
    """The portal for a command that changes something; the first makes an empty database.

    Where none was set up, the command ends with 2 and leaves nothing behind. Raises StorageTrouble for data of another
    release.
    """
    settings = settings_of_a_portal(config)
    with opened_data(settings) as store:
        if refuse_other_ages(store) is Age.NOTHING:
            migrate(store)
        yield House(settings, store, secret_of(store, settings.portal.data_dir))


@contextmanager
def open_house(settings: Settings, clock: Clock = system_clock) -> Iterator[House]:
    """The portal of these settings, its database up to date; closed at the end. What is made in it, others cannot read.

    Raises BadInput for whoever does not own its data, and where its secret is gone.
    """
    with opened_data(settings) as store:
        migrate(store)
        yield House(settings, store, secret_of(store, settings.portal.data_dir), clock)


@contextmanager
def opened_data(settings: Settings) -> Iterator[Store]:
    """The database of these settings as it is, for its owner to write. Raises BadInput for anybody else."""
    keep_strangers_out(settings)
    with private_files(), closing(open_unmigrated(settings.database, settings.portal.data_dir)) as store:
        yield store
