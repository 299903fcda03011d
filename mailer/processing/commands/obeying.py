"""Obeying: the commands of a mail are done, all or none, and what is left of it is filed between them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import Session

from mailer.processing.commands import hearing
from mailer.processing.commands.hearing import Heard
from mailer.processing.commands.nearness import Miss, NearMiss
from mailer.processing.commands.understanding import Command
from mailer.processing.commands.words import Verb
from mailer.processing.screening import Verdict
from mailer.processing.submission import Submission
from tickets.acts import (
    assigning,
    correcting,
    describing,
    following,
    joining,
    noting,
    opening,
    parting,
    statuses,
    visibility,
)
from tickets.acts.acting import Hand
from tickets.conversations import threads
from tickets.conversations.filing import WAITING, Filing, file_post
from tickets.database.models import Disposition, MailingList, Message, MessageKind, Ticket, TicketKind, Visibility, Way
from tickets.desk import absences
from tickets.envelope import WEB
from tickets.errors import AnswerOut, BadInput, NotFound, PortalError, QuestionOut
from tickets.people.lists import list_called
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.publishing import drafting
from tickets.reasons import Grounds, Reason, Refusal
from tickets.text.thanks import is_mere_thanks
from tickets.undoing import inverses

FIRST = frozenset(
    {
        Verb.TAKE,
        Verb.ASSIGN,
        Verb.TOPICS,
        Verb.CONFIDENTIAL,
        Verb.SPLIT,
        Verb.WITHDRAW,
        Verb.SAME,
        Verb.FOLLOW,
        Verb.UNFOLLOW,
    }
)  # before the rest is filed: it says who gets it, or where it goes
TOO_LATE: dict[type[PortalError], Miss] = {AnswerOut: Miss.ANSWER_OUT, QuestionOut: Miss.QUESTION_OUT}
WORDLESS = frozenset({Verb.NOTE, Verb.ANSWER, Verb.CORRECT})  # they say what the rest is


@dataclass(frozen=True)
class Task:
    """One command, and what it is about."""

    submission: Submission
    ticket: Ticket
    command: Command
    hand: Hand
    message: Message | None = None  # what was filed of the mail

    @property
    def session(self) -> Session:
        """The caller's transaction."""
        return self.submission.session

    @property
    def portal(self) -> Portal:
        """The portal's own settings."""
        return self.submission.house.portal


def obey(heard: Heard, filing: Filing) -> Verdict:
    """Do what a mail asks for, and file what is left of it as described, but for what its commands say.

    What cannot be done stops all of it, and is asked about.
    """
    submission = heard.submission
    try:
        with submission.session.begin_nested():
            message = _do_all(heard, filing)
    except PortalError as refusal:
        line = heard.orders.commands[0].line
        miss = TOO_LATE.get(type(refusal), Miss.IMPOSSIBLE)
        return hearing.ask(submission, NearMiss(line, miss), refusal, heard.text)
    told = Grounds(Reason.COMMANDED, {"commands": ", ".join(one.verb.value for one in heard.orders.commands)})
    if message is None:
        return Verdict(Disposition.OBEYED, told)
    return Verdict(Disposition.FILED, told, message)


def _do_all(heard: Heard, filing: Filing) -> Message | None:
    submission, orders = heard.submission, heard.orders
    way = Way.WEB if submission.arrival.door == WEB else Way.MAIL
    hand = Hand(submission.author, submission.now, way, submission.post.message_id)
    ticket = hearing.ticket_of(heard)
    for command in orders.commands:
        if command.verb in FIRST:
            ticket = DOERS[command.verb](Task(submission, ticket, command, hand)) or ticket
    submission = _with_short_answer(heard, ticket)
    message, corrected = None, _answer_to_correct(heard, ticket)
    if submission.post.text.strip() or submission.post.attached:
        message = _file(submission, ticket, replace(filing, message_kind=_kind_of_rest(heard, ticket)))
    if corrected is not None:
        _correct(heard, ticket, corrected, message, hand)
    for command in orders.commands:
        if command.verb not in FIRST | WORDLESS:
            ticket = DOERS[command.verb](Task(submission, ticket, command, hand, message)) or ticket
    if message is not None and message.kind is MessageKind.NOTE:
        noting.note(submission.session, ticket, message, hand)
    return message


