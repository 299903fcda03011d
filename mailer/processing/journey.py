"""The journey of one message, from its arrival to what becomes of it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

from mailer.addresses import Destination, Purpose, addresses_of
from mailer.delivery.bounces import count_bounce, is_about_a_letter_of_ours
from mailer.letters.registry import kinds_for_owners
from mailer.privacy.findings import is_unread_alone
from mailer.processing import addressees, corrections, decisions, openness, screening
from mailer.processing.commands.desks import COMMANDS, obey
from mailer.processing.exposure import is_exposing
from mailer.processing.screening import Verdict, discarded, held
from mailer.processing.submission import Inbound, Submission
from tickets import journal
from tickets.conversations import anonymity, numbering, threads
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import (
    Choice,
    Delivery,
    Disposition,
    EventKind,
    MailingList,
    Person,
    Proposal,
    ProposalKind,
    TicketKind,
    Visibility,
)
from tickets.envelope import KnownBy
from tickets.errors import NotFound
from tickets.moderation import proposals
from tickets.own_ids import is_own_id
from tickets.people import owners, persons, reachability
from tickets.people.sight import sight_of
from tickets.post import CleanFile
from tickets.reasons import BounceKind, Grounds, Reason


def carry(inbound: Inbound) -> Verdict:
    """Carry one message to where it belongs: a ticket, an administrator, a command or the bin.

    Runs in the caller's short transaction, after the message was read outside any, and never sends.
    """
    session, destination, report = inbound.session, inbound.destination, inbound.incoming.report
    if destination.delivery_key is not None:
        return _count(inbound, destination.delivery_key)
    if loop := screening.find_loop(inbound.directory, inbound.reading):
        return discarded(loop)
    if report is not None and not report.is_delay and is_about_a_letter_of_ours(session, report, inbound.now):
        return held(Reason.NO_RETURN_PATH)
    if robot := screening.find_robot(inbound.arrival, inbound.reading):
        return _file_by_robot(inbound, robot)
    mailing_list = destination.mailing_list
    if mailing_list is None:
        return held(Reason.FOR_ADMINISTRATORS)
    if _is_for_owners(inbound, mailing_list):
        return _hand_on(inbound, mailing_list)
    author = screening.find_author(inbound)
    if isinstance(author, Verdict):
        return _tell_redirector(inbound, mailing_list, author)
    if misdirection := screening.find_misdirection(inbound):
        return _tell_redirector(inbound, mailing_list, held(misdirection))
    if destination.purpose in COMMANDS:
        return _obey(inbound, author)
    decision = screening.find_decision(inbound, author)
    if isinstance(decision, Verdict):
        return decision
    if decision is not None:
        return _decide(inbound, decision, author)
    return _file(inbound.submitted_by(author, mailing_list))


def _tell_redirector(inbound: Inbound, mailing_list: MailingList, verdict: Verdict) -> Verdict:
    """Have a member told who sent another's mail on to a list of theirs, and what to do, if it is held now."""
    redirector = persons.person_writing_as(inbound.session, inbound.reading.redirector)
    if redirector is None or verdict.disposition is not Disposition.HELD or inbound.arrival.grounds == verdict.grounds:
        return verdict
    if mailing_list.id in sight_of(inbound.session, redirector, mailing_list).member_of:
        _tell(EventKind.SENT_ON, inbound, mailing_list, redirector)
    return verdict


def _is_for_owners(inbound: Inbound, mailing_list: MailingList) -> bool:
    """Whether a mail is for those who run the list, by its address or as the answer to a digest or the like.

    Some programs answer From whatever Reply-To says, and Reply-All adds To: neither is a question to everybody.
    """
    purpose, known = inbound.destination.purpose, inbound.known
    if purpose is not Purpose.QUESTION or known is None:
        return purpose is Purpose.OWNER
    ours = [one for one in inbound.post.cited[:1] if is_own_id(one, inbound.directory.domain)]
    kinds = kinds_for_owners()
    return any(owners.has_letter(inbound.session, known, mailing_list, one, kinds) for one in ours)


