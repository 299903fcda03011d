"""Audience: who is told of a message, and who may still get the letter when it leaves."""

from collections.abc import Iterable

from sqlmodel import Session

from tickets.database.models import Capacity, Letter, LetterKind, Message, MessageKind, Mode, Person, Ticket, Visibility
from tickets.people.appointments import lawyers
from tickets.people.subscriptions import AMONG_SUBSCRIBERS, subscribers

TELLS_ALL_LAWYERS = {MessageKind.QUESTION, MessageKind.ANSWER, MessageKind.NEWS, MessageKind.NOTE, MessageKind.HOLDING}
TELLS_THE_ASKER = {MessageKind.ANSWER, MessageKind.HOLDING, MessageKind.REPLY}
TELLS_NOBODY = {MessageKind.AUTOMATIC, MessageKind.THANKS}
TELLS_SUBSCRIBERS = set(MessageKind) - TELLS_NOBODY - {MessageKind.NOTE, MessageKind.HOLDING}


def of_message(session: Session, ticket: Ticket, message: Message) -> dict[int, tuple[Person, Capacity]]:
    """Who gets a letter about a message, by key, each once and in the closest capacity; never its author."""
    told: dict[int, tuple[Person, Capacity]] = {}
    if message.kind in TELLS_NOBODY:
        return told
    if message.kind in TELLS_THE_ASKER and not (asker := session.get_one(Person, ticket.asker_key)).is_stranger:
        _tell(told, [asker], Capacity.ASKER)
    _tell(told, _lawyers_told(session, ticket, message), Capacity.LAWYER)
    if message.kind in TELLS_SUBSCRIBERS and ticket.visibility is not Visibility.CONFIDENTIAL:
        _tell(told, subscribers(session, ticket.mailing_list_key, Mode.EACH), Capacity.SUBSCRIBER)
    told.pop(message.author_key, None)
    return told


def _lawyers_told(session: Session, ticket: Ticket, message: Message) -> Iterable[Person]:
    """The assignee, while that is one of the list's lawyers; else all of them."""
    everybody = lawyers(session, ticket.mailing_list_key)
    assigned = [person for person in everybody if person.id == ticket.assignee_key]
    return everybody if message.kind in TELLS_ALL_LAWYERS else assigned or everybody


def _tell(told: dict[int, tuple[Person, Capacity]], people: Iterable[Person], capacity: Capacity) -> None:
    for person in people:
        told.setdefault(person.key, (person, capacity))


def still_entitled(session: Session, letter: Letter, ticket: Ticket | None, owed: dict[int, Capacity]) -> set[int]:
    """Which of these people (key, and the capacity they are owed the letter in) may still get it; `ticket` is its.

    What was allowed when the letter was made may not be when it leaves: people leave lists, tickets are closed off.
    """
    list_key = letter.mailing_list_key or 0
    entitled = {key for key, capacity in owed.items() if capacity is Capacity.SELF}
    if ticket:
        entitled |= {key for key, capacity in owed.items() if capacity is Capacity.ASKER and key == ticket.asker_key}
    if Capacity.LAWYER in owed.values():
        entitled |= {person.key for person in lawyers(session, list_key)}
    if Capacity.SUBSCRIBER in owed.values() and not (ticket and ticket.visibility is Visibility.CONFIDENTIAL):
        mode = Mode.WEEKLY if letter.kind is LetterKind.DIGEST else Mode.EACH
        among = {"list_key": list_key, "mode": mode, "keys": list(owed)}
        entitled |= set(session.execute(AMONG_SUBSCRIBERS, among).scalars())
    return entitled & owed.keys()
