"""Sight: who sees a ticket, its messages and who asked, and who is told of them: one table says it for all that ask.

A person stands to a message in some relations, and `RULES` has what each relation gives at each visibility. The test in
Python, the condition in SQL, the words of the search index and the audience of letters are all made of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Flag, StrEnum, auto
from functools import cache
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, false, select

from tickets.database.models import (
    Capacity,
    MailingList,
    Message,
    MessageKind,
    Person,
    Publication,
    Role,
    Ticket,
    Visibility,
)
from tickets.people.appointments import roles_of
from tickets.people.askers import tickets_asked_too
from tickets.people.subscriptions import is_member

# -- the rule --------------------------------------------------------------------------


class Relation(StrEnum):
    """How a person stands to a message: by its list, by its ticket, or by having written it."""

    PUBLIC = "public"  # anybody, while the archive of the list is open to all
    MEMBER = "members"  # of the list
    LAWYER = "lawyers"  # of the list
    ASKER = "asker"  # of the ticket
    AUTHOR = "author"  # of the message


class Grant(Flag):
    """What a relation gives."""

    SEES = auto()
    KNOWS = auto()  # who asked, and where from
    IS_TOLD = auto()  # by letter, if the kind of message is one to tell of


SEES, KNOWS, IS_TOLD = Grant.SEES, Grant.KNOWS, Grant.IS_TOLD
WHOLE, NOTHING = SEES | KNOWS | IS_TOLD, Grant(0)
PUBLIC, MEMBER, LAWYER, ASKER, AUTHOR = Relation

RULES: Mapping[Visibility, Mapping[Relation, Grant]] = {
    Visibility.OPEN: {PUBLIC: SEES | KNOWS, MEMBER: WHOLE, LAWYER: WHOLE, ASKER: WHOLE},
    Visibility.PUBLISHED: {PUBLIC: SEES, MEMBER: SEES | IS_TOLD, LAWYER: SEES | IS_TOLD, ASKER: SEES | IS_TOLD},
    Visibility.ANONYMOUS: {PUBLIC: SEES, MEMBER: SEES | IS_TOLD, LAWYER: WHOLE, ASKER: WHOLE},
    Visibility.CONFIDENTIAL: {LAWYER: WHOLE, ASKER: WHOLE, AUTHOR: SEES | KNOWS},
    Visibility.PERSONAL: {LAWYER: WHOLE, AUTHOR: SEES | KNOWS},
    Visibility.INTERNAL: {LAWYER: WHOLE},
}
OF_KIND = {
    MessageKind.NOTE: Visibility.INTERNAL,
    MessageKind.AUTOMATIC: Visibility.PERSONAL,
    MessageKind.RECALLED: Visibility.PERSONAL,
}  # messages' own
OF_TICKETS = frozenset(Visibility) - {Visibility.PUBLISHED, Visibility.PERSONAL}
OF_ROLE = {Role.LAWYER: LAWYER}  # what having a role on a list makes of somebody
OF_CAPACITY = {Capacity.SUBSCRIBER: MEMBER, Capacity.LAWYER: LAWYER, Capacity.ASKER: ASKER}


def grants(visibility: Visibility, relation: Relation) -> Grant:
    """What a relation gives to a ticket or message of this visibility."""
    return RULES[visibility].get(relation, NOTHING)


@cache
def visibilities_with(grant: Grant, relation: Relation) -> frozenset[Visibility]:
    """The visibilities at which a relation gives this grant."""
    return frozenset(visibility for visibility in Visibility if grant in grants(visibility, relation))


@cache
def relations_with(grant: Grant, ticket: Visibility, message: Visibility | None = None) -> frozenset[Relation]:
    """The relations that give this grant to a ticket, or to a message with a narrower visibility of its own."""
    visibilities = (ticket,) if message is None else (ticket, message)
    return frozenset(one for one in Relation if all(grant in grants(visibility, one) for visibility in visibilities))


@cache
def is_for_all(visibility: Visibility) -> bool:
    """Whether members see tickets of this visibility, and who asked them."""
    return SEES | KNOWS in grants(visibility, MEMBER)


@cache
def is_masked(visibility: Visibility) -> bool:
    """Whether some who see tickets of this visibility may not know who asked."""
    return relations_with(SEES, visibility) > relations_with(KNOWS, visibility)


def is_closed(visibility: Visibility) -> bool:
    """Whether members see no tickets of this visibility."""
    return SEES not in grants(visibility, MEMBER)


MASKED = frozenset(filter(is_masked, Visibility))
FOR_ALL = frozenset(filter(is_for_all, Visibility))
HIDING = frozenset(Visibility) - FOR_ALL


def strictest(*visibilities: Visibility) -> Visibility:
    """The visibility that shows least; `Visibility` has them mildest first."""
    return max(visibilities, key=list(Visibility).index)


def visibility_of(ticket: Ticket, message: Message) -> Visibility:
    """Who sees a message, told in one word: the stricter of its own and its ticket's."""
    return strictest(ticket.visibility, message.visibility or ticket.visibility)


