"""Invitations: title, time and place of a meeting, for mail that says nothing else (RFC 5545).

Times are shown as they are written, which is the organiser's clock; one in UTC says so. The library for calendars would
cost every reading child 0.6 s to import.
"""

import re
from collections.abc import Iterator

LONGEST = 65_536  # characters that are read
FOLD = re.compile(r"\n[ \t]")
LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:;\n\"]{0,200}(?:\"[^\"\n]{0,200}\")?){0,10}):(.*)")
MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
ESCAPED = re.compile(r"\\([nN,;\\])")
SHOWN = {"SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION"}


def tell_invitation(calendar: str) -> str:
    """The first event of a calendar as text: its title, when, where and what it says; empty if it has none."""
    event = _first_event(calendar[:LONGEST])
    times = _tell_times(event.get("DTSTART", ""), event.get("DTEND", ""))
    facts = [event.get("SUMMARY", ""), times, event.get("LOCATION", "")]
    said = event.get("DESCRIPTION", "").strip()
    return "\n\n".join(text for text in ("\n".join(fact.strip() for fact in facts if fact.strip()), said) if text)


def _first_event(calendar: str) -> dict[str, str]:
    """The properties that are shown of the first event; of one that stands twice, the first."""
    event: dict[str, str] = {}
    is_within = False
    for name, value in _properties(calendar):
        if value.strip().upper() == "VEVENT" and name in ("BEGIN", "END"):
            if name == "END":
                break
            is_within = True
        elif is_within and name in SHOWN:
            event.setdefault(name, ESCAPED.sub(lambda found: _unescape(found.group(1)), value))
    return event


def _properties(calendar: str) -> Iterator[tuple[str, str]]:
    for line in FOLD.sub("", calendar.replace("\r\n", "\n")).split("\n"):
        if found := LINE.match(line):
            yield found.group(1).upper(), found.group(3)


def _unescape(sign: str) -> str:
    return "\n" if sign in "nN" else sign


def _tell_times(start: str, end: str) -> str:
    """From when to when: "2.11.2026 kl. 10.00–11.00", with the date again only where it is another."""
    begins, ends = _tell_moment(start), _tell_moment(end)
    if begins is None or ends is None or begins == ends:
        return " kl. ".join(filter(None, begins or ends or ()))
    (day, hour), (last_day, last_hour) = begins, ends
    if day == last_day or not last_hour:
        return f"{day} kl. {hour}–{last_hour}" if last_hour else day
    return f"{day} kl. {hour} – {last_day} kl. {last_hour}"


def _tell_moment(value: str) -> tuple[str, str] | None:
    """A day, and a time of it if it has one."""
    found = MOMENT.fullmatch(value.strip())
    if not found:
        return None
    year, month, day, hour, minute, zulu = found.groups()
    return f"{int(day)}.{int(month)}.{year}", f"{hour}.{minute}{' UTC' if zulu else ''}" if hour else ""
