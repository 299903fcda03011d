"""A desk of questions: a list that several have asked, for tests of what is found there."""

from datetime import datetime, timedelta

from sqlmodel import Session

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.archive import rows
from tickets.database.models import MailingList, Message, Person, Ticket, TicketKind, Visibility
from tickets.people.sight import sight_of
from tickets.portal import Portal


class QuestionDesk:
    """A list with five open questions a day apart, the third confidential, and news."""

    def __init__(self, session: Session, portal: Portal, now: datetime) -> None:
        self.session, self.portal, self.now = session, portal, now
        self.mailing_list: MailingList = a_list(session)
        self.mette, self.anders = a_person(session), a_lawyer(session, self.mailing_list)
        self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        self.asked = [self._ask(number) for number in range(5)]
        a_filed_message(session, portal, self.mailing_list, self.anders, now, kind=TicketKind.NEWS)

    def _ask(self, number: int) -> Message:
        visibility = Visibility.CONFIDENTIAL if number == 2 else Visibility.OPEN
        at = self.now - timedelta(days=number)
        return a_filed_message(
            self.session, self.portal, self.mailing_list, self.mette, at, visibility=visibility, subject=f"Nr. {number}"
        )

    def write(self, author: Person, number: int, days: int = 0, **fields: object) -> None:
        """A further message on one of the tickets, some days on."""
        ticket = self.session.get_one(Ticket, self.asked[number].ticket_key)
        at = self.now + timedelta(days=days)
        a_filed_message(self.session, self.portal, self.mailing_list, author, at, ticket=ticket, **fields)

    def page(self, who: Person, **more: object) -> rows.Page:
        sight = sight_of(self.session, who)
        return rows.tickets(self.session, sight, mailing_list=self.mailing_list, **more)  # type: ignore[arg-type]

    def subjects(self, who: Person, **more: object) -> list[str]:
        return [row.ticket.subject for row in self.page(who, **more).rows]
