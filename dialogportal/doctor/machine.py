"""The machine: database, disk, clock and files, as the portal has them there."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from dialogportal import hall, premises
from dialogportal.doctor.remark import Judgement, Remark
from dialogportal.house import House
from mailer.intake.listener import LEAST_FREE
from tickets.database.models import Arrival, Delivery, Event
from tickets.errors import PortalError

RELEASED_AT = datetime(2026, 1, 1, tzinfo=UTC)  # no clock that is right shows less
DRIFT = timedelta(hours=1)  # that a row may be ahead of the clock: another machine wrote it, or it was put back


def check_database(house: House) -> Remark:
    """Whether the database answers and has the schema of this version."""
    try:
        house.store.check()
    except PortalError as error:
        return Remark("database", f"{error}. Look at [database] url", is_well=False)
    if house.is_imagined:
        return Remark("database", hall.NOTHING, is_warning=True)
    return Remark("database", "SQLite" if house.store.is_sqlite else "PostgreSQL")


def check_disk(house: House) -> Remark:
    """Whether the disks have room where the portal keeps its files."""
    free = shutil.disk_usage(premises.nearest(house.settings.portal.data_dir)).free
    told = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        return Remark("disk", f"{told}; new mail is put off until there are {LEAST_FREE / 1e9:.1f}", is_well=False)
    return Remark("disk", told)


def check_clock(house: House) -> Remark:
    """Whether the clock is later than everything that has happened in the portal."""
    now, portal = house.clock(), house.settings.portal
    told = f"{portal.local(now):%Y-%m-%d %H:%M} in {portal.timezone}"
    amends = "Set it (timedatectl set-ntp true): letters, links and limits go by it"
    if now < RELEASED_AT:
        return Remark("clock", f"{told}, which is before this release was made. {amends}", is_well=False)
    with house.store.reading() as session:
        newest = max(_newest_times(session), default=now)
    if newest > now + DRIFT:
        later = f"{portal.local(newest):%Y-%m-%d %H:%M}"
        return Remark("clock", f"{told}, but something here happened at {later}. {amends}", is_well=False)
    return Remark("clock", told)


def _newest_times(session: Session) -> Iterator[datetime]:
    """The newest moment that was noted of each kind of thing, by the clock of that time."""
    for time, key in (
        (Arrival.received_at, Arrival.id),
        (Event.happened_at, Event.id),
        (Delivery.made_at, Delivery.id),
    ):
        yield from session.exec(select(time).order_by(col(key).desc()).limit(1))


def check_files(house: House) -> Remark:
    """Whether the portal's files are its own, and nobody else reads them."""
    settings, judgement = house.settings, Judgement("files")
    data_dir = settings.portal.data_dir
    ours, keys = premises.files_of(settings), premises.secrets_of(settings)
    if strange := premises.of_others(ours):
        judgement.wrongs.append(_give(strange, data_dir))
    if opened := premises.open_to_others([*ours, *premises.index_files(settings)]):
        judgement.doubts.append(
            f"others on this machine can get at {premises.some_of(opened)}: chmod -R go= {data_dir}"
        )
    if opened := premises.open_to_others(keys):
        told = " ".join(map(str, opened))
        judgement.doubts.append(f"others on this machine can read a password or key: chmod go= {told}")
    return judgement.finding(f"{data_dir} is read by {premises.name_of(os.geteuid())} alone")


def _give(paths: list[Path], folder: Path) -> str:
    mine = premises.name_of(os.geteuid())
    return f"{premises.some_of(paths)} is not {mine}'s, who runs the portal. As root: chown -R {mine}: {folder}"


ABSENT = (
    "there is none yet, and nothing is found. `dialogportal serve` makes it, but not with --only web: then search works"
    " on the machine alone where the part `follow` runs"
)


def check_index(house: House) -> Remark:
    """Whether the search index can be read and written; where there is none yet, the portal makes it."""
    files, folder = premises.index_files(house.settings), premises.index_of(house.settings)
    if strange := premises.of_others(files):
        told = f"{_give(strange, folder)}, or nothing new is ever found"
        return Remark("index", told, is_well=False)
    if closed := [path for path in files if not os.access(path, os.R_OK | os.W_OK, effective_ids=True)]:
        told = f"{premises.some_of(closed)} cannot be written: chmod -R u=rwX {folder}"
        return Remark("index", told, is_well=False)
    if files[1:] and not house.search.is_readable:
        told = "cannot be read. The portal makes it anew when it runs, or make it with `dialogportal reindex`"
        return Remark("index", told, is_well=False)
    with house.store.reading() as session:
        behind = house.search.lag(session)
    if behind and not files[1:] and not house.search.is_shared:
        return Remark("index", f"{ABSENT}: {folder}", is_well=True, is_warning=True)
    return Remark("index", "is up to date" if not behind else f"has yet to take {behind} of the journal's events")
