"""Remarks: what the doctor found when it looked at one thing."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remark:
    """The thing that was looked at, what was found in words, and whether that is well."""

    what: str
    told: str
    is_well: bool = True
    is_warning: bool = False  # it works, but not as it should


@dataclass
class Judgement:
    """The faults of one thing that is looked at from several sides."""

    what: str
    wrongs: list[str] = field(default_factory=list)  # that keep mail or readers from getting through
    doubts: list[str] = field(default_factory=list)

    def finding(self, well: str) -> Remark:
        """One remark on all of it, the worst first; `well` is said where nothing is wrong."""
        told = "; ".join([*self.wrongs, *self.doubts]) or well
        return Remark(self.what, told, is_well=not self.wrongs, is_warning=bool(self.doubts) and not self.wrongs)
