"""Sight: what one person may see. Pages, searches, letters and downloads all ask this, and nothing else."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, false, select

from tickets.database.models import MailingList, Message, MessageKind, Person, Role, Ticket, Visibility
from tickets.people.appointments import has_role
from tickets.people.subscriptions import is_member


@dataclass(frozen=True)
class Sight:
    """What one person may see. Pages, searches, letters and downloads all ask this, and nothing else."""

    person_key: int | None
    member_of: frozenset[int]  # keys of lists
    lawyer_of: frozenset[int]
    public: frozenset[int]

    def of_list(self, list_key: int) -> bool:
        return list_key in self.member_of | self.lawyer_of | self.public

    def of_ticket(self, ticket: Ticket) -> bool:
        if ticket.mailing_list_key in self.lawyer_of or self._asked(ticket):
            return True
        is_for_all = ticket.visibility is not Visibility.CONFIDENTIAL
        return is_for_all and ticket.mailing_list_key in self.member_of | self.public

    def of_message(self, ticket: Ticket, message: Message) -> bool:
        if message.kind is MessageKind.NOTE:
            return ticket.mailing_list_key in self.lawyer_of
        if message.kind is MessageKind.AUTOMATIC:
            return ticket.mailing_list_key in self.lawyer_of or message.author_key == self.person_key
        return self.of_ticket(ticket)

    def of_asker(self, ticket: Ticket) -> bool:
        """Whether the asker's name and organisation may be shown."""
        if ticket.mailing_list_key in self.lawyer_of or self._asked(ticket):
            return True
        return ticket.visibility is Visibility.OPEN and self.of_ticket(ticket)

    def tickets(self) -> ColumnElement[bool]:
        """The condition on `Ticket` that says what `of_ticket` says."""
        for_all = and_(
            col(Ticket.visibility) != Visibility.CONFIDENTIAL,
            col(Ticket.mailing_list_key).in_(self.member_of | self.public),
        )
        own = col(Ticket.asker_key) == self.person_key if self.person_key is not None else false()
        return or_(for_all, own, col(Ticket.mailing_list_key).in_(self.lawyer_of))

    def _asked(self, ticket: Ticket) -> bool:
        return self.person_key is not None and ticket.asker_key == self.person_key


def sight_of(session: Session, person: Person | None, *lists: MailingList) -> Sight:
    """What this person may see, on these lists or, where none are named, on all; None is the public."""
    lists = lists or tuple(session.exec(select(MailingList)))
    public = frozenset(row.key for row in lists if row.is_public)
    if person is None:
        return Sight(None, frozenset(), frozenset(), public)
    member_of = frozenset(row.key for row in lists if is_member(session, person, row))
    lawyer_of = frozenset(row.key for row in lists if has_role(session, person, Role.LAWYER, row))
    return Sight(person.id, member_of, lawyer_of, public)
