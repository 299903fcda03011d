"""Audience: who is told of a message, and who may still get the letter when it leaves."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, select

from tickets.database.models import (
    Capacity,
    Letter,
    LetterKind,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Ticket,
    Visibility,
    Watch,
    Watcher,
)
from tickets.people.appointments import lawyers
from tickets.people.askers import asker_keys, askers_of
from tickets.people.sight import ASKER, IS_TOLD, LAWYER, MEMBER, OF_CAPACITY, Relation, relations_with
from tickets.people.subscriptions import AMONG_SUBSCRIBERS, is_member, is_resting, subscribers

ABOUT: Mapping[MessageKind, frozenset[Relation]] = {  # who would be told, as far as they see the message
    MessageKind.QUESTION: frozenset({LAWYER, MEMBER}),
    MessageKind.ANSWER: frozenset({ASKER, LAWYER, MEMBER}),
    MessageKind.FOLLOW_UP: frozenset({LAWYER, MEMBER}),
    MessageKind.HOLDING: frozenset({ASKER, LAWYER}),
    MessageKind.REPLY: frozenset({ASKER, LAWYER, MEMBER}),
    MessageKind.NEWS: frozenset({LAWYER, MEMBER}),
    MessageKind.NOTE: frozenset({LAWYER}),
    MessageKind.AUTOMATIC: frozenset(),
    MessageKind.THANKS: frozenset(),
    MessageKind.RECALLED: frozenset(),
}
TELLS_ALL_LAWYERS = {MessageKind.QUESTION, MessageKind.ANSWER, MessageKind.NEWS, MessageKind.NOTE, MessageKind.HOLDING}


def told_of(ticket: Ticket, message: Message) -> frozenset[Relation]:
    """The relations to a message in which people get a letter about it."""
    return ABOUT[message.kind] & relations_with(IS_TOLD, ticket.visibility, message.visibility)


def of_message(session: Session, ticket: Ticket, message: Message) -> dict[int, tuple[Person, Capacity]]:
    """Who gets a letter about a message, by key, each once and in the closest capacity; never its author."""
    told: dict[int, tuple[Person, Capacity]] = {}
    relations = told_of(ticket, message)
    if ASKER in relations:
        _tell(told, (asker for asker in askers_of(session, ticket) if not asker.is_stranger), Capacity.ASKER)
    if LAWYER in relations:
        _tell(told, _lawyers_told(session, ticket, message), Capacity.LAWYER)
    if MEMBER in relations:
        _tell(told, _members_told(session, ticket), Capacity.SUBSCRIBER)
    told.pop(message.author_key, None)
    return told


def _members_told(session: Session, ticket: Ticket) -> list[Person]:
    """The members who get every letter of the list or of the ticket, without those who muted the ticket."""
    watching = watchers(session, ticket)
    followers = [key for key, watch in watching.items() if watch is Watch.FOLLOW]
    people = {one.key: one for one in subscribers(session, ticket.mailing_list_key, Mode.EACH)}
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key) if followers else None
    for key in followers:
        person = session.get_one(Person, key)
        if mailing_list and is_member(session, person, mailing_list) and not is_resting(session, person, mailing_list):
            people.setdefault(key, person)
    return [one for key, one in people.items() if watching.get(key) is not Watch.MUTE]


def watchers(session: Session, ticket: Ticket) -> dict[int, Watch]:
    """What members want of this ticket, by their keys, whatever they get of its list."""
    found = session.exec(select(Watcher.person_key, Watcher.watch).where(Watcher.ticket_key == ticket.id))
    return {key: Watch(watch) for key, watch in found}


def _lawyers_told(session: Session, ticket: Ticket, message: Message) -> Iterable[Person]:
    """The assignee, while that is one of the list's lawyers; else all of them."""
    everybody = lawyers(session, ticket.mailing_list_key)
    assigned = [person for person in everybody if person.id == ticket.assignee_key]
    return everybody if message.kind in TELLS_ALL_LAWYERS else assigned or everybody


def _tell(told: dict[int, tuple[Person, Capacity]], people: Iterable[Person], capacity: Capacity) -> None:
    for person in people:
        told.setdefault(person.key, (person, capacity))


def still_entitled(
    session: Session, letter: Letter, ticket: Ticket | None, own: Visibility | None, owed: Mapping[int, Capacity]
) -> set[int]:
    """Which of these people (key, and the capacity they are owed the letter in) may still get it.

    `ticket` is the letter's, `own` the visibility of its message if that is not the ticket's. What was allowed when
    the letter was made may not be when it leaves: people leave lists, tickets are closed off.
    """
    told = relations_with(IS_TOLD, ticket.visibility, own) if ticket else frozenset(Relation)
    entitled = set[int]()
    for capacity in set(owed.values()):
        if capacity is Capacity.SELF or OF_CAPACITY[capacity] in told:
            keys = {key for key, owed_as in owed.items() if owed_as is capacity}
            entitled |= keys & _in_capacity(session, capacity, letter, ticket, keys)
    return entitled


def _in_capacity(
    session: Session, capacity: Capacity, letter: Letter, ticket: Ticket | None, keys: set[int]
) -> set[int]:
    """The people to whom a letter like this may be owed in this capacity; of members only those among the keys."""
    list_key = (ticket.mailing_list_key if ticket else letter.mailing_list_key) or 0
    if capacity is Capacity.SELF:
        return keys
    if capacity is Capacity.ASKER:
        return asker_keys(session, ticket) if ticket else set()
    if capacity is Capacity.LAWYER:
        return {person.key for person in lawyers(session, list_key)}
    if ticket:
        return {one.key for one in _members_told(session, ticket)}
    modes = (Mode.DAILY, Mode.WEEKLY) if letter.kind is LetterKind.DIGEST else (Mode.EACH,)
    among = {"list_key": list_key, "keys": list(keys)}
    return {key for mode in modes for key in session.execute(AMONG_SUBSCRIBERS, among | {"mode": mode}).scalars()}
