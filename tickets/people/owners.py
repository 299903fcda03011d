"""Owners: those who run a list, and what members write to them: kept until the letter with it is owed."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from tickets import journal
from tickets.database.models import (
    Arrival,
    Delivery,
    EventKind,
    Letter,
    LetterKind,
    MailingList,
    OwnerMail,
    Person,
    Role,
)
from tickets.people import appointments
from tickets.post import File, Post
from tickets.reasons import Grounds, Reason


def editors_of(session: Session, mailing_list: MailingList) -> list[Person]:
    """The editors of a list."""
    return appointments.appointed(session, Role.EDITOR, mailing_list.id)


def owners_of(session: Session, mailing_list: MailingList, but_not: Person) -> list[Person]:
    """The editors of a list; where there are none beside that person, the administrators."""
    for role, list_key in ((Role.EDITOR, mailing_list.id), (Role.ADMINISTRATOR, None)):
        others = [one for one in appointments.appointed(session, role, list_key) if one.id != but_not.id]
        if others:
            return others
    return []


def hand_on(
    session: Session, arrival: Arrival, author: Person, mailing_list: MailingList, post: Post, now: datetime
) -> Grounds:
    """Have those who run a list get what a member wrote to them; what was done. The caller knows there are some."""
    session.merge(
        OwnerMail(
            arrival_key=arrival.key,
            mailing_list_key=mailing_list.key,
            person_key=author.key,
            subject=post.subject,
            text=post.text,
            files=[[file.part, file.name, file.type, file.size] for file in post.attached],
            sent_at=post.sent_at or now,
        )
    )
    journal.append(
        session, EventKind.OWNERS_WRITTEN, now, list_key=mailing_list.id, person_key=author.id, arrival_key=arrival.id
    )
    return Grounds(Reason.HANDED_ON, {"mailing_list": mailing_list.address})


def was_handed_on(session: Session, arrival: Arrival, mailing_list: MailingList) -> bool:
    """Whether the same octets went to those who run the list already, having come to another address of it."""
    query = select(Arrival).where(
        Arrival.content_key == arrival.content_key,
        col(Arrival.id) != arrival.id,
        Arrival.reason == Reason.HANDED_ON,
    )
    return any((one.reason_details or {}).get("mailing_list") == mailing_list.address for one in session.exec(query))


def has_letter(
    session: Session, person: Person, mailing_list: MailingList, message_id: str, kinds: Collection[LetterKind]
) -> bool:
    """Whether somebody got a letter of this id from the list, and it is of one of these kinds."""
    query = (
        select(Letter.id)
        .join(Delivery, col(Delivery.letter_key) == col(Letter.id))
        .where(
            Letter.message_id == message_id,
            Letter.mailing_list_key == mailing_list.id,
            col(Letter.kind).in_(kinds),
            Delivery.person_key == person.id,
        )
    )
    return session.exec(query.limit(1)).first() is not None


def files_of(mail: OwnerMail) -> list[File]:
    """The files of a mail to the editors: part number, name, media type and octets of each."""
    return [File(part, name, kind, size) for part, name, kind, size in mail.files]
