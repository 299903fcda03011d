"""Signers: colleagues of an asker who take part in a letter of theirs, named in full or by a signature within it."""

import re
from collections.abc import Collection, Iterator

from tickets.masking.names import words_of_name
from tickets.text.folding import WORD, plain
from tickets.text.greetings import begins_closing, behind_closing

LINES_BELOW = 3  # of a closing greeting, in which somebody signs
LONGEST_LINE = 100
SIGNED = re.compile(r"[-–/]{1,2} ?[^\W\d_]+(?:[ -][^\W\d_]+){0,3}\s*$")
MOST = 20


def find_signers(colleagues: Collection[str], text: str) -> tuple[str, ...]:
    """What names those colleagues: their names, or no more than was signed if that is true of several."""
    told = f" {' '.join(WORD.findall(plain(text)))} "
    names = {name: words_of_name(name) for name in colleagues}
    found = [name for name, words in names.items() if len(words) > 1 and f" {' '.join(words)} " in told]
    for signature in _signatures(text):
        first = signature[0]
        same = [name for name, words in names.items() if first in (words[:1] + words[-1:])]
        found += same if len(same) == 1 else [first.capitalize()] * bool(same)
    return tuple(dict.fromkeys(found))[:MOST]


def _signatures(text: str) -> Iterator[list[str]]:
    """The words of the lines in which somebody signs, folded."""
    below = 0
    for line in text.split("\n"):
        bare = line.lstrip("> \t*")[:LONGEST_LINE]
        if begins_closing(bare):
            below, bare = LINES_BELOW, behind_closing(bare) or ""
        elif below and bare[:1].isupper():
            below -= 1
        elif not SIGNED.match(bare):
            below -= bool(below and bare.strip())
            continue
        if words := WORD.findall(plain(bare)):
            yield words
