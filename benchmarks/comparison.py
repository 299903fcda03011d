"""Comparisons with a peer as rows of a table that says where a figure falls short."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from rich.table import Table

HEADINGS = ("figure", "dialogportal", "peer", "ratio", "wanted", "")


class Better(Enum):
    """Whether more of a figure is better, or less."""

    MORE = "≥"
    LESS = "<"


@dataclass(frozen=True)
class Comparison:
    """One thing measured on both sides, in the same unit."""

    what: str
    ours: float
    peer: str
    theirs: float
    unit: str
    better: Better = Better.MORE
    bound: float | None = None  # at least so much or less than it, whatever the peer does
    times: float | None = None  # at least so many times better than the peer
    remark: str = ""

    @property
    def ratio(self) -> float:
        """How many times better than the peer, whichever direction is better."""
        return self.ours / self.theirs if self.better is Better.MORE else self.theirs / self.ours

    @property
    def falls_short(self) -> bool:
        """Whether our figure misses its bound or its multiple of the other's."""
        within = self.bound is None or (
            self.ours >= self.bound if self.better is Better.MORE else self.ours < self.bound
        )
        return not within or (self.times is not None and self.ratio < self.times)

    @property
    def wanted(self) -> str:
        """What our figure should be, in words."""
        bound = f"{self.better.value} {self._say(self.bound)}" if self.bound is not None else ""
        times = f"≥ {self.times:g} ×" if self.times is not None else ""
        return " and ".join(part for part in (bound, times) if part)

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands under each of the headings."""
        beside = f"{self.peer} {self._say(self.theirs)}" + (f" ({self.remark})" if self.remark else "")
        return (
            self.what, self._say(self.ours), beside, f"{self.ratio:.{1 if self.ratio >= 2 else 2}f} ×", self.wanted,
            "short" if self.falls_short else "",
        )  # fmt: skip

    def _say(self, value: float) -> str:
        return f"{value:,.0f}{self.unit}"


def table_of(rows: Iterable[Comparison], title: str) -> Table:
    """Comparisons as a table for a terminal."""
    table = Table(title=title)
    for heading in HEADINGS:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row.cells, style="bold red" if row.falls_short else None)
    return table
