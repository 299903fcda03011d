"""The year: who wrote what to whom and when, read from the correspondence in `year/*.txt`.

Each file is a thread. It begins with its address and subject; each message begins with a line such as
`== anders, uge -49, onsdag 14:30, vedlægger testplan.txt, fra telefon`, and all but the first are replies: to the
newest letter about the thread, or to the one that is named (`svarer på Se det igennem`). `demo/outlook.py` has the
marks of texts that are laid out.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from demo.clock import Calendar
from demo.town import RESIDENTS

FOLDER = Path(__file__).parent / "year"
HEADING = re.compile(r"^== ", re.MULTILINE)
WHEN = re.compile(r"uge (-\d+), (\w+) (\d\d:\d\d)|for (\d+) timer siden")
FILES = re.compile(r"vedlægger (\S+)$")
ABOUT = re.compile(r"svarer på (.+)$")
OPENING_WEEK, WEEKLY_WEEK = -50, -2  # of the portal; of those who read the digest


@dataclass(frozen=True)
class Planned:
    """A message that somebody is going to write."""

    author: str  # a key of `town.RESIDENTS`
    at: datetime
    desk: str  # the local part it is sent to; a reply goes where the letter it answers says
    subject: str
    text: str
    is_reply: bool = False
    files: tuple[str, ...] = ()
    is_from_phone: bool = False
    answers: str = ""  # the subject of the letter that is answered, if that is not the thread's


def opening(calendar: Calendar) -> datetime:
    """When the portal was set up."""
    return calendar.moment(OPENING_WEEK, "mandag", "09:00")


def plan_year(calendar: Calendar) -> list[Planned]:
    """Everything that is written, in the order of the clock."""
    letters = [one for path in sorted(FOLDER.glob("*.txt")) for one in read_thread(path.read_text("utf-8"), calendar)]
    return sorted([*letters, *subscriptions(calendar)], key=lambda one: one.at)


def read_thread(source: str, calendar: Calendar) -> list[Planned]:
    """The messages of one file."""
    head, *entries = HEADING.split(source)
    fields = dict(line.split(": ", 1) for line in head.strip().splitlines())
    planned: list[Planned] = []
    for entry in entries:
        heading, _, text = entry.partition("\n")
        author, _, particulars = heading.partition(", ")
        planned.append(
            Planned(
                author=author,
                at=read_moment(particulars, calendar),
                desk=fields["to"],
                subject=fields["subject"],
                text=text.strip(),
                is_reply=bool(planned),
                files=tuple(found.group(1) for part in particulars.split(", ") if (found := FILES.match(part))),
                is_from_phone="fra telefon" in particulars,
                answers=next((found.group(1) for part in particulars.split(", ") if (found := ABOUT.match(part))), ""),
            )
        )
    return planned


def read_moment(particulars: str, calendar: Calendar) -> datetime:
    """The moment that the particulars of a message tell; raises ValueError if they tell none."""
    found = WHEN.search(particulars)
    if found is None:
        raise ValueError(f"{particulars!r} does not say when")
    week, weekday, clock, hours = found.groups()
    return calendar.hours_ago(int(hours)) if hours else calendar.moment(int(week), weekday, clock)


def subscriptions(calendar: Calendar) -> list[Planned]:
    """The mails by which people subscribe: to everything at the beginning, to the digest when it was announced."""
    each = [
        Planned(who, calendar.moment(OPENING_WEEK, "tirsdag", "09:30"), f"{name}+tilmeld", "alle", "")
        for who, resident in RESIDENTS.items()
        for name in resident.follows.split()
    ]
    weekly = [
        Planned(who, calendar.moment(WEEKLY_WEEK, "mandag", "12:15"), "databeskyttelse+tilmeld", "tilmeld", "")
        for who, resident in RESIDENTS.items()
        if resident.reads_weekly
    ]
    return each + weekly
