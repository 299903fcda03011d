"""The digest: one letter a week with the news, answers and open questions of a list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, Field, field_validator
from sqlmodel import Session, col, select

from mailer import outbox
from mailer.letters import Draft, marks_for
from templates.language import load_language
from tickets import journal, links, membership
from tickets.models import (
    Capacity,
    Digest,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Status,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.portal import Portal
from tickets.store import Clock, Store
from tickets.tokens import Signer

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = timedelta(days=7)
LONGEST_QUESTION, LONGEST_ANSWER = 280, 480  # characters that a digest tells
MOST_STILL_OPEN = 10
UNSETTLED = (Status.OPEN, Status.PENDING)
TOLD = (EventKind.ASKED, EventKind.ANSWERED, EventKind.FOLLOWED_UP, EventKind.REPLIED, EventKind.NEWS_POSTED)


class DigestTimes(BaseModel, frozen=True, extra="forbid"):
    """The `[digest]` section: when a new list's digest goes out, local time."""

    weekday: str = "mon"
    hour: int = Field(8, ge=0, le=23)

    @field_validator("weekday")
    @classmethod
    def known_weekday(cls, value: str) -> str:
        if value.lower() not in WEEKDAYS:
            raise ValueError(f"{value!r} is no weekday; they are {', '.join(WEEKDAYS)}")
        return value.lower()


# -- when ------------------------------------------------------------------------------


def last_due(portal: Portal, mailing_list: MailingList, now: datetime) -> datetime:
    """The newest time at or before `now` at which a digest of the list was due.

    Counted on the local calendar, so that 08:00 stays 08:00 through daylight saving; a time that the clock
    skips in spring is due as much later.
    """
    today = portal.local(now)
    days_back = (today.weekday() - mailing_list.digest_weekday) % 7
    due = today.replace(
        hour=mailing_list.digest_hour, minute=mailing_list.digest_minute, second=0, microsecond=0, fold=0
    ) - timedelta(days=days_back)
    if due.astimezone(now.tzinfo) > now:
        due -= WEEK
    return due.astimezone(now.tzinfo)


def period_of(portal: Portal, due: datetime) -> str:
    """The ISO week that a digest is for: 2026-W48."""
    year, week, _ = portal.local(due).isocalendar()
    return f"{year}-W{week:02}"


# -- making ----------------------------------------------------------------------------


class Digester:
    """Makes the digests that are due: exactly one per list and week, however often it is asked."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, clock: Clock) -> None:
        self._store, self._portal, self._signer, self._clock = store, portal, signer, clock

    def work(self) -> int:
        """Make all digests that are due now; how many."""
        now = self._clock()
        with self._store.reading() as session:
            due = [row.name for row in session.exec(select(MailingList)) if self._is_due(session, row, now)]
        for name in due:
            with self._store.transaction() as session:
                make_digest(session, self._portal, self._signer, membership.find_list(session, name), now)
        return len(due)

    def _is_due(self, session: Session, mailing_list: MailingList, now: datetime) -> bool:
        due = last_due(self._portal, mailing_list, now)
        return due >= mailing_list.created_at and not _is_made(session, mailing_list, period_of(self._portal, due))


def make_digest(
    session: Session,
    portal: Portal,
    signer: Signer,
    mailing_list: MailingList,
    now: datetime,
    owed_at: datetime | None = None,
) -> Digest | None:
    """Make the digest that is due at `now`, in one transaction with the letters it owes; None if it was made before.

    With nothing to say there is a digest of no items, and no letter. `owed_at` is when the letters are to leave,
    if the digest is made as if it were another time.
    """
    session.get_one(MailingList, mailing_list.id, with_for_update=True, populate_existing=True)
    due = last_due(portal, mailing_list, now)
    if _is_made(session, mailing_list, period_of(portal, due)):
        return None
    until = journal.last_event(session)
    content = collect(session, mailing_list, until)
    digest = Digest(
        mailing_list_key=mailing_list.id or 0,
        period=period_of(portal, due),
        due_at=due,
        until_event=until,
        items=content.items,
    )
    session.add(digest)
    session.flush()
    readers = membership.subscribers(session, mailing_list.id or 0, Mode.WEEKLY)
    if content.items and readers:
        message_id = links.make_own_id(portal)
        draft = draft_digest(session, portal, mailing_list, content, message_id, marks_for(signer, message_id))
        owed = [(person, Capacity.SUBSCRIBER) for person in readers]
        outbox.owe(session, portal, draft, owed, f"digest-{digest.id}", owed_at or now)
    return digest


def preview(session: Session, portal: Portal, mailing_list: MailingList) -> str:
    """The text of the digest as it would be now, its subject first; nothing is made or sent."""
    content = collect(session, mailing_list, journal.last_event(session))
    draft = draft_digest(session, portal, mailing_list, content, links.make_own_id(portal), NoReader(mailing_list))
    return load_language(mailing_list.language, portal.timezone).render("mail/digest.txt", **draft.values)


def _is_made(session: Session, mailing_list: MailingList, period: str) -> bool:
    query = select(Digest.id).where(Digest.mailing_list_key == mailing_list.id, Digest.period == period)
    return session.exec(query).first() is not None


# -- what there is to say --------------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """What a digest tells, section by section; each ticket once, where it belongs now."""

    news: tuple[Ticket, ...] = ()
    answered: tuple[Ticket, ...] = ()
    new: tuple[Ticket, ...] = ()
    reopened: tuple[Ticket, ...] = ()
    discussed: tuple[Ticket, ...] = ()
    still_open: tuple[Ticket, ...] = ()

    @property
    def items(self) -> int:
        """How many tickets something happened to; questions that are open still are no news by themselves."""
        happened = (self.news, self.answered, self.new, self.reopened, self.discussed)
        return sum(map(len, happened))

    def sections(self) -> list[tuple[str, tuple[Ticket, ...]]]:
        """Those that hold something, by name."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [(name, tickets) for name, tickets in named if tickets]


