"""Similar: the answered questions that are nearest to a new one, cheap enough to be named in every receipt.

Nearness is the weight of the words that two messages share: the rarer a word, the more it says.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log

from sqlmodel import Session, col, select
from whoosh.reading import IndexReader

from tickets.asking import ids_with
from tickets.indexing import ANALYZER
from tickets.membership import Sight
from tickets.models import Message, MessageKind, Status, Ticket

LONGEST_TEXT = 2_000  # characters of a question that are read
MOST_WORDS = 60  # of it that are looked up
MOST_PLACES = 4_000  # messages that words are looked for in, the rarest words first
LEAST_WORDS = 2  # that are shared: one alone is chance
LEAST_SHARE = 0.4  # of the weight of the question's weightiest words
WEIGHTIEST = 8
CANDIDATES = 60  # messages of which it is asked who may see them
MOST = 3  # questions


@dataclass(frozen=True)
class Answered:
    """A question that was answered, and its first answer."""

    ticket: Ticket
    question: Message
    answer: Message


def nearest(reader: IndexReader, text: str, seen_by: frozenset[str]) -> list[int]:
    """The keys of messages in answered tickets that are like this text and may be seen, the nearest first."""
    weights = _weigh(reader, text)
    enough = LEAST_SHARE * sum(sorted(weights.values(), reverse=True)[:WEIGHTIEST])
    found: list[tuple[float, str]] = []
    for leaf, _ in reader.leaf_readers():
        scores = _score(leaf, weights)
        best = nlargest(CANDIDATES, (one for one in scores if scores[one] >= enough), key=scores.__getitem__)
        answered = _those_with(leaf, best, "status", (Status.ANSWERED, Status.CLOSED))
        permitted = _those_with(leaf, answered, "seen_by", seen_by)
        found += [(scores[document], leaf.stored_fields(document)["key"]) for document in permitted]
    return [int(key) for _, key in nlargest(CANDIDATES, found)]


def _weigh(reader: IndexReader, text: str) -> dict[str, float]:
    """What the words of a text weigh, the rarest first; none that the index lacks or that cost too much to look for."""
    everywhere = reader.doc_count_all()
    words = list(dict.fromkeys(str(token.text) for token in ANALYZER(text[:LONGEST_TEXT])))[:MOST_WORDS]
    counts = {word: reader.doc_frequency("words", word) for word in words}
    weights: dict[str, float] = {}
    places = 0
    for word in sorted((word for word in words if counts[word]), key=counts.__getitem__):
        places += counts[word]
        if places > MOST_PLACES:
            break
        weights[word] = log(1 + everywhere / counts[word])
    return weights


def _score(leaf: IndexReader, weights: dict[str, float]) -> dict[int, float]:
    """The weight of the words that each document of a segment shares, if it shares enough of them."""
    scores: dict[int, float] = defaultdict(float)
    shared: Counter[int] = Counter()
    for word, weight in weights.items():
        for document in ids_with(leaf, "words", word):
            scores[document] += weight
            shared[document] += 1
    return {document: scores[document] for document, count in shared.items() if count >= LEAST_WORDS}


def _those_with(leaf: IndexReader, documents: Iterable[int], name: str, words: Iterable[str]) -> set[int]:
    """Those documents that have one of these words; of long lists of documents only the blocks at hand are read."""
    found: set[int] = set()
    for word in words:
        if (name, word) not in leaf:
            continue
        matcher = leaf.postings(name, word)
        for document in sorted(documents):
            if matcher.is_active() and matcher.id() < document:
                matcher.skip_to(document)
            if not matcher.is_active():
                break
            if matcher.id() == document:
                found.add(document)
    return found


def read_answered(session: Session, sight: Sight, message_keys: Sequence[int], but_not: int) -> tuple[Answered, ...]:
    """The answered questions of these messages, each once, that may be seen; without the ticket `but_not`."""
    wanted = select(Message.id, Ticket).join(Ticket, col(Ticket.id) == col(Message.ticket_key))
    tickets = dict(session.exec(wanted.where(col(Message.id).in_(message_keys))).all())
    near = [tickets[key] for key in message_keys if key in tickets]
    visible = {ticket.id: ticket for ticket in near if ticket.id != but_not and sight.of_ticket(ticket)}
    kinds = (MessageKind.QUESTION, MessageKind.ANSWER)
    first: dict[tuple[int, MessageKind], Message] = {}
    query = select(Message).where(col(Message.ticket_key).in_(visible), col(Message.kind).in_(kinds))
    for message in session.exec(query.order_by(col(Message.sent_at), col(Message.id))) if visible else ():
        first.setdefault((message.ticket_key, message.kind), message)
    found = [
        Answered(ticket, first[key, MessageKind.QUESTION], first[key, MessageKind.ANSWER])
        for key, ticket in visible.items()
        if key is not None and all((key, kind) in first for kind in kinds)
    ]
    return tuple(found[:MOST])
