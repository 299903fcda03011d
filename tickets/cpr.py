"""Civil registration numbers (CPR): where they stand in a text, and the text without them."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import mul

from tickets.columns import NAME, Headed, Place, find_headed, may_name
from tickets.veils import unveil

MASK = "●●●●●●-●●●●"

HYPHEN = (
    "[-\u00ad\u02d7\u058a\u05be\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2796\u2e3a\u2e3b\u30fc"
    "\ufe31\ufe32\ufe58\ufe63\uff0d]"
)
SPACE = "[ \xa0\u2000-\u200a\u202f\u205f\u3000]"
# Each begins with a digit or letter and looks behind it then: so most of a text is passed over in one step
NO_DIGIT_BEFORE = r"(?<!\d\d\d)(?:(?<!\d[-/]\d\d)|(?<=-\d{4}/\d\d))"  # but for another number and a slash
FIRST_OF_ALL = rf"(\d\d){NO_DIGIT_BEFORE}"
FIRST = rf"{FIRST_OF_ALL}(?<!\d[ .\xa0]\d\d)"  # nor is it the end of a longer number
REST = r"(\d)\d{3}(?!\d)(?!-\d)(?!-[0-9A-Fa-f]{4}-)"  # as in a UUID
WRAPPED = rf"{HYPHEN}{SPACE}?\r?\n[ \t>|]{{0,8}}"  # mail programs part lines behind a hyphen
APART = rf"{SPACE}{{0,2}}{HYPHEN}{{1,3}}{SPACE}{{0,2}}"
CPR = re.compile(rf"{FIRST_OF_ALL}(\d\d)(\d\d)(?:{HYPHEN}{{1,3}}|{WRAPPED}){REST}")
APART_CPR = re.compile(rf"{FIRST}(\d\d)(\d\d)(?:{APART}|(?<![/\w]\d{{6}})\.){REST}(?![ .,:/]\d)")
LOOSE_CPR = re.compile(rf"{FIRST}(\d\d)(\d\d)(?:{SPACE}|[._/])?(?:{SPACE}?{HYPHEN}{SPACE}?)?{REST}")
# As people write one only behind the word for it: in pairs, with the whole year or no zero in front, parted by anything
PAIR = rf"(?:{SPACE}|[./]|{HYPHEN})"
GAP = r"(?:(?:[^\w\n]|_){1,4}(?:\n[ \t>|]{0,8})?|\n[ \t>|]{0,8})"
FREE_REST = rf"{GAP}\d\d{SPACE}?\d\d"
FREE_CPR = re.compile(
    rf"(\d\d?)(?<!\d\d\d)(?:{PAIR}(\d\d?){PAIR}(\d\d(?:\d\d)?){FREE_REST}"
    rf"|(\d\d)(\d\d(?:\d\d)?)(?:\d{{4}}|{FREE_REST}))(?!\d)"
)
JUST_BEFORE = re.compile(rf"{NAME}(?:[^\d\n]{{0,25}}\n?|[^\d\n]{{0,60}}\n{{1,3}})[^\w\n]{{0,8}}\Z")
BEFORE = re.compile(rf"{NAME}[^\n]*\Z")
BEHIND = re.compile(rf"(?:[^\w\n]|_){{1,4}}{NAME}")
LISTED = re.compile(r"(?:[^\w]|_){0,12}(?:(?:og|samt|eller|and)\s{1,3})?")  # between the numbers of a list
FARTHEST = 120  # characters from the word to a number that it may be about, and from one of a list to the next
FARTHEST_BELOW = 2_000  # from a heading to a number whose check digit is right
OTHER_NUMBER = re.compile(  # what tells, just before a number, that it is another one than its heading says
    r"(?:n(?:r|o|umm?er)|tlf|tel|mobil|ref|id|konto\w{0,6}|faktura\w{0,6}|sag\w{0,6}|ean|cvr)\W{0,3}\Z|:\s{0,3}\Z", re.I
)
SOMEBODY = re.compile(r"\b(?:borger|patient|klient|ansøger|født)[^\W\d_]{0,6}[^\w\n]{1,4}\Z", re.IGNORECASE)
LONGEST_SOMEBODY = 20
SPACED = re.compile(rf"\d{{6}}{SPACE}")
GLUED = re.compile(r"\d[ .\xa0/-]?\Z")
PARTING = re.compile(r"\D+")
MOST_ROUNDS = 4  # that a text is looked through: what one leaves, the next mostly finds
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
REPLACEMENT = 60  # is added to the day where somebody has no number yet


@dataclass(frozen=True)
class Candidate:
    """What may be a number: where it stands, and its ten digits."""

    start: int
    end: int
    digits: str
    is_free: bool = False  # written as one is only behind the word for it


def find_cpr(text: str, known: Collection[str] = frozenset()) -> list[Place]:
    """Where civil registration numbers stand in a text: a date that there was, a hyphen and four digits.

    Written in another way they are ones only if the text names them so: just before or behind, in the heading above,
    or, if the check digit is right, earlier in the line; then those that follow in a list are too, and whatever has
    the digits of one that was found, or is `known`. The check digit is no other test: since 2007 numbers are given out
    without it. What nobody sees parts no number, and what a link escapes is read.
    """
    places = [Place(one.start, one.end) for one in _find(text, known)]
    if (read := unveil(text)) is not None:
        places += [Place(read.written(one.start), read.written(one.end)) for one in _find(read.text, known)]
    return _merged(sorted(set(places)))


def numbers_in(text: str) -> frozenset[str]:
    """The ten digits of each civil registration number in a text."""
    read = unveil(text)
    return frozenset(one.digits for one in (*_find(text), *(_find(read.text) if read else ())))


def mask_cpr(text: str, known: Collection[str] = frozenset()) -> str:
    """The text with a row of dots for each number; also for what is seen as one only when its neighbour is gone."""
    for _ in range(MOST_ROUNDS):
        masked = _mask(text, known)
        if masked == text:
            return text
        text = masked
    return text


def _mask(text: str, known: Collection[str]) -> str:
    pieces: list[str] = []
    end = 0
    for place in find_cpr(text, known):
        pieces += [text[end : place.start], MASK]
        end = place.end
    return "".join([*pieces, text[end:]])


def _merged(places: Iterable[Place]) -> list[Place]:
    """Places in their order, those that overlap as one."""
    merged: list[Place] = []
    for place in places:
        if merged and place.start < merged[-1].end:
            merged[-1] = Place(merged[-1].start, max(merged[-1].end, place.end))
        else:
            merged.append(place)
    return merged


def _find(text: str, known: Collection[str] = frozenset()) -> list[Candidate]:
    sure = {
        (one.start, one.end): one
        for pattern in (CPR, APART_CPR)
        for found in pattern.finditer(text)
        if (one := _candidate(found))
    }
    loose = [one for found in LOOSE_CPR.finditer(text) if (one := sure.get(found.span()) or _candidate(found))]
    is_named = may_name(text)
    free = [one for found in FREE_CPR.finditer(text) if (one := _free_candidate(found))] if is_named or known else []
    if not free and not any((one.start, one.end) not in sure for one in loose):
        return list(sure.values())
    headed = find_headed(text) if is_named else Headed([], [])
    named = list(_find_named(text, sorted([*loose, *free], key=lambda one: one.start), headed))
    digits = {*known, *(one.digits for one in (*sure.values(), *named))}
    return [*sure.values(), *named, *(one for one in (*loose, *free) if one.digits in digits)]


def _candidate(found: re.Match[str]) -> Candidate | None:
    day, month, year, seventh = map(int, found.groups())
    if born_on(day, month, year, seventh) is None:
        return None
    return Candidate(*found.span(), f"{int(PARTING.sub('', found.group())):010}")


def _free_candidate(found: re.Match[str]) -> Candidate | None:
    day, month, year = (int(one) for one in found.groups() if one)
    last = f"{int(PARTING.sub('', found.group()[-5:])[-4:]):04}"
    born = born_on(day - REPLACEMENT if day > REPLACEMENT else day, month, year % 100, int(last[0]))
    if born is None or (year > 99 and born.year != year):
        return None
    return Candidate(*found.span(), f"{day:02}{month:02}{year % 100:02}{last}", is_free=True)


def _find_named(text: str, candidates: Iterable[Candidate], headed: Headed) -> Iterator[Candidate]:
    """Those that the text names: by a word, by a heading, or as one of a list that goes on."""
    named_end = -FARTHEST
    for one in candidates:
        is_listed = 0 <= one.start - named_end < FARTHEST and (
            not one.is_free or LISTED.fullmatch(text, named_end, one.start) is not None
        )
        is_part = GLUED.search(text, max(0, one.start - 2), one.start) is not None and one.start - named_end > 2
        if is_part and one.is_free:
            continue
        if is_listed or _is_named(text, one) or _is_headed(text, one, headed, named_end):
            named_end = max(named_end, one.end)
            yield one


def _is_named(text: str, one: Candidate) -> bool:
    before = text[max(0, one.start - FARTHEST) : one.start]
    if JUST_BEFORE.search(before) or BEHIND.match(text, one.end, one.end + 12):
        return True
    if one.is_free:
        return False
    is_likely = SPACED.match(text, one.start) or BEFORE.search(before) or SOMEBODY.search(before[-LONGEST_SOMEBODY:])
    return is_likely is not None and _has_check_digit(one.digits)


def _is_headed(text: str, one: Candidate, headed: Headed, named_end: int) -> bool:
    """Whether it stands in a column that is headed so, or below a heading and not far from it or the last such one."""
    for place in (one.start, one.end - 1):
        at = bisect_right(headed.cells, (place, len(text))) - 1
        if at >= 0 and place < headed.cells[at].end:
            return True
    at = bisect_right(headed.headings, (one.start, 0)) - 1
    if at < 0 or OTHER_NUMBER.search(text, max(0, one.start - 20), one.start):
        return False
    distance = one.start - max(headed.headings[at].end, named_end)
    return distance < FARTHEST or (distance < FARTHEST_BELOW and _has_check_digit(one.digits))


def _has_check_digit(digits: str) -> bool:
    """Whether the last digit is what modulus 11 makes of the others."""
    return bool(sum(map(mul, map(int, digits), WEIGHTS)) % 11 == 0)


def born_on(day: int, month: int, year: int, seventh: int) -> date | None:
    """The birthday that the first seven digits of a number tell; None if there was no such day."""
    try:
        return date(_century(year, seventh) + year, month, day)
    except ValueError:
        return None


def _century(year: int, seventh: int) -> int:
    """The century by the table of the CPR office."""
    if seventh <= 3:
        return 1900
    if seventh in (4, 9):
        return 2000 if year <= 36 else 1900
    return 2000 if year <= 57 else 1800
