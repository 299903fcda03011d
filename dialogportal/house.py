"""The house: an open portal with its search index."""

from dataclasses import dataclass, field

from dialogportal.hall import Hall
from dialogportal.premises import index_of
from tickets.database.leases import new_holder
from tickets.search.searching import Search


@dataclass
class House(Hall):
    """An open portal with its search index."""

    search: Search = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.search = Search(self.store, index_of(self.settings), new_holder())


def house_behind(hall: Hall) -> House:
    """The whole house to which this hall belongs."""
    return House(hall.settings, hall.store, hall.secret, hall.clock)
