"""The digest: one letter a week with the news, answers and open questions of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field, field_validator
from sqlmodel import Session, col, select

from mailer.distribution import make_letter, owe_copies
from mailer.letters import Draft, Marks, marks_for
from templates.language import Language, load_language
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
    Organisation,
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
MOST_WORDS = 60  # of a text that is told in a digest
MOST_STILL_OPEN = 10


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
                mailing_list = membership.find_list(session, name)
                make_digest(
                    session, self._portal, self._signer, mailing_list, last_due(self._portal, mailing_list, now), now
                )
        return len(due)

    def _is_due(self, session: Session, mailing_list: MailingList, now: datetime) -> bool:
        due = last_due(self._portal, mailing_list, now)
        return due >= mailing_list.created_at and _find(session, mailing_list, period_of(self._portal, due)) is None


def make_digest(
    session: Session, portal: Portal, signer: Signer, mailing_list: MailingList, due: datetime, now: datetime
) -> Digest | None:
    """Make the digest that was due then, in one transaction with the letters it owes; None if it was made before.

    With nothing to say there is a digest of no items, and no letter.
    """
    period = period_of(portal, due)
    if _find(session, mailing_list, period):
        return None
    content = collect(session, mailing_list)
    digest = Digest(
        mailing_list_key=mailing_list.id or 0,
        period=period,
        due_at=due,
        until_event=journal.last_event(session),
        items=content.news_count,
    )
    session.add(digest)
    session.flush()
    if content.is_worth_sending:
        _send(session, portal, signer, mailing_list, content, digest, now)
    return digest


def preview(session: Session, portal: Portal, signer: Signer, mailing_list: MailingList) -> str:
    """The text of the digest as it would be now; nothing is made or sent."""
    draft = draft_digest(session, portal, signer, mailing_list, collect(session, mailing_list), mailing_list.language)
    values = dict(draft.values) | {"unsubscribe": links.list_url(portal, mailing_list)}
    return load_language(mailing_list.language, portal.timezone).render("mail/digest.txt", **values)


def _send(
    session: Session, portal: Portal, signer: Signer, mailing_list: MailingList, content: "Content",
    digest: Digest, now: datetime,
) -> None:  # fmt: skip
    readers: dict[str, list[tuple[Person, Capacity]]] = {}
    for person in membership.subscribers(session, mailing_list.id or 0, Mode.WEEKLY):
        language = membership.language_of(person, mailing_list, portal.language)
        readers.setdefault(language, []).append((person, Capacity.SUBSCRIBER))
    for language, people in readers.items():
        draft = draft_digest(session, portal, signer, mailing_list, content, language)
        letter = make_letter(session, portal, LetterKind.DIGEST, draft, language, now)
        owe_copies(session, letter, people, f"digest-{digest.id}", now)


def _find(session: Session, mailing_list: MailingList, period: str) -> Digest | None:
    query = select(Digest).where(Digest.mailing_list_key == mailing_list.id, Digest.period == period)
    return session.exec(query).first()


# -- what there is to say --------------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """What a digest tells, each ticket once: where it belongs now."""

    news: tuple[Ticket, ...] = ()
    answered: tuple[Ticket, ...] = ()
    new: tuple[Ticket, ...] = ()
    still_open: tuple[Ticket, ...] = ()

    @property
    def news_count(self) -> int:
        return len(self.news) + len(self.answered) + len(self.new)

    @property
    def is_worth_sending(self) -> bool:
        """Whether anything happened; questions that are open still are no news by themselves."""
        return self.news_count > 0


def collect(session: Session, mailing_list: MailingList) -> Content:
    """What happened on the list since its last digest, without what is confidential."""
    touched = _touched_tickets(session, mailing_list)
    query = select(Ticket).where(
        Ticket.mailing_list_key == mailing_list.id, col(Ticket.visibility) != Visibility.CONFIDENTIAL
    )
    tickets = list(session.exec(query.order_by(col(Ticket.asked_at))))
    questions = [ticket for ticket in tickets if ticket.kind is TicketKind.QUESTION]
    unanswered = [ticket for ticket in questions if ticket.status in (Status.OPEN, Status.PENDING)]
    is_new = touched.get(EventKind.ASKED, set()) | touched.get(EventKind.FOLLOWED_UP, set())
    return Content(
        news=_among(tickets, touched.get(EventKind.NEWS_POSTED, set())),
        answered=tuple(
            ticket
            for ticket in _among(questions, touched.get(EventKind.ANSWERED, set()))
            if ticket.status in (Status.ANSWERED, Status.CLOSED)
        ),
        new=_among(unanswered, is_new),
        still_open=tuple(ticket for ticket in unanswered if ticket.id not in is_new)[:MOST_STILL_OPEN],
    )


def _touched_tickets(session: Session, mailing_list: MailingList) -> dict[EventKind, set[int]]:
    """The keys of the tickets to which something happened since the last digest, by what it was."""
    since = session.exec(
        select(Digest.until_event).where(Digest.mailing_list_key == mailing_list.id).order_by(col(Digest.id).desc())
    ).first()
    query = select(Event.kind, Event.ticket_key).where(
        Event.mailing_list_key == mailing_list.id, col(Event.id) > (since or 0), col(Event.is_quiet).is_(False)
    )
    touched: dict[EventKind, set[int]] = {}
    for kind, ticket_key in session.exec(query):
        if ticket_key is not None:
            touched.setdefault(EventKind(kind), set()).add(ticket_key)
    return touched


def _among(tickets: Iterable[Ticket], keys: set[int]) -> tuple[Ticket, ...]:
    return tuple(ticket for ticket in tickets if ticket.id in keys)


# -- saying it -------------------------------------------------------------------------


def draft_digest(
    session: Session, portal: Portal, signer: Signer, mailing_list: MailingList, content: Content, language: str
) -> Draft:
    """The letter that tells it, contents first; each item with its link and the reader's own reply address."""
    words = load_language(language, portal.timezone)
    message_id = links.make_own_id(portal)
    marks = marks_for(signer, message_id)
    sections = [
        {"title": title, "tickets": [_item(session, portal, mailing_list, ticket, marks, words) for ticket in tickets]}
        for title, tickets in (
            (words.say("News"), content.news),
            (words.say("Answered"), content.answered),
            (words.say("New questions"), content.new),
            (words.say("Still open – can you help?"), content.still_open),
        )
        if tickets
    ]
    parts = [
        words.count("%(count)s news item", "%(count)s news items", len(content.news)),
        words.count("%(count)s answer", "%(count)s answers", len(content.answered)),
        words.count("%(count)s new question", "%(count)s new questions", len(content.new)),
    ]
    subject = f"{mailing_list.name}: {', '.join(part for part in parts if part)}"
    return Draft(
        template="digest",
        values={
            "subject": subject,
            "title": words.say("The week on %(list)s") % {"list": mailing_list.name},
            "sections": sections,
            "list": mailing_list.name,
            "unsubscribe": marks.unsubscribe,
        },
        message_id=message_id,
        mailing_list=mailing_list,
        author=mailing_list.name,
        is_list_mail=True,
        auto_submitted="auto-generated",
    )