def tells_of(one: Visibility, other: Visibility) -> bool:
    """Whether members who see two tickets of one asker know by one of them who asked the other."""
    return any(is_for_all(named) and is_masked(unnamed) for named, unnamed in ((one, other), (other, one)))


def is_wider(visibility: Visibility, than: Visibility) -> bool:
    """Whether more people see, or see more of, what has this visibility."""
    return visibility is not strictest(than, visibility)


def stands(publication: Publication, ticket: Ticket) -> bool:
    """Whether an answer is published, and its ticket no narrower than when those who asked it were told."""
    is_up = publication.published_at is not None and publication.withdrawn_at is None
    return is_up and not is_wider(publication.visibility, ticket.visibility)


def publications_standing() -> ColumnElement[bool]:
    """The condition on `Publication` and its `Ticket` that says what `stands` says."""
    now, then = col(Ticket.visibility), col(Publication.visibility)
    as_wide = (
        and_(then == told, now.in_([one for one in Visibility if not is_wider(told, one)])) for told in Visibility
    )
    is_up = and_(col(Publication.published_at).is_not(None), col(Publication.withdrawn_at).is_(None))
    return and_(is_up, or_(false(), *as_wide))


# -- what one person sees --------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """What one person may see. Pages, searches, letters and downloads all ask this, and nothing else."""

    person_key: int | None
    lists: Mapping[Relation, frozenset[int]]  # keys of the lists to which the person stands so
    asked_too: frozenset[int] = frozenset()  # keys of tickets that were somebody else's first

    @property
    def member_of(self) -> frozenset[int]:
        """The keys of the lists that the reader is a member of."""
        return self.lists.get(MEMBER, frozenset())

    @property
    def lawyer_of(self) -> frozenset[int]:
        """The keys of the lists whose questions the reader answers."""
        return self.lists.get(LAWYER, frozenset())

    @property
    def public(self) -> frozenset[int]:
        """The keys of the lists that everybody may read, logged in or not."""
        return self.lists.get(PUBLIC, frozenset())

    def without(self, *relations: Relation) -> Self:
        """The sight that the person would have if they stood in none of these relations to any list."""
        return replace(self, lists={one: keys for one, keys in self.lists.items() if one not in relations})

    def of_list(self, list_key: int) -> bool:
        """Whether the reader may know that a list exists."""
        return any(list_key in keys for keys in self.lists.values())

    def of_ticket(self, ticket: Ticket) -> bool:
        """Whether the reader may read a ticket."""
        return self._has(SEES, ticket.visibility, ticket)

    def of_message(self, ticket: Ticket, message: Message) -> bool:
        """Whether the message is seen: its ticket is, and nothing narrower is said of the message itself."""
        if not self.of_ticket(ticket):
            return False
        return message.visibility is None or self._has(SEES, message.visibility, ticket, message)

    def of_asker(self, ticket: Ticket) -> bool:
        """Whether the asker's name and organisation may be shown."""
        return self._has(SEES | KNOWS, ticket.visibility, ticket)

    def of_publication(self, publication: Publication, ticket: Ticket) -> bool:
        """Whether the reader may read a published answer, which may be on another list than its ticket is now."""
        sees = relations_with(SEES, Visibility.PUBLISHED)
        is_reader = any(publication.mailing_list_key in self.lists.get(one, ()) for one in sees)
        return stands(publication, ticket) and (is_reader or (ASKER in sees and self.asked(ticket)))

    def asked(self, ticket: Ticket) -> bool:
        """Whether the person is one of those who asked it."""
        is_first = self.person_key is not None and ticket.asker_key == self.person_key
        return is_first or ticket.id in self.asked_too

    def _has(self, grant: Grant, visibility: Visibility, ticket: Ticket, message: Message | None = None) -> bool:
        return any(grant in grants(visibility, relation) for relation in self._relations_to(ticket, message))

    def _relations_to(self, ticket: Ticket, message: Message | None) -> Iterator[Relation]:
        yield from (relation for relation, keys in self.lists.items() if ticket.mailing_list_key in keys)
        if self.asked(ticket):
            yield ASKER
        if self.person_key is not None and message is not None and message.author_key == self.person_key:
            yield AUTHOR

    # -- the same in the words of the database and of the index ------------------------

    def tickets(self) -> ColumnElement[bool]:
        """The condition on `Ticket` that says what `of_ticket` says."""
        return self._where(col(Ticket.visibility), SEES)

    def messages(self) -> ColumnElement[bool]:
        """The condition on `Message` and its `Ticket` that says what `of_message` says."""
        narrowed = self._where(col(Message.visibility), SEES)
        if self.person_key is not None:
            own = visibilities_with(SEES, AUTHOR)
            narrowed = or_(narrowed, _both(col(Message.visibility), own, col(Message.author_key) == self.person_key))
        return and_(self.tickets(), or_(col(Message.visibility).is_(None), narrowed))

    def publications(self) -> ColumnElement[bool]:
        """The condition on `Publication` and its `Ticket` that says what `of_publication` says."""
        sees = relations_with(SEES, Visibility.PUBLISHED)
        keys = frozenset[int]().union(*(self.lists.get(one, ()) for one in sees))
        asks = self._asks() if ASKER in sees else ()
        return and_(publications_standing(), or_(col(Publication.mailing_list_key).in_(keys), *asks))

    def unmasked(self) -> ColumnElement[bool]:
        """The condition on `Ticket` that who asked is hidden from others, and known to this person."""
        return self._where(col(Ticket.visibility), SEES | KNOWS, MASKED)

    def _where(
        self, visibility: Mapped[Any], grant: Grant, among: frozenset[Visibility] = frozenset(Visibility)
    ) -> ColumnElement[bool]:
        """The condition that a relation gives this person the grant at this visibility.

        Lists are named together where different relations give the same: an alternative costs the database a search.
        """
        lists: dict[frozenset[Visibility], frozenset[int]] = {}
        for relation, keys in self.lists.items():
            allowed = visibilities_with(grant, relation) & among
            lists[allowed] = lists.get(allowed, frozenset()) | keys
        cells: list[tuple[frozenset[Visibility], ColumnElement[bool]]]
        cells = [(allowed, col(Ticket.mailing_list_key).in_(keys)) for allowed, keys in lists.items()]
        cells += [(visibilities_with(grant, ASKER) & among, asks) for asks in self._asks()]
        return or_(false(), *(_both(visibility, allowed, held) for allowed, held in cells if allowed))

    def _asks(self) -> Iterator[ColumnElement[bool]]:
        """The conditions on `Ticket` of which one holds where this person asked."""
        if self.person_key is not None:
            yield col(Ticket.asker_key) == self.person_key
        if self.asked_too:
            yield col(Ticket.id).in_(self.asked_too)

    def words(self) -> frozenset[str]:
        """The words of the index of which a message has at least one if this person sees it (`words_of`).

        A list has no word for a relation beside a nearer one that sees as much: each costs the index a pass.
        """
        words = {f"{relation}-{key}" for relation, keys in self.lists.items() for key in keys - self._nearer(relation)}
        return frozenset(words if self.person_key is None else words | {f"person-{self.person_key}"})

    def _nearer(self, relation: Relation) -> frozenset[int]:
        """The lists to which the person stands in a nearer relation, which sees whatever this one does."""
        seen, all_relations = visibilities_with(SEES, relation), list(Relation)
        nearer = all_relations[all_relations.index(relation) + 1 :]
        as_much = (one for one in nearer if seen <= visibilities_with(SEES, one))
        return frozenset[int]().union(*(self.lists.get(one, ()) for one in as_much))


