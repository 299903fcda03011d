"""Handing on: what a member wrote to those who run a list goes to them as mail, to be answered by pressing Reply."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from mailer.letters import outbox
from mailer.letters.letters import Draft, Enclosure
from mailer.letters.notices import Desk
from tickets import links
from tickets.database.models import Arrival, Capacity, Content, Event, LetterKind, MailingList, OwnerMail, Person
from tickets.mime import keys
from tickets.people import organisations, owners, persons


def hand_on(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Owe a member's mail to those who run the list, and keep it no longer. Replies go to its author alone."""
    mail = session.get(OwnerMail, event.arrival_key)
    if mail is None:
        return
    author = session.get_one(Person, mail.person_key)
    mailing_list = session.get_one(MailingList, mail.mailing_list_key)
    name, organisation = persons.name_of(author), organisations.organisation_name(session, author)
    draft = Draft(
        kind=LetterKind.TO_OWNERS,
        template="to_owners",
        values={
            "list": mailing_list.name,
            "subject": mail.subject,
            "author": name,
            "organisation": organisation,
            "address": author.email,
            "at": mail.sent_at,
            "text": mail.text,
        },
        message_id=links.make_own_id(desk.portal),
        mailing_list=mailing_list,
        author=", ".join(filter(None, [name, organisation])),
        reply_to=author.email if author.email.isascii() else "",
        address=links.owner_address(mailing_list),
        enclosures=tuple(_enclosures(session, desk, mail)),
    )
    readers = [(one, Capacity.SELF) for one in owners.owners_of(session, mailing_list, author)]
    outbox.owe(session, desk.portal, draft, readers, f"event-{event.id}", now)
    session.delete(mail)


def _enclosures(session: Session, desk: Desk, mail: OwnerMail) -> Iterator[Enclosure]:
    arrival = session.get_one(Arrival, mail.arrival_key)
    octets = session.get_one(Content, arrival.content_key).octets
    for file in owners.files_of(mail):
        yield Enclosure(file.name, file.type, keys.open_file(octets, file.part, desk.portal))
