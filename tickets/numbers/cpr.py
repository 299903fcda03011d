"""Civil registration numbers (CPR): where they stand in a text, and the text without them."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator

from tickets.numbers.columns import NAME, TAIL, Extent, Headed, find_headed, may_name, may_pair
from tickets.numbers.number_shapes import OTHERWISE, Candidate, candidate_in, find_free, find_loose, find_sure, is_valid
from tickets.numbers.pairs import find_objects, find_pairs, is_half_masked
from tickets.numbers.unheaded import find_unheaded
from tickets.text.normal_form import forms_of

MASK = "●●●●●●-●●●●"

JUST_BEFORE = re.compile(rf"{NAME}(?:[^\d\n]{{0,25}}\n?|[^\d\n]{{0,60}}\n{{1,3}})[^\w\n]{{0,8}}\Z")
BEFORE = re.compile(rf"{NAME}[^\n]*\Z")
BEHIND = re.compile(  # -1234 (cpr), -1234 er hans cpr-nr.
    rf"(?:[^\w\n]|_){{1,4}}(?:(?:som |der )?(?:er|var|is|was) (?!(?:ikke|uden|ingen|intet|not?)\b)"
    rf"(?:[^\W\d_]{{1,12}} )?(?:[^\W\d_]{{1,12}}[ -])?)?{NAME}"
)
FARTHER_BEHIND = re.compile(  # and is no word for the next number
    rf"(?P<between>[^\w\n][^\d\n]{{0,25}}?)(?:{NAME}){TAIL}(?![\w-])(?![^\w\n]{{0,4}}(?:\w\w )?\d)"
)
ABOUT_ANOTHER = re.compile(r"[.!?;:] |\b(?:ikke|uden|intet|ingen|mangler|og|samt|eller|om|not|no|without|and)\b", re.I)
LONGEST_BEHIND = 70
LISTED = re.compile(r"(?:[^\w]|_){0,12}(?:(?:og|samt|eller|and)\s{1,3})?")  # between the numbers of a list
FARTHEST = 120  # characters from the word to a number that it may be about, and from one of a list to the next
FARTHEST_BELOW = 2_000  # from a heading to a number whose check digit is right
OTHER_NUMBER = re.compile(  # what tells, just before a number, that it is another one than its heading says
    r"(?:n(?:r|o|umm?er)|tlf|tel|mobil|ref|id|konto\w{0,6}|faktura\w{0,6}|sag\w{0,6}|ean|cvr)\W{0,3}\Z|:\s{0,3}\Z", re.I
)
FULL_NAME = r"[A-ZÆØÅ][a-zæøåé-]{1,20}(?: [A-ZÆØÅ][\w.-]{0,20}){0,3} [A-ZÆØÅ][a-zæøåé-]{1,20}"
SOMEBODY = re.compile(  # whose number stands just behind, if it has the check digit
    r"(?:\b(?:borger|patient|klient|ansøger|født|barn|elev|beboer|lejer|forælder|mor|far|medarbejder)[^\W\d_]{0,6}"
    r"(?: med n(?:r\.?|umm?er(?:et)?))?|\b(?:vedr(?:ørende)?|ang(?:ående)?|mitid|nemid)\.?)[^\w\n]{1,4}\Z",
    re.IGNORECASE,
)
NAME_BEFORE = re.compile(rf"(?<![\w-]){FULL_NAME}[^\w\n]{{1,4}}\Z")
NAME_BEHIND = re.compile(rf"[ ,:–-]{{1,3}}\(?{FULL_NAME}")
CALLED_OTHERWISE = re.compile(  # in the words before somebody's name: "Faktura til Bo Hansen 0101701239"
    r"\b(?:sag|journal|dok|dokument|ref|aftale|konto|faktura|ordre|bilag|ean|cvr|isbn|iban|tlf|telefon|telefax|fax|mobil"
    r"|phone|ring|call|lov|bekendtgørelse|matr|kle|projekt|vare|serie|nummer|nr)(?![a-zæøå]{4})",
    re.IGNORECASE,
)
LONGEST_SOMEBODY = 60
PART_BEFORE, PART_BEHIND = (
    re.compile(r"(?:[^\W_]|\d[-/.])\Z"),
    re.compile(r"[^\W_]|[-/.]\d"),
)  # of a longer word or number
SPACED = re.compile(r"\d{6} ")
GLUED = re.compile(r"\d[ ./-]?\Z")
ADDRESS = re.compile(r"(\d\d)(?<![\w.+/=-]..)(\d\d)(\d\d)[-._]?(\d)\d{3}(?=(?:\+[^\s@]{0,60})?@)")
MOST_ROUNDS = 4  # that a text is looked through: what one leaves, the next mostly finds


def find_cpr(text: str, known: Collection[str] = frozenset()) -> list[Extent]:
    """Where civil registration numbers stand in a text: a date that exists, a hyphen and four digits.

    The date may have separators or a whole year, unless something tells that it is a period, a time or another number.
    Digits written otherwise count only where the text calls them a CPR number: by a word just before or a few words
    behind, in the heading above, by the object they belong to or, if the check digit is right, earlier in the line.
    Then the rest of their list counts too, and so do the digits of a number that was found, or is `known`, wherever
    they stand. The check digit is no other test: since 2007 numbers are given out without it. Every normal form of the
    text is looked through.
    """
    places = (Extent(*form.written(one.start, one.end)) for form in forms_of(text) for one in _find(form.text, known))
    return merged(sorted(set(places)))


def find_in_name(name: str, known: Collection[str] = frozenset()) -> list[Extent]:
    """Where numbers stand in the name of a file: also ten bare digits with the check digit, as registers name files."""
    bare = (one for one in find_loose(name) if is_valid(one.digits) and _stands_alone(name, one))
    return merged(sorted([*find_cpr(name, known), *(Extent(one.start, one.end) for one in bare)]))


def mask_name(name: str, known: Collection[str] = frozenset()) -> str:
    """The name of a file with a row of dots for each number."""
    for place in reversed(find_in_name(name, known)):
        name = f"{name[: place.start]}{MASK}{name[place.end :]}"
    return mask_cpr(name, known)


def words_of_name(name: str) -> str:
    """The name of a file, and below it each number in it behind the word CPR, so that a search of texts finds it."""
    return "\n".join([name, *(f"CPR {name[place.start : place.end]}" for place in find_in_name(name))])


def _stands_alone(name: str, one: Candidate) -> bool:
    """Whether a number in a file's name is a word by itself, and not called another number."""
    before = name[: one.start]
    if PART_BEFORE.search(before) or PART_BEHIND.match(name, one.end):
        return False
    return CALLED_OTHERWISE.search(before.replace("_", " ")) is None


