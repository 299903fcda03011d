"""Expansion: other ways in which the archive may say what somebody asked for, before any engine is asked.

An engine is asked for no more than `Lexicon`: whether a reader sees texts that have some terms, and which words there
are. Synonyms and slips of the pen are the same as what was asked for; parts of compounds, and the larger place of a
law, are only near to it, and looked for where the same finds little.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from tickets.search.asking import Concept, Phrasing, Question
from tickets.search.spelling import SHORTEST, WordTable, nearest
from tickets.search.synonyms import LONGEST, Stems, synonyms
from tickets.text.stems import stem_of

SYNONYM, SLIP, PART, LARGER_PLACE = 0.85, 0.8, 0.5, 0.4  # how much it counts beside the word itself
SHORTEST_PART = 4  # letters of a stem
MOST_COMPOUNDS = 12
JOINTS = ("", "s", "e")  # barnepige, slettefrist, sagsbehandler


class Lexicon(Protocol):
    """The words of an index, as somebody sees it."""

    def holds(self, terms: Iterable[str]) -> bool: ...

    def words(self) -> Sequence[WordTable]: ...


def expand(question: Question, lexicon: Lexicon) -> Question:
    """The question with the same in other words: synonyms, and what a word that nobody uses may be a slip of."""
    wanted = [_with_slips(one, lexicon) for one in _with_synonyms(question.wanted, lexicon)]
    return replace(question, wanted=tuple(wanted))


def loosen(question: Question, lexicon: Lexicon) -> Question:
    """The question with what is only near: longer and shorter words, two that may be one, the larger place of a law."""
    wanted = question.wanted
    joined = list(_joined(wanted, lexicon))
    near = [[*_parts_of(one, lexicon), *_larger_places(one), *more] for one, more in zip(wanted, joined, strict=True)]
    return replace(
        question, wanted=tuple(replace(one, ways=(*one.ways, *more)) for one, more in zip(wanted, near, strict=True))
    )


def _stem_of(concept: Concept) -> str:
    """The one word of the concept as it was asked for; empty for what is none."""
    terms = concept.ways[0].terms if concept.ways else ()
    return terms[0] if len(terms) == 1 and " " not in terms[0] else ""


# -- the same --------------------------------------------------------------------------


def _with_synonyms(concepts: Sequence[Concept], lexicon: Lexicon) -> Iterator[Concept]:
    """Each word with its synonyms; words that make a name together, with the synonyms of the name, are one concept."""
    at = 0
    while at < len(concepts):
        count = next((count for count in range(LONGEST, 0, -1) if _name_at(concepts, at, count) in synonyms()), 1)
        name = _name_at(concepts, at, count)
        others = [other for other in synonyms().get(name, ()) if lexicon.holds(other)]
        if count == 1 or others or lexicon.holds(name):
            yield _called(concepts[at : at + count], name, others)
            at += count
        else:
            yield concepts[at]
            at += 1


def _name_at(concepts: Sequence[Concept], at: int, count: int) -> Stems:
    """What so many concepts are as one name; nothing if there are not so many, or one of them is no term."""
    some = concepts[at : at + count]
    terms = tuple(term for one in some for way in one.ways[:1] for term in way.terms)
    return terms if len(some) == count == len(terms) else ()


def _called(concepts: Sequence[Concept], name: Stems, others: Sequence[Stems]) -> Concept:
    if not others and len(concepts) == 1:
        return concepts[0]
    ways = (Phrasing(name), *(Phrasing(other, SYNONYM) for other in others))
    return replace(concepts[0], ways=ways, is_everyday=all(one.is_everyday for one in concepts))


def _with_slips(concept: Concept, lexicon: Lexicon) -> Concept:
    stem = _stem_of(concept)
    if len(stem) < SHORTEST or not stem.isalpha() or any(lexicon.holds(way.terms) for way in concept.ways):
        return concept
    meant = [(slips, word) for slips, word in nearest(lexicon.words(), stem) if lexicon.holds((word,))]
    fewest = min((slips for slips, _ in meant), default=0)
    return replace(
        concept, ways=(*concept.ways, *(Phrasing((word,), SLIP) for slips, word in meant if slips == fewest))
    )


# -- what is near ----------------------------------------------------------------------


def _parts_of(concept: Concept, lexicon: Lexicon) -> Iterator[Phrasing]:
    """Compounds that the word is a part of, and parts that it may be made of."""
    stem = _stem_of(concept)
    if len(stem) < SHORTEST_PART or not stem.isalpha():
        return
    compounds = sorted(
        {word for part in lexicon.words() for word in (*part.ending(stem), *part.beginning(stem))}, key=len
    )
    seen = [word for word in compounds[: 2 * MOST_COMPOUNDS] if lexicon.holds((word,))]
    yield from (Phrasing((word,), PART, is_loose=True) for word in seen[:MOST_COMPOUNDS])
    yield from (Phrasing(halves, PART, is_loose=True) for halves in _halves(stem, lexicon))


def _halves(stem: str, lexicon: Lexicon) -> Iterator[tuple[str, ...]]:
    """Two words that the word may be made of; for one that is not there alone, a compound that it begins or ends."""
    for at in range(SHORTEST_PART - 1, len(stem) - SHORTEST_PART + 2):
        tails = _standing_for(stem[at:], lexicon, is_head=False)
        heads = {one for joint in JOINTS if stem[:at].endswith(joint) for one in _heads(stem[:at], joint, lexicon)}
        pairs = [(head, tail) for head in heads for tail in tails if head != tail and lexicon.holds((head, tail))]
        yield from pairs[:3]


def _heads(text: str, joint: str, lexicon: Lexicon) -> list[str]:
    """The word that stands first without the joint, or its stem: of `slette|frist` it is `slet`."""
    stem = stem_of(text)
    alone = [stem] if lexicon.holds((stem,)) else []
    return [*alone, *_standing_for(text.removesuffix(joint), lexicon, is_head=True)]


def _standing_for(text: str, lexicon: Lexicon, *, is_head: bool) -> list[str]:
    """The word itself, if it is there, or the shortest compounds that begin or end with it."""
    if len(text) < SHORTEST_PART - 1:
        return []
    if lexicon.holds((text,)):
        return [text]
    if len(text) < SHORTEST_PART:
        return []
    longer = {word for part in lexicon.words() for word in (part.beginning(text) if is_head else part.ending(text))}
    return [word for word in sorted(longer, key=len)[:6] if lexicon.holds((word,))][:3]


def _joined(concepts: Sequence[Concept], lexicon: Lexicon) -> Iterator[list[Phrasing]]:
    """For each concept the words that it makes with the one before or behind it."""
    stems = ["", *map(_stem_of, concepts), ""]
    for before, stem, behind in zip(stems, stems[1:], stems[2:], strict=False):
        pairs = [(before, stem), (stem, behind)]
        words = [f"{head}{joint}{tail}" for head, tail in pairs if head and tail for joint in JOINTS]
        yield [Phrasing((word,), is_loose=True) for word in words if lexicon.holds((word,))]


def _larger_places(concept: Concept) -> Iterator[Phrasing]:
    """Of `artikel 6 stykke 1 litra e`, what is named without its last parts."""
    for term in concept.ways[0].terms if len(concept.ways) == 1 else ():
        parts = term.split()
        for count in range(len(parts) - 2, 0, -2):
            yield Phrasing((" ".join(parts[:count]),), LARGER_PLACE * count / len(parts), is_loose=True)
