"""Ranking: the documents of the index that a query finds and that may be seen, best or newest first.

Whoosh asks document by document, through a tower of objects that costs some microseconds each. Where a query is words
and phrases, as most are, what it finds is reckoned here from whole blocks of its lists, by the same formula: BM25.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from heapq import nlargest

from whoosh import query
from whoosh.matching import FilterMatcher, Matcher
from whoosh.reading import IndexReader
from whoosh.searching import Searcher

from tickets.search.indexing import Blocks

WORDS, LITERALLY = "words", "literally"
LENGTH_COUNTS, SATURATION = 0.75, 1.2  # B and K1 of BM25, as Whoosh has them
Scores = dict[int, float]  # by document of one segment


@dataclass(frozen=True)
class Wanted:
    """What a document must have besides the words: at least one of `seen_by`, and all of `terms`."""

    seen_by: frozenset[str]
    terms: tuple[tuple[str, str], ...] = ()

    def among(self, reader: IndexReader) -> set[int]:
        """The documents of one segment that have it, deleted ones among them."""
        found: set[int] = set().union(*(_all_with(reader, "seen_by", word) for word in self.seen_by))
        for name, word in self.terms:
            found.intersection_update(_all_with(reader, name, word))
        return found


@dataclass(frozen=True)
class Found:
    """A document that was found, by its number in the whole index."""

    document: int
    score: float


class Ranker:
    """Answers queries from one state of the index, and keeps what every answer needs."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self._weights_of_lengths: dict[
            tuple[int, str], list[float]
        ] = {}  # by the segment's first document and the field
        self._deleted: dict[int, set[int]] = {}  # by the segment's first document

    def rank(self, asked: query.Query, wanted: Wanted, most: int, *, newest_first: bool) -> tuple[list[Found], int]:
        """So many of the documents that are found, in their order, and how many there are in all."""
        best: list[tuple[datetime | float, int, float]] = []
        total = 0
        for leaf, first in self.searcher.leaf_searchers():
            reader = leaf.reader()
            scores = self._scores(leaf, first, asked)
            among = wanted.among(reader) - self._deleted_of(reader, first) if scores else set()
            found = [(score, document) for document, score in scores.items() if document in among]
            total += len(found)
            if newest_first:
                at = reader.column_reader("at")
                dated = nlargest(most, ((at[document], document, score) for score, document in found))
                best += [(when, first + document, score) for when, document, score in dated]
            else:  # of two as good the one that was written first, as Whoosh has it
                ranked = nlargest(most, ((score, -document) for score, document in found))
                best += [(score, -(first - document), score) for score, document in ranked]
        best.sort(reverse=True)
        return [Found(abs(place), score) for _, place, score in best[:most]], total

    def _scores(self, leaf: Searcher, first: int, asked: query.Query) -> Scores:
        """What a query finds in one segment, deleted documents among it."""
        if isinstance(asked, query.Term) and asked.fieldname in (WORDS, LITERALLY):
            return self._scores_of_word(leaf, first, asked)
        if isinstance(asked, query.Phrase):
            return self._scores_of_phrase(leaf, first, asked)
        if isinstance(asked, query.And):
            return reduce(_both, (self._scores(leaf, first, part) for part in asked.subqueries))
        if isinstance(asked, query.AndNot):
            left_out = self._scores(leaf, first, asked.b)
            return {one: score for one, score in self._scores(leaf, first, asked.a).items() if one not in left_out}
        return _scores_by_whoosh(asked.matcher(leaf, leaf.context()))

    def _scores_of_word(self, leaf: Searcher, first: int, word: query.Term) -> Scores:
        blocks = blocks_of(leaf.reader(), word.fieldname, word.text)
        if blocks is None:
            return {}
        rarity = leaf.get_parent().idf(word.fieldname, word.text) * (SATURATION + 1)
        weights_of_lengths = self._for_lengths(leaf, first, word.fieldname)
        scores: Scores = {}
        for documents, counts in blocks.blocks():
            for document, count in zip(documents, counts, strict=False):
                scores[document] = rarity * count / (count + weights_of_lengths[document])
        return scores

    def _scores_of_phrase(self, leaf: Searcher, first: int, phrase: query.Phrase) -> Scores:
        """What has all the words, without what does not have them one behind the other."""
        words = [query.Term(phrase.fieldname, word) for word in dict.fromkeys(phrase.words)]
        scores = reduce(_both, (self._scores_of_word(leaf, first, word) for word in words)) if words else {}
        for document in _without_phrase(leaf.reader(), phrase, scores):
            del scores[document]
        return scores

    def _for_lengths(self, leaf: Searcher, first: int, name: str) -> list[float]:
        """What the length of each document of a segment weighs in this field."""
        if (first, name) not in self._weights_of_lengths:
            usual = leaf.get_parent().avg_field_length(name) or 1
            reader = leaf.reader()
            lengths = (reader.doc_field_length(one, name, 1) or 0 for one in range(reader.doc_count_all()))
            self._weights_of_lengths[first, name] = [
                SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * length / usual) for length in lengths
            ]
        return self._weights_of_lengths[first, name]

    def _deleted_of(self, reader: IndexReader, first: int) -> set[int]:
        if first not in self._deleted:
            there = reader.all_doc_ids() if reader.has_deletions() else range(reader.doc_count_all())
            self._deleted[first] = set(range(reader.doc_count_all())).difference(there)
        return self._deleted[first]


def _both(some: Scores, others: Scores) -> Scores:
    few, many = sorted((some, others), key=len)
    return {one: score + many[one] for one, score in few.items() if one in many}


def _without_phrase(reader: IndexReader, phrase: query.Phrase, documents: Collection[int]) -> list[int]:
    """Those of the documents that do not have the words one behind the other."""
    begins: dict[int, set[int]] = {}
    for offset, word in enumerate(phrase.words if documents else ()):
        blocks = blocks_of(reader, phrase.fieldname, word)
        for document, places in blocks.places() if blocks else ():
            if document in documents:
                here = {place - offset for place in places}
                begins[document] = here & begins[document] if offset else here
    return [document for document in documents if not begins[document]]


def _scores_by_whoosh(matcher: Matcher) -> Scores:
    scores: Scores = {}
    while matcher.is_active():
        scores[matcher.id()] = matcher.score()
        matcher.next()
    return scores


def blocks_of(reader: IndexReader, name: str, word: str) -> Blocks | None:
    """The list of a term in one segment, deleted documents among it; None if there is none."""
    if (name, word) not in reader:
        return None
    matcher = reader.postings(name, word)
    while isinstance(matcher, FilterMatcher):  # leaves deleted documents out, one by one
        matcher = matcher.child
    return matcher if isinstance(matcher, Blocks) else None


def _all_with(reader: IndexReader, name: str, word: str) -> Iterable[int]:
    blocks = blocks_of(reader, name, word)
    return () if blocks is None else blocks.all_ids()


def ids_with(reader: IndexReader, name: str, word: str) -> Iterable[int]:
    """The documents of one segment that have this term, without those that are deleted."""
    if (name, word) not in reader:
        return ()
    return reader.postings(name, word).all_ids()  # type: ignore[no-any-return]
