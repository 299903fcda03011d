"""A message that is too costly to read, and its quarantine."""

from datetime import timedelta
from email.message import EmailMessage

from mailer.sandbox.reader import Limits
from support.builders import a_message
from support.mail_room import Desk
from support.mail_room import desk as desk
from tickets.database.models import Arrival

NUMBER = "010190-1234"


def costly(**fields: str) -> EmailMessage:
    """A message that takes longer to read than these tests allow."""
    message = a_message(**fields)
    message.set_content(f"<table><tr><td>Må vi? {NUMBER}</td></tr></table>\n" * 6_000, subtype="html")
    return message


def quarantine(desk: Desk, message: EmailMessage, **more: str) -> Arrival:
    desk.employ(limits=Limits(seconds=0.1))
    desk.take(message, **more)
    for _ in range(3):
        desk.now += timedelta(seconds=10)
        desk.process()
    return desk.process()[-1]
