"""Large mail: the author of what stays in its mailbox for its size is told so by letter, if that is a member.

No more is read of it than its header section. A robot, a stranger, and whoever nobody vouches for are told nothing.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from mailer.intake.entrances import Listen
from tickets import journal
from tickets.alignment import mailbox_of
from tickets.database.models import EventKind
from tickets.envelope import EnvelopeNotes
from tickets.errors import NotFound
from tickets.people import lists, persons, subscriptions

STILL_NEWS = timedelta(days=1)  # what lies there for longer is known by now


def is_believed_unread(listen: Listen, notes: EnvelopeNotes) -> bool:
    """Whether the author of a mail is believed by its header section alone: nobody judges, or a server in front did."""
    return notes.has_pass if listen.authserv_id else not listen.has_judge


def is_news(came_at: datetime | None, now: datetime) -> bool:
    """Whether a mail came so lately that its author may still wait for an answer."""
    return came_at is None or now - came_at < STILL_NEWS


def tell_author(session: Session, notes: EnvelopeNotes, recipients: tuple[str, ...], now: datetime) -> None:
    """Have the author of a mail told by letter that it was too large, if they are a member of the list it was for."""
    if len(notes.authors) != 1 or not notes.return_path or notes.is_automatic:
        return
    person = persons.person_writing_as(session, notes.authors[0])
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
