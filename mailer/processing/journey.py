"""The journey of one message, from its arrival to what becomes of it."""

from dataclasses import replace

from mailer.addresses import Destination, Purpose
from mailer.delivery.bounces import count_bounce, is_about_a_letter_of_ours
from mailer.letters.registry import kinds_for_owners
from mailer.processing import addressees, corrections, decisions, openness, previews, screening, screens
from mailer.processing.commands import consenting, editing, hearing, obeying, reaching, scheduling
from mailer.processing.commands.list_addresses import COMMANDS, obey
from mailer.processing.exposure import is_exposing
from mailer.processing.screening import Author, Verdict, discarded, held
from mailer.processing.submission import Inbound, Submission
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import (
    Choice,
    Delivery,
    Disposition,
    EventKind,
    MailingList,
    Person,
    Proposal,
    Role,
    TicketKind,
    Visibility,
)
from tickets.envelope import KnownBy
from tickets.errors import NotFound
from tickets.moderation import proposals
from tickets.people import owners, persons, reachability
from tickets.people.appointments import roles_of
from tickets.people.sight import sight_of
from tickets.reasons import BounceKind, Grounds, Reason
from tickets.thread_ids import is_own_id


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
    decision = screening.find_decision(inbound, author)
    if isinstance(decision, Verdict):
        return decision
    if decision is not None:
        return _decide(inbound, decision, author.known)
    if author.known is None and (fault := screening.find_newcomers_fault(inbound, mailing_list)):
        return held(fault)
    person = _let_in(inbound, author)
    if destination.purpose in COMMANDS:
        return _obey(inbound, person)
    return _file(inbound.submitted_by(person, mailing_list))


def _count(inbound: Inbound, delivery_key: int) -> Verdict:
    """Count a report on the delivery to whose return path it came, if it names the recipient and is no mere delay."""
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


def _file_by_robot(inbound: Inbound, robot: Grounds) -> Verdict:
    """File a robot's message quietly where it may be of use to a ticket of somebody who is known; else drop it."""
    mailing_list = inbound.destination.mailing_list
    if mailing_list is None or (inbound.known is None and not robot.reason.may_be_by_a_person):
        return screening.drop(robot)
    author = screening.find_author(inbound)
    if isinstance(author, Verdict) or addressees.is_unaddressed(inbound, author.known):
        return screening.drop(robot)
    if author.known is None and screening.find_newcomers_fault(inbound, mailing_list):
        return screening.drop(robot)
    return screens.file_quietly(inbound.submitted_by(_let_in(inbound, author), mailing_list), robot)


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
    if misdirection := screening.find_misdirection(inbound):
        return held(misdirection)
    if author.known is None and screening.find_newcomers_fault(inbound, mailing_list):
        return held(Reason.FOR_ADMINISTRATORS)
    person = _let_in(inbound, author)
    submission = inbound.submitted_by(person, mailing_list)
    if screening.find_fault(submission) or not owners.owners_of(inbound.session, mailing_list, person):
        return held(Reason.FOR_ADMINISTRATORS)
    if owners.was_handed_on(inbound.session, inbound.arrival, mailing_list):
        return discarded(Reason.COPY_FOR_OWNERS)
    if verdict := screens.stop(submission, screens.FOR_OTHERS):
        return verdict
    did = owners.hand_on(inbound.session, inbound.arrival, person, mailing_list, inbound.post, inbound.now)
    return Verdict(Disposition.OBEYED, did)


def _tell_redirector(inbound: Inbound, mailing_list: MailingList, verdict: Verdict) -> Verdict:
    """Have a member told who sent another's mail on to a list of theirs, and what to do, if it is held now."""
    redirector = persons.person_writing_as(inbound.session, inbound.reading.redirector)
    if redirector is None or verdict.disposition is not Disposition.HELD or inbound.arrival.grounds == verdict.grounds:
        return verdict
    if mailing_list.id in sight_of(inbound.session, redirector, mailing_list).member_of:
        screens.tell(EventKind.SENT_ON, inbound, mailing_list, redirector)
    return verdict


