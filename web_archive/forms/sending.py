"""Sending: a draft becomes a message that is put among the arrivals, once; from there it goes the way of mail."""

from collections.abc import Sequence
from datetime import datetime

from flask import request
from sqlmodel import Session, col, func, select

from tickets import links
from tickets.conversations import lookup
from tickets.database.models import (
    Arrival,
    DraftFile,
    DraftKind,
    MailingList,
    Message,
    MessageKind,
    Person,
    Ticket,
    Visibility,
    WebDraft,
)
from tickets.errors import NotFound
from tickets.people.sight import Sight
from tickets.writing import drafts
from web_archive.forms.composing import WrittenForm, compose, most_octets_of_files
from web_archive.forms.orders import with_orders
from web_archive.forms.typed import FormFault, Typed, dropped_files, find_fault
from web_archive.rendering import Reception, the_means

AT_THE_DESK = (DraftKind.ANSWER, DraftKind.NOTE)
SPOKEN = frozenset(MessageKind) - {MessageKind.NOTE, MessageKind.AUTOMATIC, MessageKind.RECALLED}


def reception() -> Reception:
    """Where messages are handed in. Raises NotFound where the pages are only read."""
    found = the_means().reception
    if found is None:
        raise NotFound(request.path)
    return found


def send(session: Session, sight: Sight, person: Person, draft: WebDraft, now: datetime) -> FormFault | None:
    """Hand a draft in, if it was not before; else why it cannot be. Raises NotFound where it would go nowhere."""
    if draft.sent_at is not None:
        return None
    _check_desk(session, sight, draft)
    typed, files = Typed.of(draft.token, draft.fields), drafts.files_of(session, draft)
    fault = find_obstacle(session, typed, draft.kind, files, person, now)
    if fault is None and draft.kind is DraftKind.ANSWER and _is_late(session, draft, typed, person):
        fault = FormFault.LATE
    if fault is not None:
        return fault
    written = write(session, sight, person, draft, files, now)
    octets, place = compose(written, the_means().portal.domain), reception()
    if len(octets) > place.max_size:
        return FormFault.LARGE
    number = place.hand_in(session, octets, person.email, written.recipient, now, request.remote_addr)
    drafts.mark_sent(session, draft, number, now)
    return None


def _check_desk(session: Session, sight: Sight, draft: WebDraft) -> None:
    """Raise NotFound for what a lawyer wrote who is none any more: a note would be a reply that all read."""
    if draft.kind in AT_THE_DESK and ticket_of(session, sight, draft)[1].mailing_list_key not in sight.lawyer_of:
        raise NotFound(draft.token)


def _is_late(session: Session, draft: WebDraft, typed: Typed, person: Person) -> bool:
    """Whether somebody else wrote in the ticket since the form was opened, or is heard at this moment."""
    others = (Message.ticket_key == draft.ticket_key, Message.author_key != person.id)
    newer = select(Message.id).where(*others, col(Message.id) > typed.seen, Message.kind != MessageKind.AUTOMATIC)
    if session.exec(newer.limit(1)).first() is not None:
        return True
    sent = (WebDraft.ticket_key == draft.ticket_key, WebDraft.person_key != person.id)
    query = select(WebDraft.token).join(Arrival, col(Arrival.id) == col(WebDraft.arrival_key))
    return session.exec(query.where(*sent, col(Arrival.disposition).is_(None)).limit(1)).first() is not None


def newest_key(session: Session, ticket: Ticket) -> int:
    """The newest message of a ticket, as a form for an answer carries it; 0 if there is none."""
    return session.exec(select(func.max(Message.id)).where(Message.ticket_key == ticket.id)).one() or 0


def find_obstacle(
    session: Session, typed: Typed, kind: DraftKind, files: Sequence[DraftFile], person: Person, now: datetime
) -> FormFault | None:
    """Why a form cannot be sent yet; none if it can."""
    if fault := find_fault(typed, needs_subject=kind is DraftKind.ASK):
        return fault
    if sum(len(one.octets) for one in files) > most_octets_of_files(reception().max_size):
        return FormFault.LARGE
    most = the_means().quotas.forms_per_author
    return FormFault.QUOTA if drafts.is_over_quota(session, person, most, now) else None