def numbers_in(text: str) -> frozenset[str]:
    """The ten digits of each civil registration number in a text."""
    return frozenset(one.digits for form in forms_of(text) for one in _find(form.text))


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


def merged(places: Iterable[Extent]) -> list[Extent]:
    """Places in their order, those that overlap as one."""
    merged: list[Extent] = []
    for place in places:
        if merged and place.start < merged[-1].end:
            merged[-1] = Extent(merged[-1].start, max(merged[-1].end, place.end))
        else:
            merged.append(place)
    return merged


def find_in_addresses(text: str, *, has_check_digit: bool = False) -> list[Extent]:
    """Where a number is all that stands before the @ of an address, with a hyphen or without."""
    found = filter(None, (candidate_in(one) for one in ADDRESS.finditer(text)))
    return [Extent(one.start, one.end) for one in found if not has_check_digit or is_valid(one.digits)]


def mask_address(address: str, known: Collection[str] = frozenset()) -> str:
    """An address without a number in it."""
    for place in find_in_addresses(address):
        address = f"{address[: place.start]}{MASK}{address[place.end :]}"
    return mask_cpr(address, known)


def _find(text: str, known: Collection[str] = frozenset()) -> list[Candidate]:
    sure = {(one.start, one.end): one for one in find_sure(text)}
    loose = [sure.get((one.start, one.end), one) for one in find_loose(text)]
    is_named, is_paired = may_name(text), may_pair(text) or is_half_masked(text)
    spans = {(one.start, one.end) for one in loose}
    free = {(one.start, one.end): one for one in find_free(text)} if is_named or known else {}
    others = [one for span, one in free.items() if span not in spans]
    objects = [*(find_objects(text) if is_named else ()), *find_unheaded(text)]
    if not is_paired and not others and not objects and not any((one.start, one.end) not in sure for one in loose):
        return list(sure.values())
    headed = find_headed(text) if is_named or is_paired else Headed([], [], [], [])
    named = list(_find_named(text, sorted([*loose, *others], key=lambda one: one.start), headed))
    found = [*sure.values(), *objects, *named, *(find_pairs(text, headed) if is_paired else ())]
    digits = {*known, *(one.digits for one in found)}
    return [*found, *(one for one in (*loose, *others) if one.digits in digits)]


def _find_named(text: str, candidates: Iterable[Candidate], headed: Headed) -> Iterator[Candidate]:
    """The candidates that the text names: by a word, by a heading, or as entries of a list that goes on."""
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
    if JUST_BEFORE.search(before) or BEHIND.match(text, one.end, one.end + LONGEST_BEHIND):
        return True
    if one.is_free:
        return False
    if _is_named_behind(text, one.end) and not OTHERWISE.search(before):
        return True
    if not is_valid(one.digits):
        return False
    return bool(SPACED.match(text, one.start) or BEFORE.search(before) or _is_somebodys(text, one))


def _is_somebodys(text: str, one: Candidate) -> bool:
    """Whether the number stands beside somebody's name, or behind a word for somebody, in a line about no other one."""
    before = text[max(0, one.start - LONGEST_SOMEBODY) : one.start].rpartition("\n")[2]
    if SOMEBODY.search(before):
        return True
    is_beside_name = NAME_BEFORE.search(before) or NAME_BEHIND.match(text, one.end)
    return is_beside_name is not None and CALLED_OTHERWISE.search(before) is None


def _is_named_behind(text: str, end: int) -> bool:
    """Whether the word for it stands a few words behind, in a sentence that is about it."""
    found = FARTHER_BEHIND.match(text, end, end + LONGEST_BEHIND)
    return found is not None and ABOUT_ANOTHER.search(found["between"]) is None


def _is_headed(text: str, one: Candidate, headed: Headed, named_end: int) -> bool:
    """Whether a number stands in a column with such a heading, or in a list below one."""
    for place in (one.start, one.end - 1):
        at = bisect_right(headed.cells, (place, len(text))) - 1
        if at >= 0 and place < headed.cells[at].end:
            return True
    at = bisect_right(headed.headings, (one.start, 0)) - 1
    if at < 0 or OTHER_NUMBER.search(text, max(0, one.start - 20), one.start):
        return False
    distance = one.start - max(headed.headings[at].end, named_end)
    return distance < FARTHEST or (distance < FARTHEST_BELOW and is_valid(one.digits))