def _hand_on(inbound: Inbound, mailing_list: MailingList) -> Verdict:
    """Hand on what a member writes to those who run the list; a stranger's mail is the administrators' to look at."""
    author = screening.find_author(inbound)
    if isinstance(author, Verdict):
        is_strangers = author.disposition is not None and (inbound.known is None or inbound.known.is_stranger)
        return held(Reason.FOR_ADMINISTRATORS) if is_strangers else author
    submission = inbound.submitted_by(author, mailing_list)
    if misdirection := screening.find_misdirection(inbound):
        return held(misdirection)
    if screening.find_fault(submission) or not owners.owners_of(inbound.session, mailing_list, author):
        return held(Reason.FOR_ADMINISTRATORS)
    if owners.was_handed_on(inbound.session, inbound.arrival, mailing_list):
        return discarded(Reason.COPY_FOR_OWNERS)
    for screen in FOR_OTHERS:
        if verdict := screen(submission):
            return verdict
    did = owners.hand_on(inbound.session, inbound.arrival, author, mailing_list, inbound.post, inbound.now)
    return Verdict(Disposition.OBEYED, did)


def _count(inbound: Inbound, delivery_key: int) -> Verdict:
    """Count what came to the return path of a delivery, if it is a report on that one and no mere delay."""
    told = inbound.incoming.report
    if told is None:
        return discarded(inbound.post.robot) if inbound.post.robot else held(Reason.NO_REPORT)
    delivery = inbound.session.get(Delivery, delivery_key)
    if delivery is None:
        return discarded(Reason.DELIVERY_GONE)
    report = told.about(delivery.recipient)
    if report is None:
        return held(Reason.OTHER_RECIPIENT)
    if report.is_delay:
        return discarded(Reason.DELAYED)
    if report.kind is BounceKind.COMPLAINT and not screening.is_proven_complaint(inbound, delivery.recipient):
        return held(Reason.UNPROVEN)
    count_bounce(inbound.session, delivery, report, inbound.now)
    return Verdict(Disposition.COUNTED, Grounds(Reason.BOUNCED, {"kind": report.kind, "status": report.status}))


def _obey(inbound: Inbound, author: Person) -> Verdict:
    if inbound.destination.person_key not in (None, author.id):
        return held(Reason.NOT_THEIRS)
    try:
        return Verdict(Disposition.OBEYED, obey(inbound, author))
    except NotFound:
        return held(Reason.NOT_FOR_THEM)


def _tell(kind: EventKind, inbound: Inbound, mailing_list: MailingList, author: Person) -> None:
    """Have the author of what came in told what became of it."""
    journal.append(
        inbound.session, kind, inbound.now,
        list_key=mailing_list.id, person_key=author.id, arrival_key=inbound.arrival.id,
    )  # fmt: skip


def _decide(inbound: Inbound, decision: Destination, author: Person) -> Verdict:
    """Hear an author's word on a message of theirs that waits for it; nobody else has one.

    What is no word, but a new text of an anonymous question, takes the place of the old one, and is shown first too.
    """
    session, mailing_list = inbound.session, decision.mailing_list
    proposal = session.get(Proposal, decision.proposal_key)
    if proposal is None or mailing_list is None or mailing_list.id != proposal.mailing_list_key:
        return held(Reason.NOT_ASKED)
    if author.id != proposal.person_key:
        return held(Reason.NOT_THEIRS)
    if proposals.newest_of(session, inbound.arrival.key) is None:
        if not corrections.is_correction(proposal, inbound.post, mailing_list):
            did = decisions.hear(session, proposal, inbound.post, mailing_list, inbound.now)
            return Verdict(Disposition.OBEYED, did)
        proposals.supersede(session, proposal, inbound.now)
    post = corrections.correct(session, proposal, inbound.post, mailing_list)
    where = corrections.find_destination(proposal, decision)
    corrected = replace(inbound, destination=where).saying(post)
    verdict = _file(corrected.submitted_by(author, mailing_list, corrects=proposal))
    return replace(verdict, subject=post.subject)


# -- filing ----------------------------------------------------------------------------


def _file_by_robot(inbound: Inbound, robot: Grounds) -> Verdict:
    """What a robot wrote for somebody who is known, or in an office that is, may be of use to their ticket."""
    mailing_list = inbound.destination.mailing_list
    if mailing_list is None or (inbound.known is None and not robot.reason.may_be_by_a_person):
        return screening.drop(robot)
    author = screening.find_author(inbound)
    if isinstance(author, Verdict) or addressees.is_unaddressed(inbound, author):
        return screening.drop(robot)
    return _file_quietly(inbound.submitted_by(author, mailing_list), robot)


def _file_quietly(submission: Submission, robot: Grounds) -> Verdict:
    """File what a robot wrote on the ticket it answers; it is never answered, sent on or taken as a question."""
    ticket = submission.place.ticket
    if submission.earlier:
        return discarded(robot)
    if ticket is None or submission.incoming.redacted:
        return screening.drop(robot)
    arrival = submission.arrival
    filing = Filing(submission.author, arrival.content_key, submission.now, arrival_key=arrival.id)
    post = replace(submission.post, robot=robot)
    portal, mailing_list = submission.house.portal, submission.mailing_list
    message = file_post(submission.session, portal, mailing_list, post, filing, ticket)
    return Verdict(Disposition.FILED, robot, message)


