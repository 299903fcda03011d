"""Ranking: the tickets that a question finds and that may be seen, best or newest first.

Whoosh asks document by document, through a tower of objects that costs some microseconds each. What a question finds is
reckoned here from whole blocks of its lists, by the same formula: BM25. What has only some of the words counts by the
square of the share of their weight that it has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property, reduce
from heapq import nlargest
from math import log

from whoosh.matching import FilterMatcher
from whoosh.reading import IndexReader
from whoosh.searching import Searcher

from tickets.search.asking import Concept, Phrasing, Question
from tickets.search.indexing import BlockPostings
from tickets.search.wording.spelling import WordTable

WORDS, LITERALLY = "words", "literally"
LENGTH_COUNTS, SATURATION = 0.4, 1.2  # B and K1 of BM25: a long thread is no worse for it
MOST_OF_BEGINNING = 200  # words that begin so
MOST_KEPT = 24  # sets of documents: some people's, of some segments
ANSWERED_COUNTS = 1.15
ANSWERED = ("answered", "1")
Scores = dict[int, float]  # by document of one segment
MOST_IS = 0.5  # of the weight of the words
# How tickets are ordered: by their tier, then by when or how well, of two as good the older. Last: where
Placed = tuple["Tier", float, float, int, int]


class Tier(IntEnum):
    """How much of what was asked for a ticket has."""

    ANY, MOST, ALL = range(3)


@dataclass(frozen=True)
class Requirements:
    """What a document must have besides the words: at least one of `seen_by`, all of `terms`, and its times."""

    seen_by: frozenset[str]
    terms: tuple[tuple[str, str], ...] = ()
    after: int | None = None  # minutes
    before: int | None = None

    def among(self, reader: IndexReader) -> set[int]:
        """The documents of one segment that have it, deleted ones among them."""
        found: set[int] = set().union(*(_all_with(reader, "seen_by", word) for word in self.seen_by))
        for name, word in self.terms:
            found.intersection_update(_all_with(reader, name, word))
        if self.after is not None:
            last = _column(reader, "at")
            found = {one for one in found if last[one] >= self.after}
        if self.before is not None:
            first = _column(reader, "begun")
            found = {one for one in found if first[one] < self.before}
        return found


@dataclass(frozen=True)
class Found:
    """A ticket that was found."""

    ticket: int
    score: float
    tier: Tier = Tier.ALL
    document: int = 0  # of the index, that holds the text in which it was found

    @property
    def is_exact(self) -> bool:
        """Whether it has all that was asked for."""
        return self.tier is Tier.ALL


@dataclass(frozen=True)
class Ranking:
    """The first of the tickets that were found, and how many there are in all."""

    found: tuple[Found, ...] = ()
    total: int = 0
    exact: int = 0
    keys: tuple[int, ...] = ()  # of all tickets that have all, or else of all


def make_ranking(best: Mapping[int, Placed], most: int, exact: int | None = None) -> Ranking:
    """The first of the tickets that were placed, by their keys; `exact` have all, if more do than are placed."""
    found = tuple(Found(-older, score, tier, place) for tier, _, score, older, place in nlargest(most, best.values()))
    whole = tuple(key for key, placed in best.items() if placed[0] is Tier.ALL)
    exact = len(whole) if exact is None else exact
    return Ranking(found, max(exact, len(best)), exact, whole or tuple(best))


class Ranker:
    """One state of the index, and what every answer from it needs."""

    def __init__(self, searcher: Searcher, before: "Ranker | None" = None) -> None:
        """`before`: the ranker of an earlier state, which knows the words of the segments that are still there."""
        self.searcher = searcher
        self._weights_of_lengths: dict[tuple[int, str], list[float]] = {}  # by the segment's first document and field
        self._deleted: dict[int, set[int]] = {}  # by the segment's first document
        self._numbers: dict[int, list[int]] = {}
        self._among: dict[tuple[Requirements, int], set[int]] = {}  # the latest
        self._words: dict[str, WordTable] = before._words if before else {}  # by the segment's name

    def view(self, wanted: Requirements) -> "IndexView":
        """The index as somebody sees it."""
        return IndexView(self, wanted)

    def words_of(self, reader: IndexReader) -> WordTable:
        name = str(reader.segment().segment_id())
        if name not in self._words:
            self._words[name] = WordTable(word.decode() for word in reader.lexicon(WORDS))
        return self._words[name]

    def among(self, reader: IndexReader, first: int, wanted: Requirements) -> set[int]:
        """The documents of a segment that have what is wanted; kept for who asks again."""
        if (wanted, first) not in self._among:
            while len(self._among) >= MOST_KEPT:
                del self._among[next(iter(self._among))]
            self._among[wanted, first] = wanted.among(reader) - self.deleted_of(reader, first)
        return self._among[wanted, first]

    def numbers_of(self, reader: IndexReader, first: int) -> list[int]:
        """The key of the ticket of each document of a segment."""
        if first not in self._numbers:
            self._numbers[first] = _column(reader, "number")
        return self._numbers[first]

    def for_lengths(self, leaf: Searcher, first: int, name: str) -> list[float]:
        """What the length of each document of a segment weighs in this field."""
        if (first, name) not in self._weights_of_lengths:
            usual = leaf.get_parent().avg_field_length(name) or 1
            reader = leaf.reader()
            lengths = (reader.doc_field_length(one, name, 1) or 0 for one in range(reader.doc_count_all()))
            self._weights_of_lengths[first, name] = [
                SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * length / usual) for length in lengths
            ]
        return self._weights_of_lengths[first, name]

    def deleted_of(self, reader: IndexReader, first: int) -> set[int]:
        if first not in self._deleted:
            there = reader.all_doc_ids() if reader.has_deletions() else range(reader.doc_count_all())
            self._deleted[first] = set(range(reader.doc_count_all())).difference(there)
        return self._deleted[first]


class IndexView:
    """One state of the index as somebody sees it: words and tickets that they may not see are not there."""

    def __init__(self, ranker: Ranker, wanted: Requirements) -> None:
        self._ranker = ranker
        self._sections = [SegmentView(ranker, leaf, first, wanted) for leaf, first in ranker.searcher.leaf_searchers()]

    def holds(self, terms: Iterable[str]) -> bool:
        """Whether one text has all these terms."""
        return any(section.of_way(Phrasing(tuple(terms))) for section in self._sections)

    def words(self) -> list[WordTable]:
        """The words of the index; not only those that may be seen: ask `holds` before one is told or looked for."""
        return [self._ranker.words_of(section.reader) for section in self._sections]

    def weight_of(self, concept: Concept) -> float:
        """What a concept weighs: the more, the fewer tickets have it; 0 if none has."""
        held = sum(len(section.of_concept(concept)) for section in self._sections)
        return concept.counts * log(1 + self._size / held) if held else 0.0

    def weights_of(self, concepts: Iterable[Concept]) -> dict[str, float]:
        """What each term says of a text that has it."""
        ways = {way for concept in concepts for section in self._sections for way in section.ways_of(concept)}
        return {term: way.counts * self.weight_of(Concept((Phrasing((term,)),))) for way in ways for term in way.terms}

    @property
    def _size(self) -> int:
        return sum(len(section.among) for section in self._sections)

    def rank(self, question: Question, most: int, *, newest_first: bool = False, is_strict: bool = True) -> Ranking:
        """So many of the tickets that have all that is asked for; where not strict, also of those that are near."""
        weights = {} if is_strict else {one: self.weight_of(one) for one in question.wanted if not one.is_everyday}
        best: dict[int, Placed] = {}
        for section in self._sections:
            for ticket, placed in section.find(question, weights, newest_first=newest_first):
                if ticket not in best or placed > best[ticket]:
                    best[ticket] = placed
        return make_ranking(best, most)


class SegmentView:
    """One segment of the index as somebody sees it."""

    def __init__(self, ranker: Ranker, leaf: Searcher, first: int, wanted: Requirements) -> None:
        self._ranker, self._leaf, self._first, self._wanted = ranker, leaf, first, wanted
        self.reader = leaf.reader()
        self._scores: dict[Concept | tuple[str, str], Scores] = {}

    @cached_property
    def among(self) -> set[int]:
        return self._ranker.among(self.reader, self._first, self._wanted)

    def find(
        self, question: Question, weights: dict[Concept, float], *, newest_first: bool
    ) -> Iterator[tuple[int, Placed]]:
        """The tickets that have all, or of these weights some if there are any."""
        exact = self._exact(question)
        scores, most = self._near(question, weights) if weights else ({}, set())
        scores |= exact
        if not scores:
            return
        numbers = self._ranker.numbers_of(self.reader, self._first)
        sent = _column(self.reader, "at") if newest_first else []
        answered = self._ranker.among(
            self.reader, self._first, replace(self._wanted, terms=(*self._wanted.terms, ANSWERED))
        )
        for document, score in scores.items():
            counted = score * ANSWERED_COUNTS if document in answered else score
            place = float(sent[document]) if newest_first else counted
            ticket = numbers[document]
            tier = Tier.ALL if document in exact else Tier.MOST if document in most else Tier.ANY
            yield ticket, (tier, place, counted, -ticket, self._first + document)

    def _exact(self, question: Question) -> Scores:
        """What has all, scored; all that may be seen, where nothing is asked for but fields."""
        if question.ticket:
            return dict.fromkeys(self.among & set(_all_with(self.reader, "name", question.ticket)), 1.0)
        concepts = [*question.needed, *(one for one in question.wanted if not one.is_everyday)]
        if not concepts:
            found: Scores = dict.fromkeys(self.among, 0.0) if question.is_narrowed else {}
        else:
            found = reduce(_both, sorted((self.of_concept(tight(one)) for one in concepts), key=len))
        return self._without(found, question)

    def _near(self, question: Question, weights: dict[Concept, float]) -> tuple[Scores, set[int]]:
        """What has any of the words, scored, and which of it has most of them."""
        all_of_it = sum(weights.values())
        shares: Scores = {}
        scores: Scores = {}
        for concept, weight in weights.items():
            for document, score in self.of_concept(concept).items():
                shares[document] = shares.get(document, 0.0) + weight
                scores[document] = scores.get(document, 0.0) + score * concept.counts
        found = {one: score * (shares[one] / all_of_it) ** 2 for one, score in scores.items()}
        if question.needed:
            needed = reduce(_both, map(self.of_concept, question.needed))
            found = {one: score + found.get(one, 0.0) for one, score in needed.items()}
        unheard_of = max(weights.values(), default=0.0) * sum(not weight for weight in weights.values())
        most = {one for one, share in shares.items() if share >= MOST_IS * (all_of_it + unheard_of)}
        return self._without(found, question), most

    def _without(self, found: Scores, question: Question) -> Scores:
        for concept in question.unwanted if found else ():
            left_out = self.of_concept(concept)
            found = {one: score for one, score in found.items() if one not in left_out}
        return found

    def of_concept(self, concept: Concept) -> Scores:
        if concept.phrase:
            return self._of_phrase(concept.phrase)
        if concept not in self._scores:
            self._scores[concept] = _best(map(self.of_way, self.ways_of(concept)))
        return self._scores[concept]

    def ways_of(self, concept: Concept) -> Iterable[Phrasing]:
        if not concept.beginning:
            return concept.ways
        words = self.reader.expand_prefix(WORDS, concept.beginning)
        return [Phrasing((word.decode(),)) for word, _ in zip(words, range(MOST_OF_BEGINNING), strict=False)]

    def of_way(self, way: Phrasing) -> Scores:
        found = reduce(_both, (self._of_term(WORDS, term) for term in way.terms))
        counts = way.counts / len(way.terms)
        return found if counts == 1 else {one: score * counts for one, score in found.items()}

    def _of_term(self, name: str, term: str) -> Scores:
        if (name, term) not in self._scores:
            self._scores[name, term] = self._reckon(name, term)
        return self._scores[name, term]

    def _reckon(self, name: str, term: str) -> Scores:
        if name == WORDS and term.isalpha() and term not in self._ranker.words_of(self.reader):
            return {}  # to ask the files takes longer
        blocks = blocks_of(self.reader, name, term)
        if blocks is None:
            return {}
        among = self.among
        rarity = self._leaf.get_parent().idf(name, term) * (SATURATION + 1)
        weights_of_lengths = self._ranker.for_lengths(self._leaf, self._first, name)
        scores: Scores = {}
        for documents, counts in blocks.blocks():
            for document, count in zip(documents, counts, strict=False):
                if document in among:
                    scores[document] = rarity * count / (count + weights_of_lengths[document])
        return scores

    def _of_phrase(self, phrase: tuple[str, ...]) -> Scores:
        """What has all the words, without what does not have them one behind the other."""
        words = reduce(_both, (self._of_term(LITERALLY, word) for word in dict.fromkeys(phrase)))
        scores = dict(words)
        for document in _without_phrase(self.reader, phrase, scores):
            del scores[document]
        return scores


def tight(concept: Concept) -> Concept:
    """The concept without what is only near to it."""
    if not any(way.is_loose for way in concept.ways):
        return concept
    return Concept(tuple(way for way in concept.ways if not way.is_loose), counts=concept.counts)


def _both(some: Scores, others: Scores) -> Scores:
    few, many = (some, others) if len(some) < len(others) else (others, some)
    return {one: score + many[one] for one, score in few.items() if one in many}


def _best(ways: Iterable[Scores]) -> Scores:
    """The best of several scores: saying the same in two ways does not say it twice."""
    first, *others = [scores for scores in ways if scores] or [{}]
    found = dict(first) if others else first
    for scores in others:
        for one, score in scores.items():
            if score > found.get(one, 0.0):
                found[one] = score
    return found


def _without_phrase(reader: IndexReader, phrase: tuple[str, ...], documents: Collection[int]) -> list[int]:
    """Those of the documents that do not have the words one behind the other."""
    begins: dict[int, set[int]] = {}
    for offset, word in enumerate(phrase if documents else ()):
        blocks = blocks_of(reader, LITERALLY, word)
        for document, places in blocks.places() if blocks else ():
            if document in documents:
                here = {place - offset for place in places}
                begins[document] = here & begins[document] if offset else here
    return [document for document in documents if not begins[document]]


def _column(reader: IndexReader, name: str) -> list[int]:
    return list(reader.column_reader(name).load())


def blocks_of(reader: IndexReader, name: str, word: str) -> BlockPostings | None:
    """The list of a term in one segment, deleted documents among it; None if there is none."""
    if (name, word) not in reader:
        return None
    matcher = reader.postings(name, word)
    while isinstance(matcher, FilterMatcher):  # leaves deleted documents out, one by one
        matcher = matcher.child
    return matcher if isinstance(matcher, BlockPostings) else None


def _all_with(reader: IndexReader, name: str, word: str) -> Iterable[int]:
    blocks = blocks_of(reader, name, word)
    return () if blocks is None else blocks.all_ids()


def ids_with(reader: IndexReader, name: str, word: str) -> Iterable[int]:
    """The documents of one segment that have this term, without those that are deleted."""
    if (name, word) not in reader:
        return ()
    return reader.postings(name, word).all_ids()  # type: ignore[no-any-return]
