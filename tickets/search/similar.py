"""Similar: the answered questions that are nearest to a new one, cheap enough to be named in every receipt.

Nearness is the weight of the words that a question and a ticket share: the rarer a word, the more it says, and those of
the question's subject say twice as much. What the question speaks of and no answer does weighs against all of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from math import log

from sqlmodel import Session, col, select
from whoosh.reading import IndexReader

from tickets.database.models import Message, MessageKind, Status, Ticket
from tickets.people.sight import Sight
from tickets.search.asking import everyday_stems
from tickets.search.ranking import ids_with
from tickets.text.stems import stems_of

LONGEST_TEXT = 2_000  # characters of a question that are read
MOST_WORDS = 60  # of it that are looked up
MOST_PLACES = 4_000  # tickets that words are looked for in, the rarest words first
LEAST_WORDS = 3  # that are shared: two are chance
LEAST_SHARE = 0.4  # of the weight of the question's weightiest words
WEIGHTIEST = 12
SUBJECT_WEIGHS = 2  # times a word of the text
CANDIDATES = 60  # tickets of which it is asked who may see them
MOST = 3  # questions
SETTLED = (Status.ANSWERED, Status.CLOSED)


@dataclass(frozen=True)
class Answered:
    """A question that was answered, and its first answer."""

    ticket: Ticket
    question: Message
    answer: Message


def nearest(reader: IndexReader, subject: str, text: str, seen_by: frozenset[str]) -> list[int]:
    """The keys of answered tickets that are like this question and may be seen, the nearest first."""
    affordable, enough = what_counts(subject, text, partial(_count, reader), reader.doc_count_all())
    found: dict[int, float] = {}
    for leaf, _ in reader.leaf_readers():
        scores = _score(leaf, affordable)
        best = nlargest(CANDIDATES, (one for one in scores if scores[one] >= enough), key=scores.__getitem__)
        answered = _those_with(leaf, best, "status", SETTLED)
        permitted = _those_with(leaf, answered, "seen_by", seen_by)
        for document in permitted:
            ticket = int(leaf.stored_fields(document)["ticket"])
            found[ticket] = max(scores[document], found.get(ticket, 0.0))
    return nlargest(CANDIDATES, found, key=found.__getitem__)


def _words(text: str) -> list[str]:
    """The stems that say what a text is about, each once."""
    stems = dict.fromkeys(stems_of(text))
    return [stem for stem in stems if len(stem) > 1 and stem not in everyday_stems() and not stem.isdigit()]


def what_counts(
    subject: str, text: str, count: Callable[[Sequence[str]], Mapping[str, int]], everywhere: int
) -> tuple[dict[str, float], float]:
    """The words of a question that are looked up, with what each weighs, and how much a ticket has to share.

    `count` says in how many texts of the index each word stands, `everywhere` how many texts there are.
    """
    counted = count(_words(f"{subject}\n{text}"[:LONGEST_TEXT])[:MOST_WORDS])
    counts = dict(sorted(counted.items(), key=lambda item: item[1]))
    weights = _weigh(counts, everywhere, _words(subject))
    enough = LEAST_SHARE * sum(sorted(weights.values(), reverse=True)[:WEIGHTIEST])
    return {word: weights[word] for word in _affordable(counts)}, enough


def _count(reader: IndexReader, words: Sequence[str]) -> dict[str, int]:
    return {word: reader.doc_frequency("words", word) for word in words}


def _weigh(counts: Mapping[str, int], everywhere: int, in_subject: Collection[str]) -> dict[str, float]:
    """What each word weighs; one that nobody has used yet as much as one that a single ticket has."""
    return {
        word: log(1 + everywhere / max(count, 1)) * (SUBJECT_WEIGHS if word in in_subject else 1)
        for word, count in counts.items()
    }


def _affordable(counts: Mapping[str, int]) -> Iterator[str]:
    """The rarest words, as long as they are to be found in few enough tickets."""
    places = 0
    for word, count in counts.items():
        places += count
        if places > MOST_PLACES:
            return
        if count:
            yield word


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


def read_answered(session: Session, sight: Sight, ticket_keys: Sequence[int], but_not: int) -> tuple[Answered, ...]:
    """The answered questions of these tickets that may be seen; without the ticket `but_not`."""
    tickets = {ticket.id: ticket for ticket in session.exec(select(Ticket).where(col(Ticket.id).in_(ticket_keys)))}
    near = [tickets[key] for key in ticket_keys if key in tickets]
    visible = {ticket.id: ticket for ticket in near if ticket.id != but_not and sight.of_ticket(ticket)}
    kinds = (MessageKind.QUESTION, MessageKind.ANSWER)
    first: dict[tuple[int, MessageKind], Message] = {}
    holding = (col(Message.kind).in_(kinds), col(Message.replaced_by_key).is_(None))
    query = select(Message).where(col(Message.ticket_key).in_(visible), *holding)
    for message in session.exec(query.order_by(col(Message.sent_at), col(Message.id))) if visible else ():
        if sight.of_message(visible[message.ticket_key], message):
            first.setdefault((message.ticket_key, message.kind), message)
    found = [
        Answered(ticket, first[key, MessageKind.QUESTION], first[key, MessageKind.ANSWER])
        for key, ticket in visible.items()
        if key is not None and all((key, kind) in first for kind in kinds)
    ]
    return tuple(found[:MOST])
