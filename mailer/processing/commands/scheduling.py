"""Scheduling: news that an editor wants sent at a time of its own waits for that, and for their word until then.

Its first line says when: UDSEND mandag 8, SEND 2026-12-07 08:00. What waits is a proposal to its author, which goes out
by itself when its time comes. A line that says no time, or a past one, stops the news, and its author is asked.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from sqlmodel import Session

from mailer.addresses import Purpose
from mailer.processing.commands.arguments import FARTHEST, MONTHS, WEEKDAYS
from mailer.processing.commands.lines import tidy
from mailer.processing.commands.words import SCHEDULING
from mailer.processing.screening import Verdict, held
from mailer.processing.submission import Submission
from mailer.texts.quoting import Layer, read_layers
from tickets.database.models import Choice, Proposal, ProposalKind
from tickets.moderation import proposals
from tickets.moderation.proposals import NewsTime
from tickets.portal import Portal
from tickets.post import Post
from tickets.reasons import Grounds, Reason

COMMAND = re.compile(rf"(?P<word>{'|'.join(SCHEDULING)})\b:?\s*(?P<when>.*)", re.IGNORECASE)
BEFORE = r"(?:(?:på|den|d\.|kl\.?|on|at|the|næste|next)\s+)*"
TOMORROW = ("i morgen", "imorgen", "tomorrow")
RELATIVE = rf"(?P<relative>{'|'.join(TOMORROW)}|i dag|idag|today)"
WEEKDAY = r"(?P<weekday>[^\W\d_]{6,9})"
MONTH = r"[^\W\d_]{3,9}"
DATE = (
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)? ?(?:of )?(?P<month>{MONTH})\.?(?: (?P<year>\d{{4}}))?"
    rf"|(?P<month_first>{MONTH}) (?P<day_behind>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year_behind>\d{{4}}))?"
    r"|(?P<number>\d{1,2})/(?P<of_month>\d{1,2})(?:[-/ ](?P<of_year>\d{4}))?"
    r"|(?P<dotted>\d{1,2}[.-]\d{1,2}[.-]\d{4})"
)
CLOCK = r"(?:(?:kl\.?|at)\s*)?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>am|pm)?"
WHEN = re.compile(rf"{BEFORE}(?:(?:{RELATIVE}|{WEEKDAY})\b)?[\s,]*{BEFORE}(?:{DATE})?[\st,]*{BEFORE}(?:{CLOCK})?\.?")
USUAL_HOUR = 8  # where a day alone is told
MOST_WORDS = 7  # of a line that may be meant as this


@dataclass(frozen=True)
class WantedTime:
    """What a line wants: when news is to go out, or why that cannot be."""

    line: str
    at: datetime | None = None
    fault: str = ""  # unread, past or far

    @classmethod
    def read(cls, line: str, now: datetime) -> Self | None:
        """What a line asks for, at the time of this place; None if it is a sentence."""
        found = COMMAND.fullmatch(line)
        if found is None:
            return None
        word, when = found["word"], " ".join(found["when"].lower().split())
        at = read_moment(when, now) if when else None
        if at is None:
            is_meant = word.isupper() or (word.lower() != "send" and len(line.split()) <= MOST_WORDS)
            return cls(line, fault="unread") if is_meant and when else None
        if at <= now:
            return cls(line, fault="past")
        return cls(line, fault="far") if at - now > FARTHEST else cls(line, at.astimezone(UTC))


def read_moment(text: str, now: datetime) -> datetime | None:
    """The time that a text in lower case tells, on the clock of `now`; None if it tells none.

    A weekday is the next one. An hour that the clock leaves out in spring is the one after it.
    """
    found = WHEN.fullmatch(text)
    if found is None or not text:
        return None
    clock, day = _clock(found), _day(found, now.date())
    if clock is None or day is None:
        return None
    at = datetime.combine(day, clock, now.tzinfo)
    is_next = bool(found["weekday"]) and _date(found) is None and at <= now
    return datetime.combine(day + timedelta(days=7), clock, now.tzinfo) if is_next else at


def _clock(found: re.Match[str]) -> time | None:
    if found["hour"] is None:
        return time(USUAL_HOUR)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "pm" else 0) if hour <= 12 else 99
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(found: re.Match[str], today: date) -> date | None:
    """The day that is told, today if none is; None where there is no such day, or it is another weekday."""
    weekday = WEEKDAYS.get(found["weekday"]) if found["weekday"] else None
    if found["weekday"] and weekday is None:
        return None
    try:
        told = _date(found)
        day = _in_year(told, today) if told else None
    except ValueError:
        return None
    if day is not None:
        return day if weekday in (None, day.weekday()) and not found["relative"] else None
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return today + timedelta(days=found["relative"] in TOMORROW)


def _date(found: re.Match[str]) -> tuple[int, int, int] | None:
    """Year (0 if not told), month and day as they are written; None if no date is."""
    if found["iso"]:
        year, month, day = found["iso"].split("-")
        return int(year), int(month), int(day)
    if found["dotted"]:
        day, month, year = re.split(r"[.-]", found["dotted"])
        return int(year), int(month), int(day)
    if found["number"]:
        return int(found["of_year"] or 0), int(found["of_month"]), int(found["number"])
    told = found["month"] or found["month_first"]
    day = found["day"] or found["day_behind"]
    year = found["year"] or found["year_behind"] or 0
    return (int(year), MONTHS.get(told, 0), int(day)) if told else None


def _in_year(told: tuple[int, int, int], today: date) -> date:
    """A day of a month, of the next year where none is told and this year's is past. Raises ValueError if none is."""
    year, month, day = told
    found = date(year or today.year, month, day)
    return found if year or found >= today else found.replace(year=found.year + 1)