def collect(session: Session, mailing_list: MailingList, until: int) -> Content:
    """What happened on the list from its last digest until this event, without what is confidential."""
    touched = _touched_tickets(session, mailing_list, until)
    keys = set().union(*touched.values())
    tickets = _tellable(session, mailing_list, keys)
    questions = [ticket for ticket in tickets if ticket.kind is TicketKind.QUESTION]
    told: set[int] = set()

    def take(candidates: Iterable[Ticket], *kinds: EventKind) -> tuple[Ticket, ...]:
        wanted = set().union(*(touched.get(kind, set()) for kind in kinds)) - told
        taken = tuple(ticket for ticket in candidates if ticket.id in wanted)
        told.update(ticket.id or 0 for ticket in taken)
        return taken

    settled = [ticket for ticket in questions if ticket.status not in UNSETTLED]
    unsettled = [ticket for ticket in questions if ticket.status in UNSETTLED]
    return Content(
        news=take([ticket for ticket in tickets if ticket.kind is TicketKind.NEWS], EventKind.NEWS_POSTED),
        answered=take(settled, EventKind.ANSWERED),
        new=take(unsettled, EventKind.ASKED),
        reopened=take([ticket for ticket in unsettled if ticket.answered_at], EventKind.FOLLOWED_UP),
        discussed=take(tickets, EventKind.REPLIED, EventKind.ANSWERED) + take(unsettled, EventKind.FOLLOWED_UP),
        still_open=tuple(ticket for ticket in _open_questions(session, mailing_list) if ticket.id not in told),
    )


def _touched_tickets(session: Session, mailing_list: MailingList, until: int) -> dict[EventKind, set[int]]:
    """The keys of the tickets to which something happened since the last digest, by what it was."""
    since = session.exec(
        select(Digest.until_event).where(Digest.mailing_list_key == mailing_list.id).order_by(col(Digest.id).desc())
    ).first()
    query = select(Event.kind, Event.ticket_key).where(
        Event.mailing_list_key == mailing_list.id,
        col(Event.id) > (since or 0),
        col(Event.id) <= until,
        col(Event.kind).in_(TOLD),
        col(Event.is_quiet).is_(False),
    )
    touched: dict[EventKind, set[int]] = {}
    for kind, ticket_key in session.exec(query):
        if ticket_key is not None:
            touched.setdefault(EventKind(kind), set()).add(ticket_key)
    return touched


