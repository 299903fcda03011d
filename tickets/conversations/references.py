"""References: the tickets to which a text leads: by their numbers, by links of their pages, by ids of their letters."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlmodel import Session, and_, col, or_, select

from tickets.database.models import (
    Alias,
    Identifier,
    Letter,
    MailingList,
    Message,
    MessageKind,
    Person,
    Ticket,
)
from tickets.people.sight import FOR_ALL

MOST = 500  # numbers, links or ids that are looked up of one text
LINK = re.compile(r"/m/([0-9a-f]{22})")


@dataclass(frozen=True)
class Reference:
    """A ticket that a text leads to, and the words that do."""

    told: str
    ticket_key: int


def find_numbers(session: Session, lists: Collection[MailingList], text: str) -> Iterator[Reference]:
    """The tickets whose numbers stand in a text, as in `[DB-1]` or `/t/DB-1`; `DB 1` and `DB1` are numbers too."""
    by_prefix = {one.prefix.lower(): one.id for one in lists}
    names = "|".join(map(re.escape, by_prefix))
    pattern = re.compile(rf"(?<![^\W_])({names})[-\u2010-\u2014 ]?[\s>]{{0,4}}([0-9]{{1,9}})(?![0-9])", re.IGNORECASE)
    named: dict[tuple[int | None, int], set[str]] = {}
    for found in list(pattern.finditer(text))[:MOST]:
        named.setdefault((by_prefix[found[1].lower()], int(found[2])), set()).add(found[0])
    for (list_key, number), key in _keys_of(session, named).items():
        yield from (Reference(told, key) for told in named[list_key, number])


def _keys_of(session: Session, numbers: Collection[tuple[int | None, int]]) -> dict[tuple[int | None, int], int]:
    """The keys of the tickets that have these numbers on their lists, or had them before they were merged."""
    wanted = list({number for _, number in numbers})
    merged = select(Alias.mailing_list_key, Alias.number, Alias.ticket_key).where(col(Alias.number).in_(wanted))
    own = select(Ticket.mailing_list_key, Ticket.number, col(Ticket.id)).where(col(Ticket.number).in_(wanted))
    rows = [*session.exec(merged), *session.exec(own)] if wanted else []
    return {(list_key, number): key or 0 for list_key, number, key in rows if (list_key, number) in numbers}


def find_links(session: Session, text: str) -> Iterator[Reference]:
    """The tickets whose messages have their links in a text."""
    paths = set(LINK.findall(text)[:MOST])
    query = select(Message.path, Message.ticket_key).where(col(Message.path).in_(paths))
    yield from (Reference(path, key) for path, key in session.exec(query) if paths)


def find_identified(session: Session, lists: Collection[MailingList], ids: Collection[str]) -> Iterator[int]:
    """The keys of the tickets to which these Message-IDs lead: of what was received or sent there."""
    if not ids:
        return
    some, keys = list(ids)[:MOST], [one.id for one in lists]
    known = and_(col(Identifier.mailing_list_key).in_(keys), col(Identifier.message_id).in_(some))
    yield from session.exec(select(Identifier.ticket_key).where(known))
    letters = select(Letter.ticket_key).where(col(Letter.message_id).in_(some), col(Letter.ticket_key).is_not(None))
    yield from (one or 0 for one in session.exec(letters))


def find_telling(session: Session, asker: Person, text: str) -> tuple[str, ...]:
    """What in a text leads to open tickets in which somebody, or a colleague, stands with their name."""
    lists = session.exec(select(MailingList)).all()
    found = [*find_numbers(session, lists, text), *find_links(session, text)]
    is_theirs = col(Person.id) == asker.id
    if asker.organisation_key is not None:
        is_theirs = or_(is_theirs, col(Person.organisation_key) == asker.organisation_key)
    query = (
        select(Ticket.id)
        .join(Message, col(Message.ticket_key) == col(Ticket.id))
        .join(Person, col(Person.id) == col(Message.author_key))
        .where(col(Ticket.id).in_({one.ticket_key for one in found}), col(Ticket.visibility).in_(FOR_ALL))
        .where(is_theirs, Message.kind != MessageKind.ANSWER)
    )
    telling = set(session.exec(query)) if found else set()
    return tuple(dict.fromkeys(one.told for one in found if one.ticket_key in telling))


def is_own_subject(session: Session, asker: Person, subject: str) -> bool:
    """Whether somebody asked openly under this subject before."""
    query = select(Ticket.subject).where(Ticket.asker_key == asker.id, col(Ticket.visibility).in_(FOR_ALL))
    known = session.exec(query.order_by(col(Ticket.id).desc()).limit(MOST))
    return bool(subject) and any(one.casefold() == subject.casefold() for one in known)
