"""Reading children that all tests share: one takes longer to start than most tests do."""

from dialogportal import serving
from dialogportal.house import House
from mailer.processing.processor import Processor, quick_limits
from mailer.sandbox.children import USUAL
from mailer.sandbox.reader import Reader
from tickets.database.models import Lane

READER = Reader()  # of all desks
OF_LANES = {lane: Reader(quick_limits(USUAL) if lane is Lane.QUICK else USUAL) for lane in Lane}  # of all towns

make_processor = serving.make_processor


def make_reading_on(house: House, lane: Lane) -> Processor:
    """A lane's processor, with the child that read for that lane in the town before."""
    return make_processor(house, lane, OF_LANES[lane])


def end_all() -> None:
    for reader in (READER, *OF_LANES.values()):
        reader.close()
