"""Streets: where an organisation lies, as the signatures of its people tell."""

import re
from collections.abc import Collection

from tickets.text.folding import plain
from tickets.text.spans import SPACES
from tickets.text.spellings import loosened

STREET_NAME = r"[A-ZÆØÅ][\w.'’-]{2,30}(?: (?:[A-ZÆØÅ][\w.'’-]{0,30}|af|de|den|og)){0,3} \d{1,3}(?: ?[A-Z])?"
KINDS = r"(?:vej|gade|plads|torv|stræde|all[eé]|boulevard|vænge|park|have|gård|eng|bakke|toft|kaj|bro|haven|bred|vang)"
STREET_ALONE = re.compile(  # a name that is mostly one of a street, whose number may be left out
    rf"\w*{KINDS}(?:en|et|ene|s|(?<!gade)n)?|\w+ \w.*", re.IGNORECASE
)
STREET = re.compile(rf"{STREET_NAME}(?=\s*(?:$|[^\w\s./-]))")
STREET_BEFORE = re.compile(rf"(?<!\w){STREET_NAME},?[ \n>]{{1,4}}\Z")
LONGEST_STREET = 80
CONTACT = r"(?:tlf|telefon|tel|mobil|mob|direkte|dir|lokal|phone|fax|ring|e-?mail|mail|www|cvr|ean|web)"
TOWN = r"[A-ZÆØÅ][^\W\d_]+(?:[ -][A-ZÆØÅ][^\W\d_]*){0,2}"
CITY = re.compile(
    rf"(?<![\w-])(?<!\d )(?!20(?:0[1-9]|[123]))\d{{4}} {{1,2}}(?!(?i:{CONTACT}))(?P<city>{TOWN}?)"
    rf"(?=\s*(?:$|[^\w\s]|(?i:{CONTACT})))"
)
NO_STREET = re.compile(rf"\b(?:{CONTACT}|artikel|art|stk|litra|kapitel|bilag|side|kl|uge|nr)\b", re.IGNORECASE)
LONGEST_ADDRESS_LINE = 300
POSTCODE = r"\b(?:post(?:nr|nummer|nummeret|kode|koden|distrikt|distriktet)\.?(?: er|:)? ?|dk[- ]?)"  # folded
BEFORE_MARK = r"(?=[.,;:!?)]{1,2}(?:$|\s)|\s*$)"
YEAR = re.compile(r"19|20")  # or what looks like one


def street_before(text: str, place: int) -> int:
    """Where a street begins that ends before the name of a town at this place; the place itself if there is none."""
    street = STREET_BEFORE.search(text[max(0, place - LONGEST_STREET) : place])
    return place - len(street.group()) if street and not NO_STREET.search(street.group()) else place


class Streets:
    """What the lines of signatures tell of streets and towns."""

    def __init__(self, signature: Collection[str]) -> None:
        self._lines = [line.translate(SPACES).strip() for line in signature if len(line) <= LONGEST_ADDRESS_LINE]

    def towns(self) -> list[str]:
        """The towns, as they are written."""
        return [re.sub(r" .$", "", found["city"]) for line in self._lines for found in CITY.finditer(line)]

    def pattern(self, places: Collection[str]) -> re.Pattern[str] | None:
        """An expression for the addresses, over folded text: a street is above a town or beside it."""
        told = {found.group() for line in self._lines for found in CITY.finditer(line)} | self._streets(places)
        words = [re.findall(r"[^\W_]+", plain(one)) for one in sorted(told, key=len, reverse=True)]
        addresses = "|".join(r"[\W_]{1,4}".join(map(loosened, one)) for one in words)
        return re.compile(rf"(?<![^\W_])(?:{addresses})(?![^\W_])") if told else None

    def names(self, places: Collection[str]) -> set[str]:
        """The streets without the numbers of their houses, folded, where they are hardly anything else."""
        bare = (re.sub(r" \d{1,3}(?: ?[A-Z])?$", "", street) for street in self._streets(places))
        return {plain(one) for one in bare if STREET_ALONE.fullmatch(one)}

    def codes(self) -> re.Pattern[str] | None:
        """An expression for the towns' postcodes where no other number stands, over folded text."""
        codes = sorted({found.group()[:4] for line in self._lines for found in CITY.finditer(line)})
        told, no_years = "|".join(codes), "|".join(one for one in codes if not YEAR.match(one))
        ways = [rf"{POSTCODE}(?P<code>{told})(?!\d)", rf"(?<!\d)(?P<area>{told})(?=-?(?:omraadet|egnen)\b)"]
        ways += [rf"(?<![\d.,-])(?P<district>(?:{told}) (?:[cnsvkmof]|oe|nv|sv|soe|noe))(?![^\W_])"]
        ways += [rf"\b(?:i|fra|ved) (?P<town>{no_years}){BEFORE_MARK}"] if no_years else []
        return re.compile("|".join(ways), re.MULTILINE) if codes else None

    def _streets(self, places: Collection[str]) -> set[str]:
        """The streets with the numbers of their houses, as they are written."""
        told = set[str]()
        for line, below in zip(self._lines, [*self._lines, ""][1:], strict=True):
            if CITY.search(line) or CITY.match(below) or any(place in plain(line) for place in places):
                told |= {found.group() for found in STREET.finditer(line) if not NO_STREET.search(found.group())}
        return told
