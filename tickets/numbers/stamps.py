"""Stamps: names made of a date and a time or a running number, as scanners, cameras and phones make them.

`241126-1530` has the shape of a civil registration number. It is none where nothing else stands in the name but such
machines' words, and where it tells a day of the last years: somebody with that number would be a hundred years old.
Beside words for papers that are about no person, such as `referat`, it is none if that is certain, and it tells a time.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from tickets.numbers.number_shapes import born_on

YEARS = 10  # that files lie about before they are sent
STAMP = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})(?: ?[-\u2010-\u2015] ?|[._])(\d{2})(\d{2})(?![\d-])")
BEHIND = re.compile(r"(?:[ _-]{1,3}[^\W\d_]{1,30}){0,6}\.[A-Za-z0-9]{2,5}(?!\w)")
OLDEST = 100  # years; fewer people than one in four thousand are
WORDS = re.compile(r"[^\W\d_]+")
ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}\Z")
LONGEST = 60  # characters of a name on either side of the stamp
PARTING = re.compile(r"[\s<>\"'()\[\],;]")  # what stands between names in a text
CAMERA = {"img", "dsc", "dscn", "dscf", "pxl", "vid", "mov", "wp"}  # number on, whatever the hour
MACHINES = CAMERA | {
    "photo", "foto", "billede", "image", "rec", "sv", "vs", "re", "fw", "fwd",
    "scan", "scanned", "scannet", "scanning", "skan", "skannet", "skanning", "doc", "dok", "document", "dokument",
    "fax", "telefax", "kopi", "copy", "print", "mfp", "skm", "screenshot", "skærmbillede", "lyd", "optagelse",
    "recording", "video", "side", "page", "kl", "fil", "file",
}  # fmt: skip
PAPERS = {
    "referat", "mødereferat", "dagsorden", "møde", "mødet", "mødenotat", "notat", "aftale", "databehandleraftale",
    "kontrakt", "udbud", "tilbud", "rapport", "plan", "politik", "vejledning", "oplæg", "præsentation", "bilag",
    "tjekliste", "skabelon", "udkast", "endelig", "endeligt", "underskrevet", "signeret", "ny", "nyt", "version", "v",
    "rev", "fra", "til", "af", "om", "og", "i", "med", "for", "vedr", "minutes", "agenda", "draft", "final", "report",
}  # fmt: skip


@lru_cache(maxsize=1_000)  # the same names stand in a text and in its HTML
def is_stamp(name: str, today: date) -> bool:
    """Whether a machine named a file by the day when it made it, DDMMYY or YYMMDD."""
    stem = ENDING.sub("", name.strip())
    stamps = STAMP.findall(stem)
    words = {word.casefold() for word in WORDS.findall(stem)}
    if not stamps or not all(_is_recent(stamp, words, today) for stamp in stamps):
        return False
    return words <= MACHINES or (words <= MACHINES | PAPERS and all(_is_nobody(stamp, today) for stamp in stamps))


def is_in_stamp(text: str, start: int, end: int, today: date) -> bool:
    """Whether a place of a text lies within the name of such a file, ending and all."""
    if not _may_tell_year(text[start : start + 2], today) and not _may_tell_year(text[start + 4 : start + 6], today):
        return False
    behind = PARTING.split(text[end : end + LONGEST], maxsplit=1)[0].rstrip(".:!?")
    if not ENDING.search(behind):
        named = BEHIND.match(text, end)
        if named is None:
            return False
        behind = named.group()
    before = PARTING.split(text[max(0, start - LONGEST) : start])[-1]
    return is_stamp(f"{before}{text[start:end]}{behind}", today)


def _may_tell_year(digits: str, today: date) -> bool:
    """Whether two digits may be the year of a stamp; for most numbers they may not."""
    return digits.isdecimal() and -1 <= today.year - 2000 - int(digits) <= YEARS + 1


def _is_recent(stamp: tuple[str, ...], words: set[str], today: date) -> bool:
    first, month, last, hour, minute = map(int, stamp)
    is_time, is_running = hour < 24 and minute < 60, hour < 10
    if not (is_time or is_running or words & CAMERA):
        return False
    return any(_is_recent_day(*day, today) for day in ((last, month, first), (first, month, last)))


def _is_nobody(stamp: tuple[str, ...], today: date) -> bool:
    """Whether it tells a time of the day, and nobody with such a number would be younger than people get."""
    day, month, year, hour, minute = map(int, stamp)
    if hour >= 24 or minute >= 60:
        return False
    born = born_on(day, month, year, hour // 10)
    return born is None or today.year - born.year >= OLDEST


def _is_recent_day(year: int, month: int, day: int, today: date) -> bool:
    try:
        made = date(2000 + year, month, day)
    except ValueError:
        return False
    return today - timedelta(days=366 * YEARS) <= made <= today + timedelta(days=1)