def _item(
    session: Session, portal: Portal, mailing_list: MailingList, ticket: Ticket, marks: Marks, words: Language
) -> dict[str, object]:
    first, answer = _told(session, ticket)
    asker = session.get_one(Person, ticket.asker_key)
    answerer = session.get_one(Person, answer.author_key) if answer else None
    is_anonymous = ticket.visibility is Visibility.ANONYMOUS
    return {
        "subject": ticket.subject,
        "name": links.ticket_name(mailing_list, ticket),
        "anchor": links.ticket_name(mailing_list, ticket).lower(),
        "who": words.say("A municipality") if is_anonymous else _signature(session, asker),
        "at": first.sent_at,
        "text": shorten(first.text),
        "answer": shorten(answer.text) if answer else "",
        "answer_by": _signature(session, answerer) if answerer else "",
        "url": links.ticket_url(portal, mailing_list, ticket),
        "reply": marks.reply(ticket.number),
    }


def _told(session: Session, ticket: Ticket) -> tuple[Message, Message | None]:
    """A ticket's first message, and its newest answer."""
    messages = list(session.exec(select(Message).where(Message.ticket_key == ticket.id).order_by(col(Message.id))))
    roots = [message for message in messages if message.parent_key is None]
    answers = [message for message in messages if message.kind is MessageKind.ANSWER]
    return (roots or messages)[0], answers[-1] if answers else None


def _signature(session: Session, person: Person) -> str:
    organisation = session.get(Organisation, person.organisation_key) if person.organisation_key else None
    return ", ".join(filter(None, [person.name or person.email, organisation.name if organisation else ""]))


def shorten(text: str) -> str:
    """The first words of a text, its paragraphs kept."""
    words = text.split(" ")
    return text if len(words) <= MOST_WORDS else " ".join(words[:MOST_WORDS]).rstrip() + " …"
