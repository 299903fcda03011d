"""Stamps: names made of a date and a time or a running number, as scanners, cameras and phones make them.

`241126-1530` has the shape of a civil registration number. It is none where nothing else stands in the name but such
machines' words, and where it tells a day of the last years: somebody with that number would be a hundred years old.
"""

import re
from datetime import date, timedelta

YEARS = 10  # that files lie about before they are sent
STAMP = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[-\u2010-\u2015](\d{2})(\d{2})(?![\d-])")
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


def is_stamp(name: str, today: date) -> bool:
    """Whether a file is called by a machine, by the day it was made, read as DDMMYY or YYMMDD."""
    stem = ENDING.sub("", name.strip())
    stamps = STAMP.findall(stem)
    words = {word.casefold() for word in WORDS.findall(stem)}
    return bool(stamps) and words <= MACHINES and all(_is_recent(stamp, words, today) for stamp in stamps)


def is_in_stamp(text: str, start: int, end: int, today: date) -> bool:
    """Whether what stands there in a text is within the name of such a file, ending and all."""
    behind = PARTING.split(text[end : end + LONGEST], maxsplit=1)[0].rstrip(".:!?")
    if not ENDING.search(behind):
        return False
    before = PARTING.split(text[max(0, start - LONGEST) : start])[-1]
    return is_stamp(f"{before}{text[start:end]}{behind}", today)


def _is_recent(stamp: tuple[str, ...], words: set[str], today: date) -> bool:
    first, month, last, hour, minute = map(int, stamp)
    is_time, is_running = hour < 24 and minute < 60, hour < 10
    if not (is_time or is_running or words & CAMERA):
        return False
    return any(_is_recent_day(*day, today) for day in ((last, month, first), (first, month, last)))


def _is_recent_day(year: int, month: int, day: int, today: date) -> bool:
    try:
        made = date(2000 + year, month, day)
    except ValueError:
        return False
    return today - timedelta(days=366 * YEARS) <= made <= today + timedelta(days=1)
