"""Collecting: what a digest tells of, section by section: what is new, then what is open still."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session, col, func, select

from tickets.conversations.exchanges import UNTOLD
from tickets.conversations.statuses import closed_unanswered
from tickets.database import whereabouts
from tickets.database.models import (
    Act,
    Digest,
    Event,
    EventKind,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Publication,
    Status,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.moderation import spreading
from tickets.people.sight import IS_TOLD, MEMBER, grants, messages_told, publications_standing, tickets_told

UNSETTLED = (Status.OPEN, Status.PENDING)
TOLD = (
    EventKind.ASKED, EventKind.ANSWERED, EventKind.FOLLOWED_UP, EventKind.REPLIED, EventKind.NEWS_POSTED,
    EventKind.SPREAD,
)  # fmt: skip
FEATURED, CLOSED, STILL_OPEN = "featured", "closed", "still_open"
SECTIONS = (FEATURED, "news", "answered", "new", "reopened", "discussed", CLOSED, STILL_OPEN)


@dataclass(frozen=True)
class DigestContent:
    """What a digest tells of, section by section, each ticket once; and what is new in it."""

    sections: Mapping[str, tuple[Ticket, ...]]
    new: Mapping[int, Collection[int]] = field(default_factory=dict)  # keys of messages, by the ticket's
    newest: int = 0  # key of the newest message that there was
    published: tuple[Publication, ...] = ()  # answers without names, which are news by themselves

    @property
    def items(self) -> int:
        """How many tickets something happened to, and how many answers were published.

        Questions that are open still are no news by themselves.
        """
        told = sum(len(tickets) for name, tickets in self.sections.items() if name != STILL_OPEN)
        return told + len(self.published)

    @property
    def tickets(self) -> dict[int, Ticket]:
        """All tickets by their keys."""
        return {ticket.key: ticket for tickets in self.sections.values() for ticket in tickets}

    def noted(self) -> dict[str, Any]:
        """The same in keys, for the row of its digest; `recall` reads it."""
        return {
            "sections": {name: [ticket.key for ticket in tickets] for name, tickets in self.sections.items()},
            "new": [[key, sorted(messages)] for key, messages in self.new.items()],
            "newest": self.newest,
            "published": [one.key for one in self.published],
        }


def recall(session: Session, digest: Digest) -> DigestContent:
    """The contents of a digest as it was put together and edited, without tickets that members see no longer."""
    noted = digest.contents
    keys = {key for section in noted.get("sections", {}).values() for key in section}
    among = (col(Ticket.id).in_(keys), Ticket.mailing_list_key == digest.mailing_list_key, tickets_told(MEMBER))
    tickets = {ticket.key: ticket for ticket in session.exec(select(Ticket).where(*among))}
    sections = {
        name: tuple(tickets[key] for key in section if key in tickets and tickets[key].number not in digest.left_out)
        for name, section in noted.get("sections", {}).items()
    }
    new = {key: set(messages) for key, messages in noted.get("new", []) if key in tickets}
    published = _standing(session, digest.mailing_list_key, noted.get("published", ()))
    return feature(DigestContent(sections, new, noted.get("newest", 0), published), digest.featured)


def feature(content: DigestContent, numbers: Collection[int]) -> DigestContent:
    """The same with the tickets of these numbers on top."""
    chosen = tuple(ticket for ticket in content.tickets.values() if ticket.number in numbers)
    others = {
        name: tuple(ticket for ticket in tickets if ticket.number not in numbers)
        for name, tickets in content.sections.items()
    }
    return replace(content, sections={**others, FEATURED: chosen})


def collect(session: Session, mailing_list: MailingList, until: int, mode: Mode = Mode.WEEKLY) -> DigestContent:
    """What happened on the list from its last digest of the mode until this event, without what is confidential.

    What is open still is told once a week.
    """
    new = _new_messages(session, mailing_list, until, mode)
    kinds = {key: {message.kind for message in messages} for key, messages in new.items()}
    tickets = _tellable(session, mailing_list, new)
    told: set[int] = set()

    def take(candidates: Iterable[Ticket], *wanted: MessageKind) -> tuple[Ticket, ...]:
        left = (ticket for ticket in candidates if ticket.id not in told)
        taken = tuple(ticket for ticket in left if not kinds[ticket.key].isdisjoint(wanted))
        told.update(ticket.key for ticket in taken)
        return taken

    questions = [ticket for ticket in tickets if ticket.kind is TicketKind.QUESTION]
    news = [ticket for ticket in tickets if ticket.kind is TicketKind.NEWS]
    settled = [ticket for ticket in questions if ticket.status not in UNSETTLED]
    unsettled = [ticket for ticket in questions if ticket.status in UNSETTLED]
    sections = {
        "news": take(news, MessageKind.NEWS),
        "answered": take(settled, MessageKind.ANSWER),
        "new": take(unsettled, MessageKind.QUESTION),
        "reopened": take([ticket for ticket in unsettled if ticket.answered_at], MessageKind.FOLLOW_UP),
        "discussed": take(tickets, MessageKind.REPLY, MessageKind.ANSWER)
        + take([*unsettled, *news], MessageKind.FOLLOW_UP),
        CLOSED: tuple(ticket for ticket in _closed(session, mailing_list, until, mode) if ticket.id not in told),
        STILL_OPEN: tuple(ticket for ticket in _open_questions(session, mailing_list) if ticket.id not in told),
    }
    if mode is Mode.DAILY:
        sections[STILL_OPEN] = ()
    newest = session.exec(select(func.max(Message.id))).one() or 0
    keys = {key: {message.key for message in messages} for key, messages in new.items()}
    return DigestContent(sections, keys, newest, _published(session, mailing_list, until, mode))


def _new_messages(session: Session, mailing_list: MailingList, until: int, mode: Mode) -> dict[int, list[Message]]:
    """What was written since the last digest, by the ticket that it is in now, whatever ticket it began.

    One that its editors stopped and never sent has told nobody.
    """
    since = _told_until(session, mailing_list, mode)
    happened = select(Event.message_key).where(
        col(Event.id) > since,
        col(Event.id) <= until,
        col(Event.kind).in_(TOLD),
        col(Event.is_quiet).is_(False),
    )
    of_list = (Message.mailing_list_key == mailing_list.id, col(Message.kind).not_in(UNTOLD))
    query = select(Message).where(col(Message.id).in_(happened), *of_list, messages_told(MEMBER), spreading.is_out())
    new: dict[int, list[Message]] = {}
    for message in session.exec(query):
        new.setdefault(message.ticket_key, []).append(message)
    return new


def _told_until(session: Session, mailing_list: MailingList, mode: Mode) -> int:
    """The last event of which a digest of the mode has told; 0 before the first."""
    told = select(Digest.until_event).where(
        Digest.mailing_list_key == mailing_list.id, Digest.mode == mode, col(Digest.is_stopped).is_(False)
    )
    return session.exec(told.order_by(col(Digest.id).desc())).first() or 0


def _published(session: Session, mailing_list: MailingList, until: int, mode: Mode) -> tuple[Publication, ...]:
    """What was published, or corrected, since the last digest, and stands still."""
    query = (
        select(Act)
        .join(Event, col(Event.act_key) == col(Act.id))
        .where(
            Event.kind == EventKind.PUBLISHED,
            col(Event.id) > _told_until(session, mailing_list, mode),
            col(Event.id) <= until,
            col(Event.is_quiet).is_(False),
        )
    )
    return _standing(session, mailing_list.key, {act.after["publication"] for act in session.exec(query)})


def _standing(session: Session, list_key: int, keys: Collection[int]) -> tuple[Publication, ...]:
    """Those publications that stand and of which the list's members are told."""
    if not keys or IS_TOLD not in grants(Visibility.PUBLISHED, MEMBER):
        return ()
    query = select(Publication).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    of_list = (col(Publication.id).in_(keys), Publication.mailing_list_key == list_key, publications_standing())
    return tuple(session.exec(query.where(*of_list).order_by(col(Publication.id))))


