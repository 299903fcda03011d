"""Lemmas: the forms of a Danish word that have another stem, as børn and barn, from `lemmas.txt` beside this module.

`benchmarks/lemmas.py` makes that table.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

TABLE = Path(__file__).with_suffix(".txt")
SHORTEST_HEAD, SHORTEST_TAIL = 3, 4  # letters of a compound's first and last part


@cache
def families() -> Mapping[str, tuple[str, ...]]:
    """For each stem those of the other forms of its word."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in TABLE.read_text("utf-8").splitlines():
        stems = [] if line.startswith("#") else line.split()
        for stem in stems:
            found[stem].update(dict.fromkeys(other for other in stems if other != stem))
    return {stem: tuple(others) for stem, others in found.items()}


@lru_cache(10_000)
def other_forms(stem: str) -> tuple[str, ...]:
    """The stems of other forms of a word; of a compound, those of its last part."""
    if found := families().get(stem):
        return found
    for at in range(SHORTEST_HEAD, len(stem) - SHORTEST_TAIL + 1):
        if found := families().get(stem[at:]):
            return tuple(stem[:at] + other for other in found)
    return ()