def _both(visibility: Mapped[Any], allowed: frozenset[Visibility], held: ColumnElement[bool]) -> ColumnElement[bool]:
    return held if allowed == frozenset(Visibility) else and_(visibility.in_(sorted(allowed)), held)


def sight_of(session: Session, person: Person | None, *lists: MailingList) -> Sight:
    """What this person may see, on these lists or, where none are named, on all; None is the public."""
    lists = lists or tuple(session.exec(select(MailingList)))
    found = {PUBLIC: frozenset(row.key for row in lists if row.is_public)}
    if person is None:
        return Sight(None, found)
    roles = {row.key: roles_of(session, person, row) for row in lists}
    found[MEMBER] = frozenset(row.key for row in lists if is_member(session, person, row))
    for role, relation in OF_ROLE.items():
        found[relation] = frozenset(key for key, held in roles.items() if role in held)
    return Sight(person.id, found, tickets_asked_too(session, person))


# -- what is seen of a message, and who is told ----------------------------------------


def words_of(ticket: Ticket, message: Message, asked_too: Iterable[int] = ()) -> list[str]:
    """The words by which the search index knows who sees a message: of the list, or of a person.

    `asked_too` are the keys of the people who asked the ticket beside its first asker.
    """
    seen_by = relations_with(SEES, ticket.visibility, message.visibility) - {AUTHOR}
    if message.visibility is not None and SEES in grants(message.visibility, AUTHOR):
        seen_by |= {AUTHOR}  # while they see the ticket: that is asked of whatever is found
    people = {ASKER: (ticket.asker_key, *asked_too), AUTHOR: (message.author_key,)}
    of_people = (f"person-{key}" for relation, keys in people.items() if relation in seen_by for key in keys)
    return sorted({*of_people, *(f"{one}-{ticket.mailing_list_key}" for one in seen_by if one not in people)})