def _answer_to_correct(heard: Heard, ticket: Ticket) -> Message | None:
    """The answer that a mail corrects: what it replies to, or the newest; None if it corrects none."""
    if heard.orders.first(Verb.CORRECT) is None:
        return None
    submission = heard.submission
    parent = threads.find_parent(submission.session, submission.mailing_list, ticket, submission.post)
    return correcting.answer_to_correct(submission.session, ticket, parent)


def _correct(heard: Heard, ticket: Ticket, old: Message, new: Message | None, hand: Hand) -> None:
    if new is None:
        raise BadInput(Refusal.CORRECTION_IS_EMPTY)
    short = heard.orders.first(Verb.SHORT)
    session = heard.submission.session
    correcting.correct(session, ticket, old, new, short.argument if short else "", hand)
    if drafting.standing(session, ticket) is not None and heard.orders.first(Verb.PUBLISH) is None:
        drafting.draft(session, ticket, new, hand)  # a new version of what is published


def _file(submission: Submission, ticket: Ticket, filing: Filing) -> Message:
    mailing_list = submission.session.get_one(MailingList, ticket.mailing_list_key)
    return file_post(submission.session, submission.house.portal, mailing_list, submission.post, filing, ticket)


def _with_short_answer(heard: Heard, ticket: Ticket) -> Submission:
    """The mail with its short answer as the first words; alone it is the answer of a ticket that waits for one."""
    submission, short = heard.submission, heard.orders.first(Verb.SHORT)
    text = submission.post.text
    if short is None or (not text.strip() and ticket.status not in WAITING):
        return submission
    saying = submission.saying(replace(submission.post, text=f"{short.argument}\n\n{text}".strip()))
    assert isinstance(saying, Submission)
    return saying


def _kind_of_rest(heard: Heard, ticket: Ticket) -> MessageKind | None:
    """What the rest of a mail is, where its commands say so."""
    orders = heard.orders
    if orders.first(Verb.NOTE) or heard.is_among_lawyers:
        return MessageKind.NOTE
    is_by_lawyer = heard.submission.mailing_list.id in heard.submission.sight.lawyer_of
    is_askers = heard.submission.author.id == ticket.asker_key
    if orders.first(Verb.PENDING) and ticket.status in WAITING and is_by_lawyer:
        return MessageKind.HOLDING
    if orders.first(Verb.CORRECT):
        return MessageKind.NEWS if ticket.kind is TicketKind.NEWS else MessageKind.ANSWER
    if orders.first(Verb.ANSWER, Verb.SHORT) and is_by_lawyer and not is_askers:
        return MessageKind.ANSWER
    is_thanks = orders.first(Verb.SOLVED, Verb.CLOSE) and is_mere_thanks(heard.submission.post.text)
    return MessageKind.THANKS if is_thanks and not is_by_lawyer else None


# -- what each command does; one that changes where the rest belongs gives the ticket ----


def _take(task: Task) -> None:
    assigning.take(task.session, task.ticket, task.hand)


def _assign(task: Task) -> None:
    person = assigning.lawyer_called(task.session, task.ticket, task.command.argument)
    assigning.assign(task.session, task.ticket, person, task.hand)


def _close(task: Task) -> None:
    statuses.close(task.session, task.ticket, task.hand)


def _reopen(task: Task) -> None:
    statuses.reopen(task.session, task.ticket, task.hand)


def _put_off(task: Task) -> None:
    until = task.command.until
    at = statuses.morning_of(task.portal, until) if until else None
    statuses.put_off(task.session, task.ticket, at, task.hand)


def _set_topics(task: Task) -> None:
    describing.set_topics(task.session, task.ticket, task.command.argument.split(", "), task.hand)


def _shorten(task: Task) -> None:
    describing.shorten(task.session, task.ticket, task.command.argument, task.hand)


