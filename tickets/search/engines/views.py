"""The tables of the index as somebody sees them, and the order of what a question finds there.

PostgreSQL says which texts have what was asked for, and how often; what that is worth is reckoned as for the files:
the rarer a term, the more, and the share of the question that a text has counts by its square.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from sqlalchemy import Connection, Row

from tickets.search.asking import Concept, Phrasing, Question
from tickets.search.ranking import (
    ANSWERED_COUNTS,
    MOST_IS,
    Found,
    Placed,
    Ranking,
    Requirements,
    Tier,
    make_ranking,
    tight,
)
from tickets.search.similar import CANDIDATES, LEAST_WORDS, SETTLED, what_counts
from tickets.search.wording.spelling import WordTable

MOST_WEIGHED = 1_500  # texts, the newest that have what was asked for
MOST_HELD = 20_000  # texts that are counted for one term
MOST_MARKS = 60  # terms of which it is told what they weigh
ONCE = 0.6079  # what PostgreSQL gives a text that has a term once; 1 is the most
LOOSE_COUNTS = 0.5


def quoted(term: str) -> str:
    """A term as it is written in a `tsvector` or a `tsquery`."""
    told = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{told}'"


def _query(concept: Concept) -> str:
    """What a text needs for a concept, as a `tsquery`."""
    if concept.phrase:
        return " <-> ".join(map(quoted, concept.phrase))
    if concept.beginning:
        return f"{quoted(concept.beginning)}:*"
    return " | ".join(map(_way, concept.ways))


def _way(way: Phrasing) -> str:
    return f"({' & '.join(map(quoted, way.terms))})"


@dataclass(frozen=True)
class Condition:
    """A condition on the texts, in SQL, with the values of its places."""

    sql: str
    values: tuple[Any, ...] = ()

    def and_(self, *others: "Condition") -> "Condition":
        """The condition that all of these hold."""
        some = (self, *others)
        return Condition(" AND ".join(one.sql for one in some), tuple(value for one in some for value in one.values))


def _having(concept: Concept, *, is_there: bool = True) -> Condition:
    name = "literally" if concept.phrase else "words"
    told = f"{name} @@ %s::text::tsquery"
    return Condition(told if is_there else f"NOT {told}", (_query(concept),))


class OpenedTables:
    """The tables, on a connection."""

    def __init__(self, connection: Connection, schema: str, words: list[WordTable]) -> None:
        """`words` are all that the index has, also those that somebody may not see."""
        self._connection, self._texts, self._words = connection, f"{schema}.texts", words

    def view(self, wanted: Requirements) -> "TableView":
        """The index as somebody sees it."""
        return TableView(self, _allowed(wanted), self._words)

    def ask(self, sql: str, values: Iterable[Any]) -> Sequence[Row[Any]]:
        """The rows that a statement gives, in which TEXTS stands for the table of texts."""
        return self._connection.exec_driver_sql(sql.replace("TEXTS", self._texts), tuple(values)).all()

    def count_each(self, queries: Sequence[str], allowed: Condition, most: int) -> list[int]:
        """How many texts have what each `tsquery` says, as far as so many."""
        counted = f"SELECT FROM TEXTS WHERE words @@ asked.query::tsquery AND {allowed.sql} LIMIT %s"
        sql = f"""SELECT (SELECT count(*) FROM ({counted}) AS chosen)
            FROM unnest(%s::text[]) WITH ORDINALITY AS asked (query, place) ORDER BY place"""
        return [row[0] for row in self.ask(sql, (*allowed.values, most, list(queries)))] if queries else []

    def count_all(self) -> int:
        """How many texts there are."""
        return int(self.ask("SELECT count(*) FROM TEXTS", ())[0][0])

    def messages_in(self, found: Sequence[Found]) -> dict[Found, list[int]]:
        """The keys of the messages in whose text each ticket was found."""
        rows = self.ask("SELECT id, messages FROM TEXTS WHERE id = ANY(%s)", ([one.document for one in found],))
        messages = {row.id: list(row.messages) for row in rows}
        return {one: messages[one.document] for one in found if one.document in messages}

    def nearest(self, subject: str, text: str, seen_by: frozenset[str]) -> list[int]:
        """The keys of answered tickets that are like this question and may be seen, the nearest first."""

        def count(words: Sequence[str]) -> Mapping[str, int]:
            return dict(zip(words, self.count_each([*map(quoted, words)], Condition("true"), MOST_HELD), strict=True))

        weights, enough = what_counts(subject, text, count, self.count_all())
        asked = [*map(quoted, weights)], list(weights.values())
        fields = [f"status:{status}" for status in SETTLED]
        sql = """SELECT ticket FROM unnest(%s::text[], %s::float[]) AS asked (query, weight)
            JOIN TEXTS ON words @@ asked.query::tsquery WHERE seen_by && %s::text[] AND fields && %s::text[]
            GROUP BY id, ticket HAVING count(*) >= %s AND sum(weight) >= %s ORDER BY sum(weight) DESC LIMIT %s"""
        rows = self.ask(sql, (*asked, list(seen_by), fields, LEAST_WORDS, enough, CANDIDATES))
        return list(dict.fromkeys(row.ticket for row in rows))


def _allowed(wanted: Requirements) -> Condition:
    allowed = Condition("seen_by && %s::text[]", (list(wanted.seen_by),))
    if wanted.terms:
        fields = [f"{name}:{word}" for name, word in wanted.terms]
        allowed = allowed.and_(Condition("fields @> %s::text[]", (fields,)))
    if wanted.after is not None:
        allowed = allowed.and_(Condition("at >= %s", (wanted.after,)))
    if wanted.before is not None:
        allowed = allowed.and_(Condition("begun < %s", (wanted.before,)))
    return allowed


class TableView:
    """The index as somebody sees it: words and tickets that they may not see are not there."""

    def __init__(self, opened: OpenedTables, allowed: Condition, words: list[WordTable]) -> None:
        self._opened, self._allowed, self._tables = opened, allowed, words
        self._held: dict[tuple[str, ...], bool] = {}
        self._counts: dict[str, int] = {}
        self._size = 0

    def words(self) -> Sequence[WordTable]:
        """The words of the index; not only those that may be seen: ask `holds` before one is told or looked for."""
        return self._tables

    def holds(self, terms: Iterable[str]) -> bool:
        """Whether one text has all these terms."""
        wanted = tuple(terms)
        if wanted not in self._held:
            self._held[wanted] = self._may_hold(wanted) and self._has(wanted)
        return self._held[wanted]

    def _may_hold(self, terms: tuple[str, ...]) -> bool:
        """Whether every word is in the index at all: that costs nothing to know."""
        return bool(terms) and all(any(term in table for table in self._tables) for term in terms if term.isalpha())

    def _has(self, terms: tuple[str, ...]) -> bool:
        condition = self._allowed.and_(_having(Concept((Phrasing(terms),))))
        return bool(self._opened.ask(f"SELECT FROM TEXTS WHERE {condition.sql} LIMIT 1", condition.values))

    def weights_of(self, concepts: Iterable[Concept]) -> dict[str, float]:
        """What each term says of a text that has it."""
        ways = {way for concept in concepts for way in (*concept.ways, *self._beginning(concept))}
        terms = list(dict.fromkeys(term for way in ways for term in way.terms))[:MOST_MARKS]
        weights = dict(zip(terms, self._weigh([*map(quoted, terms)]), strict=True))
        return {term: way.counts * weights[term] for way in ways for term in way.terms if weights.get(term)}

    def _beginning(self, concept: Concept) -> Iterable[Phrasing]:
        if not concept.beginning:
            return ()
        words = (word for table in self._tables for word in table.words if word.startswith(concept.beginning))
        return [Phrasing((word,)) for word, _ in zip(words, range(MOST_MARKS), strict=False)]

    def _weigh(self, queries: Sequence[str]) -> list[float]:
        """What each `tsquery` weighs: the more, the fewer texts have it; 0 if none has."""
        unknown = [query for query in dict.fromkeys(queries) if query not in self._counts]
        self._counts |= zip(unknown, self._opened.count_each(unknown, self._allowed, MOST_HELD), strict=True)
        self._size = self._size or self._opened.count_all()
        counts = [self._counts[query] for query in queries]
        return [log(1 + self._size / count) if count else 0.0 for count in counts]

    # -- the order ---------------------------------------------------------------------

    def rank(self, question: Question, most: int, *, newest_first: bool = False, is_strict: bool = True) -> Ranking:
        """So many of the tickets that have all that is asked for; where not strict, also of those that are near."""
        concepts = [one for one in question.wanted if not one.is_everyday]
        if not (concepts or question.needed or question.is_narrowed or question.ticket):
            return Ranking()
        weights = [
            one.counts * weight for one, weight in zip(concepts, self._weigh([*map(_query, concepts)]), strict=True)
        ]
        scale = _Scale(concepts, weights, newest_first)
        strict = self._strictly(question)
        exact = strict.and_(*(_having(tight(one)) for one in concepts))
        best: dict[int, Placed] = {}
        total = self._place(scale, exact, best)
        if not is_strict and concepts:
            near = _having(Concept(tuple(scale.affordable(self._counts)))) if not question.needed else Condition("true")
            self._place(scale, strict.and_(near), best)
        return make_ranking(best, most, total)

    def _strictly(self, question: Question) -> Condition:
        """What every text that is found has."""
        some = [*map(_having, question.needed), *(_having(one, is_there=False) for one in question.unwanted)]
        if question.ticket:
            some.append(Condition("fields @> %s::text[]", ([f"name:{question.ticket}"],)))
        return self._allowed.and_(*some)

    def _place(self, scale: "_Scale", condition: Condition, best: dict[int, Placed]) -> int:
        """Place the texts for which this holds, the newest if they are many; how many tickets there are."""
        columns, values = scale.columns()
        sql = f"""SELECT id, number, at, is_answered{columns} FROM
            (SELECT id, number, at, is_answered, words FROM TEXTS WHERE {condition.sql} ORDER BY at DESC LIMIT %s)
            AS chosen, LATERAL (SELECT chosen.words || ''::tsvector AS open OFFSET 0) AS read"""
        rows = self._opened.ask(sql, (*values, *condition.values, MOST_WEIGHED))
        for row in rows:
            placed = scale.place(row)
            if row.number not in best or placed > best[row.number]:
                best[row.number] = placed
        if len(rows) < MOST_WEIGHED:
            return sum(placed[0] is Tier.ALL for placed in best.values())
        counted = f"SELECT count(DISTINCT number) FROM TEXTS WHERE {condition.sql}"
        return int(self._opened.ask(counted, condition.values)[0][0])


@dataclass(frozen=True)
class _Scale:
    """How much of a question a text has, and what that is worth."""

    concepts: Sequence[Concept]
    weights: Sequence[float]
    is_newest_first: bool

    def columns(self) -> tuple[str, tuple[Any, ...]]:
        """What is asked of each text: of each concept how often it stands there, and whether loosely."""
        told = ", CASE WHEN open @@ %s::text::tsquery THEN ts_rank('{1,1,1,1}', open, %s::text::tsquery) ELSE 0 END"
        loosely = ", open @@ %s::text::tsquery"
        values = [(_query(tight(one)),) * 2 + (_query(one),) for one in self.concepts]
        return (told + loosely) * len(values), tuple(query for three in values for query in three)

    def affordable(self, counts: Mapping[str, int]) -> list[Phrasing]:
        """The ways to say the rarest concepts, as long as few enough texts have them; one concept at least."""
        rarest = sorted((counts[_query(one)], at) for at, one in enumerate(self.concepts) if counts[_query(one)])
        ways: list[Phrasing] = []
        held = 0
        for count, at in rarest:
            if ways and held + count > MOST_WEIGHED:
                break
            held += count
            ways += self.concepts[at].ways
        return ways or [way for one in self.concepts for way in one.ways]

    def place(self, row: Row[Any]) -> Placed:
        """Where a text stands among the others."""
        often, is_there = tuple(row)[4::2], tuple(row)[5::2]
        pairs = list(zip(self.concepts, self.weights, often, is_there, strict=True))
        share = sum(weight for _, weight, _, has in pairs if has)
        score = sum(weight * one.counts * _worth(one, times) for one, weight, times, has in pairs if has)
        is_all = all(often)
        all_of_it = sum(self.weights)
        unheard_of = max(self.weights, default=0.0) * sum(not weight for weight in self.weights)
        score *= (share / all_of_it) ** 2 if all_of_it and not is_all else 1.0
        score *= ANSWERED_COUNTS if row.is_answered else 1.0
        is_most = bool(share) and share >= MOST_IS * (all_of_it + unheard_of)
        tier = Tier.ALL if is_all else Tier.MOST if is_most else Tier.ANY
        return tier, float(row.at) if self.is_newest_first else score, score, -row.number, row.id


def _worth(concept: Concept, times: float) -> float:
    """What it is worth that a text has a concept: 1 if it has it once, and up to 1.6; half of it if only loosely."""
    ways = sum(len(way.terms) for way in tight(concept).ways) or 1
    return min(times * ways, 1.0) / ONCE if times else LOOSE_COUNTS