def words_of_publication(publication: Publication, ticket: Ticket, asked_too: Iterable[int] = ()) -> list[str]:
    """The words by which the search index knows who sees a published answer, as `words_of` those of a message."""
    sees = relations_with(SEES, Visibility.PUBLISHED)
    people = (ticket.asker_key, *asked_too) if ASKER in sees else ()
    lists = (f"{one}-{publication.mailing_list_key}" for one in sees if one not in (ASKER, AUTHOR))
    return sorted({*lists, *(f"person-{key}" for key in people)})


def knows_asker(ticket: Ticket, capacity: Capacity) -> bool:
    """Whether a letter's reader in this capacity may know who asked."""
    return KNOWS in grants(ticket.visibility, OF_CAPACITY[capacity])


def tickets_told(relation: Relation) -> ColumnElement[bool]:
    """The condition on `Ticket` that people in this relation to it are told of it."""
    return col(Ticket.visibility).in_(sorted(visibilities_with(IS_TOLD, relation)))


def tickets_named() -> ColumnElement[bool]:
    """The condition on `Ticket` that whoever sees it knows who asked."""
    return col(Ticket.visibility).not_in(sorted(MASKED))


def is_told(relation: Relation, message: Message) -> bool:
    """Whether a message's own visibility lets people in this relation to its ticket be told of it."""
    return message.visibility is None or IS_TOLD in grants(message.visibility, relation)


def messages_told(relation: Relation) -> ColumnElement[bool]:
    """The condition on `Message` that says what `is_told` says."""
    told = col(Message.visibility).in_(sorted(visibilities_with(IS_TOLD, relation)))
    return or_(col(Message.visibility).is_(None), told)