# -- news ------------------------------------------------------------------------------


def stop(submission: Submission) -> Verdict | None:
    """Let news wait that is to go out later, and have its author told; none where it goes out now."""
    if submission.destination.purpose is not Purpose.NEWS:
        return None
    session, arrival = submission.session, submission.arrival
    asked = proposals.find(session, ProposalKind.NEWS, arrival.key)
    if asked is not None:
        return None if asked.choice is Choice.SEND else _waiting(asked, submission.house.portal)
    wanted = _wanted(submission.post, submission.house.portal, submission.now)
    if wanted is None:
        return None
    told = NewsTime(wanted.line, wanted.at, wanted.fault, without_line(submission.post, wanted.line).text)
    author, mailing_list, now = submission.author, submission.mailing_list, submission.now
    made = proposals.make(
        session, ProposalKind.NEWS, arrival, author, mailing_list, now, [told.finding()], until=wanted.at
    )
    return _waiting(made, submission.house.portal)


def _waiting(proposal: Proposal, portal: Portal) -> Verdict:
    at = proposals.news_time_of(proposal).at
    if at is None:
        return held(Reason.UNSCHEDULED)
    return held(Grounds(Reason.SCHEDULED, {"at": f"{portal.local(at):%Y-%m-%d %H:%M}"}))


def sent_now(submission: Submission) -> Submission:
    """News that waited for its time as it goes out: without the line that said when, and written now."""
    asked = proposals.find(submission.session, ProposalKind.NEWS, submission.arrival.key)
    if asked is None or submission.destination.purpose is not Purpose.NEWS:
        return submission
    post = without_line(submission.post, proposals.news_time_of(asked).line)
    saying = submission.saying(replace(post, sent_at=submission.now))
    assert isinstance(saying, Submission)
    return saying


def without_line(post: Post, line: str) -> Post:
    """The post without its first line, if that is this one."""
    raw = _first_line(post)
    read = tidy(raw)
    if read is None or read.text != line:
        return post
    return replace(post, text=post.text.replace(raw, "", 1).lstrip("\n"))


def reschedule(session: Session, proposal: Proposal, post: Post, portal: Portal, now: datetime) -> bool:
    """Let news wait for another time, if a reply asks for one; its author is told. False if it asks for none."""
    wanted = _wanted(post, portal, now) if proposal.kind is ProposalKind.NEWS and proposal.choice is None else None
    if wanted is None:
        return False
    before = proposals.news_time_of(proposal)
    at = wanted.at or before.at  # one that cannot be changes nothing
    told = replace(before, at=at, fault=wanted.fault, wrong=wanted.line if wanted.fault else "")
    proposals.ask_again(session, proposal, [told.finding()], now, until=at)
    return True


def _wanted(post: Post, portal: Portal, now: datetime) -> WantedTime | None:
    read = tidy(_first_line(post))
    return WantedTime.read(read.text, portal.local(now)) if read else None


def _first_line(post: Post) -> str:
    own = read_layers(post.text, post.author.name).pick({Layer.OWN})
    return next((line for line in own.split("\n") if line.strip()), "")
