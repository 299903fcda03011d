"""Writing: what a digest says of its tickets, all read at once; the first are told whole, the others in a line."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from tickets import links
from tickets.conversations.anonymity import ShownFile, files_for_others, names_asker
from tickets.conversations.exchanges import Exchange, Thread, read_threads
from tickets.database.models import (
    Capacity,
    MailingList,
    Message,
    MessageKind,
    Organisation,
    OrganisationKind,
    Person,
    Ticket,
)
from tickets.form.blocks import from_stored
from tickets.form.fitting import as_text, cut, fit
from tickets.issues.collecting import SECTIONS, STILL_OPEN, UNSETTLED, DigestContent
from tickets.issues.items import ExchangeView, Item, MessageView, PublishedItem, Section, Shared, list_files
from tickets.moderation import spreading
from tickets.people import persons
from tickets.people.sight import knows_asker
from tickets.portal import Portal
from tickets.text.greetings import between_greetings

# Characters that are told of a message
LONGEST = {MessageKind.NEWS: 2400, MessageKind.ANSWER: 1200, MessageKind.REPLY: 480}
LONGEST_QUESTION = 280
MOST_WHOLE, MOST_TOLD = 15, 14_000  # items that are told whole, and characters of all messages in them
MOST_IN_A_LINE = 30  # items of a section
MOST_STILL_OPEN = 10


@dataclass(frozen=True)
class ItemAuthor:
    """Who wrote a message, and from which organisation."""

    person: Person
    organisation: Organisation | None

    @property
    def party(self) -> int:
        """The key of whom they speak for: their organisation, or (negative) themselves."""
        return self.organisation.key if self.organisation else -self.person.key


@dataclass(frozen=True)
class DigestFacts:
    """What was read of all the tickets of a digest."""

    threads: Mapping[int, Thread]
    exchanges: Mapping[int, list[Exchange]]  # that are told, by the ticket's key
    authors: Mapping[int, ItemAuthor]
    files: Mapping[int, tuple[ShownFile, ...]]  # by the message's key
    unfinished: Collection[int]  # keys of tickets of which others are yet to get something


@dataclass(frozen=True)
class Written:
    """The items of a digest in full, section by section; and whose organisation asked each."""

    sections: tuple[Section, ...]
    published: tuple[PublishedItem, ...]
    askers: Mapping[str, int]  # keys of organisations that may be told, by the name of the item

    def for_reader(self, organisation_key: int | None, topics: frozenset[str]) -> tuple[Section, ...]:
        """The sections for one reader: of the chosen topics, with their own organisation's questions marked.

        News is for everybody, and so is what one's own organisation asked.
        """
        own = {name for name, key in self.askers.items() if key == organisation_key}
        marked = (
            replace(one, items=tuple(replace(item, is_ours=item.name in own) for item in one.items))
            for one in self.sections
        )
        chosen = (_of_topics(section, topics) for section in marked) if topics else marked
        return tuple(_shorten(section for section in chosen if section.items))


def write_items(
    session: Session, portal: Portal, mailing_list: MailingList, content: DigestContent, now: datetime
) -> Written:
    """What is said of each ticket, in a number of statements that does not grow with the tickets."""
    shown = {**content.sections, STILL_OPEN: content.sections.get(STILL_OPEN, ())[:MOST_STILL_OPEN]}
    writer = ItemWriter(portal, mailing_list, content, _read(session, replace(content, sections=shown)), now)
    published = tuple(
        PublishedItem(one.subject, one.short_answer, links.publication_url(portal, one), bool(one.corrections))
        for one in content.published
    )
    return Written(tuple(writer.sections(shown)), published, writer.askers())


def _read(session: Session, content: DigestContent) -> DigestFacts:
    tickets = content.tickets
    threads = read_threads(session, tickets, content.newest)
    exchanges = {
        key: thread.exchanges(content.new[key]) if content.new.get(key) else [thread.waiting()]
        for key, thread in threads.items()
    }
    messages = [one for found in exchanges.values() for each in found for one in (*each.asked, *each.said)]
    people = {message.author_key for message in messages} | {ticket.asker_key for ticket in tickets.values()}
    authors, files = _read_authors(session, people), files_for_others(session, tickets, messages)
    return DigestFacts(threads, exchanges, authors, files, spreading.unfinished(session, tickets))


def _read_authors(session: Session, keys: Iterable[int]) -> dict[int, ItemAuthor]:
    query = (
        select(Person, Organisation)
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(col(Person.id).in_(set(keys)))
    )
    return {person.key: ItemAuthor(person, organisation) for person, organisation in session.exec(query)}


@dataclass(frozen=True)
class ItemWriter:
    """Writes the items of one digest from what was read."""

    portal: Portal
    mailing_list: MailingList
    content: DigestContent
    facts: DigestFacts
    now: datetime

    def sections(self, shown: Mapping[str, tuple[Ticket, ...]]) -> Iterator[Section]:
        """The sections that have items, each with how many more there would be."""
        for name in SECTIONS:
            if tickets := shown.get(name, ()):
                more = len(self.content.sections[name]) - len(tickets)
                yield Section(name, tuple(self._item(name, ticket) for ticket in tickets), more)

    def askers(self) -> dict[str, int]:
        """Whose organisation asked, where everybody may know that."""
        found = {}
        for ticket in self.content.tickets.values():
            author = self.facts.authors.get(ticket.asker_key)
            if author and author.organisation and knows_asker(ticket, Capacity.SUBSCRIBER):
                found[links.ticket_name(self.mailing_list, ticket)] = author.organisation.key
        return found

    def _item(self, section: str, ticket: Ticket) -> Item:
        """What is told of a ticket: what is new, or what is open still."""
        exchanges = self.facts.exchanges[ticket.key]
        shows_question = any(
            one.kind in (MessageKind.QUESTION, MessageKind.NEWS) for each in exchanges for one in each.asked
        )
        return Item(
            subject=ticket.subject,
            name=links.ticket_name(self.mailing_list, ticket),
            url=links.ticket_url(self.portal, self.mailing_list, ticket),
            reply=links.open_address(self.mailing_list, ticket),
            short_answer="" if ticket.id in self.facts.unfinished else ticket.short_answer,
            topics=tuple(ticket.topics),
            exchanges=tuple(self._exchange(ticket, one) for one in exchanges),
            first_asked=None if shows_question else ticket.asked_at,
            days=self._days_waited(exchanges) if section == STILL_OPEN else None,
        )

    def _days_waited(self, exchanges: Iterable[Exchange]) -> int | None:
        waiting = [one.filed_at for each in exchanges for one in each.asked]
        return (self.now - min(waiting)).days if waiting else None

    def _exchange(self, ticket: Ticket, exchange: Exchange) -> ExchangeView:
        words = [message for message in exchange.said if message.kind is MessageKind.REPLY]
        return ExchangeView(
            asked=tuple(self._told(ticket, message) for message in self._holding(exchange.asked)),
            said=tuple(
                self._told(ticket, one) for one in self._holding(exchange.said) if one.kind is not MessageKind.REPLY
            ),
            shared=self._shared(ticket, words) if words else None,
            waits=exchange.waits and ticket.status in UNSETTLED,
        )

    def _shared(self, ticket: Ticket, words: list[Message]) -> Shared:
        authors = [self.facts.authors[message.author_key] for message in words]
        kinds = {author.organisation.kind if author.organisation else None for author in authors}
        return Shared(
            count=len({author.party for author in authors}),
            are_municipalities=kinds == {OrganisationKind.MUNICIPALITY},
            told=tuple(self._told(ticket, message) for message in words),
        )

    def _told(self, ticket: Ticket, message: Message) -> MessageView:
        longest, own = LONGEST.get(message.kind, LONGEST_QUESTION), between_greetings(message.text)
        form = cut(fit(from_stored(message.form), own), longest)
        files = list_files(self.facts.files.get(message.key, ()), links.message_url(self.portal, message))
        text = as_text(form) or shorten(own, longest)
        corrects = message.key in self.facts.threads[ticket.key].corrections
        return MessageView(message.kind, self._who(ticket, message), message.sent_at, text, files, form, corrects)

    def _holding(self, messages: tuple[Message, ...]) -> Iterator[Message]:
        """The messages that hold, without an answer whose correction is told too."""
        told = {message.key for message in messages}
        return (message for message in messages if message.replaced_by_key not in told)

    def _who(self, ticket: Ticket, message: Message) -> str:
        """The author of a message and where they are from; empty where that would tell who asked anonymously."""
        if not knows_asker(ticket, Capacity.SUBSCRIBER) and names_asker(ticket, message):
            return ""
        author = self.facts.authors[message.author_key]
        organisation = author.organisation.name if author.organisation else ""
        return ", ".join(filter(None, [persons.name_of(author.person), organisation]))


def _of_topics(section: Section, topics: frozenset[str]) -> Section:
    """What of a section is news, of one's own organisation, or on one of the topics (folded)."""
    if section.name == "news":
        return section
    return replace(section, items=tuple(item for item in section.items if item.is_ours or _is_on(item, topics)))