def _closed(session: Session, mailing_list: MailingList, until: int, mode: Mode) -> list[Ticket]:
    """Questions that were closed since the last digest without an answer, but not by whoever asked."""
    closed = (*closed_unanswered(), col(Ticket.mailing_list_key) == mailing_list.id, tickets_told(MEMBER))
    known = whereabouts.known_as(*closed)
    query = (
        select(Ticket)
        .join(known, known.c.ticket_key == col(Ticket.id))
        .join(Event, col(Event.ticket_key) == known.c.key)
        .where(
            col(Event.id) > _told_until(session, mailing_list, mode),
            col(Event.id) <= until,
            Event.kind == EventKind.STATUS_CHANGED,
            col(Event.is_quiet).is_(False),
            func.coalesce(whereabouts.PERSON_NOW, 0) != Ticket.asker_key,
        )
        .order_by(col(Ticket.asked_at), col(Ticket.id))
    )
    return list({ticket.key: ticket for ticket in session.exec(query)}.values())


def _tellable(session: Session, mailing_list: MailingList, keys: Collection[int]) -> list[Ticket]:
    query = select(Ticket).where(
        Ticket.mailing_list_key == mailing_list.id,
        col(Ticket.id).in_(keys),
        tickets_told(MEMBER),
    )
    return list(session.exec(query.order_by(col(Ticket.asked_at), col(Ticket.id))))


def _open_questions(session: Session, mailing_list: MailingList) -> list[Ticket]:
    query = select(Ticket).where(
        Ticket.mailing_list_key == mailing_list.id,
        Ticket.kind == TicketKind.QUESTION,
        col(Ticket.status).in_(UNSETTLED),
        tickets_told(MEMBER),
        spreading.is_asked(),
    )
    return list(session.exec(query.order_by(col(Ticket.asked_at), col(Ticket.id))))
