"""Reaching: a reply that all would get and that looks as if it were for one waits until its author says for whom."""

from collections.abc import Iterator

from sqlmodel import select

from mailer.processing.commands.hearing import Heard
from mailer.processing.commands.words import Verb
from mailer.processing.screening import Verdict, held
from mailer.processing.submission import Submission
from mailer.texts.confidences import find_confidence
from tickets.conversations import threads
from tickets.database.models import Choice, Message, Person, ProposalKind, Ticket, Visibility
from tickets.moderation import proposals
from tickets.people.askers import askers_of
from tickets.people.sight import is_closed
from tickets.reasons import Reason
from tickets.text.folding import WORD, plain


def stop(heard: Heard) -> Verdict | None:
    """Hold such a reply, its author asked once; nothing in it is done or filed before."""
    submission, ticket = heard.submission, heard.submission.place.ticket
    if ticket is None or heard.is_internal or submission.arrival.is_vouched or not _is_for_others(heard, ticket):
        return None
    session, arrival = submission.session, submission.arrival
    if (asked := proposals.find(session, ProposalKind.AUDIENCE, arrival.key)) is not None:
        return held(Reason.FOR_ONE) if asked.choice is None else None
    found = find_confidence(submission.post.text, frozenset(_names_in(submission, ticket)))
    if not found:
        return None
    finding = {"line": found, "text": submission.post.text, "is_lawyers": _is_lawyers(submission)}
    proposals.make(
        session, ProposalKind.AUDIENCE, arrival, submission.author, submission.mailing_list, submission.now, [finding]
    )
    return held(Reason.FOR_ONE)


def narrowed_to(submission: Submission) -> Visibility | None:
    """Who sees a reply, if not all who see its ticket: its author said so, or it answers what fewer see."""
    asked = proposals.find(submission.session, ProposalKind.AUDIENCE, submission.arrival.key)
    if asked is not None and asked.choice is Choice.ONLY:
        return Visibility.CONFIDENTIAL
    ticket = submission.place.ticket
    if ticket is None:
        return None
    parent = threads.find_parent(submission.session, submission.mailing_list, ticket, submission.post)
    return Visibility.CONFIDENTIAL if parent is not None and parent.visibility is Visibility.CONFIDENTIAL else None


def _is_for_others(heard: Heard, ticket: Ticket) -> bool:
    """Whether members would read it; none do of what is closed off, by what it says itself or by what it answers."""
    is_narrowed = heard.orders.first(Verb.CONFIDENTIAL) is not None or narrowed_to(heard.submission) is not None
    return not is_closed(ticket.visibility) and not is_narrowed


def _names_in(submission: Submission, ticket: Ticket) -> Iterator[str]:
    """The folded names of those who may well be greeted here: who asked, has or wrote something in the ticket."""
    session = submission.session
    wrote = select(Person).join(Message, Message.author_key == Person.id).where(Message.ticket_key == ticket.id)  # type: ignore[arg-type]
    assignee = session.get(Person, ticket.assignee_key) if ticket.assignee_key else None
    for person in (*askers_of(session, ticket), *session.exec(wrote), *filter(None, [assignee])):
        for word in WORD.findall(f"{person.name} {person.email.partition('@')[0]}"):
            yield plain(word)


def _is_lawyers(submission: Submission) -> bool:
    return submission.mailing_list.id in submission.sight.lawyer_of
