"""Organisations: what a municipality, a region or another office is called, whole, in parts and otherwise."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tickets.text.folding import plain
from tickets.text.spellings import LONG, SHORT

MUNICIPALITIES = Path(__file__).parent / "municipalities.csv"
DEPARTMENTS = Path(__file__).parent / "departments.csv"  # of the large ones, who write of them as of themselves
COMMUNAL = re.compile(r"kommunes?(?![^\W_])|^region\b")  # folded
PIECES = re.compile(r" [-–/|] |[,;|()]")
LEGAL_FORM = re.compile(r"[\s,]+(?:i/s|a/s|p/s|k/s|aps|ivs|a\.?m\.?b\.?a|s\.?m\.?b\.?a|f\.?m\.?b\.?a)\.?$")
WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
NO_PLACES = {"hoeje", "region", "kommune", "regionskommune", "og", "i", "paa", "af", "for", "under", "ved", "til"}
GENITIVE_PLACES = {"koebenhavns", "bornholms", "nordfyns", "vesthimmerlands"}
OFFICES = {  # folded words of the names of offices, by which none is known
    "administration", "affald", "beredskab", "biblioteker", "biblioteket", "boern", "boernehus", "borgerservice",
    "brand", "brandvaesen", "center", "centeret", "centret", "danmark", "danmarks", "dansk", "danske", "data", "den",
    "det", "digital", "digitale", "direktoratet", "energi", "erhverv", "erhvervshus", "faelles", "faellesskab",
    "fjernvarme", "fonden", "forbund", "foreningen", "forsyning", "forvaltning", "forvaltningen", "genbrug",
    "gymnasium", "havn", "hoejskole", "hospital", "hospitalet", "indkoeb", "institut", "it", "jobcenter", "kloak",
    "kommunale", "kommunernes", "kommuners", "landets", "landsforening", "landsforeningen", "lille", "midt", "miljoe",
    "ministeriet", "museer", "museum", "myndighed", "naevn", "naevnet", "nationale", "nord", "ny", "nye", "oe", "oest",
    "offentlige", "politi", "politiet", "raad", "raadet", "redning", "redningsberedskab", "regioner", "renovation",
    "sekretariat", "sekretariatet", "selskab", "selskabet", "service", "skole", "skolen", "social", "spildevand",
    "statens", "store", "styrelse", "styrelsen", "sundhed", "syd", "sygehus", "teknik", "tilsynet", "trafik",
    "transport", "udbetaling", "unge", "universitet", "universitetet", "vaerk", "vand", "vandvaerk", "varme", "vej",
    "vest",
}  # fmt: skip


@dataclass(frozen=True)
class Called:
    """What one organisation is called, folded."""

    whole: str = ""
    words: tuple[str, ...] = ()  # of the whole name, in their order
    places: frozenset[str] = frozenset()  # of which it has its name, and by which it is known
    names: frozenset[str] = frozenset()  # that may be ordinary words when they are written small
    departments: tuple[str, ...] = ()  # by which this one alone is known
    shorts: tuple[str, ...] = ()  # for departments, in capitals
    towns: frozenset[str] = frozenset()  # that lie in it and have other names


@cache
def called(organisation: str) -> Called:
    """What an organisation with this name is called."""
    name = LEGAL_FORM.sub("", plain(organisation).strip())
    communal = next((piece.strip() for piece in PIECES.split(name) if COMMUNAL.search(piece.strip())), "")
    words = tuple(re.findall(r"[^\W_]+", communal or name))
    if communal:
        departments, shorts = _departments_of(communal)
        places = _places_of(communal)
        towns = frozenset(town for place in places for town in _towns_in().get(place, ()))
        return Called(name, words, places, departments=departments, shorts=shorts, towns=towns)
    return Called(name, words, *_read_office(name))


def _places_of(name: str) -> frozenset[str]:
    """What a municipality or region is called without "Kommune", whole and in its parts."""
    words = [word for word in WORDS.findall(name) if word not in NO_PLACES]
    parts = [part for word in words for part in word.split("-") if len(part) > SHORT]
    bare = [word.removesuffix("s") for word in words if word in GENITIVE_PLACES]
    told = {" ".join(words), *words, *parts, *bare}
    also = {other for one in told for other in _also_called().get(one, ())}
    return frozenset(one for one in told | also | _of_people(told) if len(one) > 2 and one not in NO_PLACES)


def _read_office(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """What another office is called by: the places whose it is, and the other words of its name."""
    words = [word for word in WORDS.findall(name) if len(word) > 2 and word not in OFFICES | NO_PLACES]
    owners = {word.removesuffix("s") for word in words if word.endswith("s") and len(word) > LONG}
    definite = {one[:-2] for one in owners if one.endswith(("en", "et")) and len(one) > LONG + 1}
    return frozenset(owners | definite | _of_people(owners)), frozenset(words)


def _of_people(places: set[str]) -> set[str]:
    """How those words begin that tell of people from a place: nordjyde, sjællænder."""
    lands = [one.removesuffix("s") for one in places if one.removesuffix("s").endswith("land")]
    jutes = [one.removesuffix("lland") for one in lands if one.endswith("jylland")]
    return {f"{one[:-4]}laend" for one in lands} | {f"{one}{end}" for one in jutes for end in ("sk", "de")}


def _departments_of(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The departments of a municipality, and what they are called for short, folded."""
    words = {one.removesuffix("s") for one in WORDS.findall(name)} | set(WORDS.findall(name))
    with DEPARTMENTS.open(encoding="utf-8", newline="") as file:
        own = [row for row in csv.DictReader(file) if plain(row["municipality"]) in words]
    return tuple(plain(row["department"]) for row in own), tuple(plain(row["short"]) for row in own if row["short"])


@cache
def _also_called() -> dict[str, tuple[str, ...]]:
    """Other names by which a municipality is known, short ones and its main towns'; by its own, all folded."""
    return _read_names("also")


@cache
def _towns_in() -> dict[str, tuple[str, ...]]:
    """The other towns of a municipality that are nothing but towns; by its own name, all folded."""
    return _read_names("towns")


def _read_names(column: str) -> dict[str, tuple[str, ...]]:
    with MUNICIPALITIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {plain(row["name"]): tuple(map(plain, filter(None, row[column].split("|")))) for row in rows}
