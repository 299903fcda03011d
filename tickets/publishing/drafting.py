"""Drafting: an answer that is to be published is shown to whoever wants that, and goes on when they agree.

Until it is published a draft changes nothing for anybody; another draft of the same ticket takes its place.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from tickets import journal
from tickets.acts.acting import Hand, record
from tickets.database.models import (
    Act,
    ActKind,
    Consent,
    EventKind,
    Fault,
    Message,
    Publication,
    Ticket,
    TicketKind,
)
from tickets.errors import BadInput, Conflict
from tickets.people.askers import askers_of
from tickets.people.sight import is_for_all, stands
from tickets.publishing import wording as wordings
from tickets.publishing.wording import Wording
from tickets.reasons import Refusal

PATIENCE = timedelta(days=14)


def draft(session: Session, ticket: Ticket, meant: Message | None, hand: Hand) -> Publication:
    """Draft the answer that is meant for everybody, and have it shown to whoever wants that.

    A draft of a ticket that is published is a new version of that, under its path. Raises BadInput for news and
    NotFound where nothing is answered.
    """
    if ticket.kind is TicketKind.NEWS:
        raise BadInput(Refusal.NEWS_IS_READ)
    told = wordings.compose(session, ticket, meant)
    for earlier in waiting(session, ticket):
        drop(session, earlier, hand.at)
    published = standing(session, ticket)
    row = Publication(
        ticket_key=ticket.key,
        mailing_list_key=published.mailing_list_key if published else ticket.mailing_list_key,
        path=published.path if published else "",
        subject=told.subject,
        visibility=ticket.visibility,
        wanted_by_key=hand.key,
        drafted_at=hand.at,
    )
    put(row, told)
    session.add(row)
    session.flush()
    act = record(session, ticket, ActKind.DRAFT, hand, None, after={"publication": row.key})
    if hand.key is not None:
        ask(session, ticket, row, ActKind.DRAFT, hand.key, hand.at, hand.at + PATIENCE)
    if is_for_all(ticket.visibility):
        _tell_askers(session, ticket, act, hand)
    return row


def _tell_askers(session: Session, ticket: Ticket, act: Act, hand: Hand) -> None:
    for asker in askers_of(session, ticket):
        if asker.id != hand.key and not asker.is_stranger:
            journal.append(
                session, EventKind.PUBLISHING_TOLD, hand.at, ticket=ticket, person_key=asker.id, act_key=act.id
            )


def put(publication: Publication, told: Wording) -> None:
    """Give a publication this wording."""
    publication.subject, publication.question, publication.answer = told.subject, told.question, told.answer
    publication.short_answer, publication.topics = told.short_answer, list(told.topics)
    publication.removed, publication.doubts = [list(pair) for pair in told.removed], list(told.doubts)


def change(session: Session, publication: Publication, edited: Wording, now: datetime) -> bool:
    """Let a draft say what somebody made of it; whether it names nobody, or only whom they were warned of before.

    Where it does, the draft has it without the names, and waits for one more word.
    """
    ticket = session.get_one(Ticket, publication.ticket_key)
    guarded = wordings.guard(session, ticket, edited, publication.insisted)
    found = [found for found, _ in guarded.removed]
    put(publication, replace(guarded, topics=tuple(publication.topics)))
    publication.removed = [list(pair) for pair in dict.fromkeys((*guarded.removed, *edited.removed))]
    publication.insisted = list(dict.fromkeys((*publication.insisted, *found)))
    session.add(publication)
    if found:
        show_again(session, publication, Fault.NAMED, now)
    return not found


def show_again(session: Session, publication: Publication, fault: Fault, now: datetime) -> None:
    """Have the draft shown once more to whoever wants it published, with what was wrong."""
    publication.fault = fault
    session.add(publication)
    session.flush()
    ticket = session.get_one(Ticket, publication.ticket_key)
    act = act_of(session, publication, ActKind.DRAFT)
    journal.append(
        session, EventKind.CONSENT_ASKED, now,
        ticket=ticket, person_key=publication.wanted_by_key, act_key=act.id,
    )  # fmt: skip


def ask(
    session: Session,
    ticket: Ticket,
    publication: Publication,
    kind: ActKind,
    person_key: int,
    now: datetime,
    until: datetime,
) -> None:
    """Ask somebody for their word on a publication: whoever wants it (DRAFT), or an asker of its ticket (PUBLISH)."""
    row = Consent(
        ticket_key=ticket.key, kind=kind, argument=str(publication.key), wanted_by_key=publication.wanted_by_key,
        person_key=person_key, made_at=now, expires_at=until,
    )  # fmt: skip
    session.add(row)
    session.flush()
    act = act_of(session, publication, ActKind.DRAFT)
    journal.append(session, EventKind.CONSENT_ASKED, now, ticket=ticket, person_key=person_key, act_key=act.id)


def keep(session: Session, publication: Publication, hand: Hand) -> Act:
    """Withdraw a draft, by an act that undoes its drafting. Raises Conflict where that is too late."""
    if publication.published_at is not None or publication.withdrawn_at is not None:
        raise Conflict(Refusal.NO_DRAFT)
    drop(session, publication, hand.at)
    ticket = session.get_one(Ticket, publication.ticket_key)
    drafted = act_of(session, publication, ActKind.DRAFT)
    return record(session, ticket, ActKind.DRAFT, hand, None, before=dict(drafted.after), undoes=drafted)


def drop(session: Session, publication: Publication, now: datetime) -> None:
    """Withdraw a draft, so that nobody's word on it counts any more."""
    publication.withdrawn_at = now
    session.add(publication)
    for one in consents_about(session, publication):
        if one.is_granted is None:
            one.is_granted, one.decided_at = False, now
            session.add(one)
    session.flush()


# -- finding ---------------------------------------------------------------------------


def waiting(session: Session, ticket: Ticket) -> list[Publication]:
    """The drafts of a ticket that wait for somebody's word, the newest first."""
    of_ticket = (Publication.ticket_key == ticket.id, col(Publication.published_at).is_(None))
    query = select(Publication).where(*of_ticket, col(Publication.withdrawn_at).is_(None))
    return list(session.exec(query.order_by(col(Publication.id).desc())))


def standing(session: Session, ticket: Ticket) -> Publication | None:
    """What is published of a ticket now."""
    query = select(Publication).where(Publication.ticket_key == ticket.id).order_by(col(Publication.id).desc())
    return next((one for one in session.exec(query) if stands(one, ticket)), None)


def consents_about(session: Session, publication: Publication, kind: ActKind | None = None) -> list[Consent]:
    """Whose word on a publication was asked for, of this kind or of both."""
    kinds = [kind] if kind else [ActKind.DRAFT, ActKind.PUBLISH]
    about = (col(Consent.kind).in_(kinds), Consent.argument == str(publication.key))
    return list(session.exec(select(Consent).where(*about).order_by(col(Consent.id))))


def act_of(session: Session, publication: Publication, kind: ActKind) -> Act:
    """The act by which a publication was drafted, or published. Raises LookupError where there was none."""
    found = next(_acts_about(session, publication, kind), None)
    if found is None:
        raise LookupError(f"Publication {publication.id} has no act {kind}")
    return found


def _acts_about(session: Session, publication: Publication, kind: ActKind) -> Iterator[Act]:
    query = select(Act).where(Act.kind == kind, Act.ticket_key == publication.ticket_key)
    for act in session.exec(query.order_by(col(Act.id).desc())):
        if act.undoes_key is None and act.after.get("publication") == publication.key:
            yield act
