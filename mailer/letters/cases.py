"""Cases: a message with all that a letter about it has to know, found in one question to the database."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from tickets.conversations import anonymity
from tickets.conversations.anonymity import Shown
from tickets.database.models import Event, MailingList, Message, Organisation, Person, Ticket


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
    """What the event is about; None if its message is no more."""
    row = session.execute(CASE, {"message_key": event.message_key}).first()
    if row is None:
        return None
    mailing_list, ticket, message, parent, author, organisation, asker = row
    return Case(mailing_list, ticket, message, parent, author, organisation or "", asker)


def show(session: Session, case: Case, *, sees_asker: bool) -> Shown:
    """The message as those read it who may, or may not, know who asked."""
    return anonymity.show(session, case.ticket, [case.message], sees_asker=sees_asker)[case.message.key]
