"""Excerpts: the piece of a message around the words that were looked for."""

import re
from dataclasses import dataclass

from tickets.stems import stem_of

LENGTH = 240  # characters
WORD = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True)
class Excerpt:
    """A piece of a message; every other part of `parts` is a hit, the first is not."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(self.parts)


def make_excerpt(text: str, stems: set[str]) -> Excerpt:
    """The piece of a text around its first hit, with the hits told apart."""
    text = " ".join(text.split())
    hits = [word.span() for word in WORD.finditer(text) if stem_of(word.group()) in stems]
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
