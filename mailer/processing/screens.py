"""Screens: what has to be asked of a message to a list before it is filed, one by one, in their order.

Each screen gives the verdict on a message that it stops, and has its author told or asked what only they can know.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from mailer.addresses import Purpose, addresses_of
from mailer.privacy.findings import is_unread_alone
from mailer.processing import addressees, openness, screening
from mailer.processing.exposure import is_exposing
from mailer.processing.screening import Verdict, discarded, held
from mailer.processing.submission import Inbound, Submission
from tickets import journal
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import Choice, Disposition, EventKind, MailingList, Person, Preview, Proposal, ProposalKind
from tickets.moderation import proposals
from tickets.reasons import Grounds, Reason

Screen = Callable[[Submission], Verdict | None]


def screen_author(submission: Submission) -> Verdict | None:
    """Hold a message that its author may not write here; a member's news with a word, for they think it went out."""
    fault = screening.find_fault(submission)
    if not fault or submission.arrival.is_vouched:
        return None
    if fault is Reason.NO_EDITOR:
        _tell_once(EventKind.NEWS_HELD, submission, fault)
    return held(fault)


def _tell_once(kind: EventKind, submission: Submission, reason: Reason) -> None:
    """Have an author told that a mail is held for this reason, unless they were told so of it or of a copy."""
    if submission.arrival.reason is not reason and not any(is_held for _, is_held in submission.siblings):
        tell(kind, submission, submission.mailing_list, submission.author)


def screen_copy(submission: Submission) -> Verdict | None:
    """Drop a copy of a message that is filed or held already."""
    if submission.earlier:
        is_copy = screening.is_copy(submission, submission.earlier)
        if is_copy and not openness.hides_more(submission, submission.earlier):
            return discarded(Reason.COPY_OF_FILED)
        if not is_copy and not submission.arrival.is_vouched:
            return held(Reason.SAME_ID)
    held_before = [recipient for recipient, is_held in submission.siblings if is_held]
    if addresses_of(submission.directory, submission.mailing_list, held_before):
        return discarded(Reason.COPY_OF_HELD)
    return None


def screen_addresses(submission: Submission) -> Verdict | None:
    """Hold a message that its author may never have sent, until they say they did; not one they are shown first."""
    is_anonymous = submission.destination.purpose is Purpose.ANONYMOUS and submission.place.ticket is None
    if is_anonymous or submission.corrects or not addressees.is_unaddressed(submission, submission.author):
        return None
    propose(submission, ProposalKind.UNPROVEN, [])
    return held(Reason.UNADDRESSED)


def screen_encryption(submission: Submission) -> Verdict | None:
    """Hold an encrypted message, which nobody here can open, and have its author told at once what to do."""
    if not submission.reading.encryption:
        return None
    tell(EventKind.ENCRYPTED, submission, submission.mailing_list, submission.author)
    return held(Grounds(Reason.ENCRYPTED, {"kind": submission.reading.encryption}))


def screen_numbers(submission: Submission) -> Verdict | None:
    """Hold what has CPR numbers, or may have, until its author has decided."""
    if not submission.prepared.redacted:
        return None
    findings = submission.reading.findings
    proposal = propose(submission, ProposalKind.CPR, [asdict(finding) for finding in findings])
    if proposal.choice is not None:
        return held(Reason.STUCK_CPR)
    return held(Reason.HOLDS_UNREAD if is_unread_alone(findings) else Reason.HOLDS_CPR)


def screen_unasked(submission: Submission) -> Verdict | None:
    """Let an answer to an anonymous question wait with it, for its author may stand in Cc and so be told of."""
    if submission.place.ticket or submission.arrival.is_vouched:
        return None
    asked = proposals.find_previewed(submission.session, submission.post.cited)
    if asked is None or asked.person_key == submission.author.id or asked.choice is Choice.SEND:
        return None
    return Verdict(None, Grounds(Reason.ANSWERS_WAITING)) if asked.choice is None else held(Reason.ANSWERS_WITHDRAWN)


def screen_place(submission: Submission) -> Verdict | None:
    """Hold a message that may not be for the readers of its ticket, or of one of its own."""
    if submission.arrival.is_vouched:
        return None
    if submission.place.doubt:
        return held(submission.place.doubt)
    if submission.destination.is_internal and submission.mailing_list.id not in submission.sight.lawyer_of:
        return held(Reason.NO_LAWYER)
    if not is_exposing(submission):
        return None
    _tell_once(EventKind.EXPOSING, submission, Reason.EXPOSES)
    return held(Reason.EXPOSES)


def screen_robots(submission: Submission) -> Verdict | None:
    """File quietly what a hidden robot repeats, and hold what would make a storm; a lawyer makes none."""
    ticket = submission.place.ticket
    if ticket and (echo := screening.find_echo(submission, ticket)):
        return file_quietly(submission, echo)
    if submission.mailing_list.id in submission.sight.lawyer_of:
        return None
    repeated = screening.find_repetition(submission)
    storm = screening.find_storm(submission, ticket) if ticket else None
    found = repeated or storm
    if found is None or _is_confirmed(submission):
        return None
    return file_quietly(submission, repeated) if repeated and ticket else held(found)


FOR_OTHERS = (screen_addresses, screen_encryption, screen_numbers)  # before anything reaches others than its author
SCREENS = (screen_author, screen_copy, *FOR_OTHERS, screen_unasked, screen_place, screen_robots)


def stop(submission: Submission, screens: Sequence[Screen]) -> Verdict | None:
    """The verdict of the first screen that stops a message; none if it gets past all."""
    return next((verdict for screen in screens if (verdict := screen(submission))), None)


# -- what screens have done ------------------------------------------------------------


def _is_confirmed(submission: Submission) -> bool:
    """Whether a person has said of this very message that it is to be filed."""
    arrival = submission.arrival
    return arrival.is_vouched or proposals.was_released(submission.session, arrival.key)


def file_quietly(submission: Submission, robot: Grounds) -> Verdict:
    """File what a robot wrote on the ticket it answers; it is never answered, sent on or taken as a question."""
    ticket = submission.place.ticket
    if submission.earlier:
        return discarded(robot)
    if ticket is None or submission.prepared.redacted:
        return screening.drop(robot)
    arrival = submission.arrival
    filing = Filing(submission.author, arrival.content_key, submission.now, arrival_key=arrival.id)
    post = replace(submission.post, robot=robot)
    portal, mailing_list = submission.house.portal, submission.mailing_list
    message = file_post(submission.session, portal, mailing_list, post, filing, ticket)
    return Verdict(Disposition.FILED, robot, message)


def propose(
    submission: Submission,
    kind: ProposalKind,
    findings: Sequence[Mapping[str, Any]] = (),
    preview: Preview | None = None,
) -> Proposal:
    """Have the author of a message asked what is to become of it; what was proposed before, if they were."""
    return proposals.make(
        submission.session, kind, submission.arrival, submission.author, submission.mailing_list, submission.now,
        findings, preview,
    )  # fmt: skip


def tell(kind: EventKind, inbound: Inbound, mailing_list: MailingList, author: Person) -> None:
    """Have the author of what came in told what became of it."""
    journal.append(
        inbound.session, kind, inbound.now,
        list_key=mailing_list.id, person_key=author.id, arrival_key=inbound.arrival.id,
    )  # fmt: skip
