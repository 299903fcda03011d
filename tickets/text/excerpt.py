"""Excerpts: the piece of a message around the words that were looked for."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from tickets.text.citations import find_citations
from tickets.text.garbled import composed
from tickets.text.stems import stem_of

LENGTH = 240  # characters
WORD = re.compile(r"\w+|§")


@dataclass(frozen=True)
class Excerpt:
    """A piece of a message; every other part of `parts` is a hit, the first is not."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(self.parts)


def make_excerpt(text: str, terms: Collection[str], phrases: Iterable[tuple[str, ...]] = ()) -> Excerpt:
    """The piece of a text around its first hit, with the hits told apart: stems, citations and literal phrases."""
    text = " ".join(composed(text).split())
    hits = list(_apart(sorted([*_words(text, terms), *_citations(text, terms), *_phrases(text, phrases)])))
    start = max(0, hits[0][0] - LENGTH // 3) if hits else 0
    start = text.rfind(" ", 0, start) + 1
    end = min(len(text), start + LENGTH)
    parts, at = [], start
    for begin, finish in hits:
        if start <= begin and finish <= end:
            parts += [text[at:begin], text[begin:finish]]
            at = finish
    parts.append(text[at:end])
    parts[0] = ("… " if start else "") + parts[0]
    parts[-1] += " …" if end < len(text) else ""
    return Excerpt(tuple(parts))


def _words(text: str, terms: Collection[str]) -> Iterator[tuple[int, int]]:
    return (word.span() for word in WORD.finditer(text) if stem_of(word.group()) in terms)


def _citations(text: str, terms: Collection[str]) -> Iterator[tuple[int, int]]:
    if not any(" " in term for term in terms):  # as in those of citations alone
        return
    for citation in find_citations(text):
        if not set(terms).isdisjoint(citation.terms):
            yield citation.start, citation.end


def _phrases(text: str, phrases: Iterable[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    for phrase in phrases:
        words = r"[^\w§]*".join(map(re.escape, phrase))
        for found in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE):
            yield found.span()


def _apart(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans without those that begin within another."""
    end = 0
    for begin, finish in spans:
        if begin >= end:
            yield begin, finish
            end = finish
