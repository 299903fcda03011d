"""Expansion: other ways in which the archive may say what somebody asked for, before any engine is asked.

An engine is asked for no more than `Lexicon`: whether a reader sees texts that have some terms, and which words there
are. Synonyms and slips of the pen are the same as what was asked for; parts of compounds, and the larger place of a
law, are only near to it, and looked for where the same finds little.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Protocol

from tickets.search.asking import Concept, Phrasing, Question
from tickets.search.wording.lemmas import other_forms
from tickets.search.wording.spelling import SHORTEST, WordTable, nearest
from tickets.search.wording.synonyms import LONGEST, Stems, synonyms
from tickets.text.stems import stem_of

# How much it counts beside the word itself
FORM, SYNONYM, SLIP, PART, ONE_PART, LARGER_PLACE = 0.95, 0.85, 0.8, 0.5, 0.3, 0.4
SHORTEST_PART = 4  # letters of a stem
MOST_COMPOUNDS = 12
MOST_MEANINGS = 4
JOINTS = ("", "s", "e")  # barnepige, slettefrist, sagsbehandler


class Lexicon(Protocol):
    """The words of an index, as somebody sees it."""

    def holds(self, terms: Iterable[str]) -> bool: ...

    def words(self) -> Sequence[WordTable]: ...


def expand(question: Question, lexicon: Lexicon) -> Question:
    """The question with the same in other words: synonyms, other forms, and what a word that nobody uses may be."""
    same = (_with_forms(one, lexicon) for one in _with_synonyms(question.wanted, lexicon))
    return replace(question, wanted=tuple(_with_slips(one, lexicon) for one in same))


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
        others = [other for other in _other_names(name) if lexicon.holds(other)]
        if count == 1 or others or lexicon.holds(name):
            yield _called(concepts[at : at + count], name, others)
            at += count
        else:
            yield concepts[at]
            at += 1


def _other_names(name: Stems) -> Iterator[Stems]:
    """The synonyms of a name; of a word in any of its forms."""
    yield from synonyms().get(name, ())
    if len(name) == 1 and name not in synonyms():
        yield from (other for form in other_forms(name[0]) for other in synonyms().get((form,), ()))


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


def _with_forms(concept: Concept, lexicon: Lexicon) -> Concept:
    """The concept with the other forms of the words that stand for it alone."""
    alone = ((way.terms[0], way.counts) for way in concept.ways if len(way.terms) == 1)
    forms = (Phrasing((form,), counts * FORM) for term, counts in alone for form in other_forms(term))
    more = tuple(form for form in forms if lexicon.holds(form.terms))
    return replace(concept, ways=(*concept.ways, *more)) if more else concept


def _with_slips(concept: Concept, lexicon: Lexicon) -> Concept:
    stem = _stem_of(concept)
    if len(stem) < SHORTEST or not stem.isalpha() or any(lexicon.holds(way.terms) for way in concept.ways):
        return concept
    meant = [(slips, word) for slips, word in nearest(lexicon.words(), stem) if lexicon.holds((word,))]
    fewest = min((slips for slips, _ in meant), default=0)
    slips = (Phrasing((word,), SLIP, is_slip=True) for slips, word in meant if slips == fewest)
    return replace(concept, ways=(*concept.ways, *slips))


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
    halves = [Phrasing(terms, PART, is_loose=True) for terms in _halves(stem, lexicon)]
    yield from halves
    if not halves and not any(lexicon.holds(way.terms) for way in concept.ways):
        yield from _one_part(stem, lexicon)


def _halves(stem: str, lexicon: Lexicon) -> Iterator[Stems]:
    """Two words that the word may be made of; for one that is not there alone, a compound that it begins or ends."""
    for at in range(SHORTEST_PART - 1, len(stem) - SHORTEST_PART + 2):
        tails = _standing_for(stem[at:], lexicon, is_head=False)
        heads = dict.fromkeys(one for text in _heads(stem[:at]) for one in _standing_for(text, lexicon, is_head=True))
        pairs = ((*head, *tail) for head, tail in product(heads, tails) if head != tail)
        yield from [pair for pair in pairs if lexicon.holds(pair)][:MOST_MEANINGS]


def _one_part(stem: str, lexicon: Lexicon) -> Iterator[Phrasing]:
    """The last part of a word of which no two are there together, or else its first."""
    for at in range(SHORTEST_PART, len(stem) - SHORTEST_PART + 1):
        if found := _meaning(stem[at:], lexicon):
            yield from (Phrasing(terms, ONE_PART, is_loose=True) for terms in found)
            return
    heads = (text for at in range(len(stem) - 2, SHORTEST_PART - 1, -1) for text in _heads(stem[:at]))
    found = next(filter(None, (_meaning(text, lexicon) for text in heads)), [])
    yield from (Phrasing(terms, ONE_PART, is_loose=True) for terms in found)


def _heads(text: str) -> list[str]:
    """What the first part of a compound may be without its joint, and its stem: of `slette|frist` it is `slet`."""
    return list(dict.fromkeys([stem_of(text), *(text.removesuffix(joint) for joint in JOINTS if text.endswith(joint))]))


def _meaning(text: str, lexicon: Lexicon) -> list[Stems]:
    """The word itself, if it is there, and what else may stand for it."""
    if len(text) < SHORTEST_PART - 1:
        return []
    others: Iterable[Stems] = ((text,), *((form,) for form in other_forms(text)), *_other_names((text,)))
    return [other for other in others if lexicon.holds(other)][:MOST_MEANINGS]


def _standing_for(text: str, lexicon: Lexicon, *, is_head: bool) -> list[Stems]:
    """The word itself, or what else may stand for it, or the shortest compounds that begin or end with it."""
    found = _meaning(text, lexicon)
    if found or len(text) < SHORTEST_PART:
        return found
    longer = {word for part in lexicon.words() for word in (part.beginning(text) if is_head else part.ending(text))}
    shortest: list[Stems] = [(word,) for word in sorted(longer, key=len)[:6]]
    return [one for one in shortest if lexicon.holds(one)][:3]


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
