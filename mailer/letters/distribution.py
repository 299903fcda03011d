"""Distribution: follows the journal and turns what happened into letters owed to people. It sends nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from mailer.letters import handing_on, inquiries, notices, outbox, postponing
from mailer.letters.cases import Case, find_case, show
from mailer.letters.letters import Draft, marks_for
from mailer.letters.notices import Desk, FindSimilar
from mailer.letters.wording import values_about
from tickets import links
from tickets.conversations.anonymity import Shown, names_asker
from tickets.database.models import (
    Capacity,
    Event,
    EventKind,
    LetterKind,
    MessageKind,
    Ticket,
    Visibility,
)
from tickets.journal import Follower
from tickets.moderation.originals import USUAL, Privacy
from tickets.people import audience, persons
from tickets.people.quotas import USUAL as USUAL_QUOTAS
from tickets.people.quotas import Quotas
from tickets.portal import Portal
from tickets.tokens import Signer

FOLLOWER = "distribution"
TOO_OLD = timedelta(days=1)

LETTERS_ABOUT = {
    MessageKind.QUESTION: LetterKind.QUESTION,
    MessageKind.ANSWER: LetterKind.ANSWER,
    MessageKind.FOLLOW_UP: LetterKind.FOLLOW_UP,
    MessageKind.REPLY: LetterKind.REPLY,
    MessageKind.NEWS: LetterKind.NEWS,
    MessageKind.HOLDING: LetterKind.REPLY,
    MessageKind.NOTE: LetterKind.NOTE,
}


def distributor(
    portal: Portal,
    signer: Signer,
    find_similar: FindSimilar | None = None,
    privacy: Privacy = USUAL,
    quotas: Quotas = USUAL_QUOTAS,
) -> Follower:
    """The follower of the journal that writes letters; new, it starts at the journal's end."""
    desk = Desk(portal, signer, find_similar, privacy)
    quota = quotas.questions_per_author

    def handle(session: Session, event: Event, now: datetime) -> None:
        tell = TELLERS.get(event.kind)
        if tell is None or event.is_quiet:
            return
        if due_at := postponing.put_off(session, event, quota, now):
            _tell_of_postponement(session, desk, event, quota, due_at, now)
        else:
            tell(session, desk, event, now)

    return Follower(FOLLOWER, handle, objection=_find_objection)


def _find_objection(event: Event, now: datetime) -> str:
    if event.kind in TELLERS and not event.is_quiet and now - event.happened_at > TOO_OLD:
        return "older than a day: mailed only on the operator's word"
    return ""


def _tell_of_postponement(
    session: Session, desk: Desk, event: Event, quota: int, due_at: datetime, now: datetime
) -> None:
    if case := find_case(session, event):
        notices.tell_of_postponement(session, desk, case, event, quota, due_at, now)


# -- letters about a message -----------------------------------------------------------


@dataclass(frozen=True)
class View:
    """How somebody reads a letter; those who read it alike share one."""

    capacity: Capacity
    wrote_parent: bool  # may be told the id that their own mail program gave the parent

    def sees_asker(self, ticket: Ticket) -> bool:
        return ticket.visibility is Visibility.OPEN or self.capacity is not Capacity.SUBSCRIBER


