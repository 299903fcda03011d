"""Decisions: an author's word on a message of theirs that waits for it, written to the address made for that."""

import re
from datetime import datetime

from sqlmodel import Session

from tickets import journal
from tickets.conversations import threads
from tickets.database.models import Choice, EventKind, MailingList, Proposal, ProposalKind
from tickets.moderation import proposals
from tickets.moderation.proposals import unclear_line_of
from tickets.post import Post
from tickets.reasons import Grounds, Reason

WORDS = {
    "send": Choice.SEND,
    "send den": Choice.SEND,
    "send maskeret": Choice.SEND,
    "send den maskeret": Choice.SEND,
    "send uden": Choice.SEND,
    "send uden fil": Choice.SEND,
    "send uden filen": Choice.SEND,
    "send uden filerne": Choice.SEND,
    "send den uden filen": Choice.SEND,
    "send den uden filerne": Choice.SEND,
    "send det": Choice.SEND,
    "send mailen": Choice.SEND,
    "send spørgsmålet": Choice.SEND,
    "send uden nummeret": Choice.SEND,
    "send den uden nummeret": Choice.SEND,
    "send anonymt": Choice.SEND,
    "send den anonymt": Choice.SEND,
    "send masked": Choice.SEND,
    "send it": Choice.SEND,
    "send without the file": Choice.SEND,
    "send without the files": Choice.SEND,
    "send it without the file": Choice.SEND,
    "send it without the files": Choice.SEND,
    "send it masked": Choice.SEND,
    "send anonymously": Choice.SEND,
    "træk tilbage": Choice.WITHDRAW,
    "træk den tilbage": Choice.WITHDRAW,
    "traek tilbage": Choice.WITHDRAW,
    "traek den tilbage": Choice.WITHDRAW,
    "tilbagetræk": Choice.WITHDRAW,
    "trækkes tilbage": Choice.WITHDRAW,
    "svar": Choice.SEND,
    "send som svar": Choice.SEND,
    "send den som svar": Choice.SEND,
    "answer": Choice.SEND,
    "send as an answer": Choice.SEND,
    "send as answer": Choice.SEND,
    "annuller": Choice.WITHDRAW,
    "annullér": Choice.WITHDRAW,
    "aflys": Choice.WITHDRAW,
    "fortryd": Choice.WITHDRAW,
    "cancel": Choice.WITHDRAW,
    "cancel it": Choice.WITHDRAW,
    "undo": Choice.WITHDRAW,
    "send now": Choice.SEND,
    "withdraw": Choice.WITHDRAW,
    "withdraw it": Choice.WITHDRAW,
}
AUDIENCES = {"alle": Choice.SEND, "all": Choice.SEND, "kun": Choice.ONLY, "only": Choice.ONLY}
COURTESY = {
    "ja", "jo", "tak", "venligst", "gerne", "hej", "bare", "blot", "så", "nu", "ok", "okay", "yes", "please", "thanks",
    "thank", "you", "just",
}  # fmt: skip
LONGEST_LINE = 200  # characters


def read_choice(post: Post, mailing_list: MailingList) -> Choice | None:
    """What the first line of the text says, or else the subject; None if that is anything but a decision.

    "Send ikke" and the like decide nothing: the words must stand alone, but for courtesy.
    """
    lines = (line for line in post.text.split("\n") if line.strip() and not line.startswith(">"))
    return _choice_in(next(lines, "")) or _choice_in(threads.plain_subject(post.subject, mailing_list.prefix))


def hear(session: Session, proposal: Proposal, post: Post, mailing_list: MailingList, now: datetime) -> Grounds:
    """Do what the author decided, and tell what was done; what decides nothing is answered."""
    choice = read_choice(post, mailing_list) or _read_meant(post, proposal) or _read_audience(post, proposal)
    return choose(session, proposal, choice, now)


def choose(session: Session, proposal: Proposal, choice: Choice | None, now: datetime) -> Grounds:
    """Do what was chosen, and tell what was done; a choice that comes too late, or is none, is answered."""
    if choice is not None and proposals.decide(session, proposal, choice, now):
        return Grounds(Reason.DECIDED, {"choice": choice})
    journal.append(
        session, EventKind.PROPOSAL_UNCLEAR, now,
        list_key=proposal.mailing_list_key, person_key=proposal.person_key, arrival_key=proposal.arrival_key,
    )  # fmt: skip
    if proposal.choice:
        return Grounds(Reason.DECIDED_BEFORE, {"choice": proposal.choice})
    return Grounds(Reason.DECIDES_NOTHING)


def _read_meant(post: Post, proposal: Proposal) -> Choice | None:
    """Whether the first line is the command that was meant, or a yes to it."""
    meant = unclear_line_of(proposal).meant if proposal.kind is ProposalKind.COMMAND else ""
    if not meant:
        return None
    first = next((line for line in post.text.split("\n") if line.strip() and not line.startswith(">")), "")
    said = first.strip().rstrip(".!").casefold()
    return Choice.MEANT if said in ("ja", "yes", meant.casefold()) else None


def _read_audience(post: Post, proposal: Proposal) -> Choice | None:
    """Whether the first line says that a mail is for everybody, or for one."""
    if proposal.kind is not ProposalKind.AUDIENCE:
        return None
    first = next((line for line in post.text.split("\n") if line.strip() and not line.startswith(">")), "")
    return AUDIENCES.get(first.strip().rstrip(".!").casefold())


def _choice_in(line: str) -> Choice | None:
    words = re.findall(r"\w+", line[:LONGEST_LINE].casefold())
    return WORDS.get(" ".join(word for word in words if word not in COURTESY))
