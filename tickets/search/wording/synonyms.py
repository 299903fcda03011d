"""Synonyms: other ways to say the same in a data protection office, from `synonyms.csv` beside this module.

A line `a ; b ; c` says that each may stand for the others; `a > b ; c` that who asks for a also means b and c, and not
the other way round.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from tickets.search.asking import stems_that_say_little
from tickets.text.citations import find_citations
from tickets.text.stems import stems_of

TABLE = Path(__file__).with_suffix(".csv")
LONGEST = 6  # stems of one name
SHORT = 4  # letters
Stems = tuple[str, ...]


def read_synonyms(lines: Iterable[str]) -> dict[Stems, tuple[Stems, ...]]:
    """For each name, as its stems, the other names of the same."""
    found: dict[Stems, dict[Stems, None]] = defaultdict(dict)
    for line in lines:
        asked, others = _read_line(line.partition("#")[0])
        for name in asked:
            found[name].update(dict.fromkeys(other for other in others if other != name))
    return {name: tuple(others) for name, others in found.items() if name and others}


def _read_line(line: str) -> tuple[list[Stems], list[Stems]]:
    asked, arrow, meant = line.partition(">")
    names = list(_read_names(asked))
    return (names, list(_read_names(meant))) if arrow else (names, names)


def _read_names(names: str) -> Iterator[Stems]:
    """Each name as its stems; a place of a law as the one term that it is."""
    for name in names.split(";"):
        cited = tuple(term for citation in find_citations(name) for term in citation.whole)
        stems = cited or tuple(stems_of(name))
        if stems and not _says_too_little(name, stems):
            yield stems


def _says_too_little(name: str, stems: Stems) -> bool:
    """Whether of several words one is left that has nothing of their meaning: `log ind` is not `log`."""
    return len(stems) == 1 < len(name.split()) and (len(stems[0]) <= SHORT or stems[0] in stems_that_say_little())


@cache
def synonyms() -> Mapping[Stems, tuple[Stems, ...]]:
    return read_synonyms(TABLE.read_text("utf-8").splitlines())