def _file(submission: Submission) -> Verdict:
    """File what nothing speaks against; what is anonymous, when its asker has seen it as the others would."""
    submission = _at_strictest(submission)
    for screen in SCREENS:
        if verdict := screen(submission):
            return verdict
    if submission.earlier:
        submission = _under_own_id(submission)
    reachability.heard_from(submission.session, submission.author, submission.now)
    openness.close_off(submission)
    filing = _describe_filing(submission)
    preview = _find_preview(submission, filing)
    if preview is not None and preview.choice is not Choice.SEND:
        return held(Reason.PREVIEWED)
    if preview is not None:
        filing = replace(filing, clean_files=_only_seen(filing.clean_files, preview))
    portal, mailing_list, ticket = submission.house.portal, submission.mailing_list, submission.place.ticket
    message = file_post(submission.session, portal, mailing_list, submission.post, filing, ticket)
    return Verdict(Disposition.FILED, message=message)


def _at_strictest(submission: Submission) -> Submission:
    addresses = [*(recipient for recipient, _ in submission.siblings), *submission.post.recipients]
    destination = addressees.strictest_destination(submission.directory, submission.destination, addresses)
    return replace(submission, destination=destination)


def _under_own_id(submission: Submission) -> Submission:
    """A message as it is filed where another has its Message-ID."""
    post = replace(submission.post, message_id=f"{submission.arrival.content_key}@{submission.arrival.id}.invalid")
    return submission.saying(post)


def _screen_author(submission: Submission) -> Verdict | None:
    """Hold what its author may not write; a member's news not unsaid, for they believe that everybody has got it."""
    fault = screening.find_fault(submission)
    if not fault or submission.arrival.is_vouched:
        return None
    if fault is Reason.NO_EDITOR:
        _tell_once(EventKind.NEWS_HELD, submission, fault)
    return held(fault)


def _tell_once(kind: EventKind, submission: Submission, reason: Reason) -> None:
    """Have an author told that a mail is held for this reason, unless they were, of it or of its copy elsewhere."""
    if submission.arrival.reason is not reason and not any(is_held for _, is_held in submission.siblings):
        _tell(kind, submission, submission.mailing_list, submission.author)


def _screen_copy(submission: Submission) -> Verdict | None:
    """Drop what was filed, or is held, already."""
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


def _screen_addresses(submission: Submission) -> Verdict | None:
    """Hold what its author may never have sent here, until they say they did; who is shown it first is asked anyway."""
    is_anonymous = submission.destination.purpose is Purpose.ANONYMOUS and submission.place.ticket is None
    if is_anonymous or submission.corrects or not addressees.is_unaddressed(submission, submission.author):
        return None
    _propose(submission, ProposalKind.UNPROVEN, [])
    return held(Reason.UNADDRESSED)


def _screen_encryption(submission: Submission) -> Verdict | None:
    """Nobody here can open what is encrypted, so its author is told at once what to do."""
    if not submission.reading.encryption:
        return None
    _tell(EventKind.ENCRYPTED, submission, submission.mailing_list, submission.author)
    return held(Grounds(Reason.ENCRYPTED, {"kind": submission.reading.encryption}))


def _screen_numbers(submission: Submission) -> Verdict | None:
    """Hold what has CPR numbers, or may have, until its author has decided."""
    if not submission.incoming.redacted:
        return None
    findings = submission.reading.findings
    proposal = _propose(submission, ProposalKind.CPR, [asdict(finding) for finding in findings])
    if proposal.choice is not None:
        return held(Reason.STUCK_CPR)
    return held(Reason.HOLDS_UNREAD if is_unread_alone(findings) else Reason.HOLDS_CPR)


def _screen_unasked(submission: Submission) -> Verdict | None:
    """Let what answers an anonymous question wait with it: its author may be in Cc, and would tell who asked."""
    if submission.place.ticket or submission.arrival.is_vouched:
        return None
    asked = proposals.find_previewed(submission.session, submission.post.cited)
    if asked is None or asked.person_key == submission.author.id or asked.choice is Choice.SEND:
        return None
    return Verdict(None, Grounds(Reason.ANSWERS_WAITING)) if asked.choice is None else held(Reason.ANSWERS_WITHDRAWN)


