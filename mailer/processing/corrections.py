"""Corrections: a new text that an anonymous asker writes in answer to the letter that showed them their question.

It takes the place of the question, and waits for its asker's word as the question did: it is never sent as it came. A
lawyer's new text takes the place of an answer that might have told who asked, and waits only if it might, too.
"""

from dataclasses import replace

from sqlmodel import Session

from mailer.addresses import Destination, Purpose
from mailer.processing.decisions import read_choice
from mailer.texts import quoting
from mailer.texts.quoting import Layer
from tickets.conversations import threads
from tickets.database.models import Arrival, MailingList, Proposal, ProposalKind
from tickets.moderation import proposals
from tickets.post import Post

LEAST_WORDS = 8  # of a text that may be a question; fewer are a word on the old one that was not understood


def is_correction(proposal: Proposal, post: Post, mailing_list: MailingList) -> bool:
    """Whether a mail about a waiting question is a new text of it, and no decision on it."""
    if proposal.kind is not ProposalKind.ANONYMOUS or proposal.choice is not None:
        return False
    own = [line for line in post.text.split("\n") if not line.startswith(">")]
    return read_choice(post, mailing_list) is None and len(" ".join(own).split()) >= LEAST_WORDS


def correct(session: Session, proposal: Proposal, post: Post, mailing_list: MailingList) -> Post:
    """The new text as a question of its own, under the old subject unless its author wrote another.

    Nothing of our letter stays in it, with the old question and the link that decides: the lawyers would be sent it.
    """
    old = session.get_one(Arrival, proposal.arrival_key).subject
    subject = threads.plain_subject(post.subject, mailing_list.prefix)
    is_ours = subject.endswith(threads.plain_subject(old, mailing_list.prefix))
    own = quoting.read_layers(post.text).pick({Layer.OWN})
    return replace(post, subject=old if is_ours else post.subject, text=own or post.text, quoted="", signature="")


def find_destination(session: Session, proposal: Proposal, destination: Destination) -> Destination:
    """The address to which a new text goes: the one that the old text came to."""
    preview = proposals.preview_of(session, proposal)
    number = preview.number or None
    person_key = proposal.person_key if number else None
    purpose = Purpose.REPLY if preview.is_answer else Purpose.ANONYMOUS
    return replace(destination, purpose=purpose, proposal_key=None, number=number, person_key=person_key)


def count_files(session: Session, proposal: Proposal) -> int:
    """How many files came with the old text; they are not with the new one."""
    preview = proposals.preview_of(session, proposal)
    return len(preview.files) + preview.left_out