def take_files(
    session: Session, typed: Typed, draft: WebDraft, files: Sequence[DraftFile], person: Person
) -> FormFault | None:
    """Put the files that came with a form to its draft, and drop those that were crossed out; why they cannot go.

    Files that are too large with the others are not kept: what was typed is.
    """
    drafts.drop_files(session, draft, dropped_files())
    together = [*drafts.files_of(session, draft), *files]
    fault = find_obstacle(session, typed, draft.kind, together, person, the_means().clock())
    if fault is not FormFault.LARGE:
        drafts.add_files(session, draft, files)
    return fault


def write(
    session: Session, sight: Sight, person: Person, draft: WebDraft, files: Sequence[DraftFile], now: datetime
) -> WrittenForm:
    """The message that a draft is to be: a question to a list, or a reply on a ticket. Raises NotFound."""
    typed = Typed.of(draft.token, draft.fields)
    if draft.kind is DraftKind.ASK:
        mailing_list = list_to_ask(session, sight, typed)
        address = links.desk_address(mailing_list, visibility_of(typed, mailing_list))
        return WrittenForm(draft.token, person, address, typed.subject, typed.text, now, files=files)
    mailing_list, ticket = ticket_of(session, sight, draft)
    address_of = links.internal_address if draft.kind is DraftKind.NOTE else links.reply_address
    address = address_of(the_means().signer, mailing_list, ticket.number, person.key)
    cited = _cited(session, sight, mailing_list, ticket, typed.answers)
    text = with_orders(draft.kind, typed, the_means().portal.local(now).date())
    return WrittenForm(draft.token, person, address, f"Re: {ticket.subject}", text, now, cited, files)


def typed_before(session: Session, person: Person) -> Typed | None:
    """What somebody sent before, to be written anew from, if the query names it and it is theirs."""
    draft = drafts.find(session, request.args.get("again", "")[:24], person)
    return Typed.of(drafts.new_token(), draft.fields) if draft else None


def list_to_ask(session: Session, sight: Sight, typed: Typed) -> MailingList:
    """The list that a question is for. Raises NotFound where the person may ask none of that name."""
    row = lookup.visible_list(session, sight, typed.list_prefix)
    if row.key not in sight.member_of:
        raise NotFound(typed.list_prefix)
    return row


def visibility_of(typed: Typed, mailing_list: MailingList) -> Visibility:
    """Who would see what is asked so."""
    return Visibility(typed.visibility) if typed.visibility else mailing_list.visibility


def ticket_of(session: Session, sight: Sight, draft: WebDraft) -> tuple[MailingList, Ticket]:
    """The ticket that a draft is written in, and its list. Raises NotFound for who may not write there."""
    ticket = session.get(Ticket, draft.ticket_key) if draft.ticket_key is not None else None
    if ticket is None or not may_write(sight, ticket):
        raise NotFound(draft.token)
    return session.get_one(MailingList, ticket.mailing_list_key), ticket


def may_write(sight: Sight, ticket: Ticket) -> bool:
    """Whether somebody may take part in a ticket: as a member of its list, or as one who asked it."""
    is_part = ticket.mailing_list_key in sight.member_of or sight.asked(ticket)
    return is_part and sight.of_ticket(ticket)


def newest_spoken(session: Session, sight: Sight, ticket: Ticket) -> Message | None:
    """The newest message of a ticket that can be answered and that the reader sees."""
    query = select(Message).join(Ticket, col(Ticket.id) == col(Message.ticket_key))
    here = (Message.ticket_key == ticket.id, col(Message.kind).in_(SPOKEN), sight.messages())
    return session.exec(query.where(*here).order_by(col(Message.id).desc())).first()


def message_to_answer(session: Session, sight: Sight, ticket: Ticket, key: int) -> Message | None:
    """The message with this key, if it is one of the ticket's that can be answered; else the newest of those."""
    found = session.get(Message, key) if 0 < key < 2**31 else None
    is_here = found is not None and found.ticket_key == ticket.id and found.kind in SPOKEN
    return (
        found
        if found is not None and is_here and sight.of_message(ticket, found)
        else newest_spoken(session, sight, ticket)
    )


def _cited(session: Session, sight: Sight, mailing_list: MailingList, ticket: Ticket, answers: int) -> tuple[str, ...]:
    message = message_to_answer(session, sight, ticket, answers)
    reference = links.ticket_reference(the_means().portal, mailing_list, ticket)
    return (reference, message.own_id) if message else (reference,)
