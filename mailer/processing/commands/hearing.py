"""Hearing: what a mail in a ticket asks for, who may ask it that way, and what is left of it for others to read.

Nothing of a mail goes out whose author may have meant a command by it: they are asked first, by a proposal.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from sqlmodel import Session, select

from mailer.addresses import Purpose
from mailer.processing import screening
from mailer.processing.commands.lines import tidy
from mailer.processing.commands.nearness import Miss, NearMiss
from mailer.processing.commands.understanding import Orders, amend, understand
from mailer.processing.commands.words import LAWYERS, MEMBERS, Verb
from mailer.processing.screening import Verdict, discarded, held
from mailer.processing.submission import Inbound, Submission
from tickets.acts.acting import was_obeyed
from tickets.conversations import threads
from tickets.database.models import (
    Choice,
    Message,
    MessageKind,
    Person,
    Proposal,
    ProposalKind,
    Role,
    Ticket,
    TicketKind,
)
from tickets.errors import PortalError
from tickets.moderation import proposals
from tickets.moderation.proposals import UnclearLine, unclear_line_of
from tickets.people.appointments import lawyers, roles_of
from tickets.reasons import Reason
from tickets.text.folding import WORD

BY_OTHERS = frozenset({*MEMBERS, Verb.UNDO})
AMENDED = frozenset({Miss.SPELLING, Miss.FORM, Miss.PLACE})
FOR_ASKERS = (Verb.ANSWER, Verb.SHORT, Verb.CORRECT)
NONE: frozenset[Verb] = frozenset()
MOST_WORDS = 5  # of a line that may be a command that misses


@dataclass(frozen=True)
class Heard:
    """A mail that says only what is for others to read, and what it asked for; or why its author has to be asked."""

    submission: Submission
    orders: Orders = field(default_factory=Orders)
    text: str = ""  # all that it said
    miss: NearMiss | None = None
    kind: MessageKind | None = None  # where that is clear without its commands

    @property
    def is_alone(self) -> bool:
        """Whether there is nothing in it for others to read."""
        post = self.submission.post
        return bool(self.orders.commands) and not post.text.strip() and not post.attached

    @property
    def is_internal(self) -> bool:
        """Whether what is left of it is for the list's lawyers alone."""
        return self.is_among_lawyers or self.orders.first(Verb.NOTE) is not None or self.is_alone

    @property
    def is_among_lawyers(self) -> bool:
        """Whether it answers an internal message, and does not say that it is for who asked."""
        return self.kind is MessageKind.NOTE and self.orders.first(*FOR_ASKERS) is None


def hear(submission: Submission) -> Heard:
    """Read a mail for commands, if its author may give any.

    What answers an internal message quotes it, and is for more people where it is an answer: the quote stays out.
    """
    if _kind_without(submission) is MessageKind.NOTE:
        submission = submission.saying(replace(submission.post, quoted=""))
    verbs = _verbs_for(submission)
    asked = proposals.find(submission.session, ProposalKind.COMMAND, submission.arrival.key) if verbs else None
    if not verbs or (asked is not None and asked.choice is Choice.SEND):
        return Heard(submission, kind=None if asked else _kind_without(submission))
    text, author = submission.post.text, submission.post.author.name
    is_meant = asked is not None and asked.choice is Choice.MEANT
    if asked is not None and is_meant and (said := _miss_of(asked)).miss in AMENDED:
        text = amend(text, said, author)
    orders = understand(text, _today(submission), verbs, _known_words(submission, text), author)
    miss = orders.near_miss if submission.place.ticket else None
    if orders.commands and not is_meant:
        miss = _find_obstacle(submission, orders)
    if miss or not orders.commands:
        return Heard(submission, miss=miss, kind=_kind_without(submission))
    saying = submission.saying(replace(submission.post, text=orders.rest))
    assert isinstance(saying, Submission)
    placed = replace(saying, placed=submission.place)  # where it belongs, the words taken off it may say
    return Heard(placed, orders, text, kind=_kind_without(submission))


def stop(heard: Heard) -> Verdict | None:
    """Hold a mail whose author has to be asked, or for whom nobody vouches; drop one that was obeyed before."""
    submission = heard.submission
    if heard.miss:
        return ask(submission, heard.miss)
    if not heard.orders.commands:
        return None
    if doubt := screening.find_own_doubt(submission):  # a token in To alone is enough for an answer, and no more
        return screening.put_off(submission, doubt)
    is_copy = was_obeyed(submission.session, ticket_of(heard), submission.post.message_id, submission.author)
    return discarded(Reason.COPY_OF_OBEYED) if is_copy else None


def ask(submission: Submission, miss: NearMiss, because: PortalError | None = None, text: str = "") -> Verdict:
    """Have the author asked what a line of theirs means; until then nothing comes of the mail.

    `text` is what they wrote, where commands were taken off it.
    """
    finding = UnclearLine(
        miss.line, miss.miss.value, miss.meant,
        because.refusal.value if because else "", because.details if because else {},
        submission.reading.sender, text or submission.post.text,
    ).finding()  # fmt: skip
    session, arrival = submission.session, submission.arrival
    before = proposals.find(session, ProposalKind.COMMAND, arrival.key)
    if before is not None and before.choice is not None:
        proposals.ask_again(session, before, [finding], submission.now)
    else:
        proposals.make(
            session, ProposalKind.COMMAND, arrival, submission.author, submission.mailing_list, submission.now,
            [finding],
        )  # fmt: skip
    return held(Reason.UNCLEAR)


