"""Previews: what is anonymous, as the others would read it; its author sees it before it is filed."""

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256

from sqlmodel import Session

from mailer.processing import corrections
from mailer.processing.screens import propose
from mailer.processing.submission import Submission
from tickets.conversations import anonymity, numbering, threads
from tickets.conversations.anonymity import Shown
from tickets.conversations.filing import Filing
from tickets.database.models import Preview, Proposal, ProposalKind
from tickets.moderation import proposals
from tickets.people.sight import is_masked
from tickets.post import CleanFile


def find_preview(submission: Submission, filing: Filing) -> Shown | None:
    """How others would read a message, if its author has to see that first; None if it may be filed unseen.

    A later word on the question goes out at once unless something of it had to be masked or kept back; an answer does
    unless something left in it may tell who asked. Nobody else is asked, for they are not to learn who asked.
    """
    post, mailing_list, ticket = submission.post, submission.mailing_list, submission.place.ticket
    corrects, author = submission.corrects, filing.author
    visibility = ticket.visibility if ticket else filing.visibility
    is_askers = ticket is None or ticket.asker_key == author.id
    if not is_masked(visibility) or not (is_askers or filing.is_lawyer):
        return None
    shown = anonymity.foresee(submission.session, mailing_list, author, post, ticket, filing.clean_files)
    is_touched = shown.replacements or shown.files or shown.left_out or corrects or ticket is None
    return shown if (is_touched if is_askers else shown.doubts) else None


def ask(submission: Submission, filing: Filing, shown: Shown) -> Proposal:
    """Have an author asked whether a message goes out as others would read it; an earlier proposal, if there is one.

    The clean copies are laid down, so that the author can look at what the others would get.
    """
    post, mailing_list, ticket = submission.post, submission.mailing_list, submission.place.ticket
    corrects = submission.corrects
    anonymity.lay_down(submission.session, shown, filing.clean_files, filing.at)
    preview = Preview(
        message_id=post.message_id,
        body_digest=post.body_digest,
        number=numbering.number_of(submission.session, ticket) if ticket else 0,
        subject=threads.plain_subject(shown.subject, mailing_list.prefix) or threads.first_words(shown.text),
        text=shown.text,
        files=[asdict(file) for file in shown.files],
        left_out=shown.left_out,
        kept_back=list(shown.kept_back),
        doubts=list(shown.doubts),
        is_answer=ticket is not None and ticket.asker_key != filing.author.id,
        corrects=corrects is not None,
        files_before=corrections.count_files(submission.session, corrects) if corrects else 0,
        sent_at=post.sent_at or filing.at,
    )
    return propose(submission, ProposalKind.ANONYMOUS, preview=preview)


def only_seen(session: Session, clean_files: Mapping[int, CleanFile], asked: Proposal) -> dict[int, CleanFile]:
    """Those of the clean copies that the asker could look at before."""
    seen = {(file.part, file.clean_key) for file in anonymity.files_in(proposals.preview_of(session, asked))}
    return {part: clean for part, clean in clean_files.items() if (part, sha256(clean.octets).hexdigest()) in seen}
