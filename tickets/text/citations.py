"""Citations: the places of laws and papers that a text names, as `art. 6, stk. 1, litra e`, `§ 7 a` or `bilag 1`.

Each is a term of its own for search, for its words tell nothing alone: a 6 stands in every text that has a date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

# Each kind of place with all ways to write it. Parts of a place come after it, in this order.
RANKS: tuple[dict[str, str], ...] = (
    {
        "bilag": "bilag bilaget bilagets annex annexes appendix",
        "kapitel": "kap kapitel kapitlet kapitler chapter",
        "afsnit": "afsnit afsnittet section",
        "del": "del part",
        "sag": "sag sagen",
        "side": "side sider s page",
        "spørgsmål": "spørgsmål spørgsmålet question",
        "tabel": "tabel tabellen table",
        "figur": "figur figuren figure",
        "trin": "trin step",
        "fase": "fase fasen phase",
        "uge": "uge ugerne week",
        "version": "version versionen",
        "skema": "skema skemaet",
        "betragtning": "betragtning betragtningen betragtninger præambelbetragtning recital recitals",
    },
    {
        "artikel": "art artikel artiklen artiklens artikels artikler artiklerne article articles",
        "§": "§ §§ paragraf paragraffen paragraffens paragraffer paragrafferne",
    },
    {"stykke": "stk stykke stykket stykker paragraph paragraphs"},
    {"litra": "litra lit", "nummer": "nr nummer numre", "punkt": "pkt punkt punktet punkter point points"},
)
KINDS = {
    form: (kind, rank) for rank, kinds in enumerate(RANKS) for kind, forms in kinds.items() for form in forms.split()
}
WORDS = "|".join(sorted((form for form in KINDS if form.isalpha()), key=len, reverse=True))
NUMBER = r"(?P<number>\d{1,4}(?:[a-zæøå](?!\w))?|[a-zæøå])(?!\w)"
BEGIN = re.compile(
    rf"(?:§{{1,2}}|(?<!\w)(?P<word>{WORDS})(?!\w)\.?)\s{{0,3}}(?:nr\.?\s{{0,2}})?{NUMBER}", re.IGNORECASE
)
LETTER = re.compile(r"\s(?P<number>[a-hj-zæø])(?!\w)", re.IGNORECASE)  # § 7 a is another than § 7
MORE = re.compile(
    rf"\s{{0,2}}(?:(?P<until>[-–—])|(?:og|eller|samt|and|or)\b|,(?=\s?\w{{1,4}}\s{{0,2}}(?:,|(?:og|eller|and|or)\b)))"
    rf"\s{{0,2}}{NUMBER}(?!\.\s?(?:pkt|punktum|led))",
    re.IGNORECASE,
)
IN_BRACKETS = re.compile(r"\s?\((?P<number>\d{1,3}|[a-zæøå])\)", re.IGNORECASE)  # article 6(1)(e)
BETWEEN = re.compile(r"[\s,]{0,4}")
NOT_ALONE = frozenset("iå")  # words of their own, and a number only behind `litra`
MOST_PARTS = 4
LONGEST_RANGE = 40
MOST_TERMS = 200


@dataclass(frozen=True)
class LawCitation:
    """A place that is named in a text, from the largest part to the smallest, each with one or more numbers."""

    start: int
    end: int
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def whole(self) -> tuple[str, ...]:
        """The terms for the places that are meant, down to their smallest part."""
        return tuple(map(" ".join, self._named(self.parts)))

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms by which they are found: also by some of their parts alone."""
        some = (chosen for count in range(1, len(self.parts) + 1) for chosen in combinations(self.parts, count))
        return tuple(" ".join(names) for chosen in some for names in self._named(chosen))[:MOST_TERMS]

    @staticmethod
    def _named(parts: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[tuple[str, ...]]:
        return product(*([f"{kind} {number}" for number in numbers] for kind, numbers in parts))


def find_citations(text: str) -> Iterator[LawCitation]:
    """All citations of a text, in their order."""
    at = 0
    while begun := BEGIN.search(text, at):
        found = read_citation(text, begun.start())
        at = found.end if found else begun.start() + 1
        if found:
            yield found


def read_citation(text: str, start: int) -> LawCitation | None:
    """The citation that begins here."""
    parts: list[tuple[str, tuple[str, ...]]] = []
    end, at, rank = start, start, -1
    while len(parts) < MOST_PARTS and (begun := BEGIN.match(text, at)):
        kind, next_rank = KINDS[(begun["word"] or "§").lower()]
        number = begun["number"].lower()
        is_number = number not in NOT_ALONE or kind == "litra"
        if not is_number or next_rank < rank or kind in (name for name, _ in parts):
            break
        numbers, end = _read_numbers(text, begun.end(), kind, number)
        parts.append((kind, numbers))
        if kind == "artikel":
            end = _read_brackets(text, end, parts)
        rank = next_rank
        between = BETWEEN.match(text, end)
        at = between.end() if between else end
    return LawCitation(start, end, tuple(parts)) if parts else None


def _read_numbers(text: str, end: int, kind: str, first: str) -> tuple[tuple[str, ...], int]:
    numbers, end = _lettered(text, end, kind, first)
    found = [numbers]
    while more := MORE.match(text, end):
        number, until = more["number"].lower(), more["until"]
        if number in NOT_ALONE or (number.isdigit() != found[-1][:1].isdigit() and len(number) == 1):
            break
        if until and number.isdigit() and found[-1].isdigit():
            found += map(str, range(int(found[-1]) + 1, min(int(number), int(found[-1]) + LONGEST_RANGE)))
        number, end = _lettered(text, more.end(), kind, number)
        found.append(number)
    return tuple(dict.fromkeys(found)), end


def _lettered(text: str, end: int, kind: str, number: str) -> tuple[str, int]:
    letter = LETTER.match(text, end) if kind == "§" and number.isdigit() else None
    return (number + letter["number"].lower(), letter.end()) if letter else (number, end)


def _read_brackets(text: str, end: int, parts: list[tuple[str, tuple[str, ...]]]) -> int:
    while len(parts) < MOST_PARTS and (found := IN_BRACKETS.match(text, end)):
        kind = "stykke" if found["number"].isdigit() else "litra"
        if kind in (name for name, _ in parts):
            break
        parts.append((kind, (found["number"].lower(),)))
        end = found.end()
    return end