def _kind_without(submission: Submission) -> MessageKind | None:
    """What a mail without commands is: a lawyer's reply to an internal note is one too, and nobody's answer.

    The address that the note's letter gave for it says so, whatever the mail cites or whoever vouches for that.
    """
    ticket = submission.place.ticket
    if submission.destination.is_internal:
        return MessageKind.NOTE
    if ticket is None or submission.mailing_list.id not in submission.sight.lawyer_of:
        return None
    parent = threads.find_parent(submission.session, submission.mailing_list, ticket, submission.post)
    return MessageKind.NOTE if parent is not None and parent.kind is MessageKind.NOTE else None


def _verbs_for(submission: Submission) -> frozenset[Verb]:
    """What its author may ask for where the mail belongs; a new question of a member's asks for nothing else."""
    if submission.place.doubt or submission.corrects:
        return NONE
    if submission.mailing_list.id in submission.sight.lawyer_of:
        return LAWYERS | MEMBERS
    if submission.place.ticket is None:
        return NONE
    return BY_OTHERS | {Verb.CORRECT} if _edits_news(submission, submission.place.ticket) else BY_OTHERS


def _edits_news(submission: Submission, ticket: Ticket) -> bool:
    """Whether its author, an editor, writes in the ticket of some news."""
    if ticket.kind is not TicketKind.NEWS:
        return False
    return Role.EDITOR in roles_of(submission.session, submission.author, submission.mailing_list)


def _find_obstacle(submission: Submission, orders: Orders) -> NearMiss | None:
    """Why somebody has to be asked first whether they meant what they wrote."""
    line = orders.commands[0].line
    if submission.place.ticket is None:
        return NearMiss(line, Miss.NO_TICKET)
    if submission.post.attached and not orders.rest.strip() and orders.first(Verb.NOTE) is None:
        return NearMiss(line, Miss.FILE_ALONE)
    if submission.arrival.is_vouched or submission.destination.purpose is Purpose.NEWS:
        return None  # who may send news by this address may correct it
    if submission.destination.person_key != submission.author.id:
        return NearMiss(line, Miss.NOT_ADDRESSED, line)
    sender = submission.reading.sender
    if sender and submission.author.email != sender and not _was_trusted(submission.session, submission.author, sender):
        return NearMiss(line, Miss.DELEGATED, line)
    return None


def _was_trusted(session: Session, author: Person, sender: str) -> bool:
    """Whether the author has said before that this one gives commands in their name."""
    theirs = (Proposal.person_key == author.id, Proposal.kind == ProposalKind.COMMAND)
    said = session.exec(select(Proposal).where(*theirs, Proposal.choice == Choice.MEANT))
    return any(one.miss == Miss.DELEGATED and one.sender == sender for one in map(unclear_line_of, said))


def is_by_who_is_in_doubt(inbound: Inbound, proposal: Proposal, author: Person) -> bool:
    """Whether an author's word on a command that somebody sent for them comes from that very one."""
    sender = inbound.reading.sender
    if not sender or inbound.arrival.is_vouched or proposal.kind is not ProposalKind.COMMAND:
        return False
    return unclear_line_of(proposal).sender == sender and not _was_trusted(inbound.session, author, sender)


def _miss_of(proposal: Proposal) -> NearMiss:
    unclear = unclear_line_of(proposal)
    return NearMiss(unclear.line, Miss(unclear.miss), unclear.meant)


def _today(submission: Submission) -> date:
    return submission.house.portal.local(submission.now).date()


def _known_words(submission: Submission, text: str) -> frozenset[str]:
    """The words that the ticket uses itself, and the names of those in it, where a line of them may be in doubt."""
    ticket = submission.place.ticket
    if ticket is None or not _may_miss(text):
        return frozenset()
    session = submission.session
    said = select(Message.subject, Message.text).where(Message.ticket_key == ticket.id).limit(50)
    texts = [one for pair in session.exec(said) for one in pair]
    people = [submission.author, session.get_one(Person, ticket.asker_key), *lawyers(session, ticket.mailing_list_key)]
    names = [f"{one.name} {one.email.partition('@')[0]}" for one in people]
    return frozenset(word.lower() for one in (ticket.subject, *texts, *names) for word in WORD.findall(one))


def _may_miss(text: str) -> bool:
    """Whether a line on top is so short that it may be a command that misses."""
    first = [line for line in (tidy(raw) for raw in text.split("\n", 12)[:12]) if line is not None]
    return any(len(line.words) <= MOST_WORDS for line in first)


def ticket_of(heard: Heard) -> Ticket:
    """The ticket that the commands are about."""
    ticket = heard.submission.place.ticket
    assert ticket is not None
    return ticket
