"""Published answers, as they come to be: answered, drafted, and published without waiting for anybody's word."""

from datetime import datetime

from sqlmodel import Session

from support.builders import a_filed_message
from tickets.acts.acting import Hand
from tickets.database.models import MailingList, Message, Person, Publication, Ticket, Way
from tickets.portal import Portal
from tickets.publishing import agreeing, drafting


def publish(
    session: Session,
    portal: Portal,
    question: Message,
    lawyer: Person,
    now: datetime,
    answer: str = "Ja, når den er anonymiseret.",
) -> Publication:
    """Answer a question, and let everybody read both."""
    ticket = session.get_one(Ticket, question.ticket_key)
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    said = a_filed_message(session, portal, mailing_list, lawyer, now, ticket=ticket, text=answer, is_lawyer=True)
    hand = Hand(lawyer, now, Way.MAIL)
    row = drafting.draft(session, ticket, said, hand)
    agreeing.publish(session, row, hand)
    return row