def _is_on(item: Item, topics: frozenset[str]) -> bool:
    return not topics.isdisjoint(map(str.casefold, item.topics))


# -- what is told whole ----------------------------------------------------------------


def _shorten(sections: Iterable[Section]) -> Iterator[Section]:
    """The sections with the first items whole, as long as there is room, and of the others a line each."""
    told, whole = 0, 0
    for section in sections:
        items: list[Item] = []
        for item in section.items:
            told, whole = told + _length(item), whole + 1
            is_whole = whole <= MOST_WHOLE and (told <= MOST_TOLD or whole == 1)
            if is_whole or len(items) < MOST_IN_A_LINE:
                items.append(item if is_whole else replace(item, exchanges=(), is_whole=False))
        yield replace(section, items=tuple(items), more=section.count - len(items))


def _length(item: Item) -> int:
    """How many characters of messages an item tells."""
    exchanges = item.exchanges
    told = [one for each in exchanges for one in (*each.asked, *each.said, *(each.shared.told if each.shared else ()))]
    return sum(len(one.text) for one in told)


def shorten(text: str, longest: int) -> str:
    """The first lines of a text, cut at the end of a word."""
    if len(text) <= longest:
        return text
    first = text[:longest]
    return f"{(first.rsplit(None, 1)[:-1] or [first])[0].rstrip()} …"
