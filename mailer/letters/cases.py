"""Cases: a message with all that a letter about it has to know, found in one question to the database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.letters.declaration import Means
from mailer.letters.letters import Draft, Enclosure
from tickets import links
from tickets.conversations import anonymity
from tickets.conversations.anonymity import Shown, ShownFile
from tickets.database import contents
from tickets.database.models import Arrival, Event, MailingList, Message, Organisation, Person, Ticket
from tickets.errors import NotFound
from tickets.portal import Portal
from tickets.post import WHOLE


@dataclass(frozen=True)
class Case:
    """A message with what it belongs to."""

    mailing_list: MailingList
    ticket: Ticket
    message: Message
    parent: Message | None
    author: Person
    organisation: str  # the author's, by name; empty for a guest
    asker: Person


PARENT, ASKER = aliased(Message), aliased(Person)
CASE = (
    select(MailingList, Ticket, Message, PARENT, Person, col(Organisation.name), ASKER)
    .select_from(Message)
    .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
    .join(MailingList, col(MailingList.id) == col(Ticket.mailing_list_key))
    .join(Person, col(Person.id) == col(Message.author_key))
    .join(ASKER, col(ASKER.id) == col(Ticket.asker_key))
    .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
    .outerjoin(PARENT, col(PARENT.id) == col(Message.parent_key))
    .where(col(Message.id) == bindparam("message_key"))
)


def find_case(session: Session, event: Event) -> Case | None:
    """The case of an event's message; None if the message is gone."""
    return case_about(session, event.message_key)


def case_about(session: Session, message_key: int | None) -> Case | None:
    """The case of a message; None if the message is gone."""
    row = session.execute(CASE, {"message_key": message_key}).first()
    if row is None:
        return None
    mailing_list, ticket, message, parent, author, organisation, asker = row
    return Case(mailing_list, ticket, message, parent, author, organisation or "", asker)


def show(session: Session, case: Case, *, sees_asker: bool) -> Shown:
    """The message as its readers see it, who may or may not know who asked."""
    return anonymity.show(session, case.ticket, [case.message], sees_asker=sees_asker)[case.message.key]


def answering(portal: Portal, draft: Draft, case: Case) -> Draft:
    """The same letter, as an automatic answer to the message (RFC 3834 3)."""
    reference = links.ticket_reference(portal, case.mailing_list, case.ticket)
    return replace(
        draft,
        ticket=case.ticket,
        message=case.message,
        auto_submitted="auto-replied",
        in_reply_to=case.message.message_id,
        references=(reference, case.message.message_id),
    )


# -- files -----------------------------------------------------------------------------


def enclose(session: Session, means: Means, message: Message, files: Iterable[ShownFile]) -> dict[int, Enclosure]:
    """The files that go with a letter about a message, by part: in their order, as long as there is room for them.

    What others do not get, and what nobody can look into, goes with none.
    """
    enclosed: dict[int, Enclosure] = {}
    room = means.most_attached
    for file in files:
        if file.size > room or file.is_kept_back:
            continue
        octets = _find_octets(session, means, message, file)
        if octets is not None and len(octets) <= room:
            enclosed[file.part] = Enclosure(file.name, file.type, octets)
            room -= len(octets)
    return enclosed


def _find_octets(session: Session, means: Means, message: Message, file: ShownFile) -> bytes | None:
    """A file of a message as its reader may have it, or its clean copy; None if nobody can look into it."""
    key, number = (file.clean_key, WHOLE) if file.clean_key else (message.content_key, file.part)
    try:
        found = contents.find_file(session, key, number)
    except NotFound:
        return None
    return found if found is not None else means.take_out(contents.octets_at(session, key), number)


# -- what an event is about besides ----------------------------------------------------


@dataclass(frozen=True)
class PutAside:
    """A mail that was put aside: whose, and to which list."""

    person: Person
    mailing_list: MailingList
    arrival: Arrival


def find_put_aside(session: Session, event: Event) -> PutAside | None:
    """The mail that an event tells of; None if it, its author or its list is gone, or nobody knows them."""
    found, arrival = person_and_list(session, event), session.get(Arrival, event.arrival_key)
    return PutAside(*found, arrival) if found and arrival else None


def ticket_of(session: Session, event: Event) -> tuple[MailingList, Ticket] | None:
    """The ticket that an event is about, on its list of now; None if it is gone."""
    ticket = session.get(Ticket, event.ticket_key) if event.ticket_key else None
    return (session.get_one(MailingList, ticket.mailing_list_key), ticket) if ticket else None


def person_and_list(session: Session, event: Event) -> tuple[Person, MailingList] | None:
    """The person and the list that an event is about; None if one of them is gone."""
    if event.person_key is None or event.mailing_list_key is None:
        return None
    person, mailing_list = session.get(Person, event.person_key), session.get(MailingList, event.mailing_list_key)
    return (person, mailing_list) if person and mailing_list else None
