"""Large mail: the author of what stays in its mailbox for its size is told so by letter, if that is a member.

No more is read of it than its header section. A robot, a stranger, and whoever nobody vouches for are told nothing.
"""

from datetime import datetime, timedelta
from email.message import Message

from sqlmodel import Session

from mailer.authorship.server_word import has_pass
from mailer.intake.entrances import Listen
from mailer.reading.mailboxes import mailboxes
from mailer.reading.robots import find_mediator, find_robot
from tickets import journal
from tickets.alignment import mailbox_of
from tickets.database.models import EventKind
from tickets.errors import NotFound
from tickets.people import lists, persons, subscriptions

STILL_NEWS = timedelta(days=1)  # what lies there for longer is known by now


def is_believed_unread(listen: Listen, head: bytes) -> bool:
    """Whether the author of a mail is believed by its header section alone: nobody judges, or a server in front did."""
    return has_pass(head, listen.authserv_id) if listen.authserv_id else not listen.has_judge


def is_news(came_at: datetime | None, now: datetime) -> bool:
    """Whether a mail came so lately that its author may still wait for an answer."""
    return came_at is None or now - came_at < STILL_NEWS


def tell_author(session: Session, head: Message, return_path: str, recipients: tuple[str, ...], now: datetime) -> None:
    """Have the author of a mail told by letter that it was too large, if they are a member of the list it was for."""
    authors = {mailbox.email for mailbox in mailboxes(head, "From")}
    if len(authors) != 1 or not return_path or find_robot(head, "", "") or find_mediator(head):
        return
    person = persons.person_writing_as(session, authors.pop())
    if person is None or person.is_stranger:
        return
    for address in recipients:
        try:
            mailing_list = lists.find_list(session, mailbox_of(address))
        except NotFound:
            continue
        if subscriptions.is_member(session, person, mailing_list):
            journal.append(session, EventKind.TOO_LARGE, now, list_key=mailing_list.id, person_key=person.id)
            return
