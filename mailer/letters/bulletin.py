"""The bulletin: what a digest tells of a list, ticket by ticket: what is new, below what it is about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from sqlmodel import Session, col, select

from mailer.letters.kinds.digest import Counts, DigestView, ExchangeView, Item, Told
from mailer.letters.letters import Draft
from tickets import links
from tickets.conversations.anonymity import names_asker
from tickets.conversations.exchanges import UNTOLD, Exchange, Thread, read_thread
from tickets.database.models import (
    Capacity,
    Digest,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Message,
    MessageKind,
    Person,
    Status,
    Ticket,
    TicketKind,
)
from tickets.people import organisations, persons
from tickets.people.sight import MEMBER, knows_asker, messages_told, tickets_told
from tickets.portal import Portal

LONGEST_QUESTION, LONGEST_ANSWER = 280, 480  # characters that are told of a message
MOST_STILL_OPEN = 10
UNSETTLED = (Status.OPEN, Status.PENDING)
TOLD = (EventKind.ASKED, EventKind.ANSWERED, EventKind.FOLLOWED_UP, EventKind.REPLIED, EventKind.NEWS_POSTED)
SECTIONS = ("news", "answered", "new", "reopened", "discussed", "still_open")


# -- what there is to say --------------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """What a digest tells, section by section, each ticket once, where it belongs now; and its new messages."""

    sections: dict[str, tuple[Ticket, ...]]
    new: dict[int, set[int]] = field(default_factory=dict)  # keys of messages, by the ticket's

    @property
    def items(self) -> int:
        """How many tickets something happened to; questions that are open still are no news by themselves."""
        return sum(len(tickets) for name, tickets in self.sections.items() if name != "still_open")


def collect(session: Session, mailing_list: MailingList, until: int) -> Content:
    """What happened on the list from its last digest until this event, without what is confidential."""
    new = _new_messages(session, mailing_list, until)
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
        "still_open": tuple(ticket for ticket in _open_questions(session, mailing_list) if ticket.id not in told),
    }
    return Content(sections, {key: {message.key for message in messages} for key, messages in new.items()})


def _new_messages(session: Session, mailing_list: MailingList, until: int) -> dict[int, list[Message]]:
    """What was written since the last digest, by the ticket that it is in now, whatever ticket it began."""
    since = session.exec(
        select(Digest.until_event).where(Digest.mailing_list_key == mailing_list.id).order_by(col(Digest.id).desc())
    ).first()
    query = (
        select(Message)
        .join(Event, col(Event.message_key) == col(Message.id))
        .where(
            Event.mailing_list_key == mailing_list.id,
            col(Event.id) > (since or 0),
            col(Event.id) <= until,
            col(Event.kind).in_(TOLD),
            col(Event.is_quiet).is_(False),
            col(Message.kind).not_in(UNTOLD),
            messages_told(MEMBER),
        )
    )
    new: dict[int, list[Message]] = {}
    for message in session.exec(query):
        new.setdefault(message.ticket_key, []).append(message)
    return new


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


def draft_bulletin(
    session: Session, portal: Portal, mailing_list: MailingList, content: Content, message_id: str, places: Places
) -> Draft:
    """The letter that tells it, contents first; each item with its link and the reader's own reply address."""
    writer = Writer(session, portal, mailing_list, content, places)
    counts = Counts(**{name: len(content.sections[name]) for name in SECTIONS})
    shown = {**content.sections, "still_open": content.sections["still_open"][:MOST_STILL_OPEN]}
    sections = [(name, tuple(writer.item(name, one) for one in shown[name])) for name in SECTIONS if shown[name]]
    return Draft(
        kind=LetterKind.DIGEST,
        template="digest",
        view=DigestView(
            counts=counts,
            sections=tuple(sections),
            more_open=max(0, counts.still_open - MOST_STILL_OPEN),
            url=links.list_url(portal, mailing_list),
            unsubscribe=places.unsubscribe,
        ),
        message_id=message_id,
        mailing_list=mailing_list,
        is_list_mail=True,
        auto_submitted="auto-generated",
    )


@dataclass(frozen=True)
class Writer:
    """Writes the items of one digest."""

    session: Session
    portal: Portal
    mailing_list: MailingList
    content: Content
    places: Places

    def item(self, section: str, ticket: Ticket) -> Item:
        """What is told of a ticket: what is new, or what is open still."""
        thread = read_thread(self.session, ticket)
        return Item(
            subject=ticket.subject,
            name=links.ticket_name(self.mailing_list, ticket),
            exchanges=tuple(self._exchange(ticket, one) for one in self._exchanges(section, ticket, thread)),
            url=links.ticket_url(self.portal, self.mailing_list, ticket),
            reply=self.places.reply(ticket.number),
        )

    def _exchanges(self, section: str, ticket: Ticket, thread: Thread) -> list[Exchange]:
        if section == "still_open":
            return [thread.waiting()]
        return thread.exchanges(self.content.new[ticket.key])

    def _exchange(self, ticket: Ticket, exchange: Exchange) -> ExchangeView:
        return ExchangeView(
            asked=tuple(self._told(ticket, message) for message in exchange.asked),
            said=tuple(self._told(ticket, message) for message in exchange.said),
            waits=exchange.waits and ticket.status in UNSETTLED,
        )

    def _told(self, ticket: Ticket, message: Message) -> Told:
        longest = LONGEST_ANSWER if message.kind is MessageKind.ANSWER else LONGEST_QUESTION
        return Told(message.kind, self._who(ticket, message), message.sent_at, shorten(message.text, longest))

    def _who(self, ticket: Ticket, message: Message) -> str:
        """Who wrote it, and where from; empty where that would tell who asked anonymously."""
        if not knows_asker(ticket, Capacity.SUBSCRIBER) and names_asker(ticket, message):
            return ""
        author = self.session.get_one(Person, message.author_key)
        organisation = organisations.organisation_name(self.session, author)
        return ", ".join(filter(None, [persons.name_of(author), organisation]))


def shorten(text: str, longest: int) -> str:
    """The first lines of a text, to the end of a word."""
    if len(text) <= longest:
        return text
    first = text[:longest]
    return f"{(first.rsplit(None, 1)[:-1] or [first])[0].rstrip()} …"
