"""Noting: words for the office alone, written on a page or by the operator; by mail they are filed as mail."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlmodel import Session

from tickets import links
from tickets.acts.acting import Hand, record
from tickets.conversations.filing import Filing, file_post
from tickets.database import contents
from tickets.database.models import ActKind, MailingList, Message, MessageKind, Ticket
from tickets.errors import BadInput
from tickets.portal import Portal
from tickets.post import Mailbox, Post
from tickets.reasons import Refusal


def add_note(session: Session, portal: Portal, ticket: Ticket, text: str, hand: Hand) -> Message:
    """File words on a ticket that only the list's lawyers see. Raises BadInput where nobody says anything."""
    if hand.person is None or not text.strip():
        raise BadInput(Refusal.NOTE_IS_EMPTY)
    message = write(session, portal, ticket, text, MessageKind.NOTE, hand)
    note(session, ticket, message, hand)
    return message


def write(
    session: Session,
    portal: Portal,
    ticket: Ticket,
    text: str,
    kind: MessageKind,
    hand: Hand,
    in_reply_to: tuple[str, ...] = (),
) -> Message:
    """File words of whoever acts on a ticket, as what they are."""
    author = hand.person
    assert author is not None
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    writer = Mailbox(author.name, author.email)
    post = Post(
        links.make_own_id(portal), writer, ticket.subject, text.strip(), in_reply_to=in_reply_to, sent_at=hand.at
    )
    filing = Filing(author, _keep(session, post, hand), hand.at, message_kind=kind)
    return file_post(session, portal, mailing_list, post, filing, ticket)


def note(session: Session, ticket: Ticket, message: Message, hand: Hand) -> None:
    """Note in the history that an internal message was filed; the journal was told when it was."""
    record(session, ticket, ActKind.NOTE, hand, None, message=message)


def _keep(session: Session, post: Post, hand: Hand) -> str:
    """Lay the words down as a message; its key."""
    message = EmailMessage(policy=SMTP)
    message["From"] = post.author.email
    message["Subject"] = post.subject
    message["Date"] = format_datetime(hand.at)
    message["Message-ID"] = f"<{post.message_id}>"
    message.set_content(post.text)
    return contents.lay_down(session, message.as_bytes(), hand.at)
