"""Hits: what is shown of a ticket that was found: the piece of its best message, who wrote it, and what that is."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tickets.conversations.anonymity import names_asker
from tickets.conversations.conversation import Byline
from tickets.database.models import Message, MessageKind, Organisation, Person, Ticket
from tickets.people.persons import name_of
from tickets.people.sight import Sight
from tickets.search.ranking import Found, Tier
from tickets.text.citations import find_citations
from tickets.text.excerpt import Excerpt, make_excerpt
from tickets.text.garbled import composed
from tickets.text.stems import literals_of, stems_of

LONGEST_TEXT = 20_000  # characters of a message that are looked through
PHRASE_COUNTS = 10
KIND_COUNTS = {MessageKind.ANSWER: 1.25, MessageKind.THANKS: 0.5, MessageKind.HOLDING: 0.75}
Row = tuple[Message, Person, Organisation | None]


@dataclass(frozen=True)
class Hit:
    """A ticket that was found, and the message of it that says most of what was asked for."""

    ticket: Ticket
    message: Message
    excerpt: Excerpt
    score: float
    author: Byline
    tier: Tier = Tier.ALL

    @property
    def is_exact(self) -> bool:
        """Whether the ticket has all that was asked for."""
        return self.tier is Tier.ALL

    @property
    def is_answer(self) -> bool:
        """Whether the lawyers of the list wrote the message, in answer."""
        return self.message.kind is MessageKind.ANSWER


@dataclass(frozen=True)
class SearchTerms:
    """What a message is looked through for: terms and what each weighs, and phrases."""

    weights: Mapping[str, float]
    phrases: Sequence[tuple[str, ...]] = ()

    def weigh(self, message: Message) -> float:
        """How much of what was asked for a message says."""
        text = composed(message.text[:LONGEST_TEXT])
        terms = set(stems_of(text))
        if any(" " in term for term in self.weights):
            terms.update(term for citation in find_citations(text) for term in citation.terms)
        said = sum(weight for term, weight in self.weights.items() if term in terms)
        said += PHRASE_COUNTS * sum(_has_phrase(text, phrase) for phrase in self.phrases)
        return said * KIND_COUNTS.get(message.kind, 1.0)


def make_hits(
    session: Session, sight: Sight, found: Mapping[Found, Collection[int]], marks: SearchTerms
) -> tuple[Hit, ...]:
    """The tickets that were found, each in the text of some messages, which are told by their keys.

    Without those that the one who asks may not see any more, or not all of these messages.
    """
    keys = [one.ticket for one in found]
    tickets = {ticket.id: ticket for ticket in session.exec(select(Ticket).where(col(Ticket.id).in_(keys)))}
    visible = {key: ticket for key, ticket in tickets.items() if key is not None and sight.of_ticket(ticket)}
    rows = _messages_of(session, sight, visible)
    return tuple(
        _make_hit(sight, visible[one.ticket], rows[one.ticket], one, marks)
        for one, told in found.items()
        if one.ticket in rows and {message.id for message, *_ in rows[one.ticket]}.issuperset(told)
    )


def _messages_of(session: Session, sight: Sight, tickets: Mapping[int, Ticket]) -> dict[int, list[Row]]:
    """The messages of each ticket that may be seen, in their order."""
    wanted = (
        select(Message, Person, Organisation)
        .join(Person, col(Person.id) == col(Message.author_key))
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(col(Message.ticket_key).in_(tickets), Message.kind != MessageKind.AUTOMATIC)
        .order_by(col(Message.sent_at), col(Message.id))
    )
    rows: dict[int, list[Row]] = defaultdict(list)
    for message, author, organisation in session.exec(wanted) if tickets else ():
        if sight.of_message(tickets[message.ticket_key], message):
            rows[message.ticket_key].append((message, author, organisation))
    return rows


def _make_hit(sight: Sight, ticket: Ticket, rows: Sequence[Row], found: Found, marks: SearchTerms) -> Hit:
    message, author, organisation = max(rows, key=lambda row: marks.weigh(row[0])) if len(rows) > 1 else rows[0]
    excerpt = make_excerpt(message.text, marks.weights.keys(), marks.phrases)
    byline = _byline(sight, ticket, message, author, organisation)
    return Hit(ticket, message, excerpt, found.score, byline, found.tier)


def _byline(
    sight: Sight, ticket: Ticket, message: Message, author: Person, organisation: Organisation | None
) -> Byline:
    if not sight.of_asker(ticket) and names_asker(ticket, message):
        return Byline()
    is_lawyer = message.kind is MessageKind.ANSWER
    return Byline(name_of(author), organisation.name if organisation else "", is_lawyer)


def _has_phrase(text: str, phrase: tuple[str, ...]) -> bool:
    return f" {' '.join(phrase)} " in f" {' '.join(literals_of(text))} "
