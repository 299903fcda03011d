"""Conversations: the messages of a ticket and their authors, as one who reads them may know them."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from tickets.conversations import anonymity
from tickets.conversations.anonymity import Shown
from tickets.database.models import Message, MessageKind, Organisation, Person, Ticket
from tickets.people.persons import name_of
from tickets.people.sight import Sight

DEEPEST = 4  # levels that are told apart; what lies deeper stands beside the fourth


@dataclass(frozen=True)
class Byline:
    """Who wrote or asked something, as the one who looks may know it; empty for one who asked anonymously."""

    name: str = ""
    organisation: str = ""
    is_lawyer: bool = False


@dataclass
class Node:
    """A message of a thread, and those that answer it."""

    message: Message
    author: Byline
    shown: Shown  # what this reader reads of it
    replies: list["Node"] = field(default_factory=list)
    corrects: int | None = None  # the key of the message whose place it takes


@dataclass(frozen=True)
class PlacedMessage:
    """A message where it stands on a page: how far in, and what it answers if that does not stand just above."""

    node: Node
    level: int = 0
    answers: Node | None = None


def thread_of(session: Session, sight: Sight, ticket: Ticket) -> list[Node]:
    """The visible messages of a ticket as trees, oldest first; an answer to a hidden message moves up."""
    rows = list(session.exec(_with_authors(Message.ticket_key == ticket.id)))
    lawyers = {author.id for message, author, _ in rows if message.kind is MessageKind.ANSWER}
    parents = {message.key: message.parent_key for message, *_ in rows}
    visible = [row for row in rows if sight.of_message(ticket, row[0])]
    shown = anonymity.show(session, ticket, (row[0] for row in visible), sees_asker=sight.of_asker(ticket))
    nodes = {
        message.key: Node(message, _byline(sight, ticket, message, author, organisation, lawyers), shown[message.key])
        for message, author, organisation in visible
    }
    roots: list[Node] = []
    for key, node in nodes.items():
        parent = nodes.get(_visible_parent(parents, key, nodes) or 0)
        (parent.replies if parent else roots).append(node)
    for node in nodes.values():
        if later := nodes.get(node.message.replaced_by_key or 0):
            later.corrects = node.message.key
    return roots


def one_message(session: Session, sight: Sight, ticket: Ticket, message: Message) -> Node:
    """One message of a ticket with its author's byline, as the reader with this sight sees them."""
    _, author, organisation = session.exec(_with_authors(Message.id == message.id)).one()
    answered = select(Message.id).where(
        Message.ticket_key == ticket.id, Message.kind == MessageKind.ANSWER, Message.author_key == author.id
    )
    lawyers = {author.id} if session.exec(answered).first() else set()
    byline = _byline(sight, ticket, message, author, organisation, lawyers)
    shown = anonymity.show(session, ticket, [message], sees_asker=sight.of_asker(ticket))
    return Node(message, byline, shown[message.key])


def lay_out(roots: Iterable[Node]) -> Iterator[PlacedMessage]:
    """The thread from top to bottom. A to and fro stays in one column; only where it forks is a step made inwards."""
    last: Node | None = None
    stack: list[tuple[Node, int, Node | None]] = [(node, 0, None) for node in reversed(list(roots))]
    while stack:
        node, level, parent = stack.pop()
        yield PlacedMessage(node, level, parent if parent is not last else None)
        inner = level if level and len(node.replies) == 1 else min(level + 1, DEEPEST)
        stack += [(reply, inner, node) for reply in reversed(node.replies)]
        last = node


def people_of(thread: Iterable[PlacedMessage]) -> list[Byline]:
    """Everybody who wrote something in a thread, once, the lawyers first."""
    bylines = dict.fromkeys(placed.node.author for placed in thread)
    return sorted(bylines, key=lambda byline: not byline.is_lawyer)


def byline_of_asker(sight: Sight, ticket: Ticket, asker: Person, organisation: Organisation | None) -> Byline:
    """Name and organisation of who asked; both empty for a reader who may not know."""
    if not sight.of_asker(ticket):
        return Byline()
    return Byline(name_of(asker), organisation.name if organisation else "")


def _byline(
    sight: Sight,
    ticket: Ticket,
    message: Message,
    author: Person,
    organisation: Organisation | None,
    lawyers: Container[int | None],
) -> Byline:
    if not sight.of_asker(ticket) and anonymity.names_asker(ticket, message):
        return Byline()
    return Byline(name_of(author), organisation.name if organisation else "", author.id in lawyers)


def _visible_parent(parents: dict[int, int | None], key: int, visible: Container[int]) -> int | None:
    """The closest visible message above."""
    above = parents[key]
    while above is not None and above not in visible:
        above = parents.get(above)
    return above


def _with_authors(condition: Any) -> Any:
    return (
        select(Message, Person, Organisation)
        .join(Person, col(Person.id) == col(Message.author_key))
        .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_key))
        .where(condition)
        .order_by(col(Message.sent_at), col(Message.id))
    )