def _screen_place(submission: Submission) -> Verdict | None:
    """Hold what may not be for those who would read it: in its ticket, or in one of its own."""
    if submission.arrival.is_vouched:
        return None
    if submission.place.doubt:
        return held(submission.place.doubt)
    if not is_exposing(submission):
        return None
    _tell_once(EventKind.EXPOSING, submission, Reason.EXPOSES)
    return held(Reason.EXPOSES)


def _screen_robots(submission: Submission) -> Verdict | None:
    """File quietly what a robot that hides repeats, and hold what would make a storm; a lawyer makes none."""
    ticket = submission.place.ticket
    if ticket and (echo := screening.find_echo(submission, ticket)):
        return _file_quietly(submission, echo)
    if submission.mailing_list.id in submission.sight.lawyer_of:
        return None
    repeated = screening.find_repetition(submission)
    storm = screening.find_storm(submission, ticket) if ticket else None
    found = repeated or storm
    if found is None or _is_confirmed(submission):
        return None
    return _file_quietly(submission, repeated) if repeated and ticket else held(found)


FOR_OTHERS = (_screen_addresses, _screen_encryption, _screen_numbers)  # before anything reaches others than its author
SCREENS = (_screen_author, _screen_copy, *FOR_OTHERS, _screen_unasked, _screen_place, _screen_robots)


def _is_confirmed(submission: Submission) -> bool:
    """Whether a person has said of this very message that it is to be filed."""
    arrival = submission.arrival
    return arrival.is_vouched or proposals.was_released(submission.session, arrival.key)


def _propose(submission: Submission, kind: ProposalKind, findings: list[dict[str, Any]]) -> Proposal:
    return proposals.make(
        submission.session, kind, submission.arrival, submission.author, submission.mailing_list, submission.now,
        findings,
    )  # fmt: skip


def _find_preview(submission: Submission, filing: Filing) -> Proposal | None:
    """What an anonymous asker is asked before everybody reads it: they see first what the others would.

    What is added to the question later goes out at once where nothing had to be masked or kept back in it; an answer,
    unless something is left in it that may tell who asked. Nobody else is asked: they are not to learn who it was.
    """
    post, mailing_list, ticket = submission.post, submission.mailing_list, submission.place.ticket
    corrects, author = submission.corrects, filing.author
    visibility = ticket.visibility if ticket else filing.visibility
    is_askers = ticket is None or ticket.asker_key == author.id
    if visibility is not Visibility.ANONYMOUS or not (is_askers or filing.is_lawyer):
        return None
    shown = anonymity.foresee(submission.session, mailing_list, author, post, ticket, filing.clean_files, filing.at)
    is_touched = shown.replacements or shown.files or shown.left_out or corrects or ticket is None
    if not (is_touched if is_askers else shown.doubts):
        return None
    preview = {
        "message_id": post.message_id,
        "body_digest": post.body_digest,
        "number": numbering.number_of(submission.session, ticket) if ticket else 0,
        "subject": threads.plain_subject(shown.subject, mailing_list.prefix) or threads.first_words(shown.text),
        "text": shown.text,
        "files": [asdict(file) for file in shown.files],
        "left_out": shown.left_out,
        "kept_back": shown.kept_back,
        "doubts": shown.doubts,
        "is_answer": not is_askers,
        "corrects": corrects is not None,
        "files_before": corrections.count_files(corrects) if corrects else 0,
        "sent_at": (post.sent_at or filing.at).isoformat(),
    }
    return _propose(submission, ProposalKind.ANONYMOUS, [preview])


def _only_seen(clean_files: Mapping[int, CleanFile], preview: Proposal) -> dict[int, CleanFile]:
    """Of the clean copies, those that the asker could look at before."""
    seen = {(file["part"], file["clean_key"]) for file in preview.findings[0]["files"]}
    return {part: clean for part, clean in clean_files.items() if (part, sha256(clean.octets).hexdigest()) in seen}


def _describe_filing(submission: Submission) -> Filing:
    """Whose message it is and what its ticket is to be: confidential, if it may quote what not everybody may see, or
    nobody knows which desk it was for.
    """
    arrival = submission.arrival
    is_doubtful = submission.place.doubt or arrival.known_by is KnownBy.NOTHING
    is_released = arrival.is_vouched and is_exposing(submission)
    return Filing(
        author=submission.author,
        content_key=arrival.content_key,
        at=submission.now,
        is_lawyer=submission.mailing_list.id in submission.sight.lawyer_of,
        kind=TicketKind.NEWS if submission.destination.purpose is Purpose.NEWS else TicketKind.QUESTION,
        visibility=Visibility.CONFIDENTIAL if is_doubtful or is_released else submission.visibility,
        arrival_key=arrival.id,
        clean_files=submission.incoming.clean_files,
    )