def _decide(inbound: Inbound, decision: Destination, author: Person | None) -> Verdict:
    """Hear an author's word on a message of theirs that waits for it; nobody else has one.

    A new text of an anonymous question, which is no word, takes the place of the old one and is shown first too.
    """
    session, mailing_list = inbound.session, decision.mailing_list
    if decision.digest_key is not None:
        return editing.hear(inbound, decision.digest_key, author)
    if decision.consent_key is not None:
        return consenting.hear(inbound, decision.consent_key, author)
    proposal = session.get(Proposal, decision.proposal_key)
    if proposal is None or mailing_list is None or mailing_list.id != proposal.mailing_list_key:
        return held(Reason.NOT_ASKED)
    if author is None or author.id != proposal.person_key:
        return held(Reason.NOT_THEIRS)
    if hearing.is_by_who_is_in_doubt(inbound, proposal, author):
        return held(Grounds(Reason.SENT_FOR, {"sender": inbound.reading.sender}))
    if decision.choice is not None:
        return Verdict(Disposition.OBEYED, decisions.choose(session, proposal, decision.choice, inbound.now))
    if scheduling.reschedule(session, proposal, inbound.post, inbound.house.portal, inbound.now):
        return Verdict(Disposition.OBEYED, Grounds(Reason.RESCHEDULED))
    if proposals.newest_of(session, inbound.arrival.key) is None:
        if not corrections.is_correction(proposal, inbound.post, mailing_list):
            did = decisions.hear(session, proposal, inbound.post, mailing_list, inbound.now)
            return Verdict(Disposition.OBEYED, did)
        proposals.supersede(session, proposal, inbound.now)
    post = corrections.correct(session, proposal, inbound.post, mailing_list)
    where = corrections.find_destination(session, proposal, decision)
    corrected = replace(inbound, destination=where).saying(post)
    verdict = _file(corrected.submitted_by(author, mailing_list, corrects=proposal))
    return replace(verdict, subject=post.subject)


def _obey(inbound: Inbound, author: Person) -> Verdict:
    if inbound.destination.person_key not in (None, author.id):
        return held(Reason.NOT_THEIRS)
    try:
        return Verdict(Disposition.OBEYED, obey(inbound, author))
    except NotFound:
        return held(Reason.NOT_FOR_THEM)


def _let_in(inbound: Inbound, author: Author) -> Person:
    """The author of a message from which something follows: a member from now on, if they were none before."""
    as_guest = inbound.arrival.is_vouched
    person = persons.admit(inbound.session, author.known, author.email, author.name, inbound.now, as_guest=as_guest)
    assert person is not None  # who is not welcome is no author
    return person


# -- filing ----------------------------------------------------------------------------


def _file(submission: Submission) -> Verdict:
    """File a message that nothing speaks against; an anonymous one once its asker has seen it as the others would."""
    heard = hearing.hear(_at_strictest(submission).where_it_is_now())
    submission = heard.submission
    if verdict := screens.stop(submission, screens.SCREENS) or hearing.stop(heard) or reaching.stop(heard):
        return verdict
    if verdict := scheduling.stop(submission):
        return verdict
    submission = scheduling.sent_now(submission)
    if submission.earlier:
        submission = _under_own_id(submission)
    reachability.heard_from(submission.session, submission.author, submission.now)
    openness.close_off(submission)
    filing = replace(_describe_filing(submission), narrowed_to=reaching.narrowed_to(submission))
    shown = None if heard.is_internal else previews.find_preview(submission, filing)
    if shown:
        asked = previews.ask(submission, filing, shown)
        if asked.choice is not Choice.SEND:
            return held(Reason.PREVIEWED)
        filing = replace(filing, clean_files=previews.only_seen(submission.session, filing.clean_files, asked))
    if heard.orders.commands:
        return obeying.obey(replace(heard, submission=submission), filing)
    filing = replace(filing, message_kind=heard.kind)
    portal, mailing_list, ticket = submission.house.portal, submission.mailing_list, submission.place.ticket
    message = file_post(submission.session, portal, mailing_list, submission.post, filing, ticket)
    return Verdict(Disposition.FILED, message=message)


def _at_strictest(submission: Submission) -> Submission:
    addresses = [*(recipient for recipient, _ in submission.siblings), *submission.post.recipients]
    destination = addressees.strictest_destination(submission.directory, submission.destination, addresses)
    return replace(submission, destination=destination)


def _under_own_id(submission: Submission) -> Submission:
    """The message under an id of its own, where an earlier one has its Message-ID."""
    post = replace(submission.post, message_id=f"{submission.arrival.content_key}@{submission.arrival.id}.invalid")
    return submission.saying(post)


def _describe_filing(submission: Submission) -> Filing:
    """Whose message it is, and what its ticket is to be.

    It is confidential if it may quote what not everybody may see, or if nobody knows which address of the list it was
    for.
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
        undo=submission.house.undo,
        clean_files=submission.prepared.clean_files,
        keeps_form=_keeps_form(submission),
    )


def _keeps_form(submission: Submission) -> bool:
    """Whether its author's layout is shown: an editor's or a lawyer's, for whose own address somebody vouches."""
    roles = roles_of(submission.session, submission.author, submission.mailing_list) if submission.post.form else set()
    return bool(roles & {Role.EDITOR, Role.LAWYER}) and screening.find_own_doubt(submission) is None
