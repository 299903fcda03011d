"""Exposure: what would tell everybody of a question that was asked anonymously or in confidence.

Whoever continues, quotes or passes on such a question in a new mail to an open address does not mean to: their program
dropped what would have led to its ticket. Everybody would read it by name, and whose question it was.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import unquote

from sqlmodel import Session, and_, col, select

from mailer.addresses import DETAILS, Directory, Purpose
from mailer.processing.submission import VISIBILITIES, Submission
from mailer.texts import prefixes
from tickets.conversations import references, threads
from tickets.conversations.repetitions import find_same
from tickets.database.models import (
    Arrival,
    MailingList,
    Message,
    Preview,
    Proposal,
    Ticket,
    Unmasked,
)
from tickets.people.sight import HIDING, is_for_all

LATELY = timedelta(days=60)  # for how long a subject alone is remembered
FOLDS = re.compile("[\\s>|\u00ad\u200b-\u200d\u2060\ufeff]+")  # what mail programs put into a long word
HIDING_DETAILS = tuple(name for name, purpose in DETAILS.items() if purpose in VISIBILITIES)


def is_exposing(submission: Submission) -> bool:
    """Whether a mail would open a ticket for everybody, and is about one that is anonymous or confidential.

    Fresh news may well name such a ticket, or where one asks anonymously.
    """
    post = submission.post
    if submission.place.ticket or not is_for_all(submission.visibility):
        return False
    is_passed_on = prefixes.is_answer(post.subject) or prefixes.is_forward(post.subject)
    if submission.destination.purpose is Purpose.NEWS and not (post.cited or is_passed_on):
        return False
    text = "\n".join((post.subject, post.text, post.folded, submission.reading.text))
    unfolded = unquote(FOLDS.sub("", text)).lower()
    return (
        _names_detail(submission.directory, unfolded)
        or _names_ticket(submission, text, unfolded)
        or (is_passed_on and _continues(submission))
        or _repeats(submission)
    )


def _names_detail(directory: Directory, unfolded: str) -> bool:
    """Whether a text has an address for anonymous or confidential questions, as the head of a quoted mail does."""
    addresses = ((one, name, sign) for one in directory.lists for name in HIDING_DETAILS for sign in "+-")
    return any(f"{one.local_part}{sign}{name}@{one.domain}".lower() in unfolded for one, name, sign in addresses)


# -- tickets that are named ------------------------------------------------------------


def _names_ticket(submission: Submission, text: str, unfolded: str) -> bool:
    """Whether a text has the number, a link or a Message-ID of a ticket, of whatever list, that hides something.

    `threads` looks at what the mail cites itself.
    """
    session, directory = submission.session, submission.directory
    own_ids = re.findall(rf"[0-9a-f]{{24}}@{re.escape(directory.domain.lower())}", unfolded)
    keys = {
        *(one.ticket_key for one in references.find_numbers(session, directory.lists, text)),
        *(one.ticket_key for one in references.find_links(session, unfolded)),
        *references.find_identified(session, directory.lists, set(own_ids)),
    }
    hidden = select(Ticket.id).where(col(Ticket.id).in_(keys), col(Ticket.visibility).in_(HIDING))
    return bool(keys) and session.exec(hidden.limit(1)).first() is not None


# -- questions that are continued, or asked again --------------------------------------


def _repeats(submission: Submission) -> bool:
    """Whether an author asks openly, in the same words, a question that they asked unseen and have not taken back."""
    session, author, post = submission.session, submission.author, submission.post
    waiting = select(Preview).join(Proposal, col(Proposal.id) == col(Preview.proposal_key))
    for asked in session.exec(waiting.where(Proposal.person_key == author.id, col(Proposal.choice).is_(None))):
        if asked.message_id == post.message_id or asked.body_digest in post.digests:
            return True
    return find_same(session, author, post, HIDING) is not None


def _continues(submission: Submission) -> bool:
    """Whether a mail has the subject of a hidden question of its list; `proposals` knows what it cites."""
    session, mailing_list, since = submission.session, submission.mailing_list, submission.now - LATELY
    subjects = (*_proposed_subjects(session, mailing_list, since), *_hidden_subjects(session, mailing_list, since))
    plain = {threads.plain_subject(one, mailing_list.prefix).casefold() for one in subjects} - {""}
    own = threads.plain_subject(submission.post.subject, mailing_list.prefix).casefold()
    return any(own == one or own.endswith(f": {one}") for one in plain)  # of a receipt: "We have your question: …"


def _proposed_subjects(session: Session, mailing_list: MailingList, since: datetime) -> Iterator[str]:
    """The subjects of questions that were shown to their askers as others would read them, whatever was chosen."""
    query = (
        select(Arrival.subject, Preview.subject)
        .join(Proposal, col(Proposal.arrival_key) == col(Arrival.id))
        .join(Preview, col(Preview.proposal_key) == col(Proposal.id))
        .where(Proposal.mailing_list_key == mailing_list.id, col(Proposal.made_at) > since)
    )
    for subjects in session.exec(query):
        yield from subjects


def _hidden_subjects(session: Session, mailing_list: MailingList, since: datetime) -> Iterator[str]:
    """The subjects of hidden tickets that are still talked of, masked and as they were before."""
    hidden = and_(
        col(Ticket.mailing_list_key) == mailing_list.id,
        col(Ticket.visibility).in_(HIDING),
        col(Ticket.changed_at) > since,
    )
    yield from session.exec(select(Ticket.subject).where(hidden))
    unmasked = select(Unmasked.subject).join(Message, col(Message.id) == col(Unmasked.message_key))
    yield from session.exec(unmasked.join(Ticket, col(Ticket.id) == col(Message.ticket_key)).where(hidden))
