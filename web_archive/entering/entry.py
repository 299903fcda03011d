"""Entry: somebody is let in, and their browser remembers that, and when they were here before."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import request, session
from sqlmodel import Session

from tickets.database.models import Person
from tickets.people import logins
from web_archive.rendering import LOGIN, the_means

ASKING = "asking"  # the key in the cookie under which the secret of a browser is that waits for a code
HERE, BEFORE = "here", "before"  # in the cookie: seconds since 1970 of the last page, and of the visit before
ONE_VISIT = timedelta(minutes=30)  # without a page, and the next is another visit
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A session that was opened: its secret, and when the person came in before."""

    secret: str
    last: datetime | None


def open_for(opened: Session, person: Person) -> Opened:
    """Open a session for a person in the browser that asks; nothing is kept in it yet."""
    last = logins.last_entry(opened, person)
    return Opened(logins.open_web_session(opened, person, the_means().clock(), browser_name()), last)


def keep(entry: Opened) -> None:
    """Let the browser keep a session that is committed, and nothing that it had before."""
    session.clear()
    session.permanent = True
    session[LOGIN] = entry.secret
    if entry.last:
        session[BEFORE] = int(entry.last.timestamp())


def browser_secret() -> str:
    """The secret by which this browser is known while it waits for a code; made where it has none."""
    if ASKING not in session:
        session[ASKING] = secrets.token_urlsafe(32)
    return str(session[ASKING])


def note_visit(now: datetime) -> datetime | None:
    """When the reader was here before this visit; None at the first. This browser's cookie alone knows."""
    here = session.get(HERE)
    if here is not None and now.timestamp() - here > ONE_VISIT.total_seconds():
        session[BEFORE] = here
    session[HERE] = int(now.timestamp())
    return datetime.fromtimestamp(session[BEFORE], UTC) if BEFORE in session else None


def browser_name() -> str:
    """What people call the browser that asks, as `Firefox, Windows`; empty for one that says nothing known."""
    told = request.headers.get("User-Agent", "")
    found = (next((name for word, name in names if re.search(word, told)), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))
