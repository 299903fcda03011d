"""Commands: what a member asks of the portal itself by writing to one of a list's desks."""

import re
from datetime import datetime

from sqlmodel import Session

from mailer.address import Destination, Purpose
from tickets import journal, membership
from tickets.models import EventKind, Mode, Person
from tickets.post import Post

COMMANDS = (Purpose.SUBSCRIBE, Purpose.UNSUBSCRIBE, Purpose.HELP)
EACH = re.compile(r"\b(alle|alt|hver mail|hver gang|each|all|every)\b", re.IGNORECASE)


def obey(session: Session, destination: Destination, post: Post, author: Person, now: datetime) -> str:
    """Do what the message asks, and tell in a few words what was done; its author gets a letter from the journal."""
    mailing_list = destination.mailing_list
    assert mailing_list is not None
    if destination.purpose is Purpose.HELP:
        journal.append(session, EventKind.HELP_ASKED, now, list_key=mailing_list.id, person_key=author.id)
        return "help"
    mode = Mode.NONE if destination.purpose is Purpose.UNSUBSCRIBE else wanted_mode(post)
    membership.subscribe(session, author, mailing_list, mode, now)
    return f"subscription: {mode}"


def wanted_mode(post: Post) -> Mode:
    """Every letter if the subject or the first line asks for it, else the weekly digest."""
    first_line = post.text.strip().partition("\n")[0]
    return Mode.EACH if EACH.search(f"{post.subject} {first_line}") else Mode.WEEKLY
