"""Reading children that all tests share: one takes longer to start than most tests do."""

from datetime import datetime

import psutil

from dialogportal import serving
from dialogportal.house import House
from mailer.processing.processor import Processor, quick_limits
from mailer.sandbox.children import USUAL
from mailer.sandbox.filling import Filler, find_untold, find_wanted
from mailer.sandbox.keeper import Keeper
from mailer.sandbox.reader import Reader, Workshop
from tickets.database.models import Lane
from tickets.database.store import Store
from tickets.portal import Portal

WORKSHOP = Workshop()
KEEPERS: dict[tuple[str, str], Keeper] = {}  # by what their portals are called
READER = Reader()  # of all desks
OF_LANES = {lane: Reader(quick_limits(USUAL) if lane is Lane.QUICK else USUAL) for lane in Lane}  # of all towns

make_processor = serving.make_processor


def make_reading_on(house: House, lane: Lane) -> Processor:
    """A lane's processor, with the child that read for that lane in the town before."""
    return make_processor(house, lane, OF_LANES[lane])


def keeper_of(portal: Portal) -> Keeper:
    """Who takes files out of messages for this portal in all tests."""
    return KEEPERS.setdefault((portal.domain, portal.base_url), Keeper(portal))


def lay_out(store: Store, portal: Portal, now: datetime) -> None:
    """Note where all files lie, as the portal does while it runs; the child goes on for the next test."""
    filler = Filler(store, keeper_of(portal), WORKSHOP, lambda: now)
    while _has_wanted(store):
        filler.work()


def _has_wanted(store: Store) -> bool:
    with store.reading() as session:
        return (find_wanted(session) or find_untold(session)) is not None


def running(program: str) -> list[psutil.Process]:
    """The children of this process that run this module, the oldest first: others' tests left theirs beside them."""
    alive = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return sorted((child for child in alive if program in child.cmdline()), key=psutil.Process.create_time)
