"""`python -m benchmarks.lemmas`: the forms of Danish words that no stemmer joins, made from simplemma's dictionary.

It prints `tickets/search/wording/lemmas.txt`. Run it with `pip install simplemma==2.0.0`, which nothing else needs.
Forms are told by their stems, and those of compounds are left out: `jobcentre` follows from `centre`.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module

from tickets.text.stems import stem_of

SHORTEST, SHORTEST_TAIL = 3, 4  # letters of a stem
ENDINGS = ("ed", "et", "s", "t", "est", "ered", "er", "eret", "end", "erend", "hed", "lighed", "ighed")
HEADING = """\
# The stem of a word, and the stems of its forms that are not the same. Made by benchmarks/lemmas.py from the Danish
# dictionary of simplemma 2.0.0 (MIT; its data from word lists by Michal Mechura under the Open Database License).
"""


def families(lemmas: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs of stems that are one word, from pairs of a form and its lemma."""
    for form, lemma in lemmas:
        if form.isalpha() and form.islower() and lemma.isalpha() and lemma.islower():
            form_stem, stem = stem_of(form), stem_of(lemma)
            if form_stem != stem and form_stem[:1] == stem[:1] and min(len(form_stem), len(stem)) >= SHORTEST:
                yield stem, form_stem


def shortest_of(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs without compounds that follow from their last part, and without what differs by an ending alone."""
    return {pair for pair in pairs if not (_follows(*pair, pairs) or _is_ending(*pair))}


def _follows(stem: str, form: str, pairs: set[tuple[str, str]]) -> bool:
    same = next((at for at, (one, other) in enumerate(zip(stem, form, strict=False)) if one != other), len(form))
    tails = ((stem[at:], form[at:]) for at in range(SHORTEST, same + 1))
    return any((stem_tail, form_tail) in pairs for stem_tail, form_tail in tails if len(stem_tail) >= SHORTEST_TAIL)


def _is_ending(stem: str, form: str) -> bool:
    return form.removeprefix(stem).removeprefix(stem[-1]) in ENDINGS or form.removeprefix(stem) in ENDINGS


def table_of(lemmas: Mapping[str, str]) -> str:
    """The table: a line for each stem, with the stems of its other forms behind it."""
    forms: dict[str, list[str]] = defaultdict(list)
    for stem, form in sorted(shortest_of(set(families(lemmas.items())))):
        forms[stem].append(form)
    return HEADING + "".join(f"{stem} {' '.join(others)}\n" for stem, others in forms.items())


def main() -> None:
    """Print the table."""
    factory = import_module("simplemma.strategies.dictionaries.dictionary_factory")
    sys.stdout.write(table_of(dict(factory.DefaultDictionaryFactory().get_dictionary("da").items())))


if __name__ == "__main__":
    main()
