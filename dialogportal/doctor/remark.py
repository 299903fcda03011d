"""Findings: what is told of one thing that was looked at."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remark:
    """What was looked at, what was found there in words, and whether that is well."""

    what: str
    told: str
    is_well: bool = True
    is_warning: bool = False  # it works, but not as it should


@dataclass
class Judgement:
    """What comes to light of one thing while it is looked at from several sides."""

    what: str
    wrongs: list[str] = field(default_factory=list)  # that keep mail or readers from getting through
    doubts: list[str] = field(default_factory=list)

    def finding(self, well: str) -> Remark:
        """One finding of it all, the worst first; `well` is told where nothing is wrong."""
        told = "; ".join([*self.wrongs, *self.doubts]) or well
        return Remark(self.what, told, is_well=not self.wrongs, is_warning=bool(self.doubts) and not self.wrongs)