def _tellable(session: Session, mailing_list: MailingList, keys: Collection[int]) -> list[Ticket]:
    query = select(Ticket).where(
        Ticket.mailing_list_key == mailing_list.id,
        col(Ticket.id).in_(keys),
        col(Ticket.visibility) != Visibility.CONFIDENTIAL,
    )
    return list(session.exec(query.order_by(col(Ticket.asked_at), col(Ticket.id))))


def _open_questions(session: Session, mailing_list: MailingList) -> list[Ticket]:
    query = select(Ticket).where(
        Ticket.mailing_list_key == mailing_list.id,
        Ticket.kind == TicketKind.QUESTION,
        col(Ticket.status).in_(UNSETTLED),
        col(Ticket.visibility) != Visibility.CONFIDENTIAL,
    )
    return list(session.exec(query.order_by(col(Ticket.asked_at), col(Ticket.id))))


# -- saying it -------------------------------------------------------------------------


class Places(Protocol):
    """What is each reader's own in a digest."""

    def reply(self, number: int) -> str: ...

    @property
    def unsubscribe(self) -> str: ...


@dataclass(frozen=True)
class NoReader:
    """The places of a digest that nobody gets."""

    mailing_list: MailingList

    def reply(self, number: int) -> str:
        return f"{self.mailing_list.local_part}+…@{self.mailing_list.domain}"

    @property
    def unsubscribe(self) -> str:
        return "…"


def draft_digest(
    session: Session, portal: Portal, mailing_list: MailingList, content: Content, message_id: str, places: Places
) -> Draft:
    """The letter that tells it, contents first; each item with its link and the reader's own reply address."""
    counts = {field.name: len(getattr(content, field.name)) for field in fields(content)}
    sections = [
        (name, [_item(session, portal, mailing_list, ticket, places) for ticket in tickets[: _most(name)]])
        for name, tickets in content.sections()
    ]
    return Draft(
        kind=LetterKind.DIGEST,
        template="digest",
        values={
            "counts": counts,
            "sections": sections,
            "more_open": max(0, counts["still_open"] - MOST_STILL_OPEN),
            "list": mailing_list.name,
            "url": links.list_url(portal, mailing_list),
            "unsubscribe": places.unsubscribe,
        },
        message_id=message_id,
        mailing_list=mailing_list,
        is_list_mail=True,
        auto_submitted="auto-generated",
    )


def _most(section: str) -> int | None:
    return MOST_STILL_OPEN if section == "still_open" else None


def _item(
    session: Session, portal: Portal, mailing_list: MailingList, ticket: Ticket, places: Places
) -> dict[str, object]:
    first, answer = _told(session, ticket)
    asker = session.get_one(Person, ticket.asker_key)
    answerer = session.get_one(Person, answer.author_key) if answer else None
    return {
        "subject": ticket.subject,
        "name": links.ticket_name(mailing_list, ticket),
        "who": _signature(session, asker) if ticket.visibility is Visibility.OPEN else "",
        "at": first.sent_at,
        "text": shorten(first.text, LONGEST_QUESTION),
        "answer": shorten(answer.text, LONGEST_ANSWER) if answer else "",
        "answer_by": _signature(session, answerer) if answerer else "",
        "url": links.ticket_url(portal, mailing_list, ticket),
        "reply": places.reply(ticket.number),
    }


def _told(session: Session, ticket: Ticket) -> tuple[Message, Message | None]:
    """A ticket's first message, and its newest answer."""
    messages = list(session.exec(select(Message).where(Message.ticket_key == ticket.id).order_by(col(Message.id))))
    roots = [message for message in messages if message.parent_key is None]
    answers = [message for message in messages if message.kind is MessageKind.ANSWER]
    return (roots or messages)[0], answers[-1] if answers else None


def _signature(session: Session, person: Person) -> str:
    return ", ".join(filter(None, [membership.name_of(person), membership.organisation_name(session, person)]))


def shorten(text: str, longest: int) -> str:
    """The first lines of a text, to the end of a word."""
    if len(text) <= longest:
        return text
    first = text[:longest]
    return f"{(first.rsplit(None, 1)[:-1] or [first])[0].rstrip()} …"
