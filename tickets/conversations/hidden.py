"""Hidden: who wrote in an anonymous ticket without a name, and all that is known to name them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from tickets.database.models import MailDomain, Message, MessageKind, Organisation, Person, Ticket, Unmasked
from tickets.masking.everybody import Everybody
from tickets.masking.names import Names
from tickets.masking.signers import find_signers
from tickets.people import appointments
from tickets.post import Words

MOST_COLLEAGUES = 500
LONGEST_SIGNATURE = 20  # lines by which an asker is known again
LATEST = 10  # letters of an asker elsewhere, whose signatures are known too: a lawyer may quote one of them


def names_of(session: Session, asker: Person, list_key: int) -> Names:
    """What the portal knows that names a person: theirs, and their organisation's."""
    organisation = session.get(Organisation, asker.organisation_key) if asker.organisation_key else None
    lawyers = {person.id: person.name for person in appointments.lawyers(session, list_key)}
    domains: list[str] = []
    colleagues: list[str] = []
    if organisation:
        domains = list(session.exec(select(MailDomain.domain).where(MailDomain.organisation_key == organisation.id)))
        others = select(Person).where(Person.organisation_key == organisation.id, col(Person.id) != asker.id)
        colleagues = [person.name for person in session.exec(others.limit(MOST_COLLEAGUES)) if person.id not in lawyers]
    return Names(
        people=(asker.name,) if asker.name else (),
        emails=(asker.email,),
        organisation=organisation.name if organisation else "",
        domains=tuple(domains),
        colleagues=tuple(filter(None, colleagues)),
        visible=tuple(filter(None, lawyers.values())),
    )


def with_letter(names: Names, author: str, letter: Words) -> Names:
    """The names, and what a letter of the asker adds to them: the name in From, and the signature."""
    lines = f"{letter.sign_off}\n{letter.signature}".split("\n")
    signature = list(filter(str.strip, lines))[:LONGEST_SIGNATURE]
    people = (*names.people, author) if author else names.people
    return replace(names, people=people, signature=(*names.signature, *signature))


@dataclass(frozen=True)
class Authors:
    """Who wrote in a ticket: those who are hidden, by key, the asker first; and what the others are called."""

    nameless: dict[int, Person]
    visible: tuple[str, ...]


def authors_of(session: Session, ticket: Ticket) -> Authors:
    """Whoever is no lawyer of the list is hidden as the asker is, unless everybody was told of them before."""
    asker = session.get_one(Person, ticket.asker_key)
    lawyers = {person.id for person in appointments.lawyers(session, ticket.mailing_list_key)}
    query = (
        select(Person, Message.is_nameless)
        .join(Message, col(Message.author_key) == col(Person.id))
        .where(Message.ticket_key == ticket.id)
        .distinct()
    )
    hidden, visible = {asker.key: asker}, dict[str, None]()
    for author, is_nameless in session.exec(query.order_by(col(Person.id), col(Message.is_nameless).desc())):
        if author.id not in lawyers and is_nameless:
            hidden[author.key] = author
        elif author.id not in hidden and author.name:
            visible[author.name] = None
    return Authors(hidden, tuple(visible))


def known_names(session: Session, ticket: Ticket, authors: Authors) -> Names:
    """What names the hidden authors of a ticket, with all that their letters in it told of them so far."""
    asker, *others = authors.nameless.values()
    names = names_elsewhere(session, asker, ticket.mailing_list_key)
    names = replace(names, visible=(*names.visible, *authors.visible))
    for other in others:
        names = names.joined(names_elsewhere(session, other, ticket.mailing_list_key))
    query = (
        select(Unmasked)
        .join(Message, col(Message.id) == col(Unmasked.message_key))
        .where(Message.ticket_key == ticket.id, col(Message.author_key).in_(authors.nameless))
        .order_by(col(Message.id))
    )
    for unmasked in session.exec(query):
        names = with_letter(names.recalling(unmasked.names or ()), unmasked.author, unmasked)
        names = with_signers(names, unmasked)
    return names


def everybody_but(session: Session, visible: Iterable[str]) -> Everybody:
    """All who are known here, for what somebody writes who may not know which of them asked; lawyers stay visible."""
    names = tuple(session.exec(select(Person.name).where(Person.name != "").distinct()))
    organisations = tuple(session.exec(select(Organisation.name)))
    domains = tuple(session.exec(select(MailDomain.domain)))
    return Everybody(Names(people=names, former=organisations, domains=domains, visible=tuple(visible)))


def with_signers(names: Names, letter: Words) -> Names:
    """The names, and those of colleagues who take part in a letter: they are hidden as its author is."""
    told = "\n".join((letter.text, letter.signature, letter.quoted))
    return replace(names, people=(*names.people, *find_signers(names.colleagues, told)))


def names_elsewhere(session: Session, asker: Person, list_key: int) -> Names:
    """What names a person, with the signatures of their latest letters to any list."""
    names = names_of(session, asker, list_key)
    query = (
        select(Message, Unmasked)
        .outerjoin(Unmasked, col(Unmasked.message_key) == col(Message.id))
        .where(Message.author_key == asker.id, Message.kind != MessageKind.AUTOMATIC)
        .order_by(col(Message.id).desc())
        .limit(LATEST)
    )
    for message, unmasked in session.exec(query):
        names = with_letter(names, "", unmasked or message)
    return names
