"""Openness: what an author asked openly before they asked the same anonymously or in confidence.

As long as no others were told of it, it is closed off; where they were, its author has to know what others have seen.
"""

from datetime import timedelta

from sqlmodel import Session, col, or_, select

from mailer.processing.submission import VISIBILITIES, Submission
from tickets import journal
from tickets.acts.acting import Hand
from tickets.acts.visibility import narrow
from tickets.conversations.repetitions import find_same
from tickets.database.models import (
    Capacity,
    Delivery,
    DeliveryState,
    EventKind,
    Letter,
    LetterKind,
    Message,
    MessageKind,
    ProposalKind,
    Ticket,
    Visibility,
    Way,
)
from tickets.moderation import proposals
from tickets.people.sight import FOR_ALL, HIDING, is_for_all, is_wider

UNREAD = timedelta(hours=1)  # for which nobody is taken to have read it on a page


def hides_more(submission: Submission, earlier: Message) -> bool:
    """Whether a copy of a filed message asks for fewer readers than that has, and is the first that does."""
    promised = VISIBILITIES.get(submission.destination.purpose)
    if promised is None:
        return False
    if proposals.was_released(submission.session, submission.arrival.key):
        return True
    is_open = is_wider(submission.session.get_one(Ticket, earlier.ticket_key).visibility, promised)
    return is_open and find_same(submission.session, submission.author, submission.post, HIDING) is None


def close_off(submission: Submission) -> None:
    """Close off what its author asked openly in the same words, if others know nothing of it, and tell them of it."""
    session, arrival = submission.session, submission.arrival
    if submission.place.ticket or is_for_all(submission.visibility) or submission.corrects:
        return
    if proposals.find(session, ProposalKind.ANONYMOUS, arrival.key):  # they were told when they were asked
        return
    asked = find_same(session, submission.author, submission.post, FOR_ALL)
    if asked is None:
        return
    ticket = session.get_one(Ticket, asked.ticket_key)
    if ticket.asker_key == submission.author.id and not _is_known_to_others(session, ticket, submission):
        hand = Hand(submission.author, submission.now, Way.MAIL, submission.post.message_id)
        narrow(session, ticket, Visibility.CONFIDENTIAL, hand)
    journal.append(
        session, EventKind.ASKED_OPENLY, submission.now,
        ticket=ticket, message=asked, person_key=submission.author.id, arrival_key=arrival.key,
    )  # fmt: skip


def _is_known_to_others(session: Session, ticket: Ticket, submission: Submission) -> bool:
    """Whether others wrote in a ticket, were sent it, are being sent it, or had the time to find it."""
    if submission.now - ticket.asked_at > UNREAD:
        return True
    replied = select(Message.id).where(Message.ticket_key == ticket.id, Message.kind == MessageKind.REPLY)
    sent = (
        select(Delivery.id)
        .join(Letter, col(Letter.id) == col(Delivery.letter_key))
        .where(Delivery.capacity == Capacity.SUBSCRIBER)
        .where(
            or_(
                col(Letter.ticket_key) == ticket.id,
                (col(Letter.kind) == LetterKind.DIGEST)
                & (col(Letter.mailing_list_key) == ticket.mailing_list_key)
                & (col(Letter.made_at) >= ticket.asked_at),
            )
        )
        .where(or_(col(Delivery.state) == DeliveryState.SENT, col(Delivery.attempts) > 0))
    )
    return any(session.exec(query.limit(1)).first() is not None for query in (replied, sent))
