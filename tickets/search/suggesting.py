"""Suggesting: the question as it may have been meant, in words that stand in what its reader was shown."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from tickets.search.asking import Concept, Question
from tickets.search.hits import Hit
from tickets.text.garbled import composed
from tickets.text.stems import stem_of

WORD = re.compile(r"[^\W\d_]+")


def meant_by(words: str, question: Question, hits: Iterable[Hit]) -> str:
    """The question with its slips of the pen put right; empty if it has none.

    Only words of hits are told, which are shown to nobody who may not see them.
    """
    slips = {_typed(one): [way.terms[0] for way in one.ways if way.is_slip] for one in question.wanted}
    wanted = {word: stems for word, stems in slips.items() if stems}
    written = _written(hits, {stem for stems in wanted.values() for stem in stems}) if wanted else {}
    right = {word: written[stem] for word, stems in wanted.items() for stem in reversed(stems) if stem in written}
    told = WORD.sub(lambda found: right.get(stem_of(found[0]), found[0]), composed(words))
    return told if right and told != composed(words) else ""


def _typed(concept: Concept) -> str:
    return next((term for way in concept.ways[:1] for term in way.terms[:1]), "")


def _written(hits: Iterable[Hit], stems: set[str]) -> Mapping[str, str]:
    """How each of these stems is written most often in what was found."""
    texts = (f"{hit.ticket.subject}\n{hit.message.text}" for hit in hits)
    counts = Counter(word.lower() for text in texts for word in WORD.findall(composed(text)))
    found = [word for word, _ in counts.most_common() if stem_of(word) in stems]
    return {stem_of(word): word for word in reversed(found)}
