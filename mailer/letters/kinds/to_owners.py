"""To the owners: what a member wrote to those who run a list goes to them as mail, to be answered by pressing Reply."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Declaration, Means, Owed, for_each
from mailer.letters.letters import Draft, Enclosure, View
from mailer.letters.samples import AT, AUTHOR, AUTHORS_ADDRESS, ORGANISATION, SUBJECT, TEXT, Sample
from tickets import links
from tickets.database import contents
from tickets.database.models import Arrival, Event, EventKind, LetterKind, MailingList, OwnerMail, Person
from tickets.people import organisations, owners, persons


@dataclass(frozen=True)
class ToOwnersView(View):
    """What its template reads."""

    subject: str
    author: str
    organisation: str
    address: str  # the author's
    at: datetime
    text: str


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """A member's mail, for those who run the list; it is kept no longer. Replies go to its author alone."""
    mail = session.get(OwnerMail, event.arrival_key)
    if mail is None:
        return
    author = session.get_one(Person, mail.person_key)
    mailing_list = session.get_one(MailingList, mail.mailing_list_key)
    draft = _draft(session, means, mail, author, mailing_list)
    yield for_each(draft, owners.owners_of(session, mailing_list, author))
    session.delete(mail)


def _draft(session: Session, means: Means, mail: OwnerMail, author: Person, mailing_list: MailingList) -> Draft:
    name, organisation = persons.name_of(author), organisations.organisation_name(session, author)
    return Draft(
        kind=LetterKind.TO_OWNERS,
        template=LetterKind.TO_OWNERS.value,
        view=ToOwnersView(mail.subject, name, organisation, author.email, mail.sent_at, mail.text),
        message_id=links.make_own_id(means.portal),
        mailing_list=mailing_list,
        author=", ".join(filter(None, [name, organisation])),
        reply_to=author.email if author.email.isascii() else "",
        address=links.owner_address(mailing_list),
        enclosures=tuple(_enclosures(session, means, mail)),
    )


def _enclosures(session: Session, means: Means, mail: OwnerMail) -> Iterator[Enclosure]:
    arrival = session.get_one(Arrival, mail.arrival_key)
    octets = contents.octets_at(session, arrival.content_key)
    for file in owners.files_of(mail):
        if (opened := means.take_out(octets, file.part)) is not None:
            yield Enclosure(file.name, file.type, opened)


LETTERS = (
    Declaration(
        LetterKind.TO_OWNERS,
        (Sample(ToOwnersView(SUBJECT, AUTHOR, ORGANISATION, AUTHORS_ADDRESS, AT, TEXT)),),
        (EventKind.OWNERS_WRITTEN,),
        write,
        is_for_owners=True,
    ),
)
