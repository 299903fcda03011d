"""List addresses: what a member asks of the portal itself by writing to one of a list's own addresses."""

import re

from mailer.addresses import Purpose
from mailer.processing.submission import Inbound
from tickets import journal
from tickets.conversations import lookup
from tickets.database.models import EventKind, Mode, Person
from tickets.people import subscriptions
from tickets.people.sight import sight_of
from tickets.post import Post
from tickets.reasons import Grounds, Reason

COMMANDS = (Purpose.SUBSCRIBE, Purpose.UNSUBSCRIBE, Purpose.HELP)
DAILY = re.compile(r"\b(dagligt?|hver dag|hver hverdag|daily|every day)\b", re.IGNORECASE)
EACH = re.compile(r"\b(alle|alt|hver mail|hver gang|each|all|every)\b", re.IGNORECASE)


def obey(inbound: Inbound, author: Person) -> Grounds:
    """Do what a message asks, and tell what was done; its author gets a letter from the journal.

    The same rule as on the page for it says who may. Raises NotFound for who may not.
    """
    session, mailing_list, now = inbound.session, inbound.destination.mailing_list, inbound.now
    assert mailing_list is not None
    if inbound.destination.purpose is Purpose.HELP:
        lookup.visible_list(session, sight_of(session, author, mailing_list), mailing_list.address)
        journal.append(session, EventKind.HELP_ASKED, now, list_key=mailing_list.id, person_key=author.id)
        return Grounds(Reason.HELPED)
    mode = Mode.NONE if inbound.destination.purpose is Purpose.UNSUBSCRIBE else wanted_mode(inbound.post)
    choose = subscriptions.subscribe if inbound.arrival.is_vouched else subscriptions.choose_mode
    choose(session, author, mailing_list, mode, now)
    return Grounds(Reason.SUBSCRIPTION, {"mode": mode})


def wanted_mode(post: Post) -> Mode:
    """Every letter, or one a day, if the subject or the first line asks for it, else the weekly digest."""
    said = f"{post.subject} {post.text.strip().partition(chr(10))[0]}"
    if DAILY.search(said):
        return Mode.DAILY
    return Mode.EACH if EACH.search(said) else Mode.WEEKLY
