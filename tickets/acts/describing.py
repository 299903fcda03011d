"""Describing: what a ticket is about in some words, and its answer in one line."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from tickets.acts.acting import Hand, change, history_of
from tickets.conversations import anonymity
from tickets.database.models import Act, ActKind, EventKind, Ticket
from tickets.errors import BadInput
from tickets.numbers.cpr import mask_cpr
from tickets.reasons import Refusal

MOST_TOPICS, LONGEST_TOPIC, LONGEST_SHORT = 10, 40, 400


def set_topics(session: Session, ticket: Ticket, topics: Sequence[str], hand: Hand) -> Act | None:
    """Say what a ticket is about; none takes all away. Raises BadInput for too many or too long ones."""
    wanted = list(dict.fromkeys(" ".join(one.split()) for one in topics if one.strip()))
    if len(wanted) > MOST_TOPICS or any(len(one) > LONGEST_TOPIC for one in wanted):
        raise BadInput(Refusal.TOO_MANY_TOPICS, most=MOST_TOPICS, longest=LONGEST_TOPIC)
    masked = [_told_to_all(session, ticket, one) for one in wanted]
    return change(session, ticket, ActKind.TOPICS, hand, EventKind.TOPICS_CHANGED, topics=masked)


def shorten(session: Session, ticket: Ticket, short: str, hand: Hand) -> Act | None:
    """Tell the answer in one line, as everybody may read it. Raises BadInput for a long one."""
    said = " ".join(short.split())
    if len(said) > LONGEST_SHORT:
        raise BadInput(Refusal.SHORT_IS_LONG, longest=LONGEST_SHORT)
    told = _told_to_all(session, ticket, said)
    return change(session, ticket, ActKind.SHORT, hand, EventKind.SHORTENED, short_answer=told)


def _told_to_all(session: Session, ticket: Ticket, said: str) -> str:
    """The words without CPR numbers, in which nobody looked for any where a button or a command brought them."""
    return anonymity.masked(session, ticket, mask_cpr(said))


def shortened_at(session: Session, ticket: Ticket) -> datetime | None:
    """When the short answer that a ticket has now was given; None if it has none."""
    if not ticket.short_answer:
        return None
    given = [act.at for act in history_of(session, ticket) if act.after.get("short_answer") == ticket.short_answer]
    return given[-1] if given else None