def _merge(task: Task) -> Ticket:
    prefix, _, number = task.command.argument.rpartition("-")
    mailing_list = list_called(task.session, prefix)
    if mailing_list is None:
        raise NotFound(Refusal.NO_TICKET, name=task.command.argument)
    target = threads.find_ticket(task.session, mailing_list, int(number))
    if target is None or target.mailing_list_key not in _lawyer_of(task, mailing_list, target):
        raise NotFound(Refusal.NO_TICKET, name=task.command.argument)
    joining.merge(task.session, task.portal, task.ticket, target, task.hand)
    return target


def _lawyer_of(task: Task, *among: MailingList | Ticket) -> frozenset[int]:
    """The lists of these, and of tickets moved since, of which whoever asks is a lawyer."""
    keys = {one.mailing_list_key if isinstance(one, Ticket) else one.key for one in among}
    rows = [task.session.get_one(MailingList, key) for key in keys]
    return frozenset(sight_of(task.session, task.submission.author, *rows).lawyer_of)


def _split(task: Task) -> Ticket:
    parent = threads.find_parent(task.session, task.submission.mailing_list, task.ticket, task.submission.post)
    if parent is None:
        raise NotFound(Refusal.NOTHING_TO_SPLIT)
    ticket, _ = parting.split(task.session, task.portal, parent, task.hand)
    return ticket


def _move(task: Task) -> None:
    mailing_list = list_called(task.session, task.command.argument)
    if mailing_list is None:
        raise NotFound(Refusal.NO_LIST, name=task.command.argument)
    opening.move(task.session, task.portal, task.ticket, mailing_list, task.hand)


def _narrow(task: Task) -> None:
    opening.change_visibility(task.session, task.ticket, Visibility.CONFIDENTIAL, task.hand)


def _open(task: Task) -> None:
    wanted = visibility.next_wider(task.session, task.ticket)
    opening.change_visibility(task.session, task.ticket, wanted, task.hand)


def _undo(task: Task) -> None:
    inverses.undo_last(task.session, task.portal, task.ticket, task.hand, task.message)


def _solve(task: Task) -> None:
    following.solve(task.session, task.ticket, task.hand)


def _follow(task: Task) -> None:
    following.follow(task.session, task.ticket, task.hand, has_same=task.command.verb is Verb.SAME)


def _unfollow(task: Task) -> None:
    following.unfollow(task.session, task.ticket, task.hand)


def _withdraw(task: Task) -> None:
    following.withdraw(task.session, task.portal, task.ticket, task.hand)


def _leave(task: Task) -> None:
    name, until = task.command.argument, task.command.until
    stand_in = assigning.lawyer_called(task.session, task.ticket, name) if name else None
    absences.leave_word(task.session, task.portal, task.ticket, until, stand_in, task.hand)


def _publish(task: Task) -> None:
    meant = task.message
    if meant is None or meant.kind is not MessageKind.ANSWER:
        post = task.submission.post
        meant = threads.find_parent(task.session, task.submission.mailing_list, task.ticket, post)
    drafting.draft(task.session, task.ticket, meant, task.hand)


DOERS: dict[Verb, Callable[[Task], Ticket | None]] = {
    Verb.TAKE: _take,
    Verb.ASSIGN: _assign,
    Verb.CLOSE: _close,
    Verb.REOPEN: _reopen,
    Verb.PENDING: _put_off,
    Verb.TOPICS: _set_topics,
    Verb.SHORT: _shorten,
    Verb.MERGE: _merge,
    Verb.SPLIT: _split,
    Verb.MOVE: _move,
    Verb.CONFIDENTIAL: _narrow,
    Verb.OPEN: _open,
    Verb.UNDO: _undo,
    Verb.SOLVED: _solve,
    Verb.SAME: _follow,
    Verb.FOLLOW: _follow,
    Verb.UNFOLLOW: _unfollow,
    Verb.WITHDRAW: _withdraw,
    Verb.AWAY: _leave,
    Verb.PUBLISH: _publish,
}