def _tell_of_question(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    if case := find_case(session, event):
        _tell_of(session, desk, case, event, now)
        notices.send_receipt(session, desk, case, event, now)


def _tell_of_message(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    if case := find_case(session, event):
        _tell_of(session, desk, case, event, now)


def _tell_of(session: Session, desk: Desk, case: Case, event: Event, now: datetime) -> None:
    """A letter about a post to everybody who is told of it; the same for all whose view is the same."""
    alike: dict[View, list[outbox.Reader]] = {}
    for key, (person, capacity) in audience.of_message(session, case.ticket, case.message).items():
        view = View(capacity, wrote_parent=case.parent is not None and case.parent.author_key == key)
        alike.setdefault(view, []).append((person, capacity))
    views = {view.sees_asker(case.ticket) for view in alike}
    shown = {sees_asker: show(session, case, sees_asker=sees_asker) for sees_asker in views}
    for view, readers in alike.items():
        draft = draft_about(desk, case, view, shown[view.sees_asker(case.ticket)])
        outbox.owe(session, desk.portal, draft, readers, f"event-{event.id}", now)


def draft_about(desk: Desk, case: Case, view: View, shown: Shown) -> Draft:
    """The letter about a message as one kind of reader gets it. The first of a ticket carries all that was written."""
    portal, mailing_list, ticket, message = desk.portal, case.mailing_list, case.ticket, case.message
    is_named = view.sees_asker(ticket) or not names_asker(ticket, message)
    author = persons.name_of(case.author) if is_named else ""
    organisation = case.organisation if is_named else ""
    url = links.message_url(portal, message)
    in_reply_to, references = _thread_fields(portal, case, view)
    return Draft(
        kind=LETTERS_ABOUT[message.kind],
        template="post",
        values=values_about(
            mailing_list,
            ticket,
            message,
            shown,
            capacity=view.capacity,
            is_first=case.parent is None,
            author=author,
            organisation=organisation,
            name=links.ticket_name(mailing_list, ticket),
            url=url,
            thread_url=links.thread_url(portal, mailing_list, ticket, message),
            unsubscribe=marks_for(desk.signer, message.own_id).unsubscribe,
        ),
        message_id=message.own_id,
        mailing_list=mailing_list,
        ticket=ticket,
        message=message,
        author=", ".join(filter(None, [author, organisation])),
        in_reply_to=in_reply_to,
        references=references,
        is_list_mail=_is_list_mail(case, view),
        archived_at=url,
    )


def _is_list_mail(case: Case, view: View) -> bool:
    is_for_all = case.ticket.visibility is not Visibility.CONFIDENTIAL and case.message.kind is not MessageKind.NOTE
    return is_for_all and view.capacity is not Capacity.ASKER


def _thread_fields(portal: Portal, case: Case, view: View) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References: always the ticket's own reference, and an author's own id for nobody but them."""
    reference = links.ticket_reference(portal, case.mailing_list, case.ticket)
    if case.parent is None:
        return "", (reference,)
    if view.wrote_parent:
        return case.parent.message_id, (reference, case.parent.own_id, case.parent.message_id)
    return case.parent.own_id, (reference, case.parent.own_id)


TELLERS: dict[EventKind, Callable[[Session, Desk, Event, datetime], None]] = {
    EventKind.ASKED: _tell_of_question,
    EventKind.ANSWERED: _tell_of_message,
    EventKind.FOLLOWED_UP: _tell_of_message,
    EventKind.REPLIED: _tell_of_message,
    EventKind.NEWS_POSTED: _tell_of_message,
    EventKind.NOTED: _tell_of_message,
    EventKind.SUBSCRIBED: notices.tell_of_subscription,
    EventKind.UNSUBSCRIBED: notices.tell_of_subscription,
    EventKind.HELP_ASKED: notices.send_help,
    EventKind.LOGIN_ASKED: notices.send_login_link,
    EventKind.ENCRYPTED: notices.tell_of_encryption,
    EventKind.NEWS_HELD: notices.tell_of_held_news,
    EventKind.UNADDRESSED: inquiries.ask_whether_meant,
    EventKind.SENT_ON: notices.tell_redirector,
    EventKind.OWNERS_WRITTEN: handing_on.hand_on,
    EventKind.CPR_FOUND: inquiries.ask_about_cpr,
    EventKind.PREVIEWED: inquiries.show_to_author,
    EventKind.PROPOSAL_DECIDED: inquiries.tell_of_withdrawal,
    EventKind.PROPOSAL_EXPIRED: inquiries.tell_of_withdrawal,
    EventKind.PROPOSAL_UNCLEAR: inquiries.tell_what_decides,
    EventKind.QUARANTINED: notices.tell_of_quarantine,
    EventKind.WARNED: notices.warn_of_pause,
    EventKind.PAUSED: notices.tell_of_pause,
}
