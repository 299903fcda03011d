"""Sitting: who is at the desk, and which ticket lies on it; for everybody else there is neither."""

from flask import request
from sqlmodel import Session

from tickets.acts.acting import Hand
from tickets.conversations import lookup
from tickets.database.models import MailingList, Person, Ticket, Way
from tickets.errors import LoginNeeded, NotFound
from tickets.people.sight import Sight
from web_archive.forms import sending
from web_archive.rendering import reader, the_means


def lawyer(sight: Sight) -> Person:
    """The lawyer who asks. Raises LoginNeeded while nobody knows who it is, and NotFound for everybody else."""
    sending.reception()
    person = reader()
    if person is None:
        raise LoginNeeded(request.path)
    if not sight.lawyer_of:
        raise NotFound(request.path)
    return person


def on_the_desk(session: Session, sight: Sight, prefix: str, number: int) -> tuple[Person, MailingList, Ticket]:
    """The lawyer who asks, and a ticket of a list of theirs. Raises LoginNeeded and NotFound."""
    person = lawyer(sight)
    mailing_list, ticket = lookup.ticket_named(session, sight, prefix, number)
    if ticket.mailing_list_key not in sight.lawyer_of:
        raise NotFound(request.path)
    return person, mailing_list, ticket


def hand_of(person: Person) -> Hand:
    """The lawyer's hand, for an act that a button asks for."""
    return Hand(person, the_means().clock(), Way.WEB)


def case_path(mailing_list: MailingList, ticket: Ticket) -> str:
    """The path of a ticket's page at the desk."""
    return f"/desk/{mailing_list.prefix}-{ticket.number}"
